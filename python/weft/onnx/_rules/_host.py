"""Arithmetic on host values: shapes, whose elements may be dynamic extents, and dtypes that Weft
has no arrays of. NumPy and `ml_dtypes` compute it."""

from typing import Any

import numpy

from weft._base.errors import InvalidValue, Unsupported
from weft._core.dimensions import Extent
from weft._core.dtypes import CODES, ExtraDType, dtype_of_ml_dtypes
from weft._import.values import host_of

_MOST_MADE = 1 << 24  # elements that a file may ask for of a host value
_SHAPE_ARITHMETIC = 1 << 12  # elements: what is larger is an array of the network


def is_large(count: int) -> bool:
    """Are so many elements no shape arithmetic, but part of the network? It makes them where there
    is memory for them."""
    return count > _SHAPE_ARITHMETIC


def require_room(count: int, what: str) -> None:
    """Raises ValueError where a file asks for too many elements, before any is made."""
    if count > _MOST_MADE:
        raise InvalidValue(f"{what} must have at most {_MOST_MADE} elements; got {count}")


def require_kernel(weight: Any, kernel_shape: Any) -> None:
    """Raises ValueError where the attribute `kernel_shape` contradicts the weights."""
    if kernel_shape is not None and list(kernel_shape) != list(weight.shape[2:]):
        raise InvalidValue(
            f"`kernel_shape` must be that of the weights, {list(weight.shape[2:])}; "
            f"got {list(kernel_shape)}"
        )


def is_known(dtype: numpy.dtype[Any]) -> bool:
    """Has Weft the dtype?"""
    return dtype.name in CODES


def dtype_of(value: Any) -> numpy.dtype[Any]:
    """The dtype of an array or a host value as NumPy or `ml_dtypes` has it."""
    dtype = value.dtype
    return dtype_of_ml_dtypes(dtype) if isinstance(dtype, ExtraDType) else numpy.dtype(dtype)


def extents(shape: tuple[int, ...]) -> numpy.ndarray:
    """A shape as a host value of int64, or of objects where an extent is dynamic."""
    if any(isinstance(extent, Extent) for extent in shape):
        found = numpy.empty(len(shape), object)
        found[:] = shape
        return found
    return numpy.array(shape, "int64")


def simplified(value: numpy.ndarray) -> numpy.ndarray:
    """Objects that are all plain integers as int64 again."""
    if value.dtype != object or not value.size:
        return value.astype("int64") if value.dtype == object else value
    elements = value.reshape(-1)
    if any(isinstance(element, Extent | str) for element in elements):
        return value
    return value.astype("int64")


