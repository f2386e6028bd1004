"""Networks in int8 after or in training: ranges from calibration data, and the graph rewritten; and
dense layers with integer weights alone."""

from weft.quantization._equalize import equalize
from weft.quantization._fold import fold_norms
from weft.quantization._prepare import prepare
from weft.quantization._quantize import quantize
from weft.quantization._weights import WeightOnlyDense, quantize_weights

__all__ = ["WeightOnlyDense", "equalize", "fold_norms", "prepare", "quantize", "quantize_weights"]
