"""Random numbers: of one distribution, of a distribution for each element of arrays, and shuffles.

They repeat for equal seeds; the numbers are not those that MXNet draws.
"""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints
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


# ---- other distributions -------------------------------------------------------------------------
#
# By the names of 1.x. `alpha` and `beta` of gamma are its shape and its scale. A negative binomial
# counts failures before the k-th success; the generalized one is given by its mean and by how much
# its variance exceeds that, over the square of the mean.


def _dispersed_of(mu: Any, alpha: Any, shape: Any, dtype: Any) -> ndarray:
    """A Poisson count whose mean is a gamma number of mean `mu`; for alpha 0 it is `mu` itself."""
    width = np.maximum(np.asarray(alpha).astype("float32"), 1e-12)
    rate = np.random.gamma(1 / width, width * mu, shape, "float32")
    return np.random.poisson(np.where(np.asarray(alpha) > 0, rate, mu), shape, dtype)


@rules("_random_gamma", "random_gamma")
def _random_gamma(
    *, alpha: float = 1.0, beta: float = 1.0, shape: Any = (), dtype: Any = None
) -> ndarray:
    return np.random.gamma(alpha, beta, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_poisson", "random_poisson")
def _random_poisson(*, lam: float = 1.0, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.poisson(lam, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_negative_binomial", "random_negative_binomial")
def _random_failures(*, k: int = 1, p: float = 1.0, shape: Any = (), dtype: Any = None) -> ndarray:
    return np.random.negative_binomial(k, p, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_generalized_negative_binomial", "random_generalized_negative_binomial")
def _random_dispersed(
    *, mu: float = 1.0, alpha: float = 1.0, shape: Any = (), dtype: Any = None
) -> ndarray:
    return _dispersed_of(mu, alpha, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_binomial", "random_binomial")
def _random_binomial(
    *, n: float = 1, p: float = 1.0, shape: Any = (), dtype: Any = None
) -> ndarray:
    return np.random.binomial(n, p, _shape(shape), dtype_of(dtype, FLOAT))


@rules("_random_gamma_like")
def _gamma_like(data: Array, *, alpha: float = 1.0, beta: float = 1.0) -> ndarray:
    return np.random.gamma(alpha, beta, tuple(data.shape), data.dtype)


@rules("_random_exponential_like")
def _exponential_like(data: Array, *, lam: float = 1.0) -> ndarray:
    return np.random.exponential(1 / lam, tuple(data.shape), data.dtype)


@rules("_random_poisson_like")
def _poisson_like(data: Array, *, lam: float = 1.0) -> ndarray:
    return np.random.poisson(lam, tuple(data.shape), data.dtype)


@rules("_random_negative_binomial_like")
def _failures_like(data: Array, *, k: int = 1, p: float = 1.0) -> ndarray:
    return np.random.negative_binomial(k, p, tuple(data.shape), data.dtype)


@rules("_random_generalized_negative_binomial_like")
def _dispersed_like(data: Array, *, mu: float = 1.0, alpha: float = 1.0) -> ndarray:
    return _dispersed_of(mu, alpha, tuple(data.shape), data.dtype)


@rules("_sample_exponential", "sample_exponential")
def _sample_exponential(lam: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(lam, shape)
    return np.random.exponential(1.0, whole, dtype_of(dtype, FLOAT)) / _spread(lam, whole)


@rules("_sample_gamma", "sample_gamma")
def _sample_gamma(alpha: Array, beta: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(alpha, shape)
    return np.random.gamma(
        _spread(alpha, whole), _spread(beta, whole), whole, dtype_of(dtype, FLOAT)
    )


@rules("_sample_poisson", "sample_poisson")
def _sample_poisson(lam: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(lam, shape)
    return np.random.poisson(_spread(lam, whole), whole, dtype_of(dtype, FLOAT))


@rules("_sample_negative_binomial", "sample_negative_binomial")
def _sample_failures(k: Array, p: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(k, shape)
    return np.random.negative_binomial(
        _spread(k, whole), _spread(p, whole), whole, dtype_of(dtype, FLOAT)
    )


@rules("_sample_generalized_negative_binomial", "sample_generalized_negative_binomial")
def _sample_dispersed(mu: Array, alpha: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(mu, shape)
    return _dispersed_of(_spread(mu, whole), _spread(alpha, whole), whole, dtype_of(dtype, FLOAT))


@rules("_sample_binomial", "sample_binomial")
def _sample_binomial(n: Array, p: Array, *, shape: Any = (), dtype: Any = None) -> ndarray:
    whole = _sample_shape(n, shape)
    spread = _spread(n, whole), _spread(p, whole)
    return np.random.binomial(*spread, whole, dtype_of(dtype, FLOAT))


_MULTINOMIAL = (
    *("_sample_multinomial", "sample_multinomial"),
    *("_sample_categorical", "sample_categorical"),
)


@rules(*_MULTINOMIAL)
def _sample_multinomial(
    data: Array, *, shape: Any = (), get_prob: Any = False, dtype: Any = "int32"
) -> Any:
    """get_prob: logarithms of the probabilities of what was drawn, too; these have a gradient."""
    extra = _shape(shape)
    kind = dtype_of(dtype, "int32")
    if data.shape[-1] > _counted_by(numpy.dtype(kind)):
        raise InvalidValue(f"`dtype` must tell {data.shape[-1]} classes apart; got {kind}")
    rows = data.reshape((*data.shape[:-1], *(1,) * len(extra), data.shape[-1]))
    spread = np.broadcast_to(rows, (*data.shape[:-1], *extra, data.shape[-1]))
    drawn = np.random.categorical(npx.stop_gradient(spread))
    places = drawn.astype(kind)
    return (places, np.log(npx.pick(spread, drawn, -1))) if flag(get_prob) else places


def _counted_by(dtype: numpy.dtype) -> int:
    """How many whole numbers from 0 on a dtype tells apart."""
    if dtype.kind == "f":
        return int(2 ** (numpy.finfo(dtype).nmant + 1))
    return int(numpy.iinfo(dtype).max) + 1


@rules("_shuffle", "shuffle", "_npi_shuffle")
def _shuffle(data: Array) -> ndarray:
    return np.random.permutation(data)


counted(_MULTINOMIAL, lambda given: 2 if flag(given.get("get_prob")) else 1)


@rules("_sample_unique_zipfian")
def _unique_zipfian(*, range_max: int, shape: Any) -> tuple[ndarray, ndarray]:
    """In each row classes that differ from each other, int64, drawn with the chance
    log((c + 2) / (c + 1)) / log(range_max + 1) of class c; and how many draws the row took. How
    many these are follows from what is drawn, so a graph cannot have it."""
    rows, count = ints(shape, "shape", 2)
    if count > range_max:
        raise InvalidValue(f"`shape` must have at most {range_max} classes a row; got {count}")
    seed = np.random.randint(0, 2**31 - 1, (2,), "int32").asnumpy()
    draws = numpy.random.default_rng(seed)
    found = [_distinct(draws, int(range_max), count) for _ in range(rows)]
    classes = numpy.stack([row for row, _ in found])
    return np.array(classes), np.array([tries for _, tries in found], "int64")


def _distinct(draws: numpy.random.Generator, range_max: int, count: int) -> tuple[Any, int]:
    """The first `count` classes that differ, and how many were drawn until then."""
    drawn = numpy.zeros(0, "int64")
    while True:
        more = numpy.exp(draws.uniform(0, numpy.log(range_max + 1), 2 * count))
        drawn = numpy.concatenate([drawn, (more.astype("int64") - 1) % range_max])
        firsts = numpy.sort(numpy.unique(drawn, return_index=True)[1])
        if len(firsts) >= count:
            return drawn[firsts[:count]], int(firsts[count - 1]) + 1


counted(("_sample_unique_zipfian",), 2)
