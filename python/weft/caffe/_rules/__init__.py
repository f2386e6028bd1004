"""The rules of Caffe's layers: importing this fills the table."""

from typing import Any

from weft.caffe._layers import DATA_LAYERS
from weft.caffe._rules import (  # noqa: F401
    detection,
    elementwise,
    linear,
    losses,
    norms,
    recurrent,
    shapes,
    windows,
)
from weft.caffe._rules._table import KINDS, RULES, STOP_GRADIENT, Blob, Kind


def unknown_types(net: Any) -> list[str]:
    """The types of a net's layers that neither have a rule nor are data, each once."""
    types = dict.fromkeys(layer.type for layer in net.layer)
    return [name for name in types if name not in KINDS and name not in (*DATA_LAYERS, "Parameter")]


__all__ = ["KINDS", "RULES", "STOP_GRADIENT", "Blob", "Kind", "unknown_types"]
