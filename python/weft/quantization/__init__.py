"""Networks in int8 after training: ranges from calibration data, and the graph rewritten; and dense
layers with integer weights alone."""

from weft.quantization._quantize import quantize
from weft.quantization._weights import WeightOnlyDense, quantize_weights

__all__ = ["WeightOnlyDense", "quantize", "quantize_weights"]
