"""Reads Caffe's files: nets and solvers as text, weights and states as binary messages.

What is wrong with a text is said with file, line and column, and the nearest name where a name is
not known.
"""

import math
import re
from difflib import get_close_matches
from os import PathLike, fspath
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile
from weft.caffe import _hdf5
from weft.caffe._hdf5 import is_hdf5
from weft.caffe._messages import message, require_protobuf
from weft.caffe._upgrade import upgraded, upgraded_solver

Path_ = str | PathLike[str]

_MOST_BYTES = 1 << 31  # what protobuf reads
_UNKNOWN = re.compile(r'Message type "caffe\.(\w+)" has no field named "(\w+)"')


def _require_path(path: Any, caller: str) -> None:
    if not isinstance(path, str | PathLike):
        raise InvalidType(f"{caller}: a path is expected; got {type(path).__name__}")


def content_of(path: Path_, caller: str) -> bytes:
    """The bytes of a file. Raises OSError that names the caller."""
    _require_path(path, caller)
    name = fspath(path)
    try:
        return Path(name).read_bytes()
    except FileNotFoundError:
        raise MissingFile(f"{caller}: there is no file {name}") from None
    except OSError as error:
        raise FileFailure(f"{caller}: {name}: {error.strerror}") from None


def parsed(kind: str, content: bytes, name: str) -> Any:
    """A message of a text. Raises ValueError for what is no such text."""
    require_protobuf()
    from google.protobuf import text_format

    found = message(kind)()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise InvalidValue(
            f"{name}: is no text (byte {error.start} is no UTF-8); a prototxt is expected"
        ) from None
    try:
        return text_format.Parse(text, found)
    except text_format.ParseError as error:
        raise InvalidValue(f"{name}:{_explained(str(error))}") from None
    except (ValueError, RecursionError, OverflowError) as error:
        raise InvalidValue(f"{name}: {error}") from None


def _explained(text: str) -> str:
    """A parser's error with the nearest name, where one is not known."""
    unknown = _UNKNOWN.search(text)
    if unknown is None:
        return text
    names = [field.name for field in message(unknown[1]).DESCRIPTOR.fields]
    close = get_close_matches(unknown[2], names, 1)
    place = text[: unknown.start()].rstrip(" :")
    hint = f"; is it `{close[0]}`?" if close else ""
    return f"{place}: {unknown[1]} has no field `{unknown[2]}`{hint}"


def read_net(path: Path_, caller: str) -> Any:
    """The `NetParameter` of a prototxt, in Caffe's present form."""
    content = content_of(path, caller)
    name = fspath(path)
    try:
        net = parsed("NetParameter", content, f"{caller}: {name}")
    except InvalidValue:
        net = _known_part(content)
        if net is None:
            raise
    return upgraded(net, f"{caller}: {name}")


def _known_part(content: bytes) -> Any:
    """A net whose unknown fields are those of layers that are not known, which are all said at
    once later; None for any other text."""
    require_protobuf()
    from google.protobuf import text_format

    from weft.caffe._rules import unknown_types

    try:
        net = text_format.Parse(
            content.decode("utf-8"), message("NetParameter")(), allow_unknown_field=True
        )
        return net if unknown_types(upgraded(net, "")) else None
    except (ValueError, text_format.ParseError, RecursionError):
        return None


def read_solver(path: Path_, caller: str) -> Any:
    """The `SolverParameter` of a prototxt."""
    content = content_of(path, caller)
    name = f"{caller}: {fspath(path)}"
    return upgraded_solver(parsed("SolverParameter", content, name), name)


def read_binary(kind: str, path: Path_, caller: str) -> Any:
    """A binary message. Raises OSError for a damaged file."""
    require_protobuf()
    from google.protobuf.message import DecodeError

    content = content_of(path, caller)
    name = f"{caller}: {fspath(path)}"
    if len(content) >= _MOST_BYTES:
        raise FileFailure(f"{name}: has {len(content)} bytes; messages have less than 2 GiB")
    try:
        return message(kind).FromString(content)
    except (DecodeError, ValueError, RecursionError):
        hint = "; a prototxt is a text" if content[:200].isascii() else ""
        caffes = "NetParameter" if kind == "WeightsFile" else kind
        raise FileFailure(f"{name}: is damaged, or no {caffes} in binary form{hint}") from None


# ---- arrays -------------------------------------------------------------------------------------


def shape_of(blob: Any) -> tuple[int, ...]:
    """The shape of a `BlobProto`, of 4 extents in old files."""
    if blob.HasField("shape"):
        return tuple(blob.shape.dim)
    old = ("num", "channels", "height", "width")
    if any(blob.HasField(name) for name in old):
        return tuple(getattr(blob, name) for name in old)
    return (max(len(blob.data), len(blob.double_data)),)


def array_of(blob: Any, name: str) -> numpy.ndarray:
    """The float32 numbers of a `BlobProto`. Raises OSError where it contradicts itself."""
    shape = shape_of(blob)
    if any(extent < 0 for extent in shape):
        raise FileFailure(f"{name}: has a blob of shape {shape}")
    values = _numbers(blob)
    if math.prod(shape) != len(values):
        raise FileFailure(
            f"{name}: a blob of shape {shape} needs {math.prod(shape)} numbers; got {len(values)}"
        )
    return values.astype("float32", copy=False).reshape(shape)


def _numbers(blob: Any) -> numpy.ndarray:
    """The numbers of a blob, by way of their packed bytes: one by one they would take seconds."""
    is_double = len(blob.double_data) > 0
    part = type(blob)()
    if is_double:
        part.double_data.MergeFrom(blob.double_data)
    else:
        part.data.MergeFrom(blob.data)
    dtype = numpy.dtype("<f8" if is_double else "<f4")
    count = len(blob.double_data if is_double else blob.data)
    content = part.SerializeToString()
    return numpy.frombuffer(content, dtype, count, len(content) - count * dtype.itemsize)


def read_blob(path: Path_, caller: str) -> numpy.ndarray:
    """The array of a .binaryproto file, such as a mean image."""
    blob = read_binary("BlobProto", path, caller)
    if not shape_of(blob) or not (len(blob.data) or len(blob.double_data)):
        vector = read_binary("BlobProtoVector", path, caller)
        blob = vector.blobs[0] if len(vector.blobs) else blob
    return array_of(blob, f"{caller}: {fspath(path)}")


def read_weights(path: Path_, caller: str) -> dict[str, list[numpy.ndarray | None]]:
    """The blobs of each layer that has any, by the layer's name, of a .caffemodel file, or of its
    form in HDF5; None for a blob that belongs to another layer."""
    _require_path(path, caller)
    if is_hdf5(path):
        return _hdf5.read_weights(path, caller)
    name = f"{caller}: {fspath(path)}"
    net = read_binary("WeightsFile", path, caller)
    layers = [(layer.name, layer.blobs) for layer in net.layer]
    for old in net.layers:
        is_oldest = old.HasField("layer")
        layers.append((old.layer.name, old.layer.blobs) if is_oldest else (old.name, old.blobs))
    if not layers:
        raise FileFailure(f"{name}: has no layers; a .caffemodel is expected")
    found: dict[str, list[numpy.ndarray | None]] = {}
    for layer, blobs in layers:
        if len(blobs):
            found[layer] = [array_of(blob, f"{name}: layer `{layer}`") for blob in blobs]
    return found


__all__ = [
    "array_of",
    "content_of",
    "parsed",
    "read_binary",
    "read_blob",
    "read_net",
    "read_solver",
    "read_weights",
    "shape_of",
]
