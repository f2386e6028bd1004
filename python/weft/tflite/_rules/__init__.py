"""What each TensorFlow Lite operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.tflite._rules import (  # noqa: F401
    control,
    elementwise,
    gathers,
    layers,
    norms,
    recurrent,
    reductions,
    resizing,
    shapes,
    signal,
    transposed,
    volumes,
)
from weft.tflite._rules._table import RULES

__all__ = ["RULES"]
