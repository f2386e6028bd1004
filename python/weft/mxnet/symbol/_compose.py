"""Makes nodes: an operator's name, arguments and attributes become a node of a graph.

Inputs that are not given become variables with the node's name in theirs. Attributes are kept as
texts, as files have them; those that the operator does not have are refused by name.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.spelling import hint
from weft.mxnet import attribute, name
from weft.mxnet._operators import IGNORED, parsed, rule_of
from weft.mxnet._reading.graph import VARIABLE, Entry, GraphNode, reachable
from weft.mxnet.symbol._aliases import CANONICAL, LISTED
from weft.mxnet.symbol._inputs import (
    input_names,
    parameters_of,
    takes_named,
    visible_outputs,
    wanted_inputs,
)

# Annotations that programs may spell without underscores.
HIDDEN = ("ctx_group", "lr_mult", "wd_mult", "force_mirroring", "mirror_stage", "profiler_scope")


# Attributes that 1.x's layers must have; 2.0's take them from the weights.
_REQUIRED = ("num_hidden", "num_filter")


def text_of(value: Any) -> str:
    """An attribute as files have it."""
    if isinstance(value, str):
        return value
    if isinstance(value, type | numpy.dtype):
        return numpy.dtype(value).name
    if isinstance(value, numpy.generic):
        return str(value.item())
    if isinstance(value, tuple | list):
        inside = ", ".join(map(text_of, value))
        closed = f"{inside}," if isinstance(value, tuple) and len(value) == 1 else inside
        return f"({closed})" if isinstance(value, tuple) else f"[{closed}]"
    return str(value)


def annotation(key: str) -> str:
    """The key of an annotation with its underscores."""
    return f"__{key}__" if key in HIDDEN else key


def call_operator(
    op: str,
    function: str,
    args: Sequence[Any],
    kwargs: Mapping[str, Any],
    heads_of: Callable[[Any], list[Entry] | None],
) -> list[Entry]:
    """The results of a new node.

    op: a name of the table; function: what the program calls it, for names and errors
    heads_of: the results that an argument stands for; None for what is no symbol

    Raises LookupError for an operator or attribute that is not known, TypeError for arguments that
    do not fit.
    """
    if rule_of(op) is None:
        raise NotFound(f"{function}: there is no operator `{op}`")
    given = dict(kwargs)
    own = given.pop("name", None)
    annotations = _annotations(given, given.pop("attr", None))
    out = given.pop("out", None)
    if out is not None and heads_of(out) is None:  # a symbol, as in 1.x, changes nothing
        raise InvalidType(f"{function}: a symbol has no `out`; it is made before there are arrays")
    if takes_named(op):
        args, given = (), _by_name(op, function, args, given, heads_of)
    inputs, rest, values = _sorted(op, function, args, given, heads_of)
    attrs = _texts(op, function, values)
    own = name.current().get(own, function.lower())
    if rest is not None and (op in LISTED or len(rest) > 1):
        attrs.setdefault("num_args", str(len(rest)))
    around = {annotation(key): text for key, text in attribute.current().get({}).items()}
    node = GraphNode(CANONICAL.get(op, op), own, attrs | around | annotations)
    node.inputs = rest if rest is not None else _completed(op, node, inputs)
    return [(node, number) for number in range(visible_outputs(op, attrs))]


def _annotations(given: dict[str, Any], attr: Mapping[str, str] | None) -> dict[str, str]:
    """Annotations among the arguments, which they are taken out of."""
    found = {annotation(key): text_of(value) for key, value in (attr or {}).items()}
    for key in list(given):
        if key in HIDDEN or (key.startswith("__") and key.endswith("__")):
            found[annotation(key)] = text_of(given.pop(key))
    return found


def _single(function: str, what: str, heads: list[Entry]) -> Entry:
    if len(heads) != 1:
        raise InvalidType(
            f"{function}: `{what}` must be a symbol with one output; got one with {len(heads)}; "
            "choose one by its number"
        )
    return heads[0]


def _sorted(
    op: str,
    function: str,
    args: Sequence[Any],
    given: dict[str, Any],
    heads_of: Callable[[Any], list[Entry] | None],
) -> tuple[dict[str, Entry], list[Entry] | None, dict[str, Any]]:
    """Arguments as inputs by name, as a list of inputs for an operator that takes any number, and
    as attributes."""
    parameters = parameters_of(op)
    kinds = {p.name: p.kind for p in parameters}
    if takes_named(op):
        own = {key: value for key, value in given.items() if heads_of(value) is None}
        parameters, kinds = (), dict.fromkeys(input_names(op, own), _INPUT)
    listed = next((p for p in parameters if p.kind is p.VAR_POSITIONAL), None)
    if listed is not None:
        return {}, _listed(function, listed.name, args, given, heads_of), given
    if len(args) > len(parameters):
        raise InvalidType(f"{function}: takes {len(parameters)} arguments at most; got {len(args)}")
    values: dict[str, Any] = {}
    for parameter, value in zip(parameters, args, strict=False):
        if parameter.name in given:
            raise InvalidType(f"{function}: `{parameter.name}` is given twice")
        values[parameter.name] = value
    values |= given
    inputs: dict[str, Entry] = {}
    for key in list(values):
        heads = heads_of(values[key])
        if heads is None and kinds.get(key) is not _INPUT:
            continue
        value = values.pop(key)
        if key not in kinds:
            raise InvalidType(
                f"{function}: has no input `{key}`{hint(key, {}, kinds)}; inputs are "
                f"{', '.join(key for key in kinds if kinds[key] is _INPUT)}"
            )
        if heads is not None:
            inputs[key] = _single(function, key, heads)
        elif value is not None:
            raise InvalidType(
                f"{function}: `{key}` must be a symbol; got {type(value).__name__} {value!r}"
            )
    return inputs, None, values


_INPUT = inspect.Parameter.POSITIONAL_OR_KEYWORD  # of parameters that are inputs


def _by_name(
    op: str,
    function: str,
    args: Sequence[Any],
    given: dict[str, Any],
    heads_of: Callable[[Any], list[Entry] | None],
) -> dict[str, Any]:
    """The arguments of an operator whose inputs' names follow from its attributes, all by name."""
    names = input_names(op, {k: v for k, v in given.items() if heads_of(v) is None})
    if len(args) > len(names):
        raise InvalidType(f"{function}: takes {', '.join(names) or 'no inputs'}; got {len(args)}")
    return {**dict(zip(names, args, strict=False)), **given}


