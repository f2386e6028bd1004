"""A program as patterns look at it: what makes and what reads each value, and how layers are put in
the place of small operators."""

import math
from collections.abc import Callable
from typing import Any

import numpy

from weft._import.program import Node, Program, readers_of

LAYERS = "weft"  # the domain of operators that only patterns make
Change = Callable[[], None]
Extent = int | tuple[str, int]  # a number, or an axis of a value whose extent it is


class Graph:
    """A program with what makes and what reads each value."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.makers = {name: node for node in program.nodes for name in node.outputs if name}
        self.readers = readers_of(program)
        self.outputs = set(program.outputs)

    def maker(self, name: str, *operators: str) -> Node | None:
        """The node that makes a value, if it is one of these operators."""
        node = self.makers.get(name)
        return node if node is not None and node.operator in operators and not node.domain else None

    def only_reader(self, name: str, *operators: str) -> Node | None:
        """The node that alone reads a value, if it is one of these operators."""
        readers = self.readers.get(name, [])
        if len(readers) != 1 or readers[0][1] < 0 or name in self.outputs:
            return None
        node = readers[0][0]
        return node if node.operator in operators and not node.domain else None

    def number(self, name: str) -> float | None:
        """The value of a constant of one element."""
        value = self.program.constants.get(name)
        if value is None or value.size != 1 or value.dtype.kind not in "fiu":
            return None
        return float(value.reshape(-1)[0])

    def extents(self, name: str, count: int) -> list[int] | None:
        """The value of a constant shape of so many axes."""
        value = self.program.constants.get(name)
        if value is None or value.shape != (count,) or value.dtype.kind not in "iu":
            return None
        return [int(extent) for extent in value]

    def rank(self, name: str) -> int | None:
        """How many axes a value has, where that is plain."""
        maker = self.makers.get(name)
        if maker is None or maker.domain:
            return None
        if maker.operator == "Transpose" and "perm" in maker.attributes:
            return len(maker.attributes["perm"])
        if maker.operator == "Reshape":
            parts = self.parts_of_shape(maker.inputs[1])
            return None if parts is None else len(parts)
        return None

    def parts_of_shape(self, name: str) -> list[Extent] | None:
        """The elements of a shape that Concat makes of constants and of parts of other shapes."""
        value = self.program.constants.get(name)
        if value is not None:
            is_shape = value.ndim == 1 and value.dtype.kind in "iu"
            return [int(extent) for extent in value] if is_shape else None
        maker = self.makers.get(name)
        if maker is None or maker.domain:
            return None
        if maker.operator == "Concat":
            parts = [self.parts_of_shape(part) for part in maker.inputs]
            return None if None in parts else [extent for part in parts for extent in part or ()]
        if maker.operator == "Shape":
            rank = self.rank(maker.inputs[0])
            if rank is None:
                return None
            bounds = maker.attributes.get("start", 0), maker.attributes.get("end", rank)
            return [(maker.inputs[0], axis) for axis in range(rank)[slice(*bounds)]]
        if maker.operator == "Slice" and len(maker.inputs) >= 3:
            return self._slice_of_shape(maker)
        return None

    def _slice_of_shape(self, node: Node) -> list[Extent] | None:
        whole = self.parts_of_shape(node.inputs[0])
        numbers = [self.number(part) for part in node.inputs[1:] if part]
        if whole is None or None in numbers or numbers[2:] not in ([], [0.0], [0.0, 1.0]):
            return None
        begin, end = (int(number) for number in numbers[:2] if number is not None)
        return whole[begin:end]

    def constant(self, name: str) -> numpy.ndarray | None:
        """The value of a constant."""
        return self.program.constants.get(name)

    def with_number(self, node: Node | None) -> tuple[str, float] | None:
        """Of a node with a value and a number, in either order: both."""
        if node is None or len(node.inputs) != 2:
            return None
        for place in (0, 1):
            number = self.number(node.inputs[place])
            if number is not None:
                return node.inputs[1 - place], number
        return None

    def is_near(self, node: Node | None, number: float) -> str | None:
        """The value that a node combines with a number, if that is the number."""
        found = self.with_number(node)
        if found is None or not math.isclose(found[1], number, rel_tol=1e-3, abs_tol=1e-9):
            return None
        return found[0]

    def before(self, last: Node, made: Node) -> None:
        """Puts a new node before another one."""
        place = next(i for i, node in enumerate(self.program.nodes) if node is last)
        self.program.nodes.insert(place, made)

    def replace(self, last: Node, operator: str, inputs: list[str], **attributes: Any) -> None:
        """Makes `last` another operator; what it read before goes where nothing reads it."""
        domain = attributes.pop("domain", "")
        made = Node(operator, domain, last.version, last.name, inputs, last.outputs[:1], attributes)
        made.version = max(last.version, _SINCE.get(operator, 1))
        place = next(i for i, node in enumerate(self.program.nodes) if node is last)
        self.program.nodes[place] = made


# The version from which on the rules know an operator that is put in.
_SINCE = {"Gelu": 20, "Swish": 24, "HardSwish": 14, "LayerNormalization": 17}
_SINCE["RMSNormalization"] = 23


__all__ = ["LAYERS", "Change", "Graph"]
