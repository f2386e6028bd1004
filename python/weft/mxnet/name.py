"""Names of symbols that the program does not name: an operator and a number, `fullyconnected0`.

>>> from weft import mxnet as mx
>>> with mx.name.Prefix("stage1_"):
...     mx.sym.relu(mx.sym.Variable("x")).name
'stage1_relu0'
"""

import threading
from collections import Counter
from typing import Self


class _Managers(threading.local):
    """The managers that this thread is in, the innermost last; the first is the thread's own."""

    def __init__(self) -> None:
        self.stack: list[NameManager] = [NameManager()]


class _ByThread(type):
    @property
    def current(cls) -> "NameManager":
        """The manager that names symbols in this thread; one that is set takes its place."""
        return current()

    @current.setter
    def current(cls, manager: "NameManager") -> None:
        _managers.stack[-1] = manager


class NameManager(metaclass=_ByThread):
    """Names symbols by their operator and a number that counts for each operator.

    >>> with NameManager() as names:
    ...     [names.get(None, "dot"), names.get(None, "dot"), names.get("own", "dot")]
    ['dot0', 'dot1', 'own']
    """

    def __init__(self) -> None:
        self._counter: Counter[str] = Counter()

    def get(self, name: str | None, hint: str) -> str:
        """The name that was given, or one made of `hint`, the operator."""
        if name:
            return name
        number = self._counter[hint]
        self._counter[hint] += 1
        return f"{hint}{number}"

    def __enter__(self) -> Self:
        _managers.stack.append(self)
        return self

    def __exit__(self, *error: object) -> None:
        _managers.stack.pop()


class Prefix(NameManager):
    """Names symbols as `NameManager` does, with a prefix before every name, given ones as well."""

    def __init__(self, prefix: str) -> None:
        super().__init__()
        self._prefix = prefix

    def get(self, name: str | None, hint: str) -> str:
        return self._prefix + super().get(name, hint)


_managers = _Managers()


def current() -> NameManager:
    """The manager that names symbols here."""
    return _managers.stack[-1]


__all__ = ["NameManager", "Prefix", "current"]
__dir__ = __all__.copy