def _listed(
    function: str,
    what: str,
    args: Sequence[Any],
    given: dict[str, Any],
    heads_of: Callable[[Any], list[Entry] | None],
) -> list[Entry]:
    """The inputs of an operator that takes any number, which may come as one list."""
    many = list(args)
    if len(many) == 1 and isinstance(many[0], list | tuple):
        many = list(many[0])
    found = []
    for key in list(given):
        if heads_of(given[key]) is not None or key == what:
            value = given.pop(key)
            many.extend(value if isinstance(value, list | tuple) else [value])
    for value in many:
        heads = heads_of(value)
        if heads is None:
            raise InvalidType(
                f"{function}: `{what}` must be symbols; got {type(value).__name__} {value!r}"
            )
        found.append(_single(function, what, heads))
    return found


def _texts(op: str, function: str, values: Mapping[str, Any]) -> dict[str, str]:
    """Attributes as texts. Raises for those that the operator does not have, or lacks."""
    rule = rule_of(op)
    assert rule is not None  # `call_operator` has found it
    found: dict[str, str] = {}
    for key, value in values.items():
        if key not in rule.attributes and key not in IGNORED and not rule.takes_options:
            raise InvalidType(
                f"{function}: has no argument `{key}`{hint(key, {}, rule.attributes)}; arguments "
                f"are {', '.join(p.name for p in parameters_of(op))}"
            )
        if value is None and rule.attributes.get(key, 0) is None:
            continue
        found[key] = text_of(value)
    for parameter in parameters_of(op):
        if parameter.kind is not parameter.KEYWORD_ONLY or parameter.name in found:
            continue
        is_needed = parameter.name in _REQUIRED and parameter.default is None
        if parameter.default is parameter.empty or is_needed:
            raise InvalidType(f"{function}: the argument `{parameter.name}` is required")
    return found


def _completed(op: str, node: GraphNode, inputs: dict[str, Entry]) -> list[Entry]:
    """The inputs in order; those that the operator needs and nobody gave are new variables."""
    wanted = wanted_inputs(op, parsed(op, node.attributes))
    found = []
    for key in input_names(op, node.attributes):
        if key in inputs:
            found.append(inputs[key])
        elif key in wanted:
            attrs = {**_FIRST_VALUES.get((op, key), {}), **node.attrs}
            found.append((GraphNode(VARIABLE, f"{node.name}_{key}", attrs), 0))
    return found


# Variables that an operator makes by itself, and whose first values it says.
_FIRST_VALUES = {("LeakyReLU", "gamma"): {"__init__": '["constant", {"value": 0.25}]'}}


# ---- graphs of graphs ----------------------------------------------------------------------------


def copied(heads: Sequence[Entry], by: Mapping[str, Entry] | None = None) -> list[Entry]:
    """A copy of a graph, with results in the place of the variables of some names."""
    replaced = by or {}
    made: dict[int, GraphNode] = {}

    def entry(found: Entry) -> Entry:
        node, number = found
        if node.is_variable and node.name in replaced:
            return replaced[node.name]
        return made[id(node)], number

    for node in reachable(node for node, _ in heads):
        made[id(node)] = GraphNode(
            node.op,
            node.name,
            dict(node.attrs),
            [entry(child) for child in node.inputs],
            list(node.subgraphs),
        )
    return [entry(head) for head in heads]


def composed(
    heads: Sequence[Entry],
    arguments: Sequence[str],
    args: Sequence[list[Entry]],
    kwargs: Mapping[str, list[Entry]],
    own: str | None,
) -> list[Entry]:
    """The graph with other graphs in the place of its arguments, by position or by name."""
    if args and kwargs:
        raise InvalidType("compose: give inputs by position or by name, not both")
    if len(args) > len(arguments):
        raise InvalidValue(
            f"compose: the symbol has {len(arguments)} arguments, {', '.join(arguments)}; got "
            f"{len(args)}"
        )
    by = dict(zip(arguments, args, strict=False)) | dict(kwargs)
    for key in by:
        if key not in arguments:
            raise NotFound(
                f"compose: the symbol has no argument `{key}`{hint(key, {}, arguments)}; "
                f"arguments are {', '.join(arguments)}"
            )
    found = copied(heads, {key: _single("compose", key, value) for key, value in by.items()})
    if own and len({id(node) for node, _ in found}) == 1:
        found[0][0].name = own
    return found


__all__ = ["HIDDEN", "annotation", "call_operator", "composed", "copied", "text_of"]
