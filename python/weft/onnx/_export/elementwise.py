"""Elementwise operators."""

import math
from typing import Any

from weft import np
from weft.onnx._export._call import Call
from weft.onnx._export._scope import ELEMENTS
from weft.onnx._export._table import rules

# Dtypes for which runtimes have no arithmetic; int32 gives the same bits, as it wraps like them.
NARROW = ("int8", "int16", "uint8", "uint16", "bool")


def widened(dtype: str) -> str:
    """The dtype to compute in."""
    return "int32" if dtype in NARROW else dtype


def common(call: Call, places: list[int]) -> str:
    """The dtype that operands are promoted to."""
    parts: list[Any] = []
    for place in places:
        if call.is_scalar(place):
            value = call.scalar(place)
            parts.append(0 if value is None else value)
        else:
            parts.append(np.empty((1,), call.dtype(place)))
    total = parts[0]
    for part in parts[1:]:
        total = np.where(np.array(True), total, part)
    return str(total.dtype)


# ---- one operand --------------------------------------------------------------------------------

_SAME = {
    "abs": "Abs",
    "arccos": "Acos",
    "arccosh": "Acosh",
    "arcsin": "Asin",
    "arcsinh": "Asinh",
    "arctan": "Atan",
    "arctanh": "Atanh",
    "ceil": "Ceil",
    "cos": "Cos",
    "cosh": "Cosh",
    "erf": "Erf",
    "exp": "Exp",
    "floor": "Floor",
    "log": "Log",
    "negative": "Neg",
    "reciprocal": "Reciprocal",
    "relu": "Relu",
    "rint": "Round",
    "sigmoid": "Sigmoid",
    "sign": "Sign",
    "sin": "Sin",
    "sinh": "Sinh",
    "sqrt": "Sqrt",
    "tan": "Tan",
    "tanh": "Tanh",
}
_OF_FLOATS = ("ceil", "floor", "rint", "trunc")  # of integers these are the integers


def _is_float(dtype: str) -> bool:
    return "float" in dtype


@rules(*_SAME)
def _unary(call: Call) -> Any:
    dtype = call.out[0]
    if call.op in _OF_FLOATS and not _is_float(dtype):
        return call.input(0)
    if call.op == "relu" and not _is_float(dtype):
        wide = widened(dtype)
        x = call.emit("Max", call.input(0, wide), call.full(0, wide))
        return call.scope.cast(x, wide, dtype)
    wide = widened(dtype)
    x = call.emit(_SAME[call.op], call.input(0, wide))
    return call.scope.cast(x, wide, dtype)


@rules("trunc")
def _trunc(call: Call) -> Any:
    dtype = call.out[0]
    if not _is_float(dtype):
        return call.input(0)
    x = call.input(0)
    return call.emit("Mul", call.emit("Sign", x), call.emit("Floor", call.emit("Abs", x)))


@rules("logical_not")
def _logical_not(call: Call) -> Any:
    return call.emit("Not", call.input(0, "bool"))


@rules("square")
def _square(call: Call) -> Any:
    wide = widened(call.out[0])
    x = call.input(0, wide)
    return call.scope.cast(call.emit("Mul", x, x), wide, call.out[0])


@rules("rsqrt")
def _rsqrt(call: Call) -> Any:
    return call.emit("Reciprocal", call.emit("Sqrt", call.input(0, call.out[0])))


@rules("exp2")
def _exp2(call: Call) -> Any:
    dtype = call.out[0]
    return call.emit("Pow", call.full(2, dtype), call.input(0, dtype))


@rules("log2", "log10")
def _log(call: Call) -> Any:
    dtype = call.out[0]
    factor = 1 / math.log(2 if call.op == "log2" else 10)
    return call.emit("Mul", call.emit("Log", call.input(0, dtype)), call.full(factor, dtype))


@rules("expm1")
def _expm1(call: Call) -> Any:
    """exp(x) - 1 loses the digits of small x; 2 t / (1 - t) with t = tanh(x / 2) has them."""
    dtype = call.out[0]
    x = call.input(0, dtype)
    one = call.full(1, dtype)
    t = call.emit("Tanh", call.emit("Mul", x, call.full(0.5, dtype)))
    small = call.emit("Div", call.emit("Add", t, t), call.emit("Sub", one, t))
    large = call.emit("Sub", call.emit("Exp", x), one)
    is_small = call.emit("Less", call.emit("Abs", x), call.full(0.5, dtype))
    return call.emit("Where", is_small, small, large)


@rules("log1p")
def _log1p(call: Call) -> Any:
    """log(u) x / (u - 1) with u = 1 + x rounded has the digits of small x (Kahan)."""
    dtype = call.out[0]
    x = call.input(0, dtype)
    one = call.full(1, dtype)
    u = call.emit("Add", x, one)
    rest = call.emit("Sub", u, one)
    plain = call.emit("Log", u)
    exact = call.emit("Mul", plain, call.emit("Div", x, rest))
    is_small = call.emit("Less", call.emit("Abs", x), call.full(1, dtype))
    found = call.emit("Where", is_small, exact, plain)
    is_zero = call.emit("Equal", rest, call.full(0, dtype))
    return call.emit("Where", is_zero, x, found)


