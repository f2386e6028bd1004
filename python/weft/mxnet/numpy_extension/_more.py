"""Functions of `mx.npx` that are neither operators of the table nor Weft's own."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import CheckFailed
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._made import Like, shared
from weft.mxnet._npx_functions import function_of
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet.base import ConstraintError
from weft.mxnet.numpy._creation import written

_batch_norm = function_of("batch_norm", "_npx_batch_norm")


def batch_norm(
    x: ArrayLike,
    gamma: ArrayLike,
    beta: ArrayLike,
    running_mean: ndarray,
    running_var: ndarray,
    eps: float = 1e-3,
    momentum: float = 0.9,
    fix_gamma: bool = True,
    use_global_stats: bool = False,
    output_mean_var: bool = False,
    axis: int = 1,
    cudnn_off: bool = False,
    min_calib_range: float | None = None,
    max_calib_range: float | None = None,
) -> Any:
    """Each channel with the mean 0 and the variance 1 of its batch, or of the running statistics,
    times gamma, plus beta; in training the running statistics change.

    fix_gamma: takes gamma as 1
    output_mean_var: gives the list of the result, the means, and 1 / sqrt(variance + eps)
    """
    parts = [np.asarray(one) for one in (x, gamma, beta)]
    given = {"eps": eps, "momentum": momentum, "fix_gamma": fix_gamma, "axis": axis}
    found = _batch_norm(
        *parts, running_mean, running_var, use_global_stats=use_global_stats, **given
    )
    if not output_mean_var:
        return found
    if use_global_stats or not autograd.is_training():
        return [found, running_mean, 1 / np.sqrt(running_var + eps)]
    rest = tuple(n for n in range(parts[0].ndim) if n != axis % parts[0].ndim)
    return [found, np.mean(parts[0], rest), 1 / np.sqrt(np.var(parts[0], rest) + eps)]


def nonzero(a: ArrayLike) -> ndarray:
    """Where `a` is not zero: one row of indices for each such element, (K, ndim), as int64."""
    return np.argwhere(a).astype("int64")


def constraint_check(data: ArrayLike, msg: str = "Constraint violated") -> ndarray:
    """True where all elements are true, else an error.

    Raises ValueError with the message.
    """
    array = np.asarray(data)
    try:
        npx.check(array, msg)
    except CheckFailed as error:
        raise ConstraintError(str(error)) from None
    return np.all(array)


def from_numpy(ndarray: numpy.ndarray, zero_copy: bool = True) -> Any:
    """An array of the elements and the dtype of one of NumPy, in its memory with `zero_copy`.

    Raises TypeError for what is no array of NumPy, ValueError for one that is not in the order of C
    with `zero_copy`.
    """
    return shared(ndarray, zero_copy)


def from_dlpack(dlpack: Any) -> ndarray:
    """An array on the memory of another library's array, or of the capsule that
    `to_dlpack_for_read` gives."""
    return np.from_dlpack(dlpack)


def to_dlpack_for_read(data: ndarray) -> Any:
    """A capsule of DLPack with the array's memory."""
    return data.__dlpack__()


def to_dlpack_for_write(data: ndarray) -> Any:
    """A capsule of DLPack with the array's memory, which others may write to."""
    return data.__dlpack__()


def drawn_by_numpy(
    draw: Callable[..., Any], shape: tuple[int, ...], dtype: Any, *parameters: ArrayLike
) -> ndarray:
    """Numbers that NumPy draws, at each run of a hybridized block, from a seed that Weft draws: so
    they repeat. Counts have no formula of uniform numbers that is short for all parameters.

    draw: gets a generator of NumPy and the parameters as NumPy's arrays
    """
    seeds = np.random.randint(0, 2**32, 4)

    def call(seeds: Any, *arrays: Any) -> Any:
        generator = numpy.random.Generator(numpy.random.PCG64(seeds.asnumpy().tolist()))
        found = draw(generator, *(one.asnumpy() for one in arrays))
        return np.array(numpy.asarray(found, numpy.dtype(dtype)))

    arrays = [np.asarray(one) for one in parameters]
    found: ndarray = npx.callback(call, seeds, *arrays, result=Like(shape, numpy.dtype(dtype)))
    return found


def scalar_poisson(
    lam: float = 1.0, shape: Any = (), dtype: Any = "float32", ctx: Any = None, out: Any = None
) -> ndarray:
    """Counts of the Poisson distribution with the mean `lam`."""
    extents, kind = ints(shape, "shape"), dtype_of(dtype, "float32")
    found = drawn_by_numpy(lambda one: one.poisson(lam, extents), extents, kind)
    return written(found, out)


def tensor_poisson(
    lam: ArrayLike, shape: Any = (), dtype: Any = "float32", out: Any = None
) -> ndarray:
    """Counts of the Poisson distribution: `shape` of them for each mean in `lam`."""
    means, extra = np.asarray(lam), ints(shape, "shape")
    extents, wide = (*means.shape, *extra), (*means.shape, *(1,) * len(extra))
    kind = dtype_of(dtype, "float32")

    def draw(generator: Any, values: numpy.ndarray) -> Any:
        return generator.poisson(values.reshape(wide), extents)

    return written(drawn_by_numpy(draw, extents, kind, means), out)


__all__ = [
    "batch_norm",
    "constraint_check",
    "from_dlpack",
    "from_numpy",
    "nonzero",
    "scalar_poisson",
    "tensor_poisson",
    "to_dlpack_for_read",
    "to_dlpack_for_write",
]
