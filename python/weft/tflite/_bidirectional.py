"""Bidirectional recurrent layers become two layers of one direction: the second one gets its input
reversed in time, and its result is reversed again."""

from typing import Any

import numpy

from weft._base.errors import InvalidValue, Unsupported
from weft._import.program import Node, Program, every_program

# By operator: the operator of one direction; for each direction the places of its weights and of
# its states, in the order of that operator's inputs; and the places of what is not supported, an
# input beside the data and its weights.
_LAYERS: dict[str, tuple[str, Any, range]] = {
    "BIDIRECTIONAL_SEQUENCE_LSTM": (
        "UNIDIRECTIONAL_SEQUENCE_LSTM",
        ((*range(1, 18), 35, 36), (*range(18, 35), 37, 38)),
        range(39, 48),
    ),
    "BIDIRECTIONAL_SEQUENCE_RNN": (
        "UNIDIRECTIONAL_SEQUENCE_RNN",
        (range(1, 5), range(5, 9)),
        range(9, 12),
    ),
}


def split_directions(program: Program, kind: type) -> None:
    """Replaces the bidirectional nodes of a program and of its bodies; kind: of a node's notes."""
    for part in every_program(program):
        nodes: list[Node] = []
        for node in part.nodes:
            nodes += _Split(node, part, kind).nodes() if node.operator in _LAYERS else [node]
        part.nodes[:] = nodes
        part.changed()


class _Split:
    """One bidirectional node, and those that take its place."""

    def __init__(self, node: Node, program: Program, kind: type) -> None:
        self.node, self.program, self.kind = node, program, kind
        self.operator, self.places, beside = _LAYERS[node.operator]
        last = max(place for places in self.places for place in places)
        if len(node.inputs) <= last or not node.inputs[0] or not node.outputs:
            raise InvalidValue(f"{node.title}: weights, states or results are missing")
        if any(node.inputs[place] for place in beside if place < len(node.inputs)):
            raise Unsupported(f"{node.title}: an input beside the data is not supported")
        options = dict(node.attributes)
        self.merges = bool(options.pop("merge_outputs", False))
        if len(node.outputs) != (1 if self.merges else 2):
            raise InvalidValue(f"{node.title}: has {len(node.outputs)} results")
        self.options = options
        self.axis = f"{node.name}.time"
        program.constants[self.axis] = numpy.array([0 if options.get("time_major") else 1], "int32")
        program.fixed.add(self.axis)

    def nodes(self) -> list[Node]:
        node, axis = self.node, self.axis
        reversed_, there, back = (f"{node.name}.{what}" for what in ("reversed", "there", "back"))
        forward, backward = (there, f"{node.name}.whole") if self.merges else node.outputs
        found = [
            self._layer(0, node.inputs[0], forward),
            self._other("REVERSE_V2", [node.inputs[0], axis], reversed_),
            self._layer(1, reversed_, back),
            self._other("REVERSE_V2", [back, axis], backward),
        ]
        if self.merges:
            joined = self._other("CONCATENATION", [forward, backward], node.outputs[0])
            joined.attributes["axis"] = -1
            found.append(joined)
        return found

    def _layer(self, direction: int, data: str, result: str) -> Node:
        node, places = self.node, self.places[direction]
        tensors = node.notes.inputs
        notes = self.kind(
            [tensors[0], *(tensors[place] for place in places)],
            [node.notes.outputs[0 if self.merges else direction]],
        )
        inputs = [data, *(node.inputs[place] for place in places)]
        return self._made(self.operator, inputs, result, dict(self.options), notes)

    def _other(self, operator: str, inputs: list[str], result: str) -> Node:
        data = self.node.notes.inputs[0]
        return self._made(operator, inputs, result, {}, self.kind([data], [data]))

    def _made(
        self, operator: str, inputs: list[str], result: str, options: dict[str, Any], notes: Any
    ) -> Node:
        return Node(operator, "", self.node.version, result, inputs, [result], options, notes=notes)


__all__ = ["split_directions"]
