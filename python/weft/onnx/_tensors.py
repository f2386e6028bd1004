"""Tensors of ONNX messages as NumPy arrays. External data is mapped, not read."""

import math
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy
import onnx
from onnx import TensorProto, helper, numpy_helper

from weft._base.errors import FileFailure
from weft._import.mapped import MappedFiles
from weft.onnx._large import OWN_FILE

# Types that are packed, several elements to a byte; of other types an element is `itemsize` bytes.
_PACKED = {
    TensorProto.INT4: 4,
    TensorProto.UINT4: 4,
    TensorProto.FLOAT4E2M1: 4,
    getattr(TensorProto, "INT2", -1): 2,
    getattr(TensorProto, "UINT2", -1): 2,
}
_LARGEST_GROWTH = 1000  # bytes of a sparse tensor with its zeros for one that is stored
_ALWAYS_FINE = 64 << 20  # bytes


@dataclass
class Source:
    """The file of a model, and what is mapped of it and of the files beside it."""

    path: str
    files: MappedFiles = field(default_factory=MappedFiles)


def dtype_of(elem_type: int) -> numpy.dtype[Any]:
    """The NumPy dtype of an ONNX element type; texts are objects."""
    if elem_type == TensorProto.STRING:
        return numpy.dtype(object)
    try:
        return numpy.dtype(helper.tensor_dtype_to_np_dtype(elem_type))
    except (KeyError, TypeError):
        raise FileFailure(f"element type {elem_type} is not known to ONNX") from None


def dtype_name(elem_type: int) -> str | None:
    """The name of an element type's dtype; None for texts and where it is not given."""
    if elem_type in (TensorProto.STRING, TensorProto.UNDEFINED):
        return None
    return dtype_of(elem_type).name


def array_from(tensor: TensorProto, source: Source | None) -> numpy.ndarray:
    """The elements of a tensor. External data lies in the folder of the model's file.

    Raises OSError for data that does not fit the shape, is missing, or lies outside the folder.
    """
    shape = tuple(tensor.dims)
    if any(extent < 0 for extent in shape):
        raise FileFailure(f"tensor `{tensor.name}`: shape {shape} has a negative extent")
    if tensor.data_location == TensorProto.EXTERNAL:
        return _read(tensor, shape, source)
    _require_data(tensor, shape)
    try:
        value = numpy_helper.to_array(tensor)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise FileFailure(f"tensor `{tensor.name}`: {error}") from None
    if tensor.data_type == TensorProto.STRING:
        return _texts(value)
    return value


def dense(sparse: onnx.SparseTensorProto, source: Source | None) -> numpy.ndarray:
    """A sparse tensor with its zeros."""
    values, places = array_from(sparse.values, source), array_from(sparse.indices, source)
    shape, name = tuple(sparse.dims), sparse.values.name
    count = math.prod(shape)
    most = max(_ALWAYS_FINE, _LARGEST_GROWTH * (values.nbytes + places.nbytes))
    if any(extent < 0 for extent in shape) or count * values.itemsize > most:
        raise FileFailure(
            f"sparse tensor `{name}`: shape {shape} must have extents of at least 0 and at most "
            f"{most} bytes, by what is stored"
        )
    if places.ndim == 2 and places.shape[1] == len(shape):
        fits = bool((places >= 0).all() and (places < numpy.array(shape)).all())
        flat = places @ numpy.array([math.prod(shape[n + 1 :]) for n in range(len(shape))], "int64")
    else:
        fits, flat = places.ndim == 1, places
    if not fits or flat.size != values.size or (flat.size and not _are_within(flat, count)):
        raise FileFailure(f"sparse tensor `{name}`: indices do not fit shape {shape}")
    found = numpy.zeros(shape, values.dtype)
    found.reshape(-1)[flat] = values.reshape(-1)
    return found


def _are_within(places: numpy.ndarray, count: int) -> bool:
    return bool(0 <= places.min() <= places.max() < count)


