"""Batch norms in the weights of the layers before them, as a network of float32."""

from dataclasses import replace
from typing import Any

from weft.compression._graph.layers import Graph, Layer
from weft.compression._graph.rebuilt import rebuilt
from weft.compression._graph.traced import Batch, Batches, Traced, inputs_of, traced
from weft.gluon import HybridBlock, SymbolBlock
from weft.gluon.parameter import Parameter
from weft.sym._nodes import Call, Entry, Node, Variable


def fold_norms(net: HybridBlock, data: Any) -> SymbolBlock:
    """The network in float32 with batch norms folded into the convolutions and dense layers before
    them, as it is in predict mode: a block of its own, which has no running statistics there.

    net: a block, initialized; data: an array (N, ...), or batches of a `DataLoader`,
    whose first tells the shapes

    >>> from weft import gluon, np
    >>> from weft.quantization import fold_norms
    >>> net = gluon.nn.HybridSequential(gluon.nn.Conv2D(4, 3, use_bias=False), gluon.nn.BatchNorm())
    >>> net.initialize()
    >>> list(fold_norms(net, np.ones((1, 1, 5, 5))).collect_params())
    ['0.convolution0.weight', '0.convolution0.bias']
    """
    batch = Batches(data, "fold_norms", "data", len(inputs_of(net, "fold_norms"))).first
    found = traced(net, batch, "fold_norms")
    return as_block(folded(found, weighted(found, batch)))


def weighted(found: Traced, batch: Batch) -> list[Layer]:
    """The layers that have weights."""
    layers = Graph(found.heads, found.arrays).layers(found.shapes(batch))
    return [layer for layer in layers.values() if layer.has_products]


def as_block(found: Traced) -> SymbolBlock:
    """A block of this graph, with the same parameters."""
    return found.block(found.heads, {v.name: known for v, known in found.parameters.items()})


def folded(found: Traced, layers: list[Layer]) -> Traced:
    """The graph with the weights and biases of these layers in the place of theirs."""
    graph = Graph(found.heads, found.arrays)
    by_node = {layer.linear.node: layer for layer in layers}
    parameters = dict(found.parameters)

    def variable(layer: Layer, part: str, value: Any) -> Entry:
        name = f"{layer.name}.{part}"
        parameter = Parameter(name, shape=value.shape)
        parameter.set_data(value)
        node = Variable(name, {}, value.shape, "float32")
        parameters[node] = parameter
        return Entry(node, 0)

    def make(node: Node, now: Any) -> list[Entry] | None:
        entry = Entry(node, 0)
        resolved = graph.resolved(entry)
        layer = by_node.get(resolved.node)
        if layer is None:
            return None
        if resolved != entry:
            return [now(resolved)]
        weight, bias = (
            variable(layer, part, value)
            for part, value in (("weight", layer.as_given(layer.weight)), ("bias", layer.bias))
        )
        own = layer.node
        given = [now(own.arguments[0]), weight, bias]
        call = Call(own.name, own.attrs, own.function, given, own.attributes, 1)
        return [Entry(call, 0)] * node.outputs

    heads = rebuilt(found.heads, make)
    used = {entry.node for entry in Traced.every(heads)}
    kept = {variable: known for variable, known in parameters.items() if variable in used}
    return replace(found, heads=heads, parameters=kept)
