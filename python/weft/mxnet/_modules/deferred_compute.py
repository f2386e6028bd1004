"""`mxnet._deferred_compute`, MXNet's own way to make graphs of code that runs on arrays.

Here a `HybridBlock` or `weft.hybridize` does that, by placeholders in place of arrays: code that
computes on arrays that are there already cannot be recorded afterwards.
"""

from typing import Any, NoReturn

from weft._base.errors import Unsupported
from weft._trace.state import is_tracing


def is_deferred_compute() -> bool:
    """Is a graph being made of what runs now?"""
    return is_tracing()


def _refused(name: str) -> NoReturn:
    raise Unsupported(
        f"{name}: computations on arrays that are there cannot become a symbol; write them as "
        "`forward` of a HybridBlock, and call it with `mx.sym.var(...)`"
    )


def context(state: bool = True) -> Any:
    """Refused: a graph is made of a HybridBlock."""
    _refused("context")


def set_deferred_compute(state: bool) -> Any:
    """Refused: a graph is made of a HybridBlock."""
    _refused("set_deferred_compute")


def set_variable(arrays: Any, variables: Any) -> Any:
    """Refused: a graph is made of a HybridBlock."""
    _refused("set_variable")


def get_symbol(output_arrays: Any, *, sym_cls: Any = None) -> Any:
    """Refused: a graph is made of a HybridBlock."""
    _refused("get_symbol")


__all__ = [
    "context",
    "get_symbol",
    "is_deferred_compute",
    "set_deferred_compute",
    "set_variable",
]
__dir__ = __all__.copy