def _texts(value: numpy.ndarray) -> numpy.ndarray:
    texts = [v.decode("utf-8", "replace") if isinstance(v, bytes) else v for v in value.reshape(-1)]
    found = numpy.empty(len(texts), object)
    found[:] = texts
    return found.reshape(value.shape)


def _bytes_of(tensor: TensorProto, shape: tuple[int, ...]) -> int:
    count = math.prod(shape)
    if tensor.data_type in _PACKED:
        per_byte = 8 // _PACKED[tensor.data_type]
        return -(-count // per_byte)
    return count * dtype_of(tensor.data_type).itemsize


def _require_data(tensor: TensorProto, shape: tuple[int, ...]) -> None:
    """Raises where the message has less data than the shape says, before anything is allocated."""
    if tensor.data_type == TensorProto.STRING:
        found, wanted = len(tensor.string_data), math.prod(shape)
    elif tensor.HasField("raw_data"):
        found, wanted = len(tensor.raw_data), _bytes_of(tensor, shape)
    else:
        fields = ("float_data", "int32_data", "int64_data", "double_data", "uint64_data")
        found = sum(len(getattr(tensor, name)) for name in fields)
        wanted = math.prod(shape)
        if tensor.data_type in _PACKED:
            wanted = _bytes_of(tensor, shape)
        elif tensor.data_type in (TensorProto.COMPLEX64, TensorProto.COMPLEX128):
            wanted *= 2
    if found != wanted:
        raise FileFailure(
            f"tensor `{tensor.name}`: shape {shape} needs {wanted} elements or bytes of data; "
            f"there are {found}"
        )


def _read(tensor: TensorProto, shape: tuple[int, ...], source: Source | None) -> numpy.ndarray:
    entries = {entry.key: entry.value for entry in tensor.external_data}
    location = entries.get("location", "")
    if source is None:
        raise FileFailure(
            f"tensor `{tensor.name}`: its data is in the file `{location}`; load the model by its "
            "path"
        )
    path = (
        Path(source.path) if location == OWN_FILE else _inside(source.path, location, tensor.name)
    )
    offset = _whole(entries.get("offset", "0"), "offset", tensor.name)
    wanted = _bytes_of(tensor, shape)
    length = _whole(entries.get("length", str(wanted)), "length", tensor.name)
    size = path.stat().st_size
    if length != wanted or offset + length > size:
        raise FileFailure(
            f"tensor `{tensor.name}`: needs {wanted} bytes; `{location}` of {size} bytes has "
            f"{length} from {offset} on"
        )
    if tensor.data_type in _PACKED or not wanted:
        content = numpy.fromfile(path, numpy.uint8, wanted, offset=offset).tobytes()
        return numpy_helper.to_array(
            helper.make_tensor(tensor.name, tensor.data_type, shape, content, raw=True)
        )
    try:
        return source.files.array(path, offset, dtype_of(tensor.data_type), shape)
    except (OSError, ValueError) as error:  # the file was shortened just now
        raise FileFailure(f"tensor `{tensor.name}`: `{path.name}`: {error}") from None


def _inside(file: str, location: str, name: str) -> Path:
    """The file of external data; raises OSError unless it is a file within the model's folder. A
    link may lead to the folder where the model itself is, if that is a link."""
    root = Path(file).parent.resolve()
    path = Path(os.path.normpath(root / location))
    if not location or Path(location).is_absolute() or not path.is_relative_to(root):
        raise FileFailure(
            f"tensor `{name}`: external data `{location}` leaves the folder of the model"
        )
    if not path.is_file():
        raise FileFailure(
            f"tensor `{name}`: external data `{location}` is no file beside the model"
        )
    folders = (root, Path(file).resolve().parent)
    if not any(path.resolve().is_relative_to(folder) for folder in folders):
        raise FileFailure(
            f"tensor `{name}`: external data `{location}` is a link that leaves the folder of the "
            "model"
        )
    return path


def _whole(text: str, what: str, name: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise FileFailure(
            f"tensor `{name}`: {what} of external data must be a number; got {text!r}"
        )
    return int(text)


__all__ = ["Source", "array_from", "dense", "dtype_name", "dtype_of"]
