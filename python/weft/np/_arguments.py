"""Arguments of NumPy's functions: arrays, also floating ones, axes counted from the front, places
to write into, and what NumPy itself computes."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS, native
from weft._core.dtypes import is_storage
from weft._core.typing import ArrayLike, ndarray

Axis = int | Sequence[int] | None


def array_of(object: ArrayLike) -> ndarray:
    """An argument as an array; one that is an array stays the same."""
    return native.array(object, None, False)


def is_floating(array: ndarray) -> bool:
    return array.dtype.kind not in "iub"


def floating(object: ArrayLike) -> ndarray:
    """An argument as a floating array, integers and bools as float32."""
    array = array_of(object)
    return array if is_floating(array) else array.astype("float32")


def axis_of(where: str, array: ndarray, axis: int) -> int:
    """An axis counted from the front. Raises ValueError for one that the array lacks."""
    if not -array.ndim <= axis < array.ndim:
        raise InvalidValue(
            f"{where}: `axis` must be in [{-array.ndim}, {array.ndim}) for an array of rank "
            f"{array.ndim}; got {axis}"
        )
    return axis % array.ndim


def axes_of(where: str, array: ndarray, axis: Axis) -> list[int]:
    """The axes that an argument names, counted from the front; None names all.

    Raises ValueError for an axis that the array lacks and for one that is named twice.
    """
    if axis is None:
        return list(range(array.ndim))
    given = [axis] if isinstance(axis, int | numpy.integer) else list(axis)
    found = [axis_of(where, array, int(each)) for each in given]
    if len(set(found)) < len(found):
        raise InvalidValue(f"{where}: `axis` must name each axis once; got {axis}")
    return found


def last_axis(where: str, array: ndarray, axis: Axis) -> tuple[ndarray, tuple[int, ...]]:
    """The array with the axes to reduce as its last one, in one; its shape with these as 1."""
    if axis is None:
        return array.reshape(-1), (1,) * array.ndim
    places = axes_of(where, array, axis)
    rest = [place for place in range(array.ndim) if place not in places]
    kept = tuple(1 if place in places else n for place, n in enumerate(array.shape))
    count = 1
    for place in places:
        count *= array.shape[place]
    moved = OPERATORS["transpose"](array, [*rest, *places])
    return moved.reshape((*(array.shape[place] for place in rest), count)), kept


def written(result: ndarray, out: ndarray | None) -> ndarray:
    """The result, in `out` where there is one."""
    if out is None:
        return result
    if isinstance(out, tuple) and len(out) == 1:  # as ufuncs of NumPy take it, too
        return written(result, out[0])
    if not isinstance(out, ndarray):
        raise InvalidType(f"`out` must be an array; got {type(out).__name__}")
    if out.shape != result.shape:
        raise InvalidValue(f"`out` must have shape {result.shape}; got {out.shape}")
    out[...] = result
    return out


def both_written(where: str, results: tuple[ndarray, ndarray], out: Any) -> tuple[Any, Any]:
    """Two results, each in its place of the pair `out` where there is one."""
    if out is None:
        return results
    if not isinstance(out, tuple) or len(out) != len(results):
        raise InvalidType(f"{where}: `out` must be a pair of arrays or None; got {out!r}")
    first, second = (written(found, place) for found, place in zip(results, out, strict=True))
    return first, second


def host(value: Any) -> Any:
    """NumPy's array for an array, bfloat16 as float32; anything else as it is, also in lists."""
    if isinstance(value, native.ndarray):
        if is_storage(value.dtype):
            raise InvalidType(
                f"{value.dtype} is for storage only; cast the array first: `x.astype('float32')`"
            )
        whole = value.astype("float32") if value.dtype.name == "bfloat16" else value
        return whole.asnumpy()
    if type(value) in (list, tuple):
        return type(value)(host(each) for each in value)
    return value


def host_array(value: Any) -> numpy.ndarray:
    """An argument as NumPy's array with the dtype that an array of Weft has of it."""
    return numpy.asarray(host(value if isinstance(value, numpy.ndarray) else array_of(value)))


def refuse_gradients(where: str, *values: Any) -> None:
    """Raises TypeError for floating arrays whose gradient is asked for: NumPy computes the rest."""
    for value in values:
        if isinstance(value, list | tuple):
            refuse_gradients(where, *value)
        elif isinstance(value, native.ndarray) and native.is_recorded(value):
            raise InvalidType(
                f"{where}: no gradient passes; write `x.detach()`, or call it outside of "
                "`autograd.record()`"
            )


def returned(value: Any) -> Any:
    """What NumPy gave as arrays of Weft, in lists and tuples, too."""
    if isinstance(value, numpy.ndarray | numpy.generic):
        return native.array(numpy.asarray(value), None, True)
    if type(value) in (list, tuple):
        return type(value)(returned(each) for each in value)
    return value


__all__ = [
    "Axis",
    "array_of",
    "axes_of",
    "axis_of",
    "both_written",
    "floating",
    "host",
    "host_array",
    "is_floating",
    "last_axis",
    "refuse_gradients",
    "returned",
    "written",
]
