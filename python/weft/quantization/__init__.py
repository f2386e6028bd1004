"""Networks made small: int8 after or in training, weights of few bits or none, fewer channels; and
what that costs."""

from weft.compression import (
    Pruner,
    cluster_weights,
    forget_masks,
    prune,
    shrink,
    store_weights,
)
from weft.quantization._equalize import equalize
from weft.quantization._fold import fold_norms
from weft.quantization._int8 import Int8Block
from weft.quantization._prepare import Prepared, prepare
from weft.quantization._quantize import quantize
from weft.quantization._report import LayerReport, Report, report
from weft.quantization._sensitivity import quantize_mixed, sensitivity
from weft.quantization._weights import WeightOnlyDense, quantize_weights

# Pickles of earlier versions name modules that have moved: `_moved/` has their names.
__path__ = [*__path__, f"{__path__[0]}/_moved"]

__all__ = [
    "Int8Block",
    "LayerReport",
    "Prepared",
    "Pruner",
    "Report",
    "WeightOnlyDense",
    "cluster_weights",
    "equalize",
    "fold_norms",
    "forget_masks",
    "prepare",
    "prune",
    "quantize",
    "quantize_mixed",
    "quantize_weights",
    "report",
    "sensitivity",
    "shrink",
    "store_weights",
]
__dir__ = __all__.copy
