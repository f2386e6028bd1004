"""Arguments taken apart: their nesting, which is part of a signature, and the arrays in them."""

from collections.abc import Hashable, Sequence
from typing import Any

from weft._base.containers import sequence_of
from weft._core import native

ArrayTypes = list[tuple[Any, tuple[int, ...]]]  # dtype and shape of each


def flatten(value: Any, arrays: list[Any], where: str) -> Hashable:
    """Appends the arrays inside `value` to `arrays`; returns its structure, which is hashable.

    Lists, tuples and dicts nest. Raises TypeError for other values that cannot be hashed.
    """
    return native.flatten(value, arrays, where)


def unflatten(structure: Any, arrays: list[Any]) -> Any:
    """The value of that structure; takes its arrays from the front of `arrays`."""
    if structure is native.ARRAY:
        return arrays.pop(0)
    if isinstance(structure, type):  # of an array, whose class derives from weft.np.ndarray
        array = arrays.pop(0)
        return structure(array) if isinstance(array, native.ndarray) else array
    kind = structure[0]
    if kind is None:
        return structure[2]
    if kind is dict:
        return {key: unflatten(item, arrays) for key, item in structure[1]}
    items = [unflatten(item, arrays) for item in structure[1]]
    return kind(items) if kind is list or kind is tuple else sequence_of(kind, items)


def types_of(arrays: Sequence[Any]) -> ArrayTypes:
    """Dtype and shape of each array."""
    return [(array.dtype, array.shape) for array in arrays]


__all__ = ["ArrayTypes", "flatten", "types_of", "unflatten"]
