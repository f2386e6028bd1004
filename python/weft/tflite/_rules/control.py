"""Control flow, whose bodies are graphs of the file, and variables, which are states."""

from typing import Any

from weft import npx
from weft._core.typing import ndarray
from weft._import.program import Program
from weft._import.values import Array, array_of, is_host
from weft.tflite._rules._table import MOVES as moves

# More steps than a loop makes in practice; a graph has to know a bound.
_MOST_STEPS = (1 << 31) - 1


def _run(call: Any, body: Program, inputs: Any) -> tuple[Any, ...]:
    return tuple(array_of(value) for value in call.run(body, list(inputs)))


@moves("IF")
def _if(condition: Any, *x: Any, then_subgraph: Program, else_subgraph: Program, _: Any) -> Any:
    if is_host(condition):
        return _run(_, then_subgraph if condition.reshape(()) else else_subgraph, x)
    return npx.cond(
        condition.reshape(()),
        lambda: _run(_, then_subgraph, x),
        lambda: _run(_, else_subgraph, x),
    )


@moves("WHILE")
def _while(*x: Any, cond_subgraph: Program, body_subgraph: Program, _: Any) -> Any:
    def goes_on(*values: Any) -> ndarray:
        return _run(_, cond_subgraph, values)[0].reshape(())

    def step(*values: Any) -> tuple[None, tuple[Any, ...]]:
        return None, _run(_, body_subgraph, values)

    start = tuple(array_of(value) for value in x)
    return tuple(npx.while_loop(goes_on, step, start, _MOST_STEPS)[1])


@moves("READ_VARIABLE", states=(0,))
def _read_variable(variable: Array) -> ndarray:
    return variable.copy()


@moves("ASSIGN_VARIABLE", states=(0,))
def _assign_variable(variable: Array, value: Array) -> tuple[()]:
    variable[...] = value
    return ()
