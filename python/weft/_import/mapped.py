"""Weights that are mapped from files, and copied to arrays part by part.

A copy of mapped weights needs their size once: pages that were copied are given back before others
are read. The arrays are copies, because a file may be written or shortened while a network lives.
"""

import mmap as system
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any

import numpy

from weft._core import native

_PART = 1 << 24  # bytes that are copied at once
_MUCH = 1 << 16  # bytes from which on an array is mapped
_DONT_NEED = getattr(system, "MADV_DONTNEED", None)


class MappedFiles:
    """Files that weights lie in, each mapped once."""

    def __init__(self) -> None:
        self._contents: dict[Path, mmap] = {}

    def array(
        self, path: Path, offset: int, dtype: numpy.dtype[Any], shape: tuple[int, ...]
    ) -> numpy.ndarray:
        """An array on bytes of a file, which cannot be written; of few bytes a copy.

        Raises ValueError beyond the end of the file.
        """
        if path not in self._contents:
            with open(path, "rb") as file:
                self._contents[path] = mmap(file.fileno(), 0, access=ACCESS_READ)
        count = int(numpy.prod(shape, dtype=numpy.int64))
        found = numpy.frombuffer(self._contents[path], dtype, count, offset).reshape(shape)
        return found if found.nbytes >= _MUCH else found.copy()


def is_mapped(value: Any) -> bool:
    """Does an array lie in a mapped file?"""
    return isinstance(_owner(value), mmap)


def copied(value: numpy.ndarray) -> native.ndarray | None:
    """A copy of a mapped array; None for any other."""
    content = _owner(value)
    if not isinstance(content, mmap) or not value.ndim or not value.flags.c_contiguous:
        return None
    if value.nbytes <= _PART:
        array = native.array(value)
        _give_back(content)
        return array
    array = native.empty(value.shape, value.dtype)
    for part in _parts(value):
        array[part] = native.array(value[part])
        _give_back(content)
    return array


def _owner(value: Any) -> Any:
    """What the memory of an array belongs to."""
    while isinstance(value, numpy.ndarray) and value.base is not None:
        value = value.base
    return value.obj if isinstance(value, memoryview) else value


def _parts(value: numpy.ndarray) -> Iterator[slice]:
    """Slices of rows, of some bytes each."""
    rows = max(_PART * len(value) // value.nbytes, 1)
    for begin in range(0, len(value), rows):
        yield slice(begin, begin + rows)


def _give_back(content: mmap) -> None:
    """Lets go of pages that were read; what is read again comes from the system's cache."""
    if _DONT_NEED is not None:
        content.madvise(_DONT_NEED)


__all__ = ["MappedFiles", "copied", "is_mapped"]
