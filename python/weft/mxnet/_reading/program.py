"""Graphs of symbols as programs that run: the values' names, parsed attributes, bodies.

A variable is an input of the program, a parameter, or the label of an output layer, which is left
out where nobody names it as an input. Results are called `<node>_output`, or by their number.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue, NotFound
from weft._base.spelling import hint
from weft._import.program import Node, Port, Program
from weft.mxnet._operators import (
    IGNORED,
    Semantics,
    input_names,
    label_place,
    outputs_of,
    parse,
    parsed,
    read_shape,
    state_places,
)
from weft.mxnet._reading.graph import Graph, GraphNode

# Operators that make arrays; in a shape of theirs -1, in 1.x also 0, may stand for the extent of
# the batch.
_CREATORS = ("_zeros", "_ones", "_full", "_zeros_without_dtype")


def input_variables(graph: Graph, known: Collection[str]) -> list[str]:
    """Variables that are no parameters: the inputs, without labels of output layers."""
    labels = _labels(graph)
    found = {node.name: None for node in graph.variables()}
    return [name for name in found if name not in known and name not in labels]


def _labels(graph: Graph) -> set[str]:
    """Variables that are read as labels of output layers, and in no other way."""
    labels: set[str] = set()
    others: set[str] = set()
    for node in graph.nodes():
        for place, (child, _) in enumerate(node.inputs):
            if child.is_variable:
                (labels if place == label_place(node.op) else others).add(child.name)
    return labels - others


def fixed_variables(graph: Graph) -> set[str]:
    """Variables that are not trained: auxiliary states, and factors that are taken as 1."""
    found: set[str] = set()
    for node in graph.nodes():
        places = set(state_places(node.op, node.attributes))
        if places and "gamma" in input_names(node.op) and _is_gamma_fixed(node):
            places.add(1)
        for place in places:
            if place < len(node.inputs) and node.inputs[place][0].is_variable:
                found.add(node.inputs[place][0].name)
    return found


def _is_gamma_fixed(node: GraphNode) -> bool:
    return bool(parse(node.attrs.get("fix_gamma", "True")))


def program_of(
    graph: Graph,
    title: str,
    inputs: Sequence[str],
    constants: Mapping[str, numpy.ndarray],
    caller: str,
) -> Program:
    """The program of a graph.

    inputs: names of the variables that calls give, in their order
    constants: values of the others; labels of output layers may be left out
    """
    variables = {node.name: node for node in graph.variables()}
    for name in inputs:
        if name not in variables:
            free = [other for other in variables if other not in constants]
            raise NotFound(
                f"{caller}: {title} has no variable `{name}`{hint(name, {}, variables)}; "
                f"variables without values are {', '.join(free) or 'none'}"
            )
        if list(inputs).count(name) > 1:
            raise InvalidValue(f"{caller}: the input `{name}` is named twice")
    absent = _labels(graph) - set(inputs) - set(constants)
    ports = [_port(variables[name]) for name in inputs]
    program = _program(graph, title, ports, absent)
    program.constants.update(constants)
    program.arrays.update(constants)
    program.fixed.update(fixed_variables(graph) & set(constants))
    return program


def _port(variable: GraphNode) -> Port:
    shape = read_shape(variable.attrs.get("__shape__"))
    is_known = shape is not None and all(extent > 0 for extent in shape)
    return Port(variable.name, usual=shape if is_known else None)


def _body(graph: Graph, title: str) -> Program:
    """A body of control flow, whose variables are its inputs."""
    ports = [Port(name) for name in dict.fromkeys(node.name for node in graph.variables())]
    return _program(graph, title, ports, set())


def _program(graph: Graph, title: str, ports: list[Port], absent: Collection[str]) -> Program:
    nodes = graph.nodes()
    names = _Names(nodes)
    read_numbers = _read_numbers(graph, nodes)
    semantics = Semantics(graph.is_np_shape)
    made: list[Node] = []
    for node in nodes:
        if node.is_variable:
            continue
        read = [
            "" if child.is_variable and child.name in absent else names(child, number)
            for child, number in node.inputs
        ]
        while read and not read[-1]:
            read.pop()
        numbers = read_numbers[id(node)]
        outputs = [names(node, n) if n in numbers else "" for n in range(max(numbers) + 1)]
        made.append(
            Node(
                node.op, "", 1, node.name, read, outputs, _attributes(node, graph), notes=semantics
            )
        )
    heads = [names(node, number) for node, number in graph.heads]
    return Program(title, ports, heads, made)


def _read_numbers(graph: Graph, nodes: list[GraphNode]) -> dict[int, set[int]]:
    """For each node, by its id, which of its results are read."""
    found: dict[int, set[int]] = {id(node): set() for node in nodes}
    for entries in (graph.heads, *(node.inputs for node in nodes)):
        for node, number in entries:
            found[id(node)].add(number)
    for node in nodes:
        count = outputs_of(node.op, node.attributes)
        if not node.is_variable and count is not None and max(found[id(node)]) >= count:
            raise InvalidValue(
                f"{node.op} `{node.name}`: has {count} results; the file reads number "
                f"{max(found[id(node)])}, counted from 0"
            )
    return found


class _Names:
    """Names of values: those of variables are their own, others differ from them and each other."""

    def __init__(self, nodes: list[GraphNode]) -> None:
        self.used = {node.name for node in nodes if node.is_variable}
        self.found: dict[tuple[int, int], str] = {}

    def __call__(self, node: GraphNode, number: int) -> str:
        if node.is_variable:
            return node.name
        key = id(node), number
        if key not in self.found:
            name = f"{node.name}_output" if number == 0 else f"{node.name}_output{number}"
            while name in self.used:
                name += "_"
            self.used.add(name)
            self.found[key] = name
        return self.found[key]


def _attributes(node: GraphNode, graph: Graph) -> dict[str, Any]:
    told = {key: text for key, text in node.attributes.items() if key not in IGNORED}
    found: dict[str, Any] = parsed(node.op, told)
    if node.subgraphs:
        found["subgraphs"] = [_body(body, node.name) for body in node.subgraphs]
    if node.op in _CREATORS and isinstance(found.get("shape"), tuple):
        # Operators broadcast, so one element along an unknown axis serves any batch.
        unknown = (-1,) if graph.is_np_shape else (-1, 0)
        found["shape"] = tuple(1 if extent in unknown else extent for extent in found["shape"])
    return found


__all__ = ["fixed_variables", "input_variables", "program_of"]
