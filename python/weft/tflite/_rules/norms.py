"""Softmax and norms."""

import math
from collections.abc import Iterator
from typing import Any

from weft import np, npx
from weft._core.typing import ndarray
from weft._import.program import Node
from weft._import.values import Array
from weft.tflite._rules._scales import activated, ends, is_int8
from weft.tflite._rules._softmax import softmax_of_bytes
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules._wide import is_int16
from weft.tflite._rules._wide import softmax as wide_softmax

# By dtype of input and output: the scale and the zero point that results have to have.
_RESULTS = {
    ("int8", "int8"): (1 / 256, -128),
    ("int8", "int16"): (1 / 65536, -32768),
    ("int16", "int16"): (1 / 32768, 0),
}


def _check_softmax(node: Node) -> Iterator[str]:
    """TensorFlow Lite's kernels write results of one scale alone."""
    (x, *_), (y, *_) = node.notes.inputs, node.notes.outputs
    if not x.is_quantized and not y.is_quantized:
        return
    pair = x.dtype, y.dtype
    if pair not in _RESULTS:
        yield f"quantized {x.dtype} with results of {y.dtype} is not supported"
        return
    step, zero = _RESULTS[pair]
    if not math.isclose(y.step, step, rel_tol=1e-3) or y.zero != zero:
        yield (
            f"{y.dtype} of {x.dtype} must have the scale 1 / {round(1 / step)} and the zero point "
            f"{zero}; got {y.step:g} and {y.zero}"
        )


@rules("SOFTMAX", check=_check_softmax)
def _softmax(x: Array, *, beta: float = 0.0, _: Any) -> ndarray:
    inputs, _output = ends(_)
    if is_int16(_):
        form = wide_softmax if x.dtype == "int16" else softmax_of_bytes
        return form(x, inputs[0], beta or 1.0)
    if not is_int8(_):
        return npx.softmax(x if beta in (0.0, 1.0) else x * beta, axis=-1)
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
