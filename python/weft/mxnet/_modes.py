"""MXNet's modes: NumPy's shapes, NumPy's arrays, NumPy's default dtype.

`set_np` and `reset_np` set what holds for all threads; a `with` block sets it for its own thread.
Arrays keep their kind whatever the modes are: only `is_np_array()` and its like, and the default
dtype, depend on them.
"""

import threading
from types import TracebackType
from typing import Any

_defaults = {"shape": True, "array": True, "dtype": False}
_asked = {"shape": False}  # what a program itself has said, which arrays of 1.x go by
_local = threading.local()


def read(mode: str) -> bool:
    """Is a mode on in this thread?"""
    return bool(getattr(_local, mode, _defaults[mode]))


def asks_for_numpy_shapes() -> bool:
    """Has the program itself turned NumPy's shapes on? Until then arrays of `mx.nd` have the shapes
    of 1.x, where a sum of all elements has one axis."""
    return bool(getattr(_local, "shape", _asked["shape"]))


def set_default(mode: str, value: Any) -> bool:
    """Sets a mode for all threads; gives what it was."""
    before, _defaults[mode] = _defaults[mode], bool(value)
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
    "read",
    "set_default",
    "set_here",
]
