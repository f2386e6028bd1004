"""Arrays and shapes for tests: random ones, sparse ones, matrices with known properties."""

import itertools
import random as _random
from collections.abc import Callable, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.mxnet import ndarray as nd
from weft.mxnet.device import Device, num_gpus


def _dense(values: Any, ctx: Any = None, dtype: Any = None) -> Any:
    """An array of `mx.nd`."""
    values = numpy.asarray(values, dtype or "float32")
    return nd.array(values, ctx=ctx, dtype=values.dtype)


# ---- shapes --------------------------------------------------------------------------------------


def rand_shape_2d(dim0: int = 10, dim1: int = 10, allow_zero_size: bool = False) -> tuple[int, int]:
    """A random shape of two axes, with extents up to those."""
    low = 0 if allow_zero_size else 1
    return _random.randint(low, dim0), _random.randint(low, dim1)


def rand_shape_3d(
    dim0: int = 10, dim1: int = 10, dim2: int = 10, allow_zero_size: bool = False
) -> tuple[int, int, int]:
    """A random shape of three axes."""
    low = 0 if allow_zero_size else 1
    return _random.randint(low, dim0), _random.randint(low, dim1), _random.randint(low, dim2)


def rand_shape_nd(num_dim: int, dim: int = 10, allow_zero_size: bool = False) -> tuple[int, ...]:
    """A random shape of `num_dim` axes."""
    low = 0 if allow_zero_size else 1
    return tuple(_random.randint(low, dim) for _ in range(num_dim))


def rand_coord_2d(x_low: int, x_high: int, y_low: int, y_high: int) -> tuple[int, int]:
    """A random pair of integers."""
    return _random.randint(x_low, x_high), _random.randint(y_low, y_high)


# ---- random arrays -------------------------------------------------------------------------------


def random_arrays(*shapes: Any) -> Any:
    """Arrays of NumPy with normal numbers; a number where a shape is empty; one for one shape."""
    made = [
        numpy.array(numpy.random.randn(), numpy.float32)
        if len(shape) == 0
        else numpy.random.randn(*shape).astype(numpy.float32)
        for shape in shapes
    ]
    return made[0] if len(made) == 1 else made


def random_uniform_arrays(*shapes: Any, **kwargs: Any) -> Any:
    """Arrays of NumPy with uniform numbers from `low` to `high`, of `dtype`."""
    low, high = kwargs.pop("low", 0.0), kwargs.pop("high", 1.0)
    dtype = kwargs.pop("dtype", numpy.float32)
    if kwargs:
        raise TypeError(f"random_uniform_arrays: unknown arguments {sorted(kwargs)}")
    return [numpy.random.uniform(low, high, shape).astype(dtype) for shape in shapes]


def random_sample(population: Sequence[Any], k: int) -> list[Any]:
    """`k` different elements in the order that they have."""
    places = sorted(_random.sample(range(len(population)), k))
    return [population[place] for place in places]


def rand_ndarray(
    shape: Any,
    stype: str = "default",
    density: float | None = None,
    dtype: Any = None,
    modifier_func: Callable[[Any], Any] | None = None,
    shuffle_csr_indices: bool = False,
    distribution: str | None = None,
    ctx: Any = None,
) -> Any:
    """A random array with numbers from -1 to 1, or a sparse one with numbers from 0 to 1."""
    if stype == "default":
        values = numpy.random.uniform(-1, 1, shape)
        return _dense(values, ctx, dtype)
    return rand_sparse_ndarray(
        shape,
        stype,
        density=density,
        modifier_func=modifier_func,
        dtype=dtype,
        shuffle_csr_indices=shuffle_csr_indices,
        distribution=distribution,
        ctx=ctx,
    )[0]


def _doubling_rows(shape: tuple[int, int], count: int) -> numpy.ndarray:
    """Which elements a matrix of so many stored elements has, where each row has twice as many as
    the one above. Every row has one at least."""
    rows, columns = shape
    if count < rows:
        raise InvalidValue(
            f"rand_sparse_ndarray: `density` must give each of {rows} rows an element; got {count}"
        )
    filled, left = numpy.ones(rows, "int64"), count - rows
    for wanted in (numpy.minimum(2.0 ** numpy.arange(1, rows + 1), columns), [columns] * rows):
        for row, most in enumerate(wanted):
            more = min(left, int(most) - int(filled[row]))
            filled[row] += more
            left -= more
    return numpy.arange(columns) < filled[:, None]


