"""A foreign network as data: nodes in the order in which they run, constants, and named values."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy

from weft._core.dimensions import Dim


@dataclass
class Port:
    """An input of a program: its name, its dtype's name, and its extents.

    shape: for each axis a number, a dynamic dimension or its name, or None; None: unknown rank
    usual: the extents that the file's own runtime takes unless it is told others
    """

    name: str
    dtype: str | None = None
    shape: tuple[int | str | Dim | None, ...] | None = None
    usual: tuple[int, ...] | None = None


@dataclass
class Node:
    """One use of an operator.

    inputs: names of values, '' where an optional input is absent
    attributes: numbers, texts, host values, lists of these, and programs (bodies of control flow)
    rule: the `Rule` (rules.py) that runs it, or None before one was found
    notes: what the format knows of the node's tensors, such as scales of integers, or what a rule
        makes of the attributes once, when the program is read
    types: dtype and shape that each input has in an example, or its number where it is an extent;
        None where the format does not know them
    """

    operator: str
    domain: str
    version: int
    name: str
    inputs: list[str]
    outputs: list[str]
    attributes: dict[str, Any]
    rule: Any = None
    notes: Any = None
    types: list[tuple[str, tuple[int, ...]] | int] | None = None

    @property
    def title(self) -> str:
        """What errors call it: domain, operator and name."""
        operator = f"{self.domain}.{self.operator}" if self.domain else self.operator
        return f"{operator} `{self.name}`" if self.name else operator


@dataclass
class Program:
    """Nodes, what they read, and what the program returns.

    constants: host values by name
    fixed: names of those that the file has as numbers of its graph, not as weights
    arrays: names of those that are arrays of the network however small they are
    """

    name: str
    inputs: list[Port]
    outputs: list[str]
    nodes: list[Node]
    constants: dict[str, numpy.ndarray] = field(default_factory=dict)
    fixed: set[str] = field(default_factory=set)
    arrays: set[str] = field(default_factory=set)
    _last_uses: list[tuple[str, ...]] | None = None

    def last_uses(self) -> list[tuple[str, ...]]:
        """For each node, the values that nothing reads after it."""
        if self._last_uses is None:
            self._last_uses = self._find_last_uses()
        return self._last_uses

    def _find_last_uses(self) -> list[tuple[str, ...]]:
        kept = {*self.outputs}
        uses: list[tuple[str, ...]] = []
        for node in reversed(self.nodes):
            read = dict.fromkeys(name for name in read_by(node) if name and name not in kept)
            # A result that nothing reads is dropped at once.
            unread = [name for name in node.outputs if name and name not in kept]
            uses.append((*read, *(name for name in unread if name not in read)))
            kept.update(read)
        return uses[::-1]

    def changed(self) -> None:
        """Says that nodes were changed."""
        self._last_uses = None

    def __getstate__(self) -> dict[str, Any]:
        return self.__dict__ | {"_last_uses": None}


def bodies_of(node: Node) -> Iterator[Program]:
    """The programs in a node's attributes."""
    for value in node.attributes.values():
        for item in value if isinstance(value, list) else (value,):
            if isinstance(item, Program):
                yield item


def read_by(node: Node) -> Iterator[str]:
    """The values that a node reads, with those that bodies of control flow read from around."""
    yield from node.inputs
    for body in bodies_of(node):
        yield from captured_by(body)


def captured_by(body: Program) -> list[str]:
    """The values that a body reads from the program around it."""
    made = {port.name for port in body.inputs} | set(body.constants)
    found: dict[str, None] = {}
    for node in body.nodes:
        found.update((name, None) for name in read_by(node) if name and name not in made)
        made.update(node.outputs)
    found.update((name, None) for name in body.outputs if name not in made)
    return list(found)


def every_program(program: Program) -> Iterator[Program]:
    """The program, the bodies of its control flow, and theirs."""
    yield program
    for node in program.nodes:
        for body in bodies_of(node):
            yield from every_program(body)


def readers_of(program: Program) -> dict[str, list[tuple[Node, int]]]:
    """For each value the nodes of this program that read it, and at which input; -1: in a body."""
    readers: dict[str, list[tuple[Node, int]]] = {}
    for node in program.nodes:
        for place, name in enumerate(node.inputs):
            readers.setdefault(name, []).append((node, place))
        for body in bodies_of(node):
            for name in captured_by(body):
                readers.setdefault(name, []).append((node, -1))
    return readers


__all__ = [
    "Node",
    "Port",
    "Program",
    "bodies_of",
    "captured_by",
    "every_program",
    "read_by",
    "readers_of",
]