@rules("cast")
def _cast(call: Call) -> Any:
    """ONNX leaves open what numbers become that the new dtype has not; Weft saturates."""
    before, after = call.dtype(0), call.out[0]
    if before == after:
        return call.input(0)
    x = call.input(0)
    if _is_float(before) and after == "bool":
        return call.emit("Not", call.emit("Equal", x, call.full(0, before)))
    if _is_float(before) and after in ("int8", "uint8", "int16", "uint16"):
        info = np.iinfo(after)
        x = call.emit("Clip", x, call.full(info.min, before), call.full(info.max, before))
        x = call.emit("Cast", x, to=ELEMENTS["int32"])
    return call.emit("Cast", x, to=ELEMENTS[after])


@rules("narrow", opset=21)
def _narrow(call: Call) -> Any:
    """To float8 without saturation; to 4 bits from bytes that have them below."""
    before, after = call.dtype(0), call.out[0]
    x = call.input(0)
    if after == "int4":  # ONNX leaves open what becomes of numbers that do not fit
        shift, low = call.full(4, "uint8"), call.scope.cast(x, before, "uint8")
        raised = call.emit("BitShift", low, shift, direction="LEFT")
        signed = call.emit("Cast", raised, to=ELEMENTS["int8"])
        x = call.emit(
            "Div", call.emit("Cast", signed, to=ELEMENTS["int32"]), call.full(16, "int32")
        )
    elif after == "uint4":
        x = call.emit("Mod", x, call.full(16, "uint8"))
    else:
        return call.emit("Cast", x, to=ELEMENTS[after], saturate=0)
    return call.emit("Cast", x, to=ELEMENTS[after])


@rules("widen", opset=21)
def _widen(call: Call) -> Any:
    return call.emit("Cast", call.input(0), to=ELEMENTS[call.out[0]])


# ---- two operands -------------------------------------------------------------------------------

_TWO = {"add": "Add", "subtract": "Sub", "multiply": "Mul", "maximum": "Max", "minimum": "Min"}


def _pair(call: Call, dtype: str) -> tuple[str, str]:
    return call.input(0, dtype), call.input(1, dtype)


@rules(*_TWO)
def _binary(call: Call) -> Any:
    dtype = call.out[0]
    if dtype == "bool":
        logical = {"add": "Or", "maximum": "Or", "multiply": "And", "minimum": "And"}
        return call.emit(logical.get(call.op, "Xor"), *_pair(call, dtype))
    wide = widened(dtype)
    return call.scope.cast(call.emit(_TWO[call.op], *_pair(call, wide)), wide, dtype)


@rules("divide")
def _divide(call: Call) -> Any:
    return call.emit("Div", *_pair(call, call.out[0]))


@rules("pow")
def _pow(call: Call) -> Any:
    wide = widened(call.out[0])
    return call.scope.cast(call.emit("Pow", *_pair(call, wide)), wide, call.out[0])


def remainder(call: Call, a: str, b: str, dtype: str) -> str:
    """The remainder with the sign of the divisor."""
    if not _is_float(dtype):
        return call.emit("Mod", a, b)
    zero = call.full(0, dtype)
    r = call.emit("Mod", a, b, fmod=1)
    is_left = call.emit("Not", call.emit("Equal", r, zero))
    differs = call.emit("Xor", call.emit("Less", r, zero), call.emit("Less", b, zero))
    return call.emit("Where", call.emit("And", is_left, differs), call.emit("Add", r, b), r)


@rules("remainder", "floor_divide", "fmod")
def _division(call: Call) -> Any:
    dtype = call.out[0]
    wide = widened(dtype)
    a, b = _pair(call, wide)
    if call.op == "fmod":
        found = call.emit("Mod", a, b, fmod=1)
    else:
        found = remainder(call, a, b, wide)
        if call.op == "floor_divide":
            found = call.emit("Div", call.emit("Sub", a, found), b)
            found = call.emit("Round", found) if _is_float(wide) else found
    return call.scope.cast(found, wide, dtype)


_COMPARED = {
    "equal": "Equal",
    "not_equal": "Equal",
    "greater": "Greater",
    "greater_equal": "GreaterOrEqual",
    "less": "Less",
    "less_equal": "LessOrEqual",
}


@rules(*_COMPARED)
def _compared(call: Call) -> Any:
    found = call.emit(_COMPARED[call.op], *_pair(call, widened(common(call, [0, 1]))))
    return call.emit("Not", found) if call.op == "not_equal" else found


@rules("logical_and", "logical_or")
def _logical(call: Call) -> Any:
    return call.emit("And" if call.op == "logical_and" else "Or", *_pair(call, "bool"))


@rules("bitwise_and", "bitwise_or", "bitwise_xor")
def _bitwise(call: Call) -> Any:
    dtype, word = call.out[0], call.op.removeprefix("bitwise_").capitalize()
    if dtype == "bool":
        return call.emit(word, *_pair(call, dtype))
    if call.scope.opset >= 18:
        return call.emit(f"Bitwise{word}", *_pair(call, dtype))
    return _by_bits(call, dtype, word)


