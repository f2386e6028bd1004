"""Functions of `mx.nd` that make arrays: float32 unless `dtype` is given, on `ctx`.

>>> from weft import mxnet as mx
>>> mx.nd.array([1, 2]).dtype.name, mx.nd.arange(3).shape
('float32', (3,))
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.protocols import HasRows
from weft._base.spelling import public_module as _public_module
from weft._core.typing import ndarray
from weft.mxnet import _made
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet._operators._attributes import ints
from weft.mxnet.device import native_of
from weft.mxnet.ndarray import _sparse
from weft.mxnet.ndarray._array import NDArray, Sparse, shaped
from weft.mxnet.ndarray._functions import written

_FLOAT = "float32"


def array(source_array: Any, ctx: Any = None, dtype: Any = None) -> NDArray:
    """A new array of the elements of an array, a list, a number, or a sparse matrix of SciPy.

    dtype: by default that of an `NDArray`, float32 for everything else

    Raises TypeError for lists that are no grid.
    """
    if isinstance(source_array, Sparse):
        return source_array.copy() if dtype is None else source_array.astype(dtype)
    if not isinstance(source_array, ndarray) and isinstance(source_array, HasRows):
        return _sparse.array(source_array, ctx, dtype)
    place = native_of(None, ctx)
    if isinstance(source_array, ndarray):
        wanted = dtype or source_array.dtype
        return NDArray(np.array(source_array, wanted, device=place))
    try:
        values = numpy.array(source_array)
    except ValueError as error:
        raise InvalidType(f"array: `source_array` must be a grid of numbers; {error}") from None
    if values.dtype == object:
        values = _of_parts(source_array)
    if values.dtype.kind in "US":  # numbers as texts, such as those of a file of CSV
        values = _of_texts(values, dtype)
    with numpy.errstate(invalid="ignore"):  # what an integer cannot hold wraps
        return NDArray(np.array(values.astype(dtype or _FLOAT), device=place))


def _of_texts(values: numpy.ndarray, dtype: Any) -> numpy.ndarray:
    """Numbers that are written as texts."""
    try:
        return values.astype(dtype or _FLOAT)
    except ValueError as error:
        raise InvalidValue(f"array: `source_array` must be a grid of numbers; {error}") from None


def _of_parts(source: Any) -> numpy.ndarray:
    """A list of arrays as one array of NumPy."""

    def plain(value: Any) -> Any:
        if isinstance(value, ndarray):
            return value.asnumpy()
        return list(map(plain, value)) if isinstance(value, list | tuple) else value

    try:
        return numpy.array(plain(source), dtype="float64")
    except (TypeError, ValueError) as error:
        raise InvalidType(f"array: `source_array` must be a grid of numbers; {error}") from None


def reset_arrays(*args: NDArray, num_arrays: int | None = None) -> None:
    """Writes zeros into all these arrays.

    num_arrays: how many they are, where it is given

    >>> from weft import mxnet as mx
    >>> x, y = mx.nd.ones((2,)), mx.nd.ones((3,), dtype="float16")
    >>> mx.nd.reset_arrays(x, y, num_arrays=2)
    >>> x.asnumpy(), y.asnumpy()
    (array([0., 0.], dtype=float32), array([0., 0., 0.], dtype=float16))
    """
    if num_arrays is not None and num_arrays != len(args):
        raise InvalidValue(
            f"reset_arrays: `num_arrays` must be the number of arrays, {len(args)}; "
            f"got {num_arrays}"
        )
    for one in args:
        one[:] = 0


def zeros(
    shape: Any, ctx: Any = None, dtype: Any = None, stype: str | None = None, **kwargs: Any
) -> NDArray:
    """An array of zeros. stype: 'row_sparse' or 'csr' for one that stores nothing.

    Raises ValueError for a shape without axes, or with an extent of 0, unless NumPy's shapes are
    turned on: in 1.x such a shape is one that is not known.
    """
    if stype not in (None, "default"):
        return _sparse.zeros(stype, shape, ctx, dtype, **kwargs)
    _require_known("zeros", shape)
    return _filled(np.zeros, shape, ctx, dtype, kwargs)


def ones(shape: Any, ctx: Any = None, dtype: Any = None, **kwargs: Any) -> NDArray:
    """An array of ones. Raises ValueError for the shapes that `zeros` refuses."""
    _require_known("ones", shape)
    return _filled(np.ones, shape, ctx, dtype, kwargs)


def _require_known(name: str, shape: Any) -> None:
    extents = ints(shape, "shape")
    if (not extents or 0 in extents) and not asks_for_numpy_shapes():
        raise InvalidValue(
            f"{name}: `shape` must have extents of at least 1; got {extents}, which is not known "
            "until NumPy's shapes are turned on: `with mx.np_shape():` or `mx.npx.set_np()`"
        )


def empty(shape: Any, ctx: Any = None, dtype: Any = None, stype: str | None = None) -> NDArray:
    """An array to be filled."""
    if stype not in (None, "default"):
        return zeros(shape, ctx, dtype, stype)
    return _filled(np.empty, shape, ctx, dtype, {})


def _filled(make: Any, shape: Any, ctx: Any, dtype: Any, kwargs: dict[str, Any]) -> Any:
    out = kwargs.get("out")
    found = NDArray(make(ints(shape, "shape"), dtype or _FLOAT, device=native_of(None, ctx)))
    return found if out is None else written(found, out)


def full(
    shape: Any, val: float, ctx: Any = None, dtype: Any = _FLOAT, out: NDArray | None = None
) -> NDArray:
    """An array of one number."""
    place = native_of(None, ctx)
    found = NDArray(np.full(ints(shape, "shape"), val, dtype or _FLOAT, device=place))
    return found if out is None else written(found, out)


def arange(
    start: float,
    stop: float | None = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: Any = None,
    ctx: Any = None,
    dtype: Any = _FLOAT,
) -> NDArray:
    """Numbers from `start` to `stop` by steps, each `repeat` times."""
    begin, end = (0, start) if stop is None else (start, stop)
    place = native_of(None, ctx)
    if dtype != "bfloat16" and numpy.dtype(dtype).kind in "iu":  # integers step by integers
        count = max(math.ceil((end - begin) / step), 0)
        whole = np.arange(count, dtype="int64", device=place) * int(step) + int(begin)
        row = whole.astype(dtype)
    else:
        row = np.arange(begin, end, step, device=place).astype(dtype)
    return NDArray(row if repeat == 1 else np.repeat(row, int(repeat)))


def linspace(
    start: float,
    stop: float,
    num: int,
    endpoint: bool = True,
    ctx: Any = None,
    dtype: Any = _FLOAT,
) -> NDArray:
    """So many numbers from `start` to `stop`, equally far from each other."""
    row = np.linspace(start, stop, int(num), endpoint=endpoint, device=native_of(None, ctx))
    return NDArray(row.astype(dtype))


def eye(
    N: int,  # noqa: N803
    M: int = 0,  # noqa: N803
    k: int = 0,
    ctx: Any = None,
    dtype: Any = _FLOAT,
    **kwargs: Any,
) -> NDArray:
    """Ones on a diagonal, zeros elsewhere; as many columns as rows unless M says their number."""
    place = native_of(None, ctx)
    found = NDArray(np.eye(int(N), int(M) or None, k=int(k), dtype=dtype or _FLOAT, device=place))
    return found if kwargs.get("out") is None else written(found, kwargs["out"])


def concatenate(arrays: Sequence[NDArray], axis: int = 0, always_copy: bool = True) -> NDArray:
    """Arrays one behind the other along an axis.

    always_copy: False gives a single array back as it is
    """
    if not arrays:
        raise InvalidType("concatenate: `arrays` must have at least one array; got none")
    if len(arrays) == 1 and not always_copy:
        return arrays[0]
    return shaped(np.concatenate(list(arrays), axis=axis))


def moveaxis(tensor: NDArray, source: Any, destination: Any) -> NDArray:
    """The array with axes at other places. Raises ValueError for axes that it lacks."""
    try:
        return shaped(np.moveaxis(tensor, source, destination).copy())
    except IndexError as error:
        raise InvalidValue(str(error)) from None


def split_v2(
    ary: NDArray, indices_or_sections: Any, axis: int = 0, squeeze_axis: bool = False
) -> Any:
    """Parts along an axis, as a list: so many equal ones, or those between indices."""
    cuts = indices_or_sections
    parts = np.split(ary, cuts if isinstance(cuts, int) else list(cuts), axis=axis)
    if squeeze_axis:
        parts = [np.squeeze(part, axis) for part in parts]
    found = [shaped(part.copy()) for part in parts]
    return found[0] if len(found) == 1 else found


def histogram(a: NDArray, bins: Any = 10, range: Any = None) -> list[NDArray]:
    """Counts of elements between edges, and the edges: of so many bins, or between given edges."""
    values = a.asnumpy()
    edges = bins.asnumpy() if isinstance(bins, ndarray) else bins
    counts, found = numpy.histogram(values, edges, range)
    return [array(counts, dtype="int64"), array(found, dtype=a.dtype)]


def onehot_encode(indices: NDArray, out: NDArray) -> NDArray:
    """Writes 1 at the place that each index names in a row of `out`, 0 elsewhere."""
    from weft import npx

    out[:] = npx.one_hot(indices.astype("int32"), out.shape[1], dtype=out.dtype)
    return out


def from_numpy(ndarray: numpy.ndarray, zero_copy: bool = True) -> NDArray:
    """An array of the elements and the dtype of one of NumPy, in its memory with `zero_copy`.

    Raises TypeError for what is no array of NumPy, ValueError for one that is not in the order of C
    with `zero_copy`.
    """
    return NDArray(_made.shared(ndarray, zero_copy))


def from_dlpack(dlpack: Any) -> NDArray:
    """An array that shares the memory of a DLPack capsule, or of an object that gives one."""
    return NDArray(np.from_dlpack(dlpack))


def to_dlpack_for_read(data: NDArray) -> Any:
    """The array's memory as a DLPack capsule, when the elements are computed."""
    return data.__dlpack__()


