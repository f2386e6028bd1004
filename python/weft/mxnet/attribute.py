"""Attributes that every symbol made in a block gets.

>>> from weft import mxnet as mx
>>> with mx.AttrScope(ctx_group="stage1"):
...     mx.sym.Variable("x").attr("ctx_group")
'stage1'
"""

import threading
from collections.abc import Mapping
from typing import Self

from weft._base.errors import InvalidType


class _Scopes(threading.local):
    """The scopes that this thread is in, the innermost last."""

    def __init__(self) -> None:
        self.stack: list[AttrScope] = [AttrScope()]


class _ByThread(type):
    @property
    def current(cls) -> "AttrScope":
        """The scope that this thread is in; one that is set takes its place."""
        return current()

    @current.setter
    def current(cls, scope: "AttrScope") -> None:
        _scopes.stack[-1] = scope


class AttrScope(metaclass=_ByThread):
    """Gives the symbols that are made inside it attributes, which must be texts.

    Inner scopes add to outer ones. What an attribute means is up to who reads it: `lr_mult` and
    `wd_mult` to optimizers, `ctx_group` to the program; `__init__` to initializers.
    """

    def __init__(self, **kwargs: str) -> None:
        for key, value in kwargs.items():
            if not isinstance(value, str):
                raise InvalidType(
                    f"AttrScope: attribute `{key}` must be a string; got {type(value).__name__}"
                )
        self._attr = dict(kwargs)
        self._own = dict(kwargs)

    def get(self, attr: Mapping[str, str] | None) -> dict[str, str]:
        """The attributes of a symbol that was given `attr`."""
        return {**self._attr, **(attr or {})}

    def __enter__(self) -> Self:
        self._attr = {**_scopes.stack[-1]._attr, **self._own}
        _scopes.stack.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _scopes.stack.pop()


_scopes = _Scopes()


def current() -> AttrScope:
    """The scope that symbols are made in here."""
    return _scopes.stack[-1]


__all__ = ["AttrScope", "current"]
__dir__ = __all__.copy
