"""What each TensorFlow Lite operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.tflite._rules import control, elementwise, layers, recurrent, shapes, transposed  # noqa: F401
from weft.tflite._rules._table import RULES

__all__ = ["RULES"]
