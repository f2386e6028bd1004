"""Pickles read as data: nothing that a file names is looked up, called or imported.

In the place of each class or function that a pickle names stands a class made for this one file. It
writes down what the pickle would have called it with; whoever reads the file makes of that what it
knows. So a pickle of a stranger is no program.
"""

import io
import pickle
import pickletools
from typing import Any


class StandIn:
    """What a pickle would have made by a class or function: its name, arguments and state.

    name: module and name; arguments: of the call; state: of `__setstate__`, None without one
    items: pairs that were set by key, as those of an ordered dict
    called: what a call that has no name is of
    """

    name: tuple[str, str]
    called: "StandIn"
    arguments: tuple[Any, ...]
    state: Any
    items: list[tuple[Any, Any]]

    def __new__(cls, *arguments: Any) -> "StandIn":
        made = object.__new__(cls)
        made.arguments, made.state, made.items = arguments, None, []
        return made

    def __init__(self, *_: Any) -> None:
        """The arguments are written down already."""

    def __setstate__(self, state: Any) -> None:
        self.state = state

    def __call__(self, *arguments: Any) -> "StandIn":
        """What came of a call may be called, as what `getattr` gives."""
        made = StandIn(*arguments)
        made.name, made.called = ("", "call"), self
        return made

    def __setitem__(self, key: Any, value: Any) -> None:
        self.items.append((key, value))


class _Reader(pickle.Unpickler):
    """Finds a stand-in for whatever a pickle names."""

    def __init__(self, content: bytes) -> None:
        super().__init__(io.BytesIO(content), fix_imports=False)
        self._found: dict[tuple[str, str], type] = {}

    def find_class(self, module: str, name: str) -> Any:
        key = (module, name)
        if key not in self._found:
            self._found[key] = _stand_in(key)
        return self._found[key]


class _Kind(type):
    """The class of stand-ins: a pickle may set the state of what it makes, not of the class."""

    def __setattr__(cls, name: str, value: Any) -> None:
        raise pickle.UnpicklingError(f"it sets `{name}` of a class")


def _stand_in(key: tuple[str, str]) -> type:
    return _Kind(key[1], (StandIn,), {"name": key})


def read(content: bytes) -> Any:
    """What a pickle has: plain values, and stand-ins.

    Raises pickle.UnpicklingError, EOFError, ValueError and other errors of `pickle` for bytes that
    are none.
    """
    _check_places(content)
    return _Reader(content).load()


def _check_places(content: bytes) -> None:
    """Refuses numbers of places in `pickle`'s memory that no writer gives: the memory is as long
    as the largest one."""
    for count, (operation, argument, _) in enumerate(pickletools.genops(content), 1):
        if "PUT" in operation.name and argument > count:
            raise pickle.UnpicklingError(f"it has {count} values, and a place of number {argument}")


__all__ = ["StandIn", "read"]
