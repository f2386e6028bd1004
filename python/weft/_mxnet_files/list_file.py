"""The list file of arrays, .params and .nd, in all versions of its records.

A file is a magic number, the records, and their names, as many as records or none; all numbers are
little-endian. A record begins with the number of its version; in the oldest version this number is
the count of axes itself. A record without axes (before version 3) or with -1 axes (version 3)
stands for no array. In versions 0 to 2 an extent of 0 means unknown, in version 3 it means empty.
"""

import math
import struct
from collections.abc import Sequence

import numpy

from weft._base.errors import FileFailure, InvalidValue
from weft._mxnet_files.records import CODES, DTYPES, STYPES, Record, storage

MAGIC = 0x112
VERSIONS = {0xF993FAC8: 1, 0xF993FAC9: 2, 0xF993FACA: 3}
_NUMBERS = {version: magic for magic, version in VERSIONS.items()}
_MOST_AXES = 32  # what NumPy of the time had


class _Reader:
    """Takes numbers and bytes from the front of a file."""

    def __init__(self, content: bytes) -> None:
        self.content, self.place = memoryview(content), 0

    @property
    def left(self) -> int:
        return len(self.content) - self.place

    def take(self, count: int) -> memoryview:
        if count > self.left:
            raise FileFailure(
                f"{count} bytes are missing at byte {self.place}; {self.left} are left"
            )
        self.place += count
        return self.content[self.place - count : self.place]

    def numbers(self, form: str) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", self.take(struct.calcsize(f"<{form}")))

    def count(self, what: str, least: int) -> int:
        """A count of things that take at least so many bytes each."""
        (count,) = self.numbers("Q")
        if count > self.left // least:
            raise FileFailure(f"{count} {what} do not fit in {self.left} bytes")
        return count

    def shape(self) -> tuple[int, ...] | None:
        """Extents of versions 1 to 3; None for -1 axes."""
        (axes,) = self.numbers("i")
        if axes == -1:
            return None
        return self.extents(axes, "q")

    def extents(self, axes: int, kind: str) -> tuple[int, ...]:
        if not 0 <= axes <= _MOST_AXES:
            raise FileFailure(f"an array has {axes} axes; 0 to {_MOST_AXES} are possible")
        found = self.numbers(f"{axes}{kind}")
        if any(extent < 0 for extent in found):
            raise FileFailure(f"an array has shape {found}")
        return found

    def dtype(self) -> str:
        (code,) = self.numbers("i")
        if code not in DTYPES:
            raise FileFailure(
                f"an array has the dtype code {code}; 0 to {len(DTYPES) - 1} are known"
            )
        return DTYPES[code]

    def values(self, shape: tuple[int, ...], dtype: str) -> numpy.ndarray:
        kind = storage(dtype)
        content = self.take(math.prod(shape) * kind.itemsize)
        if dtype == "bool":  # any byte but 0 is true
            return (numpy.frombuffer(content, "uint8") != 0).reshape(shape)
        return numpy.frombuffer(content, kind).reshape(shape)


def read(content: bytes) -> tuple[list[str], list[Record | None]]:
    """The names, of which there are none in a plain list, and the arrays.

    Raises OSError for damage; the text says where.
    """
    reader = _Reader(content)
    magic, _ = reader.numbers("QQ")
    if magic != MAGIC:
        raise FileFailure(f"it begins with {magic:#x} in place of {MAGIC:#x}")
    records = [_record(reader) for _ in range(reader.count("arrays", 8))]
    names = [_name(reader) for _ in range(reader.count("names", 8))]
    if names and len(names) != len(records):
        raise FileFailure(f"there are {len(names)} names for {len(records)} arrays")
    if reader.left:
        raise FileFailure(f"{reader.left} bytes follow the names")
    return names, records


def _name(reader: _Reader) -> str:
    length = reader.count("bytes of a name", 1)
    try:
        return str(reader.take(length), "utf-8")
    except UnicodeDecodeError:
        raise FileFailure(f"the name before byte {reader.place} is no UTF-8") from None


def _record(reader: _Reader) -> Record | None:
    (first,) = reader.numbers("I")
    version = VERSIONS.get(first, 0)
    if version < 2:
        return _dense(reader, reader.shape() if version else reader.extents(first, "I"))
    (kind,) = reader.numbers("i")
    if not 0 <= kind < len(STYPES) or (version == 3 and kind):
        raise FileFailure(f"an array of version {version} has storage type {kind}")
    if kind:
        return _sparse(reader, STYPES[kind])
    return _dense(reader, reader.shape(), is_scalar_known=version == 3)


