"""Loops and branches of a graph on a batch.

What a loop carries has the batch as soon as anything in it has. An example whose loop has ended, or
whose branch was not taken, keeps what it had.
"""

from collections.abc import Callable
from typing import Any

from weft import npx
from weft._base.errors import Unsupported
from weft._batching.table import Value, broadcast, moved, op, reshaped
from weft._transforms.graph_text import Graph, Node
from weft._transforms.running import operator_named

Interpret = Callable[[Graph, list[Value]], list[Value]]


def draws(graph: Graph) -> bool:
    """Does it draw random numbers?"""
    return any(
        any(map(draws, node.bodies)) if node.bodies else operator_named(node.op).schema["random"]
        for node in graph.nodes
    )


class Control:
    """A loop or a branch that runs on a batch of `size` examples."""

    def __init__(
        self,
        node: Node,
        operands: list[Value],
        size: int,
        interpret: Interpret,
        randomness: str,
    ) -> None:
        self._node, self._size, self._interpret = node, size, interpret
        self._operands = operands
        self._batched = any(value.batched for value in operands)
        if randomness == "different":
            self._batched = self._batched or any(map(draws, node.bodies))

    def run(self) -> list[Value]:
        """The node's results."""
        if self._node.op == "cond":
            return self._cond()
        loop = self._node.loop
        self._sliced, self._carried = loop["sliced"], loop["carried"]
        first = 1 if loop.get("counted") else 0
        self._rows = self._operands[first : first + self._sliced]
        rest = self._operands[first + self._sliced :]
        self._around = rest[self._carried :]
        self._states = [self._full(value) for value in rest[: self._carried]]
        self._backwards = bool(loop.get("backwards"))
        if loop.get("counted"):
            return self._counted(self._operands[0])
        return self._while() if loop.get("while") else self._foreach(None)

    # ---- values

    def _full(self, value: Value) -> Any:
        """The array, with the batch where results have it."""
        if value.batched or not self._batched:
            return value.array
        return broadcast(value.array, (self._size, *value.array.shape))

    def _values(self, arrays: list[Any]) -> list[Value]:
        return [Value(array, self._batched) for array in arrays]

    def _where(self, active: Any, new: Any, old: Any) -> Any:
        """`new` in the examples that are active; `active` has the batch or no axis."""
        if active.ndim:
            active = reshaped(active, (self._size, *[1] * (new.ndim - 1)))
        return op("where", active, new, old)

    def _body(self, rows: list[Any], states: list[Any]) -> tuple[list[Any], list[Any]]:
        """New states and rows of results, from a row of each sliced array and states."""
        given = [Value(row, value.batched) for row, value in zip(rows, self._rows, strict=True)]
        inputs = [*given, *self._values(states), *self._around]
        found = self._interpret(self._node.bodies[0], inputs)
        results = [self._full(value) for value in found]
        return results[: self._carried], results[self._carried :]

    def _sliced_rows(self) -> list[Any]:
        """The sliced arrays with the iterations as axis 0, in the order in which they run."""
        rows = [moved(v.array, 1, 0) if v.batched else v.array for v in self._rows]
        return [op("flip", row, axis=(0,)) for row in rows] if self._backwards else rows

    def _stacked(self, arrays: list[Any]) -> list[Value]:
        """Results that have the iterations as axis 0."""
        if self._backwards:
            arrays = [op("flip", array, axis=(0,)) for array in arrays]
        return self._values([moved(a, 1, 0) if self._batched else a for a in arrays])

    # ---- loops

    def _foreach(self, count: Value | None) -> list[Value]:
        """All iterations; of those from `count` on nothing stays."""
        most = self._node.loop["most"]
        numbers = op("arange", start=0, stop=most, dtype="int64")
        if self._backwards:
            numbers = op("flip", numbers, axis=(0,))

        def body(given: list[Any], states: list[Any]) -> tuple[list[Any], list[Any]]:
            number, *rows = given
            new, results = self._body(rows, states)
            if count is not None:
                active = op("less", number, count.array)
                new = [self._where(active, a, b) for a, b in zip(new, states, strict=True)]
                results = [self._where(active, a, 0) for a in results]
            return results, new

        found, final = npx.foreach(body, [numbers, *self._sliced_rows()], self._states)
        return [*self._values(list(final)), *self._stacked(list(found))]

    def _counted(self, count: Value) -> list[Value]:
        self._batched = self._batched or count.batched
        return self._foreach(count)

    def _while(self) -> list[Value]:
        """Goes on while the first state is true in any example."""
        if self._backwards or self._rows:
            raise Unsupported("vmap: a loop with a condition must not read rows")
        shape = (self._size,) if self._batched else ()
        trips = op("full", shape=shape, fill_value=0, dtype="int64")

        def goes_on(trips: Any, active: Any, *states: Any) -> Any:
            return op("any", active) if self._batched else active

        def body(trips: Any, active: Any, *states: Any) -> tuple[list[Any], list[Any]]:
            old = [active, *states]
            new, results = self._body([], old)
            if self._batched:
                new = [self._where(active, a, b) for a, b in zip(new, old, strict=True)]
                results = [self._where(active, a, 0) for a in results]
            ran = op("add", trips, op("cast", active, dtype="int64"))
            return results, [ran, *new]

        most = self._node.loop["most"]
        found, (trips, *final) = npx.while_loop(goes_on, body, [trips, *self._states], most)
        return [*self._values([*final, trips]), *self._stacked(list(found))]

    # ---- branches

    def _cond(self) -> list[Value]:
        decision, *around = self._operands
        then_body, else_body = self._node.bodies

        def branch(body: Graph) -> list[Any]:
            return [self._full(value) for value in self._interpret(body, around)]

        if not decision.batched:
            found = npx.cond(decision.array, lambda: branch(then_body), lambda: branch(else_body))
            return self._values(list(found))
        pairs = zip(branch(then_body), branch(else_body), strict=True)
        return self._values([self._where(decision.array, a, b) for a, b in pairs])


__all__ = ["Control", "Interpret", "draws"]
