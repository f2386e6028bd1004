"""What nodes are called, and attributes that they are given, where the user says neither.

Scopes are those of the thread, and where tasks of an event loop take turns on it, of the task.
"""

import threading
from collections import Counter
from contextvars import ContextVar
from typing import Any, ClassVar, Self

from weft._base.errors import InvalidType

# The scopes around, the innermost last.
_names: ContextVar[tuple[Any, ...]] = ContextVar("weft names", default=())
_attrs: ContextVar[tuple[Any, ...]] = ContextVar("weft attributes", default=())


class _Scope:
    """Something of which the innermost one is in force."""

    _around: ClassVar[ContextVar[tuple[Any, ...]]]

    def __enter__(self) -> Self:
        self._around.set((*self._around.get(), self))
        return self

    def __exit__(self, *error: Any) -> None:
        self._around.set(self._around.get()[:-1])


class NameManager(_Scope):
    """Names nodes by their operator and a number: `tanh0`, `tanh1`.

    >>> from weft import np, sym
    >>> with sym.NameManager():
    ...     np.tanh(sym.var("x")).name
    'tanh0'
    """

    _around = _names

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def get(self, name: str | None, hint: str) -> str:
        """The name that the user gave, or one made of `hint`."""
        if name is not None:
            return name
        number = self._counts[hint]
        self._counts[hint] += 1
        return f"{hint}{number}"


class _Own(threading.local):
    """What names nodes of a thread outside of all scopes."""

    def __init__(self) -> None:
        self.manager = NameManager()


_own = _Own()


class Prefix(NameManager):
    """Names nodes like NameManager, and puts `prefix` before every name.

    >>> from weft import np, sym
    >>> with sym.Prefix("stage1_"):
    ...     np.tanh(sym.var("x")).name
    'stage1_tanh0'
    """

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self.prefix = prefix

    def get(self, name: str | None, hint: str) -> str:
        return self.prefix + super().get(name, hint)


class AttrScope(_Scope):
    """Gives every node that is made inside it attributes: texts, which mean nothing to Weft.

    >>> from weft import sym
    >>> with sym.AttrScope(stage="1"):
    ...     sym.var("x").list_attr()
    {'stage': '1'}
    """

    _around = _attrs

    def __init__(self, **attrs: str) -> None:
        check_texts("AttrScope", attrs)
        self.attrs = attrs


def check_texts(operation: str, attrs: dict[str, str]) -> None:
    """Raises TypeError unless all attributes are texts."""
    for key, value in attrs.items():
        if not isinstance(value, str):
            raise InvalidType(
                f"{operation}: attribute `{key}` must be a string; got {type(value).__name__}"
            )


def name_for(name: str | None, hint: str) -> str:
    """The name of a new node."""
    if name is not None and (not isinstance(name, str) or not name):
        raise InvalidType(f"{hint}: `name` must be a string that is not empty; got {name!r}")
    scopes = _names.get()
    manager = scopes[-1] if scopes else _own.manager
    return str(manager.get(name, hint))


def attrs_for(attrs: dict[str, str] | None = None) -> dict[str, str]:
    """The attributes of a new node: those of the scopes around, then its own."""
    merged: dict[str, str] = {}
    for scope in _attrs.get():
        merged |= scope.attrs
    return merged | (attrs or {})
