"""Methods of arrays that NumPy's have, and the core does not: added to the type when `weft.np` is
imported."""

import sys
from collections.abc import Iterator
from typing import Any

from weft._core import OPERATORS, interop, native
from weft._core.typing import ArrayLike, ndarray


class Flat:
    """The elements of an array in row-major order, read and written by a flat index."""

    def __init__(self, array: ndarray) -> None:
        self._array = array

    def __len__(self) -> int:
        return self._array.size

    def __iter__(self) -> Iterator[ndarray]:
        return iter(self._array.reshape(-1))

    def __getitem__(self, key: Any) -> ndarray:
        return self._array.reshape(-1)[key]

    def __setitem__(self, key: Any, value: ArrayLike) -> None:
        flat = self._array.reshape(-1).copy()
        flat[key] = value
        self._array[...] = flat.reshape(self._array.shape)

    def copy(self) -> ndarray:
        """The elements as a vector."""
        return self._array.reshape(-1).copy()


def _set_flat(self: ndarray, value: ArrayLike) -> None:
    Flat(self)[...] = value


def _fill(self: ndarray, value: ArrayLike) -> None:
    """Sets every element."""
    self[...] = value


# The modules of these are imported when they are first called.


def _argpartition(self: ndarray, *args: Any, **options: Any) -> ndarray:
    """`np.argpartition` of the array."""
    from weft.np._sorting import argpartition

    return argpartition(self, *args, **options)


def _choose(self: ndarray, *args: Any, **options: Any) -> ndarray:
    """`np.choose` by the array."""
    from weft.np._functional import choose

    return choose(self, *args, **options)


def _partition(self: ndarray, *args: Any, **options: Any) -> None:
    """Puts the array into the order of `np.partition`."""
    from weft.np._sorting import partition_in_place

    partition_in_place(self, *args, **options)


def _put(self: ndarray, *args: Any, **options: Any) -> None:
    """`np.put` into the array."""
    from weft.np._writes import put

    put(self, *args, **options)


def _to_bytes(self: ndarray, *args: Any, **options: Any) -> bytes:
    """The elements as bytes, row by row."""
    from weft.np._files import to_bytes

    return to_bytes(self, *args, **options)


def _to_file(self: ndarray, *args: Any, **options: Any) -> None:
    """Writes the elements to a file, as bytes or as text."""
    from weft.np._files import to_file

    to_file(self, *args, **options)


def _method(name: str, most: int = 2) -> Any:
    """A method that is an operator, for all calls that the operator understands; the function of
    NumPy's arguments takes the others."""

    def call(*args: Any, **options: Any) -> ndarray:
        from weft.np._layouts import METHODS

        return METHODS[name](*args, **options)

    operator = OPERATORS[name]
    known = tuple(sys.intern(argument["name"]) for argument in operator.schema["arguments"])
    found: Any = native.Shortcut(operator, call, most, (*known, "out"))
    found.__name__ = found.__qualname__ = name
    found.__module__, found.__wrapped__ = "weft.np", operator
    return found


_REDUCTIONS = ("all", "any", "argmax", "argmin", "max", "mean", "min", "prod", "std", "sum", "var")
native.add_array_attributes(
    {name: _method(name) for name in (*_REDUCTIONS, "argsort")} | {"ravel": _method("ravel", 1)},
    replace=True,
)
native.add_array_attributes(
    {
        "__array_interface__": property(interop.array_interface),
        "argpartition": _argpartition,
        "choose": _choose,
        "fill": _fill,
        "flat": property(Flat, _set_flat),
        "partition": _partition,
        "put": _put,
        "tobytes": _to_bytes,
        "tofile": _to_file,
    }
)

__all__: list[str] = []