to_dlpack_for_write = to_dlpack_for_read


def imdecode(
    str_img: bytes,
    clip_rect: Any = (0, 0, 0, 0),
    out: NDArray | None = None,
    index: int = 0,
    channels: int = 3,
    mean: NDArray | None = None,
) -> NDArray:
    """A picture (1, C, H, W) of the bytes of a file, or a part of it; less a mean picture.

    clip_rect: x0, y0, x1, y1; out: arrays (N, C, H, W), of which number `index` is written
    """
    picture = _public_module("mxnet.image").imdecode(str_img, flag=1 if channels == 3 else 0)
    left, top, right, bottom = clip_rect
    if right > left and bottom > top:
        picture = picture[top:bottom, left:right]
    found = NDArray(np.transpose(picture, (2, 0, 1)).astype(_FLOAT))
    if mean is not None:
        found = found - mean
    if out is None:
        return found.reshape((1, *found.shape))
    if out.ndim == 4:
        out[index] = found
    else:
        out[:] = found
    return out


__all__ = [
    "arange",
    "array",
    "concatenate",
    "empty",
    "eye",
    "from_dlpack",
    "from_numpy",
    "full",
    "histogram",
    "imdecode",
    "linspace",
    "moveaxis",
    "onehot_encode",
    "ones",
    "reset_arrays",
    "split_v2",
    "to_dlpack_for_read",
    "to_dlpack_for_write",
    "zeros",
]
