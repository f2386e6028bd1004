"""Reads a file of arrays by its content: a list file, a .npz or a .npy."""

import struct
from os import PathLike, fsdecode
from typing import Literal, NamedTuple

from weft._base import writing as _writing
from weft._base.errors import FileFailure, MissingFile
from weft._base.regular_files import regular
from weft._mxnet_files import list_file, numpy_files
from weft._mxnet_files.records import Record

Kind = Literal["list", "npz", "npy"]
_LIST = struct.pack("<Q", list_file.MAGIC)
# A zip without members begins with its end.
_BEGINNINGS: dict[bytes, Kind] = {
    _LIST: "list",
    b"PK\x03\x04": "npz",
    b"PK\x05\x06": "npz",
    b"\x93NUMPY": "npy",
}


class Content(NamedTuple):
    """What a file has. A plain list has no names; None stands for no array."""

    kind: Kind
    names: list[str]
    records: list[Record | None]


def kind_of(beginning: bytes) -> Kind | None:
    """The kind of a file that begins so; None if it is none of these."""
    for magic, kind in _BEGINNINGS.items():
        if beginning.startswith(magic):
            return kind
    return None


def kind_of_file(path: str | PathLike[str]) -> Kind | None:
    """The kind of a file; None if it is none of these, or cannot be read."""
    try:
        with open(path, "rb", opener=regular) as file:
            return kind_of(file.read(8))
    except OSError:
        return None


def read(path: str | PathLike[str], caller: str) -> Content:
    """The arrays of a file. Raises OSError for a file that is missing, damaged or of another kind;
    texts begin with the caller and the path."""
    return parsed(read_bytes(path, caller), caller, fsdecode(path))


def read_bytes(path: str | PathLike[str], caller: str) -> bytes:
    """What a file has. Raises OSError for one that is missing or cannot be read."""
    name = fsdecode(path)
    try:
        with open(name, "rb", opener=regular) as file:
            return file.read()
    except FileNotFoundError:
        raise MissingFile(f"{caller}: there is no file {name}") from None
    except OSError as error:
        raise FileFailure(f"{caller}: {name}: {error.strerror}") from None


def parsed(content: bytes, caller: str, name: str = "the bytes") -> Content:
    """The arrays of a file's bytes."""
    kind = kind_of(content[:8])
    try:
        if kind == "list":
            return Content(kind, *list_file.read(content))
        if kind == "npz":
            found = numpy_files.read_npz(content)
            return Content(kind, list(found), list(found.values()))
        if kind == "npy":
            return Content(kind, [], [numpy_files.read_npy(content)])
    except FileFailure as error:
        raise FileFailure(f"{caller}: {name} is damaged: {error}") from None
    raise FileFailure(
        f"{caller}: {name} must be a list file of MXNet, a .npz or a .npy; it begins with "
        f"{content[:8]!r}"
    )


def parameters_of(found: Content, caller: str, name: str) -> dict[str, Record]:
    """The arrays of a file of parameters by name, without `arg:` and `aux:` before the names."""
    named: dict[str, Record] = {}
    if not found.names and found.records:
        raise FileFailure(f"{caller}: {name} has arrays without names, so they are no parameters")
    for key, record in zip(found.names, found.records, strict=True):
        plain = without_role(key)
        if record is None:
            raise FileFailure(f"{caller}: {name} has no values for `{plain}`")
        if plain in named:
            raise FileFailure(f"{caller}: {name} has `{plain}` twice")
        named[plain] = record
    return named


def without_role(name: str) -> str:
    """The name of a parameter without what says its role: `arg:` or `aux:`."""
    return name[4:] if name.startswith(("arg:", "aux:")) else name


def write_bytes(path: str | PathLike[str], content: bytes, caller: str = "save") -> None:
    """Writes a file that takes the place of an old one in one step."""
    _writing.write_bytes(path, content, caller)


__all__ = [
    "Content",
    "kind_of",
    "kind_of_file",
    "parameters_of",
    "parsed",
    "read",
    "read_bytes",
    "without_role",
    "write_bytes",
]
