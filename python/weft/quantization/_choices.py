"""Which layers of a graph compute in int8, and whose ranges they need for it."""

import math
from collections.abc import Iterable

import numpy

from weft._base.errors import InvalidType, NotFound
from weft.compression._graph.layers import CONVOLUTIONS, MOVING, STRETCHES, WEIGHTED, Graph, Layer
from weft.quantization._ranges import Range
from weft.sym._nodes import Entry, Variable

OF_KNOWN_SCALE = ("recurrent", "softmax")
RESCALING = (*WEIGHTED, "batch_norm", "add", "concatenate", "lookup", *OF_KNOWN_SCALE)
OF_PLACES = (*CONVOLUTIONS, "pooling", "batch_norm")  # beside channels, which are on axis 1
ELEMENTWISE = ("clip", "lookup", "add", "concatenate", "softmax", *STRETCHES)  # all axes stay
MOST_COLUMNS = 4095  # of softmax: more exponentials have no sum in 32 bits


class Choices:
    """keep: names of layers that stay in float32: those of nodes, or paths of blocks around them
    given: inputs that are int8, where results are, too; None: neither
    """

    def __init__(
        self,
        caller: str,
        graph: Graph,
        shapes: dict[Entry, tuple[int, ...]],
        keep: Iterable[str] = (),
        given: list[Variable] | None = None,
    ) -> None:
        self.graph, self.shapes = graph, shapes
        self.integers, self.given = given is not None, set(given or ())
        self.layers = graph.layers(shapes)
        self._kept: set[Entry] = set()
        self._known: dict[Entry, bool] = {}
        self._alike: dict[Entry, list[Entry]] | None = None
        names = {entry: layer.name for entry, layer in self.layers.items()}
        for wanted in _checked(caller, keep):
            found = [e for e, name in names.items() if f"{name}.".startswith(f"{wanted}.")]
            if not found:
                known = ", ".join(dict.fromkeys(names.values())) or "none"
                raise NotFound(f"{caller}: there is no layer `{wanted}`; there are {known}")
            self._kept.update(found)

    def is_int8(self, entry: Entry) -> bool:
        """Does a layer of int8 give it?"""
        if entry not in self._known:
            self._known[entry] = self._look(entry)
        return self._known[entry]

    def _look(self, entry: Entry) -> bool:
        layer = self.layers.get(entry)
        if layer is None or entry in self._kept:
            return False
        if layer.has_products or layer.kind == "recurrent":
            return True
        if layer.kind == "softmax" and not self._is_end(layer):
            return False
        if layer.kind in ("pooling", "mean", "max") and not self._is_pooling(layer):
            return False
        shapes = [self.shapes[given] for given in layer.inputs]
        if self.joins_states(layer):
            return all(self.is_int8(given) for given in layer.inputs)
        if layer.kind == "concatenate":
            is_joined = layer.node.attributes.get("axis", 0) in (1, 1 - len(shapes[0]))
            known = [self.is_int8(given) for given in layer.inputs]
            return is_joined and (all(known) or (any(known) and self._is_multiplied(layer)))
        if layer.kind in ("lookup", *MOVING) and not self._is_multiplied(layer):
            return False
        if layer.kind in MOVING and self._is_rounded(layer):
            return True
        if layer.kind == "batch_norm" and len(shapes[0]) not in (3, 4):
            return False
        return len(set(shapes)) == 1 and all(self._is_given(entry) for entry in layer.inputs)

    def joins_states(self, layer: Layer) -> bool:
        """Hidden states side by side, as those of both directions are: they have one scale."""
        if layer.kind != "concatenate":
            return False
        given = [self.layers.get(entry) for entry in layer.inputs]
        axis = layer.node.attributes.get("axis", 0)
        return (
            axis in (2, -1)
            and len(self.shapes[layer.output]) == 3
            and all(x is not None and x.kind == "recurrent" for x in given)
        )

    def _is_multiplied(self, layer: Layer) -> bool:
        """Does its result reach a layer with weights, or the caller as int8? Else real numbers are
        better."""
        waiting, seen = [layer], {layer.output}
        while waiting:
            output = waiting.pop().output
            if self.integers and output in self.graph.heads:
                return True
            readers = [x for x in self.layers.values() if output in x.inputs]
            weighted = [x for x in readers if x.has_products or x.kind == "recurrent"]
            if any(x.output not in self._kept for x in weighted):
                return True
            waiting += [x for x in readers if x.output not in seen]
            seen.update(x.output for x in readers)
        return False

    def _is_rounded(self, layer: Layer) -> bool:
        """Is all that is moved, and nobody reads it but to multiply it? Then it may as well be
        int8 before it moves."""
        waiting = [layer]
        while waiting:
            layer = waiting.pop()
            readers = [x for x in self.layers.values() if layer.output in x.inputs]
            if layer.output in self.graph.heads or layer.output in self._kept:
                return False
            if not readers or len(readers) < len(self.graph.readers[layer.output]):
                return False
            if math.prod(self.shapes[layer.output]) < math.prod(self.shapes[layer.inputs[0]]):
                return False
            waiting += [x for x in readers if x.kind in MOVING]
            others = [x for x in readers if x.kind not in MOVING]
            if any(not x.has_products or x.output in self._kept for x in others):
                return False
        return True

    def _is_end(self, layer: Layer) -> bool:
        """Softmax along the last axis as an int8 result? Elsewhere real numbers are better."""
        shape = self.shapes[layer.output]
        axis = layer.node.attributes.get("axis", -1) % len(shape)
        is_result = self.integers and layer.output in self.graph.heads
        return is_result and axis == len(shape) - 1 and shape[-1] <= MOST_COLUMNS

    def _is_given(self, entry: Entry) -> bool:
        """Is it int8 where it is made, here or by the caller?"""
        return self.is_int8(entry) or entry.node in self.given

    def _is_pooling(self, layer: Layer) -> bool:
        """A maximum or an average over windows of images, or over all of their places."""
        options, rank = layer.node.attributes, len(self.shapes[layer.inputs[0]])
        if rank not in (3, 4):
            return False
        if layer.kind == "pooling":
            return options.get("pool_type", "max") in ("max", "avg")
        axes = options.get("axis")
        if axes is None:
            return False
        return sorted(numpy.atleast_1d(axes) % rank) == list(range(2, rank))

    def is_image(self, entry: Entry) -> bool:
        """Has it channels on axis 1 and places behind them? With one axis of places that is told by
        the layers that make it or, of what is given, read it."""
        rank = len(self.shapes[entry])
        if rank != 3:
            return rank == 4
        is_given = entry.node in self.given
        waiting, seen = [entry], {entry}
        while waiting:
            at = waiting.pop()
            every = self.layers.values()
            layers = [x for x in every if at in (x.inputs if is_given else [x.output])]
            if any(layer.kind in OF_PLACES for layer in layers):
                return True
            elementwise = [layer for layer in layers if layer.kind in ELEMENTWISE]
            found = [e for x in elementwise for e in ([x.output] if is_given else x.inputs)]
            waiting += [e for e in found if e not in seen]
            seen.update(found)
        return False

    def ends(self, layer: Layer) -> bool:
        """Do all that read it want real numbers, which its sums can give?"""
        if self.integers and layer.output in self.graph.heads:
            return False
        readers = self.graph.readers.get(layer.output, [])
        is_read = any(
            layer.output in other.inputs
            for other in self.layers.values()
            if self.is_int8(other.output)
        )
        is_plain = layer.bounds == (-numpy.inf, numpy.inf) and not layer.has_residual
        return layer.kind == "fully_connected" and is_plain and not (readers and is_read)

    def chosen(self) -> list[Layer]:
        """The layers of int8, in order."""
        return [layer for entry, layer in self.layers.items() if self.is_int8(entry)]

    def rescales(self, layer: Layer) -> bool:
        """Has what an int8 layer gives a scale of its own?"""
        if self.ends(layer) or self.joins_states(layer):
            return False
        return layer.kind in RESCALING

    def shares(self, given: Entry) -> Entry | None:
        """Whose range an operand of a concatenation has in common with what that gives, as there is
        one scale for both; None where it is rescaled instead, as others read it in its own. What is
        joined to one again and again is never rescaled."""
        layer = self.layers.get(given)
        is_joined = layer is not None and layer.kind == "concatenate" and self.is_int8(given)
        if is_joined and not self.joins_states(layer):
            return given
        while self.graph.uses[given] == 1 and layer is not None and self.is_int8(given):
            if self.rescales(layer):
                return None if layer.kind in OF_KNOWN_SCALE else given
            given = layer.inputs[0]
            layer = self.layers.get(given)
        return None

    def alike(self, entry: Entry) -> list[Entry]:
        """All whose ranges are one with this one's."""
        if self._alike is None:
            self._alike = {}
            for layer in self.chosen():
                if layer.kind == "concatenate" and not self.joins_states(layer):
                    shared = [self.shares(given) for given in layer.inputs]
                    self._join([layer.output, *(e for e in shared if e is not None)])
        return self._alike.get(entry, [entry])

    def _join(self, entries: list[Entry]) -> None:
        known = [e for entry in entries for e in self._alike.get(entry, [entry])]
        joined = list(dict.fromkeys(known))
        self._alike.update(dict.fromkeys(joined, joined))

    def united(self, ranges: dict[Entry, Range]) -> dict[Entry, Range]:
        """Ranges of which those that are alike are one, which holds them all."""
        found = {}
        for entry in ranges:
            every = [ranges[e] for e in self.alike(entry) if e in ranges]
            found[entry] = Range(min(r.low for r in every), max(r.high for r in every))
        return found

    def ranged(self) -> dict[Entry, str]:
        """What becomes int8 by a range of its own: what real numbers int8 layers read, and what
        those layers give that rescale; with the names of layers and other nodes."""
        found: dict[Entry, str] = {}
        for layer in self.chosen():
            if layer.kind != "concatenate":  # whose scale real numbers get
                found.update((e, e.node.name) for e in layer.inputs if not self.is_int8(e))
            if self.rescales(layer) and layer.kind not in OF_KNOWN_SCALE:
                found[layer.output] = layer.name
        if self.integers:
            found.update((e, e.node.name) for e in self.graph.heads if not self.is_int8(e))
        return found


def _checked(caller: str, keep: Iterable[str]) -> list[str]:
    names = [keep] if isinstance(keep, str) else list(keep)
    for name in names:
        if not isinstance(name, str):
            raise InvalidType(f"{caller}: `keep` must have names; got {type(name).__name__}")
    return names
