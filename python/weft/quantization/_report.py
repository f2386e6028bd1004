"""What becoming small has cost a network, and brought: layer by layer, and in all."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import numpy

from weft import autograd, np
from weft.compression._graph.layers import Graph, Layer
from weft.compression._graph.macs import macs_of
from weft.compression._graph.traced import Batch, Batches, Traced, inputs_of, traced
from weft.gluon import HybridBlock
from weft.quantization._int8 import Int8Block
from weft.quantization._noise import Noise
from weft.sym._nodes import Entry, Variable, evaluate

CALLER = "report"
Pair = tuple[float, float]


@dataclass
class LayerReport:
    """A layer with weights. Pairs are of the network and of the small one.

    kind: what it computes in in the small one, 'int8' or 'float32'; 'none' where it is not there
    sqnr: power of what the layer gives over that of its error in the small network, in decibels;
        None where that gives something of another shape
    zeros: share of zeros in weights

    >>> import weft
    >>> from weft import np, quantization
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(32, 3))
    >>> found = quantization.report(net, weft.quantize(net, x), x)
    >>> [(layer.name, layer.kind, layer.macs) for layer in found.layers]
    [('0.fully_connected0', 'int8', (12, 12)), ('1.fully_connected0', 'int8', (8, 8))]
    """

    name: str
    kind: str
    sqnr: float | None
    bytes: tuple[int, int]
    macs: tuple[int, int]
    zeros: Pair


@dataclass
class Report:
    """Of two networks. `print` shows a table, `as_dict` gives plain values.

    sqnr: of the results, None where these have other shapes; agreement: share of samples for which
    both have the same greatest score; accuracy: None without labels

    >>> import weft
    >>> from weft import np, quantization
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(32, 3))
    >>> found = quantization.report(net, weft.quantize(net, x), x)
    >>> 0 <= found.agreement <= 1, found.accuracy, list(found.as_dict())
    (True, None, ['layers', 'bytes', 'macs', 'sqnr', 'agreement', 'accuracy'])
    """

    layers: list[LayerReport]
    bytes: tuple[int, int]
    macs: tuple[int, int]
    sqnr: float | None
    agreement: float | None
    accuracy: Pair | None

    def as_dict(self) -> dict[str, Any]:
        """Plain values, as JSON has them; an infinite SQNR is None."""
        plain = asdict(self)
        for part in (plain, *plain["layers"]):
            part["sqnr"] = None if part["sqnr"] == numpy.inf else part["sqnr"]
        return plain

    def __str__(self) -> str:
        head = ("Layer", "in", "SQNR dB", "bytes", "small", "MACs", "small", "zeros")
        rows = [
            (
                x.name,
                x.kind,
                _decibels(x.sqnr),
                *_thousands(x.bytes),
                *_thousands(x.macs),
                f"{x.zeros[1]:.0%}",
            )
            for x in self.layers
        ]
        total = ("all", "", _decibels(self.sqnr), *_thousands(self.bytes), *_thousands(self.macs))
        table = [head, *rows, (*total, "")]
        widths = [max(len(row[i]) for row in table) for i in range(len(head))]
        lines = [
            "  ".join(
                [
                    cell.ljust(w) if i < 2 else cell.rjust(w)
                    for i, (cell, w) in enumerate(zip(row, widths, strict=True))
                ]
            ).rstrip()
            for row in table
        ]
        lines[1:1] = lines[-1:-1] = ["-" * max(map(len, lines))]
        lines.append(f"Bytes: {self.bytes[1] / max(self.bytes[0], 1):.3f} of the network's")
        if self.agreement is not None:
            lines.append(f"Same answer: {self.agreement:.2%}")
        if self.accuracy is not None:
            before, after = self.accuracy
            lines.append(f"Accuracy: {before:.2%}, small {after:.2%}")
        return "\n".join(lines)


def report(net: HybridBlock, small: HybridBlock, data: Any) -> Report:
    """Compares a network with what `quantize`, `shrink`, `prune` or others have made of it: errors
    of layers and results, bytes of parameters, multiplications for a sample, and answers.

    net, small: blocks of one input, initialized
    data: an array (N, ...), or batches; with pairs of inputs and labels, as a `DataLoader` has
        them, there is an accuracy

    Layers are told by the names of their nodes. Raises ValueError for no data.

    >>> import weft
    >>> from weft import gluon, np
    >>> from weft.quantization import report
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(16, activation="relu"), gluon.nn.Dense(4))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(32, 16))
    >>> found = report(net, weft.quantize(net, x), x)
    >>> found.macs, found.bytes[1] < 0.5 * found.bytes[0], found.layers[0].sqnr > 30
    ((320, 320), True, True)
    """
    batches = Batches(data, CALLER, "data", len(inputs_of(net, CALLER)))
    sides = [_Side(block, batches.first) for block in (net, small)]
    layers = {name: Noise() for name in sides[0].entries}
    answers = _Answers()
    for batch, labels in batches.labelled():
        (values, outs), (small_values, small_outs) = (side.run(batch) for side in sides)
        for name, noise in layers.items():
            if name in small_values and small_values[name].shape == values[name].shape:
                noise.add(values[name], small_values[name])
            else:
                noise.error = numpy.nan
        answers.add(outs, small_outs, labels)
    every = [side.of_layers() for side in sides]
    return Report(
        [_layer_report(name, noise, every) for name, noise in layers.items() if name in every[0]],
        tuple(side.bytes() for side in sides),
        tuple(sum(side.macs.values()) for side in sides),
        _known(answers.noise.decibels),
        answers.share(answers.same),
        answers.accuracy(),
    )


def _layer_report(name: str, noise: Noise, sides: list[Any]) -> LayerReport:
    before = sides[0][name]
    after = sides[1].get(name, ("", 0, 0, 0.0))
    pairs = [(before[i], after[i]) for i in (1, 2, 3)]
    return LayerReport(name, after[0] or "none", _known(noise.decibels), *pairs)


def _known(decibels: float) -> float | None:
    return None if numpy.isnan(decibels) else decibels


class _Side:
    """One of the two networks."""

    def __init__(self, block: HybridBlock, batch: Batch) -> None:
        self.block = block
        self.net: Traced = traced(block, batch, CALLER)
        self.shapes = self.net.shapes(batch)
        layers = Graph(self.net.heads, self.net.arrays).layers(self.shapes).values()
        self.layers: list[Layer] = [
            layer for layer in layers if layer.has_products or layer.kind == "recurrent"
        ]
        self.entries: dict[str, Entry] = {layer.name: layer.output for layer in self.layers}
        self.macs = macs_of(self.net.heads, self.shapes)
        if isinstance(block, Int8Block):
            self.entries |= {name: s.heads[0] for name, s in block.layers.items()}

    def run(self, batch: Batch) -> tuple[dict[str, Any], list[Any]]:
        """What layers give, and the results."""
        entries = [*self.entries.values(), *self.net.heads]
        with autograd.predict_mode():
            found = evaluate(entries, {**self.net.arrays, **self.net.given(batch)}, training=False)
        count = len(self.entries)
        return dict(zip(self.entries, found[:count], strict=True)), found[count:]

    def bytes(self) -> int:
        """Of all parameters."""
        return sum(array.nbytes for array in self.net.arrays.values())

    def of_layers(self) -> dict[str, tuple[str, int, int, float]]:
        """By name: kind, bytes, multiplications, share of zeros."""
        found = {}
        for layer in self.layers:
            arrays = [
                self.net.arrays[node]
                for call in (layer.node, *layer.norms)
                for node in dict.fromkeys(_stored(call.arguments[1:]))
                if node in self.net.arrays
            ]
            weights = layer.weight if layer.kind == "recurrent" else [layer.weight]
            size = sum(array.nbytes for array in arrays)
            found[layer.name] = ("float32", size, self.macs[layer.name], _zeros(weights))
        if isinstance(self.block, Int8Block):
            found |= dict(self._of_int8())
        return found

    def _of_int8(self) -> Iterator[tuple[str, tuple[str, int, int, float]]]:
        """Layers of int8: their parameters have their names."""
        for name in self.block.layers:
            of = (name, f"{name}_i2h", f"{name}_h2h")
            arrays = {
                variable.name: array
                for variable, array in self.net.arrays.items()
                if variable.name.rpartition("_")[0] in of
                or variable.name == f"{name}_residual_factor"
            }
            weights = [x.asnumpy() for key, x in arrays.items() if key.endswith("_weight")]
            if weights:
                size = sum(array.nbytes for array in arrays.values())
                yield name, ("int8", size, self.macs.get(name, 0), _zeros(weights))


def _zeros(weights: Any) -> float:
    """Their share of the elements of all."""
    return float(sum((w == 0).sum() for w in weights) / sum(w.size for w in weights))


def _stored(arguments: Any) -> Iterator[Variable]:
    """The variables behind weights, also where they are widened first."""
    waiting = [entry.node for entry in arguments if isinstance(entry, Entry)]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Variable):
            yield node
        waiting += [entry.node for entry in node.sources()]


class _Answers:
    """Which scores are greatest."""

    def __init__(self) -> None:
        self.noise = Noise()
        self.count = self.same = self.labels = 0
        self.right = [0, 0]

    def add(self, outs: list[Any], small: list[Any], labels: Any) -> None:
        """Takes a batch in."""
        if [x.shape for x in outs] != [x.shape for x in small]:
            self.noise.error = numpy.nan
            return
        self.noise.add_all(outs, small)
        if len(outs) != 1 or outs[0].ndim != 2 or outs[0].shape[1] < 2:
            return
        given = [x.asnumpy().argmax(1) for x in (outs[0], small[0])]
        self.count += len(given[0])
        self.same += int((given[0] == given[1]).sum())
        if labels is not None:
            wanted = labels.asnumpy() if isinstance(labels, np.ndarray) else numpy.asarray(labels)
            self.labels += len(wanted)
            for number, answer in enumerate(given):
                self.right[number] += int((answer == wanted.ravel()).sum())

    def share(self, count: int) -> float | None:
        """Of all samples."""
        return count / self.count if self.count else None

    def accuracy(self) -> Pair | None:
        """Of both networks."""
        if not self.labels:
            return None
        return self.right[0] / self.labels, self.right[1] / self.labels


def _decibels(sqnr: float | None) -> str:
    return "" if sqnr is None else f"{sqnr:.1f}"


def _thousands(pair: tuple[int, int]) -> list[str]:
    return [f"{number:,}" for number in pair]
