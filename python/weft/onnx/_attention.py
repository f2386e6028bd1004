"""Finds attention that an exporter has written out: softmax(scale q kᵀ + mask) v.

PyTorch's exporter turns the keys in three axes, multiplies both operands by the root of the scale,
makes a mask also where nothing is masked, and puts 0 where a row of the softmax is NaN.
"""

from collections.abc import Iterator

import numpy

from weft._import.program import Node
from weft.onnx._patterns import LAYERS, Change, Graph

_HIDDEN = -1e30  # summands below hide a position as -inf does


def swaps(graph: Graph) -> Iterator[Change]:
    """The two last axes of four that are swapped in three: Reshape, Transpose, Reshape; or swapped
    in three before the first of these is split: Transpose, Reshape."""
    for middle in [node for node in graph.program.nodes if node.operator == "Transpose"]:
        if middle.domain or middle.attributes.get("perm") != [0, 2, 1]:
            continue
        first = graph.maker(middle.inputs[0], "Reshape")
        last = graph.only_reader(middle.outputs[0], "Reshape")
        if first is not None and last is not None:
            if _is_swap(graph, first, last) or _is_swap_by_shape(graph, first, last):
                yield _swap(graph, first.inputs[0], last)
        elif first is None and last is not None and _splits_first(graph, middle, last):
            yield _split_first(graph, middle.inputs[0], last)


def _is_swap(graph: Graph, first: Node, last: Node) -> bool:
    given = _extents_of(graph, first.inputs[0], 4)
    flat, wanted = graph.extents(first.inputs[1], 3), graph.extents(last.inputs[1], 4)
    if given is None or flat is None or wanted is None or min(given[2:]) < 1:
        return False
    if flat[1:] != given[2:] or wanted[2:] != given[:1:-1]:
        return False
    # The number of elements is the same, so with three extents alike the fourth is alike, too.
    known = [(a, b) for a, b in zip(given[:2], wanted[:2], strict=True) if a > 0 and b > 0]
    return bool(known) and all(a == b for a, b in known)


def _is_swap_by_shape(graph: Graph, first: Node, last: Node) -> bool:
    """The same where the extents are computed from the shape of what is swapped, as where some of
    them are open."""
    x = first.inputs[0]
    if graph.rank(x) != 4:
        return False
    flat, wanted = graph.parts_of_shape(first.inputs[1]), graph.parts_of_shape(last.inputs[1])
    if flat is None or wanted is None:
        return False
    axes = [(x, axis) for axis in range(4)]
    return flat == [-1, axes[2], axes[3]] and wanted == [axes[0], axes[1], axes[3], axes[2]]


def _splits_first(graph: Graph, middle: Node, last: Node) -> bool:
    """Does the last reshape only split the first axis of three?"""
    given = _extents_of(graph, middle.inputs[0], 3)
    wanted = graph.extents(last.inputs[1], 4)
    if given is None or wanted is None or min(*given[1:], *wanted) < 1:
        return False
    return wanted[2:] == [given[2], given[1]]


def _split_first(graph: Graph, x: str, last: Node) -> Change:
    """Splits the first axis, then swaps the last two of four."""

    def change() -> None:
        wanted = graph.extents(last.inputs[1], 4)
        assert wanted is not None  # `_splits_first` found it
        name = f"{last.outputs[0]}.split"
        shape = f"{name}.shape"
        graph.program.constants[shape] = numpy.array([*wanted[:2], wanted[3], wanted[2]])
        graph.before(last, Node("Reshape", "", last.version, name, [x, shape], [name], {}))
        graph.replace(last, "Transpose", [name], perm=[0, 1, 3, 2])

    return change


def _extents_of(graph: Graph, name: str, axes: int) -> list[int] | None:
    """The extents of a value that was reshaped and transposed; -1 or 0: not known."""
    turned = graph.maker(name, "Transpose")
    shaped = graph.maker(turned.inputs[0] if turned else name, "Reshape")
    extents = None if shaped is None else graph.extents(shaped.inputs[1], axes)
    if extents is None or turned is None:
        return extents
    perm = turned.attributes.get("perm", list(range(axes))[::-1])
    return [extents[axis] for axis in perm]


def _swap(graph: Graph, x: str, last: Node) -> Change:
    return lambda: graph.replace(last, "Transpose", [x], perm=[0, 1, 3, 2])


