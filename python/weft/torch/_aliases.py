"""Which arrays of a graph may share memory, so that a write in place can become a new value.

`x.relu_()` is `x = relu(x)` if nothing that shares memory with `x` is read later. Most writes in
networks are of this kind. Where another view is read later, the graph has to be made functional by
PyTorch, which is the way that costs more and that forgets what it computes away.
"""

import operator
from typing import Any

import torch
from torch.fx import Node as FxNode

# Operators that may return what they are given, or a view of it, though their schemas say nothing.
_MAY_ALIAS = {
    *(
        "reshape",
        "contiguous",
        "to",
        "type_as",
        "dropout",
        "feature_dropout",
        "flatten",
        "unflatten",
    ),
    *(
        "view_as",
        "reshape_as",
        "expand_as",
        "broadcast_to",
        "movedim",
        "moveaxis",
        "chunk",
        "split",
    ),
    *("tensor_split", "swapaxes", "swapdims", "narrow", "squeeze", "ravel", "pad", "numpy_T", "mT"),
    *("broadcast_tensors", "meshgrid", "unsafe_chunk", "view", "conj", "real", "clone_if", "cat"),
}


class ViewsWrittenError(Exception):
    """A write in place that other views can see."""


class Aliases:
    """The groups of nodes that may share memory, and where each of them is read last."""

    def __init__(self, nodes: list[FxNode]) -> None:
        self._parents: dict[FxNode, FxNode] = {}
        self._places = {node: place for place, node in enumerate(nodes)}
        self._members: dict[FxNode, list[FxNode]] = {}
        for node in nodes:
            if node.op == "call_function" and _may_alias(node):
                for source in node.all_input_nodes:
                    self._join(node, source)
        for node in nodes:
            self._members.setdefault(self._root(node), []).append(node)

    def _root(self, node: FxNode) -> FxNode:
        while node in self._parents:
            node = self._parents[node]
        return node

    def _join(self, node: FxNode, source: FxNode) -> None:
        first, second = self._root(source), self._root(node)
        if first is not second:
            self._parents[second] = first

    def placeholder(self, node: FxNode) -> FxNode | None:
        """The input that a node may share memory with."""
        group = self._members[self._root(node)]
        return next((member for member in group if member.op == "placeholder"), None)

    def check(self, write: FxNode, target: Any) -> None:
        """Raises where another node that shares memory with the target is read after the write."""
        here = self._places[write]
        for member in self._members[self._root(target)]:
            if member is target or self._replaces(member, target):
                continue
            if any(self._places[user] > here for user in member.users) and (
                self._places[member] < here
            ):
                raise ViewsWrittenError

    def _replaces(self, member: FxNode, target: FxNode) -> bool:
        """Is a node an earlier write to the target, whose value is the target's?"""
        is_write = isinstance(member.target, torch._ops.OpOverload)
        return is_write and member.target._schema.is_mutable and member.args[:1] == (target,)


def _may_alias(node: FxNode) -> bool:
    target = node.target
    if target is operator.getitem:
        return True
    if not isinstance(target, torch._ops.OpOverload):
        return False
    if any(result.alias_info is not None for result in target._schema.returns):
        return True
    return target._schema.name.split("::")[1] in _MAY_ALIAS


__all__ = ["Aliases", "ViewsWrittenError"]
