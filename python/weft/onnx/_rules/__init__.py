"""What each ONNX operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.onnx._rules import (  # noqa: F401
    algebra,
    attention,
    control,
    elementwise,
    images,
    indexing,
    int8,
    integers,
    labels,
    layers,
    linear,
    microsoft,
    microsoft_attention,
    microsoft_quantized,
    norms,
    quantization,
    random,
    recurrent,
    reduce,
    resize,
    sampling,
    sequences,
    shapes,
    signal,
    text,
    training,
    trees,
)
from weft.onnx._rules._table import RULES

__all__ = ["RULES"]
