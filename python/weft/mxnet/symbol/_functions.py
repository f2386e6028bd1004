"""Functions of symbols, one an operator: made of the table when a program first asks for one."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

from weft._base.errors import MissingAttribute
from weft._base.spelling import hint
from weft.mxnet._operators import RULES, rule_of
from weft.mxnet.symbol._arithmetic import heads_of
from weft.mxnet.symbol._compose import call_operator
from weft.mxnet.symbol._inputs import parameters_of
from weft.mxnet.symbol._symbol import Symbol


@functools.cache
def function_of(op: str, name: str, kind: type[Symbol] = Symbol) -> Callable[..., Any]:
    """The function of an operator, which a program calls `name`."""

    def function(*args: Any, **kwargs: Any) -> Any:
        return kind(call_operator(op, name, args, kwargs, heads_of))

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The operator `{op}` on symbols: a symbol of its results."
    own = [inspect.Parameter(word, inspect.Parameter.KEYWORD_ONLY, default=None) for word in _OWN]
    function.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
        [
            *_loose(parameters_of(op)),
            *own,
            inspect.Parameter("kwargs", inspect.Parameter.VAR_KEYWORD),
        ]
    )
    return function


_OWN = ("name", "attr")


def _loose(parameters: Iterable[inspect.Parameter]) -> list[inspect.Parameter]:
    """Parameters as a program may give them: inputs may be absent, attributes by position."""
    found = []
    for parameter in parameters:
        default = None if parameter.default is parameter.empty else parameter.default
        if parameter.kind is parameter.VAR_POSITIONAL:
            found.append(parameter)
        elif parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
            found.append(parameter.replace(default=default, annotation=Symbol))
        else:
            found.append(parameter.replace(default=default))
    return found


def finder(
    module: str, prefixes: tuple[str, ...], kind: type[Symbol] = Symbol
) -> Callable[[str], Any]:
    """A module's `__getattr__`, which finds operators by what is behind a prefix."""

    def find(name: str) -> Any:
        for prefix in prefixes:
            if not name.startswith("__") and rule_of(prefix + name) is not None:
                shown = name if prefix != "_random_" else prefix + name
                return function_of(prefix + name, shown, kind)
        known = names_behind(prefixes)
        raise MissingAttribute(f"{module}: has no `{name}`{hint(name, {}, known)}")

    return find


def names_behind(prefixes: tuple[str, ...]) -> list[str]:
    """Operators of these prefixes, without them; of the empty one those that are public."""
    found: dict[str, None] = {}
    for _, op in RULES.names():
        for prefix in prefixes:
            rest = op.removeprefix(prefix)
            if op.startswith(prefix) and rest and (prefix == "_" or not rest.startswith("_")):
                found[rest if prefix != "_" else op] = None
    return sorted(found)


__all__ = ["finder", "function_of", "names_behind"]
