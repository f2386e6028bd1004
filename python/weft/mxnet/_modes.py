"""MXNet's modes: NumPy's shapes, NumPy's arrays, NumPy's default dtype.

`set_np` and `reset_np` set what holds for all threads; a `with` block sets it for its own thread.
Arrays keep their kind whatever the modes are: only `is_np_array()` and its like, the default dtype,
and the arrays that data sources, parameters and states give, depend on them.

A program that sets nothing says by its words which arrays it works with: one that uses `mx.nd` and
neither `mx.np` nor `mx.npx` gets arrays of 1.x, every other one those of 2.0.
"""

import threading
from types import TracebackType
from typing import Any

_defaults: dict[str, bool | None] = {"shape": True, "array": None, "dtype": False}
_OLD, _NEW = frozenset({"nd", "ndarray"}), frozenset({"np", "npx", "numpy", "numpy_extension"})
_words: set[str] = set()  # of those above, which the program has used
_asked = {"shape": False}  # what a program itself has said, which arrays of 1.x go by
_local = threading.local()


def read(mode: str) -> bool:
    """Is a mode on in this thread?"""
    found = getattr(_local, mode, _defaults[mode])
    return _is_of_numpy() if found is None else bool(found)


def hear(word: str) -> None:
    """Remembers a name of the package that the program uses."""
    if word in _OLD or word in _NEW:
        _words.add(word)


def _is_of_numpy() -> bool:
    """Does the program, which has set nothing, work with arrays of 2.0?"""
    return not _words & _OLD or bool(_words & _NEW)


def asks_for_numpy_shapes() -> bool:
    """Has the program itself turned NumPy's shapes on? Until then arrays of `mx.nd` have the shapes
    of 1.x, where a sum of all elements has one axis."""
    return bool(getattr(_local, "shape", _asked["shape"]))


def set_default(mode: str, value: Any) -> bool:
    """Sets a mode for all threads; gives what it was."""
    before = _is_of_numpy() if _defaults[mode] is None else bool(_defaults[mode])
    _defaults[mode] = bool(value)
    if mode in _asked:
        _asked[mode] = bool(value)
    if hasattr(_local, mode):
        setattr(_local, mode, bool(value))
    return before


def set_here(mode: str, value: bool) -> None:
    """Sets a mode for this thread."""
    setattr(_local, mode, value)


class ModeBlock:
    """A `with` block in which a mode is on or off for this thread."""

    def __init__(self, mode: str, active: Any) -> None:
        self._mode, self._active = mode, bool(active)
        self._before: list[Any] = []

    def __enter__(self) -> "ModeBlock":
        self._before.append(getattr(_local, self._mode, None))
        setattr(_local, self._mode, self._active)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        before = self._before.pop()
        if before is None:
            delattr(_local, self._mode)
        else:
            setattr(_local, self._mode, before)


def default_dtype() -> str:
    """Of floating arrays that a program makes: float32, or float64 in NumPy's mode."""
    return "float64" if read("dtype") else "float32"


__all__ = [
    "ModeBlock",
    "asks_for_numpy_shapes",
    "default_dtype",
    "hear",
    "read",
    "set_default",
    "set_here",
]
