"""`mxnet._deferred_compute`: symbols of code that runs on arrays.

Operators within `context()` run at once and are noted; `get_symbol` makes a symbol of what arrays
were computed from. A `HybridBlock` needs none of it: call it on `mx.sym.var(...)`.

>>> from weft import mxnet as mx
>>> x = mx.np.array([1.0, 2.0])
>>> mx._deferred_compute.set_variable(x, mx.sym.var("x"))
>>> with mx._deferred_compute.context():
...     y = x * 2 + 1
>>> mx._deferred_compute.get_symbol(y).list_arguments()
['x']
"""

import threading
from typing import Any
from weakref import ref

from weft._base.errors import InvalidState, InvalidValue
from weft._core import native
from weft._core.modes import ModeScope
from weft._trace.state import is_tracing
from weft.mxnet import autograd as _autograd
from weft.mxnet.gluon._history import symbols_of

_NOTING = native.RECORDING | native.RECORDING_ALL


class _Known(threading.local):
    """The arrays of this thread that have symbols."""

    def __init__(self) -> None:
        self.pairs: list[tuple[Any, Any]] = []  # a weak reference to the array, and the symbol

    def alive(self) -> list[tuple[Any, Any]]:
        """Arrays that somebody still has, with their symbols."""
        pairs = [(pair[0](), pair) for pair in self.pairs]
        self.pairs = [pair for array, pair in pairs if array is not None]
        return [(array, pair[1]) for array, pair in pairs if array is not None]


_known = _Known()


def is_deferred_compute() -> bool:
    """Is a graph being made of what runs now?"""
    return is_tracing() or bool(native.set_modes(0, 0) & native.RECORDING_ALL)


def set_deferred_compute(state: bool) -> bool:
    """Turns the noting of operators on or off in this thread; gives what it was."""
    before = is_deferred_compute()
    _check(state)
    native.set_modes(*((_NOTING, 0) if state else (0, _NOTING)))
    return before


def _check(state: bool) -> None:
    if state and _autograd.is_recording() and not is_deferred_compute():
        raise InvalidState("deferred compute: it cannot be turned on within `autograd.record()`")


def context(state: bool = True) -> Any:
    """A `with` block whose operators are noted, or with False are not.

    Raises RuntimeError within `autograd.record()`: what is noted saves nothing for gradients.
    """
    _check(state)
    return ModeScope(_NOTING, 0) if state else ModeScope(0, _NOTING)


def set_variable(arrays: Any, variables: Any) -> None:
    """Says which variables of `mx.sym` stand for arrays: one, or a list for a list of arrays.

    Raises ValueError where their numbers differ.
    """
    several = list(arrays) if isinstance(arrays, list | tuple) else [arrays]
    symbols = list(variables) if isinstance(variables, list | tuple) else [variables]
    if len(several) != len(symbols):
        raise InvalidValue(
            "set_variable: `arrays` and `variables` must be as many; got "
            f"{len(several)} and {len(symbols)}"
        )
    kept = [(a, s) for a, s in _known.alive() if not any(a is array for array in several)]
    _known.pairs = [(ref(a), s) for a, s in [*kept, *zip(several, symbols, strict=True)]]
    for array in several:
        array.attach_grad()


def get_symbol(output_arrays: Any, *, sym_cls: Any = None) -> Any:
    """The symbol of what arrays were computed from; a group for a list of several.

    sym_cls: `mx.sym.np._Symbol` for a symbol with NumPy's arithmetic; one of 1.x by default

    Raises RuntimeError for arrays that were not computed within `context()`, or of arrays without
    variables; NotImplementedError for what MXNet has no operator for.
    """
    from weft.mxnet import symbol

    several = isinstance(output_arrays, list | tuple)
    outputs = list(output_arrays) if several else [output_arrays]
    pairs = _known.alive()
    history = symbols_of(outputs, [array for array, _ in pairs], "get_symbol")
    by_leaf = {
        leaf: found
        for leaf, (_, found) in zip(history.known, pairs, strict=True)
        if leaf is not None
    }

    def variable_for(leaf: int | None) -> Any:
        if leaf not in by_leaf:
            raise InvalidState(
                "get_symbol: the arrays depend on one that is no variable and was not computed "
                "within `context()`; give it a variable by `set_variable`"
            )
        return by_leaf[leaf].as_nd_ndarray()

    found = history.translated(variable_for)
    whole = found[0] if len(found) == 1 else symbol.Group(found)
    kind = symbol.np._Symbol
    return whole.as_np_ndarray() if sym_cls is kind else whole.as_nd_ndarray()


__all__ = [
    "context",
    "get_symbol",
    "is_deferred_compute",
    "set_deferred_compute",
    "set_variable",
]
__dir__ = __all__.copy
