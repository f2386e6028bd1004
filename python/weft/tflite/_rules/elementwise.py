"""Operators that work element by element. int8 ones with two operands follow TensorFlow Lite's
integer kernels; those with one operand are tables of 256 results."""

import math
from collections.abc import Callable, Iterator
from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.arithmetic import whole_quotient
from weft._import.program import Node, Program
from weft._import.values import Array, Host
from weft.tflite._rules._integers import (
    absolute_table,
    comparable,
    difference,
    hard_swish_table,
    leaky_table,
    prelu,
    rectified_table,
    requantized,
    saturated,
    squared_difference,
)
from weft.tflite._rules._kinds import of_integers, of_one_kind
from weft.tflite._rules._scales import (
    ZERO_TO_ONE,
    activated,
    bounds,
    centred,
    ends,
    is_int8,
    product_factor,
    require_room,
    rescaled,
    rounded_away,
    table_of,
)
from weft.tflite._rules._table import MOVES as moves
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules._wide import combined, is_int16, leaky, logistic, multiplied, rectified
from weft.tflite._rules._wide import tanh as wide_tanh

Function = Callable[..., Any]


# ---- one operand --------------------------------------------------------------------------------


def _add_table(node: Node, program: Program, table: Callable[[Any, Any], numpy.ndarray]) -> None:
    """Adds the table of an int8 node, which follows from its tensors, as its second input."""
    x, y = node.notes.inputs[0], node.notes.outputs[0]
    if y.is_quantized and y.dtype == "int8":
        name = f"{node.name}.table"
        program.constants[name] = table(x, y)
        program.fixed.add(name)
        node.inputs.append(name)


def _prepared(table: Callable[[Any, Any], numpy.ndarray]) -> Callable[[Node, Program], None]:
    """Adds a table of two tensors."""

    def prepare(node: Node, program: Program) -> None:
        _add_table(node, program, table)

    return prepare


def _prepare_table(function: Function) -> Callable[[Node, Program], None]:
    """Adds the table of a function of floats."""
    return _prepared(lambda x, y: table_of(function, x, y))


def _unary(name: str, function: Function, of_numpy: Function | None = None) -> None:
    prepare = _prepare_table(of_numpy) if of_numpy else None
    check = of_one_kind("int8") if of_numpy else None
    rules.add(name, _by_table(function), prepare=prepare, check=check)


def _by_table(function: Function) -> Function:
    """A function of floats; integers have a table."""

    def rule(x: Array, table: Array = None) -> ndarray:
        return function(x) if table is None else npx.quantized_lookup(x, table)

    return rule


def _with_wide(
    name: str, function: Function, prepare: Callable[[Node, Program], None], wide: Function
) -> None:
    """A function that has a form for int16, too, of the array and its tensors."""

    def rule(x: Array, table: Array = None, *, _: Any) -> ndarray:
        if is_int16(_):
            (source, *_rest), output = ends(_)
            return wide(x, source, output)
        return function(x) if table is None else npx.quantized_lookup(x, table)

    rules.add(name, rule, prepare=prepare, check=of_one_kind("int8", "int16"))


def _relu_like(name: str, function: Function, activation: int) -> None:
    """activation: its number among those that are part of operators"""
    prepare = _prepared(rectified_table(activation))
    _with_wide(name, function, prepare, lambda x, a, y: rectified(x, a, y, activation))


def _sigmoid(x: Any) -> Any:
    return 1.0 / (1.0 + numpy.exp(-x))


def _gelu(x: Any) -> Any:
    from math import erf

    wide = x.astype("float64")
    return numpy.array([0.5 * v * (1.0 + erf(v * 0.5**0.5)) for v in wide], "float64")


def _gelu_tanh(x: Any) -> Any:
    root = numpy.float32((2 / numpy.pi) ** 0.5)
    inner = root * (x + numpy.float32(0.044715) * x * x * x)
    return numpy.float32(0.5) * x * (1 + numpy.tanh(inner))


rules.add("ABS", _by_table(np.abs), prepare=_prepared(absolute_table), check=of_one_kind("int8"))
_unary("CEIL", np.ceil)
_unary("COS", np.cos)
_unary("ELU", npx.elu, lambda x: numpy.where(x < 0, numpy.expm1(x), x))
_unary("EXP", np.exp, numpy.exp)
_unary("FLOOR", np.floor)
_unary("LOG", np.log, numpy.log)
_unary("LOGICAL_NOT", np.logical_not)
_with_wide(
    "LOGISTIC", npx.sigmoid, _prepare_table(_sigmoid), lambda x, source, _: logistic(x, source)
)
_unary("NEG", np.negative)
_unary("ROUND", np.rint)
_unary("RSQRT", npx.rsqrt, lambda x: 1.0 / numpy.sqrt(x))
_unary("SIGN", np.sign)
_unary("SIN", np.sin)
_unary("SQUARE", np.square)
_with_wide("TANH", np.tanh, _prepare_table(numpy.tanh), lambda x, source, _: wide_tanh(x, source))
_relu_like("RELU", npx.relu, 1)
_relu_like("RELU6", npx.relu6, 3)
_relu_like("RELU_0_TO_1", lambda x: np.clip(x, 0.0, 1.0), ZERO_TO_ONE)
_relu_like("RELU_N1_TO_1", lambda x: np.clip(x, -1.0, 1.0), 2)


