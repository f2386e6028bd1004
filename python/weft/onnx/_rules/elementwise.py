"""Operators that work element by element: arithmetic, comparisons, logic, functions."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft._import.values import (
    Array,
    Scalar,
    array_of,
    is_array,
    is_host,
    is_tracing,
    scalar_of,
)
from weft.onnx._rules import _host
from weft.onnx._rules._table import RULES as rules


def _unary(
    name: str, function: Callable[[Any], Any], host: Callable[..., Any] | None = None
) -> None:
    def rule(x: Array) -> ndarray:
        return function(x)

    rules.add(name, rule, host=host)


for _name, _function in {
    "Abs": np.abs,
    "Acos": np.arccos,
    "Acosh": np.arccosh,
    "Asin": np.arcsin,
    "Asinh": np.arcsinh,
    "Atan": np.arctan,
    "Atanh": np.arctanh,
    "BitwiseNot": np.invert,
    "Cos": np.cos,
    "Cosh": np.cosh,
    "Erf": npx.erf,
    "Exp": np.exp,
    "IsNaN": np.isnan,
    "Log": np.log,
    "Reciprocal": np.reciprocal,
    "Round": np.rint,
    "Sign": np.sign,
    "Sin": np.sin,
    "Sinh": np.sinh,
    "Tan": np.tan,
    "Tanh": np.tanh,
}.items():
    _unary(_name, _function)

_unary("Ceil", np.ceil, numpy.ceil)
_unary("Floor", np.floor, numpy.floor)
_unary("Neg", np.negative, numpy.negative)
_unary("Not", np.logical_not, numpy.logical_not)
_unary("Sqrt", np.sqrt, numpy.sqrt)


@rules("Identity", host=lambda x: x)
def _identity(x: Any) -> Any:
    return x


@rules("IsInf")
def _is_inf(x: Array, *, detect_negative: int = 1, detect_positive: int = 1) -> ndarray:
    found = np.isinf(x)
    if not detect_negative:
        found = np.logical_and(found, x > 0)
    if not detect_positive:
        found = np.logical_and(found, x < 0)
    return found


# ---- two operands -------------------------------------------------------------------------------


def operands(a: Any, b: Any) -> tuple[Any, Any]:
    """Two operands, one at least an array. A constant of one element is a number, if it does not
    give the result more axes: numbers are attributes of the graph, and no operand in memory."""
    if is_array(a):
        return a, _number(b, a.ndim)
    if is_array(b):
        return _number(a, b.ndim), b
    return array_of(a), array_of(b)


def _number(value: Any, rank: int) -> Any:
    if is_host(value) and value.size == 1 and value.ndim <= rank:
        return scalar_of(value.reshape(()))
    return array_of(value)


def placed(a: Any, b: Any, axis: int | None) -> Any:
    """The second operand where axes were named: before version 7 it did not align at the end."""
    if axis is None or not is_array(b) or not is_array(a):
        return b
    behind = a.ndim - axis % a.ndim - b.ndim
    return b.reshape(b.shape + (1,) * behind) if behind > 0 else b


def _binary(name: str, function: Callable[[Any, Any], Any], host: Callable[..., Any]) -> None:
    def early(
        a: Array, b: Array, *, axis: Any = None, broadcast: int = 0, consumed_inputs: Any = None
    ) -> ndarray:
        return function(a, placed(a, b, axis))

    def rule(a: Any, b: Any) -> ndarray:
        return function(*operands(a, b))

    rules.add(name, early, since=1)
    rules.add(name, rule, since=7, host=host)


def _divided(a: Any, b: Any) -> ndarray:
    """Integers are divided toward zero."""
    kind = (a if is_array(a) else b).dtype.kind  # both have one
    return np.divide(a, b) if kind == "f" else whole_quotient(a, b, signed=kind != "u")


for _name, _two, _on_host in (
    ("Add", np.add, numpy.add),
    ("Sub", np.subtract, numpy.subtract),
    ("Mul", np.multiply, numpy.multiply),
    ("Div", _divided, _host.divided),
    ("And", np.logical_and, numpy.logical_and),
    ("Or", np.logical_or, numpy.logical_or),
    ("Xor", np.logical_xor, numpy.logical_xor),
    ("Equal", np.equal, _host.equal),
    ("Greater", np.greater, numpy.greater),
    ("Less", np.less, numpy.less),
):
    _binary(_name, _two, _on_host)


def _compared(name: str, function: Callable[[Any, Any], Any], host: Callable[..., Any]) -> None:
    def rule(a: Any, b: Any) -> ndarray:
        return function(*operands(a, b))

    rules.add(name, rule, host=host)


_compared("GreaterOrEqual", np.greater_equal, numpy.greater_equal)
_compared("LessOrEqual", np.less_equal, numpy.less_equal)
_compared("BitwiseAnd", np.bitwise_and, numpy.bitwise_and)
_compared("BitwiseOr", np.bitwise_or, numpy.bitwise_or)
_compared("BitwiseXor", np.bitwise_xor, numpy.bitwise_xor)


@rules("BitShift")
def _bit_shift(x: Array, y: Array, *, direction: str) -> ndarray:
    return np.left_shift(x, y) if direction == "LEFT" else np.right_shift(x, y)


@rules("Mod", host=_host.remainder)
def _mod(a: Array, b: Array, *, fmod: int = 0) -> ndarray:
    return np.fmod(a, b) if fmod else np.mod(a, b)


def _raised(a: ndarray, b: Any) -> ndarray:
    """A power has the dtype of its base."""
    if not is_array(b):
        if a.dtype.kind == "f":
            return np.power(a, b)
        b = np.array(b)
    if a.dtype == b.dtype:
        return np.power(a, b)
    if a.dtype.kind == "f":
        return np.power(a, b.astype(a.dtype))
    if b.dtype.kind == "f":
        return np.power(a.astype("float64"), b.astype("float64")).astype(a.dtype)
    return np.power(a, b.astype(a.dtype))


@rules("Pow", since=1)
def _pow1(a: Array, b: Array, *, axis: Any = None, broadcast: int = 0) -> ndarray:
    return _raised(a, placed(a, b, axis))


@rules("Pow", since=7)
def _pow(a: Array, b: Any) -> ndarray:
    return _raised(*operands(a, b))


# ---- many operands ------------------------------------------------------------------------------


def _many(name: str, function: Callable[[Any, Any], Any], host: Callable[..., Any]) -> None:
    def rule(*x: Array, consumed_inputs: Any = None) -> ndarray:
        return reduce(function, x)

    rules.add(name, rule, host=lambda *x, **_: reduce(host, x))


_many("Max", np.maximum, numpy.maximum)
_many("Min", np.minimum, numpy.minimum)
_many("Sum", np.add, numpy.add)


@rules("Mean")
def _mean(*x: Array, consumed_inputs: Any = None) -> ndarray:
    return reduce(np.add, x) / len(x)


@rules("Where", host=_host.where)
def _where(condition: Array, x: Scalar, y: Scalar) -> ndarray:
    if not is_array(x) and not is_array(y):
        x = np.asarray(x)
    return np.where(condition, x, y)


@rules("Clip", since=1)
def _clip1(
    x: Array, *, min: float = -numpy.inf, max: float = numpy.inf, consumed_inputs: Any = None
) -> ndarray:
    return _bounded(x, None if min == -numpy.inf else min, None if max == numpy.inf else max)


@rules("Clip", since=11)
def _clip(x: Array, min: Scalar = None, max: Scalar = None) -> ndarray:
    return _bounded(x, min, max)


def _bounded(x: ndarray, low: Any, high: Any) -> ndarray:
    """Where the bounds contradict each other the upper one holds, as ONNX says."""
    if low is None and high is None:
        return x
    if is_array(low) or is_array(high):
        found = x if low is None else np.maximum(x, low)
        return found if high is None else np.minimum(found, high)
    if low is not None and high is not None and low > high:
        return np.full_like(x, high)
    return np.clip(x, low, high)


# ---- casts --------------------------------------------------------------------------------------


def cast(x: Any, dtype: numpy.dtype[Any], saturate: int = 1, round_mode: str = "up") -> Any:
    """An array or host value in another dtype, which Weft need not have."""
    if is_array(x):
        if not _host.is_known(dtype):
            if is_tracing():
                raise Unsupported(f"a graph cannot hold results of {dtype}; do not hybridize")
            return _host.cast(_host.host_of(x), dtype, saturate, round_mode)
        if x.dtype.kind == "f" and dtype.kind == "b":
            return x != 0
        if saturate and dtype.name.startswith("float8"):
            x = _saturated(x, dtype.name)
        if dtype.name in ("int4", "uint4"):
            x = x.astype("int32")  # of which the lowest bits stay, where Weft would saturate
        return x.astype(dtype.name)
    return _host.cast(x, dtype, saturate, round_mode)


def _saturated(x: ndarray, dtype: str) -> ndarray:
    """The numbers as those that a float8 holds: NaN stays, what is too large is the largest."""
    wide = x if x.dtype.name in ("float32", "float64") else x.astype("float32")
    largest = np.finfo(dtype).max
    return np.clip(wide, -largest, largest)


def _dtype_named(text: Any) -> numpy.dtype[Any]:
    from weft.onnx._tensors import dtype_of

    if isinstance(text, str):  # version 1 names dtypes
        import onnx

        text = onnx.TensorProto.DataType.Value(text)
    return dtype_of(text)


@rules("Cast")
def _cast(x: Any, *, to: Any, saturate: int = 1, round_mode: str = "up") -> Any:
    return cast(x, _dtype_named(to), saturate, round_mode)


@rules("CastLike")
def _cast_like(x: Any, like: Any, *, saturate: int = 1, round_mode: str = "up") -> Any:
    return cast(x, _host.dtype_of(like), saturate, round_mode)


@rules("BitCast")
def _bit_cast(x: Any, *, to: int) -> Any:
    dtype = _dtype_named(to)
    value = _host.host_of(x)
    if value.dtype.itemsize != dtype.itemsize:
        raise InvalidValue(f"`to` must have elements of {value.dtype.itemsize} bytes; got {dtype}")
    found = value.view(dtype)
    return array_of(found) if is_array(x) and _host.is_known(dtype) else found


# ---- activations --------------------------------------------------------------------------------

_unary("HardSwish", npx.hard_swish)
_unary("Mish", npx.mish)
_unary("Sigmoid", npx.sigmoid)
_unary("Softplus", npx.softplus)
_unary("Softsign", npx.softsign)


@rules("Relu")
def _relu(x: Array, *, consumed_inputs: Any = None) -> ndarray:
    return npx.relu(x)


@rules("LeakyRelu")
def _leaky_relu(x: Array, *, alpha: float = 0.01, consumed_inputs: Any = None) -> ndarray:
    return npx.leaky_relu(x, alpha)


@rules("Elu")
def _elu(x: Array, *, alpha: float = 1.0, consumed_inputs: Any = None) -> ndarray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) * alpha)


@rules("Celu")
def _celu(x: Array, *, alpha: float = 1.0) -> ndarray:
    return npx.celu(x, alpha)


@rules("Selu")
def _selu(
    x: Array,
    *,
    alpha: float = 1.67326319217681884765625,
    gamma: float = 1.05070102214813232421875,
    consumed_inputs: Any = None,
) -> ndarray:
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0)) * alpha) * gamma


@rules("HardSigmoid")
def _hard_sigmoid(
    x: Array, *, alpha: float = 0.2, beta: float = 0.5, consumed_inputs: Any = None
) -> ndarray:
    return np.clip(x * alpha + beta, 0, 1)


@rules("ThresholdedRelu")
def _thresholded_relu(x: Array, *, alpha: float = 1.0) -> ndarray:
    return np.where(x > alpha, x, 0)


@rules("Shrink")
def _shrink(x: Array, *, bias: float = 0.0, lambd: float = 0.5) -> ndarray:
    bias = x.dtype.type(bias) if x.dtype.kind != "f" else bias
    return np.where(x < -lambd, x + bias, np.where(x > lambd, x - bias, 0)).astype(x.dtype)


@rules("Gelu")
def _gelu(x: Array, *, approximate: str = "none") -> ndarray:
    if approximate not in ("none", "tanh"):
        raise Unsupported(f"`approximate` must be none or tanh; got {approximate!r}")
    return npx.gelu(x, approximation="erf" if approximate == "none" else "tanh")


@rules("Swish")
def _swish(x: Array, *, alpha: float = 1.0) -> ndarray:
    return npx.silu(x) if alpha == 1.0 else x * npx.sigmoid(x * alpha)


@rules("PRelu", since=7)
def _prelu(x: Array, slope: Array) -> ndarray:
    return np.where(x < 0, x * slope, x)


@rules("PRelu", since=1)
def _prelu1(x: Array, slope: Array, *, consumed_inputs: Any = None) -> ndarray:
    if slope.ndim == 1 and slope.shape[0] > 1 and x.ndim > 2:  # one a channel
        slope = slope.reshape((-1,) + (1,) * (x.ndim - 2))
    return np.where(x < 0, x * slope, x)
