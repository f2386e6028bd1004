"""A symbol as a function of arrays, which runs as one plan."""

from collections.abc import Callable, Sequence
from typing import Any

from weft._import.missing import require_all, resolve
from weft._import.rules import Call
from weft._import.run import Scope, run
from weft._trace.cache import TraceCache
from weft.mxnet._operators import RULES, parse
from weft.mxnet._reading.graph import Entry, Graph, GraphNode, reachable
from weft.mxnet._reading.program import program_of
from weft.mxnet.symbol._compose import copied
from weft.mxnet.symbol._inference import Inference, is_whole
from weft.mxnet.symbol._modes import is_np_shape

_MAKERS = ("_zeros", "_ones", "_full")
# What sees each node: its operator, its name, what it reads and its results.
Watch = Callable[[str, str, list[Any], list[Any]], None]


def with_known_shapes(heads: Sequence[Entry], found: Inference) -> list[Entry]:
    """The graph with the shapes that follow in the place of unknown extents of new arrays."""
    by_name: dict[int, tuple[int, ...]] = {}
    order = list(reachable(node for node, _ in heads))
    for number, node in enumerate(order):
        extents = _extents(node)
        is_open = -1 in extents or (0 in extents and not is_np_shape())
        if node.op in _MAKERS and is_open and is_whole(found.shape(node)):
            by_name[number] = found.shape(node) or ()
    if not by_name:
        return list(heads)
    changed = copied(heads)
    for number, node in enumerate(reachable(node for node, _ in changed)):
        if number in by_name:
            node.attrs["shape"] = str(by_name[number])
    return changed


def _extents(node: GraphNode) -> tuple[Any, ...]:
    shape = parse(node.attrs.get("shape", "()"))
    return shape if isinstance(shape, tuple) else (shape,)


class Function:
    """Runs the nodes of a graph: `run(is_train, inputs)`, arrays in the order of the variables."""

    def __init__(self, heads: Sequence[Entry], caller: str) -> None:
        self.heads = list(heads)
        self.names = list(
            dict.fromkeys(n.name for n in reachable(n for n, _ in heads) if n.is_variable)
        )
        attrs = {"is_np_shape": ["int", int(is_np_shape())]}
        graph = Graph(self.heads, attrs)
        self.program = program_of(graph, caller, self.names, {}, caller)
        require_all(caller, RULES.format, resolve(self.program, RULES))
        self._plan = TraceCache(self._evaluate, caller, reads=False)

    def __call__(self, is_train: bool, inputs: Sequence[Any]) -> list[Any]:
        """The outputs, by a plan that is made once for each signature."""
        return self._plan((is_train, list(inputs)), {})

    def _evaluate(self, is_train: bool, inputs: list[Any]) -> list[Any]:
        # The signature has the mode, too: two plans, each with its own meaning of dropout.
        return run(self.program, inputs, {})

    def last_plan(self) -> Any:
        """The trace that ran last, or None."""
        return self._plan.last

    def watched(self, inputs: Sequence[Any], watch: Watch) -> list[Any]:
        """The outputs, without a plan: `watch` sees each node's results as they are made."""
        scope = Scope()
        scope.values.update(zip(self.names, inputs, strict=True))
        for node in self.program.nodes:
            read = [scope[name] if name else None for name in node.inputs]
            found = node.rule(Call(node, scope), read)
            results = found if isinstance(found, tuple) else (found,)
            kept = [(n, v) for n, v in zip(node.outputs, results, strict=False) if n]
            scope.values.update(kept)
            watch(node.operator, node.name, read, [value for _, value in kept])
        return [scope[name] for name in self.program.outputs]


__all__ = ["Function", "with_known_shapes"]
