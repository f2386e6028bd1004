"""Modes of a thread: recording and training, and arithmetic in a half dtype."""

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.dtypes import CODES, number_of


class ModeScope:
    """Modes within a `with` block: of this thread, and where tasks of an event loop take turns on
    it, of this task and those that it begins there."""

    __slots__ = ("_before", "_clear", "_set")

    def __init__(self, set_: int, clear: int) -> None:
        self._set = set_
        self._clear = clear
        self._before: list[Any] = []

    def __enter__(self) -> None:
        self._before.append(native.enter_modes(self._set, self._clear))

    def __exit__(self, *error: Any) -> None:
        native.leave_modes(self._before.pop(), self._set | self._clear)


MIXED = native.MIXED_FLOAT16 | native.MIXED_BFLOAT16
_BITS = {
    CODES["float16"]: native.MIXED_FLOAT16,
    CODES["bfloat16"]: native.MIXED_BFLOAT16,
    CODES["float32"]: 0,
}


def mode_of(where: str, argument: str, dtype: Any) -> int:
    """The mode for a dtype; 0 for float32 or None. `where` and `argument` are named in errors."""
    if dtype is None:
        return 0
    try:
        known = CODES.get(dtype) if isinstance(dtype, Hashable) else None
        number = number_of(dtype) if known is None else known
    except InvalidType:
        raise InvalidType(
            f"{where}: `{argument}` must be 'float16', 'bfloat16' or 'float32'; got {dtype!r}"
        ) from None
    if number not in _BITS:
        raise InvalidValue(
            f"{where}: `{argument}` must be 'float16', 'bfloat16' or 'float32'; got {dtype!r}"
        )
    return _BITS[number]


def scope_of(mode: int) -> ModeScope:
    """A `with` block in this mode and no other precision."""
    return ModeScope(mode, MIXED & ~mode)


class _Rules(threading.local):
    """Is a gradient's rule being traced in this thread?"""

    are_traced = False


rules = _Rules()


@contextmanager
def tracing_a_rule() -> Iterator[None]:
    """A block in which the rule of a gradient is traced: plans cannot call the host from it."""
    around, rules.are_traced = rules.are_traced, True
    try:
        yield
    finally:
        rules.are_traced = around


__all__ = ["MIXED", "ModeScope", "mode_of", "rules", "scope_of", "tracing_a_rule"]
