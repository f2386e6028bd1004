"""The NumPy files of MXNet 2.0: .npz, a zip with a member `<name>.npy` for each array, and .npy.

A sparse array is the members `data`, `indices`, `shape`, `format` and, of a csr matrix, `indptr`,
as in files of SciPy, below the array's name: `<name>/data.npy`.

They are read without pickles. The size that a header says is compared with that of the member
before an array is made, and that of a member with its compressed size.
"""

import io
import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping

import numpy
from numpy.lib import format as npy

from weft._base.errors import FileFailure, InvalidType, InvalidValue
from weft._mxnet_files.records import CODES, Record

_RATIO = 1100  # that no deflated member exceeds
_LONGEST_HEADER = 1 << 16


def read_npz(content: bytes) -> dict[str, Record]:
    """The arrays of a zip by name. Raises OSError for damage."""
    found: dict[str, Record] = {}
    formats: dict[str, str] = {}  # of sparse arrays by name
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.infolist():
                if member.is_dir():
                    continue
                name = member.filename.removesuffix(".npy")
                prefix, _, last = name.rpartition("/")
                if name in found or (last == "format" and prefix in formats):
                    raise FileFailure(f"member `{name}` is there twice")
                content = _content(archive, member, name)
                text = _text(content) if last == "format" else None
                if text is not None:
                    formats[prefix] = text
                else:
                    found[name] = _parsed(content, name)
    # What the zip module raises for damage is of many kinds, NotImplementedError among them.
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError) as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"the zip is damaged: {error}") from None
    except (RuntimeError, OSError, LookupError, ArithmeticError, MemoryError) as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"the zip is damaged: {error}") from None
    for name, text in formats.items():
        found[name] = _sparse(found, name, text)
    return found


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> bytes:
    if member.file_size > member.compress_size * _RATIO + _RATIO:
        raise FileFailure(f"member `{name}` cannot have {member.file_size} bytes")
    return archive.read(member)


def _parsed(content: bytes, name: str) -> Record:
    try:
        return read_npy(content)
    except FileFailure as error:
        raise FileFailure(f"member `{name}`: {error}") from None


def _text(content: bytes) -> str | None:
    """The text of a .npy of one string of bytes; None for anything else. MXNet writes a header that
    no other reader takes: `'descr': '|s3{'descr': ...`."""
    start = 10 + int.from_bytes(content[8:10], "little")
    if content[:6] != b"\x93NUMPY" or b"'|s" not in content[10:start].lower():
        return None
    return content[start:].decode("ascii", "replace").rstrip("\0")


def _sparse(found: dict[str, Record], name: str, text: str) -> Record:
    """The sparse array whose parts lie below a name; they are taken out of what was found."""
    shown, prefix = name or "the array", f"{name}/" if name else ""
    if text not in ("csr", "row_sparse"):
        raise FileFailure(f"`{shown}` must be csr or row_sparse; its format is {text!r}")
    names = ("data", "indices", "shape", *(("indptr",) if text == "csr" else ()))
    missing = [part for part in names if prefix + part not in found]
    if missing:
        raise FileFailure(f"`{shown}` has no member `{missing[0]}`")
    parts = {part: found.pop(prefix + part) for part in names}
    for part in names[1:]:
        if parts[part].values.ndim != 1 or parts[part].values.dtype.kind not in "iu":
            raise FileFailure(f"`{part}` of `{shown}` must be whole numbers along one axis")
    whole = {part: parts[part].values.astype("int64") for part in names[1:]}
    shape, data = tuple(whole["shape"].tolist()), parts["data"]
    stored = data.values.shape
    fits = len(shape) == 2 and len(stored) == 1 if text == "csr" else stored[1:] == shape[1:]
    if not shape or min(shape) < 0 or not fits or len(whole["indices"]) != len(data.values):
        raise FileFailure(f"`data` of `{shown}` has shape {stored} for an array of shape {shape}")
    if text == "csr" and len(whole["indptr"]) != shape[0] + 1:
        raise FileFailure(f"`indptr` of `{shown}` must have {shape[0] + 1} numbers")
    record = Record(shape, data.dtype, data.values, text, whole["indices"], whole.get("indptr"))
    record.check()
    return record


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
            for part, content in _members(name, record):
                # With the time of the epoch of zips, equal arrays give equal files.
                member = zipfile.ZipInfo(f"{part}.npy", (1980, 1, 1, 0, 0, 0))
                archive.writestr(member, content)
    return file.getvalue()


def _members(name: str, record: Record) -> Iterator[tuple[str, bytes]]:
    """Names and contents of the members for an array."""
    if record.stype == "default":
        yield name, write_npy(record)
        return
    prefix = f"{name}/" if name else ""
    parts = {"data": record.values, "indptr": record.indptr, "indices": record.indices}
    for part, values in (parts | {"shape": numpy.array(record.shape, "int64")}).items():
        if values is not None:
            dtype = record.dtype if part == "data" else values.dtype.name
            yield prefix + part, write_npy(Record(values.shape, dtype, values))
    file = io.BytesIO()
    npy.write_array(file, numpy.array(record.stype.encode("ascii")), allow_pickle=False)
    yield f"{prefix}format", file.getvalue()


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
