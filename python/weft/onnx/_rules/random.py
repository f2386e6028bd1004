"""Operators that draw random numbers. They draw from Weft's generator, as `weft.np.random` does;
a `seed` in the model is left aside, because its generator is not the same."""

from typing import Any

import numpy

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules

_DRAWN = ("float32", "float64")  # dtypes that are drawn; others are cast from float32


def _dtype(code: int | None, default: Any) -> numpy.dtype[Any]:
    from weft.onnx._tensors import dtype_of

    return numpy.dtype(default) if code is None else dtype_of(code)


def _drawn(function: Any, a: float, b: float, shape: Any, dtype: numpy.dtype[Any]) -> ndarray:
    drawn = dtype.name if dtype.name in _DRAWN else "float32"
    return function(a, b, size=tuple(shape), dtype=drawn).astype(dtype.name)


@rules("RandomNormal")
def _random_normal(
    *,
    shape: list[int],
    dtype: int = 1,
    mean: float = 0.0,
    scale: float = 1.0,
    seed: float | None = None,
) -> ndarray:
    return _drawn(np.random.normal, mean, scale, shape, _dtype(dtype, None))


@rules("RandomUniform")
def _random_uniform(
    *,
    shape: list[int],
    dtype: int = 1,
    low: float = 0.0,
    high: float = 1.0,
    seed: float | None = None,
) -> ndarray:
    return _drawn(np.random.uniform, low, high, shape, _dtype(dtype, None))


@rules("RandomNormalLike")
def _random_normal_like(
    x: Array,
    *,
    dtype: int | None = None,
    mean: float = 0.0,
    scale: float = 1.0,
    seed: float | None = None,
) -> ndarray:
    return _drawn(np.random.normal, mean, scale, x.shape, _dtype(dtype, x.dtype))


@rules("RandomUniformLike")
def _random_uniform_like(
    x: Array,
    *,
    dtype: int | None = None,
    low: float = 0.0,
    high: float = 1.0,
    seed: float | None = None,
) -> ndarray:
    return _drawn(np.random.uniform, low, high, x.shape, _dtype(dtype, x.dtype))


@rules("Bernoulli")
def _bernoulli(x: Array, *, dtype: int | None = None, seed: float | None = None) -> ndarray:
    return np.random.bernoulli(x, dtype="float32").astype(_dtype(dtype, x.dtype).name)


@rules("Multinomial")
def _multinomial(
    x: Array, *, dtype: int = 6, sample_size: int = 1, seed: float | None = None
) -> ndarray:
    """Classes by their log probabilities, which need not be normalized."""
    drawn = np.random.categorical(npx.softmax(x, axis=-1), size=(sample_size,))
    return np.moveaxis(drawn, 0, -1).astype(_dtype(dtype, None).name)
