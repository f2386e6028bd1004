"""Calls an operator of the table by name, on arrays, with attributes as a program gives them."""

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from weft._base.errors import Error, InvalidType, NotFound
from weft._import.program import Node
from weft._import.rules import Call
from weft._import.run import Scope
from weft.mxnet._operators._attributes import IGNORED
from weft.mxnet._operators._table import RULES, Semantics, count_of, parsed, rule_of


def invoke(
    op: str,
    inputs: Sequence[Any],
    attributes: Mapping[str, Any] | None = None,
    *,
    is_np_shape: bool = False,
) -> Any:
    """The result of an operator, a tuple where it has several.

    inputs: arrays, None where an optional one is absent; attributes: values or their texts

    Raises LookupError for an operator that is not known, TypeError for inputs and attributes that
    it does not have.

    >>> from weft import np
    >>> invoke("broadcast_add", [np.ones((2, 1)), np.ones(3)]).shape
    (2, 3)
    """
    rule = rule_of(op)
    if rule is None:
        names = [name for _, name in RULES.names()]
        near = get_close_matches(op, names, 1, 0.75)
        raise NotFound(f"{op}: is no operator{f'; did you mean `{near[0]}`?' if near else ''}")
    given = parsed(op, {k: v for k, v in (attributes or {}).items() if k not in IGNORED})
    names = [f"{place}" if x is not None else "" for place, x in enumerate(inputs)]
    count = count_of(op, given) or 1
    node = Node(op, "", 1, "", names, [f"{n}" for n in range(count)], given, rule)
    node.notes = Semantics(is_np_shape)
    problems = list(rule.problems(node))
    if problems:
        raise InvalidType(f"{op}: {'; '.join(problems)}")
    try:
        return rule(Call(node, Scope()), list(inputs))
    except Error as error:
        raise named(error, op) from None


def named(error: Error, name: str) -> Error:
    """An error of a rule about an argument with the operator's name before it."""
    text = str(error)
    return type(error)(f"{name}: {text}") if text.startswith("`") else error


__all__ = ["invoke", "named"]
