"""What each ONNX operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.onnx._rules import (  # noqa: F401
    algebra,
    attention,
    control,
    elementwise,
    indexing,
    labels,
    layers,
    linear,
    random,
    recurrent,
    reduce,
    sequences,
    shapes,
    text,
    training,
    trees,
)
from weft.onnx._rules._table import RULES

__all__ = ["RULES"]
