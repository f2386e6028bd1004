"""NumPy's functions that write into an array: at indices, where a mask is true, on the diagonal."""

from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of
from weft.np._dtype_functions import can_cast

_with_values_along_axis = OPERATORS["with_values_along_axis"]


def _check(where: str, name: str, array: Any) -> None:
    if not isinstance(array, ndarray):
        raise InvalidType(f"{where}: `{name}` must be an array; got {type(array).__name__}")


def put_along_axis(
    arr: ndarray, indices: ArrayLike, values: ArrayLike, axis: int | None = -1
) -> None:
    """Writes `values` into `arr` where `take_along_axis` with these indices reads.

    >>> from weft import np
    >>> x = np.zeros((2, 2))
    >>> np.put_along_axis(x, np.array([[1], [0]]), 5, axis=1)
    >>> x.tolist()
    [[0.0, 5.0], [5.0, 0.0]]
    """
    _check("put_along_axis", "arr", arr)
    arr[...] = _with_values_along_axis(arr, indices, values, axis)


def fill_diagonal(a: ndarray, val: ArrayLike, wrap: bool = False) -> None:
    """Writes `val`, a number or a vector, into the main diagonal of `a`.

    wrap: begins the diagonal again below it, in a matrix that is tall

    Raises ValueError for arrays with one axis, or several of different extents.

    >>> from weft import np
    >>> x = np.zeros((2, 2))
    >>> np.fill_diagonal(x, 5)
    >>> x.tolist()
    [[5.0, 0.0], [0.0, 5.0]]
    """
    if not isinstance(a, native.ndarray) or a.ndim < 2:
        raise InvalidValue("fill_diagonal: `a` must be an array with at least two axes")
    if a.ndim > 2 and len(set(a.shape)) > 1:
        raise InvalidValue(f"fill_diagonal: all axes of `a` must be as long; got {a.shape}")
    marked = numpy.zeros(a.shape, bool)
    numpy.fill_diagonal(marked, True, wrap)
    places = numpy.nonzero(marked)
    values = numpy.resize(array_of(val).asnumpy().reshape(-1), len(places[0]))
    a[tuple(native.array(place) for place in places)] = native.array(values).astype(a.dtype)


def copyto(
    dst: ndarray, src: ArrayLike, casting: str = "same_kind", where: ArrayLike = True
) -> None:
    """Writes `src`, which broadcasts, into `dst`, or into what `where` names of it.

    Raises TypeError where the dtypes do not fit, by the rule of `casting` that `can_cast` knows.

    >>> from weft import np
    >>> x = np.zeros(3)
    >>> np.copyto(x, 7.0, where=np.array([True, False, True]))
    >>> x
    array([7., 0., 7.])
    """
    _check("copyto", "dst", dst)
    weak = isinstance(src, bool | int | float)
    source = array_of(src)
    if not weak and not can_cast(source.dtype, dst.dtype, casting):
        raise InvalidType(
            f"copyto: `src` must be castable to {dst.dtype.name} by {casting!r}; "
            f"got {source.dtype.name}"
        )
    source = source.astype(dst.dtype)
    if where is True:
        dst[...] = source
        return
    mask = array_of(where)
    if mask.dtype.kind != "b":
        raise InvalidType(f"copyto: `where` must be bools; got {mask.dtype.name}")
    dst[...] = _ops.where(mask, source, dst)


def putmask(a: ndarray, mask: ArrayLike, values: ArrayLike) -> None:
    """Writes where a mask of the same shape is true: at each place the value that is there in
    `values`, which begin again where they end.

    >>> from weft import np
    >>> x = np.arange(4)
    >>> np.putmask(x, x > 1, [-1, -2])
    >>> x
    array([ 0,  1, -1, -2])
    """
    _check("putmask", "a", a)
    chosen, source = array_of(mask), array_of(values).reshape(-1).astype(a.dtype)
    if chosen.size != a.size:
        raise InvalidValue(
            f"putmask: `mask` must be of the shape of `a`; got {chosen.shape} and {a.shape}"
        )
    if not source.size:
        return
    chosen = chosen if chosen.dtype.kind == "b" else chosen != 0
    filled = _ops.tile(source, -(-max(a.size, 1) // source.size))[: a.size].reshape(a.shape)
    a[...] = _ops.where(chosen.reshape(a.shape), filled, a)


def place(arr: ndarray, mask: ArrayLike, vals: ArrayLike) -> None:
    """Writes where a mask is true: the first values, one after the other, again from the start
    where there are not enough.

    Raises ValueError where there is a place for a value, and none of these.

    >>> from weft import np
    >>> x = np.arange(4)
    >>> np.place(x, x > 1, [-1, -2])
    >>> x
    array([ 0,  1, -1, -2])
    """
    _check("place", "arr", arr)
    chosen, source = array_of(mask), array_of(vals).reshape(-1).astype(arr.dtype)
    if chosen.size != arr.size:
        raise InvalidValue(
            f"place: `mask` must be of the shape of `arr`; got {chosen.shape} and {arr.shape}"
        )
    chosen = (chosen if chosen.dtype.kind == "b" else chosen != 0).reshape(-1)
    if not source.size:
        if bool(_ops.any(chosen)):
            raise InvalidValue("place: `vals` must have elements where `mask` is true; got none")
        return
    number = _ops.remainder(_ops.cumsum(chosen.astype("int64")) - 1, source.size)
    filled = _ops.take(source, number)
    arr[...] = _ops.where(chosen, filled, arr.reshape(-1)).reshape(arr.shape)


def put(a: ndarray, ind: ArrayLike, v: ArrayLike, mode: str = "raise") -> None:
    """Writes values at places of the flat array, again from the first one where there are not
    enough.

    mode: "raise", "wrap" or "clip" for places outside

    >>> from weft import np
    >>> x = np.arange(4)
    >>> np.put(x, [0, 2], [-1, -2])
    >>> x
    array([-1,  1, -2,  3])
    """
    _check("put", "a", a)
    if mode not in ("raise", "wrap", "clip"):
        raise InvalidValue(f"put: `mode` must be 'raise', 'wrap' or 'clip'; got {mode!r}")
    places, source = array_of(ind).reshape(-1), array_of(v).reshape(-1).astype(a.dtype)
    if not places.size:
        return
    if places.dtype.kind not in "iu":
        raise InvalidType(f"put: `ind` must be integers; got {places.dtype.name}")
    if not source.size:
        return
    if mode == "wrap":
        places = _ops.remainder(places, a.size)
    elif mode == "clip":
        places = _ops.clip(places, 0, a.size - 1)
    # Of places that are named twice, the last value counts.
    rows = _ops.tile(source, -(-places.size // source.size))[: places.size]
    flat = a.reshape(-1).copy()
    flat[places] = rows
    a[...] = flat.reshape(a.shape)


__all__ = ["copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"]
