"""Modes in which float32 arithmetic may be made in a half dtype."""

from collections.abc import Hashable
from typing import Any

from weft._core import native
from weft._dtypes import CODES, number_of
from weft._errors import InvalidType, InvalidValue
from weft.autograd import ModeScope

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
            f"{where}: `{argument}` must be 'float16', 'bfloat16' or 'float32'; got {dtype!r}, in "
            "which no network computes"
        )
    return _BITS[number]


def scope_of(mode: int) -> ModeScope:
    """A `with` block in this mode and no other precision."""
    return ModeScope(mode, MIXED & ~mode)


__all__ = ["MIXED", "mode_of", "scope_of"]
