"""Post-training quantization: a network and some of its data to the network in int8."""

from typing import Any

from weft import sym
from weft._errors import InvalidType, InvalidValue
from weft.gluon import HybridBlock, SymbolBlock
from weft.quantization._layers import Graph
from weft.quantization._ranges import batches_of, ranges_of
from weft.quantization._rewrite import Rewriter
from weft.sym._nodes import Call, Entry


def quantize(net: HybridBlock, calibration_data: Any, *, percentile: float = 100.0) -> SymbolBlock:
    """The network in int8, for inference: as a block of its own, with int8 weights.

    net: a block of one input, initialized; it stays as it is
    calibration_data: an array (N, ...), or an iterable of such arrays or of tuples that begin with
        one, as a `DataLoader` is; activations get the ranges that they have for it
    percentile: how many of a batch's elements lie within an activation's range, in percent; with
        100 the range reaches from the least to the greatest one

    Convolutions, dense layers, poolings and sums of these compute in int8 by the rules of
    TensorFlow Lite, with batch norms folded into weights, and activations and residuals into the
    layers before them. Weights are symmetric with a scale for each channel. Other operators
    compute in float32 between them. A residual is added to a convolution's sums, in their own
    scale, before these are rounded to int8.

    Raises ValueError for no data, or data with activations that are not finite, TypeError for
    something else than a block and arrays.

    >>> import weft
    >>> from weft import gluon, np
    >>> net = gluon.nn.HybridSequential(gluon.nn.Conv2D(4, 3, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(8, 1, 6, 6))
    >>> small = weft.quantize(net, x)
    >>> small.hybridize()
    >>> small(x).shape
    (8, 2)
    """
    if not isinstance(net, HybridBlock):
        raise InvalidType(f"quantize: `net` must be a HybridBlock; got {type(net).__name__}")
    if not 50 < percentile <= 100:
        raise InvalidValue(
            f"quantize: `percentile` must be more than 50 and at most 100; got {percentile}"
        )
    batches = list(batches_of(calibration_data))
    if batches:
        net(batches[0])  # finds shapes that are not known yet
    data = sym.var("data")
    symbol = net(data)
    if not isinstance(symbol, sym.Symbol):
        raise InvalidType("quantize: `net` must give arrays, alone")
    parameters = net.collect_params()
    arrays = {
        variable: parameters[name].data()
        for name, variable in symbol._variables.items()
        if name != "data"
    }
    graph = Graph(symbol.heads, arrays)
    entry = data.heads[0]
    wanted = {entry: "data"} | {
        Entry(node, number): node.name
        for node in graph.nodes
        if isinstance(node, Call)
        for number in range(node.outputs)
    }
    ranges = ranges_of(wanted, arrays, entry.node, batches, percentile)
    rewriter = Rewriter(graph, ranges, arrays)
    heads = rewriter.heads()
    return SymbolBlock(heads if len(heads) > 1 else heads[0], "data", rewriter.params)


__all__ = ["quantize"]
