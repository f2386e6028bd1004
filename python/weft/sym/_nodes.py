"""Nodes: what a symbol's graph is made of, and how they run.

A node has arguments in which entries (a node and the number of one of its results) stand for
arrays, and gives arrays when these are there. Nodes never change, but for `writes`: what a node
gives may be written to a variable, which is then a state. They run in the order in which they were
made, so such a graph means what the Python code that composed it means for arrays.
"""

import copy
import itertools
import operator
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import Any, NamedTuple

from weft._base.errors import InvalidType, InvalidValue
from weft._base.packages import is_weft
from weft._core import native

_serials = itertools.count()
_here = threading.local()


@contextmanager
def from_line(line: str | None) -> Iterator[None]:
    """Nodes made in the meantime come from this line of the program: they stand for something that
    it made."""
    before, _here.line = getattr(_here, "line", None), line
    try:
        yield
    finally:
        _here.line = before


def _origin() -> str | None:
    """File and line of the innermost frame outside of this package."""
    known = getattr(_here, "line", None)
    if known is not None:
        return known
    frame: FrameType | None = sys._getframe(2)
    while frame is not None and is_weft(frame.f_globals.get("__name__")):
        frame = frame.f_back
    return None if frame is None else f"{frame.f_code.co_filename}:{frame.f_lineno}"


class Entry(NamedTuple):
    """One result of a node."""

    node: "Node"
    index: int


def replaced(value: Any, by: Callable[[Entry], Any]) -> Any:
    """`value` with something else in the place of every entry; lists, tuples and slices nest."""
    if isinstance(value, Entry):
        return by(value)
    if isinstance(value, list | tuple):
        return type(value)([replaced(item, by) for item in value])
    return value


def entries_in(value: Any) -> Iterator[Entry]:
    """The entries inside an argument."""
    if isinstance(value, Entry):
        yield value
    elif isinstance(value, list | tuple):
        for item in value:
            yield from entries_in(item)


class Node:
    """Base: something with a name, attributes of the user, and results.

    attrs: texts by name, which mean nothing to the graph
    outputs: how many results
    """

    operator = ""  # its word in files

    def __init__(self, name: str, attrs: dict[str, str], arguments: Any, outputs: int = 1) -> None:
        self.name = name
        self.attrs = attrs
        self.arguments = arguments
        self.outputs = outputs
        self.serial = next(_serials)
        self.writes: list[tuple[int, Variable]] = []
        self.types: Any = None  # of its results as far as variables alone say, once asked for
        self.line = _origin()  # of the program that composed it

    def sources(self, training: bool | None = None) -> list[Entry]:
        """The entries that the node reads in that mode, in both if it is None."""
        return list(entries_in(self.arguments))

    def results(self, arguments: Any) -> list[Any]:
        """What the node gives where its arguments are arrays."""
        raise NotImplementedError

    def copied(self, arguments: Any) -> "Node":
        """The same node on other arguments."""
        node = copy.copy(self)
        node.arguments, node.serial = arguments, next(_serials)
        node.writes, node.types = list(self.writes), None
        return node

    def output_names(self) -> list[str]:
        """`tanh0_output`, or `split0_output0`, `split0_output1` where there are several."""
        if self.outputs == 1:
            return [f"{self.name}_output"]
        return [f"{self.name}_output{number}" for number in range(self.outputs)]


def plain_shape(operation: str, name: str, shape: Any) -> tuple[int, ...] | None:
    """A shape as the user gives it; -1 and None are unknown extents."""
    if shape is None:
        return None
    try:
        extents = (shape,) if isinstance(shape, int) else tuple(shape)
        whole = tuple(-1 if extent is None else operator.index(extent) for extent in extents)
    except TypeError:
        raise InvalidType(
            f"{operation}: the shape of `{name}` must be integers; got {shape!r}"
        ) from None
    if min(whole, default=0) < -1:
        raise InvalidValue(f"{operation}: the shape of `{name}` must not be negative; got {shape}")
    return whole


class Variable(Node):
    """An argument of the graph.

    shape: -1 where an extent is unknown, None where even their number is; dtype: a name, or None
    """

    operator = "variable"

    def __init__(
        self, name: str, attrs: dict[str, str], shape: tuple[int, ...] | None, dtype: str | None
    ) -> None:
        super().__init__(name, attrs, [])
        self.shape = shape
        self.dtype = dtype

    def output_names(self) -> list[str]:
        return [self.name]


