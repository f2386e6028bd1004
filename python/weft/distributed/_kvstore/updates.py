"""What a store does with what is pushed: an optimizer, told by its name and options, or a function
of the program's own, told by the name that `weft.kv.updater` gave it. Neither is ever pickled."""

import json
from collections.abc import Callable
from typing import Any, Protocol, runtime_checkable

from weft import autograd, optimizer
from weft._base.errors import InvalidType
from weft._base.spelling import unknown
from weft._core.attributes import plain_attributes, set_attributes
from weft._core.typing import ndarray
from weft.optimizer import Optimizer

Updater = Callable[[Any, ndarray, ndarray], None]
_NO_OPTIONS = ("counts", "states", "lr_scheduler", "_progress", "num_update")
_UPDATERS: dict[str, Updater] = {}


def updater(name: str) -> Callable[[Updater], Updater]:
    """Decorator: makes a function known by a name, on workers and servers, which run the same
    program up to `weft.distributed.init()`.

    The function gets the key, the sum of what was pushed, and the array to change.

    >>> from weft import kv
    >>> @kv.updater("halved")
    ... def halved(key, pushed, kept):
    ...     kept[...] = kept + pushed / 2
    """

    def register(function: Updater) -> Updater:
        if not callable(function):
            raise InvalidType(f"updater: must be a function; got {type(function).__name__}")
        _UPDATERS[name] = function
        return function

    return register


def named_updater(name: str) -> Updater:
    """The function of a name. Raises LookupError for a name that is none."""
    if name not in _UPDATERS:
        raise unknown("set_updater", name, _UPDATERS)
    return _UPDATERS[name]


@runtime_checkable
class HasStates(Protocol):
    """An updater that is an optimizer."""

    def states(self) -> tuple[dict[str, ndarray], dict[str, Any]]: ...

    def set_states(self, arrays: dict[str, ndarray], told: dict[str, Any]) -> None: ...


class Optimized:
    """An updater that is an optimizer, with its states by key."""

    def __init__(self, name: str, told: dict[str, Any]) -> None:
        self._optimizer: Optimizer = optimizer.create(name, **told.get("options", {}))
        set_attributes(self._optimizer, told.get("attributes", {}))
        self._states: dict[str, tuple[Any, ...]] = {}

    def __call__(self, key: Any, pushed: Any, kept: ndarray) -> None:
        name = str(key)
        with autograd.pause():
            if name not in self._states:
                self._states[name] = self._optimizer.create_state_multi_precision(kept)
            self._optimizer.update(name, kept, pushed, self._states[name], 1.0, 1.0)

    def states(self) -> tuple[dict[str, ndarray], dict[str, Any]]:
        """Arrays by name, and the numbers of updates."""
        arrays = {
            f"{number}:{name}": array
            for name, state in self._states.items()
            for number, array in enumerate(state)
        }
        return arrays, {"counts": dict(self._optimizer.counts)}

    def set_states(self, arrays: dict[str, ndarray], told: dict[str, Any]) -> None:
        """Takes what `states` gave."""
        found: dict[str, dict[int, ndarray]] = {}
        for key, array in arrays.items():
            number, _, name = key.partition(":")
            found.setdefault(name, {})[int(number)] = array
        self._states = {
            name: tuple(state[n] for n in sorted(state)) for name, state in found.items()
        }
        self._optimizer.counts = dict(told["counts"])


# By name what makes an updater of options: Weft's optimizers have their own names; others are put
# here by the module that has them, which servers import, too.
KINDS: dict[str, Callable[[dict[str, Any]], Any]] = {}


def made(name: str, options: dict[str, Any]) -> Any:
    """The updater that `described` told."""
    if name in KINDS:
        return KINDS[name](options)
    return Optimized(name, options)


def described(given: Any, options: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Name and options of an optimizer, given by its name or as one with plain options.

    Raises TypeError for what is neither, and for options that JSON cannot say.
    """
    if isinstance(given, str):
        optimizer.create(given, **options)  # raises here for what the servers would refuse
        named = {"options": options}
    elif isinstance(given, Optimizer) and not options:
        if given.lr_scheduler is not None:
            raise InvalidType("set_optimizer: servers are told plain options, and no scheduler")
        named = {"attributes": plain_attributes(given, _NO_OPTIONS)}
        given = type(given).__name__.lower()
    else:
        raise InvalidType(
            f"set_optimizer: `optimizer` must be a name with options, or an optimizer without; got "
            f"{type(given).__name__}"
        )
    try:
        return given, json.loads(json.dumps(named))
    except TypeError as error:
        raise InvalidType(f"set_optimizer: options must be plain values; {error}") from None


__all__ = [
    "KINDS",
    "HasStates",
    "Optimized",
    "Updater",
    "described",
    "made",
    "named_updater",
    "updater",
]
