"""What each PyTorch operator is in Weft: one module a family, all in one table, `RULES`."""

from weft.torch._rules import (  # noqa: F401
    activations,
    complex_numbers,
    control,
    create,
    elementwise,
    experts,
    fourier,
    images,
    indexing,
    layers,
    losses,
    norms,
    reduce,
    sequence,
    shapes,
    storage,
)
from weft.torch._rules._table import RULES
from weft.torch._rules.missing import NOT_SUPPORTED

__all__ = ["NOT_SUPPORTED", "RULES"]
