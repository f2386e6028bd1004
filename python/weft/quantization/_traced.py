"""A block as its graph: variables, their parameters and the shapes of what it computes; and copies
of graphs in which some nodes are others."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from weft import np, sym
from weft._errors import InvalidType, InvalidValue, Unsupported
from weft.gluon import HybridBlock, SymbolBlock
from weft.gluon.parameter import Parameter
from weft.sym._nodes import Entry, Node, Variable, in_order, replaced


@dataclass
class Traced:
    """heads: what the block gives, composed for both modes
    data: its input; parameters: of all other variables
    """

    caller: str
    heads: list[Entry]
    data: Variable
    parameters: dict[Variable, Parameter]

    @property
    def arrays(self) -> dict[Variable, Any]:
        """What the parameters have now."""
        return {variable: known.data() for variable, known in self.parameters.items()}

    def shapes(self, batch: Any) -> dict[Entry, tuple[int, ...]]:
        """Of everything that is computed for this batch."""
        return self.shapes_for(batch, {v.name: p.shape for v, p in self.parameters.items()})

    def shapes_for(
        self, batch: Any, parameters: dict[str, tuple[int, ...]]
    ) -> dict[Entry, tuple[int, ...]]:
        """The same for parameters of these shapes."""
        every = sym.Symbol(self.every(self.heads))
        given = {self.data.name: tuple(batch.shape), **parameters}
        types = every._inference(self.caller, given, {self.data.name: batch.dtype}).types
        return {entry: known.shape for entry, known in types.items()}

    @staticmethod
    def every(heads: list[Entry]) -> list[Entry]:
        """All that is computed for these heads, and variables."""
        return [Entry(node, n) for node in in_order(heads) for n in range(node.outputs)]

    def block(self, heads: list[Entry], params: dict[str, Any]) -> SymbolBlock:
        """A block of the same input that gives these heads."""
        symbol = sym.Symbol(heads)
        return SymbolBlock(symbol, self.data.name, params)


def traced(net: Any, batch: Any, caller: str) -> Traced:
    """The graph of a block of one input; `batch` tells shapes that are not known yet.

    A `SymbolBlock` gives its own nodes, so names are those of the block that it was made from.
    """
    if not isinstance(net, HybridBlock):
        raise InvalidType(f"{caller}: `net` must be a HybridBlock; got {type(net).__name__}")
    if batch is not None:
        net(batch)
    if isinstance(net, SymbolBlock) and "_symbol" in vars(net):
        names = net._input_names
        if len(names) != 1:
            raise InvalidType(f"{caller}: `net` must have one input; it has {', '.join(names)}")
        symbol, data = net._symbol, net._variables[names[0]]
    else:
        variable = sym.var("data")
        try:
            symbol = net(variable)
        except InvalidValue:  # a network that looks at its input's shape
            if batch is None:
                raise
            variable = sym.var("data", shape=batch.shape)
            symbol = net(variable)
            variable.heads[0].node.shape = (-1, *batch.shape[1:])
        data = variable.heads[0].node
    if not isinstance(symbol, sym.Symbol):
        raise InvalidType(f"{caller}: `net` must give arrays, alone")
    known = net.collect_params()
    variables = [v for v in symbol._variables.values() if v is not data]
    return Traced(caller, symbol.heads, data, {v: known[v.name] for v in variables})


class Batches:
    """Data as arrays, as often as they are asked for: one array, or something to iterate over whose
    items are arrays or sequences that begin with one, as those of data loaders are. What can be
    iterated over only once is kept whole."""

    def __init__(self, data: Any, caller: str, argument: str = "calibration_data") -> None:
        self._where = f"{caller}: `{argument}`"
        items = [data] if hasattr(data, "dtype") else data
        if not hasattr(items, "__iter__"):
            raise InvalidType(
                f"{self._where} must be an array or an iterable of arrays; got "
                f"{type(data).__name__}"
            )
        self._items = list(items) if isinstance(items, Iterator) else items
        self.first = next(iter(self), None)
        if self.first is None:
            raise InvalidValue(f"{self._where} must not be empty")

    def __iter__(self) -> Iterator[Any]:
        return (batch for batch, _ in self.labelled())

    def labelled(self) -> Iterator[tuple[Any, Any]]:
        """Arrays, each with what stands beside it, or None."""
        for item in self._items:
            is_alone = not isinstance(item, list | tuple)
            batch = item if is_alone else item[0]
            if not hasattr(batch, "dtype"):
                raise InvalidType(
                    f"{self._where} must have arrays; got an item of type {type(batch).__name__}"
                )
            label = None if is_alone or len(item) < 2 else item[1]
            yield batch if isinstance(batch, np.ndarray) else np.array(batch), label


def rebuilt(
    heads: list[Entry], make: Callable[[Node, Callable[[Entry], Entry]], list[Entry] | None]
) -> list[Entry]:
    """The graph with other nodes in the place of some, for both modes. All nodes are new but for
    variables, so that they run in the same order.

    make: of a node, and of a function from old entries to new ones: what stands for its results,
        or None for the node as it is, on what it reads now
    """
    moved: dict[Entry, Entry] = {}

    def now(entry: Entry) -> Entry:
        return moved[entry]

    for node in in_order(heads):
        found = make(node, now)
        if found is None:
            found = [Entry(_moved_node(node, moved), number) for number in range(node.outputs)]
        moved.update({Entry(node, number): entry for number, entry in enumerate(found)})
    return [moved[entry] for entry in heads]


def _moved_node(node: Node, moved: dict[Entry, Entry]) -> Node:
    if isinstance(node, Variable):
        return node
    written = [(number, moved[Entry(variable, 0)].node) for number, variable in node.writes]
    for (_, variable), (_, new) in zip(node.writes, written, strict=True):
        if not isinstance(new, Variable):
            raise Unsupported(f"`{variable.name}` is a state, which stays a variable")
    copy = node.copied(replaced(node.arguments, lambda entry: moved[entry]))
    copy.writes = written
    return copy
