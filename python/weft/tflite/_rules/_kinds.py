"""Which dtypes of integers the rules of an operator take: checks that make an import say what it
cannot do before anything runs."""

from collections.abc import Callable, Iterator

from weft._import.program import Node


def _kinds(node: Node) -> list[str]:
    """The dtypes of a node's data whose integers are steps of a scale. int32 is none: it is of
    biases, which go with their layer."""
    tensors = [*node.notes.inputs, *node.notes.outputs]
    found = [t.dtype for t in tensors if t is not None and t.is_quantized and t.dtype != "int32"]
    return list(dict.fromkeys(found))


def of_integers(*dtypes: str) -> Callable[[Node], Iterator[str]]:
    """A check: quantized integers must have one of the dtypes."""

    def check(node: Node) -> Iterator[str]:
        for dtype in _kinds(node):
            if dtype not in dtypes:
                yield f"quantized {dtype} is not supported"

    return check


def of_floats(node: Node) -> Iterator[str]:
    """A check: there must be no quantized integers."""
    for dtype in _kinds(node):
        yield f"quantized {dtype} is not supported"


__all__ = ["of_floats", "of_integers"]
