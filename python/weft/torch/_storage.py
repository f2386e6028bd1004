"""Where the elements of a tensor lie in its storage, which few operators count by: `as_strided`,
its kin, and strides as numbers.

Weft's arrays have no storage that a program could see. But `torch.export` knows how each tensor of
the example lies, so places of a storage become places of a tensor that has them all: of the
operand, or of one that it is a view of.
"""

from collections.abc import Iterator
from itertools import combinations
from math import prod
from typing import Any

import numpy
import torch
from torch.fx import Node as FxNode
from torch.fx.experimental.symbolic_shapes import statically_known_true

# Operators that read or write their first argument by places of its storage.
BY_STORAGE = {"as_strided", "as_strided_copy", "as_strided_scatter"}
# Operators that always give a view. Others, such as `reshape`, give a copy or a view.
_VIEWS = {
    *("alias", "as_strided", "detach", "diagonal", "expand", "movedim", "narrow", "permute"),
    *("select", "slice", "squeeze", "swapaxes", "t", "transpose", "unfold", "unsqueeze", "view"),
}
_FAR = "it reads memory that no tensor of the module has; index the tensor instead"
_OPEN = (
    "it counts in the memory of a tensor whose elements lie in another order, and extents are open"
)


def by_places(node: FxNode) -> tuple[FxNode, dict[str, Any]]:
    """The tensor that an `as_strided` chooses elements of, and what the rule has to know: `places`,
    which are the numbers of elements in their order, and which of them are the operand's `own`; or
    `size`, `stride` and `storage_offset` where extents are open; or what is `lacking`.

    A scatter writes to its operand: for each element the number of the one that comes there, or -1.
    """
    given = _arguments(node)
    operand, offset = given["self"], given.get("storage_offset")
    offset = operand.meta["val"].storage_offset() if offset is None else offset
    numbers = [*given["size"], *given["stride"], offset]
    is_scatter = "src" in given
    for source in [operand] if is_scatter else _sources(operand):
        if _is_closed(source) and all(type(number) is int for number in numbers):
            wanted = _places(given["size"], given["stride"], offset)
            if is_scatter:
                return source, {"places": _numbers(_places_of(operand), wanted)}
            places = _numbers(wanted, _places_of(source))
            if (places >= 0).all():
                own = _numbers(wanted, _places_of(operand)) >= 0
                return source, {"places": places} | ({} if own.all() else {"own": own})
        elif _is_plain(source.meta["val"]) and type(offset) is int:
            size, stride = given["size"], given["stride"]
            return source, {"size": size, "stride": stride, "storage_offset": offset}
    is_closed = all(type(n) is int for n in numbers) and _is_closed(operand)
    return operand, {"lacking": _FAR if is_closed else _OPEN}


def _arguments(node: FxNode) -> dict[str, Any]:
    names = [argument.name for argument in node.target._schema.arguments]
    return dict(zip(names, node.args, strict=False)) | node.kwargs


def stride_as_product(value: torch.Tensor, axis: int) -> tuple[int, ...] | None:
    """The axes whose extents make the stride of an axis, or None where it is something else."""
    step, shape = value.stride(axis), list(value.shape)
    others = [a for a in range(len(shape)) if a != axis % len(shape)]
    # Those behind the axis first, as a plain tensor has them.
    behind = tuple(a for a in others if a > axis % len(shape))
    subsets = [c for count in range(len(others) + 1) for c in combinations(others, count)]
    for axes in [behind, *subsets]:
        if statically_known_true(prod([shape[a] for a in axes]) == step):
            return axes
    return None


def _sources(node: FxNode) -> Iterator[FxNode]:
    """A tensor, the one that it is a view of, and so on."""
    yield node
    while node.op == "call_function" and node.args and isinstance(node.args[0], FxNode):
        source = node.args[0]
        value, other = node.meta.get("val"), source.meta.get("val")
        if not isinstance(value, torch.Tensor) or not isinstance(other, torch.Tensor):
            return
        if value.dtype != other.dtype or not _is_view(node, value, other):
            return
        yield source
        node = source


def _is_view(node: FxNode, value: torch.Tensor, source: torch.Tensor) -> bool:
    if not isinstance(node.target, torch._ops.OpOverload):
        return False
    if node.target._schema.name.split("::")[1] in _VIEWS:
        return True
    # Tensors of a program that was just made share their storage; those of a file do not.
    return value.untyped_storage()._cdata == source.untyped_storage()._cdata


def _is_closed(node: FxNode) -> bool:
    value = node.meta["val"]
    return all(type(n) is int for n in (*value.shape, *value.stride(), value.storage_offset()))


def _is_plain(value: torch.Tensor) -> bool:
    """Do elements lie in their order from the front of the storage, without gaps?"""
    wanted: Any = 1
    for extent, step in zip(reversed(value.shape), reversed(value.stride()), strict=True):
        if not statically_known_true(step == wanted) and not statically_known_true(extent == 1):
            return False
        wanted = wanted * extent
    return statically_known_true(value.storage_offset() == 0)


def _places(shape: Any, strides: Any, offset: int) -> numpy.ndarray:
    """The place in the storage of each element."""
    found = numpy.full((), offset, "int64")
    for extent, step in zip(shape, strides, strict=True):
        found = found[..., None] + numpy.arange(extent, dtype="int64") * step
    return found


def _places_of(node: FxNode) -> numpy.ndarray:
    value = node.meta["val"]
    return _places(value.shape, value.stride(), value.storage_offset())


def _numbers(wanted: numpy.ndarray, there: numpy.ndarray) -> numpy.ndarray:
    """For each place that is wanted the number of the last element that is there, or -1."""
    there = there.reshape(-1)
    if not there.size:
        return numpy.full(wanted.shape, -1, "int64")
    order = numpy.argsort(there, kind="stable")
    nearest = numpy.searchsorted(there[order], wanted, side="right") - 1
    found = order[nearest.clip(0)]
    return numpy.where(there[found] == wanted, found, -1)


__all__ = ["BY_STORAGE", "by_places", "stride_as_product"]
