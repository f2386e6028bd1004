"""Arithmetic and comparisons, of two arrays or of an array and a number.

1.x's comparisons give numbers of the operands' dtype, 2.0's give bools. 1.x's arithmetic keeps
integers integers, also beside a number with a fraction, which is cut first.
"""

import math
from collections.abc import Callable
from functools import reduce
from typing import Any

from weft import autograd, np
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, is_integer
from weft.mxnet._operators._table import RULES as rules

Function = Callable[..., Any]

# ---- two operands --------------------------------------------------------------------------------


def _larger(lhs: Any, rhs: Any) -> ndarray:
    """Where both are equal, the gradient is the left one's."""
    if not autograd.is_recording():
        return np.maximum(lhs, rhs)
    return np.where(np.logical_or(lhs >= rhs, lhs != lhs), lhs, rhs)


def _smaller(lhs: Any, rhs: Any) -> ndarray:
    if not autograd.is_recording():
        return np.minimum(lhs, rhs)
    return np.where(np.logical_or(lhs <= rhs, lhs != lhs), lhs, rhs)


def _quotient(lhs: Any, rhs: Any) -> ndarray:
    """Integers are divided toward zero."""
    like = lhs if isinstance(lhs, ndarray) else rhs
    if is_integer(like):
        return whole_quotient(lhs, rhs, signed=like.dtype.kind == "i")
    return np.divide(lhs, rhs)


def _true_quotient(lhs: Any, rhs: Any) -> ndarray:
    return np.divide(_floating(lhs), rhs) if isinstance(lhs, ndarray) else lhs / _floating(rhs)


def _floating(x: Any) -> Any:
    """Integers as the float32 that MXNet makes of them."""
    return x.astype("float32") if isinstance(x, ndarray) and x.dtype.kind != "f" else x


# By a short name; the tables below have what files call them.
_FUNCTIONS: dict[str, Function] = {
    "add": np.add,
    "sub": np.subtract,
    "mul": np.multiply,
    "div": _quotient,
    "mod": np.remainder,
    "power": np.power,
    "maximum": _larger,
    "minimum": _smaller,
    "hypot": np.hypot,
}
_COMPARISONS: dict[str, Function] = {
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "lesser": np.less,
    "lesser_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
}
_NAMES: dict[str, tuple[str, ...]] = {
    "add": (
        "broadcast_add",
        "broadcast_plus",
        "elemwise_add",
        "_add",
        "_plus",
        "_Plus",
        "_grad_add",
    ),
    "sub": ("broadcast_sub", "broadcast_minus", "elemwise_sub", "_sub", "_minus", "_Minus"),
    "mul": ("broadcast_mul", "elemwise_mul", "_mul", "_Mul"),
    "div": ("broadcast_div", "elemwise_div", "_div", "_Div"),
    "mod": ("broadcast_mod", "_mod", "_Mod"),
    "power": ("broadcast_power", "_power", "_Power"),
    "maximum": ("broadcast_maximum", "_maximum", "_Maximum"),
    "minimum": ("broadcast_minimum", "_minimum", "_Minimum"),
    "hypot": ("broadcast_hypot", "_hypot", "_Hypot"),
}


def _binary(function: Function) -> Function:
    def rule(lhs: Array, rhs: Array) -> ndarray:
        return function(lhs, rhs)

    return rule


def _compared(function: Function) -> Function:
    def rule(lhs: Array, rhs: Array) -> ndarray:
        return function(lhs, rhs).astype(lhs.dtype)

    return rule


for _name, _names in _NAMES.items():
    rules(*_names)(_binary(_FUNCTIONS[_name]))
for _name, _function in _COMPARISONS.items():
    _camel = "".join(part.capitalize() for part in _name.split("_"))
    rules(f"broadcast_{_name}", f"_{_name}", f"_{_camel}")(_compared(_function))

# 2.0's names, with what they are of two arrays.
_NPI_BINARY: dict[str, Function] = {
    "add": np.add,
    "subtract": np.subtract,
    "multiply": np.multiply,
    "true_divide": _true_quotient,
    "mod": np.remainder,
    "fmod": np.fmod,
    "power": np.power,
    "maximum": _larger,
    "minimum": _smaller,
    "fmax": np.fmax,
    "fmin": np.fmin,
    "hypot": np.hypot,
    "arctan2": np.arctan2,
    "copysign": np.copysign,
    "floor_divide": np.floor_divide,
    "logaddexp": np.logaddexp,
    "ldexp": lambda x, exponent: x * np.exp2(_floating(exponent)),
    "bitwise_and": np.bitwise_and,
    "bitwise_or": np.bitwise_or,
    "bitwise_xor": np.bitwise_xor,
    "bitwise_left_shift": np.left_shift,
    "bitwise_right_shift": np.right_shift,
    "equal": np.equal,
    "not_equal": np.not_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "less": np.less,
    "less_equal": np.less_equal,
    "logical_and": np.logical_and,
    "logical_or": np.logical_or,
    "logical_xor": np.logical_xor,
}
for _name, _function in _NPI_BINARY.items():
    rules(f"_npi_{_name}")(_binary(_function))


