"""What makes sparse arrays: of parts, of whole arrays and of SciPy's."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.protocols import AsNumPy, HasDtype, HasRows
from weft._core.typing import ndarray
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet.device import native_of
from weft.mxnet.ndarray._array import NDArray, Sparse
from weft.mxnet.ndarray._functions import CAST
from weft.mxnet.ndarray._recorded import remembered
from weft.mxnet.ndarray._sparse_classes import (
    BaseSparseNDArray,
    CSRNDArray,
    RowSparseNDArray,
    named,
)
from weft.sparse import RowSparseArray

_FLOAT = "float32"


# ---- made of parts -------------------------------------------------------------------------------


def _host(value: Any) -> numpy.ndarray:
    return value.asnumpy() if isinstance(value, AsNumPy) else numpy.asarray(value)


def _numbers(value: Any, ctx: Any) -> NDArray:
    return NDArray(np.array(_host(value).astype("int64"), "int64", device=native_of(None, ctx)))


def _values(value: Any, dtype: Any, ctx: Any) -> NDArray:
    """Elements in a dtype: the given one, that of an array, or float32."""
    if dtype is None:
        dtype = value.dtype if isinstance(value, HasDtype) else _FLOAT
    return NDArray(np.array(_host(value), dtype, device=native_of(None, ctx)))


def _require_shape(where: str, given: Any, found: tuple[int, ...]) -> None:
    if given is not None and tuple(given) != tuple(found):
        raise InvalidValue(f"{where}: `shape` must be {tuple(found)}; got {tuple(given)}")


def csr_matrix(arg1: Any, shape: Any = None, ctx: Any = None, dtype: Any = None) -> CSRNDArray:
    """A csr matrix.

    arg1: (data, indices, indptr); (data, (rows, columns)); (rows, columns), for an empty one; or a
        matrix of any kind, SciPy's included

    Raises ValueError for parts that make no matrix.
    """
    if isinstance(arg1, tuple):
        if len(arg1) == 3:
            return _of_pointers(arg1, shape, ctx, dtype)
        if len(arg1) == 2 and isinstance(arg1[1], tuple | list):
            return _of_places(arg1[0], arg1[1], shape, ctx, dtype)
        if len(arg1) == 2:
            _require_shape("csr_matrix", shape, arg1)
            return zeros("csr", arg1, ctx, dtype)  # type: ignore[no-any-return]
        raise InvalidValue(f"csr_matrix: `arg1` must have 2 or 3 parts; got {len(arg1)}")
    if isinstance(arg1, CSRNDArray):
        _require_shape("csr_matrix", shape, arg1.shape)
        found = arg1.copy() if dtype is None else arg1.astype(dtype)
        return named(found, ctx)  # type: ignore[no-any-return]
    if isinstance(arg1, HasRows):
        matrix = arg1.tocsr().copy()
        matrix.sum_duplicates()  # which sorts, too
        _require_shape("csr_matrix", shape, matrix.shape)
        parts = (matrix.data, matrix.indices, matrix.indptr)
        return _of_pointers(parts, matrix.shape, ctx, dtype or matrix.data.dtype)
    if isinstance(arg1, RowSparseArray):
        raise InvalidValue("csr_matrix: `arg1` must be no row_sparse array; use `todense()` first")
    whole = _host(arg1)
    _require_shape("csr_matrix", shape, whole.shape)
    kind = dtype or (arg1.dtype if isinstance(arg1, HasDtype) else _FLOAT)
    return _stored_elements(whole.astype(kind), ctx)


def _of_pointers(parts: Any, shape: Any, ctx: Any, dtype: Any) -> CSRNDArray:
    columns, starts = _host(parts[1]), _host(parts[2])
    if shape is None:
        if not columns.size:
            raise InvalidValue("csr_matrix: `shape` must be given where there are no elements")
        shape = (len(starts) - 1, int(columns.max()) + 1)
    if len(shape) != 2:
        raise InvalidValue(f"csr_matrix: `shape` must have 2 extents; got {tuple(shape)}")
    if len(starts) != shape[0] + 1:
        raise InvalidValue(
            f"csr_matrix: `indptr` must have {shape[0] + 1} numbers; got {len(starts)}"
        )
    values = _values(parts[0], dtype, ctx)
    found = CSRNDArray(values, _numbers(columns, ctx), _numbers(starts, ctx), shape)
    return named(found, ctx)  # type: ignore[no-any-return]


def _of_places(data: Any, places: Any, shape: Any, ctx: Any, dtype: Any) -> CSRNDArray:
    rows, columns = (_host(part).astype("int64") for part in places)
    values = _host(data)
    kind = dtype or (data.dtype if isinstance(data, HasDtype) else _FLOAT)
    if shape is None:
        if not rows.size:
            raise InvalidValue("csr_matrix: `shape` must be given where there are no elements")
        shape = (int(rows.max()) + 1, int(columns.max()) + 1)
    order = numpy.lexsort((columns, rows))
    starts = numpy.zeros(shape[0] + 1, "int64")
    numpy.add.at(starts, rows + 1, 1)
    parts = (values[order], columns[order], numpy.cumsum(starts))
    return _of_pointers(parts, shape, ctx, kind)


def _stored_elements(whole: numpy.ndarray, ctx: Any = None) -> CSRNDArray:
    if whole.ndim != 2:
        raise InvalidValue(f"csr: arrays must have 2 axes; got shape {whole.shape}")
    rows, columns = numpy.nonzero(whole)
    starts = numpy.zeros(whole.shape[0] + 1, "int64")
    numpy.add.at(starts, rows + 1, 1)
    parts = (whole[rows, columns], columns, numpy.cumsum(starts))
    return _of_pointers(parts, whole.shape, ctx, whole.dtype)


def row_sparse_array(
    arg1: Any, shape: Any = None, ctx: Any = None, dtype: Any = None
) -> RowSparseNDArray:
    """A row_sparse array.

    arg1: (data, indices), rows and their numbers; the extents of an empty one; or an array
    """
    if isinstance(arg1, tuple):
        if len(arg1) == 2 and not isinstance(arg1[0], int | numpy.integer):
            return _of_rows(arg1, shape, ctx, dtype)
        _require_shape("row_sparse_array", shape, arg1)
        return zeros("row_sparse", arg1, ctx, dtype)  # type: ignore[no-any-return]
    if isinstance(arg1, RowSparseArray):
        _require_shape("row_sparse_array", shape, arg1.shape)
        found = RowSparseNDArray(arg1.data.copy(), arg1.indices.copy(), arg1.shape)
        return named(found if dtype is None else found.astype(dtype), ctx)  # type: ignore[no-any-return]
    if isinstance(arg1, CSRNDArray):
        raise InvalidValue("row_sparse_array: `arg1` must be no csr matrix; use `todense()` first")
    whole = _host(arg1)
    _require_shape("row_sparse_array", shape, whole.shape)
    kind = dtype or (arg1.dtype if isinstance(arg1, HasDtype) else _FLOAT)
    return _stored_rows(whole.astype(kind), ctx)


def _of_rows(parts: Any, shape: Any, ctx: Any, dtype: Any) -> RowSparseNDArray:
    rows, numbers = _values(parts[0], dtype, ctx), _host(parts[1]).astype("int64")
    if shape is None:
        shape = (int(numbers.max()) + 1 if numbers.size else 0, *rows.shape[1:])
    if tuple(shape[1:]) != rows.shape[1:] and numbers.size:
        raise InvalidValue(
            f"row_sparse_array: rows must have the shape {tuple(shape[1:])}; got {rows.shape[1:]}"
        )
    return named(RowSparseNDArray(rows, _numbers(numbers, ctx), shape), ctx)  # type: ignore[no-any-return]


def _stored_rows(whole: numpy.ndarray, ctx: Any = None) -> RowSparseNDArray:
    if not whole.ndim:
        raise InvalidValue("row_sparse: arrays must have an axis; got shape ()")
    numbers = numpy.flatnonzero(whole.any(axis=tuple(range(1, whole.ndim))))
    return _of_rows((whole[numbers], numbers), whole.shape, ctx, whole.dtype)


def zeros(stype: str, shape: Any, ctx: Any = None, dtype: Any = None, **kwargs: Any) -> Any:
    """An array of zeros that is stored as 'default', 'csr' or 'row_sparse'."""
    extents, kind = ints(shape, "shape"), dtype_of(dtype, _FLOAT)
    place = native_of(None, ctx)
    if stype == "default":
        return NDArray(np.zeros(extents, kind, device=place))
    if stype == "csr":
        if len(extents) != 2:
            raise InvalidValue(f"zeros: `shape` of a csr matrix must have 2 extents; got {extents}")
        starts = np.zeros((extents[0] + 1,), "int64", device=place)
        none = np.zeros((0,), "int64", device=place)
        return named(CSRNDArray(np.zeros((0,), kind, device=place), none, starts, extents), ctx)
    if stype == "row_sparse":
        rows = np.zeros((0, *extents[1:]), kind, device=place)
        numbers = np.zeros((0,), "int64", device=place)
        return named(RowSparseNDArray(rows, numbers, extents), ctx)
    raise _unknown("zeros", stype)


def _unknown(where: str, stype: Any) -> InvalidValue:
    return InvalidValue(f"{where}: `stype` must be 'default', 'csr' or 'row_sparse'; got {stype!r}")


def empty(stype: str, shape: Any, ctx: Any = None, dtype: Any = None) -> Any:
    """An array that stores nothing yet."""
    return zeros(stype, shape, ctx, dtype)


def array(source_array: Any, ctx: Any = None, dtype: Any = None) -> Any:
    """A sparse array of a sparse array, or of a sparse matrix of SciPy.

    Raises ValueError for an array of another kind.
    """
    if isinstance(source_array, RowSparseArray):
        return row_sparse_array(source_array, None, ctx, dtype)
    if isinstance(source_array, CSRNDArray | HasRows):
        return csr_matrix(source_array, None, ctx, dtype)
    if isinstance(source_array, ndarray | numpy.ndarray):
        raise InvalidValue("array: `source_array` must be sparse; use mx.nd.array(...) for others")
    raise InvalidType(
        f"array: `source_array` must be a sparse array; got {type(source_array).__name__}"
    )


def cast_storage(data: Any, stype: str, out: Any = None, name: Any = None) -> Any:
    """An array in another way of storing: 'default', 'csr' or 'row_sparse'."""
    if stype not in ("default", "csr", "row_sparse"):
        raise _unknown("cast_storage", stype)
    if isinstance(data, RowSparseArray) and not isinstance(data, RowSparseNDArray):
        data = RowSparseNDArray(data.data, data.indices, data.shape)
    found = data
    if (data.stype if isinstance(data, Sparse) else "default") != stype:
        whole = data.todense() if isinstance(data, BaseSparseNDArray) else data
        if isinstance(data, BaseSparseNDArray) and stype != "default":
            raise InvalidValue(f"cast_storage: {data.stype} cannot become {stype}")
        if stype == "csr":
            found = remembered(_stored_elements(whole.asnumpy()), whole)
        elif stype == "row_sparse":
            found = remembered(_stored_rows(whole.asnumpy()), whole)
        else:
            found = whole
    if out is None:
        return found
    found.copyto(out)
    return out


CAST.append(cast_storage)

__all__ = [
    "BaseSparseNDArray",
    "CSRNDArray",
    "RowSparseNDArray",
    "array",
    "cast_storage",
    "csr_matrix",
    "empty",
    "row_sparse_array",
    "zeros",
]
