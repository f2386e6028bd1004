"""Files of arrays as `mx.nd` reads and writes them: the list file, with sparse arrays.

>>> from weft import np
>>> from weft import mxnet as mx
>>> mx.nd.save("pair.nd", {"w": np.ones((2, 2)), "b": np.zeros(2)})
>>> mx.nd.load("pair.nd")["w"].shape
(2, 2)
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base import spelling as _spelling
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files
from weft._mxnet_files import list_file as _list_file
from weft._mxnet_files.records import Record as _Record
from weft._mxnet_files.records import array_of as _array_of
from weft._mxnet_files.records import record_of as _record_of
from weft.sparse import RowSparseArray


class CSRNDArray:
    """A matrix of which the elements that are not zero are stored, row by row.

    data: (K,), the elements; indices: their columns, int64 (K,); indptr: where each row begins in
    them, int64 (rows + 1,); shape: of the whole matrix
    """

    stype = "csr"

    def __init__(
        self, data: ndarray, indices: ndarray, indptr: ndarray, shape: Sequence[int]
    ) -> None:
        self.data, self.indices, self.indptr = data, indices, indptr
        self.shape = tuple(shape)

    @property
    def dtype(self) -> Any:
        """Of the elements."""
        return self.data.dtype

    def __repr__(self) -> str:
        return f"CSRNDArray(shape={self.shape}, elements={self.data.size}, dtype={self.dtype.name})"

    def todense(self) -> ndarray:
        """The whole matrix, zeros included."""
        return _record(self, "todense").array()

    def asnumpy(self) -> numpy.ndarray:
        """The whole matrix as one of NumPy."""
        return self.todense().asnumpy()


_Stored = ndarray | RowSparseArray | CSRNDArray


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
    records = [_record(value, "save") for value in values]
    version = max(map(_list_file.needed_version, records), default=2)
    if version == 3 and any(record.stype != "default" for record in records):
        raise InvalidType(
            "save: sparse arrays and arrays without axes or elements cannot be in one file"
        )
    return _list_file.write(records, names, version)


def load(fname: str | PathLike[str]) -> Any:
    """The arrays of a file: a dict by their names, or a list where it has none.

    A list file of any version, or a .npz or .npy of MXNet 2.0, told by its content. Sparse arrays
    come as `weft.sparse.RowSparseArray` and `CSRNDArray`.

    Raises OSError for a file that is missing, damaged or of another kind.
    """
    return _decoded(_files.read(fname, "load"))


def load_frombuffer(buf: bytes) -> Any:
    """The arrays of a file's bytes, as `load` gives them."""
    if not isinstance(buf, bytes | bytearray):
        raise InvalidType(f"load_frombuffer: `buf` must be bytes; got {type(buf).__name__}")
    return _decoded(_files.parsed(bytes(buf), "load_frombuffer"))


def _decoded(found: _files.Content) -> Any:
    arrays = [_stored(record) for record in found.records]
    return dict(zip(found.names, arrays, strict=True)) if found.names else arrays


def _stored(record: _Record | None) -> _Stored | None:
    if record is None:
        return None
    if record.stype == "default":
        return record.array()
    data = _array_of(record.values, record.dtype)
    indices = np.array(record.indices)
    if record.stype == "row_sparse":
        return RowSparseArray(data, indices, record.shape)
    return CSRNDArray(data, indices, np.array(record.indptr), record.shape)


def _record(value: Any, caller: str) -> _Record:
    if isinstance(value, ndarray | numpy.ndarray):
        return _record_of(value)
    if not isinstance(value, RowSparseArray | CSRNDArray):
        raise InvalidType(f"{caller}: must be given arrays; got {type(value).__name__}")
    dense = _record_of(value.data)
    indptr = value.indptr.asnumpy() if isinstance(value, CSRNDArray) else None
    indices = value.indices.asnumpy()
    return _Record(value.shape, dense.dtype, dense.values, value.stype, indices, indptr)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.ndarray", {}, ("np", "npx"))

__all__ = ["CSRNDArray", "load", "load_frombuffer", "save"]
__dir__ = __all__.copy
