"""Effects: what a program does beside its results.

Eager they happen at the call. In a hybridized function they happen at every run of its plan, in the
order in which they are written, each once: no pass leaves one out, merges two, moves one past
another or makes one again for a gradient.
"""

import os
import sys
from collections.abc import Callable
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._base.protocols import HasDtype
from weft._core import OPERATORS as _OPERATORS
from weft._core.dtypes import BY_NUMBER, CODES, number_of
from weft._core.modes import rules
from weft._core.typing import ArrayLike
from weft._trace.state import is_quiet, is_tracing, keep_alive


def print(format: str, *arrays: ArrayLike) -> None:
    """Prints a line: `format` with arrays in the places that it marks by `{}`.

    Arrays are written as nested lists; of more than 1000 elements the first and last three along
    each axis. `{{` and `}}` are braces. The text goes to `sys.stdout`, of an exported model to the
    standard output of the program that runs it.

    Raises ValueError unless there is one `{}` for each array.

    >>> import weft
    >>> @weft.hybridize
    ... def twice(x):
    ...     weft.npx.print("twice {}", x)
    ...     return x + x
    >>> twice(weft.np.array([1, 2]))
    twice [1, 2]
    array([2, 4])
    """
    if _has_effect("print"):
        _OPERATORS["print"](list(arrays), format)


def check(condition: ArrayLike, message: str, *arrays: ArrayLike) -> None:
    """Raises AssertionError unless all elements of `condition` are true.

    message: what should be so; arrays fill in its `{}` as in `print`

    The error names the line that says so. In a hybridized function the call that runs the plan
    raises it: arrays that the function writes to stay as they were, but for pinned ones. An
    exported model fails its run with WEFT_CHECK_FAILED.

    >>> from weft import np
    >>> check(np.array([1, 0]) > 0, "all positive")  # doctest: +ELLIPSIS
    Traceback (most recent call last):
        ...
    weft.CheckFailed: check: all positive; 1 of 2 elements are false, the first at (1,) (...)
    """
    if _has_effect("check"):
        _OPERATORS["check"](condition, list(arrays), message, _where())


def _has_effect(name: str) -> bool:
    """Is it to happen? Not while somebody only looks for shapes."""
    return not is_quiet()


def _where() -> str:
    """The caller's function and line: `Net.forward, net.py:12`."""
    frame = sys._getframe(2)
    code = frame.f_code
    return f"{code.co_qualname}, {os.path.basename(code.co_filename)}:{frame.f_lineno}"


def callback(
    function: Callable[..., Any],
    *arrays: ArrayLike,
    result: Any = None,
) -> Any:
    """Calls `function` on the arrays: at once, or at each run of the plan in a hybridized function.

    function: gets arrays of its own; runs on the thread that called, and may use everything
    result: an array, or anything else with `shape` and `dtype`, like which `function` gives one; a
        list or tuple of such for several; None where only the effect counts

    Returns an array like `result`, a tuple of such, or None. No gradient passes it: one that comes
    this way is an error unless the callback got `x.detach()`. What `function` raises is raised by
    the call. It cannot be exported.

    >>> from weft import np
    >>> seen = []
    >>> callback(lambda x: seen.append(x.sum().item()), np.array([1, 2]))
    >>> seen
    [3]
    >>> callback(lambda x: x[::-1], np.array([1, 2]), result=np.array([0, 0]))
    array([2, 1])
    """
    if not callable(function):
        raise InvalidType(f"callback: `function` must be callable; got {type(function).__name__}")
    several = isinstance(result, list | tuple)
    likes = [] if result is None else list(result) if several else [result]
    types = [_type_of(like) for like in likes]

    def call(*given: Any) -> list[Any]:
        found = function(*given)
        return _as_results(found if several else [found], types) if likes else []

    call.__qualname__ = getattr(function, "__qualname__", type(function).__name__)
    numbers = [n for number, shape in types for n in (number, len(shape), *shape)]
    if not _has_effect("callback"):
        outputs = [np.zeros(shape, dtype=BY_NUMBER[number]) for number, shape in types]
    else:
        if rules.are_traced:
            raise Unsupported(
                "callback: a plan computes gradients without functions of the host, so it cannot "
                "be in the rule of one; call what has the rule outside of `hybridize`, or `with "
                "weft.debug.eager()`"
            )
        kept = keep_alive(call) if is_tracing() else call
        outputs = _OPERATORS["callback"](list(arrays), kept, numbers)
    if result is None:
        return None
    return tuple(outputs) if several else outputs[0]


def _type_of(like: Any) -> tuple[int, tuple[int, ...]]:
    """Number of the dtype, and shape."""
    try:
        dtype, shape = like.dtype, tuple(like.shape)
    except AttributeError:
        raise InvalidType(
            "callback: `result` must have `shape` and `dtype`, as an array has; "
            f"got {type(like).__name__}"
        ) from None
    return CODES[dtype] if dtype in CODES else number_of(dtype), shape


def _as_results(found: Any, types: list[tuple[int, tuple[int, ...]]]) -> list[Any]:
    if not isinstance(found, list | tuple) or len(found) != len(types):
        got = len(found) if isinstance(found, list | tuple) else type(found).__name__
        raise InvalidValue(f"callback: `function` must give {len(types)} results; got {got}")
    return [
        np.asarray(x) if isinstance(x, HasDtype) else np.array(x, dtype=BY_NUMBER[number])
        for x, (number, _) in zip(found, types, strict=True)
    ]


__all__ = ["callback", "check", "print"]
