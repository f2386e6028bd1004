"""Computations on arrays as symbols of `mx.sym`: what the tape has noted of them.

`mx.autograd.get_symbol` and `mx._deferred_compute` are made of it. Each operator on the tape
becomes the operator of MXNet that means the same, by the rules of blocks on symbols.
"""

from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidState, Unsupported
from weft._core import OPERATORS, native
from weft._core.typing import ndarray
from weft.mxnet.gluon._symbols import translated

# Gets the number of a leaf among the nodes, or None for an array that is a constant.
Variables = Callable[[int | None], Any]


def symbols_of(outputs: Sequence[ndarray], known: Sequence[ndarray], caller: str) -> "History":
    """The history of arrays; `known` are those among them that have symbols already.

    Raises RuntimeError for an array without a history.
    """
    nodes, places = native.history([*outputs, *known])
    heads = places[: len(outputs)]
    for number, place in enumerate(heads):
        if place is None:
            raise InvalidState(
                f"{caller}: array {number} has no history: it was not computed by operators that "
                "were recorded"
            )
    return History(nodes, heads, places[len(outputs) :], caller)


class History:
    """Nodes of the tape, each after those it depends on, and the places of arrays in them."""

    def __init__(self, nodes: Any, heads: Any, known: Any, caller: str) -> None:
        self._nodes, self._heads, self._caller = nodes, heads, caller
        self.known: list[int | None] = [None if place is None else place[0] for place in known]

    def translated(self, variable_for: Variables) -> list[Any]:
        """A symbol for each output; `variable_for` gives those of leaves and constants."""
        self._variables: list[Any] = []
        self._variable_for = variable_for
        self._written: list[dict[str, Any]] = []
        self._numbers: list[int] = []  # of what was written, by the numbers of the tape
        for number, node in enumerate(self._nodes):
            self._numbers.append(self._write(number, *node))
        heads = [[self._numbers[node], output] for node, output in self._heads]
        graph = {"nodes": self._written, "heads": heads}
        return translated(graph, dict(enumerate(self._variables)), self._caller)

    def _add(self, node: dict[str, Any]) -> int:
        self._written.append(node)
        return len(self._written) - 1

    def _variable(self, leaf: int | None) -> int:
        self._variables.append(self._variable_for(leaf))
        return self._add({"op": "variable", "name": f"__input{len(self._variables) - 1}"})

    def _write(self, number: int, name: str, attributes: list[Any], inputs: list[Any]) -> int:
        if name == "leaf":
            return self._variable(number)
        schema = OPERATORS[name].schema if name in OPERATORS else None
        given = [] if schema is None else schema["arguments"][schema["inputs"] :]
        if schema is None or len(given) != len(attributes):
            raise Unsupported(
                f"{self._caller}: `{name}` ran as a plan, whose operators are not on the tape; "
                "call the block on `mx.sym.var(...)` for its symbol"
            )
        told = {
            argument["name"]: list(value) if isinstance(value, tuple) else value
            for argument, value in zip(given, attributes, strict=True)
            if value is not None
        }
        written = [self._input(part) for part in inputs]
        kinds = [argument["kind"] for argument in schema["arguments"][: schema["inputs"]]]
        if kinds and kinds[-1] == "arrays":  # the last ones are a list
            first = len(kinds) - 1
            written = [*written[:first], written[first:]]
        if name == "reshape" and not told["newshape"]:  # one element, which loses its axes
            name, told = "squeeze", {}
        return self._add({"op": name, "inputs": written, "attributes": told})

    def _input(self, part: Any) -> Any:
        if part == ():
            return {"node": [self._variable(None), 0]}
        if isinstance(part, tuple):
            return {"node": [self._numbers[part[0]], part[1]]}
        return part


__all__ = ["History", "symbols_of"]