def _by_bits(call: Call, dtype: str, word: str) -> Any:
    """Before version 18 there is no such operator on integers: each bit is a bool."""
    bits = np.iinfo(dtype).bits
    unsigned = f"uint{bits}"
    places = call.scope.constant([1 << bit for bit in range(bits)], "uint64")
    two = call.full(2, "uint64")

    def spread(place: int) -> str:
        x = call.scope.cast(call.input(place, dtype), dtype, unsigned)
        x = call.unsqueezed(call.scope.cast(x, unsigned, "uint64"), -1)
        odd = call.emit("Mod", call.emit("Div", x, places), two)
        return call.scope.cast(odd, "uint64", "bool")

    found = call.scope.cast(call.emit(word, spread(0), spread(1)), "bool", "uint64")
    found = call.scope.cast(call.emit("Mul", found, places), "uint64", "int64")
    total = call.scope.reduced("ReduceSum", found, [-1])
    return call.scope.cast(call.scope.cast(total, "int64", unsigned), unsigned, dtype)


@rules("left_shift", "right_shift")
def _shift(call: Call) -> Any:
    """By a power of two: BitShift has no signed dtypes."""
    dtype = call.out[0]
    a, b = _pair(call, dtype)
    wide = "int64" if dtype not in ("uint64",) else dtype
    power = call.emit("Pow", call.full(2, "int64"), call.scope.cast(b, dtype, "int64"))
    power = call.scope.cast(power, "int64", wide)
    x = call.scope.cast(a, dtype, wide)
    if call.op == "left_shift":
        found = call.emit("Mul", x, power)
    else:
        found = call.emit("Div", call.emit("Sub", x, call.emit("Mod", x, power)), power)
    return call.scope.cast(found, wide, dtype)


@rules("logaddexp", "logaddexp2")
def _logaddexp(call: Call) -> Any:
    """The larger one and log(1 + exp(-|difference|)), which is Softplus; of two equal infinities
    the difference is NaN, so equal operands have a form of their own."""
    dtype = call.out[0]
    a, b = _pair(call, dtype)
    factor = math.log(2)
    if call.op == "logaddexp2":
        a, b = (call.emit("Mul", x, call.full(factor, dtype)) for x in (a, b))
    if call.scalar(1) == 0:
        found = call.emit("Softplus", a)
    else:
        distance = call.emit("Abs", call.emit("Sub", a, b))
        more = call.emit("Softplus", call.emit("Neg", distance))
        found = call.emit("Add", call.emit("Max", a, b), more)
        twice = call.emit("Add", a, call.full(factor, dtype))
        found = call.emit("Where", call.emit("Equal", a, b), twice, found)
    if call.op == "logaddexp2":
        return call.emit("Mul", found, call.full(1 / factor, dtype))
    return found


@rules("hypot")
def _hypot(call: Call) -> Any:
    dtype = call.out[0]
    a, b = (call.emit("Abs", x) for x in _pair(call, dtype))
    large, small = call.emit("Max", a, b), call.emit("Min", a, b)
    one = call.full(1, dtype)
    is_zero = call.emit("Equal", large, call.full(0, dtype))
    share = call.emit("Div", small, call.emit("Where", is_zero, one, large))
    share = call.emit("Add", call.emit("Mul", share, share), one)
    return call.emit("Mul", large, call.emit("Sqrt", share))


def _is_negative(call: Call, x: str, dtype: str) -> str:
    """Is the sign bit set? That of -0 shows in its reciprocal."""
    zero = call.full(0, dtype)
    return call.emit(
        "Or", call.emit("Less", x, zero), call.emit("Less", call.emit("Reciprocal", x), zero)
    )


@rules("copysign")
def _copysign(call: Call) -> Any:
    dtype = call.out[0]
    a, b = _pair(call, dtype)
    size = call.emit("Abs", a)
    return call.emit("Where", _is_negative(call, b, dtype), call.emit("Neg", size), size)


@rules("arctan2")
def _arctan2(call: Call) -> Any:
    """2 atan(y / (r + x)) loses digits where x is negative; atan(y / x) plus half a turn does not.

    On the vertical axis y / x is infinite, as it should be, but for both zero.
    """
    dtype = call.out[0]
    y, x = _pair(call, dtype)
    zero = call.full(0, dtype)
    both = call.emit("And", call.emit("Equal", y, zero), call.emit("Equal", x, zero))
    angle = call.emit("Atan", call.emit("Div", y, call.emit("Where", both, call.full(1, dtype), x)))
    turn = call.full(math.pi, dtype)
    turn = call.emit("Where", _is_negative(call, y, dtype), call.emit("Neg", turn), turn)
    return call.emit("Where", _is_negative(call, x, dtype), call.emit("Add", angle, turn), angle)


@rules("where")
def _where(call: Call) -> Any:
    dtype = call.out[0]
    wide = "int32" if dtype in ("int16", "uint16") else dtype
    condition = call.input(0, "bool")
    found = call.emit("Where", condition, call.input(1, wide), call.input(2, wide))
    return call.scope.cast(found, wide, dtype)