def attentions(graph: Graph) -> Iterator[Change]:
    """softmax(scale q kᵀ + mask) v."""
    for softmax in [node for node in graph.program.nodes if node.operator == "Softmax"]:
        if softmax.attributes.get("axis", -1 if softmax.version >= 13 else 1) not in (-1, 3):
            continue
        shares = _unguarded(graph, softmax.outputs[0])
        last = graph.only_reader(shares, "MatMul") if shares else None
        if last is None or last.inputs[0] != shares:
            continue
        found = _scores(graph, softmax.inputs[0])
        if found is not None:
            yield _attention(graph, last, *found)


def _unguarded(graph: Graph, shares: str) -> str | None:
    """The shares, or what puts 0 where they are NaN, as rows that see nothing are: Weft's kernel
    gives 0 there, too."""
    readers = graph.readers.get(shares, [])
    if len(readers) == 1:
        return shares
    test = next((node for node, _ in readers if node.operator == "IsNaN"), None)
    if len(readers) != 2 or test is None:
        return None
    chosen = graph.only_reader(test.outputs[0], "Where")
    if chosen is None or chosen.inputs[2] != shares or graph.number(chosen.inputs[1]) != 0.0:
        return None
    return chosen.outputs[0]


def _scores(graph: Graph, name: str) -> tuple[str, Node, float, str | None] | None:
    """Queries, the node that transposes the keys, the factor and the mask of scores."""
    mask = None
    total = graph.maker(name, "Add")
    if total is not None and graph.only_reader(name, "Softmax"):
        for place in (0, 1):
            if graph.maker(total.inputs[place], "MatMul", "Mul", "Div") is not None:
                found = _product(graph, total.inputs[place])
                if found is not None:
                    mask = total.inputs[1 - place]
                    return (*found, mask)
        return None
    found = _product(graph, name)
    return None if found is None else (*found, mask)


def _product(graph: Graph, name: str) -> tuple[str, Node, float] | None:
    scale, name = _scale(graph, name)
    product = graph.maker(name, "MatMul")
    if product is None or len(graph.readers.get(name, [])) != 1:
        return None
    of_query, query = _scale(graph, product.inputs[0])
    of_keys, keys = _scale(graph, product.inputs[1])
    swapped = graph.maker(keys, "Transpose")
    if swapped is None or "perm" not in swapped.attributes:
        return None
    return query, swapped, scale * of_query * of_keys


def _scale(graph: Graph, name: str) -> tuple[float, str]:
    """A number that a value is multiplied by, and the rest."""
    node = graph.maker(name, "Mul", "Div")
    if node is None:
        return 1.0, name
    if node.operator == "Div":
        number = graph.number(node.inputs[1])
        return (1.0 / number, node.inputs[0]) if number else (1.0, name)
    found = graph.with_number(node)
    return (found[1], found[0]) if found else (1.0, name)


def _attention(
    graph: Graph, last: Node, query: str, swapped: Node, scale: float, mask: str | None
) -> Change:
    def change() -> None:
        perm = list(swapped.attributes["perm"])
        perm[-1], perm[-2] = perm[-2], perm[-1]
        keys = swapped.inputs[0]
        if perm != sorted(perm):
            keys = f"{last.outputs[0]}.keys"
            turned = Node("Transpose", "", swapped.version, keys, list(swapped.inputs), [keys], {})
            turned.attributes["perm"] = perm
            graph.before(last, turned)
        seen = None if mask is None else graph.constant(mask)
        is_causal = seen is not None and _is_causal(seen)
        is_needless = seen is not None and not seen.any() and set(seen.shape[:-2]) <= {1}
        inputs = [query, keys, last.inputs[1]]
        if mask is not None and not is_causal and not is_needless:
            inputs.append(mask)
        options = {"scale": float(scale), "causal": int(is_causal)}
        graph.replace(last, "ScaledDotProductAttention", inputs, domain=LAYERS, **options)

    return change


def _is_causal(mask: numpy.ndarray) -> bool:
    """Does a constant mask hide what is behind each position, and nothing else?"""
    if mask.ndim < 2 or mask.shape[-1] != mask.shape[-2] or set(mask.shape[:-2]) - {1}:
        return False
    square = mask.reshape(mask.shape[-2:])
    behind = numpy.triu(numpy.ones(square.shape, bool), 1)
    return square.dtype.kind == "f" and bool(
        (square[behind] < _HIDDEN).all() and not square[~behind].any()
    )


__all__ = ["attentions", "swaps"]
