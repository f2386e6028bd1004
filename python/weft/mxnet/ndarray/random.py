"""Random numbers as `mx.nd.random` draws them: of numbers as parameters, or of arrays, which give
`shape` numbers for each of their elements.

>>> from weft import mxnet as mx
>>> mx.nd.random.uniform(0, 1, shape=(2, 3)).shape
(2, 3)
>>> mx.nd.random.normal(mx.nd.zeros(2), mx.nd.ones(2), shape=4).shape
(2, 4)
"""

import inspect
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base.errors import InvalidType
from weft._base.spelling import public_module
from weft._core.typing import ndarray
from weft.mxnet._operators import invoke
from weft.mxnet._operators._arguments import by_name
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet.device import native_of
from weft.mxnet.ndarray._array import NDArray, plain, shaped
from weft.mxnet.ndarray._functions import finder, names_behind, written

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
    params: dict[str, Any],
    shape: Any = None,
    dtype: Any = None,
    ctx: Any = None,
    out: Any = None,
) -> NDArray:
    """Numbers of a distribution: by the operator of numbers, or by that of arrays."""
    for key, value in params.items():
        if not isinstance(value, ndarray | int | float | numpy.generic):
            raise InvalidType(
                f"{name}: `{key}` must be a number or an array; got {type(value).__name__}"
            )
    arrays = [value for value in params.values() if isinstance(value, ndarray)]
    if arrays and len(arrays) != len(params):
        kinds = ", ".join(f"{key}: {type(value).__name__}" for key, value in params.items())
        raise InvalidType(f"{name}: parameters must all be numbers or all be arrays; got {kinds}")
    if name == "exponential":
        params = {"lam": _inverse(params["scale"])}
    extents, is_double = _extents(shape), dtype_of(dtype) in ("float64", numpy.float64)
    options = {"shape": extents, "dtype": "float64" if is_double else _FLOAT}
    if arrays:
        found = invoke(f"_sample_{name}", list(map(plain, params.values())), options)
        return _result(found, ctx, out, dtype or arrays[0].dtype.name)
    if shape is None and out is not None:
        extents = out.shape
    found = invoke(f"_random_{name}", [], {**params, **options, "shape": extents or (1,)})
    return _result(found, ctx, out, dtype)


def _inverse(scale: Any) -> Any:
    return 1 / plain(scale) if isinstance(scale, ndarray) or scale else math.inf


# ---- distributions: of parameters, numbers or arrays, and a shape --------------------------------


def _distribution(name: str, defaults: dict[str, Any], text: str) -> Callable[..., NDArray]:
    """A function of a distribution's parameters, `shape`, `dtype`, `ctx` and `out`."""
    names = (*defaults, "shape", "dtype", "ctx", "out")

    def function(*args: Any, **kwargs: Any) -> NDArray:
        kwargs.pop("name", None)
        given = defaults | by_name(name, names, args, kwargs)
        params = {key: given.pop(key) for key in defaults}
        return _drawn(name, params, **given)

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    shown = [inspect.Parameter(one, kind, default=defaults.get(one)) for one in names]
    function.__signature__ = inspect.Signature(shown)  # type: ignore[attr-defined]
    function.__name__ = function.__qualname__ = name
    function.__doc__ = text
    return function


uniform = _distribution("uniform", {"low": 0, "high": 1}, "Numbers uniform in [low, high).")
normal = _distribution(
    "normal",
    {"loc": 0, "scale": 1},
    "Normal numbers with mean `loc` and standard deviation `scale`.",
)
exponential = _distribution("exponential", {"scale": 1}, "Exponential numbers with mean `scale`.")
gamma = _distribution(
    "gamma", {"alpha": 1, "beta": 1}, "Gamma numbers of shape `alpha` and scale `beta`."
)
poisson = _distribution(
    "poisson", {"lam": 1}, "Counts of the Poisson distribution with mean `lam`."
)
negative_binomial = _distribution(
    "negative_binomial",
    {"k": 1, "p": 1},
    "Counts of failures before `k` successes of probability `p`.",
)
generalized_negative_binomial = _distribution(
    "generalized_negative_binomial",
    {"mu": 1, "alpha": 1},
    "Counts of mean `mu` and variance mu + alpha·mu².",
)
binomial = _distribution(
    "binomial", {"n": 1, "p": 0.5}, "Counts of successes in `n` trials of probability `p`."
)


def randn(*shape: int, **kwargs: Any) -> NDArray:
    """Normal numbers in an array of these extents; `loc`, `scale` and `dtype` by name."""
    return normal(kwargs.pop("loc", 0), kwargs.pop("scale", 1), shape or None, **kwargs)


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


def categorical(
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
    options = {"shape": _extents(shape), "get_prob": get_prob, "dtype": dtype}
    found = invoke("_sample_multinomial", [plain(data)], options)
    places, *chances = map(shaped, found if get_prob else [found])
    if out is not None:
        written(places, out[0] if isinstance(out, list | tuple) else out)
    if get_prob:
        return [places, *chances]
    return places if out is None else out


def multinomial(*args: Any, **kwargs: Any) -> Any:
    """Places drawn by probabilities, as 1.x has it: what `categorical` gives. With `n` or `p`, as
    in 2.0, how often each class is drawn in `n` draws with the probabilities `p`.

    n: (N,), or a number; p: (N, K); shape: of the repetitions for each row

    Returns (N, shape, K) for `n` and `p`.
    """
    if "n" not in kwargs and "p" not in kwargs:
        return categorical(*args, **kwargs)
    for name in ("ctx", "device"):
        kwargs.pop(name, None)
    out = kwargs.pop("out", None)
    counts = public_module("mxnet.numpy_extension.random").multinomial
    found = shaped(counts(*args, **{"dtype": "int32", **kwargs}))
    return found if out is None else written(found, out)


def shuffle(data: NDArray, **kwargs: Any) -> NDArray:
    """The rows of an array in random order, as a copy."""
    found = shaped(np.random.permutation(plain(data)))
    out = kwargs.get("out")
    return found if out is None else written(found, out)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray.random", ("_random_", "random_"), globals())

_OWN = (
    *("binomial", "categorical", "exponential", "gamma", "generalized_negative_binomial"),
    *("multinomial", "negative_binomial", "normal", "poisson", "randint", "randn", "shuffle"),
    "uniform",
)
# In the shape and dtype of an array: operators of the table alone.
_LIKE = tuple(name for name in names_behind(("_random_",)) if name.endswith("_like"))
__all__: Any = sorted({*_OWN, *_LIKE})
__dir__ = __all__.copy
