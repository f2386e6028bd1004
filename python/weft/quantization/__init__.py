"""Networks in int8 after training: ranges from calibration data, and the graph rewritten."""

from weft.quantization._quantize import quantize

__all__ = ["quantize"]
