"""Whether a thread composes a symbol of a block: what layers, parameters and modes ask.

Nothing here knows what a symbol is; `weft.sym` says it when it is imported. Most programs never
import it, so all questions begin with a look at `symbols`, which then is None.
"""

import functools
import threading
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, ParamSpec, Protocol, TypeVar

from weft._core import native

_P = ParamSpec("_P")
_R = TypeVar("_R")


class Symbols(NamedTuple):
    """What `weft.sym` brings."""

    type: type  # of every symbol
    compose_block: Callable[
        [Any, tuple[Any, ...], dict[str, Any]], Any
    ]  # what a block makes of them


symbols: Symbols | None = None  # once `weft.sym` is imported
# The compositions that are under way, of any thread.
active: list["Composition"] = []
_here = threading.local()


class Composition(Protocol):
    """What is known while a block is composed."""

    def variable(self, parameter: Any) -> Any:
        """The symbol that stands for a parameter of the block."""

    writes: list[Any]  # to variables of the block

    def is_training(self) -> bool:
        """The mode that is composed now."""


def provide(found: Symbols) -> None:
    """Says what symbols are, once for the process."""
    global symbols
    symbols = found


def current() -> Any:
    """This thread's composition, or None."""
    return getattr(_here, "composition", None) if active else None


def enter(composition: Composition) -> None:
    """Begins a composition on this thread, which has none."""
    active.append(composition)
    _here.composition = composition


def leave() -> None:
    """Ends this thread's composition."""
    active.remove(_here.composition)
    _here.composition = None


def takes_part(args: tuple[Any, ...], kwargs: dict[str, Any]) -> bool:
    """Does a call with these arguments compose rather than run?"""
    if symbols is None:
        return False
    return current() is not None or _any_symbol(args) or (bool(kwargs) and _holds_symbol(kwargs))


def is_symbol(value: Any) -> bool:
    """Is this a symbol, which has no elements and maybe no shape yet?"""
    return symbols is not None and type(value) is symbols.type


def _any_symbol(values: Iterable[Any]) -> bool:
    for value in values:  # noqa: SIM110 - every call of a block asks, and a generator costs 1 µs
        if type(value) is not native.ndarray and _holds_symbol(value):
            return True
    return False


def _holds_symbol(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return _any_symbol(value)
    if isinstance(value, dict):
        return _any_symbol(value.values())
    return is_symbol(value)


def draws(function: Callable[_P, _R]) -> Callable[_P, _R]:
    """Decorator of a function that draws random numbers: given a symbol, what it draws is composed
    as well, not drawn once and for all."""

    @functools.wraps(function)
    def call(*args: _P.args, **kwargs: _P.kwargs) -> _R:
        if symbols is None or not _holds_symbol((args, kwargs)):
            return function(*args, **kwargs)
        before = native.set_composing(True)
        try:
            return function(*args, **kwargs)
        finally:
            native.set_composing(before)

    return call


def composed(block: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
    """What the block makes of symbols."""
    assert symbols is not None
    return symbols.compose_block(block, args, kwargs)