def rand_sparse_ndarray(
    shape: Any,
    stype: str,
    density: float | None = None,
    dtype: Any = None,
    distribution: str | None = None,
    data_init: float | None = None,
    rsp_indices: Any = None,
    modifier_func: Callable[[Any], Any] | None = None,
    shuffle_csr_indices: bool = False,
    ctx: Any = None,
) -> Any:
    """A random sparse array, and its parts.

    stype: 'row_sparse' or 'csr'; density: share of rows or elements that are stored, by default
        random; data_init: one value for all of them
    distribution: of a csr matrix, 'uniform', or 'powerlaw': each row stores twice as many elements
        as the one above, from the first column on, while there are any left
    """
    density = _random.random() if density is None else density
    dtype = numpy.dtype(numpy.float32 if dtype is None else dtype)
    if stype == "row_sparse":
        return _rand_row_sparse(shape, density, dtype, data_init, rsp_indices, modifier_func, ctx)
    if stype != "csr":
        raise InvalidValue(f"rand_sparse_ndarray: `stype` must be row_sparse or csr; got {stype!r}")
    if distribution == "powerlaw":
        keeps = _doubling_rows(tuple(shape), int(shape[0] * shape[1] * density))
    elif distribution in (None, "uniform"):
        keeps = numpy.random.rand(*shape) < density
    else:
        raise InvalidValue(
            f"rand_sparse_ndarray: `distribution` must be uniform or powerlaw; got {distribution!r}"
        )
    values = numpy.where(keeps, numpy.random.uniform(0.1, 1, shape), 0)
    if data_init is not None:
        values = numpy.where(keeps, data_init, 0)
    if modifier_func is not None:
        values = numpy.where(keeps, numpy.vectorize(modifier_func)(values), 0)
    csr = nd.sparse.csr_matrix(values.astype(dtype), ctx=ctx, dtype=dtype)
    if shuffle_csr_indices:
        shuffle_csr_column_indices(csr)
    return csr, (csr.indptr, csr.indices, csr.data)


def _rand_row_sparse(
    shape: Any,
    density: float,
    dtype: Any,
    data_init: Any,
    rsp_indices: Any,
    modifier_func: Any,
    ctx: Any,
) -> Any:
    if rsp_indices is None:
        rows = numpy.nonzero(numpy.random.rand(shape[0]) < density)[0]
    else:
        rows = numpy.asarray(rsp_indices)
    values = numpy.random.rand(len(rows), *shape[1:])
    if data_init is not None:
        values = numpy.full(values.shape, data_init)
    if modifier_func is not None and values.size:
        values = numpy.vectorize(modifier_func)(values)
    values = values.astype(dtype)
    pair = (values, rows.astype("int64"))
    made = nd.sparse.row_sparse_array(pair, shape=tuple(shape), ctx=ctx, dtype=dtype)
    return made, (values, rows)


def create_sparse_array(
    shape: Any,
    stype: str,
    data_init: float | None = None,
    rsp_indices: Any = None,
    dtype: Any = None,
    modifier_func: Any = None,
    density: float = 0.5,
    shuffle_csr_indices: bool = False,
) -> Any:
    """A random sparse array."""
    return rand_sparse_ndarray(
        shape,
        stype,
        density=density,
        data_init=data_init,
        rsp_indices=rsp_indices,
        dtype=dtype,
        modifier_func=modifier_func,
        shuffle_csr_indices=shuffle_csr_indices,
    )[0]


def create_sparse_array_zd(
    shape: Any,
    stype: str,
    density: float,
    data_init: float | None = None,
    rsp_indices: Any = None,
    dtype: Any = None,
    modifier_func: Any = None,
    shuffle_csr_indices: bool = False,
) -> Any:
    """A random sparse array, which may be empty."""
    if stype == "row_sparse" and rsp_indices is not None:
        density = 0.0
    return create_sparse_array(
        shape, stype, data_init, rsp_indices, dtype, modifier_func, density, shuffle_csr_indices
    )


def shuffle_csr_column_indices(csr: Any) -> None:
    """Puts the column indices of each row of a matrix in random order, with their elements."""
    starts, columns = csr.indptr.asnumpy(), csr.indices.asnumpy()
    for first, last in itertools.pairwise(starts):
        numpy.random.shuffle(columns[first:last])
    csr.indices[:] = np.array(columns)


# ---- arrays with known properties ----------------------------------------------------------------


def assign_each(the_input: Any, function: Callable[[Any], Any] | None) -> Any:
    """A function of each element of a NumPy array."""
    array = numpy.array(the_input)
    return array if function is None else numpy.vectorize(function)(array)


def assign_each2(input1: Any, input2: Any, function: Callable[[Any, Any], Any] | None) -> Any:
    """A function of each pair of elements of two NumPy arrays."""
    first, second = numpy.array(input1), numpy.array(input2)
    if first.shape != second.shape:
        raise InvalidValue(f"assign_each2: shapes must agree; got {first.shape}, {second.shape}")
    return first if function is None else numpy.vectorize(function)(first, second)


