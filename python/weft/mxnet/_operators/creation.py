"""Operators that make arrays of a shape and a dtype."""

from collections.abc import Callable
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.mxnet._operators._attributes import dtype_of, flag, ints
from weft.mxnet._operators._table import RULES as rules


def _filled(make: Callable[..., ndarray]) -> Callable[..., ndarray]:
    def rule(*, shape: Any = (), dtype: Any = "float32") -> ndarray:
        return make(ints(shape, "shape"), dtype_of(dtype, "float32"))

    return rule


rules("_zeros", "_npi_zeros", "_zeros_without_dtype")(_filled(np.zeros))
rules("_ones", "_npi_ones")(_filled(np.ones))


@rules("_full", "_npi_full")
def _full(
    *, shape: Any = (), value: float = 0.0, fill_value: Any = None, dtype: Any = "float32"
) -> ndarray:
    number = value if fill_value is None else fill_value
    return np.full(ints(shape, "shape"), number, dtype_of(dtype, "float32"))


@rules("_npi_full_like", "full_like")
def _full_like(a: Array, *, fill_value: float = 0.0, dtype: Any = None) -> ndarray:
    return np.full_like(a, fill_value, dtype_of(dtype))


@rules("_arange", "_npi_arange")
def _arange(
    *,
    start: float = 0.0,
    stop: Any = None,
    step: float = 1.0,
    repeat: int = 1,
    infer_range: Any = False,
    dtype: Any = "float32",
) -> ndarray:
    begin, end = (0, start) if stop is None else (start, stop)
    row = np.arange(begin, end, step).astype(dtype_of(dtype, "float32"))
    return row if repeat == 1 else np.repeat(row, int(repeat))


@rules("_linspace", "_npi_linspace")
def _linspace(
    *,
    start: float,
    stop: float,
    step: Any = None,
    num: int = 50,
    endpoint: Any = True,
    repeat: int = 1,
    infer_range: Any = False,
    dtype: Any = "float32",
) -> ndarray:
    found = np.linspace(start, stop, int(num), endpoint=flag(endpoint))
    return found.astype(dtype_of(dtype, "float32"))


@rules("_eye", "_npi_eye")
def _eye(*, N: int, M: Any = None, k: int = 0, dtype: Any = "float32") -> ndarray:
    columns = int(M) if M else None
    return np.eye(int(N), columns, k=int(k), dtype=dtype_of(dtype, "float32"))


@rules("_npi_identity")
def _identity(*, shape: Any, dtype: Any = "float32") -> ndarray:
    return np.eye(ints(shape, "shape")[0], dtype=dtype_of(dtype, "float32"))
