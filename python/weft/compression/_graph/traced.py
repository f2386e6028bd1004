"""A block as its graph: variables, their parameters and the shapes of what it computes."""

import inspect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from weft import np, sym
from weft._base.errors import Error, InvalidType, InvalidValue
from weft._base.protocols import HasDtype
from weft._trace.block_tree import not_hybrid
from weft.compression._graph.open_batch import Opening
from weft.gluon import HybridBlock, SymbolBlock
from weft.gluon.parameter import Parameter
from weft.sym._nodes import Entry, Node, Variable, in_order

Batch = tuple[Any, ...]  # an array for each input


@dataclass
class Traced:
    """heads: what the block gives, composed for both modes
    inputs: its inputs; parameters: of all other variables
    whole: inputs that are integers in the network, such as tokens
    """

    caller: str
    heads: list[Entry]
    inputs: list[Variable]
    parameters: dict[Variable, Parameter]
    whole: frozenset[Variable] = frozenset()

    @property
    def real(self) -> list[Variable]:
        """Inputs of real numbers."""
        return [variable for variable in self.inputs if variable not in self.whole]

    @property
    def arrays(self) -> dict[Variable, Any]:
        """What the parameters have now."""
        return {variable: known.data() for variable, known in self.parameters.items()}

    def given(self, batch: Batch) -> dict[Variable, Any]:
        """The batch's arrays, by the inputs."""
        return dict(zip(self.inputs, batch, strict=True))

    def shapes(self, batch: Batch) -> dict[Entry, tuple[int, ...]]:
        """Of everything that is computed for this batch."""
        return self.shapes_for(batch, {v.name: p.shape for v, p in self.parameters.items()})

    def shapes_for(
        self, batch: Batch, parameters: dict[str, tuple[int, ...]]
    ) -> dict[Entry, tuple[int, ...]]:
        """The same for parameters of these shapes."""
        every = sym.Symbol(self.every(self.heads))
        known = {
            node.name: array for node, array in self.given(batch).items() if node in used(every)
        }
        shapes = {name: tuple(array.shape) for name, array in known.items()} | parameters
        dtypes = {name: array.dtype for name, array in known.items()}
        types = every._inference(self.caller, shapes, dtypes).types
        return {entry: found.shape for entry, found in types.items()}

    @staticmethod
    def every(heads: list[Entry]) -> list[Entry]:
        """All that is computed for these heads, and variables."""
        return [Entry(node, n) for node in in_order(heads) for n in range(node.outputs)]

    @property
    def names(self) -> list[str]:
        """Of the inputs."""
        return [variable.name for variable in self.inputs]

    def block(self, heads: list[Entry], params: dict[str, Any]) -> SymbolBlock:
        """A block of the same inputs that gives these heads."""
        return SymbolBlock(sym.Symbol(heads), self.names, params)


def used(symbol: sym.Symbol) -> set[Node]:
    """The variables that a symbol reads."""
    return set(symbol._variables.values())


def inputs_of(net: Any, caller: str) -> list[str]:
    """The names of a block's inputs: those that its `forward` must be given; `data` where there is
    one alone."""
    if not isinstance(net, HybridBlock):
        raise InvalidType(f"{caller}: `net` must be a HybridBlock; got {not_hybrid(net)}")
    own = net._input_names
    if own is not None:
        return list(own)
    known = inspect.signature(net.forward).parameters.values()
    places = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    names = [p.name for p in known if p.kind in places and p.default is p.empty]
    return names if len(names) > 1 else ["data"]


def traced(net: Any, batch: Batch | None, caller: str) -> Traced:
    """The graph of a block; `batch` tells shapes that are not known yet.

    A `SymbolBlock` gives its own nodes, so names are those of the block that it was made from.
    """
    names = inputs_of(net, caller)
    if batch is not None:
        net(*batch)
    if isinstance(net, SymbolBlock) and net._symbol is not None:
        heads, inputs = net._symbol.heads, [net._variables[name] for name in names]
    else:
        found = None
        try:
            found = _composed(net, names, None, caller)
        except InvalidValue:  # a network that looks at its inputs' shapes
            if batch is None:
                raise
        heads, inputs = found or _composed_open(net, names, batch or (), caller)
    known = net.collect_params()
    variables = [v for v in sym.Symbol(heads)._variables.values() if v not in inputs]
    parameters = {v: known[v.name] for v in variables}
    given = zip(inputs, batch or (), strict=False)
    whole = frozenset(v for v, array in given if "float" not in str(array.dtype))
    return Traced(caller, heads, inputs, parameters, whole)


