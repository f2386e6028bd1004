"""The graph of a network as boxes and arrows: its operators, with the layers that they are of."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from weft import sym
from weft._base.errors import InvalidType
from weft._trace.block_tree import not_hybrid
from weft.gluon.hybrid_block import HybridBlock
from weft.sym._nodes import ByMode, Constant, Entry, Node, Variable, in_order

Shape = tuple[int, ...]


class Box(NamedTuple):
    """An operator, or an input: what stands in its box, and the numbers of those that it reads.

    macs: how many products are added up; 0 for operators that add up none, and where shapes are not
        known
    """

    kind: str
    layer: str  # the path of the layer whose parameters it reads; "" for none
    detail: str
    shape: str
    parameters: int
    reads: tuple[int, ...]
    macs: int = 0


class NetworkGraph(NamedTuple):
    """A network as boxes, in an order in which each comes behind those that it reads.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> from weft.viz import graph_of
    >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> graph = graph_of(net, np.ones((1, 3)))
    >>> graph.parameters, graph.macs, len(graph.layers())
    (26, 20, 4)
    """

    title: str
    boxes: tuple[Box, ...]

    @property
    def parameters(self) -> int:
        """How many numbers the parameters have."""
        return sum(box.parameters for box in self.boxes)

    @property
    def macs(self) -> int:
        """How many products a run adds up: those of convolutions, matrices and attention."""
        return sum(box.macs for box in self.boxes)

    def layers(self) -> list[list[int]]:
        """The boxes row by row: each below all that it reads."""
        depth: list[int] = []
        for box in self.boxes:
            depth.append(1 + max((depth[i] for i in box.reads), default=-1))
        rows: list[list[int]] = [[] for _ in range(max(depth, default=-1) + 1)]
        for number, row in enumerate(depth):
            rows[row].append(number)
        return rows


def graph_of(net: Any, *inputs: Any) -> NetworkGraph:
    """The graph of a hybrid block or a symbol.

    inputs: examples of the block's arguments, from which shapes follow; without them shapes are
        shown only where parameters say them. Parameters are not drawn: their numbers stand in the
        boxes that read them. Nothing runs, and parameters need no values

    Raises TypeError for anything else.

    >>> from weft import np, viz
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
    >>> found = viz.graph_of(net, np.ones((1, 3)))
    >>> [(box.kind, box.layer, box.shape) for box in found.boxes][1:]
    [('fully_connected', '0', '1 x 4'), ('relu', '', '1 x 4'), ('fully_connected', '1', '1 x 2')]
    >>> found.parameters, found.macs
    (26, 20)
    """
    title = type(net).__name__
    if isinstance(net, HybridBlock):
        names = [f"data{i}" if len(inputs) > 1 else "data" for i in range(max(len(inputs), 1))]
        variables = [
            sym.var(name, shape=tuple(x.shape), dtype=x.dtype.name) if inputs else sym.var(name)
            for name, x in zip(names, inputs or (None,), strict=True)
        ]
        composed = net(*variables)
        parts = composed if isinstance(composed, list | tuple) else [composed]
        net = sym.Group(list(parts)) if len(parts) > 1 else parts[0]
    if not isinstance(net, sym.Symbol):
        raise InvalidType(
            f"graph_of: `net` must be a HybridBlock or a symbol; got {not_hybrid(net)}"
        )
    return NetworkGraph(title, tuple(_boxes(net)))


def _boxes(symbol: Any) -> list[Box]:
    shapes = _shapes(symbol)
    numbers: dict[Node, int] = {}
    boxes: list[Box] = []
    for node in in_order(symbol.heads, training=False):
        if isinstance(node, Constant) or _is_parameter(node):
            continue
        read = [entry.node for entry in node.sources(False)]
        own = [n for n in read if isinstance(n, Variable) and _is_parameter(n)]
        reads = tuple(dict.fromkeys(numbers[n] for n in read if n in numbers))
        if isinstance(node, ByMode) and reads:
            numbers[node] = reads[0]  # what predict mode takes
            continue
        numbers[node] = len(boxes)
        boxes.append(
            Box(
                "input" if isinstance(node, Variable) else node.operator,
                _layer(own),
                node.name if isinstance(node, Variable) else _detail(node, own, shapes),
                _text(shapes.get(node)),
                sum(math.prod(shapes.get(v, (0,))) for v in own),
                reads,
                _macs(node, [shapes.get(n) for n in read], shapes.get(node)),
            )
        )
    return boxes


def _text(shape: Shape | None) -> str:
    if shape is None:
        return ""
    return " x ".join(map(str, shape)) if shape else "scalar"


def _macs(node: Node, read: list[Shape | None], out: Shape | None) -> int:
    """Products that the operator adds up, by the shapes of what it reads and gives."""
    operator = getattr(node, "operator", "")
    if out is None or len(read) < 2 or read[0] is None or read[1] is None:
        return 0
    first, second = read[0], read[1]
    if operator in ("convolution", "fully_connected"):  # the second is the weight, outputs first
        return math.prod(out) * math.prod(second[1:])
    if operator == "deconvolution":
        return math.prod(first) * math.prod(second[1:])
    if operator == "matmul" and first:
        return math.prod(out) * first[-1]
    if operator == "scaled_dot_product_attention":  # scores, and sums of values by them
        return 2 * math.prod(first) * second[-2]
    return 0


def _is_parameter(node: Node) -> bool:
    return isinstance(node, Variable) and ("." in node.name or bool(node.attrs))


def _layer(own: list[Variable]) -> str:
    return own[0].name.rpartition(".")[0] if own else ""


def _detail(node: Node, own: list[Variable], shapes: Mapping[Node, Shape]) -> str:
    """What an operator's options say that a reader looks for."""
    options = getattr(node, "attributes", {})
    weights = [shapes[v] for v in own if v.name.endswith("weight") and v in shapes]
    words = []
    if weights and len(weights[0]) > 2:
        words.append("x".join(str(n) for n in weights[0][2:]))
    for name, short in (("stride", "/"), ("groups", "groups "), ("kernel", ""), ("axis", "axis ")):
        value = options.get(name)
        if value in (None, (), 1, (1, 1), (1,), (1, 1, 1)) or (name == "kernel" and words):
            continue
        text = "x".join(map(str, value)) if isinstance(value, tuple | list) else str(value)
        words.append(f"{short}{text}")
    return " ".join(words)


def _shapes(symbol: Any) -> dict[Node, Shape]:
    """The shapes of parameters and of first results, where they are known."""
    found: dict[Node, Shape] = {}
    nodes = [n for n in in_order(symbol.heads, training=False) if not isinstance(n, Constant)]
    inner = sym.Group([sym.Symbol([Entry(node, 0)]) for node in nodes])
    _, outputs, _ = inner.infer_shape_partial()
    for node, shape in zip(nodes, outputs, strict=True):
        if shape is not None and all(n is not None and n >= 0 for n in shape):
            found[node] = tuple(shape)
    return found


__all__ = ["Box", "NetworkGraph", "graph_of"]
