"""Weights that are mapped from files, and copied to arrays.

A copy needs the weights' size once: their bytes are read from the file into the array. To copy them
from the mapping would have the system map much around each, up to 2 MiB at once. The arrays are
copies, because a file may be written or shortened while a network lives.
"""

import mmap as system
from collections.abc import Iterator
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import Any, BinaryIO

import numpy

from weft._base.errors import FileFailure
from weft._core import native

_PART = 1 << 24  # bytes that are copied at once
_MUCH = 1 << 16  # bytes from which on an array is mapped
_DONT_NEED = getattr(system, "MADV_DONTNEED", None)
_CPU = 1  # DLPack's number of the device


class _Content(mmap):
    """The bytes of a file, which stays open to be read."""

    file: BinaryIO

    def __del__(self) -> None:
        self.file.close()


class MappedFiles:
    """Files that weights lie in, each mapped once."""

    def __init__(self) -> None:
        self._contents: dict[Path, _Content] = {}

    def array(
        self, path: Path, offset: int, dtype: numpy.dtype[Any], shape: tuple[int, ...]
    ) -> numpy.ndarray:
        """An array on bytes of a file, which cannot be written; of few bytes a copy.

        Raises ValueError beyond the end of the file.
        """
        if path not in self._contents:
            self._contents[path] = _opened(path)
        count = int(numpy.prod(shape, dtype=numpy.int64))
        found = numpy.frombuffer(self._contents[path], dtype, count, offset).reshape(shape)
        return found if found.nbytes >= _MUCH else found.copy()


def _opened(path: Path) -> _Content:
    file = open(path, "rb", buffering=0)  # noqa: SIM115 - open as long as its content
    try:
        content = _Content(file.fileno(), 0, access=ACCESS_READ)
    except (OSError, ValueError):
        file.close()
        raise
    content.file = file
    return content


def is_mapped(value: Any) -> bool:
    """Does an array lie in a mapped file?"""
    return isinstance(_owner(value), mmap)


def copied(value: numpy.ndarray) -> native.ndarray | None:
    """A copy of a mapped array; None for any other.

    Raises OSError where the file is shorter by now.
    """
    content = _owner(value)
    if not isinstance(content, _Content) or not value.ndim or not value.flags.c_contiguous:
        return None
    array = native.empty(value.shape, value.dtype)
    _give_back(content)  # what smaller arrays were copied from
    if array.__dlpack_device__()[0] == _CPU:
        _read(content, value, numpy.from_dlpack(array))
        return array
    for part in _parts(value):
        array[part] = native.array(value[part])
        _give_back(content)
    return array


def _read(content: _Content, value: numpy.ndarray, memory: numpy.ndarray) -> None:
    """Reads the bytes of a mapped array into memory."""
    begin = numpy.frombuffer(content, numpy.uint8).__array_interface__["data"][0]
    content.file.seek(value.__array_interface__["data"][0] - begin)
    room = memoryview(memory.reshape(-1).view(numpy.uint8))
    while room:
        count = content.file.readinto(room)  # type: ignore[attr-defined]
        if not count:
            raise FileFailure(f"{content.file.name} was shortened while it was read")
        room = room[count:]


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
