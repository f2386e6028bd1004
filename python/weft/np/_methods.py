"""Methods of arrays that NumPy's have, and the core does not: added to the type when `weft.np` is
imported."""

from collections.abc import Iterator
from typing import Any

from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.np import _files, _functional, _sorting, _writes


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


native.add_array_attributes(
    {
        "argpartition": _sorting.argpartition,
        "choose": _functional.choose,
        "fill": _fill,
        "flat": property(Flat, _set_flat),
        "partition": _sorting.partition_in_place,
        "put": _writes.put,
        "tobytes": _files.to_bytes,
        "tofile": _files.to_file,
    }
)

__all__: list[str] = []