def create_2d_np_tensor(rows: int, columns: int, dtype: Any = numpy.int64) -> numpy.ndarray:
    """A matrix of NumPy whose rows are equal to their numbers."""
    return numpy.broadcast_to(numpy.arange(rows, dtype=dtype)[:, None], (rows, columns))


def create_2d_tensor(rows: int, columns: int, dtype: Any = numpy.int64) -> Any:
    """A matrix whose rows are equal to their numbers."""
    return _dense(create_2d_np_tensor(rows, columns, dtype), dtype=dtype)


def create_vector(size: int, dtype: Any = numpy.int64) -> Any:
    """The numbers from 0 on."""
    return _dense(numpy.arange(size), dtype=dtype)


def new_orthonormal_matrix_2d(n: int) -> numpy.ndarray:
    """A random orthogonal matrix."""
    return numpy.linalg.qr(numpy.random.randn(n, n))[0]


def new_matrix_with_real_eigvals_2d(n: int) -> numpy.ndarray:
    """A random matrix with real eigenvalues, which are apart from another."""
    vectors = new_orthonormal_matrix_2d(n)
    upper = numpy.triu(numpy.random.uniform(-1, 1, (n, n)), 1)
    values = numpy.arange(1, n + 1) + numpy.random.uniform(-0.2, 0.2, n)
    return vectors @ (upper + numpy.diag(values)) @ vectors.T


def new_sym_matrix_with_real_eigvals_2d(n: int) -> numpy.ndarray:
    """A random symmetric matrix, whose eigenvalues are apart from another."""
    vectors = new_orthonormal_matrix_2d(n)
    values = numpy.arange(1, n + 1) + numpy.random.uniform(-0.2, 0.2, n)
    return vectors @ numpy.diag(values) @ vectors.T


def _batched(make: Callable[[int], numpy.ndarray], shape: Sequence[int]) -> numpy.ndarray:
    count = int(numpy.prod(shape[:-2], dtype=int))
    if not count or not shape[-1]:
        return numpy.zeros(shape)
    return numpy.stack([make(shape[-1]) for _ in range(count)]).reshape(shape)


def new_matrix_with_real_eigvals_nd(shape: Sequence[int]) -> numpy.ndarray:
    """Random matrices with real eigenvalues."""
    return _batched(new_matrix_with_real_eigvals_2d, shape)


def new_sym_matrix_with_real_eigvals_nd(shape: Sequence[int]) -> numpy.ndarray:
    """Random symmetric matrices."""
    return _batched(new_sym_matrix_with_real_eigvals_2d, shape)


def np_reduce(dat: Any, axis: Any, keepdims: bool, numpy_reduce_func: Any) -> numpy.ndarray:
    """NumPy's reduction over one axis after another."""
    axes = [axis] if isinstance(axis, int) else list(axis if axis is not None else range(dat.ndim))
    found = dat
    for place in sorted(axes, reverse=True):
        found = numpy_reduce_func(found, axis=place)
    if keepdims:
        shape = [1 if place in axes else extent for place, extent in enumerate(dat.shape)]
        found = found.reshape(shape)
    return found


def collapse_sum_like(a: Any, shape: Sequence[int]) -> Any:
    """The sum over the axes that broadcasting from `shape` has stretched."""
    extra = len(a.shape) - len(shape)
    axes = [
        *range(extra),
        *(extra + n for n, extent in enumerate(shape) if extent == 1 and a.shape[extra + n] != 1),
    ]
    found = numpy.sum(a, axis=tuple(axes)) if not isinstance(a, ndarray) else a.sum(tuple(axes))
    return found.reshape(tuple(shape))


def checkShapes(a: Any, b: Any) -> None:
    """Raises AssertionError unless both shapes are equal."""
    assert tuple(a.shape) == tuple(b.shape), f"shapes differ: {a.shape} and {b.shape}"


def list_gpus() -> list[int]:
    """The numbers of the GPUs."""
    return list(range(num_gpus()))


def as_device(device: Any) -> Device:
    """A device of an argument."""
    return device if isinstance(device, Device) else Device(device)


__all__ = [
    "assign_each",
    "assign_each2",
    "checkShapes",
    "collapse_sum_like",
    "create_2d_np_tensor",
    "create_2d_tensor",
    "create_sparse_array",
    "create_sparse_array_zd",
    "create_vector",
    "list_gpus",
    "new_matrix_with_real_eigvals_2d",
    "new_matrix_with_real_eigvals_nd",
    "new_orthonormal_matrix_2d",
    "new_sym_matrix_with_real_eigvals_2d",
    "new_sym_matrix_with_real_eigvals_nd",
    "np_reduce",
    "rand_coord_2d",
    "rand_ndarray",
    "rand_shape_2d",
    "rand_shape_3d",
    "rand_shape_nd",
    "rand_sparse_ndarray",
    "random_arrays",
    "random_sample",
    "random_uniform_arrays",
    "shuffle_csr_column_indices",
]
