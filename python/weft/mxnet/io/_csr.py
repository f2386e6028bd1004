"""Rows of csr matrices, of which iterators take batches as csr matrices."""

from typing import Any

import numpy

from weft import np
from weft._base.protocols import HasRows
from weft.mxnet.ndarray import sparse
from weft.mxnet.ndarray.sparse import CSRNDArray


class CsrRows:
    """The stored elements of a matrix in the machine's memory: `rows[numbers]` is the csr matrix of
    some rows in any order, which may repeat.

    values, columns: the elements and where in their rows they are; starts: where each row begins
    among them; width: how many columns the matrix has
    """

    def __init__(
        self, values: numpy.ndarray, columns: numpy.ndarray, starts: numpy.ndarray, width: int
    ) -> None:
        self._values, self._columns, self._starts = values, columns, starts
        self.shape, self.dtype = (len(starts) - 1, width), values.dtype

    @classmethod
    def of(cls, matrix: CSRNDArray) -> "CsrRows":
        """The rows of a matrix."""
        parts = (matrix.data, matrix.indices, matrix.indptr)
        values, columns, starts = (part.asnumpy() for part in parts)
        return cls(values, columns, starts, matrix.shape[1])

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, samples: numpy.ndarray) -> CSRNDArray:
        return self.filled(samples, 0)

    def filled(self, samples: numpy.ndarray, more: int) -> CSRNDArray:
        """Some rows, and as many rows of zeros behind them as `more` says."""
        begins, lengths = self._starts[samples], numpy.diff(self._starts)[samples]
        starts = numpy.concatenate([[0], numpy.cumsum(lengths)]).astype("int64")
        # The places of one row are its begin and those that follow: the number of an element in
        # the batch, less that of the first of its row.
        within = numpy.arange(starts[-1]) - numpy.repeat(starts[:-1], lengths)
        places = numpy.repeat(begins, lengths) + within
        starts = numpy.pad(starts, (0, more), mode="edge")
        parts = (self._values[places], self._columns[places].astype("int64"), starts)
        data, columns, pointers = (np.array(part, device="cpu") for part in parts)
        return CSRNDArray(data, columns, pointers, (len(samples) + more, self.shape[1]))


def csr_of(given: Any) -> CSRNDArray | None:
    """A csr matrix, also one of SciPy; None for anything else."""
    if isinstance(given, CSRNDArray):
        return given
    return sparse.csr_matrix(given) if isinstance(given, HasRows) else None


__all__ = ["CsrRows", "csr_of"]
