"""The graph of a trace as Python sees it: read from the text that the core prints of it.

The text is the core's own form of a graph (core/graph/ir/text.h). Only the contents of large
constants are not in it, and traces have none: arrays from around are captures.
"""

import re
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from weft._base.errors import Internal


class Type(NamedTuple):
    """Dtype, by name, and shape of a value."""

    dtype: str
    shape: tuple[int, ...]


class Ref(NamedTuple):
    """An operand that is a value of the graph; other operands are numbers, or None if absent."""

    value: int


@dataclass
class Node:
    """An operator, `loop` or `cond`, applied to operands.

    line: file and line of the program that made it, "" where nobody knows
    precision: the half dtype that its arithmetic may run in, "" for none
    """

    op: str
    operands: list[Any]
    attributes: dict[str, Any]
    outputs: list[int]
    line: str = ""
    precision: str = ""
    loop: dict[str, Any] = field(default_factory=dict)
    bodies: list["Graph"] = field(default_factory=list)


@dataclass
class Graph:
    """Values are numbered from the inputs on.

    states: (input, output) pairs: what a run writes to an input
    has_sizes: does an extent follow from values? Those of `sized`, as far as there are such
    """

    inputs: list[int] = field(default_factory=list)
    types: dict[int, Type] = field(default_factory=dict)
    constants: dict[int, bytes] = field(default_factory=dict)
    nodes: list[Node] = field(default_factory=list)
    outputs: list[int] = field(default_factory=list)
    states: list[tuple[int, int]] = field(default_factory=list)
    has_sizes: bool = False
    sized: list[int] = field(default_factory=list)

    def line_of(self, value: int) -> str:
        """The line of the node that makes a value; "" where nobody knows."""
        return next((node.line for node in self.nodes if value in node.outputs), "")


_TOKEN = re.compile(
    r'\s*(?:(?P<text>"(?:[^"\\]|\\.)*")|(?P<value>%\d+)|(?P<hex>0x[0-9a-f]*)|(?P<number>'
    r"-?(?:nan|inf)\b|-?\d+(?:\.\d*)?(?:e[+-]?\d+)?)|(?P<word>[A-Za-z_][\w.]*)|(?P<sign>->|.))",
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))", re.DOTALL)
_LETTERS = {"n": "\n", "t": "\t", "r": "\r"}
_WORDS = {"true": True, "false": False, "none": None}


def _unquoted(text: str) -> str:
    def plain(found: re.Match[str]) -> str:
        code = found[1] or found[2] or found[3]
        return chr(int(code, 16)) if code else _LETTERS.get(found[4], found[4])

    return _ESCAPE.sub(plain, text[1:-1])


class _Reader:
    """Tokens, one after the other."""

    def __init__(self, text: str) -> None:
        self._tokens = [
            (str(found.lastgroup), str(found[found.lastgroup or ""]))
            for found in _TOKEN.finditer(text.rstrip())
        ]
        self._at = 0

    def peek(self) -> tuple[str, str]:
        return self._tokens[self._at] if self._at < len(self._tokens) else ("end", "")

    def take(self, wanted: str | None = None) -> str:
        _, text = self.peek()
        if wanted is not None and text != wanted:
            raise Internal(f"graph text: expected {wanted!r}; got {text!r}")
        self._at += 1
        return text

    def accept(self, wanted: str) -> bool:
        if self.peek()[1] != wanted or self.peek()[0] == "text":
            return False
        self._at += 1
        return True

    # ---- parts of statements

    def integer(self) -> int:
        return int(self.take())

    def value(self) -> int:
        return int(self.take()[1:])

    def define(self, graph: Graph) -> int:
        """`%3 "name": float32(2, 3)`"""
        number = self.value()
        if self.peek()[0] == "text":
            self.take()
        self.take(":")
        dtype = self.take()
        self.take("(")
        shape = []
        while not self.accept(")"):
            shape.append(self.integer())
            self.accept(",")
        graph.types[number] = Type(dtype, tuple(shape))
        return number

    def argument(self) -> Any:
        """A number, a truth, a text, a dtype, a list of integers, a value or nothing."""
        kind, text = self.peek()
        if text == "[" and kind == "sign":
            self.take()
            items = []
            while not self.accept("]"):
                items.append(self.integer())
                self.accept(",")
            return tuple(items)
        self.take()
        if kind == "text":
            return _unquoted(text)
        if kind == "value":
            return Ref(int(text[1:]))
        if kind == "number":
            return int(text) if re.fullmatch(r"-?\d+", text) else float(text)
        return None if text == "_" else _WORDS.get(text, text)


def read_graph(text: str) -> Graph:
    """The graph that the core printed."""
    reader = _Reader(text)
    reader.take("graph")
    return _graph(reader)


def _graph(reader: _Reader) -> Graph:
    graph = Graph()
    reader.take("(")
    while not reader.accept(")"):
        graph.inputs.append(reader.define(graph))
        reader.accept(",")
    reader.take("{")
    while not reader.accept("}"):
        _statement(reader, graph)
    return graph


def _statement(reader: _Reader, graph: Graph) -> None:
    kind, word = reader.peek()
    if kind == "value":
        outputs = [reader.define(graph)]
        while reader.accept(","):
            outputs.append(reader.define(graph))
        reader.take("=")
        graph.nodes.append(_node(reader, outputs))
    elif word == "const":
        reader.take()
        number = reader.define(graph)
        reader.take("=")
        graph.constants[number] = bytes.fromhex(reader.take()[2:])
    elif word == "return":
        reader.take()
        while reader.peek()[0] == "value":
            # The first of the next statement's results stands behind the last output.
            graph.outputs.append(reader.value())
            if not reader.accept(","):
                break
    elif word == "state":
        reader.take()
        first = reader.integer()
        reader.take("->")
        graph.states.append((first, reader.integer()))
    elif word == "ordinals":
        reader.take()
        reader.take()
    elif word in ("size", "dimension", "node"):
        graph.has_sizes = True
        reader.take()
        if word == "size":
            graph.sized.append(reader.value())
        while reader.peek()[1] != "}" and reader.peek()[0] != "end":
            reader.take()
    else:
        graph.nodes.append(_node(reader, []))


def _node(reader: _Reader, outputs: list[int]) -> Node:
    node = Node(reader.take(), [], {}, outputs)
    reader.take("(")
    while not reader.accept(")"):
        _argument(reader, node)
        reader.accept(",")
    if node.op in ("loop", "cond"):
        _regions(reader, node)
    while reader.accept("@"):
        _remark(reader, node)
    return node


def _argument(reader: _Reader, node: Node) -> None:
    value = reader.argument()
    if isinstance(value, str) and reader.accept("="):
        node.attributes[value] = reader.argument()
    else:
        node.operands.append(value)


def _regions(reader: _Reader, node: Node) -> None:
    while reader.peek()[1] != "(":
        word = reader.take()
        is_count = reader.peek()[0] == "number"
        node.loop[word] = reader.integer() if is_count else True
    while reader.peek()[1] == "(":
        node.bodies.append(_graph(reader))


def _remark(reader: _Reader, node: Node) -> None:
    word = reader.take()
    if word == "rebuilt":
        return
    value = reader.argument()
    if word == "line":
        node.line = value
    elif word == "precision":
        node.precision = value


__all__ = ["Graph", "Node", "Ref", "Type", "read_graph"]