def divided(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Floats as NumPy, integers toward zero, and extents, which are not negative, down."""
    if a.dtype == object or b.dtype == object:
        return numpy.asarray(a // b, object)
    if a.dtype.kind == "f":
        return numpy.divide(a, b)
    if not numpy.all(b):
        raise InvalidValue("division by zero")
    quotient = numpy.floor_divide(a, b)
    return (quotient + ((quotient < 0) & (quotient * b != a))).astype(a.dtype)


def remainder(a: numpy.ndarray, b: numpy.ndarray, *, fmod: int = 0) -> numpy.ndarray:
    """The rest of a division, with the sign of the divisor, or with `fmod` that of the dividend."""
    return numpy.fmod(a, b) if fmod else numpy.asarray(numpy.mod(a, b))


def equal(a: numpy.ndarray, b: numpy.ndarray) -> numpy.ndarray:
    """Are elements equal? A dynamic extent never equals a negative number, and not 0 or 1."""
    return numpy.asarray(a == b, bool)


def where(condition: numpy.ndarray, x: numpy.ndarray, y: numpy.ndarray) -> numpy.ndarray:
    """Elements of `x` or of `y`."""
    return simplified(numpy.asarray(numpy.where(condition.astype(bool), x, y)))


def cast(
    value: numpy.ndarray, dtype: numpy.dtype[Any], saturate: int = 1, round_mode: str = "up"
) -> numpy.ndarray:
    """A host value in another dtype by the rules of ONNX's Cast."""
    if value.dtype == object and any(isinstance(v, Extent) for v in value.reshape(-1)):
        if dtype.kind in "iu":
            return value
        raise Unsupported("a dynamic extent cannot become a float")
    if value.dtype.kind in "OUST":
        return _from_texts(value, dtype)
    if dtype.kind == "O":
        return _to_texts(value)
    with numpy.errstate(all="ignore"):
        return _converted(value, dtype, saturate, round_mode)


def _from_texts(value: numpy.ndarray, dtype: numpy.dtype[Any]) -> numpy.ndarray:
    if dtype.kind == "O":
        return value
    if all(isinstance(v, int) for v in value.reshape(-1)):
        return value.astype("int64").astype(dtype)
    if dtype.kind in "iu":
        numbers = [int(float(text)) for text in value.reshape(-1)]
        return numpy.array(numbers, dtype).reshape(value.shape)
    numbers = numpy.array([float(text) for text in value.reshape(-1)], "float64")
    return numbers.reshape(value.shape).astype("float32").astype(dtype)


def _to_texts(value: numpy.ndarray) -> numpy.ndarray:
    if value.dtype.kind == "V" or value.dtype.name not in CODES:
        value = value.astype("float32")
    flat = value.reshape(-1)
    if flat.dtype.kind == "f":
        texts = [_text_of(number) for number in flat]
    else:
        texts = [str(number) for number in flat]
    found = numpy.empty(len(texts), object)
    found[:] = texts
    return found.reshape(value.shape)


def _text_of(number: Any) -> str:
    if numpy.isnan(number):
        return "NaN"
    if numpy.isinf(number):
        return "INF" if number > 0 else "-INF"
    return str(number)


def _converted(
    value: numpy.ndarray, dtype: numpy.dtype[Any], saturate: int, round_mode: str
) -> numpy.ndarray:
    name = dtype.name
    if name.startswith("float8") and is_floating(value.dtype):
        return _to_float8(value, dtype, saturate, round_mode)
    if name == "float4_e2m1fn":
        return value.astype("float32").astype(dtype)
    if not is_known(value.dtype) and value.dtype.name != "bfloat16":
        wide = "float32" if is_floating(value.dtype) else "int32"
        value = value.astype(wide)
    return value.astype(dtype)


def is_floating(dtype: numpy.dtype[Any]) -> bool:
    """Is it a dtype of floats, also of `ml_dtypes`?"""
    return dtype.kind == "f" or dtype.name.startswith(("float", "bfloat"))


def _to_float8(
    value: numpy.ndarray, dtype: numpy.dtype[Any], saturate: int, round_mode: str
) -> numpy.ndarray:
    """float8 by `ml_dtypes`; with `saturate` what is too large is the largest finite number."""
    import ml_dtypes

    wide = value.astype("float32")
    if dtype.name == "float8_e8m0fnu":
        return _to_scale(wide, dtype, saturate, round_mode)
    found = wide.astype(dtype)
    if saturate:
        largest = float(ml_dtypes.finfo(dtype).max)
        has_infinity = dtype.name in ("float8_e5m2", "float8_e4m3")
        too_large = (numpy.abs(wide) > largest) & ~numpy.isnan(wide)
        if has_infinity:
            too_large &= numpy.isfinite(wide) | bool(saturate)
        found = numpy.where(
            too_large, numpy.copysign(numpy.float32(largest), wide).astype(dtype), found
        )
    return found


def _to_scale(
    wide: numpy.ndarray, dtype: numpy.dtype[Any], saturate: int, round_mode: str
) -> numpy.ndarray:
    """Powers of two without a sign: 2^-127 to 2^127, and NaN for what is no scale."""
    magnitude = numpy.abs(wide.astype("float64"))
    mantissa, exponent = numpy.frexp(magnitude)  # mantissa in [0.5, 1)
    power = exponent - 1
    if round_mode == "up":
        power = power + (mantissa > 0.5)
    elif round_mode == "nearest":
        power = power + (mantissa >= 0.75)
    power = numpy.where(magnitude == 0, -127, power)
    if saturate:
        power = numpy.clip(power, -127, 127)
    bits = numpy.clip(power + 127, 0, 255)
    is_bad = ~numpy.isfinite(wide)
    if saturate:
        is_bad = numpy.isnan(wide)
        bits = numpy.where(numpy.isinf(wide), 254, bits)
    return numpy.where(is_bad, 255, bits).astype("uint8").view(dtype)


__all__ = [
    "cast",
    "divided",
    "dtype_of",
    "equal",
    "extents",
    "host_of",
    "is_floating",
    "is_known",
    "is_large",
    "remainder",
    "require_kernel",
    "require_room",
    "simplified",
    "where",
]
