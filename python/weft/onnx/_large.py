"""The message of a file without its large weights, which are read from the file one by one.

A message has all its weights as bytes, so a file that is read and parsed takes its size twice, and
its arrays a third time. Here the file is mapped; fields are walked by protobuf's encoding (a key
with number and wire type, then a varint or a length with as many bytes); what is left of a tensor
says where in the file its bytes are, as for external data. `onnx` parses what is left.
"""

from collections.abc import Iterator
from mmap import mmap

# The location that stands for the file itself. No file can be named so.
OWN_FILE = "\0"
_LEAST = 1024  # smaller messages are copied as they are

# Fields that may have large tensors, by message: number of the field and message in it.
_MODEL: dict[int, str] = {7: "graph"}
_FIELDS: dict[str, dict[int, str]] = {
    "graph": {1: "node", 5: "tensor"},
    "node": {5: "attribute"},
    "attribute": {5: "tensor", 6: "graph"},
}
_RAW_DATA, _EXTERNAL_DATA, _DATA_LOCATION = 9, 13, 14
_LENGTHS = 2  # wire type of what has a length
_DEPTH = 64  # of graphs in graphs


class _DamagedError(Exception):
    """The bytes are no message; parsing them says why."""


def without_weights(file: mmap) -> bytes | None:
    """The message with references in the place of large weights; None where it is damaged."""
    try:
        return b"".join(_parts(file, 0, len(file), _MODEL, 0))
    except _DamagedError:
        return None


def _parts(file: mmap, begin: int, end: int, inner: dict[int, str], depth: int) -> Iterator[bytes]:
    """What is left of the message at [begin, end)."""
    if depth > _DEPTH:
        raise _DamagedError
    kept = begin  # everything from here to the present field is copied as it is
    for number, start, content, stop in _fields(file, begin, end):
        kind = inner.get(number)
        if kind is None or stop - content < _LEAST:
            continue
        if kind == "tensor":
            left = _tensor(file, content, stop)
        else:
            left = b"".join(_parts(file, content, stop, _FIELDS[kind], depth + 1))
        yield file[kept:start]
        yield _field(number, left)
        kept = stop
    yield file[kept:end]


def _tensor(file: mmap, begin: int, end: int) -> bytes:
    """What is left of a tensor. One that is stored in another way stays whole."""
    found = {
        number: (start, content, stop) for number, start, content, stop in _fields(file, begin, end)
    }
    if _RAW_DATA not in found or _EXTERNAL_DATA in found or _DATA_LOCATION in found:
        return file[begin:end]
    start, content, stop = found[_RAW_DATA]
    if stop - content < _LEAST:
        return file[begin:end]
    place = {"location": OWN_FILE, "offset": str(content), "length": str(stop - content)}
    entries = b"".join(
        _field(_EXTERNAL_DATA, _field(1, key.encode()) + _field(2, value.encode()))
        for key, value in place.items()
    )
    external = _varint(_DATA_LOCATION << 3) + _varint(1)
    return file[begin:start] + file[stop:end] + entries + external


def _fields(file: mmap, begin: int, end: int) -> Iterator[tuple[int, int, int, int]]:
    """Of each field: its number, where it starts, where its content starts, where that ends."""
    at = begin
    while at < end:
        start = at
        key, at = _read_varint(file, at, end)
        wire = key & 7
        content = at
        if wire == _LENGTHS:
            length, content = _read_varint(file, at, end)
            at = content + length
        elif wire == 0:
            _, at = _read_varint(file, at, end)
        elif wire == 1:
            at += 8
        elif wire == 5:
            at += 4
        else:
            raise _DamagedError
        if at > end:
            raise _DamagedError
        yield key >> 3, start, content, at


def _read_varint(file: mmap, at: int, end: int) -> tuple[int, int]:
    value = shift = 0
    while at < end and shift < 70:
        byte = file[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7
    raise _DamagedError


def _varint(value: int) -> bytes:
    found = bytearray()
    while value > 127:
        found.append(value & 127 | 128)
        value >>= 7
    found.append(value)
    return bytes(found)


def _field(number: int, content: bytes) -> bytes:
    return _varint(number << 3 | _LENGTHS) + _varint(len(content)) + content


__all__ = ["OWN_FILE", "without_weights"]
