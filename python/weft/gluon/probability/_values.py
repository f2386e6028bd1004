"""Values of distributions: numbers and arrays as arrays of one floating dtype, and functions of
probabilities and logits that take both.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as _numpy

from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ArrayLike, ndarray


def is_number(value: Any) -> bool:
    return isinstance(value, int | float | _numpy.number)


def parameters_of(where: str, **given: Any) -> dict[str, ndarray]:
    """The parameters as arrays of one floating dtype, those that are None left out.

    Numbers take the dtype of the arrays; integers become the default float. An array that has the
    dtype already stays the same object, so that gradients reach it.
    """
    arrays = {}
    for name, value in given.items():
        if value is not None and not is_number(value):
            try:
                arrays[name] = np.asarray(value)
            except (TypeError, ValueError) as error:
                raise InvalidType(
                    f"{where}: `{name}` must be a number or an array; got {value!r}"
                ) from error
    kinds = [a for a in arrays.values() if a.dtype.kind not in "iub"]
    dtype = np.result_type(*kinds) if kinds else _numpy.dtype("float32")
    return {
        name: as_dtype(arrays.get(name, value), dtype)
        for name, value in given.items()
        if value is not None
    }


def as_dtype(value: ArrayLike, dtype: Any) -> ndarray:
    """The value as an array of a dtype: the same object where it is one."""
    if is_number(value):
        return np.asarray(value, dtype=dtype)
    array = np.asarray(value)
    return array if array.dtype == dtype else array.astype(dtype)


def as_floating(value: ArrayLike, dtype: Any) -> ndarray:
    """The value as an array: numbers and integers as `dtype`, floating arrays as they are."""
    if is_number(value):
        return np.asarray(value, dtype=dtype)
    array = np.asarray(value)
    return array.astype(dtype) if array.dtype.kind in "iub" else array


def one_of(where: str, prob: Any, logit: Any) -> str:
    """The name of the one that is given. Raises ValueError where both or none are."""
    if (prob is None) == (logit is None):
        given = "none" if prob is None else "both"
        raise InvalidValue(f"{where}: exactly one of `prob` and `logit` must be given; got {given}")
    return "logit" if prob is None else "prob"


def clipped(prob: ndarray) -> ndarray:
    """Probabilities that have a logarithm: at least one unit of the dtype away from 0 and 1."""
    unit = float(np.finfo(prob.dtype).eps)
    return np.clip(prob, unit, 1 - unit)


def prob2logit(prob: ArrayLike, binary: bool = True) -> ndarray:
    """Logits of probabilities: log(p / (1 - p)), or log(p) of several classes.

    prob: floating, in [0, 1]; values at the ends are moved inwards by one unit of their dtype
    binary: is it the probability of one event? Otherwise the last axis has classes

    >>> prob2logit(np.array([0.5, 0.75]))
    array([0.       , 1.0986123])
    """
    prob = clipped(as_floating(prob, "float32"))
    return np.log(prob) - np.log1p(-prob) if binary else np.log(prob)


def logit2prob(logit: ArrayLike, binary: bool = True) -> ndarray:
    """Probabilities of logits: the sigmoid, or the softmax over the last axis.

    >>> logit2prob(np.array([0.0, 0.0]), binary=False)
    array([0.5, 0.5])
    """
    logit = as_floating(logit, "float32")
    return npx.sigmoid(logit) if binary else npx.softmax(logit, axis=-1)


def _number_inverse_erf(x: float) -> float:
    if not -1 < x < 1:
        return math.copysign(math.inf, x) if abs(x) == 1 else math.nan
    from statistics import NormalDist

    return NormalDist().inv_cdf((x + 1) / 2) / math.sqrt(2) if x else 0.0


def _of_both(of_number: Callable[[float], float], operator: str) -> Callable[[Any], Any]:
    def function(x: Any) -> Any:
        return of_number(x) if is_number(x) else getattr(npx, operator)(x)

    function.__name__ = function.__qualname__ = operator
    return function


def erf() -> Callable[[Any], Any]:
    """The error function of numbers and arrays alike: a number gives a number.

    >>> erf()(0.0)
    0.0
    """
    return _of_both(math.erf, "erf")


def erfinv() -> Callable[[Any], Any]:
    """The inverse of the error function, of numbers and arrays alike.

    >>> erfinv()(0.0)
    0.0
    """
    return _of_both(_number_inverse_erf, "erfinv")


def gammaln() -> Callable[[Any], Any]:
    """The logarithm of the gamma function's absolute value, of numbers and arrays alike.

    >>> gammaln()(1.0)
    0.0
    """
    return _of_both(math.lgamma, "gammaln")


def digamma() -> Callable[[Any], Any]:
    """The derivative of `gammaln`, of numbers and arrays alike.

    >>> round(digamma()(1.0), 4)
    -0.5772
    """
    return _of_both(lambda x: npx.digamma(np.asarray(x, dtype="float64")).item(), "digamma")


def sum_last(x: ndarray, count: int) -> ndarray:
    """The sum over the last `count` axes."""
    return x.sum(axis=tuple(range(x.ndim - count, x.ndim))) if count else x


def times_log(x: ndarray, y: ndarray) -> ndarray:
    """x * log(y), 0 where both are 0."""
    return x * np.log(np.where(np.logical_and(x == 0, y == 0), 1.0, y))


def log_beta(*parts: ndarray) -> ndarray:
    """Logarithm of the beta function of two arrays."""
    a, b = parts
    return npx.gammaln(a) + npx.gammaln(b) - npx.gammaln(a + b)


EULER = 0.57721566490153286  # Euler's constant, the mean of the standard Gumbel distribution
