"""Random numbers: of one distribution, of a distribution for each element of arrays, and shuffles.

They repeat for equal seeds; the numbers are not those that MXNet draws.
"""

from typing import Any

from weft import np
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted

FLOAT = "float32"


def _shape(value: Any) -> tuple[int, ...]:
    return ints(value, "shape")


@rules("_random_uniform", "uniform", "random_uniform")
def _uniform(*, low: float = 0.0, high: float = 1.0, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.uniform(low, high, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_normal", "normal", "random_normal")
def _normal(*, loc: float = 0.0, scale: float = 1.0, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.normal(loc, scale, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_exponential", "exponential", "random_exponential")
def _exponential(*, lam: float = 1.0, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.exponential(1 / lam, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_randint", "random_randint")
def _randint(*, low: int, high: int, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.randint(int(low), int(high), _shape(shape), dtype_of(dtype, "int32"))


@rules("_random_uniform_like")
def _uniform_like(data: Array, *, low: float = 0.0, high: float = 1.0) -> ndarray:
    return np.random.uniform(low, high, tuple(data.shape), data.dtype)


@rules("_random_normal_like")
def _normal_like(data: Array, *, loc: float = 0.0, scale: float = 1.0) -> ndarray:
    return np.random.normal(loc, scale, tuple(data.shape), data.dtype)


@rules("_npi_uniform")
def _npi_uniform(
    *arrays: Array, low: Any = 0.0, high: Any = 1.0, size: Any = None, dtype: Any = None
) -> ndarray:
    _refuse(arrays)
    return np.random.uniform(low, high, _shape(size), dtype_of(dtype, FLOAT))


@rules("_npi_normal")
def _npi_normal(
    *arrays: Array, loc: Any = 0.0, scale: Any = 1.0, size: Any = None, dtype: Any = None
) -> ndarray:
    _refuse(arrays)
    return np.random.normal(loc, scale, _shape(size), dtype_of(dtype, FLOAT))


@rules("_npi_bernoulli")
def _npi_bernoulli(
    *arrays: Array,
    prob: Any = None,
    logit: Any = None,
    is_logit: Any = False,
    size: Any = None,
    dtype: Any = None,
) -> ndarray:
    if logit is not None:
        raise Unsupported("`logit` must be None")
    chance = arrays[0] if arrays else prob
    wanted = None if size is None else _shape(size)
    return np.random.bernoulli(chance, wanted, dtype_of(dtype, FLOAT))


def _refuse(arrays: tuple[ndarray, ...]) -> None:
    if arrays:
        raise Unsupported("distributions with arrays of parameters are not supported here")


def _sample_shape(parameters: ndarray, shape: Any) -> tuple[Any, ...]:
    return (*parameters.shape, *_shape(shape))


def _spread(x: ndarray, shape: tuple[Any, ...]) -> ndarray:
    return x.reshape((*x.shape, *(1,) * (len(shape) - x.ndim)))


@rules("_sample_uniform", "sample_uniform")
def _sample_uniform(low: Array, high: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(low, shape)
    part = np.random.uniform(0.0, 1.0, whole, dtype_of(dtype, FLOAT))
    return part * _spread(high - low, whole) + _spread(low, whole)


@rules("_sample_normal", "sample_normal")
def _sample_normal(mu: Array, sigma: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(mu, shape)
    part = np.random.normal(0.0, 1.0, whole, dtype_of(dtype, FLOAT))
    return part * _spread(sigma, whole) + _spread(mu, whole)


@rules("_sample_multinomial", "sample_multinomial", "_sample_categorical", "sample_categorical")
def _sample_multinomial(
    data: Array, *, shape: Any = (), get_prob: Any = False, dtype: Any = "int32"
) -> ndarray:
    if get_prob:
        raise Unsupported("`get_prob` must be False")
    extra = _shape(shape)
    whole = (*data.shape[:-1], *extra)
    rows = data.reshape((*data.shape[:-1], *(1,) * len(extra), data.shape[-1]))
    drawn = np.random.categorical(np.broadcast_to(rows, (*whole, data.shape[-1])))
    return drawn.astype(dtype_of(dtype))


@rules("_shuffle", "shuffle", "_npi_shuffle")
def _shuffle(data: Array) -> ndarray:
    return np.random.permutation(data)


counted(
    ("_sample_multinomial", "sample_multinomial"), lambda given: 2 if given.get("get_prob") else 1
)