@rules("add_n", "ElementWiseSum", "_sum", "_npx_add_n", "elemwise_sum")
def _add_n(*args: Array) -> ndarray:
    return reduce(np.add, args)


@rules("_npi_where")
def _npi_where(condition: Array, x: Array, y: Array) -> ndarray:
    return np.where(condition != 0, x, y)


@rules("where")
def _where(condition: Array, x: Array, y: Array) -> ndarray:
    if condition.ndim == 1 and x.ndim > 1:  # chooses whole rows
        condition = condition.reshape((-1, *(1,) * (x.ndim - 1)))
    return np.where(condition != 0, x, y)


# ---- an operand and a number ---------------------------------------------------------------------


def _number(x: ndarray, scalar: Any) -> Any:
    """1.x takes the number in the array's dtype."""
    return int(scalar) if is_integer(x) and math.isfinite(scalar) else scalar


def _with_number(function: Function, is_reversed: bool, is_comparison: bool) -> Function:
    def rule(data: Array, *, scalar: float = 1.0, is_int: Any = True) -> ndarray:
        number = _number(data, scalar) if not is_comparison else scalar
        found = function(number, data) if is_reversed else function(data, number)
        return found.astype(data.dtype) if is_comparison else found

    return rule


def _npi_with_number(function: Function, is_reversed: bool) -> Function:
    def rule(data: Array, *, scalar: float = 1.0, is_int: Any = True) -> ndarray:
        is_whole = flag(is_int) and float(scalar).is_integer()
        x = data if is_whole or data.dtype.kind == "f" else data.astype("float32")
        number = int(scalar) if is_integer(x) else scalar
        return function(number, x) if is_reversed else function(x, number)

    return rule


_WITH_NUMBER: dict[str, tuple[Function, bool]] = {
    "_plus_scalar _PlusScalar": (np.add, False),
    "_minus_scalar _MinusScalar": (np.subtract, False),
    "_rminus_scalar _RMinusScalar": (np.subtract, True),
    "_mul_scalar _MulScalar": (np.multiply, False),
    "_div_scalar _DivScalar": (_quotient, False),
    "_rdiv_scalar _RDivScalar": (_quotient, True),
    "_mod_scalar _ModScalar": (np.remainder, False),
    "_rmod_scalar _RModScalar": (np.remainder, True),
    "_power_scalar _PowerScalar": (np.power, False),
    "_rpower_scalar _RPowerScalar": (np.power, True),
    "_maximum_scalar _MaximumScalar": (_larger, False),
    "_minimum_scalar _MinimumScalar": (_smaller, False),
    "_hypot_scalar _HypotScalar": (np.hypot, False),
}
for _names_of, (_function, _is_back) in _WITH_NUMBER.items():
    rules(*_names_of.split())(_with_number(_function, _is_back, False))
for _name, _function in _COMPARISONS.items():
    _camel = "".join(part.capitalize() for part in _name.split("_"))
    rules(f"_{_name}_scalar", f"_{_camel}Scalar")(_with_number(_function, False, True))
for _name, _function in _NPI_BINARY.items():
    rules(f"_npi_{_name}_scalar")(_npi_with_number(_function, False))
for _name in ("subtract", "true_divide", "mod", "fmod", "power", "arctan2", "copysign", "ldexp"):
    rules(f"_npi_r{_name}_scalar")(_npi_with_number(_NPI_BINARY[_name], True))
rules("_npi_rfloor_divide_scalar")(_npi_with_number(np.floor_divide, True))


@rules("_npi_where_lscalar")
def _where_left(condition: Array, x: Array, *, scalar: float = 0.0) -> ndarray:
    return np.where(condition != 0, scalar, x)


@rules("_npi_where_rscalar")
def _where_right(condition: Array, y: Array, *, scalar: float = 0.0) -> ndarray:
    return np.where(condition != 0, y, scalar)


@rules("_npi_where_scalar2")
def _where_scalars(condition: Array, *, x: float = 0.0, y: float = 0.0) -> ndarray:
    return np.where(condition != 0, np.full((), x, "float32"), y)
