"""Writes Caffe's files: weights as .caffemodel, a solver's state as .solverstate."""

from collections.abc import Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure
from weft._base.writing import write_bytes
from weft.caffe._messages import message

_DATA_TAG = b"\x2a"  # field 5, of packed numbers


def blob_of(value: numpy.ndarray) -> Any:
    """A `BlobProto` of an array, by way of its bytes: one by one they would take seconds."""
    content = numpy.ascontiguousarray(value, "<f4").tobytes()
    blob = message("BlobProto").FromString(_DATA_TAG + _varint(len(content)) + content)
    blob.shape.dim.extend(value.shape)
    return blob


def _varint(number: int) -> bytes:
    digits = bytearray()
    while number > 127:
        digits.append(number & 127 | 128)
        number >>= 7
    return bytes([*digits, number])


def weights_message(
    name: str, layers: Iterable[Any], values: Mapping[str, list[numpy.ndarray]]
) -> Any:
    """A `NetParameter` with the layers of a net and their blobs.

    layers: of `Layer`; values: the blobs by the layer's name
    """
    net = message("NetParameter")(name=name)
    for layer in layers:
        copy = net.layer.add()
        copy.CopyFrom(layer.message)
        del copy.blobs[:]
        copy.name = layer.name
        for value in values.get(layer.name, ()):
            copy.blobs.add().CopyFrom(blob_of(value))
    return net


def write_message(content: Any, path: str | PathLike[str], caller: str) -> None:
    """Writes a message to a file, which replaces an old one in one step."""
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise FileFailure(f"{caller}: {path}: {error.strerror}") from None
    write_bytes(path, content.SerializeToString(), caller)


__all__ = ["blob_of", "weights_message", "write_message"]
