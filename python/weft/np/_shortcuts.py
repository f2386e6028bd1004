"""Functions of NumPy's arguments in front of operators. What both understand alike goes straight to
the operator, so the other arguments cost nothing where they are not given."""

import functools
from collections.abc import Callable
from typing import Any, ParamSpec, TypeVar, cast

from weft._base.spelling import named_arguments
from weft._core import native

P = ParamSpec("P")
R = TypeVar("R")


def in_front_of(
    target: Callable[..., Any], most: int, *keywords: str, least: int = 0
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Decorator of a function that does what `target` does, and more.

    most: how many arguments by position mean the same to both; keywords: which by name
    least: with fewer by position the function is meant
    """

    def shortened(function: Callable[P, R]) -> Callable[P, R]:
        named = named_arguments(function)
        found = native.Shortcut(target, named, most, keywords, least)
        functools.update_wrapper(found, function)
        return cast(Callable[P, R], found)

    return shortened


__all__ = ["in_front_of"]
