"""Composing: what becomes of an operator, an index or a write that is given a symbol.

Nodes and entries are made here; `_symbol.py` makes symbols of them.
"""

import functools
import operator
from collections.abc import Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._core import composing, native
from weft._core.dtypes import CODES, NAMES, number_of
from weft.sym._names import attrs_for, name_for
from weft.sym._nodes import (
    SLICE,
    ByMode,
    Call,
    Constant,
    Entry,
    Index,
    Node,
    Variable,
    in_order,
    replaced,
)
from weft.sym._structure import Structure


@functools.cache
def _schema_of(function: native.Operator) -> dict[str, Any]:
    return function.schema


def call_node(
    function: native.Operator, arguments: dict[str, Any], outputs: int, name: str | None
) -> tuple[Call, bool]:
    """The node of an operator's call, and whether it gives a list even of one result."""
    schema = _schema_of(function)
    word = schema["name"]
    if schema["effect"]:
        raise Unsupported(
            f"{word}: has an effect, on which no result depends, so a symbol cannot hold it; use "
            "a hybridized block"
        )
    inputs: list[Any] = []
    attributes: dict[str, Any] = {}
    for place, argument in enumerate(schema["arguments"]):
        value = arguments.get(argument["name"])
        if place < schema["inputs"]:
            inputs.append(_input(value, argument, word))
        elif value is not None:
            attributes[argument["name"]] = plain_attribute(argument["kind"], value)
        elif argument["takes_none"] and argument["name"] in arguments:
            attributes[argument["name"]] = None  # which need not be the default
    node = Call(name_for(name, word), attrs_for(), function, inputs, attributes, outputs)
    return node, schema["outputs"] == 0


def _input(value: Any, argument: dict[str, Any], where: str) -> Any:
    if argument["kind"] == "arrays" and value is not None:
        items = list(value)
        return [entry_of(item, where, f"{argument['name']}[{i}]") for i, item in enumerate(items)]
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, numpy.generic):
        return value.item()
    return entry_of(value, where, argument["name"])


def plain_attribute(kind: str, value: Any) -> Any:
    """The attribute as a file can hold it."""
    match kind:
        case "int":
            return operator.index(value)
        case "float":
            return float(value)
        case "bool":
            return bool(value)
        case "dtype":
            return dtype_name(value)
        case "ints":
            if isinstance(value, Sequence | numpy.ndarray):
                return tuple([operator.index(item) for item in value])
            return operator.index(value)
    return value


def dtype_name(dtype: Any) -> str:
    """The name of a dtype; raises TypeError for what is none."""
    known = isinstance(dtype, str | type) or getattr(dtype, "__hash__", None)
    return NAMES[CODES[dtype] if known and dtype in CODES else number_of(dtype)]


def entry_of(value: Any, where: str, argument: str) -> Entry:
    """The entry of a symbol with one output; an array, a number or a list becomes a constant."""
    if not isinstance(value, Structure):
        return Entry(_constant(value, where, argument), 0)
    if len(value.heads) != 1:
        raise InvalidValue(
            f"{where}: `{argument}` must be a symbol with one output; got {len(value.heads)}: "
            f"{', '.join(value.list_outputs()[:4])}"
        )
    return value.heads[0]


def _constant(value: Any, where: str, argument: str) -> Constant:
    array = value if isinstance(value, native.ndarray) else native.array(value)
    if array is value:
        if native.is_traced(array):
            raise InvalidType(
                f"{where}: `{argument}` is an array that is traced, which no symbol can hold; "
                "compose the symbol outside of hybridized functions, or make it a variable"
            )
        if native.is_recorded(array) or array.grad_req != "null":
            raise InvalidType(
                f"{where}: `{argument}` is an array with a gradient or a history, which a constant "
                "of a symbol would lose; make it a variable, or give `x.detach().copy()`"
            )
        array = array.copy()
    return Constant(name_for(None, "constant"), attrs_for(), array)


def index_entry(symbol: Structure, key: Any) -> Entry:
    """`symbol[key]` of an array: integers, slices, None, `...`, and arrays as in NumPy."""
    parts = [_key_part(part) for part in (key if isinstance(key, tuple) else (key,))]
    arguments = [entry_of(symbol, "getitem", "x"), *parts]
    return Entry(Index(name_for(None, "getitem"), attrs_for(), arguments), 0)


def _key_part(part: Any) -> Any:
    if part is None or part is Ellipsis or isinstance(part, bool):
        return part
    if isinstance(part, slice):
        bounds = [_bound(bound) for bound in (part.start, part.stop, part.step)]
        return (SLICE, *bounds)
    if isinstance(part, int | numpy.integer):
        return int(part)
    return entry_of(part, "getitem", "key")


def _bound(bound: Any) -> int | None:
    try:
        return None if bound is None else operator.index(bound)
    except TypeError:
        raise InvalidType(
            f"getitem: bounds of slices must be integers or None; got {type(bound).__name__}"
        ) from None


def mode_entry(train: Any, predict: Any, name: str | None = None) -> Entry:
    """What `train` gives in train mode and `predict` in predict mode."""
    entries = [entry_of(train, "by_mode", "train"), entry_of(predict, "by_mode", "predict")]
    return Entry(ByMode(name_for(name, "by_mode"), attrs_for(), entries), 0)


def write(symbol: Structure, key: Any, value: Any) -> None:
    """`symbol[...] = value`: the variable is a state, which whatever computes `value` writes."""
    heads = symbol.heads
    is_whole = key is Ellipsis or (isinstance(key, slice) and key == slice(None))
    if len(heads) != 1 or not isinstance(heads[0].node, Variable) or not is_whole:
        raise Unsupported(
            "setitem: a symbol can be written only where it is a variable, as a whole: "
            "`v[...] = new`; use np.where or np.concatenate for parts"
        )
    variable = heads[0].node
    source = value.heads[0] if isinstance(value, Structure) and len(value.heads) == 1 else None
    if source is None or isinstance(source.node, Variable | Constant):
        raise Unsupported(
            f"setitem: what is written to `{variable.name}` must be a result of an operator"
        )
    source.node.writes.append((source.index, variable))
    composition = composing.current()
    if composition is not None:
        composition.writes.append((variable, source.node))


def substituted(heads: list[Entry], by: dict[Variable, Entry]) -> list[Entry]:
    """The same graph with other entries in the place of variables."""
    copies: dict[Node, Node] = {}

    def moved(entry: Entry) -> Entry:
        if isinstance(entry.node, Variable):
            return by.get(entry.node, entry)
        return Entry(copies[entry.node], entry.index)

    for node in in_order(heads):
        for _, variable in node.writes:
            if variable in by:
                raise Unsupported(
                    f"compose: `{variable.name}` is a state, which cannot be replaced"
                )
        if all(moved(entry) == entry for entry in node.sources()):
            copies[node] = node
        else:
            copies[node] = node.copied(replaced(node.arguments, moved))
    return [moved(entry) for entry in heads]
