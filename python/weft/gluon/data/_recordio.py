"""RecordIO files: records of bytes one behind the other, as MXNet and dmlc write them.

A part is a magic number, a word with the part's flag (upper 3 bits) and length (lower 29), the
bytes, and zeros up to a multiple of 4. A record is one part (flag 0), or several (first 1, middle
2, last 3): a writer cuts a record wherever the magic number stands at a multiple of 4 in it, and
drops it there, so that whoever looks for the magic number finds parts alone. A reader puts it back.

Files are read by position, never by a position that is kept: threads and forked processes may share
a `RecordFile`. What is damaged is refused with the file and the byte.
"""

import os
import struct
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, NoReturn

import numpy

from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile
from weft._base.regular_files import regular

MAGIC = struct.pack("<I", 0xCED7230A)
MOST_BYTES = (1 << 29) - 1
_WHOLE, _FIRST, _MIDDLE, _LAST = range(4)
_HEAD = struct.Struct("<4sI")
_HEADER = struct.Struct("<IfQQ")


class Header(NamedTuple):
    """What stands before the data of a record of an image.

    flag: 0 for a single label; otherwise how many labels there are
    label: a number, or a float32 array of `flag` numbers
    id, id2: numbers of the record that nobody interprets
    """

    flag: int
    label: Any
    id: int
    id2: int


def frame(record: bytes, where: str = "frame") -> bytes:
    """The bytes of a record in a file. Raises ValueError for one of 2^29 bytes or more."""
    if len(record) > MOST_BYTES:
        raise InvalidValue(
            f"{where}: a record must have less than 2^29 bytes; got {len(record)} bytes"
        )
    begins = [0, *(place + 4 for place in _places_of_magic(record))]
    ends = [*(begin - 4 for begin in begins[1:]), len(record)]
    flags = [_FIRST, *[_MIDDLE] * (len(begins) - 2), _LAST] if len(begins) > 1 else [_WHOLE]
    parts = []
    for flag, begin, end in zip(flags, begins, ends, strict=True):
        parts += [_HEAD.pack(MAGIC, flag << 29 | end - begin), record[begin:end]]
    return b"".join([*parts, bytes(-len(record) % 4)])


def _places_of_magic(record: bytes) -> Iterator[int]:
    place = record.find(MAGIC)
    while place >= 0:
        if place % 4 == 0:
            yield place
        place = record.find(MAGIC, place + (4 if place % 4 == 0 else 1))


class RecordFile:
    """A file of records, open for reading. It can be pickled: the copy opens the file again.

    where: whose errors these are
    """

    def __init__(self, path: str | os.PathLike, where: str) -> None:
        self.path, self.where = os.fsdecode(path), where
        self._open()

    def _open(self) -> None:
        try:
            self._file = open(self.path, "rb", buffering=0, opener=regular)  # noqa: SIM115
        except FileNotFoundError:
            raise MissingFile(f"{self.where}: there is no file {self.path}") from None
        except OSError as error:
            raise FileFailure(
                f"{self.where}: {self.path} cannot be read: {error.strerror or error}"
            ) from None
        self.size = os.fstat(self._file.fileno()).st_size

    def __getstate__(self) -> tuple[str, str]:
        return self.path, self.where

    def __setstate__(self, state: tuple[str, str]) -> None:
        self.path, self.where = state
        self._open()

    def close(self) -> None:
        self._file.close()

    def read(self, offset: int) -> tuple[bytes, int]:
        """The record that begins at a byte of the file, and where the next one begins."""
        flag, part, behind = self._part(offset)
        if flag == _WHOLE:
            return part, behind
        if flag != _FIRST:
            self._refuse(offset, f"a record cannot begin with a part of flag {flag}")
        parts = [part]
        while flag != _LAST:
            if behind == self.size:
                self._refuse(behind, f"the file ends in the record that begins at byte {offset}")
            flag, part, following = self._part(behind)
            if flag not in (_MIDDLE, _LAST):
                self._refuse(
                    behind, f"the record of byte {offset} goes on with a part of flag {flag}"
                )
            parts.append(part)
            behind = following
        return MAGIC.join(parts), behind

    def begin(self, offset: int, count: int) -> bytes:
        """The first bytes, at most `count`, of the record that begins at a byte of the file. A
        record that was cut among them gives those before the cut."""
        _, length = self._head(offset)
        return self._bytes(offset + _HEAD.size, min(count, length))

    def offsets(self) -> list[int]:
        """Where each record begins. Heads alone are read."""
        found, offset, inside = [], 0, False
        while offset < self.size:
            flag, length = self._head(offset)
            if inside == (flag in (_WHOLE, _FIRST)):
                self._refuse(offset, f"a part of flag {flag} cannot stand here")
            if not inside:
                found.append(offset)
            inside = flag in (_FIRST, _MIDDLE)
            offset += _HEAD.size + length + -length % 4
        if inside:
            self._refuse(offset, "the file ends within a record")
        return found

    def _part(self, offset: int) -> tuple[int, bytes, int]:
        flag, length = self._head(offset)
        begin = offset + _HEAD.size
        part = self._bytes(begin, length)
        return flag, part, begin + length + -length % 4

    def _head(self, offset: int) -> tuple[int, int]:
        head = self._bytes(offset, min(_HEAD.size, self.size - offset)) if offset >= 0 else b""
        if len(head) < _HEAD.size:
            self._refuse(offset, f"a record needs 8 bytes and more; the file has {self.size}")
        magic, word = _HEAD.unpack(head)
        if magic != MAGIC:
            self._refuse(offset, f"a record begins with {MAGIC.hex(' ')}; got {magic.hex(' ')}")
        flag, length = word >> 29, word & MOST_BYTES
        if flag > _LAST:
            self._refuse(offset + 4, f"the flag of a part must be 0, 1, 2 or 3; got {flag}")
        behind = offset + _HEAD.size + length + -length % 4
        if behind > self.size:
            self._refuse(
                offset + 4, f"a part of {length} bytes ends at byte {behind} of {self.size}"
            )
        return flag, length

    def _bytes(self, begin: int, count: int) -> bytes:
        if count <= 0:
            return b""
        found = os.pread(self._file.fileno(), count, begin)
        while len(found) < count:
            more = os.pread(self._file.fileno(), count - len(found), begin + len(found))
            if not more:
                self._refuse(begin + len(found), "the file has become shorter")
            found += more
        return found

    def _refuse(self, byte: int, complaint: str) -> NoReturn:
        raise FileFailure(f"{self.where}: {self.path}, byte {byte}: {complaint}")


