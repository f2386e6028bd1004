"""The NumPy files of MXNet 2.0: .npz, a zip with a member `<name>.npy` for each array, and .npy.

They are read without pickles. The size that a header says is compared with that of the member
before an array is made, and that of a member with its compressed size.
"""

import io
import math
import zipfile
import zlib
from collections.abc import Mapping

import numpy
from numpy.lib import format as npy

from weft._base.errors import FileFailure, InvalidType, InvalidValue
from weft._mxnet_files.records import CODES, Record

_RATIO = 1100  # that no deflated member exceeds
_LONGEST_HEADER = 1 << 16


def read_npz(content: bytes) -> dict[str, Record]:
    """The arrays of a zip by name. Raises OSError for damage."""
    found: dict[str, Record] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = member.filename.removesuffix(".npy")
                if name in found:
                    raise FileFailure(f"member `{name}` is there twice")
                found[name] = _read_member(archive, member, name)
    # What the zip module raises for damage is of many kinds, NotImplementedError among them.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"the zip is damaged: {error}") from None
    except (RuntimeError, OSError, LookupError, ArithmeticError, MemoryError) as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"the zip is damaged: {error}") from None
    return found


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Record:
    if member.file_size > member.compress_size * _RATIO + _RATIO:
        raise FileFailure(f"member `{name}` cannot have {member.file_size} bytes")
    try:
        return read_npy(archive.read(member))
    except FileFailure as error:
        raise FileFailure(f"member `{name}`: {error}") from None


def read_npy(content: bytes) -> Record:
    """The array of a .npy file. Raises OSError for damage, and for objects, which need pickles."""
    file = io.BytesIO(content)
    try:
        version = npy.read_magic(file)
        reader = npy.read_array_header_1_0 if version == (1, 0) else npy.read_array_header_2_0
        shape, is_fortran, dtype = reader(file, max_header_size=_LONGEST_HEADER)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError, KeyError) as error:
        raise FileFailure(f"is no .npy, or a damaged one: {error}") from None
    if dtype.name not in CODES:
        raise FileFailure(f"has dtype {dtype}, which arrays of MXNet do not have")
    start = file.tell()
    if any(extent < 0 for extent in shape):
        raise FileFailure(f"has shape {shape}")
    if math.prod(shape) * dtype.itemsize != len(content) - start:
        raise FileFailure(f"has {len(content) - start} bytes for {dtype.name} of shape {shape}")
    if dtype.kind == "b":
        flat = numpy.frombuffer(content, "uint8", offset=start) != 0
    else:
        flat = numpy.frombuffer(content, dtype, offset=start)
    values = flat.reshape(shape, order="F" if is_fortran else "C")
    native = values.astype(dtype.newbyteorder("="), copy=False)
    return Record(tuple(shape), dtype.name, native)


def write_npz(records: Mapping[str, Record]) -> bytes:
    """A zip of stored members, as MXNet 2.0 writes it."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        for name, record in records.items():
            # With the time of the epoch of zips, equal arrays give equal files.
            member = zipfile.ZipInfo(f"{name}.npy", (1980, 1, 1, 0, 0, 0))
            archive.writestr(member, write_npy(record))
    return file.getvalue()


def write_npy(record: Record) -> bytes:
    """The bytes of a .npy file."""
    if record.stype != "default":
        raise InvalidValue(f"save: NumPy files have no {record.stype} arrays; use `mx.nd.save`")
    if record.dtype == "bfloat16":
        raise InvalidType("save: NumPy files have no bfloat16; use `mx.nd.save`, or `astype`")
    file = io.BytesIO()
    npy.write_array(
        file, numpy.ascontiguousarray(record.values).reshape(record.shape), allow_pickle=False
    )
    return file.getvalue()


__all__ = ["read_npy", "read_npz", "write_npy", "write_npz"]
