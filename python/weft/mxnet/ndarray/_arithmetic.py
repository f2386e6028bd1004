"""`add`, `maximum`, `equal` and their like, of two operands of which each may be a number."""

import numbers
import operator
from collections.abc import Callable
from typing import Any

from weft import np
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft.mxnet._operators import invoke
from weft.mxnet.ndarray._array import Sparse, plain, shaped


def _binary(name: str, function: Callable[[Any, Any], Any], what: str) -> Callable[..., Any]:
    def call(lhs: Any, rhs: Any) -> Any:
        for side, value in (("lhs", lhs), ("rhs", rhs)):
            if not isinstance(value, ndarray | numbers.Number | Sparse):
                raise InvalidType(
                    f"{name}: `{side}` must be an array or a number; got {type(value).__name__}"
                )
        return function(lhs, rhs)

    call.__name__ = call.__qualname__ = name
    call.__module__ = "weft.mxnet.ndarray"
    call.__doc__ = f"{what} of two arrays, which broadcast, or of an array and a number."
    return call


def _of_table(op: str, numbers_alone: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """The operator of two arrays, or that of an array and a number."""
    of_arrays, of_number = f"broadcast_{op}", f"_{op}_scalar"
    reversed_number = {"power": "_rpower_scalar"}.get(op, of_number)

    def function(lhs: Any, rhs: Any) -> Any:
        lhs, rhs = plain(lhs), plain(rhs)
        if isinstance(lhs, ndarray):
            if isinstance(rhs, ndarray):
                return shaped(invoke(of_arrays, [lhs, rhs]))
            return shaped(invoke(of_number, [lhs], {"scalar": float(rhs)}))
        if isinstance(rhs, ndarray):
            return shaped(invoke(reversed_number, [rhs], {"scalar": float(lhs)}))
        return numbers_alone(lhs, rhs)

    return function


def _logical(function: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    def call(lhs: Any, rhs: Any) -> Any:
        like = lhs if isinstance(lhs, ndarray) else rhs
        if not isinstance(like, ndarray):
            return function(np.full((), lhs), rhs).item()
        return shaped(function(plain(lhs), plain(rhs))).astype(like.dtype)

    return call


add = _binary("add", operator.add, "The sum")
subtract = _binary("subtract", operator.sub, "The difference")
multiply = _binary("multiply", operator.mul, "The product")
divide = _binary("divide", operator.truediv, "The quotient")
true_divide = _binary("true_divide", operator.truediv, "The quotient")
modulo = _binary("modulo", operator.mod, "The remainder")
power = _binary("power", _of_table("power", operator.pow), "The power")
maximum = _binary("maximum", _of_table("maximum", max), "The larger")
minimum = _binary("minimum", _of_table("minimum", min), "The smaller")
hypot = _binary("hypot", _of_table("hypot", lambda a, b: (a * a + b * b) ** 0.5), "The hypotenuse")
equal = _binary("equal", operator.eq, "Equality, 0 or 1,")
not_equal = _binary("not_equal", operator.ne, "Inequality, 0 or 1,")
greater = _binary("greater", operator.gt, "Whether the first is greater, 0 or 1,")
greater_equal = _binary("greater_equal", operator.ge, "Whether the first is no less, 0 or 1,")
lesser = _binary("lesser", operator.lt, "Whether the first is less, 0 or 1,")
lesser_equal = _binary("lesser_equal", operator.le, "Whether the first is no greater, 0 or 1,")
logical_and = _binary("logical_and", _logical(np.logical_and), "Whether both are not 0, 0 or 1,")
logical_or = _binary("logical_or", _logical(np.logical_or), "Whether one is not 0, 0 or 1,")
logical_xor = _binary("logical_xor", _logical(np.logical_xor), "Whether just one is not 0, 0 or 1,")

__all__ = [
    "add",
    "divide",
    "equal",
    "greater",
    "greater_equal",
    "hypot",
    "lesser",
    "lesser_equal",
    "logical_and",
    "logical_or",
    "logical_xor",
    "maximum",
    "minimum",
    "modulo",
    "multiply",
    "not_equal",
    "power",
    "subtract",
    "true_divide",
]
