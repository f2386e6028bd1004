"""An array as a file stores it: dense, or the rows or elements that are not zero."""

import math
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidType
from weft._core import native

# Codes of dtypes in list files and in attributes of symbols. bfloat16 has no dtype in NumPy: its
# bytes are kept as uint16.
DTYPES = {
    0: "float32",
    1: "float64",
    2: "float16",
    3: "uint8",
    4: "int32",
    5: "int8",
    6: "int64",
    7: "bool",
    8: "int16",
    9: "uint16",
    10: "uint32",
    11: "uint64",
    12: "bfloat16",
}
CODES = {name: code for code, name in DTYPES.items()}
STYPES = ("default", "row_sparse", "csr")
_LARGEST_GROWTH = 1000  # bytes of a whole array for one that is stored
_ALWAYS_FINE = 64 << 20  # bytes


def storage(dtype: str) -> numpy.dtype:
    """The little-endian dtype of NumPy that elements of a dtype are stored as."""
    return numpy.dtype("uint16" if dtype == "bfloat16" else dtype).newbyteorder("<")


@dataclass
class Record:
    """One array of a file.

    shape: of the whole array
    dtype: name of the values' dtype; those of bfloat16 are in `values` as uint16
    values: the array itself; rows (K, ...) of a row_sparse one; elements (K,) of a csr one
    indices: of a sparse one: numbers of rows, or of columns, int64
    indptr: of a csr one: where each row begins in `values`, int64
    """

    shape: tuple[int, ...]
    dtype: str
    values: numpy.ndarray
    stype: str = "default"
    indices: numpy.ndarray | None = None
    indptr: numpy.ndarray | None = None

    def array(self, sizes: Collection[int] = ()) -> Any:
        """The whole array as one of Weft; zeros where nothing is stored."""
        return array_of(self.dense(sizes), self.dtype)

    def dense(self, sizes: Collection[int] = ()) -> numpy.ndarray:
        """The whole array of NumPy, bfloat16 as uint16.

        sizes: counts of elements that are wanted. Raises OSError for a sparse array of another
        count that is much larger than what is stored of it: a file of 117 bytes could ask for any
        memory
        """
        if self.stype == "default":
            return self.values
        self._check_growth(sizes)
        found = numpy.zeros(self.shape, self.values.dtype)
        if self.stype == "row_sparse":
            found[self.indices] = self.values
        else:
            rows = numpy.repeat(numpy.arange(self.shape[0]), numpy.diff(self.indptr))
            found[rows, self.indices] = self.values
        return found

    def _check_growth(self, sizes: Collection[int]) -> None:
        count = math.prod(self.shape)
        needed = count * self.values.itemsize
        if needed > max(_ALWAYS_FINE, _LARGEST_GROWTH * self.values.nbytes) and count not in sizes:
            raise FileFailure(
                f"a {self.stype} array of shape {self.shape} needs {needed} bytes; "
                f"{self.values.nbytes} are stored"
            )

    def host(self) -> numpy.ndarray:
        """The whole array of NumPy, bfloat16 as float32."""
        found = self.dense()
        return widened(found) if self.dtype == "bfloat16" else found

    def check(self) -> None:
        """Raises OSError where indices do not fit the shape."""
        if self.stype == "row_sparse":
            _check_indices(self.indices, self.shape[0], "a row")
        elif self.stype == "csr":
            starts = self.indptr
            is_whole = starts[0] == 0 and starts[-1] == len(self.values)
            if not is_whole or (numpy.diff(starts) < 0).any():
                raise FileFailure("a csr array has rows that do not follow each other")
            _check_indices(self.indices, self.shape[1], "a column", is_sorted=False)


def _check_indices(found: Any, extent: int, what: str, is_sorted: bool = True) -> None:
    if found.size and (found.min() < 0 or found.max() >= extent):
        raise FileFailure(f"{what} has a number outside of [0, {extent})")
    if is_sorted and (numpy.diff(found) <= 0).any():
        raise FileFailure(f"numbers of {what[2:]}s must ascend")


def widened(values: numpy.ndarray) -> numpy.ndarray:
    """The bits of bfloat16 as float32, exactly."""
    return (values.astype("uint32") << 16).view("float32")


def array_of(values: numpy.ndarray, dtype: str) -> Any:
    """An array of Weft with these elements."""
    if dtype == "bfloat16":
        return native.array(widened(values)).astype("bfloat16")
    return native.array(numpy.ascontiguousarray(values).reshape(values.shape))


def record_of(array: Any) -> Record:
    """What a file stores of an array of Weft or NumPy."""
    dtype = array.dtype.name
    if dtype not in CODES:
        raise InvalidType(f"arrays of dtype {dtype} cannot be stored in a file of MXNet")
    if dtype != "bfloat16":
        values = array if isinstance(array, numpy.ndarray) else array.asnumpy()
    elif isinstance(array, numpy.ndarray):
        values = array.view("uint16")
    else:
        values = (array.astype("float32").asnumpy().view("uint32") >> 16).astype("uint16")
    return Record(tuple(values.shape), dtype, values)


__all__ = ["CODES", "DTYPES", "STYPES", "Record", "array_of", "record_of", "storage", "widened"]
