"""Arrays that are made from numbers: filled, counted, drawn at random."""

from typing import Any

import numpy

from weft import autograd, np, npx
from weft._core.typing import ndarray
from weft._import.values import Array, is_array
from weft.torch._rules._dtypes import cast, is_counted, number_array
from weft.torch._rules._table import aten


def _full_of(size: Any, value: Any, dtype: Any) -> ndarray:
    if is_counted(value) or is_array(value):
        array = value if is_array(value) else number_array(value)
        return np.broadcast_to(cast(array, dtype), tuple(size))
    return np.full(tuple(size), value, dtype=dtype)


@aten("full", "new_full")
def _full(size: Any, fill_value: Any, dtype: Any = None, self: Any = None) -> ndarray:
    return _full_of(size, fill_value, self.dtype if dtype is None and self is not None else dtype)


@aten("full_like")
def _full_like(self: Array, fill_value: Any, dtype: Any = None) -> ndarray:
    return _full_of(self.shape, fill_value, self.dtype if dtype is None else dtype)


@aten("fill")
def _fill(self: Array, value: Any) -> ndarray:
    return _full_of(self.shape, value, self.dtype)


def _constant(name: str, value: int) -> None:
    @aten(name, f"{name}_strided")
    def rule(size: Any, dtype: Any = "float32", stride: Any = None) -> ndarray:
        return np.full(tuple(size), value, dtype=dtype)

    @aten(f"new_{name}", f"new_{name}_strided")
    def new(self: Array, size: Any, dtype: Any = None, stride: Any = None) -> ndarray:
        return np.full(tuple(size), value, dtype=self.dtype if dtype is None else dtype)

    @aten(f"{name}_like")
    def like(self: Array, dtype: Any = None) -> ndarray:
        return np.full(self.shape, value, dtype=self.dtype if dtype is None else dtype)


_constant("zeros", 0)
_constant("ones", 1)
_constant("empty", 0)


@aten("zero")
def _zero(self: Array) -> ndarray:
    return np.zeros(self.shape, dtype=self.dtype)


@aten("scalar_tensor")
def _scalar_tensor(s: Any, dtype: Any = "float32") -> ndarray:
    return cast(s, dtype) if is_array(s) else number_array(s, dtype)


@aten("arange")
def _arange(end: Any, start: Any = 0, step: Any = 1, dtype: Any = None) -> ndarray:
    return np.arange(start, end, step, dtype=dtype)


@aten("linspace")
def _linspace(start: Any, end: Any, steps: int, dtype: Any = "float32") -> ndarray:
    return np.linspace(start, end, steps, dtype=dtype)


@aten("eye")
def _eye(n: Any, m: Any = None, dtype: Any = "float32") -> ndarray:
    return np.eye(n, m, dtype=dtype)


@aten("tril_indices")
def _tril_indices(row: int, col: int, offset: int = 0, dtype: Any = "int64") -> ndarray:
    return np.array(numpy.stack(numpy.tril_indices(row, offset, col)).astype(dtype))


@aten("triu_indices")
def _triu_indices(row: int, col: int, offset: int = 0, dtype: Any = "int64") -> ndarray:
    return np.array(numpy.stack(numpy.triu_indices(row, offset, col)).astype(dtype))


# ---- random -------------------------------------------------------------------------------------


@aten("rand")
def _rand(size: Any, dtype: Any = "float32") -> ndarray:
    return np.random.uniform(size=tuple(size), dtype=dtype)


@aten("rand_like")
def _rand_like(self: Array, dtype: Any = None) -> ndarray:
    return np.random.uniform(size=self.shape, dtype=self.dtype if dtype is None else dtype)


@aten("randn")
def _randn(size: Any, dtype: Any = "float32") -> ndarray:
    return np.random.normal(size=tuple(size), dtype=dtype)


@aten("randn_like")
def _randn_like(self: Array, dtype: Any = None) -> ndarray:
    return np.random.normal(size=self.shape, dtype=self.dtype if dtype is None else dtype)


@aten("randint")
def _randint(high: int, size: Any, low: int = 0, dtype: Any = "int64") -> ndarray:
    return np.random.randint(low, high, tuple(size), dtype=dtype)


@aten("randint_like")
def _randint_like(self: Array, high: int, low: int = 0, dtype: Any = None) -> ndarray:
    return cast(np.random.randint(low, high, self.shape), self.dtype if dtype is None else dtype)


@aten("randperm")
def _randperm(n: int, dtype: Any = "int64") -> ndarray:
    return cast(np.argsort(np.random.uniform(size=(n,))), dtype)


@aten("bernoulli")
def _bernoulli(self: Array, p: Any = None) -> ndarray:
    share = self if p is None else p
    return cast(np.random.uniform(size=self.shape, dtype="float32") < share, self.dtype)


@aten("normal_functional")
def _normal_functional(self: Array, mean: float = 0, std: float = 1) -> ndarray:
    return np.random.normal(mean, std, self.shape, dtype=self.dtype)


# ---- dropout: as Gluon's, it works inside `autograd.record()` ------------------------------------


def dropped(x: ndarray, p: float, axes: tuple[int, ...] = ()) -> ndarray:
    """In training some elements become 0; all along `axes` share their fate."""
    return npx.dropout(x, p, axes=axes) if p and autograd.is_training() else x


@aten("dropout")
def _dropout(input: Any = None, p: float = 0.5, train: Any = None, self: Any = None) -> ndarray:
    return dropped(self if input is None else input, p)


@aten("native_dropout")
def _native_dropout(input: Array, p: float, train: Any = None) -> tuple[ndarray, ndarray]:
    kept = dropped(np.ones(input.shape, dtype=input.dtype), p)
    return input * kept, kept != 0


@aten("feature_dropout")
def _feature_dropout(
    input: Any = None, p: float = 0.5, train: Any = None, self: Any = None
) -> ndarray:
    x = self if input is None else input
    return dropped(x, p, tuple(range(2, x.ndim)))


__all__ = ["dropped"]
