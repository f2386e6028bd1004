"""Symbols written as JSON: a list of nodes, each behind what it reads; the form is in
docs/symbols.md. Numbers, dtypes and constants come back in every bit.
"""

import base64
import json
import math
import os
from os import PathLike
from typing import Any

from weft._base.writing import replacing
from weft.sym._nodes import SLICE, Call, Constant, Entry, Node, Variable, in_order, variables_of

FORMAT = "weft.sym"
VERSION = 1


def to_json(heads: list[Entry]) -> str:
    """The graph of the heads as JSON."""
    variables_of(heads, "tojson")
    nodes = in_order(heads)
    numbers = {node: number for number, node in enumerate(nodes)}
    lines = ",\n  ".join(json.dumps(_node_data(n, numbers), allow_nan=False) for n in nodes)
    places = [[numbers[entry.node], entry.index] for entry in heads]
    return (
        f'{{\n "format": "{FORMAT}",\n "version": {VERSION},\n "nodes": [\n  {lines}\n ],\n'
        f' "heads": {places}\n}}\n'
    )


def _node_data(node: Node, numbers: dict[Node, int]) -> dict[str, Any]:
    data: dict[str, Any] = {"op": node.operator, "name": node.name}
    if isinstance(node, Variable):
        if node.shape is not None:
            data["shape"] = list(node.shape)
        if node.dtype is not None:
            data["dtype"] = node.dtype
    elif isinstance(node, Constant):
        _, (dtype, shape, content) = node.array.__reduce_ex__(4)
        text = base64.b64encode(content).decode()
        data["value"] = {"dtype": dtype, "shape": list(shape), "data": text}
    else:
        data["inputs"] = [_argument_data(value, numbers) for value in node.arguments]
    if isinstance(node, Call) and node.attributes:
        data["attributes"] = {key: _number_data(value) for key, value in node.attributes.items()}
    if node.attrs:
        data["attrs"] = node.attrs
    if node.writes:
        data["writes"] = [[index, numbers[variable]] for index, variable in node.writes]
    return data


def _argument_data(value: Any, numbers: dict[Node, int]) -> Any:
    if isinstance(value, Entry):
        return {"node": [numbers[value.node], value.index]}
    if isinstance(value, list):
        return [_argument_data(item, numbers) for item in value]
    if isinstance(value, tuple):
        return {SLICE: list(value[1:])}
    return {"ellipsis": True} if value is Ellipsis else _number_data(value)


def _number_data(value: Any) -> Any:
    """JSON has no infinities."""
    is_odd = isinstance(value, float) and not math.isfinite(value)
    return {"float": repr(value)} if is_odd else list(value) if isinstance(value, tuple) else value


def save(path: str | PathLike[str], heads: list[Entry]) -> None:
    """Writes the JSON in one step."""
    with replacing(path, "save") as unfinished, open(unfinished, "x", encoding="utf-8") as file:
        file.write(to_json(heads))
        file.flush()
        os.fsync(file.fileno())
