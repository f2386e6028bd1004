"""Softmax and norms."""

from typing import Any

from weft import np, npx
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.tflite._rules._kinds import of_integers
from weft.tflite._rules._scales import (
    activated,
    ends,
    is_int8,
)
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules._wide import is_int16
from weft.tflite._rules._wide import softmax as wide_softmax


@rules("SOFTMAX", check=of_integers("int8", "int16"))
def _softmax(x: Array, *, beta: float = 0.0, _: Any) -> ndarray:
    inputs, output = ends(_)
    if is_int16(_):
        return wide_softmax(x, inputs[0], beta or 1.0)
    if not is_int8(_):
        return npx.softmax(x if beta in (0.0, 1.0) else x * beta, axis=-1)
    if (output.step, output.zero) != (1.0 / 256, -128):
        raise Unsupported("softmax of int8 must have the scale 1 / 256 and the zero point -128")
    return npx.quantized_softmax(x, inputs[0].step * (beta or 1.0))


@rules("LOG_SOFTMAX")
def _log_softmax(x: Array) -> ndarray:
    return npx.log_softmax(x, axis=-1)


@rules("L2_NORMALIZATION")
def _l2_normalization(x: Array, *, fused_activation_function: int = 0) -> ndarray:
    length = np.sqrt(np.maximum(np.sum(x * x, axis=-1, keepdims=True), 1e-12))
    return activated(x / length, fused_activation_function)


@rules("LOCAL_RESPONSE_NORMALIZATION")
def _lrn(
    x: Array, *, radius: int = 0, bias: float = 0.0, alpha: float = 0.0, beta: float = 0.0
) -> ndarray:
    squares = np.pad(x * x, ((0, 0),) * (x.ndim - 1) + ((radius, radius),))
    total = squares[..., : x.shape[-1]]
    for tap in range(1, 2 * radius + 1):
        total = total + squares[..., tap : tap + x.shape[-1]]
    return x / np.power(total * alpha + bias, beta)
