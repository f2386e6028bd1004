"""Files of the MNIST family: http://yann.lecun.com/exdb/mnist describes the format.

Two zero bytes, one for the dtype, one for the rank, each extent in four bytes, then the elements;
numbers have their highest byte first. Everything is checked before memory is asked for, and what is
wrong is told with the file and the byte.
"""

import gzip
import math
import os
import struct
import zlib
from pathlib import Path
from typing import IO, Any

import numpy

from weft._base.errors import FileFailure, MissingFile
from weft._base.regular_files import regular

_MAX_RANK = 8
_MOST_RATIO = 64  # of the content of a compressed file to the file
_LEAST_LIMIT = 64 << 20  # bytes that any compressed file may have
_DTYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}


def read_idx(path: str | os.PathLike, dtype: Any = None, rank: int | None = None) -> numpy.ndarray:
    """The array of an idx file, plain or compressed with gzip.

    dtype, rank: what it has to be; anything if not given

    Raises FileNotFoundError, and OSError where the file is damaged or holds something else, or
    where a compressed one makes more than 64 MB and 64 times its own size.

    >>> from pathlib import Path
    >>> from weft.gluon.data.vision import read_idx
    >>> written = Path("labels-idx1-ubyte").write_bytes(bytes([0, 0, 8, 1, 0, 0, 0, 3, 7, 2, 1]))
    >>> read_idx("labels-idx1-ubyte")
    array([7, 2, 1], dtype=uint8)
    """
    path = Path(os.fsdecode(path))
    try:
        with open(path, "rb", opener=regular) as file:
            is_compressed = file.read(2) == b"\x1f\x8b"
            file.seek(0)
            most = _most_bytes(os.fstat(file.fileno()).st_size) if is_compressed else None
            if not is_compressed:
                return _read(file, path, dtype, rank)
            try:
                with gzip.GzipFile(fileobj=file) as content:
                    return _read(content, path, dtype, rank, most)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                raise FileFailure(
                    f"read_idx: {path}, at or before byte {file.tell()} of the compressed file: "
                    f"it ends early or is damaged: {error}"
                ) from error
    except FileNotFoundError:
        raise MissingFile(f"read_idx: there is no file {path}") from None
    except OSError as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"read_idx: {path} cannot be read: {error.strerror or error}") from None


def _most_bytes(compressed: int) -> int:
    """Of the content of a compressed file. Images and labels make a few times as many; a file that
    makes a thousand times as many is small only to be sent."""
    return max(_LEAST_LIMIT, _MOST_RATIO * compressed)


def _read(
    file: IO[bytes], path: Path, dtype: Any, rank: int | None, most: int | None = None
) -> numpy.ndarray:
    head = file.read(4)
    _check(len(head) == 4, path, len(head), "the file ends within the first 4 bytes")
    _check(head[:2] == b"\0\0", path, 0, f"an idx file begins with 00 00; got {head[:2].hex(' ')}")
    found = _DTYPES.get(head[2])
    _check(found is not None, path, 2, f"no dtype has number 0x{head[2]:02x}")
    native = numpy.dtype(found).newbyteorder("=")
    is_wanted = dtype is None or native == numpy.dtype(dtype)
    _check(is_wanted, path, 2, f"elements must be {dtype}; got {native}")
    wanted_rank = f"at most {_MAX_RANK}" if rank is None else rank
    is_wanted = head[3] <= _MAX_RANK if rank is None else head[3] == rank
    _check(is_wanted, path, 3, f"the rank must be {wanted_rank}; got {head[3]}")
    extents = file.read(4 * head[3])
    begin = 4 + 4 * head[3]
    _check(
        len(extents) == begin - 4,
        path,
        4 + len(extents),
        f"the file ends within its header of {begin} bytes",
    )
    shape = struct.unpack(f">{head[3]}I", extents)
    size = math.prod(shape) * native.itemsize
    _check(
        most is None or size <= most,
        path,
        4,
        f"shape {shape} of {native} makes {size} bytes of a compressed file that is read up to "
        f"{most}, {_MOST_RATIO} times its own; decompress it first if it is what you want",
    )
    elements = _content(file, size)
    _check(
        len(elements) == size,
        path,
        begin + min(len(elements), size),
        f"shape {shape} of {native} needs {size} bytes from byte {begin} on, and the file "
        + ("ends here" if len(elements) < size else "goes on"),
    )
    return numpy.frombuffer(elements, found).reshape(shape).astype(native, copy=False)


def _content(file: IO[bytes], size: int) -> bytearray:
    """Up to one byte more than `size`. By parts: a header may promise more than there is memory."""
    elements = bytearray()
    while len(elements) <= size:
        part = file.read(min(size + 1 - len(elements), 16 << 20))
        if not part:
            break
        elements += part
    return elements


def _check(holds: bool, path: Path, byte: int, otherwise: str) -> None:
    if not holds:
        raise FileFailure(f"read_idx: {path}, byte {byte}: {otherwise}")


__all__ = ["read_idx"]
__dir__ = __all__.copy
