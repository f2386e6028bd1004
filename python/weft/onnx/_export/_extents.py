"""Which extents of a graph are the same in all runs.

A file's graph is one example of itself: its shapes are numbers. To know which of them follow from
sizes, the graph is traced for some other sizes by the operators' own inference, and nothing is
computed. An extent that has the same number each time is static; one that has always the number of
a dimension is that dimension.
"""

import random
from typing import Any

from weft._core import native
from weft.onnx._export._graph import Graph, Node, Poly, Scalar

EXAMPLES = 4
Shapes = list[tuple[int, ...]]  # by value
Bodies = dict[int, list[Shapes]]  # by the identity of a body, in each example


class Extents:
    """shapes: of each value of a graph, in each example; sizes: of each example, all of them."""

    def __init__(self, shapes: list[Shapes], sizes: list[list[int]], bodies: "Bodies") -> None:
        self.shapes, self.sizes, self._bodies = shapes, sizes, bodies

    @staticmethod
    def of_graph(graph: Graph) -> "Extents":
        """Those of a whole graph, and of its bodies."""
        sizes = [[size.example for size in graph.sizes]]
        bodies: Bodies = {}
        shapes = [_shapes(graph, sizes[0], bodies)]
        if graph.sizes:
            generator = random.Random(0)
            for _ in range(1, EXAMPLES):
                sizes.append(_another(graph, sizes, generator))
                shapes.append(_shapes(graph, sizes[-1], bodies))
        return Extents(shapes, sizes, bodies)

    def within(self, body: Graph) -> "Extents":
        """Those of a body."""
        return Extents(self._bodies[id(body)], self.sizes, self._bodies)

    def of(self, value: int, axis: int) -> tuple[int, ...]:
        """An extent in all examples."""
        return tuple([shapes[value][axis] for shapes in self.shapes])

    def is_static(self, value: int) -> bool:
        """Has the value the same shape in all runs?"""
        return all(shapes[value] == self.shapes[0][value] for shapes in self.shapes)

    def numbers(self, value: Any) -> list[Any]:
        """What an attribute is in each example."""
        return [at(value, sizes) for sizes in self.sizes]

    def named(self, graph: Graph, value: int) -> list[int | str | None]:
        """The shape: numbers, names of dimensions, None for what follows from sizes otherwise."""
        found: list[int | str | None] = []
        for axis in range(len(self.shapes[0][value])):
            extents = self.of(value, axis)
            names = [
                size.name
                for number, size in enumerate(graph.sizes)
                if size.name and extents == tuple([sizes[number] for sizes in self.sizes])
            ]
            is_static = len(set(extents)) == 1
            found.append(extents[0] if is_static else names[0] if names else None)
        return found


def _another(graph: Graph, known: list[list[int]], generator: random.Random) -> list[int]:
    """Another example of the sizes, near the first one, so that windows that fitted there fit."""
    sizes: list[int] = []
    for place, size in enumerate(graph.sizes):
        most = size.example
        if size.value is not None:
            most = min(most, size.bound.at(sizes))
        least = max(size.least, most - most // 4 - 2, 0 if size.value is not None else 1)
        taken = {example[place] for example in known} | set(sizes)
        free = [n for n in range(least, most + 1) if n not in taken]
        sizes.append(generator.choice(free) if free else least)
    return sizes


def at(value: Any, sizes: list[int]) -> Any:
    """An attribute with numbers in the place of what follows from sizes."""
    if isinstance(value, Poly):
        return value.at(sizes)
    if isinstance(value, list):
        return [at(item, sizes) for item in value]
    return value


def _shapes(graph: Graph, sizes: list[int], bodies: Bodies) -> Shapes:
    types = [list(shape) for _, shape in graph.types]
    for number, size in enumerate(graph.sizes):
        for place, axis in size.axes:
            types[graph.inputs[place]][axis] = sizes[number]
    known = [v for v in range(len(types)) if v in set(graph.inputs) | set(graph.arrays)]
    given = [(graph.types[v][0], tuple(types[v])) for v in known]
    placeholders = native.trace_begin(given)
    try:
        values: dict[int, Any] = dict(zip(known, placeholders, strict=True))
        _evaluate(graph.nodes, values, sizes, bodies)
        return _shapes_of(values, len(types))
    finally:
        native.trace_abort()


def _shapes_of(values: dict[int, Any], count: int) -> Shapes:
    """By value; nothing reads those that are left out."""
    return [tuple(values[v].shape) if v in values else () for v in range(count)]


def _evaluate(nodes: list[Node], values: dict[int, Any], sizes: list[int], bodies: Bodies) -> None:
    for node in nodes:
        given = [_argument(operand, values, sizes) for operand in node.operands]
        if node.bodies:
            found = _control(node, given, sizes, bodies)
        else:
            attributes = {key: at(value, sizes) for key, value in node.attributes.items()}
            function = native.operator(node.op)
            found = function(*_grouped(function.schema, given), **_plain(attributes))
        listed = found if isinstance(found, list | tuple) else [found]
        values.update(zip(node.outputs, listed, strict=True))


def _plain(attributes: dict[str, Any]) -> dict[str, Any]:
    return {k: tuple(v) if isinstance(v, list) else v for k, v in attributes.items()}


def _grouped(schema: dict[str, Any], given: list[Any]) -> list[Any]:
    """Arrays as they are passed: those of a list in a list of their own."""
    count = schema["inputs"]
    if count and schema["arguments"][count - 1]["kind"] == "arrays":
        return [*given[: count - 1], given[count - 1 :]]
    return given


def _argument(operand: Any, values: dict[int, Any], sizes: list[int]) -> Any:
    if isinstance(operand, Scalar):
        return at(operand.value, sizes)
    return None if operand is None else values[operand]


def _made(shape: Any, dtype: Any) -> Any:
    return native.operator("full")(tuple(shape), 0, dtype)


def _control(node: Node, given: list[Any], sizes: list[int], bodies: Bodies) -> list[Any]:
    loop = node.loop
    if not loop:
        results = [_run(body, given[1:], sizes, bodies) for body in node.bodies]
        return results[0]  # both have the same types
    operands = given[1:] if loop.get("counted") else given
    sliced, carried = loop["sliced"], loop["carried"]
    most = operands[0].shape[0] if sliced else loop["most"]
    rows = [_made(x.shape[1:], x.dtype) for x in operands[:sliced]]
    results = _run(node.bodies[0], [*rows, *operands[sliced:]], sizes, bodies)
    trips = [_made((), "int64")] if loop.get("while") else []
    stacked = [_made((most, *x.shape), x.dtype) for x in results[carried:]]
    return [*results[:carried], *trips, *stacked]


def _run(body: Graph, given: list[Any], sizes: list[int], bodies: Bodies) -> list[Any]:
    """What a body gives; its shapes are noted."""
    inner = dict(zip(body.inputs, given, strict=True))
    _evaluate(body.nodes, inner, sizes, bodies)
    bodies.setdefault(id(body), []).append(_shapes_of(inner, len(body.types)))
    return [inner[v] for v in body.outputs]
