"""Tracebacks of errors in a user's code that Weft calls, without the frames of Weft in between.

`fit` calls a network, a loss and callbacks through ten to thirty functions of its own, which say
nothing about the mistake. They stay in the traceback where Weft itself failed, and where
`weft.debug.full_tracebacks` or the environment (`WEFT_TRACEBACKS=full`) asks for them.
"""

import functools
import os
from collections.abc import Callable
from types import TracebackType
from typing import ParamSpec, TypeVar

from weft._base.errors import Error, Internal

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__))) + os.sep


class Switch:
    """Whether tracebacks have all frames."""

    is_full = os.environ.get("WEFT_TRACEBACKS", "").lower() == "full"


switch = Switch()


def hides_frames(function: Callable[P, R]) -> Callable[P, R]:
    """Decorator: errors that leave the function have no frames of Weft, if they are not its own."""

    @functools.wraps(function)
    def call(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return function(*args, **kwargs)
        except (Exception, KeyboardInterrupt) as error:
            if not switch.is_full:
                _shorten(error)
            raise  # which adds no frame to what stands in the error

    return call


def _shorten(error: BaseException) -> None:
    """Takes the frames of Weft out of an error, and out of those that led to it."""
    seen: set[int] = set()
    waiting: list[BaseException | None] = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        waiting += [each.__cause__, each.__context__]
        frames = []
        link = each.__traceback__
        while link is not None:
            frames.append(link)
            link = link.tb_next
        if not frames or (_is_ours(frames[-1]) and _is_defect(each)):
            continue
        shown: TracebackType | None = None
        for frame in reversed(frames):
            if not _is_ours(frame):
                shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
        each.__traceback__ = shown


def _is_ours(link: TracebackType) -> bool:
    return link.tb_frame.f_code.co_filename.startswith(_PACKAGE)


def _is_defect(error: BaseException) -> bool:
    """Does an error that Weft raised say that Weft is wrong, and not its caller?"""
    is_told = isinstance(error, Error | KeyboardInterrupt | Warning)
    return isinstance(error, Internal) or not is_told


__all__ = ["hides_frames", "switch"]