def _composed(
    net: Any, names: list[str], types: list[tuple[Any, Any]] | None, caller: str
) -> tuple[list[Entry], list[Variable]]:
    """What the block gives for variables, of these shapes and dtypes where they are known."""
    known = [{}] * len(names) if types is None else [{"shape": s, "dtype": d} for s, d in types]
    variables = [sym.var(name, **kind) for name, kind in zip(names, known, strict=True)]
    found = net(*variables)
    results = list(found) if isinstance(found, list | tuple) else [found]
    if not results or not all(isinstance(result, sym.Symbol) for result in results):
        raise InvalidType(
            f"{caller}: `net` must give arrays, alone or as a list; got {type(found).__name__}"
        )
    heads = [entry for result in results for entry in result.heads]
    return heads, [variable.heads[0].node for variable in variables]


def _composed_open(
    net: Any, names: list[str], batch: Batch, caller: str
) -> tuple[list[Entry], list[Variable]]:
    """The same for a batch of any size, of a network that needs one to be composed."""
    count = batch[0].shape[0] if batch[0].ndim else 0

    def composed(more: int) -> tuple[list[Entry], list[Variable]]:
        shapes = [_longer(array.shape, count, more) for array in batch]
        types = list(zip(shapes, [str(array.dtype) for array in batch], strict=True))
        return _composed(net, names, types, caller)

    heads, inputs = composed(0)
    try:
        others, _ = composed(1)
    except Error:  # the network itself is for one batch
        return heads, inputs
    heads = Opening(caller, heads, others, count, inputs[0]).result()
    for variable, array in zip(inputs, batch, strict=True):
        variable.shape = _longer(array.shape, count, -1 - count)
    return heads, inputs


def _longer(shape: Any, count: int, more: int) -> tuple[int, ...]:
    """The shape with another batch, if it has the batch in front."""
    is_batch = len(shape) > 0 and shape[0] == count
    return (count + more, *shape[1:]) if is_batch else tuple(shape)


class Batches:
    """Data as arrays, as often as they are asked for: a batch, or something to iterate over whose
    items are batches. A batch is an array, or a sequence that begins with one for each input, as
    those of data loaders do. What can be iterated over only once is kept whole."""

    def __init__(
        self, data: Any, caller: str, argument: str = "calibration_data", inputs: int = 1
    ) -> None:
        self._where = f"{caller}: `{argument}`"
        self._inputs = inputs
        items = [data] if isinstance(data, HasDtype) or self._is_batch(data) else data
        if not isinstance(items, Iterable):
            raise InvalidType(
                f"{self._where} must be an array or an iterable of arrays; got "
                f"{type(data).__name__}"
            )
        self._items = list(items) if isinstance(items, Iterator) else items
        self.first = next(iter(self), None)
        if self.first is None:
            raise InvalidValue(f"{self._where} must not be empty")

    def _is_batch(self, data: Any) -> bool:
        """Arrays for several inputs, which are not batches one after the other?"""
        is_sequence = self._inputs > 1 and isinstance(data, list | tuple)
        return is_sequence and all(isinstance(part, HasDtype) for part in data)

    def __iter__(self) -> Iterator[Batch]:
        return (batch for batch, _ in self.labelled())

    def labelled(self) -> Iterator[tuple[Batch, Any]]:
        """Batches, each with what stands beside it, or None."""
        for item in self._items:
            parts = item if isinstance(item, list | tuple) else [item]
            batch = parts[: self._inputs]
            for part in batch:
                if not isinstance(part, HasDtype):
                    raise InvalidType(
                        f"{self._where} must have arrays; got an item of type {type(part).__name__}"
                    )
            if len(batch) < self._inputs:
                raise InvalidValue(
                    f"{self._where} must have {self._inputs} arrays a batch, one for each input; "
                    f"got {len(batch)}"
                )
            label = parts[self._inputs] if len(parts) > self._inputs else None
            yield tuple([x if isinstance(x, np.ndarray) else np.array(x) for x in batch]), label
