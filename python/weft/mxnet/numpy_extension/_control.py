"""Control flow as `mx.npx` has it: Weft's functions, which take the names that MXNet gives."""

from collections.abc import Callable
from typing import Any

from weft import npx as _npx


def foreach(
    body: Callable[[Any, Any], tuple[Any, Any]],
    data: Any,
    init_states: Any,
    name: str = "foreach",
) -> Any:
    """Runs `body(row, states)` for each row of arrays, handing states from one to the next.

    body: returns outputs and the new states; data, init_states: arrays, or nested lists of such
    name: of MXNet's node; means nothing here

    Returns the outputs, stacked along a new axis 0, and the last states. See `weft.npx.foreach`.
    """
    return _npx.foreach(body, data, init_states)


def while_loop(
    cond: Callable[..., Any],
    func: Callable[..., tuple[Any, Any]],
    loop_vars: Any,
    max_iterations: Any = None,
    name: str = "while_loop",
) -> Any:
    """Runs `func(*loop_vars)` while `cond(*loop_vars)` is true, at most `max_iterations` times.

    func: returns outputs of the step and the new variables; name: means nothing here

    Returns the outputs, stacked to `max_iterations` rows of which those of steps that were not made
    are zero, and the last variables. See `weft.npx.while_loop`. Raises TypeError without
    `max_iterations`.
    """
    return _npx.while_loop(cond, func, loop_vars, max_iterations)


def cond(
    pred: Any,
    then_func: Callable[..., Any],
    else_func: Callable[..., Any],
    inputs: Any = (),
    name: str = "cond",
) -> Any:
    """What `then_func(*inputs)` gives if `pred(*inputs)` is true, else what `else_func` gives.

    pred: a number or bool, or a function of the inputs that gives it; name: means nothing here

    See `weft.npx.cond`.

    >>> from weft import mxnet as mx
    >>> mx.npx.cond(lambda x: x > 1, lambda x: x * 2, lambda x: x, mx.np.array([3.0]), name="twice")
    array([6.])
    """
    return _npx.cond(pred, then_func, else_func, inputs)


__all__ = ["cond", "foreach", "while_loop"]
