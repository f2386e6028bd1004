"""Random numbers as `mx.nd.random` draws them: of numbers as parameters, or of arrays, which give
`shape` numbers for each of their elements.

>>> from weft import mxnet as mx
>>> mx.nd.random.uniform(0, 1, shape=(2, 3)).shape
(2, 3)
>>> mx.nd.random.normal(mx.nd.zeros(2), mx.nd.ones(2), shape=4).shape
(2, 4)
"""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet.device import native_of
from weft.mxnet.ndarray._array import NDArray, plain, shaped
from weft.mxnet.ndarray._functions import finder, written

_FLOAT = "float32"


def _extents(shape: Any) -> tuple[int, ...]:
    return () if shape is None else ints(shape, "shape")


def _result(found: ndarray, ctx: Any, out: Any, dtype: Any) -> NDArray:
    place = native_of(None, ctx)
    found = found.astype(dtype_of(dtype, _FLOAT))
    result = shaped(found if place is None else found.to_device(place))
    return result if out is None else written(result, out)


def _drawn(
    name: str,
    draw: Callable[..., ndarray],
    params: dict[str, Any],
    shape: Any,
    dtype: Any,
    ctx: Any,
    out: Any,
) -> NDArray:
    """Numbers of a distribution. draw: of arrays of parameters, all of the result's shape."""
    for key, value in params.items():
        if not isinstance(value, ndarray | int | float | numpy.generic):
            raise InvalidType(
                f"{name}: `{key}` must be a number or an array; got {type(value).__name__}"
            )
    arrays = [value for value in params.values() if isinstance(value, ndarray)]
    if arrays and len(arrays) != len(params):
        kinds = ", ".join(f"{key}: {type(value).__name__}" for key, value in params.items())
        raise InvalidType(f"{name}: parameters must all be numbers or all be arrays; got {kinds}")
    extents = _extents(shape)
    if not arrays:
        if shape is None and out is not None:
            extents = out.shape
        return _result(draw(*params.values(), extents or (1,)), ctx, out, dtype)
    whole = (*arrays[0].shape, *extents)
    spread = [np.broadcast_to(_spread(plain(x), len(whole)), whole) for x in arrays]
    return _result(draw(*spread, whole), ctx, out, dtype or arrays[0].dtype.name)


def _spread(array: ndarray, ndim: int) -> ndarray:
    return array.reshape((*array.shape, *(1,) * (ndim - array.ndim)))


# ---- distributions: of parameters, numbers or arrays, and a shape --------------------------------


