"""Row-sparse arrays in a store: as whole arrays, and written row by row."""

from typing import Any

import numpy

from weft import np
from weft.mxnet.ndarray.sparse import RowSparseNDArray


def is_sparse(array: Any) -> bool:
    """Is it an array that has some rows alone?"""
    return getattr(array, "stype", "default") != "default"


def dense(array: Any) -> Any:
    """The whole array."""
    if not is_sparse(array):
        return array.detach()
    return array.tostype("default")


def write(target: Any, kept: Any, rows: Any) -> None:
    """Writes an array, or some of its rows, into another.

    rows: their numbers, in any order and shape; None: all
    """
    if not is_sparse(target):
        target[...] = kept if kept.dtype == target.dtype else kept.astype(target.dtype)
        return
    count = kept.shape[0]
    numbers = numpy.arange(count) if rows is None else numpy.unique(numpy.asarray(rows))
    indices = np.array(numbers.astype("int64"))
    target._take(RowSparseNDArray(kept[indices], indices, target.shape))


__all__ = ["dense", "is_sparse", "write"]
