"""Sequences, which are lists, and optionals, which are their element or `EMPTY`."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.dimensions import Extent
from weft._import.values import EMPTY, Ints, array_of, ints_of, is_host
from weft.onnx._rules._table import RULES as rules


def _list_of(value: Any, name: str = "input_sequence") -> list[Any]:
    if not isinstance(value, list):
        raise InvalidType(f"`{name}` must be a sequence; got {type(value).__name__}")
    return value


def _place(position: tuple[int, ...], count: int) -> int:
    """A position from the front; negative ones count from behind."""
    if len(position) != 1 or not -count <= position[0] < count:
        raise InvalidValue(f"`position` must be in [{-count}, {count}); got {list(position)}")
    return position[0] % count


@rules("SequenceConstruct")
def _sequence_construct(*x: Any) -> list[Any]:
    return list(x)


@rules("SequenceEmpty")
def _sequence_empty(*, dtype: int = 1) -> list[Any]:
    return []


@rules("SequenceLength")
def _sequence_length(x: Any) -> numpy.ndarray:
    return numpy.array(len(_list_of(x)), "int64")


@rules("SequenceAt")
def _sequence_at(x: Any, position: Ints) -> Any:
    return _list_of(x)[_place(position, len(x))]


@rules("SequenceInsert")
def _sequence_insert(x: Any, tensor: Any, position: Ints = None) -> list[Any]:
    place = len(_list_of(x))
    if position is not None and position[0] != place:
        place = _place(position, len(x))
    return [*x[:place], tensor, *x[place:]]


@rules("SequenceErase")
def _sequence_erase(x: Any, position: Ints = None) -> list[Any]:
    place = _place((-1,) if position is None else position, len(_list_of(x)))
    return [*x[:place], *x[place + 1 :]]


@rules("SplitToSequence")
def _split_to_sequence(x: Any, split: Any = None, *, axis: int = 0, keepdims: int = 1) -> list[Any]:
    axis = axis + x.ndim if axis < 0 else axis
    extent = x.shape[axis]
    if isinstance(extent, Extent):
        raise InvalidValue(f"axis {axis} must have a known extent; got {extent}")
    found, start = [], 0
    for size in _sizes(split, extent):
        found.append(x[(slice(None),) * axis + (slice(start, start + size),)])
        start += size
    if start != extent:
        raise InvalidValue(f"`split` must add up to {extent}; got {start}")
    if split is None and not keepdims:
        return [part.squeeze(axis) for part in found]
    return found


def _sizes(split: Any, extent: int) -> list[int]:
    """How long the parts are: each one, equal but for the last, or as given."""
    if split is None:
        return [1] * extent
    if split.ndim:
        return list(ints_of(split))
    size = ints_of(split)[0]
    if size <= 0:
        raise InvalidValue(f"`split` must be positive; got {size}")
    return [min(size, extent - start) for start in range(0, extent, size)]


@rules("ConcatFromSequence")
def _concat_from_sequence(x: Any, *, axis: int, new_axis: int = 0) -> Any:
    if all(map(is_host, _list_of(x))):
        return numpy.stack(x, axis) if new_axis else numpy.concatenate(x, axis)
    arrays = list(map(array_of, x))
    return np.stack(arrays, axis) if new_axis else np.concatenate(arrays, axis)


# ---- optionals ----------------------------------------------------------------------------------


@rules("Optional")
def _optional(x: Any = None, *, type: Any = None) -> Any:
    return EMPTY if x is None else x


@rules("OptionalHasElement")
def _optional_has_element(x: Any = None) -> numpy.ndarray:
    return numpy.array(x is not None and x is not EMPTY)


@rules("OptionalGetElement")
def _optional_get_element(x: Any) -> Any:
    if x is EMPTY:
        raise InvalidValue("the optional has no element")
    return x
