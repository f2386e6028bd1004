"""Nodes of Weft written by the rules of the table, in the graph and in bodies."""

from typing import Any

from weft._base.errors import Unsupported
from weft._core.dtypes import STORAGE
from weft.onnx._export._call import Call, Frame
from weft.onnx._export._graph import Node
from weft.onnx._export._idioms import whole
from weft.onnx._export._table import rules


def write_nodes(frame: Frame) -> None:
    """Writes the nodes of a graph, in order."""
    for node in frame.graph.nodes:
        found = _node(frame, node)
        names = (found,) if isinstance(found, str) else found
        for value, name in zip(node.outputs, names, strict=True):
            frame.tensors[value] = name


# What ONNX does with float8 and integers of 4 bits.
_STORING = ("narrow", "widen", "reshape", "transpose", "copy", "stop_gradient")
_STORAGE = {dtype.name for dtype in STORAGE}


def _foreign(frame: Frame, node: Node) -> str | None:
    """Why an operator on a storage dtype has no form; None if it has one."""
    types = frame.graph.types
    values = [value for value in (*node.operands, *node.outputs) if isinstance(value, int)]
    found = [types[value][0] for value in values if types[value][0] in _STORAGE]
    if node.op in _STORING or not found:
        return None
    return f"ONNX has no such operator for {found[0]}; cast the array to float32 first"


def _node(frame: Frame, node: Node) -> Any:
    """What a node gives. For what cannot be written a name stands that nothing makes; whether it
    is missed shows at the end, as others may be written without it."""
    why = rules.lacks(node.op, frame.scope.opset) or _foreign(frame, node)
    if why is None:
        call = Call(frame, node)
        try:
            found = whole(call)
            return rules.rules[node.op](call) if found is None else found
        except Unsupported as error:
            why = str(error)
    else:
        why = f"{node.op}: {why}"
    name = frame.scope.model.name("missing")
    frame.scope.model.missing[name] = why
    return (name,) * len(node.outputs)