def _dense(
    reader: _Reader, shape: tuple[int, ...] | None, is_scalar_known: bool = False
) -> Record | None:
    if shape is None or (not shape and not is_scalar_known):
        return None
    reader.numbers("ii")  # the device, which another machine does not have
    dtype = reader.dtype()
    return Record(shape, dtype, reader.values(shape, dtype))


def _sparse(reader: _Reader, stype: str) -> Record | None:
    stored, shape = reader.shape(), reader.shape()
    if not shape or stored is None:
        return None
    reader.numbers("ii")
    dtype = reader.dtype()
    others = [(reader.dtype(), reader.shape() or ()) for _ in range(STYPES.index(stype))]
    if stype == "row_sparse" and (not stored or stored[1:] != shape[1:]):
        raise FileFailure(f"a row_sparse array of shape {shape} stores rows of shape {stored[1:]}")
    if stype == "csr" and (len(shape) != 2 or len(stored) != 1):
        raise FileFailure(f"a csr array has shape {shape} and stores values of shape {stored}")
    values = reader.values(stored, dtype)
    lists = [_integers(reader, kind, extents) for kind, extents in others]
    rows = None if stype == "row_sparse" else lists[0]
    if lists[-1].size != stored[0] or (rows is not None and rows.size != shape[0] + 1):
        raise FileFailure(
            f"a {stype} array of shape {shape} has lists of other lengths than its values"
        )
    record = Record(shape, dtype, values, stype, lists[-1], rows)
    record.check()
    return record


def _integers(reader: _Reader, dtype: str, shape: tuple[int, ...]) -> numpy.ndarray:
    if len(shape) != 1 or dtype not in ("int64", "int32"):
        raise FileFailure(f"the numbers of a sparse array are {dtype} of shape {shape}")
    return reader.values(shape, dtype).astype("int64")


# ---- writing -------------------------------------------------------------------------------------


def write(records: Sequence[Record | None], names: Sequence[str], version: int = 2) -> bytes:
    """The bytes of a file.

    names: as many as records, or none
    version: of the records: 2 is what MXNet 1.x reads; arrays without axes or elements need 3.
        Versions 0, 1 and 3 have dense arrays alone
    """
    if names and len(names) != len(records):
        raise InvalidValue(f"save: there are {len(names)} names for {len(records)} arrays")
    parts = [struct.pack("<QQQ", MAGIC, 0, len(records))]
    for record in records:
        parts.extend(_parts(record, version))
    parts.append(struct.pack("<Q", len(names)))
    for name in names:
        encoded = name.encode()
        parts.extend((struct.pack("<Q", len(encoded)), encoded))
    return b"".join(parts)


def needed_version(record: Record) -> int:
    """The version that a record needs: arrays without axes or elements have no other than 3."""
    is_plain = record.stype == "default" and (not record.shape or 0 in record.shape)
    return 3 if is_plain else 2


def _shape(shape: tuple[int, ...]) -> bytes:
    return struct.pack(f"<i{len(shape)}q", len(shape), *shape)


def _parts(record: Record | None, version: int) -> list[bytes]:
    front = struct.pack("<I", _NUMBERS[version]) if version else b""
    if record is None:
        kind = struct.pack("<i", 0) if version > 1 else b""
        return [front, kind, struct.pack("<i", -1 if version == 3 else 0)]
    if record.stype != "default":
        return _sparse_parts(record, version, front)
    if version < 3 and needed_version(record) == 3:
        raise InvalidValue(
            f"save: an array of shape {record.shape} needs version 3 of the format; got {version}"
        )
    if version:
        shape = _shape(record.shape)
    else:
        shape = struct.pack(f"<I{len(record.shape)}I", len(record.shape), *record.shape)
    kind = struct.pack("<i", 0) if version > 1 else b""
    return [front, kind, shape, *_typed(record), _bytes(record.values, record.dtype)]


def _sparse_parts(record: Record, version: int, front: bytes) -> list[bytes]:
    if version != 2:
        raise InvalidValue(f"save: a {record.stype} array needs version 2 of the format")
    lists = [part for part in (record.indptr, record.indices) if part is not None]
    parts = [front, struct.pack("<i", STYPES.index(record.stype))]
    parts += [_shape(record.values.shape), _shape(record.shape), *_typed(record)]
    for part in lists:
        parts += [struct.pack("<i", CODES["int64"]), _shape(part.shape)]
    parts.append(_bytes(record.values, record.dtype))
    return parts + [_bytes(part, "int64") for part in lists]


def _typed(record: Record) -> list[bytes]:
    return [struct.pack("<iii", 1, 0, CODES[record.dtype])]


def _bytes(values: numpy.ndarray, dtype: str) -> bytes:
    return numpy.ascontiguousarray(values).astype(storage(dtype), copy=False).tobytes()


__all__ = ["MAGIC", "needed_version", "read", "write"]