class Constant(Node):
    """An array that is part of the graph, and that nobody else can write."""

    operator = "constant"

    def __init__(self, name: str, attrs: dict[str, str], array: native.ndarray) -> None:
        super().__init__(name, attrs, [])
        self.array = array

    def results(self, arguments: Any) -> list[Any]:
        return [self.array]

    def output_names(self) -> list[str]:
        return [self.name]


class Call(Node):
    """An operator of the registry; arguments: entries, lists of entries, numbers or None, then
    attributes by name."""

    def __init__(
        self,
        name: str,
        attrs: dict[str, str],
        function: native.Operator,
        inputs: list[Any],
        attributes: dict[str, Any],
        outputs: int,
    ) -> None:
        super().__init__(name, attrs, inputs, outputs)
        self.function = function
        self.attributes = attributes
        self.operator = function.__name__

    def results(self, arguments: Any) -> list[Any]:
        found = self.function(*arguments, **self.attributes)
        return list(found) if isinstance(found, list | tuple) else [found]


class Index(Node):
    """An array indexed, `x[key]`; arguments: `x`, then the parts of the key, in which slices are
    tuples of a mark and three numbers."""

    operator = "getitem"

    def results(self, arguments: Any) -> list[Any]:
        array, *key = arguments
        parts = [slice(*part[1:]) if is_slice(part) else part for part in key]
        return [array[tuple(parts)]]


class ByMode(Node):
    """The first argument in train mode, the second in predict mode; the other one does not run."""

    operator = "by_mode"

    def sources(self, training: bool | None = None) -> list[Entry]:
        return self.arguments if training is None else [self.arguments[0 if training else 1]]

    def results(self, arguments: Any) -> list[Any]:
        raise AssertionError("`by_mode` gives what its chosen entry gives")


SLICE = "slice"


def is_slice(part: Any) -> bool:
    """Does this part of a key stand for a slice?"""
    return isinstance(part, tuple) and len(part) == 4 and part[0] == SLICE


def in_order(
    heads: Iterable[Entry],
    training: bool | None = None,
    is_end: Callable[[Node], bool] = lambda node: False,
) -> list[Node]:
    """The nodes that the heads need, in the order in which they were made; what nodes at the end
    need is left out."""
    found: dict[Node, None] = {}
    waiting = [entry.node for entry in heads]
    while waiting:
        node = waiting.pop()
        if node not in found:
            found[node] = None
            if is_end(node):
                continue
            waiting += [entry.node for entry in node.sources(training)]
            waiting += [variable for _, variable in node.writes]
    return sorted(found, key=lambda node: node.serial)


def variables_of(heads: Sequence[Entry], operation: str) -> dict[str, Variable]:
    """The variables that the heads need, by name, in the order in which they are met.

    Raises ValueError where two have the same name.
    """
    found: dict[str, Variable] = {}
    for node in _depth_first(heads):
        if isinstance(node, Variable) and found.setdefault(node.name, node) is not node:
            raise InvalidValue(
                f"{operation}: two variables are named `{node.name}`; a name must be that of one "
                "variable, which may be used in several places"
            )
    return found


def _depth_first(heads: Sequence[Entry]) -> list[Node]:
    """The nodes that the heads need, each behind what it reads, from the first argument on."""
    found: dict[Node, None] = {}
    seen: set[Node] = set()
    waiting: list[tuple[Node, bool]] = [(entry.node, False) for entry in reversed(heads)]
    while waiting:
        node, is_done = waiting.pop()
        if is_done:
            found[node] = None
        elif node not in seen:
            seen.add(node)
            waiting.append((node, True))
            needed = [entry.node for entry in node.sources()]
            needed += [variable for _, variable in node.writes]
            waiting += [(source, False) for source in reversed(needed)]
    return list(found)


def evaluate(
    heads: Sequence[Entry], arrays: dict[Variable, native.ndarray], training: bool
) -> list[Any]:
    """What the heads give for arrays in the place of variables, which may be traced ones."""
    values: dict[Entry, Any] = {Entry(node, 0): array for node, array in arrays.items()}

    def value(entry: Entry) -> Any:
        while isinstance(entry.node, ByMode):
            entry = entry.node.sources(training)[0]
        return values[entry]

    around = native.set_origin(None)
    try:
        for node in in_order(heads, training):
            if not isinstance(node, Variable | ByMode):
                native.set_origin(node.line or around)
                for number, result in enumerate(node.results(replaced(node.arguments, value))):
                    values[Entry(node, number)] = result
            for number, variable in node.writes:
                arrays[variable][...] = value(Entry(node, number))
    finally:
        native.set_origin(around)
    return [value(entry) for entry in heads]
