"""`sym.np` and `sym.npx`: the functions of `np` and `npx`, which give symbols in every case."""

import functools
from types import ModuleType
from typing import Any

from weft import np as _np
from weft import npx as _npx
from weft._core import native
from weft.sym._symbol import as_symbol


def _symbols(value: Any) -> Any:
    """Arrays in a result as constants."""
    if isinstance(value, native.ndarray):
        return as_symbol(value)
    if type(value) in (list, tuple):
        return type(value)([_symbols(item) for item in value])
    return value


class Namespace:
    """The functions of a module; random operators become nodes, other arrays constants."""

    def __init__(self, module: ModuleType) -> None:
        self._module = module

    def __repr__(self) -> str:
        return f"<symbols by {self._module.__name__}>"

    def __dir__(self) -> list[str]:
        return list(self._module.__all__)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, ModuleType):
            return Namespace(found)
        if not callable(found) or isinstance(found, type):
            return found

        @functools.wraps(found, updated=())
        def composed(*args: Any, **kwargs: Any) -> Any:
            before = native.set_composing(True)
            try:
                return _symbols(found(*args, **kwargs))
            finally:
                native.set_composing(before)

        return composed


# The same names as in `weft` itself; anything that is in a module is in its namespace here.
np: Any = Namespace(_np)
npx: Any = Namespace(_npx)
