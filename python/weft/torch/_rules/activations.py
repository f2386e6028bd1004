"""Activations."""

from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.torch._rules._table import aten


def _plain(name: str, function: Callable[[Any], Any]) -> None:
    @aten(name)
    def rule(self: Array) -> ndarray:
        return function(self)


for _name, _function in {
    "hardsigmoid": lambda x: np.clip(x + 3, 0, 6) / 6,
    "hardswish": npx.hard_swish,
    "log_sigmoid": npx.log_sigmoid,
    "mish": npx.mish,
    "relu": npx.relu,
    "relu6": npx.relu6,
    "selu": npx.selu,
    "sigmoid": npx.sigmoid,
    "silu": npx.silu,
}.items():
    _plain(_name, _function)


@aten("gelu")
def _gelu(self: Array, approximate: str = "none") -> ndarray:
    if approximate not in ("none", "tanh"):
        raise Unsupported(f"`approximate` must be none or tanh; got {approximate!r}")
    return npx.gelu(self, approximation="erf" if approximate == "none" else "tanh")


@aten("elu")
def _elu(self: Array, alpha: Any = 1, scale: Any = 1, input_scale: Any = 1) -> ndarray:
    if scale == input_scale == 1:
        return npx.elu(self, float(alpha))
    below = np.expm1(np.minimum(self, 0) * input_scale) * alpha
    return np.where(self > 0, self, below) * scale


@aten("celu")
def _celu(self: Array, alpha: float = 1.0) -> ndarray:
    return npx.celu(self, alpha)


@aten("leaky_relu")
def _leaky_relu(self: Array, negative_slope: float = 0.01) -> ndarray:
    return npx.leaky_relu(self, negative_slope)


@aten("prelu")
def _prelu(self: Array, weight: Array) -> ndarray:
    if weight.ndim == 1 and weight.shape[0] > 1 and self.ndim > 1:  # one a channel
        weight = weight.reshape((-1,) + (1,) * (self.ndim - 2))
    return np.where(self < 0, self * weight, self)


@aten("hardtanh")
def _hardtanh(self: Array, min_val: Any = -1, max_val: Any = 1) -> ndarray:
    return np.clip(self, min_val, max_val)


@aten("softplus")
def _softplus(self: Array, beta: Any = 1, threshold: Any = 20) -> ndarray:
    scaled = self if beta == 1 else self * beta
    soft = npx.softplus(scaled)
    return np.where(scaled > threshold, self, soft if beta == 1 else soft / beta)


@aten("hardshrink")
def _hardshrink(self: Array, lambd: float = 0.5) -> ndarray:
    return np.where(np.abs(self) > lambd, self, 0)


@aten("softshrink")
def _softshrink(self: Array, lambd: float = 0.5) -> ndarray:
    return np.where(self > lambd, self - lambd, np.where(self < -lambd, self + lambd, 0))


@aten("threshold")
def _threshold(self: Array, threshold: Any, value: Any) -> ndarray:
    return np.where(self > threshold, self, value)


@aten("glu")
def _glu(self: Array, dim: int = -1) -> ndarray:
    values, gates = np.split(self, 2, axis=dim)
    return values * npx.sigmoid(gates)
