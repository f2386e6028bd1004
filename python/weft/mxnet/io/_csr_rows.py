"""Rows of a matrix of which only some elements are stored, for iterators that give csr batches."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.protocols import HasRows
from weft._base.spelling import public_module
from weft.mxnet._made import host


class CsrRows:
    """A matrix by its rows; a batch of them is a `CSRNDArray`.

    values, columns: the stored elements, row by row, and their columns; starts: where each row
    begins among them, and the end; shape: of the whole matrix
    """

    ndim = 2

    def __init__(
        self,
        values: numpy.ndarray,
        columns: numpy.ndarray,
        starts: numpy.ndarray,
        shape: tuple[int, int],
    ) -> None:
        self._values, self._columns, self._starts = values, columns, starts
        self.shape, self.dtype = shape, values.dtype

    @classmethod
    def of_lines(
        cls, lines: Sequence[tuple[numpy.ndarray, numpy.ndarray]], columns: int
    ) -> "CsrRows":
        """Rows that are each (columns, values), float32."""
        counts = [len(numbers) for numbers, _ in lines]
        starts = numpy.concatenate([[0], numpy.cumsum(counts)]).astype("int64")
        numbers = [numpy.asarray(part, "int64") for part, _ in lines]
        values = [numpy.asarray(part, "float32") for _, part in lines]
        joined = numpy.concatenate([numpy.empty(0, "float32"), *values])
        places = numpy.concatenate([numpy.empty(0, "int64"), *numbers])
        return cls(joined, places, starts, (len(lines), columns))

    @classmethod
    def of(cls, given: Any) -> "CsrRows":
        """A `CSRNDArray`, or a csr matrix of SciPy."""
        parts = (host(part) for part in (given.data, given.indices, given.indptr))
        values, columns, starts = parts
        return cls(values, columns.astype("int64"), starts.astype("int64"), tuple(given.shape))

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, rows: Any) -> "CsrRows":
        """Rows by a slice or an array of their numbers."""
        chosen = numpy.arange(len(self))[rows]
        counts = self._starts[chosen + 1] - self._starts[chosen]
        starts = numpy.concatenate([[0], numpy.cumsum(counts)]).astype("int64")
        inside = numpy.arange(starts[-1]) - numpy.repeat(starts[:-1], counts)
        places = numpy.repeat(self._starts[chosen], counts) + inside
        shape = (len(chosen), self.shape[1])
        return CsrRows(self._values[places], self._columns[places], starts, shape)

    def matrix(self, missing: int = 0) -> Any:
        """The rows as an array of `mx.nd.sparse`, and so many empty ones behind them."""
        csr_matrix = public_module("mxnet.ndarray").sparse.csr_matrix
        starts = numpy.pad(self._starts, (0, missing), mode="edge")
        shape = (self.shape[0] + missing, self.shape[1])
        return csr_matrix((self._values, self._columns, starts), shape=shape, dtype=self.dtype)


def is_sparse_array(value: Any) -> bool:
    """Is it a csr matrix of `mx.nd.sparse`?"""
    return isinstance(value, public_module("mxnet.ndarray").sparse.CSRNDArray)


def is_csr(value: Any) -> bool:
    """Is it a csr matrix of `mx.nd.sparse` or of SciPy?"""
    is_scipys = isinstance(value, HasRows) and getattr(value, "format", None) == "csr"
    return is_scipys or is_sparse_array(value)


__all__ = ["CsrRows", "is_csr", "is_sparse_array"]