@rules(
    "SQRT",
    prepare=lambda node, program: _add_table(
        node, program, lambda x, y: table_of(numpy.sqrt, x, y, rounded=False)
    ),
    check=of_one_kind("int8"),
)
def _sqrt(x: Array, table: Array = None) -> ndarray:
    return np.sqrt(x) if table is None else npx.quantized_lookup(x, table)


@rules(
    "HARD_SWISH",
    prepare=lambda node, program: _add_table(node, program, hard_swish_table),
    check=of_one_kind("int8"),
)
def _hard_swish(x: Array, table: Array = None) -> ndarray:
    return npx.hard_swish(x) if table is None else npx.quantized_lookup(x, table)


def _prepare_gelu(node: Node, program: Program) -> None:
    _prepare_table(_gelu_tanh if node.attributes.get("approximate") else _gelu)(node, program)


@rules("GELU", prepare=_prepare_gelu, check=of_one_kind("int8"))
def _gelu_rule(x: Array, table: Array = None, *, approximate: bool = False) -> ndarray:
    if table is not None:
        return npx.quantized_lookup(x, table)
    return npx.gelu(x, approximation="tanh" if approximate else "erf")


def _prepare_leaky(node: Node, program: Program) -> None:
    _add_table(node, program, leaky_table(node.attributes.get("alpha", 0.0)))


@rules("LEAKY_RELU", prepare=_prepare_leaky, check=of_one_kind("int8", "int16"))
def _leaky_relu(x: Array, table: Array = None, *, alpha: float = 0.0, _: Any) -> ndarray:
    if is_int16(_):
        (source, *_rest), output = ends(_)
        return leaky(x, source, output, alpha)
    return npx.leaky_relu(x, alpha) if table is None else npx.quantized_lookup(x, table)


@rules("PRELU", check=of_one_kind("int8"))
def _prelu(x: Array, slope: Array, *, _: Any) -> ndarray:
    if is_int8(_):
        return prelu(x, slope, *ends(_))
    return np.where(x < 0, x * slope, x)


# ---- two operands -------------------------------------------------------------------------------


def _broadcast(a: ndarray, b: ndarray) -> tuple[ndarray, ndarray]:
    if a.shape == b.shape:
        return a, b
    both = np.broadcast_arrays(a, b)
    return both[0], both[1]


def _check_sum(node: Node) -> Iterator[str]:
    """int16 may not be added by the older rule for scales that are powers of two."""
    yield from of_one_kind("int8", "int16")(node)
    output = node.notes.outputs[0]
    if output.is_quantized and output.dtype == "int16" and node.attributes.get("pot_scale_int16"):
        yield "`pot_scale_int16` of quantized int16 is not supported"


@rules("ADD", check=_check_sum)
def _add(
    a: Array, b: Array, *, fused_activation_function: int = 0, pot_scale_int16: bool = False, _: Any
) -> ndarray:
    if is_int16(_):
        return combined(a, b, *ends(_), fused_activation_function, 1)
    if not is_int8(_):
        return activated(a + b, fused_activation_function)
    (x1, x2), output = ends(_)
    low, high = bounds(output, fused_activation_function)
    return npx.quantized_add(
        *_broadcast(a, b),
        x1.step,
        x2.step,
        output.step,
        x1.zero,
        x2.zero,
        output.zero,
        low,
        high,
    )


@rules("MUL", check=of_one_kind("int8", "int16"))
def _mul(a: Array, b: Array, *, fused_activation_function: int = 0, _: Any) -> ndarray:
    if is_int16(_):
        return multiplied(a, b, *ends(_), fused_activation_function)
    if not is_int8(_):
        return activated(a * b, fused_activation_function)
    (x1, x2), output = ends(_)
    product = centred(a, x1) * centred(b, x2)
    return rescaled(product, product_factor(x1, x2, output), output, fused_activation_function)


@rules("SUB", check=_check_sum)
def _sub(
    a: Array, b: Array, *, fused_activation_function: int = 0, pot_scale_int16: bool = False, _: Any
) -> ndarray:
    if is_int16(_):
        return combined(a, b, *ends(_), fused_activation_function, -1)
    if is_int8(_):
        return difference(a, b, *ends(_), fused_activation_function)
    return activated(a - b, fused_activation_function)


@rules("SQUARED_DIFFERENCE", check=of_one_kind("int8"))
def _squared_difference(a: Array, b: Array, *, _: Any) -> ndarray:
    return squared_difference(a, b, *ends(_)) if is_int8(_) else np.square(a - b)


