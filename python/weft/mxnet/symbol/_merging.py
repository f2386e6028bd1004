"""Nodes that compute the same, as one: what `Executor.get_optimized_symbol` shows.

Plans do this themselves, on Weft's operators; here it is done on MXNet's graph, for programs that
look at it.
"""

from collections.abc import Sequence
from typing import Any

from weft.mxnet._reading.graph import Entry, GraphNode, reachable
from weft.mxnet.symbol._compose import copied

# Operators whose results differ from call to call, or that write what they read.
_APART = ("Dropout", "random", "sample", "uniform", "normal", "shuffle", "BatchNorm", "Custom")


def merged_heads(heads: Sequence[Entry]) -> list[Entry]:
    """A copy of a graph in which equal nodes with equal inputs are one node.

    Two outputs that became one result stay apart: the second is a copy of the first.
    """
    own = copied(heads)
    first: dict[Any, GraphNode] = {}
    kept: dict[int, GraphNode] = {}
    for node in reachable(node for node, _ in own):
        node.inputs = [(kept[id(child)], number) for child, number in node.inputs]
        key = _key(node)
        kept[id(node)] = node if key is None else first.setdefault(key, node)
    found: list[Entry] = []
    for number, (node, place) in enumerate(own):
        entry = kept[id(node)], place
        if entry in found:
            copy = GraphNode("_copy", f"{entry[0].name}_copy{number}", {}, [entry])
            entry = copy, 0
        found.append(entry)
    return found


def _key(node: GraphNode) -> Any:
    """Equal for nodes that compute the same; None for one that stays apart."""
    if node.is_variable or node.subgraphs or any(word in node.op for word in _APART):
        return None
    inputs = tuple((id(child), number) for child, number in node.inputs)
    return node.op, tuple(sorted(node.attributes.items())), inputs


__all__ = ["merged_heads"]
