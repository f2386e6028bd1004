"""Operators under NumPy's names of arguments, in NumPy's order, with what NumPy has beside these:
`dtype` and `casting` of joins, `order` of `reshape` and `ravel`, `mode="wrap"` of `take`.

The operators' own names go on being understood.
"""

import inspect
import sys
from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _ops
from weft.np._arguments import array_of, axis_of, written
from weft.np._dtype_functions import can_cast
from weft.np._shortcuts import in_front_of

# By operator: what NumPy calls an argument, and the place of `out`.
_WORDS: dict[str, tuple[dict[str, str], int | None]] = {
    "broadcast_to": ({"array": "x"}, None),
    "clip": ({"a": "x", "a_min": "min", "a_max": "max"}, 3),
    "column_stack": ({"tup": "arrays"}, None),
    "copy": ({"a": "x"}, None),
    "count_nonzero": ({"a": "x"}, None),
    "dot": ({}, 2),
    "dstack": ({"tup": "arrays"}, None),
    "expand_dims": ({"a": "x"}, None),
    "outer": ({}, 2),
    "round": ({"a": "x"}, 2),
    "squeeze": ({"a": "x"}, None),
    "transpose": ({"a": "x"}, None),
}
_LAYOUTS = ("order", "subok", "like")


def _named(name: str, words: dict[str, str], place: int | None) -> Callable[..., Any]:
    operator = getattr(_ops, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        if kwargs:
            for theirs, mine in words.items():
                if theirs in kwargs:
                    kwargs[mine] = kwargs.pop(theirs)
            for layout in _LAYOUTS:
                kwargs.pop(layout, None)
        if place is not None and len(args) == place + 1:
            args, kwargs["out"] = args[:place], args[place]
        return operator(*args, **kwargs)

    known = tuple(argument["name"] for argument in operator.schema["arguments"])
    most = len(known) if place is None else place
    found: Any = native.Shortcut(operator, call, most, (*map(sys.intern, known), "out"))
    found.__name__ = found.__qualname__ = name
    found.__module__, found.__wrapped__ = "weft.np", operator
    try:
        parameters = inspect.signature(getattr(numpy, name)).parameters.values()
    except ValueError:  # before 2.4 NumPy's functions in C have no signature
        return found  # type: ignore[no-any-return]
    found.__signature__ = inspect.Signature(
        [p for p in parameters if p.name not in _LAYOUTS and p.kind is not p.VAR_KEYWORD]
    )
    return found  # type: ignore[no-any-return]


_FUNCTIONS = {name: _named(name, *words) for name, words in _WORDS.items()}
globals().update(_FUNCTIONS)


def _join(
    name: str, arrays: Any, out: ndarray | None, dtype: DTypeLike, casting: str, *axis: Any
) -> ndarray:
    operator = getattr(_ops, name)
    if dtype is None:
        return operator(arrays, *axis, out=out)
    if out is not None:
        raise InvalidType(f"{name}: give `out` or `dtype`; got both")
    parts = [array_of(each) for each in arrays]
    for part in parts:
        if not can_cast(part.dtype, dtype, casting):
            raise InvalidType(
                f"{name}: `dtype` must be one that {part.dtype.name} can be cast to by "
                f"{casting!r}; got {dtype}"
            )
    return operator([part.astype(dtype) for part in parts], *axis)


@in_front_of(_ops.concatenate, 2, "axis", "out")
def concatenate(
    arrays: Any,
    /,
    axis: int | None = 0,
    out: ndarray | None = None,
    *,
    dtype: DTypeLike = None,
    casting: str = "same_kind",
) -> ndarray:
    """Arrays joined along one of their axes.

    arrays: of shapes that agree on all other axes; axis: None joins the flat arrays
    dtype, casting: what they are cast to before, by a rule of `can_cast`

    >>> from weft import np
    >>> np.concatenate([np.array([1, 2]), np.array([3])], dtype="float32")
    array([1., 2., 3.])
    """
    return _join("concatenate", arrays, out, dtype, casting, axis)


@in_front_of(_ops.stack, 2, "axis", "out")
def stack(
    arrays: Any,
    axis: int = 0,
    out: ndarray | None = None,
    *,
    dtype: DTypeLike = None,
    casting: str = "same_kind",
) -> ndarray:
    """Arrays of one shape joined along a new axis. Arguments as for `concatenate`.

    >>> from weft import np
    >>> np.stack([np.array([1, 2]), np.array([3, 4])], axis=1).tolist()
    [[1, 3], [2, 4]]
    """
    return _join("stack", arrays, out, dtype, casting, axis)


def hstack(
    tup: Any, *, dtype: DTypeLike = None, casting: str = "same_kind", out: ndarray | None = None
) -> ndarray:
    """Arrays joined side by side, along the second axis; vectors along their only one.

    >>> from weft import np
    >>> np.hstack([np.array([1, 2]), np.array([3])])
    array([1, 2, 3])
    """
    return _join("hstack", tup, out, dtype, casting)


def vstack(
    tup: Any, *, dtype: DTypeLike = None, casting: str = "same_kind", out: ndarray | None = None
) -> ndarray:
    """Arrays joined one below the other, along the first axis; vectors are rows.

    >>> from weft import np
    >>> np.vstack([np.array([1, 2]), np.array([3, 4])]).tolist()
    [[1, 2], [3, 4]]
    """
    return _join("vstack", tup, out, dtype, casting)


def _is_fortran(where: str, order: str | None) -> bool:
    if order is not None and (
        not isinstance(order, str) or order.upper() not in ("C", "F", "A", "K")
    ):
        raise InvalidValue(f"{where}: `order` must be 'C', 'F', 'A' or 'K'; got {order!r}")
    return order is not None and order.upper() == "F"


@in_front_of(_ops.reshape, 2, "out")
def reshape(
    a: ArrayLike,
    /,
    shape: Shape,
    order: str = "C",
    *,
    copy: bool | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The same elements under another shape; a view where strides allow.

    shape: extents; one may be -1, the rest
    order: "C" reads and fills the last axis fastest, "F" the first one
    copy: True always copies

    >>> from weft import np
    >>> np.reshape(np.arange(6), (2, 3), order="F").tolist()
    [[0, 2, 4], [1, 3, 5]]
    """
    if not _is_fortran("reshape", order):
        found = _ops.reshape(a, shape, out=out)
        return found.copy() if copy else found
    extents = (shape,) if isinstance(shape, int) else tuple(shape)
    turned = _ops.reshape(_ops.transpose(array_of(a)), extents[::-1])
    found = _ops.transpose(turned)
    return written(found.copy() if copy else found, out)


@in_front_of(_ops.ravel, 1, "out")
def ravel(a: ArrayLike, order: str = "C", *, out: ndarray | None = None) -> ndarray:
    """The elements along one axis; a view where strides allow. Arguments as for `reshape`.

    >>> from weft import np
    >>> np.ravel(np.array([[1, 2], [3, 4]]), order="F")
    array([1, 3, 2, 4])
    """
    if not _is_fortran("ravel", order):
        return _ops.ravel(a, out=out)
    return _ops.ravel(_ops.transpose(array_of(a)), out=out)


@in_front_of(_ops.take, 3, "axis", "out")
def take(
    a: ArrayLike, indices: ArrayLike, axis: int | None = None, *placed: Any, **options: Any
) -> ndarray:
    """Elements or slices along an axis at the given indices; none takes from the flat array.

    out: array to write into
    mode: "raise" refuses indices outside the axis, "strict" also negative ones, "clip" clamps all,
        negative ones to 0; "wrap" counts on from the other end

    >>> from weft import np
    >>> np.take(np.array([5, 6, 7]), [0, -1, 4], mode="wrap")
    array([5, 7, 6])
    """
    for value in placed:  # NumPy has `out` in front of `mode`, the operator `mode` alone
        options["mode" if isinstance(value, str) else "out"] = value
    if options.get("mode") != "wrap":
        return _ops.take(a, indices, axis, **options)
    array = array_of(a)
    extent = array.size if axis is None else array.shape[axis_of("take", array, axis)]
    return _ops.take(array, _ops.remainder(array_of(indices), extent), axis, out=options.get("out"))


take.__signature__ = inspect.signature(numpy.take)  # type: ignore[attr-defined]


def trace(
    a: ArrayLike,
    offset: int = 0,
    axis1: int = 0,
    axis2: int = 1,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """The sum along a diagonal of matrices.

    offset: the diagonal: 0 the main one, positive above it; axis1, axis2: of rows and columns
    dtype: to add in

    >>> from weft import np
    >>> np.trace(np.array([[1, 2], [3, 4]]))
    array(5)
    """
    array = a if dtype is None else array_of(a).astype(dtype)
    found = _ops.trace(array, offset, axis1, axis2)
    return written(found if dtype is None else found.astype(dtype), out)


def nan_to_num(
    x: ArrayLike,
    copy: bool = True,
    nan: float | None = None,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: ndarray | None = None,
) -> ndarray:
    """NaN and infinities replaced by numbers, by default 0 and the greatest that the dtype holds.

    copy: False writes into the array

    >>> from weft import np
    >>> np.nan_to_num(np.array([np.nan, np.inf, 1.0]), posinf=9.0)
    array([0., 9., 1.])
    """
    if not isinstance(copy, bool):  # the operator has no such argument in front of the others
        copy, nan, posinf, neginf = True, copy, nan, posinf
    if out is None and not copy and isinstance(x, ndarray):
        out = x
    return _ops.nan_to_num(x, 0.0 if nan is None else nan, posinf, neginf, out=out)


around, concat = _FUNCTIONS["round"], concatenate

__all__ = [
    *_FUNCTIONS,
    "around",
    "concat",
    "concatenate",
    "hstack",
    "nan_to_num",
    "ravel",
    "reshape",
    "stack",
    "take",
    "trace",
    "vstack",
]
