"""Finds layers that an exporter has written out in small operators, and puts them together again:
GELU, SiLU, hard swish, layer and root-mean-square norms, attention.

Weft has a kernel for each. A pattern is matched from the operator that it cannot be without (Erf,
Softmax, …), over values that nothing else reads, so nothing is computed twice or lost.
"""

import math
from collections.abc import Iterator

from weft._import.program import Node, Program, bodies_of
from weft.onnx._attention import attentions, swaps
from weft.onnx._patterns import Change, Graph


def simplify(program: Program) -> None:
    """Puts layers of a program together again, and those of its bodies."""
    for find in (_gelus, _tanh_gelus, _swishes, _hard_swishes, _norms, swaps, attentions):
        graph = Graph(program)
        for change in list(find(graph)):
            change()
        drop_unread(program)
    program.changed()
    for node in program.nodes:
        for body in bodies_of(node):
            simplify(body)


def drop_unread(program: Program) -> None:
    """Takes away nodes whose results nothing reads, last first."""
    read = {*program.outputs}
    kept: list[Node] = []
    names = {name for node in program.nodes for body in bodies_of(node) for name in _read(body)}
    read |= names
    for node in reversed(program.nodes):
        if any(name in read for name in node.outputs):
            kept.append(node)
            read.update(node.inputs)
    program.nodes[:] = kept[::-1]


def _read(body: Program) -> set[str]:
    found = set(body.outputs)
    for node in body.nodes:
        found.update(node.inputs)
        for inner in bodies_of(node):
            found |= _read(inner)
    return found


# ---- activations --------------------------------------------------------------------------------


def _gelus(graph: Graph) -> Iterator[Change]:
    """0.5 x (1 + erf(x / sqrt 2)), with its factors in any order."""
    for erf in [node for node in graph.program.nodes if node.operator == "Erf"]:
        scaled = erf.inputs[0]
        x = graph.is_near(graph.maker(scaled, "Div"), math.sqrt(2.0))
        x = x or graph.is_near(graph.maker(scaled, "Mul"), math.sqrt(0.5))
        added = graph.only_reader(erf.outputs[0], "Add")
        if x is None or graph.is_near(added, 1.0) is None:
            continue
        yield from _halved(graph, x, added, "none")


def _halved(graph: Graph, x: str, added: Node | None, approximate: str) -> Iterator[Change]:
    """A node whose result is multiplied by x and by 1/2: by x / 2, or one after the other."""
    assert added is not None
    first = graph.only_reader(added.outputs[0], "Mul")
    if first is None:
        return
    other = first.inputs[1] if first.inputs[0] == added.outputs[0] else first.inputs[0]
    if graph.is_near(graph.maker(other, "Mul"), 0.5) == x:
        yield lambda: graph.replace(first, "Gelu", [x], approximate=approximate)
        return
    second = graph.only_reader(first.outputs[0], "Mul")
    if second is None:
        return
    is_halved_last = other == x and graph.is_near(second, 0.5) is not None
    is_halved_first = graph.is_near(first, 0.5) is not None and x in second.inputs
    if is_halved_last or is_halved_first:
        yield lambda: graph.replace(second, "Gelu", [x], approximate=approximate)


def _tanh_gelus(graph: Graph) -> Iterator[Change]:
    """0.5 x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)))."""
    for tanh in [node for node in graph.program.nodes if node.operator == "Tanh"]:
        inner = graph.is_near(graph.maker(tanh.inputs[0], "Mul"), math.sqrt(2.0 / math.pi))
        total = graph.maker(inner, "Add") if inner else None
        added = graph.only_reader(tanh.outputs[0], "Add")
        if total is None or graph.is_near(added, 1.0) is None:
            continue
        for x, cubic in (total.inputs, total.inputs[::-1]):
            cube = graph.is_near(graph.maker(cubic, "Mul"), 0.044715)
            if cube is not None and _is_cube(graph, cube, x):
                yield from _halved(graph, x, added, "tanh")
                break


def _is_cube(graph: Graph, name: str, x: str) -> bool:
    power = graph.maker(name, "Pow")
    if power is not None:
        return power.inputs[0] == x and graph.number(power.inputs[1]) == 3.0
    product = graph.maker(name, "Mul")
    if product is None or x not in product.inputs:
        return False
    square = product.inputs[1] if product.inputs[0] == x else product.inputs[0]
    inner = graph.maker(square, "Mul", "Pow")
    if inner is None:
        return False
    return inner.inputs == [x, x] or (inner.inputs[0] == x and graph.number(inner.inputs[1]) == 2.0)


def _swishes(graph: Graph) -> Iterator[Change]:
    """x sigmoid(x)."""
    for sigmoid in [node for node in graph.program.nodes if node.operator == "Sigmoid"]:
        product = graph.only_reader(sigmoid.outputs[0], "Mul")
        if product is not None and set(product.inputs) == {sigmoid.inputs[0], sigmoid.outputs[0]}:
            x = sigmoid.inputs[0]
            yield lambda product=product, x=x: graph.replace(product, "Swish", [x])


