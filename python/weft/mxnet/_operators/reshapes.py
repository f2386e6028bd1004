"""Reshape with both systems of codes, 1.x's and 2.0's, and what gives or takes axes of 1."""

from collections.abc import Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import flag, ints
from weft.mxnet._operators._table import RULES as rules


def legacy_shape(
    shape: Sequence[Any], codes: Sequence[int], reverse: bool = False
) -> tuple[Any, ...]:
    """The extents that 1.x's `Reshape` means, with -1 for at most one that follows from the others.

    Codes: 0 copies an extent, -1 follows from the others, -2 copies all that are left, -3 merges
    two, -4 splits one into the two numbers behind it. `reverse` counts from the end.

    >>> legacy_shape((2, 3, 4), (-3, 0))
    (6, 4)
    >>> legacy_shape((2, 3, 4), (-4, 1, -1, -2))
    (1, 2, 3, 4)
    """
    source, wanted = list(shape), list(codes)
    if reverse:
        source, wanted = source[::-1], wanted[::-1]
    found: list[Any] = []
    place, left = 0, iter(wanted)

    def taken() -> Any:
        nonlocal place
        if place >= len(source):
            raise InvalidValue(f"`shape` {tuple(codes)} asks for more axes than {tuple(shape)} has")
        place += 1
        return source[place - 1]

    for code in left:
        if code == 0:
            found.append(taken())
        elif code == -2:
            found.extend(source[place:])
            place = len(source)
        elif code == -3:
            found.append(taken() * taken())
        elif code == -4:
            found.extend(_split_extent(taken(), next(left, 0), next(left, 0)))
        elif code == -1 or code > 0:
            found.append(code)
            place += 1
        else:
            raise InvalidValue(f"`shape` may have codes from -4 on; got {code}")
    return tuple(found[::-1] if reverse else found)


def npx_shape(shape: Sequence[Any], codes: Sequence[int], reverse: bool = False) -> tuple[Any, ...]:
    """The extents that 2.0's `npx.reshape` means, with -1 as in `legacy_shape`.

    Codes: -1 follows from the others, -2 copies an extent, -3 skips one of 1, -4 copies all that
    are left, -5 merges two, -6 splits one into the two numbers behind it.

    >>> npx_shape((2, 3, 1, 4), (-5, -3, -4))
    (6, 4)
    """
    source, wanted = list(shape), list(codes)
    if reverse:
        source, wanted = source[::-1], wanted[::-1]
    found: list[Any] = []
    place, left = 0, iter(wanted)

    def taken() -> Any:
        nonlocal place
        if place >= len(source):
            raise InvalidValue(
                f"`newshape` {tuple(codes)} asks for more axes than {tuple(shape)} has"
            )
        place += 1
        return source[place - 1]

    for code in left:
        if code == -2:
            found.append(taken())
        elif code == -3:
            if (extent := taken()) != 1:
                raise InvalidValue(f"`newshape` may skip an axis of extent 1 alone; got {extent}")
        elif code == -4:
            found.extend(source[place:])
            place = len(source)
        elif code == -5:
            found.append(taken() * taken())
        elif code == -6:
            found.extend(_split_extent(taken(), next(left, 0), next(left, 0)))
        elif code >= -1:
            found.append(code)
            place += 1
        else:
            raise InvalidValue(f"`newshape` may have codes from -6 on; got {code}")
    return tuple(found[::-1] if reverse else found)


def _split_extent(extent: Any, first: int, second: int) -> tuple[Any, Any]:
    if first == -1 and second > 0:
        first = extent // second
    elif second == -1 and first > 0:
        second = extent // first
    if first * second != extent:
        raise InvalidValue(f"an axis of extent {extent} cannot be split into {first} and {second}")
    return first, second


@rules("Reshape", "reshape")
def _reshape(
    data: Array,
    *,
    shape: Any = (),
    reverse: Any = False,
    target_shape: Any = (),
    keep_highest: Any = False,
) -> ndarray:
    codes = ints(shape, "shape")
    if codes or not ints(target_shape, "target_shape"):
        return data.reshape(legacy_shape(data.shape, codes, flag(reverse)))
    # The oldest form: one 0 follows from the others.
    wanted = [extent or -1 for extent in ints(target_shape, "target_shape")]
    if flag(keep_highest):
        wanted[0] = data.shape[0]
    return data.reshape(tuple(wanted))


@rules("_npx_reshape")
def _npx_reshape(a: Array, *, newshape: Any, reverse: Any = False, order: str = "C") -> ndarray:
    _require_rows(order)
    return a.reshape(npx_shape(a.shape, ints(newshape, "newshape"), flag(reverse)))


@rules("_np_reshape", "_npi_reshape")
def _np_reshape(a: Array, *, newshape: Any, order: str = "C") -> ndarray:
    _require_rows(order)
    return a.reshape(ints(newshape, "newshape"))


def _require_rows(order: str) -> None:
    if order != "C":
        raise Unsupported(f"`order` must be 'C'; got {order!r}")


@rules("reshape_like", "_npx_reshape_like")
def _reshape_like(
    lhs: Array,
    rhs: Array,
    *,
    lhs_begin: Any = None,
    lhs_end: Any = None,
    rhs_begin: Any = None,
    rhs_end: Any = None,
) -> ndarray:
    here, there = slice(lhs_begin, lhs_end), slice(rhs_begin, rhs_end)
    first, last, _ = here.indices(lhs.ndim)
    return lhs.reshape((*lhs.shape[:first], *rhs.shape[there], *lhs.shape[last:]))


@rules("Flatten", "flatten", "_npx_batch_flatten")
def _flatten(data: Array) -> ndarray:
    return npx.batch_flatten(data)


@rules("expand_dims", "_npi_expand_dims")
def _expand_dims(data: Array, *, axis: int) -> ndarray:
    return np.expand_dims(data, int(axis))


@rules("squeeze", "_np_squeeze", "_npi_squeeze")
def _squeeze(data: Array, *, axis: Any = None) -> ndarray:
    return np.squeeze(data, None if axis is None else ints(axis, "axis"))


@rules("shape_array", "_npx_shape_array")
def _shape_array(data: Array) -> ndarray:
    return np.array(list(data.shape), dtype="int64")


@rules("size_array")
def _size_array(data: Array) -> ndarray:
    return np.array([data.size], dtype="int64")
