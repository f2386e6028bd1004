"""A network in float32 that rounds where int8 rounds: the layers of `Choices` as they run in train
mode and in predict mode.

Weights have a step for each channel, so rounding commutes with a batch norm's factors: while norms
take the batch's statistics they stay operators of their own behind rounded weights, else they are
folded (Krishnamoorthi 2018, section 4.1, asks for corrections that this way needs not).
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import autograd, np, npx
from weft.quantization._choices import Choices
from weft.quantization._fake import fake_quantize, fake_quantize_weight
from weft.quantization._layers import WEIGHTED, Layer
from weft.quantization._traced import Traced
from weft.sym._nodes import ByMode, Call, Entry, Node, Variable, in_order, replaced

Bounds = Callable[[Entry], Any]


class Simulation:
    """What does not change from call to call."""

    def __init__(self, net: Traced, choices: Choices) -> None:
        self.net, self.choices = net, choices
        self.order = in_order(net.heads)
        self.needed = {mode: set(in_order(net.heads, mode)) for mode in (False, True)}
        self.trained: dict[Node, Call] = {}  # norms in train mode, by those in predict mode
        for node in self.order:
            if isinstance(node, ByMode):
                train, predict = (entry.node for entry in node.arguments)
                if train.operator == predict.operator == "batch_norm":
                    self.trained[predict] = train
        self.ends = {layer.output.node: layer for layer in choices.chosen()}
        self.inside = {node for layer in choices.chosen() for node in layer.nodes}
        self.inside |= {train for norm, train in self.trained.items() if norm in self.inside}

    def scaled_by(self, entry: Entry) -> Entry:
        """Whose range an int8 value has."""
        while True:
            layer = self.choices.layers.get(entry)
            if layer is None or not self.choices.is_int8(entry) or self.choices.rescales(layer):
                return entry
            entry = layer.inputs[0]

    def run(
        self,
        arrays: dict[Variable, Any],
        bounds: Bounds,
        momentum: float | None,
        *,
        has_frozen_norms: bool,
    ) -> Any:
        """What the network gives; momentum: of ranges in train mode, None where they stay."""
        training = autograd.is_training()
        call = _Call(self, arrays, bounds, momentum if training else None)
        call.has_batch_norms = training and not has_frozen_norms
        for node in self.order:
            if node in self.ends:
                call.run_layer(self.ends[node])
            elif node in self.needed[training] and node not in self.inside:
                call.run_node(node)
        found = [call.value(entry) for entry in self.net.heads]
        return found[0] if len(found) == 1 else tuple(found)


class _Call:
    """One run: values of entries."""

    def __init__(
        self,
        known: Simulation,
        arrays: dict[Variable, Any],
        bounds: Bounds,
        momentum: float | None,
    ) -> None:
        self.known, self.choices = known, known.choices
        self.arrays, self.bounds, self.momentum = arrays, bounds, momentum
        self.has_batch_norms = False
        self.values: dict[Entry, Any] = {Entry(node, 0): array for node, array in arrays.items()}
        self._rounded: dict[Entry, Any] = {}

    # ---- values

    def value(self, entry: Entry) -> Any:
        """What an operator reads there."""
        while isinstance(entry.node, ByMode):
            resolved = self.choices.graph.resolved(entry)
            is_folded = resolved.node in self.known.inside
            entry = resolved if is_folded else entry.node.sources(autograd.is_training())[0]
        return self.values[entry]

    def int8(self, entry: Entry) -> Any:
        """What an int8 layer reads there."""
        resolved = self.choices.graph.resolved(entry)
        if self.choices.is_int8(resolved):
            return self.value(entry)
        if resolved not in self._rounded:
            self._rounded[resolved] = self.rounded(self.value(entry), resolved)
        return self._rounded[resolved]

    def rounded(self, x: Any, entry: Entry) -> Any:
        """As int8 of this entry's range, which moves first in train mode."""
        bounds = self.bounds(entry)
        if self.momentum is None:
            return fake_quantize(x, bounds)
        fixed = npx.stop_gradient(x)
        seen = np.stack([np.min(fixed), np.max(fixed)])
        moved = bounds * self.momentum + seen * (1 - self.momentum)
        bounds[...] = moved
        return fake_quantize(x, moved)

    # ---- nodes

    def run_node(self, node: Node) -> None:
        """An operator that stays in float32."""
        if isinstance(node, Variable | ByMode):
            return
        for number, result in enumerate(node.results(replaced(node.arguments, self.value))):
            self.values[Entry(node, number)] = result
        for number, variable in node.writes:
            self.arrays[variable][...] = self.values[Entry(node, number)]

    def run_layer(self, layer: Layer) -> None:
        """A layer of int8."""
        y = self._weighted(layer) if layer.kind in WEIGHTED else self._plain(layer)
        if layer.total is not None:
            y = y + self.int8(self._summand(layer))
        y = _bounded(y, layer)
        if self.choices.rescales(layer):
            y = self.rounded(y, layer.output)
        elif layer.kind == "mean" or layer.node.attributes.get("pool_type") == "avg":
            y = fake_quantize(y, self.bounds(self.known.scaled_by(layer.output)))
        self.values[layer.output] = y

    def _plain(self, layer: Layer) -> Any:
        given = [self.int8(argument) for argument in layer.node.arguments]
        return layer.node.results(given)[0]

    def _summand(self, layer: Layer) -> Entry:
        graph = self.choices.graph
        arguments = [entry for entry in layer.total.arguments if isinstance(entry, Entry)]
        return next(e for e in arguments if graph.resolved(e) == layer.inputs[1])

    def _weighted(self, layer: Layer) -> Any:
        data, weight, *rest = layer.node.arguments
        x, w = self.int8(data), self.value(weight)
        b = self.value(rest[0]) if rest and rest[0] is not None else None
        if not (self.has_batch_norms and any(n in self.known.trained for n in layer.norms)):
            for norm in layer.norms:
                w, b = self._folded(norm, w, b)
            return layer.node.results([x, fake_quantize_weight(w), b])[0]
        y = layer.node.results([x, fake_quantize_weight(w), b])[0]
        for norm in layer.norms:
            y = self._normalized(self.known.trained.get(norm, norm), y)
        return y

    def _folded(self, norm: Call, w: Any, b: Any) -> tuple[Any, Any]:
        gamma, beta, mean, var = (self.value(entry) for entry in norm.arguments[1:5])
        scale = gamma / np.sqrt(var + norm.attributes.get("eps", 1e-5))
        shift = -mean if b is None else b - mean
        shape = (-1, *(1 for _ in w.shape[1:]))
        return w * np.reshape(scale, shape), shift * scale + beta

    def _normalized(self, norm: Call, y: Any) -> Any:
        others = [self.value(entry) for entry in norm.arguments[1:]]
        results = norm.results([y, *others])
        for number, variable in norm.writes:
            self.arrays[variable][...] = results[number]
        return results[0]


def _bounded(y: Any, layer: Layer) -> Any:
    if layer.kind in ("relu", "relu6") or layer.bounds == (-numpy.inf, numpy.inf):
        return y
    low, high = layer.bounds
    return npx.relu(y) if high == numpy.inf else np.clip(y, low, high)
