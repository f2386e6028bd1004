"""The batch of a network that looks at its inputs' shapes: composing such a network takes shapes,
and what it computes of them are numbers of that batch. It is composed for two batches, one sample
apart, and numbers that differ between the graphs follow from the batch of a run."""

from collections.abc import Callable
from typing import Any, NamedTuple

from weft import np
from weft._base.errors import Unsupported
from weft.compression._graph.rebuilt import rebuilt
from weft.sym._nodes import Call, Constant, Entry, Node, Variable, in_order, replaced


class Size(NamedTuple):
    """`each` samples' share of a number, and what does not depend on the batch."""

    each: int
    rest: int

    def of(self, batch: Any) -> Any:
        """The number for this batch."""
        whole = batch if self.each == 1 else batch * self.each
        return whole + self.rest if self.rest else whole


class Sized(Node):
    """An operator of whose numbers some are `Size`s; the last argument is an input of the network,
    whose first axis is the batch."""

    operator = "sized"

    def __init__(self, node: Call, arguments: Any, attributes: Any, data: Entry) -> None:
        super().__init__(node.name, node.attrs, [*arguments, data], node.outputs)
        self.function, self.attributes = node.function, attributes

    def results(self, arguments: Any) -> list[Any]:
        *given, data = arguments
        batch = data.shape[0]
        given, options = (_known(part, batch) for part in (given, self.attributes))
        found = self.function(*given, **options)
        return list(found) if isinstance(found, list | tuple) else [found]


class Spread(Node):
    """A constant that is the same along axes whose extents are `Size`s, such as states of 0.

    array: with extents of 1 there; shape: with sizes
    """

    operator = "spread"

    def __init__(self, node: Constant, array: Any, shape: tuple[Any, ...], data: Entry) -> None:
        super().__init__(node.name, node.attrs, [data])
        self.array, self.shape = array, shape

    def results(self, arguments: Any) -> list[Any]:
        return [np.broadcast_to(self.array, _known(self.shape, arguments[0].shape[0]))]


def _known(value: Any, batch: Any) -> Any:
    if isinstance(value, Size):
        return value.of(batch)
    if isinstance(value, dict):
        return {key: _known(item, batch) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)([_known(item, batch) for item in value])
    return value


class Opening:
    """Makes one graph of two.

    heads, others: composed for a batch of `count` and of one sample more
    data: an input whose first axis is the batch
    """

    def __init__(
        self, caller: str, heads: list[Entry], others: list[Entry], count: int, data: Variable
    ) -> None:
        self.caller, self.count, self.data = caller, count, Entry(data, 0)
        self.heads, self.others = heads, others
        self._twins: dict[Node, Node] = {}

    def result(self) -> list[Entry]:
        """The graph for any batch."""
        nodes, others = in_order(self.heads), in_order(self.others)
        for node, other in zip(nodes, others, strict=False):
            if type(node) is not type(other) or node.operator != other.operator:
                raise self._refused(other, "differs in its operator")
            self._twins[node] = other
        if len(nodes) != len(others):
            raise self._refused(others[-1], "is not in both graphs")
        return rebuilt(self.heads, self._opened)

    def _refused(self, node: Node, what: str) -> Unsupported:
        place = f"`{node.name}`" + (f" ({node.line})" if node.line else "")
        return Unsupported(
            f"{self.caller}: {place} {what} for batches of {self.count} and {self.count + 1}, so "
            "the graph does not fit every batch; use -1 for the batch in reshapes, and make arrays "
            "of its size with np.zeros_like or np.ones_like"
        )

    def _opened(self, node: Node, now: Callable[[Entry], Entry]) -> list[Entry] | None:
        other = self._twins[node]
        if isinstance(node, Variable):
            return None
        if isinstance(node, Constant):
            return self._constant(node, other)
        arguments = self._merged(node.arguments, other.arguments, other)
        attributes = getattr(node, "attributes", {})
        options = self._merged(attributes, getattr(other, "attributes", {}), other)
        if arguments == node.arguments and options == attributes:
            return None
        if not isinstance(node, Call) or node.writes:
            raise self._refused(other, "differs in its numbers")
        given = replaced_entries(arguments, now)
        if node.operator == "reshape" and (shape := _with_rest(options["newshape"])):
            options = {**options, "newshape": shape}
            made: Node = Call(node.name, node.attrs, node.function, given, options, 1)
        else:
            made = Sized(node, given, options, now(self.data))
        return [Entry(made, number) for number in range(node.outputs)]

    def _merged(self, a: Any, b: Any, node: Node) -> Any:
        """What both say, with sizes for numbers that differ."""
        if isinstance(a, Entry) and isinstance(b, Entry):
            if self._twins.get(a.node) is not b.node or a.index != b.index:
                raise self._refused(node, "differs in the arrays that it reads")
            return a
        if isinstance(a, dict) and isinstance(b, dict) and a.keys() == b.keys():
            return {key: self._merged(a[key], b[key], node) for key in a}
        if isinstance(a, list | tuple) and type(a) is type(b) and len(a) == len(b):
            return type(a)([self._merged(x, y, node) for x, y in zip(a, b, strict=True)])
        is_number = type(a) is int and type(b) is int
        if a is b or (type(a) is type(b) and (a == b or (a != a and b != b))):
            return a
        if not is_number:
            raise self._refused(node, f"differs, {a} and {b},")
        return Size(b - a, a - (b - a) * self.count)

    def _constant(self, node: Constant, other: Any) -> list[Entry] | None:
        a, b = node.array, other.array
        if a.dtype != b.dtype or a.ndim != b.ndim:
            raise self._refused(other, "differs in its content")
        shape = self._merged(tuple(a.shape), tuple(b.shape), other)
        first = tuple([slice(1) if isinstance(x, Size) else slice(None) for x in shape])
        x, y, row = a.asnumpy(), b.asnumpy(), a[first].copy()
        same = row.asnumpy()
        if not all((part == same).all() or (part != part).all() for part in (x, y)):
            raise self._refused(other, "differs in its content")
        if not any(isinstance(extent, Size) for extent in shape):
            return None
        return [Entry(Spread(node, row, shape, self.data), 0)]


def replaced_entries(value: Any, now: Callable[[Entry], Entry]) -> Any:
    """As `replaced`, for arguments that may have sizes, which are tuples, too."""
    if isinstance(value, Size):
        return value
    if isinstance(value, Entry):
        return now(value)
    if isinstance(value, list | tuple):
        return type(value)([replaced_entries(item, now) for item in value])
    return replaced(value, now)


def _with_rest(shape: Any) -> tuple[int, ...] | None:
    """A shape of one size alone, with -1 in its place: what is left is the batch's."""
    if not isinstance(shape, tuple) or isinstance(shape, Size):
        return None
    sizes = [extent for extent in shape if isinstance(extent, Size)]
    if len(sizes) != 1 or -1 in shape or any(not isinstance(x, Size) and x < 1 for x in shape):
        return None
    return tuple([-1 if isinstance(extent, Size) else extent for extent in shape])
