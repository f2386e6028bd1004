"""A graph of Weft written as a graph of ONNX."""

from collections import Counter
from typing import Any

import onnx
from onnx import helper

from weft._base.errors import Unsupported
from weft.onnx._export import (  # noqa: F401 - they fill the table
    control,
    elementwise,
    indexing,
    layers,
    norms,
    quantized,
    recurrent,
    reduce,
    shapes,
)
from weft.onnx._export._call import Frame, Sizes
from weft.onnx._export._extents import Extents
from weft.onnx._export._graph import RANDOM_STATE, Graph
from weft.onnx._export._nodes import write_nodes
from weft.onnx._export._scope import Model, Scope, info, tensor_of


def _require_all(model: Model, nodes: list[Any]) -> None:
    """Raises NotImplementedError for all that is missed, at once."""
    read = [name for node in nodes for name in sorted(_reads(node))]
    lacks = Counter([model.missing[name] for name in dict.fromkeys(read) if name in model.missing])
    if lacks:
        lines = [f"\n  {what} ({count} times)" for what, count in lacks.items()]
        raise Unsupported("onnx.export: ONNX cannot have all of this network:" + "".join(lines))


def written(graph: Graph, opset: int, exact: bool = False) -> onnx.GraphProto:
    """The graph with all its tensors in it."""
    model = Model(opset, exact)
    scope = Scope(model)
    sizes = Sizes(graph)
    frame = Frame(graph, scope, Extents.of_graph(graph), sizes)
    sizes.frame = frame
    output_names = _output_names(graph)
    for known in [*graph.names.values(), *output_names]:
        model.name(known)
    frame.tensors.update(graph.names)
    write_nodes(frame)
    outputs = _named_outputs(frame, output_names)
    scope.nodes[:] = _needed(scope.nodes, output_names)
    _require_all(model, scope.nodes)
    inputs, kept = _inputs(frame)
    tensors = _used(scope.nodes, [*kept, *model.constants.items()])
    return helper.make_graph(
        scope.nodes, "weft", inputs, outputs, [tensor_of(key, array) for key, array in tensors]
    )


def _output_names(graph: Graph) -> list[str]:
    """Those of the file, and for a state the input's name with `.new` behind it."""
    taken = set(graph.names.values())
    names = []
    states = {last: graph.names[graph.inputs[first]] for first, last in graph.states}
    own = iter(graph.output_names)
    for place in range(len(graph.outputs)):
        name = f"{states[place]}.new" if place in states else next(own)
        while name in taken:
            name += "_"
        taken.add(name)
        names.append(name)
    return names


def _inputs(frame: Frame) -> tuple[list[Any], list[tuple[str, Any]]]:
    """Inputs, and arrays that have values. A state is both: its value is what it begins with."""
    graph = frame.graph
    states = {graph.inputs[first] for first, _ in graph.states}
    inputs = []
    for value in graph.inputs:
        is_given = value not in graph.arrays or value in states
        if is_given and graph.names[value] != RANDOM_STATE:
            shape = frame.extents.named(graph, value)
            inputs.append(info(graph.names[value], graph.types[value][0], shape))
    kept = [(graph.names[value], array) for value, array in graph.arrays.items()]
    return inputs, kept


def _reads(node: Any) -> set[str]:
    """What a node reads, in its bodies, too."""
    read = set(node.input)
    for attribute in node.attribute:
        if attribute.type == onnx.AttributeProto.GRAPH:
            read.update(*[_reads(inner) for inner in attribute.g.node])
            read.update(output.name for output in attribute.g.output)
    return read


def _needed(nodes: list[Any], names: list[str]) -> list[Any]:
    """The nodes that outputs depend on, bodies without what theirs do not."""
    needed, kept = set(names), []
    for node in reversed(nodes):
        if not needed.isdisjoint(node.output):
            kept.append(node)
            for attribute in node.attribute:
                if attribute.type == onnx.AttributeProto.GRAPH:
                    inner = attribute.g
                    found = _needed(list(inner.node), [output.name for output in inner.output])
                    del inner.node[:]
                    inner.node.extend(found)
            needed |= _reads(node)
    return kept[::-1]


def _used(nodes: list[Any], arrays: list[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The arrays that nodes read."""
    read: set[str] = set().union(*[_reads(node) for node in nodes])
    return [(name, array) for name, array in arrays if name in read]


def _named_outputs(frame: Frame, names: list[str]) -> list[Any]:
    """Results under their names in the file; each is a tensor of its own."""
    graph, found = frame.graph, []
    for name, value in zip(names, graph.outputs, strict=True):
        dtype = graph.types[value][0]
        frame.scope.nodes.append(
            helper.make_node("Identity", [frame.tensors[value]], [name], f"output_{name}")
        )
        found.append(info(name, dtype, frame.extents.named(graph, value)))
    _without_identities(frame.scope.nodes, len(names))
    return found


def _without_identities(nodes: list[Any], count: int) -> None:
    """Gives results their names where they are made, where nothing else stands in the way."""
    made = {out: node for node in nodes[:-count] for out in node.output}
    ends = nodes[-count:]
    sources = Counter(node.input[0] for node in ends)
    renamed = {}
    for node in ends:
        source = node.input[0]
        if source in made and sources[source] == 1:
            renamed[source] = node.output[0]
            nodes.remove(node)
    _rename(nodes, renamed)


def _rename(nodes: Any, renamed: dict[str, str]) -> None:
    for node in nodes:
        for names in (node.input, node.output):
            for place, name in enumerate(names):
                if name in renamed:
                    names[place] = renamed[name]
        for attribute in node.attribute:
            if attribute.type == onnx.AttributeProto.GRAPH:
                _rename(attribute.g.node, renamed)


__all__ = ["written"]
