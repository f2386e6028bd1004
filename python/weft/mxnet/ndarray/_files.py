"""Files of arrays as `mx.nd` reads and writes them: the list file, with sparse arrays.

>>> from weft import np
>>> from weft import mxnet as mx
>>> mx.nd.save("pair.nd", {"w": np.ones((2, 2)), "b": np.zeros(2)})
>>> mx.nd.load("pair.nd")["w"].shape
(2, 2)
"""

from collections.abc import Mapping
from os import PathLike
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files
from weft._mxnet_files import list_file as _list_file
from weft._mxnet_files.records import Record as _Record
from weft._mxnet_files.records import array_of as _array_of
from weft._mxnet_files.records import record_of as _record_of
from weft.mxnet.ndarray._array import NDArray, plain
from weft.mxnet.ndarray._sparse import CSRNDArray, RowSparseNDArray
from weft.sparse import RowSparseArray

_Stored = NDArray | RowSparseNDArray | CSRNDArray


def save(fname: str | PathLike[str], data: Any) -> None:
    """Writes arrays to a list file, which replaces an old one in one step.

    data: an array, a list of arrays, or a dict of arrays by name; sparse ones as well. Records are
        those that MXNet 1.x reads, but for arrays without axes or elements, which it cannot read

    Raises TypeError for anything else.
    """
    _files.write_bytes(fname, _encoded(data))


def _encoded(data: Any) -> bytes:
    if isinstance(data, Mapping):
        names = list(data)
        for name in names:
            if not isinstance(name, str):
                raise InvalidType(f"save: names of arrays must be strings; got {name!r}")
        values = list(data.values())
    else:
        names, values = [], list(data) if isinstance(data, list | tuple) else [data]
    records = [record(value, "save") for value in values]
    version = max(map(_list_file.needed_version, records), default=2)
    if version == 3 and any(record.stype != "default" for record in records):
        raise InvalidType(
            "save: sparse arrays and arrays without axes or elements cannot be in one file"
        )
    return _list_file.write(records, names, version)


def load(fname: str | PathLike[str]) -> Any:
    """The arrays of a file: a dict by their names, or a list where it has none.

    A list file of any version, or a .npz or .npy of MXNet 2.0, told by its content. Sparse arrays
    come as `RowSparseNDArray` and `CSRNDArray`.

    Raises OSError for a file that is missing, damaged or of another kind.
    """
    return _decoded(_files.read(fname, "load"))


def load_frombuffer(buf: bytes) -> Any:
    """The arrays of a file's bytes, as `load` gives them."""
    if not isinstance(buf, bytes | bytearray):
        raise InvalidType(f"load_frombuffer: `buf` must be bytes; got {type(buf).__name__}")
    return _decoded(_files.parsed(bytes(buf), "load_frombuffer"))


def _decoded(found: _files.Content) -> Any:
    arrays = [stored(record) for record in found.records]
    return dict(zip(found.names, arrays, strict=True)) if found.names else arrays


def stored(record: _Record | None) -> _Stored | None:
    """The array of a record, sparse where it is; None for none."""
    if record is None:
        return None
    if record.stype == "default":
        return NDArray(record.array())
    data = _array_of(record.values, record.dtype)
    indices = np.array(record.indices)
    if record.stype == "row_sparse":
        return RowSparseNDArray(data, indices, record.shape)
    return CSRNDArray(data, indices, np.array(record.indptr), record.shape)


def record(value: Any, caller: str) -> _Record:
    """What a file stores of an array of any kind."""
    if isinstance(value, ndarray | numpy.ndarray):
        return _record_of(plain(value))
    if not isinstance(value, RowSparseArray | CSRNDArray):
        raise InvalidType(f"{caller}: must be given arrays; got {type(value).__name__}")
    dense = _record_of(plain(value.data))
    indptr = value.indptr.asnumpy() if isinstance(value, CSRNDArray) else None
    indices = value.indices.asnumpy()
    return _Record(value.shape, dense.dtype, dense.values, value.stype, indices, indptr)


__all__ = ["load", "load_frombuffer", "record", "save", "stored"]
