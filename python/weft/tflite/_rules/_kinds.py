"""Which dtypes of integers the rules of an operator take: checks that make an import say what it
cannot do before anything runs."""

from collections.abc import Callable, Iterator
from typing import Any

from weft._import.program import Node

Check = Callable[[Node], Iterator[str]]


def _kinds(node: Node) -> list[str]:
    """The dtypes of a node's data whose integers are steps of a scale. int32 is none: it is of
    biases, which go with their layer."""
    tensors = [*node.notes.inputs, *node.notes.outputs]
    found = [t.dtype for t in tensors if t is not None and t.is_quantized and t.dtype != "int32"]
    return list(dict.fromkeys(found))


def of_integers(*dtypes: str) -> Check:
    """A check: quantized integers must have one of the dtypes."""

    def check(node: Node) -> Iterator[str]:
        for dtype in _kinds(node):
            if dtype not in dtypes:
                yield f"quantized {dtype} is not supported"

    return check


def of_one_kind(*dtypes: str, first: int = 0, scales: bool = False) -> Check:
    """A check: as `of_integers`, and where some data is quantized, all has the same dtype.

    first: the first input that is data; scales: must all have the same scale, too, as integers are
        only moved?
    """

    def check(node: Node) -> Iterator[str]:
        yield from of_integers(*dtypes)(node)
        data = [t for t in (*node.notes.inputs[first:], *node.notes.outputs) if t is not None]
        quantized = [t for t in data if t.is_quantized and t.dtype != "int32"]
        if not quantized:
            return
        kinds = dict.fromkeys(t.dtype if t.is_quantized else f"plain {t.dtype}" for t in data)
        if len(kinds) > 1:
            yield f"quantized data of several kinds is not supported; got {', '.join(kinds)}"
        elif scales:
            yield from _other_scales(quantized)

    return check


def _other_scales(tensors: list[Any]) -> Iterator[str]:
    for other in tensors[1:]:
        if (other.step, other.zero) != (tensors[0].step, tensors[0].zero):
            yield f"tensors `{tensors[0].name}` and `{other.name}` have different scales"
            return


def of_floats(node: Node) -> Iterator[str]:
    """A check: there must be no quantized integers."""
    for dtype in _kinds(node):
        yield f"quantized {dtype} is not supported"


__all__ = ["of_floats", "of_integers", "of_one_kind"]
