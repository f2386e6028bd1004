"""Operators that work element by element: arithmetic, comparisons, logic."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft._import.values import Array, is_array
from weft.torch._rules._dtypes import (
    cast,
    floating,
    is_float,
    is_inexact,
    operands,
    result_type,
)
from weft.torch._rules._table import aten


def _unary(name: str, function: Callable[[Any], Any], becomes_float: bool = False) -> None:
    @aten(name)
    def rule(self: Array) -> ndarray:
        return function(floating(self) if becomes_float else self)


def _whole(function: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """Integers are whole already."""
    return lambda x: function(x) if is_float(x.dtype) else x


for _name, _function in {
    "abs": np.abs,
    "bitwise_not": np.invert,
    "neg": np.negative,
    "sign": np.sign,
    "sgn": np.sign,
    "square": np.square,
    "ceil": _whole(np.ceil),
    "floor": _whole(np.floor),
    "trunc": _whole(np.trunc),
    "isnan": np.isnan,
    "isinf": np.isinf,
    "isfinite": np.isfinite,
    "signbit": np.signbit,
    "logical_not": lambda x: np.logical_not(cast(x, "bool")),
}.items():
    _unary(_name, _function)

for _name, _function in {
    "acos": np.arccos,
    "acosh": np.arccosh,
    "asin": np.arcsin,
    "asinh": np.arcsinh,
    "atan": np.arctan,
    "atanh": np.arctanh,
    "cos": np.cos,
    "cosh": np.cosh,
    "digamma": npx.digamma,
    "erf": npx.erf,
    "erfinv": npx.erfinv,
    "erfc": lambda x: 1 - npx.erf(x),
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "frac": lambda x: x - np.trunc(x),
    "lgamma": npx.gammaln,
    "log": np.log,
    "log10": np.log10,
    "log1p": np.log1p,
    "log2": np.log2,
    "reciprocal": np.reciprocal,
    "rsqrt": npx.rsqrt,
    "sin": np.sin,
    "sinh": np.sinh,
    "sqrt": np.sqrt,
    "tan": np.tan,
    "tanh": np.tanh,
}.items():
    _unary(_name, _function, becomes_float=True)


@aten("polygamma")
def _polygamma(n: int, self: Array) -> ndarray:
    return npx.polygamma(self, n)


@aten("round")
def _round(self: Array, decimals: int = 0) -> ndarray:
    return np.round(self, decimals) if is_float(self.dtype) else self


# ---- two operands -------------------------------------------------------------------------------


@aten("add")
def _add(self: Any, other: Any, alpha: Any = 1) -> ndarray:
    a, b = operands(self, other)
    b = b if alpha == 1 else b * alpha
    return np.logical_or(a, b) if result_type(a, b).kind == "b" else np.add(a, b)


@aten("sub", "subtract")
def _sub(self: Any, other: Any, alpha: Any = 1) -> ndarray:
    a, b = operands(self, other)
    return np.subtract(a, b if alpha == 1 else b * alpha)


@aten("rsub")
def _rsub(self: Array, other: Any, alpha: Any = 1) -> ndarray:
    return _sub(other, self, alpha)


@aten("mul", "multiply")
def _mul(self: Any, other: Any) -> ndarray:
    return np.multiply(*operands(self, other))


@aten("div", "divide", "true_divide")
def _div(self: Any, other: Any, rounding_mode: str | None = None) -> ndarray:
    if rounding_mode == "floor":
        return np.floor_divide(*operands(self, other))
    if rounding_mode == "trunc":
        return _divided_toward_zero(*operands(self, other))
    dtype = result_type(self, other)
    return np.divide(*operands(self, other, dtype if is_inexact(dtype) else numpy.dtype("float32")))


def _divided_toward_zero(a: Any, b: Any) -> ndarray:
    dtype = result_type(a, b)
    if is_float(dtype):
        return np.trunc(np.divide(a, b))
    return whole_quotient(a, b, signed=dtype.kind != "u")


@aten("pow")
def _pow(self: Any, exponent: Any) -> ndarray:
    a, b = operands(self, exponent)
    return np.square(a) if not is_array(b) and b == 2 else np.power(a, b)


@aten("atan2", "arctan2")
def _atan2(self: Array, other: Array) -> ndarray:
    a, b = operands(self, other)
    return np.arctan2(floating(a), floating(b))


def _binary(function: Callable[[Any, Any], Any], *names: str) -> None:
    @aten(*names)
    def rule(self: Any, other: Any) -> ndarray:
        return function(*operands(self, other))


_binary(np.equal, "eq")
_binary(np.not_equal, "ne", "not_equal")
_binary(np.less, "lt", "less")
_binary(np.less_equal, "le", "less_equal")
_binary(np.greater, "gt", "greater")
_binary(np.greater_equal, "ge", "greater_equal")
_binary(np.maximum, "maximum")
_binary(np.minimum, "minimum")
_binary(np.fmax, "fmax")
_binary(np.fmin, "fmin")
_binary(np.floor_divide, "floor_divide")
_binary(np.remainder, "remainder")
_binary(np.fmod, "fmod")
_binary(np.bitwise_and, "bitwise_and", "__and__")
_binary(np.bitwise_or, "bitwise_or", "__or__")
_binary(np.bitwise_xor, "bitwise_xor", "__xor__")
_binary(np.left_shift, "bitwise_left_shift", "__lshift__")
_binary(np.right_shift, "bitwise_right_shift", "__rshift__")
_binary(np.logaddexp, "logaddexp")
_binary(np.copysign, "copysign")
_binary(np.hypot, "hypot")


def _logic(name: str, function: Callable[[Any, Any], Any]) -> None:
    @aten(name)
    def rule(self: Array, other: Array) -> ndarray:
        return function(cast(self, "bool"), cast(other, "bool"))


_logic("logical_and", np.logical_and)
_logic("logical_or", np.logical_or)
_logic("logical_xor", np.logical_xor)


@aten("xlogy", "special_xlogy")
def _xlogy(self: Any, other: Any) -> ndarray:
    a, b = operands(self, other)
    return np.where(np.equal(a, 0), 0.0, a * np.log(b))


# ---- three operands -----------------------------------------------------------------------------


@aten("where")
def _where(condition: Array, self: Any, other: Any) -> ndarray:
    a, b = operands(self, other)
    return np.where(cast(condition, "bool"), a, b)


@aten("clamp", "clip")
def _clamp(self: Array, min: Any = None, max: Any = None) -> ndarray:
    bounds = [bound for bound in (min, max) if bound is not None]
    x = cast(self, result_type(self, *bounds))
    if not any(map(is_array, bounds)) and (min is None or max is None or min <= max):
        return np.clip(x, min, max)
    if min is not None:
        x = np.maximum(*operands(x, min))
    return x if max is None else np.minimum(*operands(x, max))


@aten("clamp_min")
def _clamp_min(self: Array, min: Any) -> ndarray:
    return _clamp(self, min)


@aten("clamp_max")
def _clamp_max(self: Array, max: Any) -> ndarray:
    return _clamp(self, None, max)


@aten("addcmul")
def _addcmul(self: Array, tensor1: Array, tensor2: Array, value: Any = 1) -> ndarray:
    return self + tensor1 * tensor2 * value


@aten("addcdiv")
def _addcdiv(self: Array, tensor1: Array, tensor2: Array, value: Any = 1) -> ndarray:
    return self + tensor1 / tensor2 * value


@aten("lerp")
def _lerp(self: Array, end: Array, weight: Any) -> ndarray:
    """From the nearer end, as PyTorch does, so that a weight of 1 gives `end` itself."""
    step = end - self
    if not is_array(weight):
        return self + step * weight if abs(weight) < 0.5 else end - step * (1 - weight)
    is_near = np.abs(weight) < 0.5
    return np.where(is_near, self, end) + step * np.where(is_near, weight, weight - 1)


@aten("masked_fill")
def _masked_fill(self: Array, mask: Array, value: Any) -> ndarray:
    return np.where(mask, cast(value, self.dtype) if is_array(value) else value, self)


@aten("nan_to_num")
def _nan_to_num(self: Array, nan: Any = None, posinf: Any = None, neginf: Any = None) -> ndarray:
    return np.nan_to_num(self, nan=0.0 if nan is None else nan, posinf=posinf, neginf=neginf)