def _hard_swishes(graph: Graph) -> Iterator[Change]:
    """x hard_sigmoid(x), and x min(max(x + 3, 0), 6) / 6."""
    for node in graph.program.nodes:
        if node.operator == "HardSigmoid":
            x, share = node.inputs[0], node.attributes.get("alpha", 0.2)
            product = graph.only_reader(node.outputs[0], "Mul")
            is_ours = math.isclose(share, 1.0 / 6, rel_tol=1e-3)
            if product is not None and is_ours and set(product.inputs) == {x, node.outputs[0]}:
                yield lambda p=product, x=x: graph.replace(p, "HardSwish", [x])
        elif node.operator == "Clip" and len(node.inputs) == 3:
            yield from _clipped_swish(graph, node)


def _clipped_swish(graph: Graph, clip: Node) -> Iterator[Change]:
    if graph.number(clip.inputs[1]) != 0.0 or graph.number(clip.inputs[2]) != 6.0:
        return
    x = graph.is_near(graph.maker(clip.inputs[0], "Add"), 3.0)
    product = graph.only_reader(clip.outputs[0], "Mul")
    if x is None or product is None or set(product.inputs) != {x, clip.outputs[0]}:
        return
    last = graph.only_reader(product.outputs[0], "Div", "Mul")
    wanted = 6.0 if last is not None and last.operator == "Div" else 1.0 / 6
    if last is not None and graph.is_near(last, wanted) is not None:
        yield lambda: graph.replace(last, "HardSwish", [x])


# ---- norms --------------------------------------------------------------------------------------


def _norms(graph: Graph) -> Iterator[Change]:
    """(x - mean) / sqrt(mean of squares + eps), and x / sqrt(mean of squares + eps)."""
    for root in [node for node in graph.program.nodes if node.operator == "Sqrt"]:
        found = graph.with_number(graph.maker(root.inputs[0], "Add"))
        mean = graph.maker(found[0], "ReduceMean") if found else None
        if found is None or mean is None or not _is_of_last_axis(graph, mean):
            continue
        centred = _squared(graph, mean.inputs[0])
        last = _divided(graph, root, centred) if centred else None
        if last is None or centred is None:
            continue
        x = _uncentred(graph, centred)
        if x is not None:
            yield from _with_weights(graph, last, "LayerNormalization", x, found[1])
        elif graph.maker(centred, "Sub") is None:
            yield from _with_weights(graph, last, "RMSNormalization", centred, found[1])


def _is_of_last_axis(graph: Graph, mean: Node) -> bool:
    axes = mean.attributes.get("axes")
    if axes is None and len(mean.inputs) > 1:
        value = graph.program.constants.get(mean.inputs[1])
        axes = None if value is None else value.reshape(-1).tolist()
    return axes == [-1] and mean.attributes.get("keepdims", 1) == 1


def _squared(graph: Graph, name: str) -> str | None:
    """What a value is the square of."""
    power = graph.maker(name, "Pow")
    if power is not None and graph.number(power.inputs[1]) == 2.0:
        return power.inputs[0]
    product = graph.maker(name, "Mul")
    if product is not None and product.inputs[0] == product.inputs[1]:
        return product.inputs[0]
    return None


def _divided(graph: Graph, root: Node, centred: str) -> Node | None:
    """The node that divides `centred` by the root, directly or by its reciprocal."""
    last = graph.only_reader(root.outputs[0], "Div")
    if last is not None and last.inputs == [centred, root.outputs[0]]:
        return last
    inverse = graph.only_reader(root.outputs[0], "Reciprocal")
    if inverse is None and last is not None and graph.number(last.inputs[0]) == 1.0:
        inverse = last
    if inverse is None:
        return None
    product = graph.only_reader(inverse.outputs[0], "Mul")
    return product if product is not None and centred in product.inputs else None


def _uncentred(graph: Graph, centred: str) -> str | None:
    """The value whose mean was taken away."""
    difference = graph.maker(centred, "Sub")
    mean = graph.maker(difference.inputs[1], "ReduceMean") if difference else None
    if difference is None or mean is None or not _is_of_last_axis(graph, mean):
        return None
    return difference.inputs[0] if mean.inputs[0] == difference.inputs[0] else None


def _with_weights(
    graph: Graph, last: Node, operator: str, x: str, epsilon: float
) -> Iterator[Change]:
    """The norm with the factors, and the summands of a layer norm, behind it."""
    product = graph.only_reader(last.outputs[0], "Mul")
    gamma = _vector(graph, product, last.outputs[0])
    if product is None or gamma is None:
        return
    inputs, end = [x, gamma], product
    if operator == "LayerNormalization":
        total = graph.only_reader(product.outputs[0], "Add")
        beta = _vector(graph, total, product.outputs[0])
        if total is not None and beta is not None:
            inputs, end = [x, gamma, beta], total
    yield lambda: graph.replace(end, operator, inputs, axis=-1, epsilon=epsilon)


def _vector(graph: Graph, node: Node | None, other: str) -> str | None:
    """The weights of one axis that a node combines with another value."""
    if node is None or len(node.inputs) != 2:
        return None
    name = node.inputs[1] if node.inputs[0] == other else node.inputs[0]
    value = graph.program.constants.get(name)
    return name if value is not None and value.ndim == 1 else None


__all__ = ["simplify"]
