"""Groups of a trainer's parameters with options of their own: a rate, a decay, or none at all."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.options import require
from weft._base.spelling import hint
from weft.gluon.parameter import Parameter

_OPTIONS = ("learning_rate", "wd", "frozen")

Group = tuple[tuple[str, ...], tuple[tuple[str, float], ...]]  # names, and their options


def are_groups(params: Any) -> bool:
    """Is it a list of dicts with "params", as PyTorch has groups?"""
    return isinstance(params, list | tuple) and bool(params) and all(map(_is_group, params))


def _is_group(given: Any) -> bool:
    return (
        isinstance(given, Mapping)
        and "params" in given
        and not isinstance(given["params"], Parameter)
    )


def joined(params: Iterable[Mapping[str, Any]]) -> tuple[dict[str, Any], list[Any]]:
    """All parameters of such a list by name, and the pairs of names and options."""
    found: dict[str, Any] = {}
    groups = []
    for number, group in enumerate(params):
        given = group["params"]
        named = given.items() if isinstance(given, Mapping) else ((p.name, p) for p in given)
        names = []
        for name, parameter in named:
            # Names below two blocks may be the same.
            key = name if name not in found else f"group{number}.{name}"
            found[key] = parameter
            names.append(key)
        groups.append((names, {key: value for key, value in group.items() if key != "params"}))
    return found, groups


def by_patterns(patterns: Mapping[str, Any], names: Iterable[str]) -> list[Any]:
    """Pairs of names and options: names that a regular expression matches from their start to their
    end. Raises LookupError for a pattern that matches none."""
    known = list(names)
    groups = []
    for pattern, options in patterns.items():
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            raise InvalidValue(
                f"Trainer: `groups` must have regular expressions; {pattern!r}: {error}"
            ) from None
        found = [name for name in known if compiled.fullmatch(name)]
        if not found:
            some = ", ".join(known[:4]) + (", ..." if len(known) > 4 else "")
            raise NotFound(
                f"Trainer: `groups`: no parameter has a name like {pattern!r}; names are {some}"
            )
        groups.append((found, options))
    return groups


def resolved(
    groups: Iterable[tuple[list[str], Any]], params: Mapping[str, Parameter], rate: float
) -> tuple[Group, ...]:
    """The groups as plain values, with rates as shares of the trainer's; freezes what is frozen."""
    found = []
    for names, options in groups:
        if not isinstance(options, Mapping):
            raise InvalidType(
                f"Trainer: a group's options must be a dict; got {type(options).__name__}"
            )
        kept: dict[str, float] = {}
        for option, value in options.items():
            _check(option, value)
            if option == "frozen":
                for name in names if value else ():
                    params[name].grad_req = "null"
            elif option == "wd":
                kept["wd"] = float(value)
            else:
                require(rate > 0, "Trainer", "learning_rate", "above 0 where groups have one", rate)
                kept["lr_scale"] = float(value) / rate
        if kept:
            found.append((tuple(names), tuple(kept.items())))
    return tuple(found)


def _check(option: str, value: Any) -> None:
    if option not in _OPTIONS:
        words = {"lr": "write `learning_rate`", "weight_decay": "write `wd`"}
        raise InvalidType(
            f"Trainer: {option!r} is no option of a group{hint(option, words, _OPTIONS)}; it has "
            f"{', '.join(_OPTIONS)}"
        )
    if option != "frozen":
        require(value >= 0, "Trainer", f"{option} of a group", "at least 0", value)


__all__ = ["are_groups", "by_patterns", "joined", "resolved"]
