"""Numbers that callers give as options: refused where they mean nothing, NaN first of all, which
no comparison finds."""

import math
import operator
from typing import Any

from weft._base.errors import InvalidType, InvalidValue


def require(condition: bool, where: str, option: str, rule: str, value: Any) -> None:
    """Raises ValueError unless the condition holds; write it so that it does not for NaN."""
    if not condition:
        raise InvalidValue(f"{where}: `{option}` must be {rule}; got {value}")


def require_finite(where: str, **options: float | None) -> None:
    """Raises ValueError for a number that is infinite or none, TypeError for what is no number;
    None is left to the caller."""
    for option, value in options.items():
        try:
            is_finite = value is None or math.isfinite(value)
        except TypeError:
            raise InvalidType(f"{where}: `{option}` must be a number; got {value!r}") from None
        require(is_finite, where, option, "finite", value)


def require_whole(where: str, option: str, value: Any, least: int) -> int:
    """The number as an integer. Raises TypeError for 2.5, ValueError below `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise InvalidType(f"{where}: `{option}` must be an integer; got {value!r}") from None
    require(number >= least, where, option, f"at least {least}", value)
    return number


__all__ = ["require", "require_finite", "require_whole"]
