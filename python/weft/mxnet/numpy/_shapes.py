"""Functions that put elements elsewhere, with MXNet's arguments `order` and `out`."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, Shape, ndarray
from weft.mxnet.numpy._creation import check_order, written


def reshape(a: ArrayLike, newshape: Shape, order: str = "C", out: ndarray | None = None) -> ndarray:
    """The same elements in row-major order under another shape; one extent may be -1, the rest.

    MXNet's own codes from -2 to -6 are those of `npx.reshape`.
    """
    check_order("reshape", order)
    return np.reshape(a, newshape, out=out)


def ravel(x: ArrayLike, order: str = "C") -> ndarray:
    """All elements along one axis."""
    check_order("ravel", order)
    return np.reshape(x, -1)


def concatenate(seq: Sequence[ArrayLike], axis: int | None = 0, out: Any = None) -> ndarray:
    """Arrays joined along one of their axes, or as flat ones along None."""
    return np.concatenate(list(seq), axis, out=out)


def stack(arrays: Sequence[ArrayLike], axis: int = 0, out: ndarray | None = None) -> ndarray:
    """Arrays of one shape joined along a new axis."""
    return np.stack(list(arrays), axis, out=out)


def vstack(arrays: Sequence[ArrayLike], out: ndarray | None = None) -> ndarray:
    """Arrays one below the other."""
    return written(np.vstack(list(arrays)), out)


def append(arr: ArrayLike, values: ArrayLike, axis: int | None = None) -> ndarray:
    """`values` behind the elements of `arr`."""
    return np.append(arr, values, axis)


def squeeze(a: ArrayLike, axis: Any = None, out: ndarray | None = None) -> ndarray:
    """The array without axes of extent 1."""
    if np.ndim(a) == 0 and axis in (0, -1):
        axis = None
    return np.squeeze(a, axis, out=out)


def transpose(a: ArrayLike, axes: Any = None) -> ndarray:
    """The array with its axes permuted, reversed by default."""
    return np.transpose(a, axes)


def permute_dims(a: ArrayLike, axes: Any = None) -> ndarray:
    """The array with its axes permuted, reversed by default."""
    return np.transpose(a, axes)


def flip(m: ArrayLike, axis: Any = None, out: ndarray | None = None) -> ndarray:
    """The elements along axes in reverse order."""
    return np.flip(m, axis, out=out)


def expand_dims(a: ArrayLike, axis: Any) -> ndarray:
    """The array with a new axis of extent 1."""
    return np.expand_dims(a, axis)


def sort(
    a: ArrayLike,
    axis: int | None = -1,
    descending: bool = False,
    stable: bool = True,
    kind: Any = None,
    order: Any = None,
) -> ndarray:
    """The elements in ascending order along an axis."""
    _refuse_fields("sort", order)
    return np.sort(a, axis, descending)


def argsort(
    a: ArrayLike,
    axis: int | None = -1,
    descending: bool = False,
    stable: bool = True,
    kind: Any = None,
    order: Any = None,
) -> ndarray:
    """The indices that would sort the elements along an axis; equal ones keep their order."""
    _refuse_fields("argsort", order)
    return np.argsort(a, axis, descending)


def _refuse_fields(where: str, order: Any) -> None:
    if order is not None:
        raise NotImplementedError(f"{where}: `order` must be left out: arrays have no fields")


def take(
    a: ArrayLike,
    indices: ArrayLike,
    axis: int | None = None,
    mode: str = "raise",
    out: ndarray | None = None,
) -> ndarray:
    """Elements of the flat array, or slices along an axis, at `indices`.

    mode: "raise" refuses indices outside the axis, "clip" takes the nearest inside, "wrap" counts
        round and round
    """
    if mode not in ("raise", "clip", "wrap"):
        raise NotImplementedError(f"take: `mode` must be 'raise', 'clip' or 'wrap'; got {mode!r}")
    places = np.asarray(indices)
    if places.dtype.kind not in "iu":
        places = places.astype("int64")
    if mode == "wrap":
        places, mode = (
            np.remainder(places, np.size(a) if axis is None else np.shape(a)[axis]),
            "raise",
        )
    return np.take(a, places, axis, mode, out=out)


def clip(a: ArrayLike, a_min: Any, a_max: Any, out: ndarray | None = None) -> ndarray:
    """The elements held between two bounds, of which one may be None.

    Raises ValueError without bounds.
    """
    if a_min is None and a_max is None:
        raise InvalidValue("clip: at least one of `a_min` and `a_max` must be given")
    return np.clip(a, a_min, a_max, out=out)


def where(condition: Any, x: Any = None, y: Any = None) -> Any:
    """Elements of `x` where the condition is not zero, else of `y`; without both the indices of
    what is not zero.

    Raises ValueError for one of the two alone.
    """
    if x is None and y is None:
        return np.nonzero(condition)
    if x is None or y is None:
        raise InvalidValue("where: both or neither of `x` and `y` must be given")
    data = bool | int | float | list | tuple | numpy.ndarray | numpy.generic  # else maybe a symbol
    chosen = np.asarray(condition) if isinstance(condition, data) else condition
    if isinstance(chosen, ndarray) and chosen.dtype.kind != "b":
        chosen = chosen != 0
    if all(isinstance(one, data) for one in (x, y)) and not isinstance(x, bool):
        x = np.full((), x, "float32")
    return np.where(chosen, x, y)


def pad(x: ArrayLike, pad_width: Any = None, mode: str = "constant", **kwargs: Any) -> ndarray:
    """The array with a border round it.

    pad_width: a tuple of the pair (before, after) for each axis; mode: "constant", "edge",
        "reflect", "symmetric", "maximum" or "minimum"

    Raises TypeError for other widths, ValueError for other modes and arguments.
    """
    widths = numpy.asarray(pad_width)
    if widths.dtype.kind != "i" or not isinstance(pad_width, tuple):
        raise InvalidType(f"pad: `pad_width` must be a tuple of integers; got {pad_width!r}")
    known = {"constant": {"constant_values"}, "reflect": {"reflect_type"}}
    known["symmetric"] = known["reflect"]
    for name in kwargs:
        if name not in known.get(mode, ()):
            raise InvalidValue(f"pad: mode {mode!r} has no argument `{name}`")
    if kwargs.get("reflect_type", "even") != "even":
        raise InvalidValue("pad: `reflect_type` must be 'even'")
    if mode in ("maximum", "minimum"):
        return _with_extremes(np.asarray(x), widths, np.max if mode == "maximum" else np.min)
    return np.pad(x, widths, mode, constant_values=kwargs.get("constant_values", 0))


def _with_extremes(
    array: ndarray, widths: numpy.ndarray, extreme: Callable[..., ndarray]
) -> ndarray:
    for axis, (before, after) in enumerate(numpy.broadcast_to(widths, (array.ndim, 2))):
        edge = extreme(array, axis, True)
        parts = [np.repeat(edge, int(before), axis), array, np.repeat(edge, int(after), axis)]
        array = np.concatenate(parts, axis)
    return array


def nan_to_num(
    x: ArrayLike,
    copy: bool = True,
    nan: float = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
) -> ndarray:
    """Numbers in place of what is none: NaN, and what is infinite.

    copy: False writes into `x`
    """
    found = np.nan_to_num(x, nan, posinf, neginf)
    return found if copy or not isinstance(x, ndarray) else written(found, x)


def around(x: ArrayLike, decimals: int = 0, out: ndarray | None = None) -> ndarray:
    """Each element rounded to a number of decimals, halves to the even digit."""
    return np.round(x, decimals, out=out)


def unique(
    ar: ArrayLike,
    return_index: bool = False,
    return_inverse: bool = False,
    return_counts: bool = False,
    axis: int | None = None,
) -> Any:
    """The different elements in ascending order, or the different slices along an axis; with them
    where each is first, where each element is among them, how often each is there."""
    values = np.asarray(ar)
    if axis is None and not (return_index or return_inverse or return_counts):
        return np.unique(values)
    found = numpy.unique(values.asnumpy(), True, return_inverse, return_counts, axis)
    first, *rest = (np.array(one) for one in found[1:])
    if axis is None:
        chosen = np.take(values.reshape(-1), first)
    else:
        chosen = np.take(values, first, axis)
    more = [*([first] if return_index else []), *(one.reshape(-1) for one in rest)]
    return (chosen, *more) if more else chosen


class UniqueInverse(NamedTuple):
    """What `unique_inverse` gives."""

    values: ndarray
    inverse_indices: ndarray


def unique_inverse(x: ArrayLike) -> UniqueInverse:
    """The different elements, and where each element is among them."""
    found = np.unique_all(x)
    return UniqueInverse(found.values, found.inverse_indices)


def einsum(*operands: Any, out: ndarray | None = None, **kwargs: Any) -> ndarray:
    """Products of operands, summed over the axes that the result does not name.

    operands: a text such as "ij,jk->ik" and arrays; optimize: taken, and means nothing

    Raises NotImplementedError for other arguments of NumPy.
    """
    kwargs.pop("optimize", None)
    for name in kwargs:
        raise NotImplementedError(f"einsum: `{name}` must be left out")
    return np.einsum(*operands, out=out)


def diag(array: ArrayLike, k: int = 0) -> ndarray:
    """The diagonal of a matrix, or a matrix with the vector on its diagonal."""
    return np.diag(array, k)


def diagflat(array: ArrayLike, k: int = 0) -> ndarray:
    """A matrix with the flat array on its diagonal."""
    return np.diagflat(array, k)


def broadcast_to(array: ArrayLike, shape: Shape) -> ndarray:
    """The array stretched to a shape; -2 in it stands for the array's own extent of that axis,
    counted from the last one."""
    if not isinstance(shape, int) and any(extent == -2 for extent in shape):
        own = np.shape(array)
        if any(extent == -2 for extent in shape[: max(len(shape) - len(own), 0)]):
            raise InvalidValue(
                f"broadcast_to: `shape` may have -2 for axes of `array` alone, the last {len(own)} "
                f"of it; got {tuple(shape)}"
            )
        shape = [own[n - len(shape)] if extent == -2 else extent for n, extent in enumerate(shape)]
    return np.broadcast_to(array, shape)


def trace(
    a: ArrayLike, offset: int = 0, axis1: int = 0, axis2: int = 1, out: ndarray | None = None
) -> ndarray:
    """The sum of a diagonal, in the dtype of `a`; of bools as int64."""
    array = np.asarray(a)
    found = np.trace(array, offset, axis1, axis2)
    is_kept = array.dtype.kind == "b" or found.dtype == array.dtype
    return written(found if is_kept else found.astype(array.dtype), out)


def tril(m: ArrayLike, k: int = 0) -> ndarray:
    """The elements on and below a diagonal, zeros above it. A vector stands for such rows."""
    return np.tril(_as_matrix(m), k)


def triu(m: ArrayLike, k: int = 0) -> ndarray:
    """The elements on and above a diagonal, zeros below it. A vector stands for such rows."""
    return np.triu(_as_matrix(m), k)


def _as_matrix(m: ArrayLike) -> ndarray:
    array = np.asarray(m)
    return np.broadcast_to(array, (array.size, array.size)) if array.ndim == 1 else array


def broadcast_arrays(*args: ArrayLike) -> list[ndarray]:
    """The arrays stretched to their common shape, as a list."""
    return list(np.broadcast_arrays(*args))


def unravel_index(indices: ArrayLike, shape: Shape, order: str = "C") -> tuple[ndarray, ...]:
    """Indices for each axis from places in the flat array."""
    check_order("unravel_index", order)
    return np.unravel_index(indices, shape)


def row_stack(arrays: Sequence[ArrayLike]) -> ndarray:
    """Arrays one below the other."""
    return np.vstack(list(arrays))


def atleast_1d(*arys: ArrayLike) -> Any:
    """Each array, a number as a vector of one element; a list for several."""
    return _each(np.atleast_1d, arys)


def atleast_2d(*arys: ArrayLike) -> Any:
    """Each array with two axes at least; a list for several."""
    return _each(np.atleast_2d, arys)


def atleast_3d(*arys: ArrayLike) -> Any:
    """Each array with three axes at least; a list for several."""
    return _each(np.atleast_3d, arys)


def _each(function: Callable[..., Any], arrays: Sequence[Any]) -> Any:
    from weft.mxnet.numpy._creation import array

    found = [function(one if isinstance(one, ndarray) else array(one)) for one in arrays]
    return found[0] if len(found) == 1 else found


def set_printoptions(
    precision: int | None = None, threshold: int | None = None, **kwarg: Any
) -> None:
    """How arrays are printed, as NumPy has it; so are arrays here."""
    numpy.set_printoptions(precision=precision, threshold=threshold, **kwarg)


round = round_ = around
concat = concatenate

__all__ = [
    "append",
    "argsort",
    "around",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "broadcast_arrays",
    "broadcast_to",
    "clip",
    "concat",
    "concatenate",
    "diag",
    "diagflat",
    "einsum",
    "expand_dims",
    "flip",
    "nan_to_num",
    "pad",
    "permute_dims",
    "ravel",
    "reshape",
    "round",
    "round_",
    "row_stack",
    "set_printoptions",
    "sort",
    "squeeze",
    "stack",
    "take",
    "trace",
    "transpose",
    "tril",
    "triu",
    "unique",
    "unique_inverse",
    "unravel_index",
    "vstack",
    "where",
]