def _float_only(name: str, function: Function) -> None:
    def rule(a: Array, b: Array, *, fused_activation_function: int = 0) -> ndarray:
        return activated(function(a, b), fused_activation_function)

    rules.add(name, rule)


def _divided(a: ndarray, b: ndarray) -> ndarray:
    return a / b if a.dtype.kind == "f" else whole_quotient(a, b, signed=a.dtype.kind != "u")


_float_only("DIV", _divided)
_float_only("FLOOR_DIV", lambda a, b: np.floor(a / b) if a.dtype.kind == "f" else a // b)
_float_only("FLOOR_MOD", np.mod)
_float_only("POW", np.power)
_float_only("ATAN2", np.arctan2)


def _extremum(name: str, function: Function) -> None:
    def rule(a: Array, b: Array) -> ndarray:
        return function(a, b)

    rules.add(name, rule, check=of_one_kind("int8", "int16", scales=True))


_extremum("MAXIMUM", np.maximum)
_extremum("MINIMUM", np.minimum)


def _comparison(name: str, function: Function) -> None:
    def rule(a: Array, b: Array, *, _: Any) -> ndarray:
        x1, x2 = ends(_)[0]
        if x1.is_quantized and x1.dtype == "int8":
            return function(comparable(a, x1), comparable(b, x2))
        return function(a, b)

    rules.add(name, rule, check=of_integers("int8"))


for _name, _function in {
    "EQUAL": np.equal,
    "GREATER": np.greater,
    "GREATER_EQUAL": np.greater_equal,
    "LESS": np.less,
    "LESS_EQUAL": np.less_equal,
    "NOT_EQUAL": np.not_equal,
}.items():
    _comparison(_name, _function)


@rules("LOGICAL_AND")
def _and(a: Array, b: Array) -> ndarray:
    return np.logical_and(a, b)


@rules("LOGICAL_OR")
def _or(a: Array, b: Array) -> ndarray:
    return np.logical_or(a, b)


@rules("SELECT", "SELECT_V2", check=of_one_kind("int8", first=1, scales=True))
def _select(condition: Array, x: Array, y: Array) -> ndarray:
    if condition.ndim == 1 and x.ndim > 1 and condition.shape[0] == x.shape[0]:
        condition = condition.reshape((-1,) + (1,) * (x.ndim - 1))
    return np.where(condition, x, y)


@rules("BITWISE_XOR")
def _xor(a: Array, b: Array) -> ndarray:
    return np.bitwise_xor(a, b)


@rules("RIGHT_SHIFT")
def _right_shift(a: Array, b: Array) -> ndarray:
    return np.right_shift(a, b)


@rules("ADD_N")
def _add_n(*x: Array) -> ndarray:
    total = x[0]
    for value in x[1:]:
        total = total + value
    return total


# ---- dtypes -------------------------------------------------------------------------------------


@rules("CAST", host=lambda x, **_: x.astype(_["_"].node.notes.outputs[0].dtype))
def _cast(x: Array, *, in_data_type: int = 0, out_data_type: int = 0, _: Any) -> ndarray:
    dtype = ends(_)[1].dtype
    return x != 0 if dtype == "bool" else x.astype(dtype)


@rules("QUANTIZE", check=of_integers("int8", "uint8", "int16"))
def _quantize(x: Array, *, _: Any) -> ndarray:
    inputs, output = ends(_)
    if x.dtype.kind != "f":
        return requantized(x, inputs[0], output)
    return saturated(rounded_away(x / output.step), output)


@rules("DEQUANTIZE", check=of_integers("int8", "uint8", "int16"))
def _dequantize(x: Array, *, _: Any) -> ndarray:
    tensor = ends(_)[0][0]
    if x.dtype.kind == "f":
        return x.astype("float32")
    return (x.astype("int32") - tensor.zero).astype("float32") * tensor.step


@rules("FAKE_QUANT")
def _fake_quant(
    x: Array,
    *,
    min: float = 0.0,
    max: float = 0.0,
    num_bits: int = 0,
    narrow_range: bool = False,
) -> ndarray:
    low, high = (1 if narrow_range else 0), (1 << num_bits) - 1
    step = (max - min) / (high - low)
    zero = numpy.clip(numpy.rint(low - min / step), low, high).item()
    steps = np.clip(np.rint(x / step) + zero, low, high)
    return (steps - zero) * step


@moves("ZEROS_LIKE")
def _zeros_like(x: Array) -> ndarray:
    return np.zeros_like(x)


@moves("SHAPE")
def _shape(x: Any, *, out_type: int = 0, _: Any) -> numpy.ndarray:
    return numpy.array(x.shape, ends(_)[1].dtype)


@moves("RANK")
def _rank(x: Any) -> numpy.ndarray:
    return numpy.array(x.ndim, "int32")


@rules("RANGE")
def _range(start: Host, limit: Host, delta: Host, *, _: Any) -> numpy.ndarray:
    require_room(_, [max(0, math.ceil((limit.item() - start.item()) / delta.item()))])
    return numpy.arange(start.item(), limit.item(), delta.item(), dtype=start.dtype)
