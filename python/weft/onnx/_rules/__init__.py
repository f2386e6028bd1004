"""What each ONNX operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.onnx._rules import (  # noqa: F401
    algebra,
    elementwise,
    images,
    indexing,
    integers,
    layers,
    microsoft,
    microsoft_attention,
    microsoft_quantized,
    quantization,
    reduce,
    resize,
    sampling,
    shapes,
    signal,
)
from weft.onnx._rules._table import RULES

__all__ = ["RULES"]
