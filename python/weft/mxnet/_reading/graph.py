"""A symbol as data: nodes with an operator, a name, attributes as texts, and inputs.

A node refers to the nodes that it reads, so a graph is its heads, and graphs that are composed
share nodes. `symbol_files.py` reads and writes graphs as JSON; `program.py` makes programs of
them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

VARIABLE = "null"  # what files call the operator of a variable

Entry = tuple["GraphNode", int]  # a result of a node, by its number


@dataclass(eq=False)
class GraphNode:
    """One use of an operator, or a variable.

    attrs: the operator's attributes as texts; keys in double underscores are annotations
    inputs: what it reads, auxiliary states included
    subgraphs: bodies of control flow
    """

    op: str
    name: str
    attrs: dict[str, str] = field(default_factory=dict)
    inputs: list[Entry] = field(default_factory=list)
    subgraphs: list["Graph"] = field(default_factory=list)

    @property
    def is_variable(self) -> bool:
        return self.op == VARIABLE

    @property
    def attributes(self) -> dict[str, str]:
        """The operator's attributes without annotations."""
        return {key: text for key, text in self.attrs.items() if not is_annotation(key)}


@dataclass(eq=False)
class Graph:
    """What a symbol file describes.

    heads: the outputs
    attrs: of the whole graph, as the file has them: pairs of a type and a value
    """

    heads: list[Entry]
    attrs: dict[str, Any] = field(default_factory=dict)

    @property
    def is_np_shape(self) -> bool:
        """Does 0 mean an empty axis in shapes, as in NumPy, and not an unknown extent?"""
        return bool(_number(self.attrs.get("is_np_shape"), 0))

    @property
    def version(self) -> int:
        """Of the MXNet that wrote it: 10901 is 1.9.1; 800 where the file does not say."""
        return _number(self.attrs.get("mxnet_version"), 800)

    def nodes(self) -> list[GraphNode]:
        """All nodes, each after those that it reads."""
        return list(reachable(node for node, _ in self.heads))

    def variables(self) -> list[GraphNode]:
        """Arguments and auxiliary states, in the order in which they are read."""
        return [node for node in self.nodes() if node.is_variable]


def _number(pair: Any, default: int) -> int:
    """The value of an attribute of a graph: ["int", 10901]."""
    is_pair = isinstance(pair, list | tuple) and len(pair) == 2
    return pair[1] if is_pair and isinstance(pair[1], int) else default


def is_annotation(key: str) -> bool:
    """Is it a remark about a node, and no attribute of its operator?"""
    return key.startswith("__") and key.endswith("__")


def reachable(heads: Iterable[GraphNode]) -> Iterator[GraphNode]:
    """Nodes that the heads depend on, and the heads: inputs first, left to right."""
    seen: set[int] = set()
    for head in heads:
        # A stack of nodes with their inputs that are left: graphs are deeper than Python's calls.
        stack = [(head, iter(head.inputs))] if id(head) not in seen else []
        seen.add(id(head))
        while stack:
            node, left = stack[-1]
            for child, _ in left:
                if id(child) not in seen:
                    seen.add(id(child))
                    stack.append((child, iter(child.inputs)))
                    break
            else:
                stack.pop()
                yield node


__all__ = ["VARIABLE", "Entry", "Graph", "GraphNode", "is_annotation", "reachable"]
