"""Row-sparse arrays in a store: as whole arrays, and written row by row."""

from typing import Any

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


def write_rows(target: Any, found: Any, numbers: Any) -> None:
    """Makes a row-sparse array one of these rows. `numbers`: theirs, in order."""
    values = found if found.dtype == target.dtype else found.astype(target.dtype)
    target._take(RowSparseNDArray(values, numbers, target.shape))


def write(target: Any, kept: Any) -> None:
    """Writes a whole array into another."""
    if is_sparse(target):
        write_rows(target, kept, np.arange(kept.shape[0], dtype="int64"))
    else:
        target[...] = kept if kept.dtype == target.dtype else kept.astype(target.dtype)


__all__ = ["dense", "is_sparse", "write", "write_rows"]
