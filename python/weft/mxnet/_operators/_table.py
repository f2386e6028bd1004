"""The table of MXNet's operators, 1.x's and 2.0's, which the modules of this folder fill.

A rule's positional parameters are the operator's inputs under MXNet's names, auxiliary states
included; its keyword-only parameters are the attributes with MXNet's defaults. Beside the rule the
table knows how many results an operator has, where that is not one.
"""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from weft._import.rules import Call, Rule, Rules
from weft.mxnet._operators._attributes import parse


@dataclass(frozen=True)
class Semantics:
    """What a graph says of all its nodes. is_np_shape: shapes are as in NumPy, where a sum of all
    elements has no axes, and an extent of 0 is an empty axis."""

    is_np_shape: bool = False


Count = int | Callable[[Mapping[str, Any]], int]

RULES = Rules("MXNet", __name__)

_COUNTS: dict[str, Count] = {}
_LABELS: dict[str, int] = {}
_STATES: dict[str, Callable[[Mapping[str, Any]], tuple[int, ...]]] = {}


def counted(names: tuple[str, ...], count: Count) -> None:
    """Says how many results operators have: a number, or a function of the attributes."""
    for name in names:
        _COUNTS[name] = count


def keeps(names: tuple[str, ...], places: Callable[[Mapping[str, Any]], tuple[int, ...]]) -> None:
    """Says which inputs are auxiliary states of operators of which this follows from attributes."""
    for name in names:
        _STATES[name] = places


def labelled(place: int, *names: str) -> None:
    """Says that an input of operators is a label, which their results do not depend on."""
    for name in names:
        _LABELS[name] = place


def rule_of(op: str) -> Rule | None:
    """The rule of an operator, or None."""
    return RULES.find("", op, 1)


def input_names(op: str) -> list[str]:
    """The names of an operator's inputs; none for one that takes any number or is not known."""
    rule = rule_of(op)
    if rule is None:
        return []
    parameters = inspect.signature(rule.function).parameters.values()
    return [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]


def parsed(op: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes as values. An operator that takes attributes of any name gets the texts."""
    rule = rule_of(op)
    if rule is not None and rule.takes_options:
        return dict(attributes)
    return {key: parse(text) for key, text in attributes.items()}


def state_places(op: str, attributes: Mapping[str, Any]) -> tuple[int, ...]:
    """Which inputs of an operator are auxiliary states."""
    rule = rule_of(op)
    if op in _STATES:
        return _STATES[op](attributes)
    return () if rule is None else rule.states


def label_place(op: str) -> int | None:
    """Which input of an output layer is its label."""
    return _LABELS.get(op)


def count_of(op: str, attributes: Mapping[str, Any]) -> int | None:
    """How many results an operator has; None for one that is not known."""
    if rule_of(op) is None:
        return None
    count = _COUNTS.get(op, 1)
    return count if isinstance(count, int) else count(attributes)


def is_np_shape(call: Call) -> bool:
    """Has the graph of a node shapes as in NumPy?"""
    return isinstance(call.node.notes, Semantics) and call.node.notes.is_np_shape


__all__ = [
    "RULES",
    "Semantics",
    "count_of",
    "counted",
    "input_names",
    "is_np_shape",
    "keeps",
    "label_place",
    "labelled",
    "parsed",
    "rule_of",
    "state_places",
]
