"""NumPy's functions of elements, with the arguments of ufuncs that MXNet takes and refuses.

An operand that is a number, or two that are, give a number, as NumPy has it.
"""

import functools
from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft.mxnet._modes import read
from weft.mxnet._operators import _integers

_DEFAULTS: dict[str, Any] = {
    "where": True,
    "subok": True,
    "casting": "same_kind",
    "order": "K",
    "dtype": None,
}
_CASTINGS = ("no", "equiv", "safe", "same_kind", "unsafe")


_WITHOUT_OPTIONS = ("left_shift", "right_shift")  # of MXNet's functions alone


def _check_options(name: str, options: dict[str, Any]) -> None:
    """Raises TypeError for options that ufuncs lack, NotImplementedError for those that are not
    their defaults."""
    for option, value in options.items():
        if option not in _DEFAULTS or name in _WITHOUT_OPTIONS:
            raise InvalidType(f"{name}: `{option}` is no argument")
        if value is _DEFAULTS[option] or value == _DEFAULTS[option]:
            continue
        if option == "casting" and value not in _CASTINGS:
            raise InvalidType(f"{name}: `casting` must be one of {_CASTINGS}; got {value!r}")
        if option == "dtype":
            numpy.dtype(value)  # TypeError for what is none
        raise NotImplementedError(f"{name}: `{option}` must be left out; got {value!r}")


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float | numpy.generic)


def _unary(name: str) -> Callable[..., Any]:
    function = getattr(np, name)
    of_numbers = getattr(numpy, name)
    is_claim = name.startswith("is") or name == "logical_not"

    def call(x: Any, /, out: ndarray | None = None, **kwargs: Any) -> Any:
        if kwargs:
            _check_options(name, kwargs)
        if _is_number(x) and out is None:
            return of_numbers(x)
        if is_claim and out is not None and out.dtype.kind != "b":
            raise InvalidType(f"{name}: `out` must be an array of bools; got {out.dtype}")
        return function(x) if out is None else function(x, out=out)

    return _named(call, name, function)


def _named(call: Callable[..., Any], name: str, function: Any) -> Callable[..., Any]:
    functools.update_wrapper(call, function, ("__doc__",), ())
    call.__name__ = call.__qualname__ = name
    del call.__wrapped__  # type: ignore[attr-defined]
    return call


def _binary(name: str) -> Callable[..., Any]:
    function = getattr(np, name)
    of_numbers = getattr(numpy, name)
    in_graphs = {"gcd": _integers.gcd, "lcm": _integers.lcm}.get(name)

    def call(x1: Any, x2: Any, /, out: ndarray | None = None, **kwargs: Any) -> Any:
        if kwargs:
            _check_options(name, kwargs)
        if out is None and _is_number(x1) and _is_number(x2):
            return of_numbers(x1, x2)
        if in_graphs is not None and _integers.is_traced(x1, x2):
            return in_graphs(x1, x2)
        if isinstance(x2, float) or isinstance(x1, float):
            x1, x2 = _doubled(x1), _doubled(x2)
        return function(x1, x2) if out is None else function(x1, x2, out=out)

    return _named(call, name, function)


def _divide(x1: Any, x2: Any, /, out: ndarray | None = None, **kwargs: Any) -> Any:
    """The quotient; of integers in the default dtype. Two numbers give a number."""
    if kwargs:
        _check_options("true_divide", kwargs)
    if _is_number(x1) and _is_number(x2):
        return numpy.true_divide(x1, x2)
    if read("dtype"):
        x1, x2 = _doubled(x1), _doubled(x2)
    return np.divide(x1, x2) if out is None else np.divide(x1, x2, out=out)


def _doubled(x: Any) -> Any:
    return x.astype("float64") if isinstance(x, ndarray) and x.dtype.kind in "iub" else x


_UNARY = (
    *("abs", "absolute", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt"),
    *("ceil", "cos", "cosh", "deg2rad", "degrees", "exp", "expm1", "fabs", "fix", "floor"),
    *("invert", "isfinite", "isinf", "isnan", "isneginf", "isposinf", "log", "log10", "log1p"),
    *("log2", "logical_not", "negative", "positive", "rad2deg", "radians", "reciprocal", "rint"),
    *("sign", "sin", "sinh", "sqrt", "square", "tan", "tanh", "trunc"),
)
_BINARY = (
    *("add", "arctan2", "bitwise_and", "bitwise_or", "bitwise_xor", "copysign", "equal"),
    *("floor_divide", "fmax", "fmin", "fmod", "gcd", "greater", "greater_equal", "hypot", "lcm"),
    *("ldexp", "left_shift", "less", "less_equal", "logaddexp", "logical_and", "logical_or"),
    *("logical_xor", "maximum", "minimum", "multiply", "not_equal", "power", "remainder"),
    *("right_shift", "subtract"),
)
# Second names, most of them the array API's.
_SECOND = {
    **{"acos": "arccos", "acosh": "arccosh", "asin": "arcsin", "asinh": "arcsinh"},
    **{"atan": "arctan", "atan2": "arctan2", "atanh": "arctanh", "bitwise_invert": "invert"},
    **{"bitwise_left_shift": "left_shift", "bitwise_not": "invert", "mod": "remainder"},
    **{"bitwise_right_shift": "right_shift", "pow": "power"},
}

FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{name: _unary(name) for name in _UNARY},
    **{name: _binary(name) for name in _BINARY},
    "divide": _divide,
    "true_divide": _divide,
}
FUNCTIONS |= {second: FUNCTIONS[first] for second, first in _SECOND.items()}

__all__ = ["FUNCTIONS"]
