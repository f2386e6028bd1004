"""Arrays of which only some rows are stored: the gradients of large tables.

A lookup reads a few rows of its table, so the table's gradient is zero everywhere else. With
`sparse_grad=True` only those rows are computed and kept, and an optimizer with `lazy_update=True`
changes only those: a step costs what the batch looks up, however large the table is.

>>> from weft import autograd, gluon, np
>>> table = gluon.nn.Embedding(100_000, 4, sparse_grad=True)
>>> table.initialize()
>>> trainer = gluon.Trainer(table.collect_params(), "sgd", {"momentum": 0.9, "lazy_update": True})
>>> with autograd.record():
...     loss = table(np.array([7, 3, 7])).sum()
>>> loss.backward()
>>> gradient = table.weight.grad()
>>> gradient
RowSparseArray(indices=[3, 7], shape=(100000, 4), dtype=float32)
>>> gradient.data
array([[1., 1., 1., 1.],
       [2., 2., 2., 2.]])
>>> trainer.step(1)
"""

from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, ndarray
from weft.device import Device

_SHOWN = 8  # indices in a repr


class RowSparseArray:
    """Rows of an array whose other rows are zero.

    data: the rows, (K, ...); indices: their numbers, int64 (K,), ascending and each once
    shape: that of the whole array, (N, ...)

    What `grad` of a parameter or an array gives is no copy: a change of `data` in place (as `*=`
    makes one) changes the gradient, until the next `backward` writes a new one.

    >>> from weft import autograd, np
    >>> from weft.gluon import nn
    >>> embedding = nn.Embedding(5, 2, sparse_grad=True)
    >>> embedding.initialize()
    >>> with autograd.record():
    ...     loss = embedding(np.array([1, 3])).sum()
    >>> loss.backward()
    >>> gradient = embedding.weight.grad()
    >>> gradient.indices, gradient.data.shape, gradient.shape
    (array([1, 3]), (2, 2), (5, 2))
    """

    __slots__ = ("data", "indices", "shape")

    stype = "row_sparse"

    def __init__(self, data: ndarray, indices: ndarray, shape: Sequence[int]) -> None:
        self.data = data
        self.indices = indices
        self.shape = tuple(shape)

    @property
    def dtype(self) -> Any:
        """Of the elements."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """Number of axes of the whole array."""
        return len(self.shape)

    @property
    def device(self) -> Device:
        """Where the rows are."""
        return self.data.device

    def __repr__(self) -> str:
        numbers = self.indices[:_SHOWN].tolist()
        more = ", ..." if self.indices.size > _SHOWN else ""
        listed = ", ".join(map(str, numbers)) + more
        return f"RowSparseArray(indices=[{listed}], shape={self.shape}, dtype={self.dtype.name})"

    def todense(self) -> ndarray:
        """The whole array, zeros included."""
        out = np.zeros(self.shape, self.dtype, device=self.device)
        out[self.indices] = self.data
        return out

    def tostype(self, stype: str) -> Any:
        """The same as an array ('default') or as it is ('row_sparse')."""
        if stype == "default":
            return self.todense()
        if stype == "row_sparse":
            return self
        raise InvalidValue(f"tostype: `stype` must be 'default' or 'row_sparse'; got {stype!r}")

    def asnumpy(self) -> numpy.ndarray:
        """The whole array as one of NumPy."""
        return self.todense().asnumpy()

    def copy(self) -> "RowSparseArray":
        """The same rows in arrays of their own."""
        return RowSparseArray(self.data.copy(), self.indices.copy(), self.shape)

    def astype(self, dtype: DTypeLike) -> "RowSparseArray":
        """The same rows in another dtype."""
        return RowSparseArray(self.data.astype(dtype), self.indices, self.shape)

    def to_device(self, device: DeviceLike) -> "RowSparseArray":
        """The same on a device."""
        return RowSparseArray(
            self.data.to_device(device), self.indices.to_device(device), self.shape
        )

    def wait_to_read(self) -> None:
        """Returns when the rows are computed."""
        self.data.wait_to_read()

    def __mul__(self, factor: Any) -> "RowSparseArray":
        return RowSparseArray(self.data * _number(factor), self.indices, self.shape)

    __rmul__ = __mul__

    def __truediv__(self, divisor: Any) -> "RowSparseArray":
        return RowSparseArray(self.data / _number(divisor), self.indices, self.shape)

    def __imul__(self, factor: Any) -> "RowSparseArray":
        self.data *= _number(factor)
        return self

    def __itruediv__(self, divisor: Any) -> "RowSparseArray":
        self.data /= _number(divisor)
        return self

    def __array__(self, dtype: DTypeLike = None, copy: bool | None = None) -> numpy.ndarray:
        raise InvalidType(
            "RowSparseArray: cannot be converted to NumPy implicitly; use `todense()`, "
            "`asnumpy()` or its `data`"
        )


def _number(value: Any) -> Any:
    """A factor that leaves zeros where they are."""
    if numpy.ndim(value) == 0 and not isinstance(value, RowSparseArray):
        return value
    raise InvalidType(
        f"RowSparseArray: can be multiplied and divided by numbers only; got {type(value).__name__}"
    )


def row_sparse_array(
    arg: tuple[ArrayLike, ArrayLike], shape: Sequence[int], dtype: DTypeLike = None
) -> RowSparseArray:
    """A row-sparse array from `(data, indices)`, copied.

    Raises ValueError unless `indices` are ascending, each once and in `[0, shape[0])`, and `data`
    has a row of the right shape for each.

    >>> row_sparse_array(([[1.0, 2.0]], [3]), shape=(5, 2)).todense()[3]
    array([1., 2.])
    """
    data = np.array(arg[0], dtype)
    numbers = numpy.array(
        arg[1].asnumpy() if isinstance(arg[1], ndarray) else arg[1], dtype="int64"
    )
    whole = tuple(shape)
    if numbers.ndim != 1 or (numpy.diff(numbers, prepend=-1, append=whole[0]) <= 0).any():
        raise InvalidValue(
            f"row_sparse_array: `indices` must be ascending, each once and in [0, {whole[0]}); "
            f"got {numbers.tolist()}"
        )
    if data.shape != (len(numbers), *whole[1:]):
        raise InvalidValue(
            f"row_sparse_array: `data` must have shape {(len(numbers), *whole[1:])}; "
            f"got {data.shape}"
        )
    with data.device:
        return RowSparseArray(data, np.array(numbers), whole)


__all__ = ["RowSparseArray", "row_sparse_array"]
__dir__ = __all__.copy
