"""The classes of sparse arrays: matrices by elements, arrays by rows."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import IndexOutOfRange, InvalidValue, MissingAttribute
from weft._base.protocols import AsNumPy
from weft._core.typing import ndarray
from weft.mxnet.device import Device, native_of
from weft.mxnet.ndarray._array import NDArray, Sparse, plain
from weft.mxnet.ndarray._functions import CAST, function_of
from weft.mxnet.ndarray._recorded import RecordedSparse
from weft.sparse import RowSparseArray

_FLOAT = "float32"


class BaseSparseNDArray(RecordedSparse):
    """What both kinds share: an array of which only a part is stored, in `data`."""

    data: NDArray
    shape: tuple[int, ...]
    __array_priority__ = 1000.0
    __hash__ = object.__hash__

    # ---- what an array is ------------------------------------------------------------------------

    @property
    def dtype(self) -> Any:
        """Of the elements."""
        return self.data.dtype

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements, zeros included."""
        return int(numpy.prod(self.shape, dtype="int64"))

    @property
    def context(self) -> Device:
        """The device of the array, as it was named where the array was made."""
        return self._named or Device(self.data.device)

    ctx = context
    _named: Device | None = None

    @property
    def _num_aux(self) -> int:
        return len(self._aux_types)

    @property
    def _aux_types(self) -> list[Any]:
        """The dtypes of the indices."""
        names = ("indptr", "indices") if self.stype == "csr" else ("indices",)
        return [getattr(self, name).dtype.type for name in names]

    def __len__(self) -> int:
        return self.shape[0]

    def __repr__(self) -> str:
        extents = "x".join(map(str, self.shape))
        return f"\n<{type(self).__name__} {extents} @{self.context}>"

    __str__ = __repr__

    # ---- the same elsewhere ----------------------------------------------------------------------

    def _like(self, data: Any) -> Any:
        """The same places with other elements."""
        raise NotImplementedError

    def _take(self, other: Any) -> None:
        """Gets the parts of another array of the kind."""
        raise NotImplementedError

    def tostype(self, stype: str) -> Any:
        """The same in another way of storing: 'default', 'csr' or 'row_sparse'."""
        return CAST[0](self, stype)

    def asnumpy(self) -> numpy.ndarray:
        """The whole array as one of NumPy."""
        return self.todense().asnumpy()

    def __array__(self, dtype: Any = None, copy: Any = None) -> numpy.ndarray:
        found = self.asnumpy()
        return found if dtype is None else found.astype(dtype)

    def astype(self, dtype: Any, copy: bool = True) -> Any:
        """The same in another dtype."""
        if not copy and self.dtype == dtype:
            return self
        return self._like(self.data.astype(dtype))

    def copy(self) -> Any:
        """The same in memory of its own."""
        return self._like(self.data.copy())

    def copyto(self, other: Any) -> Any:
        """Writes the elements into another array of any kind, or a copy on a device; gives that."""
        if isinstance(other, Device):
            return self.as_in_context(other) if other != self.context else self.copy()
        if isinstance(other, BaseSparseNDArray):
            if other.shape != self.shape:
                raise InvalidValue(
                    f"copyto: `other` must have the shape {self.shape}; got {other.shape}"
                )
            other._take(self.tostype(other.stype).astype(other.dtype))
            return other
        return self.todense().copyto(other)

    def as_in_context(self, context: Device) -> Any:
        """The array on a device: itself if it is there already."""
        where = native_of(context)
        if where is None or context == self.context:
            return self
        return named(self._like(self.data.copy().to_device(where)), context)

    as_in_ctx = as_in_context

    def wait_to_read(self) -> None:
        """Returns when the elements are computed."""
        self.data.wait_to_read()

    def asscalar(self) -> Any:
        """The only element, as a number of NumPy."""
        return self.todense().asscalar()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Writes all elements, `x[:] = value`. Raises TypeError for another part."""
        is_all = key is Ellipsis or (isinstance(key, slice) and key == slice(None))
        if not is_all:
            raise InvalidValue(
                f"{type(self).__name__}: assignment takes `x[:] = value` alone; got index {key!r}"
            )
        if isinstance(value, BaseSparseNDArray) and value.stype == self.stype:
            value.copyto(self)
        elif isinstance(value, BaseSparseNDArray):
            self._take(CAST[0](value.todense(), self.stype))
        else:
            whole = np.broadcast_to(np.asarray(value, self.dtype), self.shape)
            self._take(CAST[0](NDArray(plain(whole)), self.stype))

    def __bool__(self) -> bool:
        return bool(self.todense())

    def __reduce__(self) -> tuple[Any, ...]:
        raise NotImplementedError

    def __getattr__(self, name: str) -> Any:
        if not name.startswith("_") and name in dir(NDArray):
            if name in _OPERATORS:
                return lambda *args, **kwargs: function_of(name, name)(self, *args, **kwargs)
            return getattr(self.todense(), name)
        raise MissingAttribute(f"{type(self).__name__}: has no attribute `{name}`")


_OPERATORS = frozenset(
    {
        *("abs", "arcsin", "arcsinh", "arctan", "arctanh", "cbrt", "ceil", "clip", "degrees"),
        *("expm1", "fix", "floor", "log1p", "radians", "relu", "rint", "round", "sign", "sin"),
        *("sinh", "slice", "sqrt", "square", "sum", "mean", "norm", "tan", "tanh", "trunc"),
        *("zeros_like", "ones_like", "exp", "log", "sigmoid", "max", "min"),
    }
)


def _operator(op: str, of_number: str, reverse: str | None = None) -> Callable[..., Any]:
    """A method of arithmetic: the operator of two arrays, or of an array and a number."""

    def method(self: Any, other: Any) -> Any:
        if isinstance(other, int | float | numpy.generic):
            return function_of(of_number, of_number)(self, scalar=float(other))
        is_same = isinstance(other, ndarray | Sparse) and other.shape == self.shape  # type: ignore[union-attr]
        name = f"elemwise_{op}" if is_same and op in _ELEMENTWISE else f"broadcast_{op}"
        pair = (other, self) if reverse else (self, other)
        return function_of(name, name)(*pair)

    return method


def _in_place(method: Callable[..., Any]) -> Callable[..., Any]:
    """A method that writes its result into the array, and gives it."""

    def call(self: Any, other: Any) -> Any:
        self[:] = method(self, other)
        return self

    return call


_ELEMENTWISE = ("add", "sub", "mul", "div")


def _add_operators() -> None:
    for name, op, number, back in (
        ("add", "add", "_plus_scalar", "_plus_scalar"),
        ("sub", "sub", "_minus_scalar", "_rminus_scalar"),
        ("mul", "mul", "_mul_scalar", "_mul_scalar"),
        ("truediv", "div", "_div_scalar", "_rdiv_scalar"),
        ("mod", "mod", "_mod_scalar", "_rmod_scalar"),
        ("pow", "power", "_power_scalar", "_rpower_scalar"),
    ):
        setattr(BaseSparseNDArray, f"__{name}__", _operator(op, number))
        setattr(BaseSparseNDArray, f"__r{name}__", _operator(op, back, "back"))
        setattr(BaseSparseNDArray, f"__i{name}__", _in_place(_operator(op, number)))
    for name, op in (
        ("eq", "equal"),
        ("ne", "not_equal"),
        ("gt", "greater"),
        ("ge", "greater_equal"),
        ("lt", "lesser"),
        ("le", "lesser_equal"),
    ):
        setattr(BaseSparseNDArray, f"__{name}__", _operator(op, f"_{op}_scalar"))
    BaseSparseNDArray.__neg__ = lambda self: self * -1.0  # type: ignore[attr-defined]


_add_operators()


class CSRNDArray(BaseSparseNDArray):
    """A matrix of which the elements that are not zero are stored, row by row.

    data: (K,), the elements; indices: their columns, int64 (K,); indptr: where each row begins in
    them, int64 (rows + 1,); shape: of the whole matrix
    """

    stype = "csr"

    def __init__(
        self, data: ndarray, indices: ndarray, indptr: ndarray, shape: Sequence[int]
    ) -> None:
        self.data, self.indices, self.indptr = map(_nd, (data, indices, indptr))
        self.shape = tuple(shape)

    def __reduce__(self) -> tuple[Any, ...]:
        return CSRNDArray, (self.data, self.indices, self.indptr, self.shape)

    def _like(self, data: Any) -> "CSRNDArray":
        return CSRNDArray(data, self.indices.copy(), self.indptr.copy(), self.shape)

    def _take(self, other: "CSRNDArray") -> None:
        self.data, self.indices, self.indptr = other.data, other.indices, other.indptr
        self._parts_changed()

    def row_numbers(self) -> ndarray:
        """The row of each stored element, int64 (K,)."""
        starts = self.indptr.asnumpy()
        return np.array(numpy.repeat(numpy.arange(self.shape[0]), numpy.diff(starts)))

    def columns(self) -> ndarray:
        """The column of each stored element, int64 (K,)."""
        return plain(self.indices)

    def _dense(self) -> NDArray:
        whole = numpy.zeros(self.shape, self.dtype)
        rows = self.row_numbers().asnumpy()
        numpy.add.at(whole, (rows, self.indices.asnumpy()), self.data.asnumpy())
        return NDArray(np.array(whole, self.dtype, device=self.data.device))

    def asscipy(self) -> Any:
        """The matrix as one of SciPy, in the same places."""
        from scipy.sparse import csr_matrix as scipy_matrix

        parts = (self.data.asnumpy(), self.indices.asnumpy(), self.indptr.asnumpy())
        return scipy_matrix(parts, shape=self.shape, dtype=self.dtype)

    def __getitem__(self, key: Any) -> "CSRNDArray":
        """Rows of the matrix, by a number or a slice without steps."""
        if isinstance(key, int | numpy.integer):
            number = int(key) + (self.shape[0] if key < 0 else 0)
            if not 0 <= number < self.shape[0]:
                raise IndexOutOfRange(
                    f"CSRNDArray: {key} is out of bounds for axis 0 with extent {self.shape[0]}"
                )
            key = slice(number, number + 1)
        if not isinstance(key, slice) or key.step not in (None, 1):
            raise InvalidValue(f"CSRNDArray: takes a number or a slice of step 1; got {key!r}")
        first, last, _ = key.indices(self.shape[0])
        last = max(first, last)
        starts = self.indptr.asnumpy()
        low, high = int(starts[first]), int(starts[last])
        pointers = np.array(starts[first : last + 1] - starts[first])
        shape = (last - first, *self.shape[1:])
        return CSRNDArray(self.data[low:high], self.indices[low:high], pointers, shape)

    def check_format(self, full_check: bool = True) -> None:
        """Raises ValueError unless the parts make a matrix: pointers rise, columns are in order."""
        starts, columns = self.indptr.asnumpy(), self.indices.asnumpy()
        fault = ""
        if starts.shape != (self.shape[0] + 1,) or (starts.size and starts[0] != 0):
            fault = f"`indptr` must have {self.shape[0] + 1} numbers from 0 on"
        elif (numpy.diff(starts) < 0).any() or starts[-1] != columns.size:
            fault = "`indptr` must rise to the number of elements"
        elif full_check and columns.size:
            if columns.min() < 0 or columns.max() >= self.shape[1]:
                fault = f"`indices` must be in [0, {self.shape[1]})"
            for low, high in itertools.pairwise(starts):
                if (numpy.diff(columns[low:high]) <= 0).any():
                    fault = "`indices` of a row must rise"
        if fault:
            raise InvalidValue(f"check_format: {fault}")


class RowSparseNDArray(BaseSparseNDArray, RowSparseArray):
    """Rows of an array whose other rows are zero.

    data: the rows, (K, ...); indices: their numbers, int64 (K,), ascending and each once
    """

    stype = "row_sparse"

    def __init__(self, data: ndarray, indices: ndarray, shape: Sequence[int]) -> None:
        RowSparseArray.__init__(self, _nd(data), _nd(indices), shape)

    def __reduce__(self) -> tuple[Any, ...]:
        return RowSparseNDArray, (self.data, self.indices, self.shape)

    def _like(self, data: Any) -> "RowSparseNDArray":
        return RowSparseNDArray(data, self.indices.copy(), self.shape)

    def _take(self, other: "RowSparseNDArray") -> None:
        self.data, self.indices = other.data, other.indices
        self._parts_changed()

    def _dense(self) -> NDArray:
        whole = np.zeros(self.shape, self.dtype, device=self.data.device)
        if self.indices.size:
            whole[plain(self.indices)] = plain(self.data)
        return NDArray(whole)

    def retain(self, indices: Any) -> "RowSparseNDArray":
        """Those rows whose numbers are among `indices`, the others as zero."""
        wanted = numpy.asarray(indices.asnumpy() if isinstance(indices, AsNumPy) else indices)
        places = numpy.flatnonzero(numpy.isin(self.indices.asnumpy(), wanted.astype("int64")))
        kept = np.array(places, "int64")
        return RowSparseNDArray(self.data[kept], self.indices[kept], self.shape)

    def __getitem__(self, key: Any) -> "RowSparseNDArray":
        """The array itself, `x[:]`."""
        if isinstance(key, slice) and key == slice(None):
            return self
        raise InvalidValue(f"RowSparseNDArray: takes the index `[:]` alone; got {key!r}")

    def check_format(self, full_check: bool = True) -> None:
        """Raises ValueError unless the numbers of rows rise and are those of the array's."""
        numbers = self.indices.asnumpy()
        if numbers.size != len(self.data) or (numbers.size and numbers.max() >= self.shape[0]):
            raise InvalidValue(f"check_format: `indices` must be {len(self.data)} rows' numbers")
        if full_check and ((numpy.diff(numbers) <= 0).any() or (numbers < 0).any()):
            raise InvalidValue("check_format: `indices` must rise from 0 on")


def named(array: Any, ctx: Any) -> Any:
    """A new array with the name of its device: all names of the host mean one memory."""
    array._named = ctx if isinstance(ctx, Device) and ctx.device_type != "gpu" else None
    return array


def _nd(value: Any) -> NDArray:
    return value if type(value) is NDArray else NDArray(value)


__all__ = ["BaseSparseNDArray", "CSRNDArray", "RowSparseNDArray", "named"]
