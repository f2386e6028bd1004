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
                for source in _shared_inputs(node):
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

    def same_as(self, whole: FxNode, write: FxNode) -> list[FxNode]:
        """The nodes before a write that are the written array itself."""
        here = self._places[write]
        group = self._members[self._root(whole)]
        return [node for node in group if whole_of(node) is whole and self._places[node] < here]

    def are_written(self, node: FxNode) -> bool:
        """Does the program write to what a node shares memory with?"""
        return any(map(_is_write, self._members[self._root(node)]))

    def check(self, write: FxNode, target: Any) -> None:
        """Raises where another node that shares memory with the target is read after the write."""
        here = self._places[write]
        whole = whole_of(target)
        for member in self._members[self._root(target)]:
            if whole_of(member) is whole:
                continue
            if any(self._places[user] > here for user in member.users) and (
                self._places[member] < here
            ):
                raise ViewsWrittenError


def whole_of(node: FxNode) -> FxNode:
    """The array that a node writes in place, or gives back as it is; the node itself where it is
    another."""
    while _is_write(node) or _is_same(node):
        node = node.args[0]
    return node


def _is_write(node: FxNode) -> bool:
    """Is it an operator such as `add_`, which returns its first argument?"""
    if not isinstance(node.target, torch._ops.OpOverload) or not node.target._schema.is_mutable:
        return False
    name = node.target._schema.name
    return name.endswith("_") and not name.endswith("__")


def _is_same(node: FxNode) -> bool:
    """Does an operator return all of its first argument: `to` its own dtype, `detach`?"""
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    name = node.target._schema.name.split("::")[1]
    if name in ("alias", "detach", "lift_fresh"):
        return True
    if name != "to" or node.kwargs.get("copy") or True in node.args:
        return False
    source = node.args[0]
    return isinstance(source, FxNode) and source.meta["val"].dtype == node.meta["val"].dtype


def _shared_inputs(node: FxNode) -> list[FxNode]:
    """The inputs that a node may share memory with: of `copy_`, the first one alone."""
    if isinstance(node.target, torch._ops.OpOverload):
        arguments = node.target._schema.arguments
        pairs = zip(arguments, node.args, strict=False)
        shared = [value for argument, value in pairs if argument.alias_info is not None]
        if shared and all(isinstance(value, FxNode) for value in shared):
            return shared
    return node.all_input_nodes


def _may_alias(node: FxNode) -> bool:
    target = node.target
    if target is operator.getitem:
        return True
    if not isinstance(target, torch._ops.OpOverload):
        return False
    if any(result.alias_info is not None for result in target._schema.returns):
        return True
    return target._schema.name.split("::")[1] in _MAY_ALIAS


__all__ = ["Aliases", "ViewsWrittenError", "whole_of"]
