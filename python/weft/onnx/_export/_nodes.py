"""Nodes of Weft written by the rules of the table, in the graph and in bodies."""

from typing import Any

from weft._base.errors import Unsupported
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


def _node(frame: Frame, node: Node) -> Any:
    """What a node gives. For what cannot be written a name stands that nothing makes; whether it
    is missed shows at the end, as others may be written without it."""
    why = rules.lacks(node.op, frame.scope.opset)
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
