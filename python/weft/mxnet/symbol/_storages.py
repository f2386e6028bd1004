"""How executors store what a symbol computes: whole, or as row_sparse and csr arrays.

A plan computes with whole arrays. What an operator of MXNet would store sparse for operands that
are sparse is shown as a sparse array of it, which remembers the whole one with its history.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weft.mxnet._operators import parsed
from weft.mxnet._operators._attributes import flag
from weft.mxnet._reading.graph import Entry, GraphNode, reachable
from weft.mxnet.ndarray import sparse
from weft.mxnet.ndarray._array import Sparse
from weft.mxnet.ndarray._functions import CAST
from weft.mxnet.ndarray._storage import stored_as
from weft.mxnet.symbol._arrays import zeros as _whole_zeros

STORAGES = {"default": "0", "row_sparse": "1", "csr": "2"}  # as attributes of variables have them
_BY_CODE = {code: stype for stype, code in STORAGES.items()}


def stype_of(array: Any) -> str:
    """How an array is stored."""
    return array.stype if isinstance(array, Sparse) else "default"


def whole(array: Any) -> Any:
    """The array that a plan reads: that of a sparse one with all zeros."""
    return array.todense() if isinstance(array, Sparse) else array


def shown(array: Any, stype: str) -> Any:
    """A whole array as it is stored."""
    return array if stype == "default" or array is None else CAST[0](array, stype)


def declared(node: GraphNode) -> str:
    """How a variable says that it is stored."""
    return _BY_CODE.get(node.attrs.get("__storage_type__", "0"), "default")


def of_variables(heads: Sequence[Entry]) -> dict[str, str]:
    """How variables say that they are stored, by name."""
    nodes = reachable(node for node, _ in heads)
    return {node.name: declared(node) for node in nodes if node.is_variable}


def zeros(shape: Sequence[int], dtype: Any, ctx: Any, stype: str) -> Any:
    """An array of zeros that is stored in one of the ways."""
    if stype == "default":
        return _whole_zeros(shape, dtype, ctx)
    return sparse.zeros(stype, tuple(shape), ctx=ctx, dtype=dtype)


def of_outputs(heads: Sequence[Entry], given: Mapping[str, str]) -> list[str]:
    """How each output is stored. given: how variables are, by name; others as they declare."""
    found: dict[int, str] = {}
    for node in reachable(node for node, _ in heads):
        if node.is_variable:
            found[id(node)] = given.get(node.name, declared(node))
        else:
            found[id(node)] = _of_node(node, [found[id(child)] for child, _ in node.inputs])
    return [found[id(node)] for node, _ in heads]


def _of_node(node: GraphNode, stypes: Sequence[str]) -> str:
    if node.op == "cast_storage":
        return str(node.attributes.get("stype", "default"))
    if all(stype == "default" for stype in stypes):
        return "default"
    return stored_as(node.op, stypes, parsed(node.op, node.attributes))


def of_gradients(heads: Sequence[Entry], given: Mapping[str, str]) -> dict[str, str]:
    """How gradients of variables are stored, of those that are not whole: as the variables are, but
    of the weight of a lookup as its `sparse_grad` says. given: how variables are, by name."""
    found = dict(given)
    for node in reachable(node for node, _ in heads):
        if node.op in _LOOKUPS and node.inputs[1][0].is_variable:
            is_sparse = flag(node.attributes.get("sparse_grad", node.op != "Embedding"))
            found[node.inputs[1][0].name] = "row_sparse" if is_sparse else "default"
    return {name: stype for name, stype in found.items() if stype != "default"}


_LOOKUPS = ("Embedding", "_contrib_SparseEmbedding")

__all__ = [
    "STORAGES",
    "declared",
    "of_gradients",
    "of_outputs",
    "of_variables",
    "shown",
    "stype_of",
    "whole",
    "zeros",
]
