"""Random numbers as `mx.np.random` has them: the same for the same seed, not MXNet's numbers.

>>> from weft import mxnet as mx
>>> mx.np.random.seed(1)
>>> mx.np.random.uniform(size=(2, 3)).shape
(2, 3)
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._modes import default_dtype
from weft.mxnet._operators._arguments import by_name
from weft.mxnet.device import native_of
from weft.mxnet.numpy._creation import written

_native = np.random


def seed(seed_state: int | None = None, device: Any = "all") -> None:
    """Starts the numbers again from a seed, an integer; without one from a random place."""
    if seed_state is None:
        seed_state = int(numpy.random.SeedSequence().generate_state(1)[0])
    if not isinstance(seed_state, int | numpy.integer):
        raise InvalidValue(f"seed: `seed_state` must be an integer; got {seed_state!r}")
    _native.seed(int(seed_state) % 2**63)


def _placed(found: ndarray, device: Any, ctx: Any, out: ndarray | None) -> ndarray:
    where = native_of(device, ctx)
    return written(found if where is None else found.to_device(where), out)


def _dtype(dtype: Any) -> Any:
    return default_dtype() if dtype is None else dtype


def check_range(where: str, name: str, value: Any, low: float, high: float | None = None) -> None:
    """Raises ValueError for numbers outside of a range; without an upper end the lower one is
    outside, too. Arrays that are traced have no numbers yet."""
    if isinstance(value, ndarray) and (native.is_traced(value) or not value.size):
        return
    numbers = value.asnumpy() if isinstance(value, ndarray) else numpy.asarray(value)
    if high is None:
        if not (numbers > low).all():
            raise InvalidValue(f"{where}: `{name}` must be above {low}; got {numbers.min()}")
    elif not ((numbers >= low) & (numbers <= high)).all():
        raise InvalidValue(
            f"{where}: `{name}` must be from {low} to {high}; got {numbers.tolist()}"
        )


def _distribution(
    name: str, draw: Callable[..., ndarray], defaults: dict[str, Any], takes_dtype: bool = True
) -> Any:
    """A function of a distribution's parameters, under MXNet's names of them; None as a default
    stands for one that must be given."""
    names = (*defaults, "size", *(("dtype",) if takes_dtype else ()), "device")

    def function(*args: Any, ctx: Any = None, out: ndarray | None = None, **kwargs: Any) -> ndarray:
        given = by_name(name, names, args, kwargs)
        values = {key: given.get(key, value) for key, value in defaults.items()}
        for key, value in values.items():
            if value is None:
                raise InvalidType(f"{name}: `{key}` must be given")
        found = draw(*values.values(), given.get("size"), _dtype(given.get("dtype")))
        return _placed(found, given.get("device"), ctx, out)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = (
        f"Numbers of this distribution.\n\n    {', '.join(defaults)}: numbers or arrays\n    "
        "size: the shape that the parameters broadcast to unless given\n    "
    )
    return function


def _draw_uniform(low: Any, high: Any, size: Any, dtype: Any) -> ndarray:
    if isinstance(low, ndarray | numpy.ndarray | list) or isinstance(
        high, ndarray | numpy.ndarray | list
    ):
        low, high = np.asarray(low), np.asarray(high)
        shape = numpy.broadcast_shapes(low.shape, high.shape) if size is None else size
        part = _native.uniform(0.0, 1.0, shape, dtype)
        return (low + part * (high - low)).astype(dtype)
    return _native.uniform(low, high, size, dtype)


def _draw_normal(loc: Any, scale: Any, size: Any, dtype: Any) -> ndarray:
    if isinstance(scale, int | float) and scale < 0:
        raise InvalidValue(f"normal: `scale` must be at least 0; got {scale}")
    return _native.normal(loc, scale, size, dtype)


uniform = _distribution("uniform", _draw_uniform, {"low": 0.0, "high": 1.0})
normal = _distribution("normal", _draw_normal, {"loc": 0.0, "scale": 1.0})
gumbel = _distribution("gumbel", _native.gumbel, {"loc": 0.0, "scale": 1.0})
laplace = _distribution("laplace", _native.laplace, {"loc": 0.0, "scale": 1.0})
logistic = _distribution("logistic", _native.logistic, {"loc": 0.0, "scale": 1.0})
lognormal = _distribution("lognormal", _native.lognormal, {"mean": 0.0, "sigma": 1.0})


def gamma(
    shape: ArrayLike,
    scale: ArrayLike = 1.0,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """Numbers of the gamma distribution; `shape` is its shape parameter, above 0."""
    check_range("gamma", "shape", shape, 0)
    check_range("gamma", "scale", scale, 0)
    return _placed(_native.gamma(shape, scale, size, _dtype(dtype)), device, ctx, out)


def beta(
    a: ArrayLike, b: ArrayLike, size: Any = None, dtype: Any = None, device: Any = None
) -> ndarray:
    """Numbers of the beta distribution, from 0 to 1."""
    return _placed(_native.beta(a, b, size, _dtype(dtype)), device, None, None)


def chisquare(df: ArrayLike, size: Any = None, dtype: Any = None, device: Any = None) -> ndarray:
    """Sums of squares of `df` normal numbers."""
    return _placed(_native.chisquare(df, size, _dtype(dtype)), device, None, None)


def f(dfnum: ArrayLike, dfden: ArrayLike, size: Any = None, device: Any = None) -> ndarray:
    """Quotients of two means of squares, of `dfnum` and `dfden` normal numbers."""
    return _placed(_native.f(dfnum, dfden, size, default_dtype()), device, None, None)


exponential = _distribution("exponential", _native.exponential, {"scale": 1.0}, takes_dtype=False)
rayleigh = _distribution("rayleigh", _native.rayleigh, {"scale": 1.0}, takes_dtype=False)
pareto = _distribution("pareto", _native.pareto, {"a": None}, takes_dtype=False)
power = _distribution("power", _native.power, {"a": None}, takes_dtype=False)
weibull = _distribution("weibull", _native.weibull, {"a": None}, takes_dtype=False)


def rand(*size: int, **kwargs: Any) -> ndarray:
    """Numbers uniform in [0, 1), an array of extents `size`."""
    return uniform(0.0, 1.0, size=size, **kwargs)


def randn(*size: int, **kwargs: Any) -> ndarray:
    """Normal numbers, an array of extents `size`."""
    return normal(0.0, 1.0, size=size, **kwargs)


def randint(
    low: int,
    high: int | None = None,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """Integers from `low` up to, not including, `high`, as int64 unless `dtype` is given.

    Raises ValueError where the range is empty.
    """
    if dtype is None or dtype == "int":
        dtype = "int64"
    return _placed(_native.randint(low, high, size, dtype), device, ctx, out)


def choice(
    a: Any,
    size: Any = None,
    replace: bool = True,
    p: Any = None,
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """Elements drawn from the rows of `a`, or from the numbers 0 to a - 1."""
    return _placed(_native.choice(a, size, replace, p), device, ctx, out)


def multinomial(n: int, pvals: ArrayLike, size: Any = None, **kwargs: Any) -> ndarray:
    """How often each class is drawn in `n` draws with the probabilities `pvals`."""
    return _native.multinomial(n, pvals, size)


def multivariate_normal(
    mean: ArrayLike, cov: ArrayLike, size: Any = None, check_valid: Any = None, tol: Any = None
) -> ndarray:
    """Vectors that are normal with means `mean` and covariances `cov`.

    Raises NotImplementedError for `check_valid` and `tol`.
    """
    if check_valid is not None or tol is not None:
        raise NotImplementedError("multivariate_normal: `check_valid` and `tol` must be left out")
    return _native.multivariate_normal(mean, cov, size)


def shuffle(x: ndarray) -> None:
    """Puts the rows of `x` in random order, in place."""
    _native.shuffle(x)


__all__ = [
    "beta",
    "chisquare",
    "choice",
    "exponential",
    "f",
    "gamma",
    "gumbel",
    "laplace",
    "logistic",
    "lognormal",
    "multinomial",
    "multivariate_normal",
    "normal",
    "pareto",
    "power",
    "rand",
    "randint",
    "randn",
    "rayleigh",
    "seed",
    "shuffle",
    "uniform",
    "weibull",
]
__dir__ = __all__.copy
