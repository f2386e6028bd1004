"""Cross-layer equalization (Nagel et al. 2019, section 4.1): channels of one layer whose weights
are small beside others' lose precision; what a ReLU lets through may be scaled, and the next
layer's weights by the inverse, so both layers' channels reach as far."""

from collections.abc import Iterator
from typing import Any

import numpy

from weft.compression._graph.layers import STRETCHES, WEIGHTED, Graph, Layer
from weft.compression._graph.traced import Batches, Traced, inputs_of, traced
from weft.gluon import HybridBlock, SymbolBlock
from weft.quantization._fold import as_block, folded
from weft.quantization._weight_scales import by_unit
from weft.sym._nodes import Entry

ROUNDS = 20  # at most: pairs in a row change each other
CLOSE = 1e-3  # of factors to 1, when nothing changes any more
# f(s x) = s f(x) for positive s
HOMOGENEOUS = ("clip", "pooling", "mean", "max", "batch_flatten", *STRETCHES)


def equalize(net: HybridBlock, data: Any) -> SymbolBlock:
    """The network in float32 that gives the same, with batch norms folded and the scales of
    channels made equal between neighbouring layers.

    net: a block, initialized; data: an array (N, ...), or batches of a `DataLoader`,
    whose first tells the shapes

    Neighbours are convolutions and dense layers of which one alone reads the other, with nothing
    but ReLU, pooling and flattening between. `weft.quantize(net, data, equalize=True)` does it.

    >>> from weft import gluon, np
    >>> from weft.quantization import equalize
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(4, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> x = np.ones((1, 3))
    >>> bool(abs(equalize(net, x)(x) - net(x)).max() < 1e-6)
    True
    """
    batch = Batches(data, "equalize", "data", len(inputs_of(net, "equalize"))).first
    return as_block(equalized(traced(net, batch, "equalize"), batch))


def equalized(found: Traced, batch: Any) -> Traced:
    """The same as graphs."""
    graph = Graph(found.heads, found.arrays)
    layers = graph.layers(found.shapes(batch))
    chains = list(_pairs(graph, layers))
    for _ in range(ROUNDS):
        worst = max((_balance(*pair) for pair in chains), default=0.0)
        if worst < CLOSE:
            break
    return folded(found, [layer for layer in layers.values() if layer.has_products])


def _pairs(graph: Graph, layers: dict[Entry, Layer]) -> Iterator[tuple[Layer, Layer]]:
    by_node = {layer.node: layer for layer in layers.values()}
    for first in layers.values():
        if not first.has_products or first.has_residual or not _may_scale(first):
            continue
        entry = first.output
        while (reader := graph.only_reader(entry)) is not None:
            second = by_node.get(reader)
            if second is None or second.inputs[0] != entry:
                break
            if second.kind in WEIGHTED:
                if _columns(second) is not None and first is not second:
                    yield first, second
                break
            if second.kind not in HOMOGENEOUS or not _may_scale(second):
                break
            entry = second.output


def _may_scale(layer: Layer) -> bool:
    """Are its bounds the same for what is multiplied with a positive number?"""
    return layer.bounds[0] in (0, -numpy.inf) and layer.bounds[1] == numpy.inf


def _columns(layer: Layer) -> Any:
    """Views of the layer's weights with the channel that they read first; None for grouped
    convolutions that are not depthwise."""
    if layer.kind == "fully_connected" or layer.groups == 1:
        return numpy.moveaxis(layer.weight, 1, 0)
    return (
        layer.weight if layer.groups == len(layer.weight) and layer.weight.shape[1] == 1 else None
    )


def _balance(first: Layer, second: Layer) -> float:
    """Scales one pair; gives how far the factors are from 1."""
    columns = _columns(second)
    channels = len(first.weight)
    parts = columns.reshape(channels, -1) if len(columns) % channels == 0 else None
    if parts is None:
        return 0.0
    ours = abs(first.weight).reshape(channels, -1).max(1)
    theirs = abs(parts).max(1)
    is_used = (ours > 0) & (theirs > 0)
    scale = numpy.where(is_used, numpy.sqrt(ours * theirs) / numpy.where(is_used, theirs, 1), 1.0)
    first.weight = (first.weight / by_unit(scale, first.weight)).astype("float32")
    first.bias = (first.bias / scale).astype("float32")
    repeated = numpy.repeat(scale, len(columns) // channels)
    axis = 0 if columns is second.weight else 1
    shape = [1] * second.weight.ndim
    shape[axis] = -1
    second.weight = (second.weight * repeated.reshape(shape)).astype("float32")
    return float(abs(scale - 1).max())
