"""Where data of files and iterators become arrays, and arrays become NumPy's again."""

import dataclasses
import weakref
from typing import Any

import numpy

from weft import np
from weft._base.containers import sequence_of
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._modes import default_dtype, read
from weft.mxnet.device import native_of


def dtype_name(dtype: Any) -> str:
    """What a dtype is called, of NumPy's, of Weft's, or as text."""
    if isinstance(dtype, str):
        return dtype
    name = getattr(dtype, "name", None)
    return name if isinstance(name, str) else str(numpy.dtype(dtype).name)


_NARROW = frozenset({"int8", "uint8", "int16", "uint16"})


def wrapping(data: ndarray, dtype: Any, cast: Any = ndarray.astype) -> ndarray:
    """A cast in which a float that a narrow integer cannot hold wraps, as in MXNet and NumPy.

    Weft's own cast takes the nearest integer that there is.
    """
    is_narrow = data.dtype.kind == "f" and dtype_name(dtype) in _NARROW
    return cast(cast(data, "int64"), dtype) if is_narrow else cast(data, dtype)


def filled(shape: tuple[int, ...], dtype: Any) -> tuple[Any, numpy.ndarray]:
    """An array whose elements are yet to be written, and its memory as NumPy's array."""
    array = np.empty(shape, dtype=dtype, device="cpu")
    return array, array.numpy()


@dataclasses.dataclass(frozen=True)
class Like:
    """What a callback gives: an array of this shape and dtype."""

    shape: tuple[int, ...]
    dtype: Any


def host(values: Any) -> numpy.ndarray:
    """Values as NumPy's array; no copy where their memory can be read."""
    return numpy.asarray(values)


def to_numpy(value: Any) -> Any:
    """Arrays as NumPy's, also inside of lists, tuples and dicts."""
    if isinstance(value, ndarray):
        return value.asnumpy()
    if isinstance(value, list | tuple):
        return sequence_of(type(value), map(to_numpy, value))
    if isinstance(value, dict):
        return {key: to_numpy(item) for key, item in value.items()}
    return value


def array(object: ArrayLike, dtype: Any = None, device: Any = None, ctx: Any = None) -> ndarray:
    """A new array of the elements of an array, a list or a number.

    dtype: that of an array of `mx.np`; of anything else float32, or NumPy's in the mode of its
        default dtypes

    Raises TypeError for lists that are no grid.
    """
    where = native_of(device, ctx)
    if isinstance(object, ndarray):
        return np.array(object, dtype, device=where)
    try:
        values = numpy.array(to_numpy(object))
    except ValueError as error:
        raise InvalidType(f"array: `object` must have one length in each axis; {error}") from None
    if values.dtype == _OBJECTS:
        values = _with_missing(values)
    if dtype is None:
        is_number = read("dtype") and values.dtype.kind not in "iub"
        is_kept = read("dtype") and isinstance(object, numpy.ndarray)
        dtype = values.dtype if is_kept or is_number else default_dtype()
    return np.array(values, dtype, device=where)


def _with_missing(values: numpy.ndarray) -> numpy.ndarray:
    """Numbers among which None stands for one that is missing."""
    try:
        return values.astype("float64")
    except (TypeError, ValueError) as error:
        raise InvalidType(f"array: `object` must have numbers; {error}") from None


def from_numpy(value: Any) -> Any:
    """NumPy's arrays as arrays of `mx.np` of the same dtype, also inside of lists and tuples."""
    if isinstance(value, numpy.ndarray):
        return np.array(value)
    if isinstance(value, list | tuple):
        return sequence_of(type(value), map(from_numpy, value))
    return value


def shared(ndarray: numpy.ndarray, zero_copy: bool) -> Any:
    """`from_numpy` of `mx.nd` and `mx.npx`: an array in the memory of NumPy's, which NumPy may then
    no longer write; a copy of memory that NumPy may not give away.

    Raises TypeError for what is no array of NumPy, ValueError for one not in the order of C.
    """
    if not isinstance(ndarray, numpy.ndarray):
        raise InvalidType(
            f"from_numpy: `ndarray` must be an array of NumPy; got {type(ndarray).__name__}"
        )
    if not zero_copy:
        return np.array(ndarray)
    if not ndarray.flags["C_CONTIGUOUS"]:
        raise InvalidValue(
            "from_numpy: `ndarray` must lie in the order of C to share its memory; got strides "
            f"{ndarray.strides} of shape {ndarray.shape}; use zero_copy=False"
        )
    if id(ndarray) in _locked:
        ndarray.flags.writeable = True
    try:
        found = np.from_dlpack(ndarray)
    except (BufferError, TypeError, ValueError):
        return np.array(ndarray)
    ndarray.flags.writeable = False
    if id(ndarray) not in _locked:
        _locked[id(ndarray)] = weakref.finalize(ndarray, _locked.pop, id(ndarray), None)
    return found


# Arrays of NumPy whose memory was shared before, by their ids while they live: they are read-only
# because of that alone, so that they may be shared again.
_locked: dict[int, weakref.finalize] = {}


_OBJECTS = numpy.dtype(object)

__all__ = [
    "Like",
    "array",
    "dtype_name",
    "filled",
    "from_numpy",
    "host",
    "shared",
    "to_numpy",
    "wrapping",
]
