"""Weights stored in fewer bits than they compute with: halves, float8, or one of a few values each.
The graph widens them; a plan does that once, so it costs no time afterwards."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx, sym
from weft._base.errors import InvalidValue
from weft._core.halves import HALVES
from weft.compression._graph.rebuilt import rebuilt
from weft.compression._graph.traced import traced
from weft.gluon import HybridBlock, SymbolBlock
from weft.gluon.parameter import Parameter
from weft.sym._nodes import Entry, Node, Variable

_STORED = (*HALVES, "float8_e4m3fn", "float8_e5m2")
MOST_CLUSTERS = 256
ITERATIONS = 50  # of k-means, at most

Widened = Callable[[str, Any], tuple[Any, dict[str, Any]]]


def store_weights(net: HybridBlock, dtype: str = "float16") -> SymbolBlock:
    """The network with its float32 weights in `dtype`, computing in float32 as before: half the
    storage, or a quarter. Biases and all else with fewer than two axes stay as they are.

    net: a block of one input, initialized, with shapes that are known, such as one of
        `weft.quantize` with layers in float32; it stays as it is
    dtype: 'float16', 'bfloat16', 'float8_e4m3fn' (4 digits, up to 448) or 'float8_e5m2' (3 digits,
        up to 57344)

    The result is for inference: stored weights have no gradient. Raises ValueError for another
    dtype, and for a weight that the dtype cannot hold.

    >>> from weft import gluon, np
    >>> from weft.quantization import store_weights
    >>> net = gluon.nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> small = store_weights(net, "bfloat16")
    >>> small.collect_params()["weight"].dtype, small(np.ones((1, 3))).dtype.name
    ('bfloat16', 'float32')
    """
    if dtype not in _STORED:
        raise InvalidValue(f"store_weights: `dtype` must be one of {_STORED}; got {dtype!r}")

    def widened(name: str, array: Any) -> tuple[Any, dict[str, Any]]:
        value = array.astype(dtype)
        if not numpy.isfinite(value.astype("float32").asnumpy()).all():
            raise InvalidValue(f"store_weights: `{name}` has values that {dtype} cannot hold")
        stored = _variable(name, value, "null")
        return npx.cast(stored, "float32"), {name: value}

    return _stored(net, "store_weights", widened)


def cluster_weights(net: HybridBlock, clusters: int = 16) -> SymbolBlock:
    """The network with each weight replaced by the nearest of a few values of its layer, found by
    k-means (Han et al. 2016): stored as these values and a number for each weight, of 4 bits for up
    to 16 of them, else of 8.

    net: a block of one input, initialized, with shapes that are known; it stays as it is
    clusters: how many values, 2 to 256. Weights with fewer elements than twice that stay whole

    Where weights are 0, as after `prune`, one of the values is 0. The values (`codebook`) are
    trained like other parameters, and move all weights that have them.

    Raises ValueError for another number of clusters.

    >>> from weft import gluon
    >>> from weft.quantization import cluster_weights
    >>> net = gluon.nn.Dense(8, in_units=16)
    >>> net.initialize()
    >>> small = cluster_weights(net, 4)
    >>> {name: p.shape for name, p in small.collect_params().items()}
    {'weight.codebook': (4,), 'weight.index': (64,), 'bias': (8,)}
    """
    if not isinstance(clusters, int) or not 2 <= clusters <= MOST_CLUSTERS:
        raise InvalidValue(f"cluster_weights: `clusters` must be 2 to 256; got {clusters}")

    def widened(name: str, array: Any) -> tuple[Any, dict[str, Any]]:
        if array.size < 2 * clusters:
            return None, {}
        values, index = nearest_values(array.asnumpy().ravel(), clusters)
        codebook = _variable(f"{name}.codebook", np.array(values), "write")
        stored, number = _numbers(f"{name}.index", index, array.shape, is_half=clusters <= 16)
        params = {f"{name}.codebook": np.array(values), f"{name}.index": stored}
        return np.take(codebook, number), params

    return _stored(net, "cluster_weights", widened)


def nearest_values(weights: Any, clusters: int) -> tuple[Any, Any]:
    """The values of k-means from evenly spaced ones on, and which one each weight has."""
    values = numpy.linspace(weights.min(), weights.max(), clusters)
    zero = int(abs(values).argmin()) if (weights == 0).any() else None
    index = numpy.zeros(len(weights), "int64")
    for _ in range(ITERATIONS):
        index = numpy.searchsorted((values[1:] + values[:-1]) / 2, weights)
        counts = numpy.bincount(index, minlength=clusters)
        means = numpy.bincount(index, weights, clusters) / numpy.maximum(counts, 1)
        found = numpy.where(counts > 0, means, values)
        if zero is not None:
            found[zero] = 0.0
        if (found == values).all():
            break
        values = found
    return values.astype("float32"), index


def _numbers(name: str, index: Any, shape: tuple[int, ...], *, is_half: bool) -> tuple[Any, Any]:
    """What is stored, uint8, and the numbers of values that a graph has from it."""
    if not is_half:
        array = np.array(index.astype("uint8").reshape(shape))
        return array, _variable(name, array, "null")
    padded = numpy.append(index, [0] * (len(index) % 2)).astype("uint8")
    array = np.array((padded[::2] | (padded[1::2] << 4)).astype("uint8"))
    packed = _variable(name, array, "null")
    pairs = np.stack([np.bitwise_and(packed, 15), np.right_shift(packed, 4)], axis=1)
    return array, np.reshape(np.reshape(pairs, (-1,))[: len(index)], shape)


def _variable(name: str, array: Any, grad_req: str) -> Any:
    return sym.var(name, shape=array.shape, dtype=array.dtype.name, grad_req=grad_req)


def _stored(net: HybridBlock, caller: str, widened: Widened) -> SymbolBlock:
    """The network with something else in the place of weights."""
    found = traced(net, None, caller)
    params: dict[str, Any] = {}

    def make(node: Node, now: Any) -> list[Entry] | None:
        if not isinstance(node, Variable) or node not in found.parameters:
            return None
        array = found.parameters[node].data()
        symbol = None
        if _is_weight(found.parameters[node], array):
            symbol, stored = widened(node.name, array)
            params.update(stored)
        if symbol is not None:
            return symbol.heads
        params[node.name] = array.copy()
        return None

    return found.block(rebuilt(found.heads, make), params)


def _is_weight(parameter: Parameter, array: Any) -> bool:
    return array.dtype.name == "float32" and array.ndim > 1 and parameter.grad_req != "null"