def read_index(
    path: str | os.PathLike, where: str, key_type: Callable[[str], Any] = int
) -> dict[Any, int]:
    """By key where its record begins: lines `key<TAB>byte`. Raises OSError with the line."""
    try:
        with open(path, encoding="utf-8", opener=regular) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        raise MissingFile(f"{where}: there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailure(f"{where}: {path} cannot be read: {error}") from None
    found = {}
    for number, line in enumerate(lines, 1):
        try:
            key, offset = line.split("\t")
            found[key_type(key)] = int(offset)
        except ValueError:
            raise FileFailure(
                f"{where}: {path}, line {number}: a line must be a key, a tab and a byte; "
                f"got {line!r}"
            ) from None
    return found


def pack(header: Any, data: bytes) -> bytes:
    """A header and data as one record.

    header: (flag, label, id, id2), of which the flag does not count: it is 0 for a single label and
        the number of labels for several

    >>> unpack(pack((0, [1, 2], 7, 0), b"data"))
    (Header(flag=2, label=array([1., 2.], dtype=float32), id=7, id2=0), b'data')
    """
    _, label, number, second = header
    labels = numpy.asarray(label, "float32")
    try:
        if labels.ndim == 0:
            return _HEADER.pack(0, float(labels), number, second) + data
        return _HEADER.pack(labels.size, 0, number, second) + labels.tobytes() + data
    except struct.error:
        raise InvalidValue(
            f"pack: `header` must be (flag, label, id, id2), the ids integers from 0 to 2^64 - 1; "
            f"got {tuple(header)}"
        ) from None


def unpack(record: bytes, where: str = "unpack") -> tuple[Header, bytes]:
    """The header of a record and the data behind it. Raises ValueError where it is too short."""
    if len(record) < _HEADER.size:
        raise InvalidValue(
            f"{where}: `s` must have a header of {_HEADER.size} bytes; got {len(record)} bytes"
        )
    header = Header(*_HEADER.unpack_from(record))
    begin = _HEADER.size + 4 * header.flag
    if header.flag == 0:
        return header, record[begin:]
    if begin > len(record):
        raise InvalidValue(
            f"{where}: {header.flag} labels need {begin} bytes; the record has {len(record)}"
        )
    labels = numpy.frombuffer(record, "<f4", header.flag, _HEADER.size).astype("float32")
    return header._replace(label=labels), record[begin:]


def as_bytes(value: Any, where: str, name: str) -> bytes:
    """Bytes of anything that has bytes. Raises TypeError for texts and other values."""
    try:
        return bytes(memoryview(value))
    except TypeError:
        raise InvalidType(f"{where}: `{name}` must be bytes; got {type(value).__name__}") from None


__all__ = [
    "MAGIC",
    "Header",
    "RecordFile",
    "as_bytes",
    "frame",
    "pack",
    "read_index",
    "unpack",
]