def _uniform(low: Any, high: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.uniform(0.0, 1.0, shape, _FLOAT) * (high - low) + low


def _normal(loc: Any, scale: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.normal(0.0, 1.0, shape, _FLOAT) * scale + loc


def _exponential(scale: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.exponential(1.0, shape, _FLOAT) * scale


def _gamma(alpha: Any, beta: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.gamma(alpha, 1.0, shape, _FLOAT) * beta


def _poisson(lam: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.poisson(lam, shape)


def _negative_binomial(k: Any, p: Any, shape: tuple[int, ...]) -> ndarray:
    """Failures before `k` successes: Poisson numbers of rates that are gamma numbers."""
    return np.random.poisson(_gamma(k, (1 - p) / p, shape), shape)


def _generalized(mu: Any, alpha: Any, shape: tuple[int, ...]) -> ndarray:
    if isinstance(alpha, int | float) and alpha == 0:
        return np.random.poisson(mu, shape)
    return np.random.poisson(_gamma(1 / alpha, alpha * mu, shape), shape)


def _binomial(n: Any, p: Any, shape: tuple[int, ...]) -> ndarray:
    return np.random.binomial(n, p, shape)


def uniform(
    low: Any = 0,
    high: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Numbers uniform in [low, high)."""
    return _drawn("uniform", _uniform, {"low": low, "high": high}, shape, dtype, ctx, out)


def normal(
    loc: Any = 0,
    scale: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Normal numbers with mean `loc` and standard deviation `scale`."""
    return _drawn("normal", _normal, {"loc": loc, "scale": scale}, shape, dtype, ctx, out)


def randn(*shape: int, **kwargs: Any) -> NDArray:
    """Normal numbers in an array of these extents; `loc`, `scale` and `dtype` by name."""
    return normal(kwargs.pop("loc", 0), kwargs.pop("scale", 1), shape or None, **kwargs)


def exponential(
    scale: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Exponential numbers with mean `scale`."""
    return _drawn("exponential", _exponential, {"scale": scale}, shape, dtype, ctx, out)


def gamma(
    alpha: Any = 1,
    beta: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Gamma numbers of shape `alpha` and scale `beta`."""
    return _drawn("gamma", _gamma, {"alpha": alpha, "beta": beta}, shape, dtype, ctx, out)


def poisson(
    lam: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Counts of the Poisson distribution with mean `lam`."""
    return _drawn("poisson", _poisson, {"lam": lam}, shape, dtype, ctx, out)


def negative_binomial(
    k: Any = 1,
    p: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Counts of failures before `k` successes of probability `p`."""
    return _drawn("negative_binomial", _negative_binomial, {"k": k, "p": p}, shape, dtype, ctx, out)


def generalized_negative_binomial(
    mu: Any = 1,
    alpha: Any = 1,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Counts of mean `mu` and variance mu + alpha·mu²."""
    params = {"mu": mu, "alpha": alpha}
    return _drawn("generalized_negative_binomial", _generalized, params, shape, dtype, ctx, out)


def binomial(
    n: Any = 1,
    p: Any = 0.5,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Counts of successes in `n` trials of probability `p`."""
    return _drawn("binomial", _binomial, {"n": n, "p": p}, shape, dtype, ctx, out)


def randint(
    low: int,
    high: int,
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
    **kwargs: Any,
) -> NDArray:
    """Integers in [low, high), int32 by default. Raises ValueError for an empty range."""
    extents = out.shape if shape is None and out is not None else _extents(shape)
    kind = dtype_of(dtype, "int32")
    return _result(np.random.randint(int(low), int(high), extents or (1,), kind), ctx, out, kind)


def multinomial(
    data: NDArray,
    shape: Any = None,
    get_prob: bool = False,
    out: Any = None,
    dtype: Any = "int32",
    **kwargs: Any,
) -> Any:
    """Places drawn by probabilities along the last axis, `shape` for each row.

    get_prob: the logarithms of the probabilities of what was drawn, too, which have a gradient
    """
    rows = plain(data)
    extents = _extents(shape)
    whole = (*rows.shape[:-1], *extents)
    spread = rows.reshape((*rows.shape[:-1], *(1,) * len(extents), rows.shape[-1]))
    spread = np.broadcast_to(spread, (*whole, rows.shape[-1]))
    drawn = np.random.categorical(spread.detach())
    places = shaped(drawn.astype(dtype_of(dtype)))
    if out is not None:
        written(places, out[0] if isinstance(out, list | tuple) else out)
    if not get_prob:
        return places if out is None else out
    from weft import npx

    chances = np.log(npx.pick(spread, drawn, -1))
    return [places, shaped(chances)]


categorical = multinomial


def shuffle(data: NDArray, **kwargs: Any) -> NDArray:
    """The rows of an array in random order, as a copy."""
    found = shaped(np.random.permutation(plain(data)))
    out = kwargs.get("out")
    return found if out is None else written(found, out)


def _like(name: str, function: Callable[..., NDArray], names: tuple[str, ...]) -> Any:
    def call(
        data: NDArray, *args: Any, out: Any = None, name: Any = None, **kwargs: Any
    ) -> NDArray:
        for key in kwargs:
            if key not in names:
                raise InvalidType(f"{call.__name__}: `{key}` is no argument; it accepts {names}")
        given = dict(zip(names, args, strict=False)) | kwargs
        if "lam" in given and function is exponential:
            given["scale"] = 1 / given.pop("lam")
        return function(**given, shape=data.shape, dtype=data.dtype.name, out=out)

    call.__name__ = call.__qualname__ = f"{name}_like"
    call.__doc__ = f"Numbers as `{name}` draws them, in the shape and dtype of `data`."
    return call


uniform_like = _like("uniform", uniform, ("low", "high"))
normal_like = _like("normal", normal, ("loc", "scale"))
exponential_like = _like("exponential", exponential, ("lam",))
gamma_like = _like("gamma", gamma, ("alpha", "beta"))
poisson_like = _like("poisson", poisson, ("lam",))
negative_binomial_like = _like("negative_binomial", negative_binomial, ("k", "p"))
generalized_negative_binomial_like = _like(
    "generalized_negative_binomial", generalized_negative_binomial, ("mu", "alpha")
)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.random", ("_random_", "random_"), globals())

__all__ = [
    "binomial",
    "categorical",
    "exponential",
    "exponential_like",
    "gamma",
    "gamma_like",
    "generalized_negative_binomial",
    "generalized_negative_binomial_like",
    "multinomial",
    "negative_binomial",
    "negative_binomial_like",
    "normal",
    "normal_like",
    "poisson",
    "poisson_like",
    "randint",
    "randn",
    "shuffle",
    "uniform",
    "uniform_like",
]
__dir__ = __all__.copy
