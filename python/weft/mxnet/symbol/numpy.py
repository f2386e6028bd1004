"""Symbols with NumPy's arithmetic, and 2.0's operators on them: `mx.sym.np`.

>>> from weft import mxnet as mx
>>> x = mx.sym.var("x").as_np_ndarray()
>>> with mx.name.NameManager():
...     (x + 1).name
'_npi_add_scalar0'
"""

import numbers
from typing import Any

from weft.mxnet.symbol._arithmetic import Arithmetic
from weft.mxnet.symbol._functions import finder, names_behind
from weft.mxnet.symbol._np_functions import FUNCTIONS
from weft.mxnet.symbol._symbol import Symbol

_WORDS = {
    **{"add": "add", "sub": "subtract", "mul": "multiply", "div": "true_divide", "mod": "mod"},
    **{"power": "power", "equal": "equal", "not_equal": "not_equal", "greater": "greater"},
    **{"greater_equal": "greater_equal", "lesser": "less", "lesser_equal": "less_equal"},
}
_SYMMETRIC = ("add", "mul", "equal", "not_equal")


class _Symbol(Symbol):
    """A symbol whose operators broadcast and give bools, as NumPy's do."""

    __slots__ = ()

    @property
    def T(self) -> Any:
        """The symbol with its axes in reverse."""
        return self.transpose()

    def _binary(self, other: Any, word: str, is_reversed: bool = False) -> Any:
        name = _WORDS[word]
        if isinstance(other, Arithmetic):
            pair = (other, self) if is_reversed else (self, other)
            return self._call(f"_npi_{name}", f"_npi_{name}", *pair)
        if isinstance(other, numbers.Number):
            back = "r" if is_reversed and word not in _SYMMETRIC else ""
            op = f"_npi_{back}{name}_scalar"
            is_int = isinstance(other, numbers.Integral)  # also of NumPy
            return self._call(op, op, self, scalar=float(other), is_int=is_int)
        return NotImplemented


Symbol.np_kind = _Symbol

_PREFIXES = ("_npi_", "_np_")

_find = finder("weft.mxnet.symbol.numpy", _PREFIXES, _Symbol)


def __getattr__(name: str) -> Any:
    return FUNCTIONS[name] if name in FUNCTIONS else _find(name)


__all__ = sorted({*FUNCTIONS, *names_behind(_PREFIXES)})
__dir__ = __all__.copy
