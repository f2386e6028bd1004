"""Real numbers as integers and back: QuantizeLinear, DequantizeLinear, DynamicQuantizeLinear.

int8 and uint8 with one scale or one for each element of an axis are `npx.quantize` and
`npx.dequantize`, which have the rounding of ONNX. 16 bits and blocks are composed. float8 and
integers of 4 bits are stored as they are and cast where they are used. Those of 2 bits and float4
are no dtypes of Weft: as constants they become int8 and float32 here, and results of these types
exist on the host alone.
"""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array, array_of, has_dtype, is_array
from weft.onnx._rules import _host
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.elementwise import cast

# The range of integer types, also of those that NumPy does not know.
RANGES = {
    "int8": (-128, 127),
    "uint8": (0, 255),
    "int16": (-32768, 32767),
    "uint16": (0, 65535),
    "int4": (-8, 7),
    "uint4": (0, 15),
    "int2": (-2, 1),
    "uint2": (0, 3),
}
# Scales belong to the integers of the file, so training leaves them as they are.
_SCALES = (1,)


def numbers_of(value: Any) -> ndarray:
    """The array of a tensor of any type: 2 bits as int8, float4 as float32."""
    if is_array(value) or has_dtype(value):
        return array_of(value)
    return array_of(value.astype("int8" if value.dtype.name in RANGES else "float32"))


def _spread(value: ndarray, x: ndarray, axis: int, block: int) -> ndarray:
    """Scales or zero points so that they broadcast to `x`: one, one a row, or one a block."""
    if value.size == 1:
        return value.reshape(())
    axis = axis + x.ndim if axis < 0 else axis
    if not 0 <= axis < x.ndim:
        raise InvalidValue(f"`axis` must name one of {x.ndim} axes; got {axis}")
    if not block:
        if value.ndim != 1 or value.shape[0] != x.shape[axis]:
            raise InvalidValue(
                f"there must be one scale for each of {x.shape[axis]} elements of axis {axis}; got "
                f"shape {tuple(value.shape)}"
            )
        return value.reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    if block < 0 or value.ndim != x.ndim:
        raise InvalidValue(f"blocks of {block} elements do not fit scales of {value.shape}")
    each = np.repeat(value, block, axis=axis)
    return each[(slice(None),) * axis + (slice(0, x.shape[axis]),)]


def _target(zero: Any, output_dtype: int) -> numpy.dtype[Any]:
    from weft.onnx._tensors import dtype_of

    given = dtype_of(output_dtype) if output_dtype else None
    if zero is None:
        return given or numpy.dtype("uint8")
    found = _host.dtype_of(zero)
    if given is not None and given != found:
        raise InvalidType(f"`output_dtype` is {given}, but the zero point is {found}")
    return found


def quantized(
    x: ndarray,
    scale: Any,
    zero: Any,
    axis: int = 1,
    block: int = 0,
    output_dtype: int = 0,
    saturate: int = 1,
    precision: int = 0,
) -> Any:
    """x / scale, rounded to the nearest, halves to the even one, plus the zero point, saturated."""
    from weft.onnx._tensors import dtype_of

    dtype = _target(zero, output_dtype)
    scales = array_of(scale)
    if x.dtype.kind != "f":
        x = x.astype("float32")
    if precision:
        wide = dtype_of(precision).name
        x, scales = x.astype(wide), scales.astype(wide)
    if dtype.name in ("int8", "uint8") and not block and x.dtype == scales.dtype == "float32":
        one = scales.size == 1
        zeros = None if zero is None else array_of(zero)
        parts = [v if v is None or not one else v.reshape(()) for v in (scales, zeros)]
        return npx.quantize(x, parts[0], parts[1], axis=-1 if one else axis, dtype=dtype)
    share = x / _spread(scales, x, axis, block)
    if dtype.name not in RANGES:
        return cast(share, dtype, saturate)
    low, high = RANGES[dtype.name]
    whole = np.rint(share).astype("float32")
    if zero is not None:
        whole = whole + _spread(numbers_of(zero), x, axis, block).astype("float32")
    whole = np.clip(whole, low, high)
    return cast(whole, dtype)


def dequantized(
    x: Any, scale: Any, zero: Any, axis: int = 1, block: int = 0, output_dtype: int = 0
) -> ndarray:
    """(x - zero) * scale, in the dtype of the scale unless another is asked for."""
    from weft.onnx._tensors import dtype_of

    numbers, scales = numbers_of(x), array_of(scale)
    zeros = None if zero is None else numbers_of(zero)
    dtype = dtype_of(output_dtype).name if output_dtype else scales.dtype
    is_direct = numbers.dtype.name in ("int8", "uint8", "int32") and not block
    if is_direct and scales.dtype == "float32" and dtype == "float32":
        one = scales.size == 1
        parts = [v if v is None or not one else v.reshape(()) for v in (scales, zeros)]
        return npx.dequantize(numbers, parts[0], parts[1], axis=-1 if one else axis)
    wide = "float64" if scales.dtype == "float64" else "float32"
    found = numbers.astype(wide)
    if zeros is not None:
        found = found - _spread(zeros, numbers, axis, block).astype(wide)
    return (found * _spread(scales, numbers, axis, block).astype(wide)).astype(dtype)


for _domain, _since in (("", 10), ("com.microsoft", 1)):

    @rules("QuantizeLinear", since=_since, domain=_domain, states=_SCALES)
    def _quantize(
        x: Array,
        y_scale: Any,
        y_zero_point: Any = None,
        *,
        axis: int = 1,
        block_size: int = 0,
        output_dtype: int = 0,
        precision: int = 0,
        saturate: int = 1,
    ) -> Any:
        return quantized(
            x, y_scale, y_zero_point, axis, block_size, output_dtype, saturate, precision
        )

    @rules("DequantizeLinear", since=_since, domain=_domain, states=_SCALES)
    def _dequantize(
        x: Any,
        x_scale: Any,
        x_zero_point: Any = None,
        *,
        axis: int = 1,
        block_size: int = 0,
        output_dtype: int = 0,
    ) -> ndarray:
        return dequantized(x, x_scale, x_zero_point, axis, block_size, output_dtype)


@rules("DynamicQuantizeLinear")
def dynamic_quantize(x: Array) -> tuple[ndarray, ndarray, ndarray]:
    """x as uint8, with a scale and a zero point that its range gives."""
    low, high = np.minimum(np.min(x), 0), np.maximum(np.max(x), 0)
    span = high - low
    scale = np.where(span == 0, 1.0, span) / 255
    zero = np.rint(np.clip(-low / scale, 0, 255)).astype("uint8")
    return npx.quantize(x, scale, zero, dtype="uint8"), scale, zero
