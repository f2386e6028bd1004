"""Layers of a symbol as they become one operator of int8: a convolution or a dense layer with the
batch norms, the sum and the activation behind it, a batch norm alone, and what has no weights.
Weights with norms folded in, as NumPy arrays."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import numpy

from weft.compression._graph.open_batch import Spread
from weft.compression._graph.phases import turned
from weft.sym._nodes import ByMode, Call, Entry, Index, Node, Variable, evaluate, in_order, replaced

ACTIVATIONS = {"relu": (0.0, numpy.inf), "relu6": (0.0, 6.0)}
CONVOLUTIONS = ("convolution", "deconvolution")
WEIGHTED = (*CONVOLUTIONS, "fully_connected")
RECURRENT = {"gru": 1, "lstm": 2}  # states
MOVES = (  # of elements, some of which may go or come several times
    *("swapaxes", "transpose", "reshape", "expand_dims", "squeeze", "getitem", "flip", "roll"),
    *("repeat", "tile", "depth_to_space", "space_to_depth", "split"),
)
STRETCHES = ("pad", "interpolate")  # of images
MOVING = ("moved", *STRETCHES)  # kinds of layers that give what they are given
PLAIN = ("add", "pooling", "mean", "max", "batch_flatten", "concatenate")
# Functions of one element, which int8 has as a table. Those of `bounds_of` need none.
LOOKUPS = (
    *("tanh", "sigmoid", "softsign", "softplus", "erf", "gelu", "silu", "mish", "elu", "selu"),
    *("leaky_relu", "hard_sigmoid", "hard_swish", "log_sigmoid", "abs", "negative", "square"),
)
Arrays = dict[Node, Any]


@dataclass
class Layer:
    """weight: float32 (units, ...), for `WEIGHTED` and norms, of a transposed convolution `turned`;
        bias: float32 (units,); of a recurrent layer those of data and of hidden states
    inputs: arrays that are computed; of a convolution with a sum behind it the other summand last
    output: what it gives at its end; bounds: those of its activation
    norms: the batch norms that weight and bias have in them; linear: what the last of these gives
    total: the sum behind a convolution; nodes: all that it consists of
    """

    node: Call
    kind: str
    inputs: list[Entry]
    output: Entry
    weight: Any = None
    bias: Any = None
    has_residual: bool = False
    bounds: tuple[float, float] = (-numpy.inf, numpy.inf)
    norms: list[Call] = field(default_factory=list)
    total: Call | None = None
    nodes: set[Node] = field(default_factory=set)

    @property
    def name(self) -> str:
        """That of its first node: `features.0.convolution0`."""
        return self.node.name

    @property
    def has_products(self) -> bool:
        """Is it a convolution or a dense layer?"""
        return self.kind in WEIGHTED

    @property
    def is_image(self) -> bool:
        """Are there places behind the channels of what it gives?"""
        return self.kind in CONVOLUTIONS

    def as_given(self, weight: Any) -> Any:
        """Weights (units, ...) as the operator has them; and those as (units, ...)."""
        return turned(weight, self.groups) if self.kind == "deconvolution" else weight

    @property
    def groups(self) -> int:
        """Of a convolution."""
        return self.node.attributes.get("num_group", 1)

    @property
    def linear(self) -> Entry:
        """What it gives before sum and activation."""
        return Entry(self.norms[-1] if self.norms else self.node, 0)


def bounds_of(node: Call) -> tuple[float, float] | None:
    """What its results lie between, of an activation that bounds its input; None of others."""
    if node.operator in ACTIVATIONS:
        return ACTIVATIONS[node.operator]
    data, *rest = node.arguments
    if not isinstance(data, Entry) or not all(isinstance(x, int | float | None) for x in rest):
        return None
    if node.operator == "clip":
        low, high = (*rest, None, None)[:2]
        return (-numpy.inf if low is None else low, numpy.inf if high is None else high)
    if len(rest) == 1 and node.operator in ("maximum", "minimum"):
        return (rest[0], numpy.inf) if node.operator == "maximum" else (-numpy.inf, rest[0])
    return None


class Graph:
    """A symbol's nodes in predict mode, and who reads what."""

    def __init__(self, heads: list[Entry], arrays: Arrays) -> None:
        self.arrays = arrays
        self.heads = [self.resolved(entry) for entry in heads]
        self.nodes = [n for n in in_order(heads, training=False) if not isinstance(n, ByMode)]
        self.readers: dict[Entry, list[Node]] = {}
        for node in self.nodes:
            for entry in node.sources(False):
                self.readers.setdefault(self.resolved(entry), []).append(node)
        self.uses = Counter({entry: len(nodes) for entry, nodes in self.readers.items()})
        self.uses.update(self.heads)

    def resolved(self, entry: Entry) -> Entry:
        """The entry itself in place of the choice between modes."""
        while isinstance(entry.node, ByMode):
            entry = entry.node.sources(False)[0]
        return entry

    def array(self, argument: Any) -> Any:
        """A parameter, a constant, or what is computed from these alone, such as a weight that is
        stored in fewer bits, as float32; None for what follows from data."""
        if not isinstance(argument, Entry):
            return None
        entry = self.resolved(argument)
        if isinstance(entry.node, Spread):  # the same for each sample
            return entry.node.array.asnumpy().astype("float32")
        behind = [n for n in in_order([entry], training=False) if isinstance(n, Variable)]
        if any(variable not in self.arrays for variable in behind):
            return None
        known = {variable: self.arrays[variable] for variable in behind}
        found = evaluate([entry], known, training=False)[0]
        return found.asnumpy().astype("float32")

    def only_reader(self, entry: Entry) -> Call | None:
        """The operator that reads it, where nothing else does."""
        nodes = self.readers.get(entry, [])
        is_only = len(nodes) == 1 and self.uses[entry] == 1
        return nodes[0] if is_only and isinstance(nodes[0], Call) else None

    def layers(self, shapes: dict[Entry, tuple[int, ...]]) -> dict[Entry, Layer]:
        """By what they give; shapes tell which sums do not broadcast."""
        found: dict[Entry, Layer] = {}
        absorbed: set[Node] = set()
        for node in self.nodes:
            if isinstance(node, Call | Index) and node not in absorbed:
                for layer in self._found(node):
                    layer.nodes = {node} | self._extended(layer, shapes)
                    absorbed |= layer.nodes
                    found[layer.output] = layer
        return found

    def _found(self, node: Call | Index) -> list[Layer]:
        if node.operator in MOVES:
            return self._moved(node)
        layer = self._single(node)
        return [] if layer is None else [layer]

    def _single(self, node: Call) -> Layer | None:
        if node.operator == "batch_norm":
            return self._norm(node)
        if node.operator in RECURRENT:
            return self._recurrent(node)
        if node.outputs != 1:
            return None
        return self._weighted(node) if node.operator in WEIGHTED else self._plain(node)

    def _moved(self, node: Call | Index) -> list[Layer]:
        """Of one array, by numbers that are known; for each result a layer."""
        given: list[Entry] = []
        replaced(node.arguments, given.append)
        if len(given) != 1 or node.arguments[0] is not given[0]:
            return []
        results = [Entry(node, number) for number in range(node.outputs)]
        return [Layer(node, "moved", [self.resolved(given[0])], result) for result in results]

    def _recurrent(self, node: Call) -> Layer | None:
        """All steps from states of 0, of which nobody reads the last."""
        states = RECURRENT[node.operator]
        data, *rest = node.arguments
        first, numbers = rest[:states], [self.array(argument) for argument in rest[states:][:4]]
        if any(argument is not None for argument in rest[states + 4 :]):  # lengths
            return None
        begins = [self.array(argument) for argument in first]
        is_known = all(number is not None for number in (*begins, *numbers))
        if not is_known or any(begin.any() for begin in begins):
            return None
        if any(self.uses[Entry(node, number)] for number in range(1, node.outputs)):
            return None
        weight, bias = tuple(numbers[:2]), tuple(numbers[2:])
        return Layer(node, "recurrent", [self.resolved(data)], Entry(node, 0), weight, bias)

    def _norm(self, node: Call) -> Layer | None:
        """A batch norm that no layer before it takes in: a factor and a bias for each channel, as a
        depthwise convolution of one place has them."""
        numbers = self._factors(node)
        if numbers is None:
            return None
        scale, shift = numbers
        given = [self.resolved(node.arguments[0])]
        return Layer(node, "batch_norm", given, Entry(node, 0), scale[:, None], shift)

    def _weighted(self, node: Call) -> Layer | None:
        data, weight, *rest = node.arguments
        values = self.array(weight)
        if values is None or values.ndim > 4:
            return None
        if node.operator == "deconvolution":
            values = turned(values, node.attributes.get("num_group", 1))
        bias = numpy.zeros(len(values), "float32")
        if rest and rest[0] is not None:
            bias = self.array(rest[0])
            if bias is None:
                return None
        given = [self.resolved(data)]
        return Layer(node, node.operator, given, Entry(node, 0), values, bias)

    def _plain(self, node: Call) -> Layer | None:
        bounds = bounds_of(node)
        if bounds is not None:
            data = [self.resolved(node.arguments[0])]
            return Layer(node, "clip", data, Entry(node, 0), bounds=bounds)
        if node.operator == "softmax":
            return self._softmax(node)
        if node.operator in STRETCHES:
            return self._stretched(node)
        if node.operator not in (*PLAIN, *LOOKUPS):
            return None
        is_joined = node.operator == "concatenate"
        arguments = node.arguments[0] if is_joined else node.arguments
        if not all(isinstance(argument, Entry) for argument in arguments):
            return None
        given = [self.resolved(argument) for argument in arguments]
        kind = "lookup" if node.operator in LOOKUPS else node.operator
        return Layer(node, kind, given, Entry(node, 0))

    def _stretched(self, node: Call) -> Layer | None:
        """A border of zeros or of the image's own elements; each element as often as a whole factor
        says."""
        data, *rest = node.arguments
        options = node.attributes
        if not isinstance(data, Entry) or any(value for value in rest):
            return None
        if node.operator == "interpolate":
            factor = options.get("scale_factor")
            is_nearest = options.get("mode", "nearest") in ("nearest", "nearest-exact")
            if not is_nearest or factor is None or factor != int(factor):
                return None
        return Layer(node, node.operator, [self.resolved(data)], Entry(node, 0))

    def _softmax(self, node: Call) -> Layer | None:
        """Of all elements, as they are."""
        data, *rest = node.arguments
        changes = [key for key in node.attributes if key not in ("axis", "temperature")]
        is_plain = isinstance(data, Entry) and not changes and not any(x is not None for x in rest)
        if not is_plain or node.attributes.get("temperature") not in (None, 1.0):
            return None
        return Layer(node, "softmax", [self.resolved(data)], Entry(node, 0))

    def _extended(self, layer: Layer, shapes: dict[Entry, tuple[int, ...]]) -> set[Node]:
        """Takes in the operators behind it, and gives them."""
        taken: set[Node] = set()

        def take(node: Call) -> None:
            taken.add(node)
            layer.output = Entry(node, 0)

        while self._folds_norm(layer):
            take(self.only_reader(layer.output))
        reader = self.only_reader(layer.output)
        other = self._summand(layer, reader, shapes)
        if other is not None:
            layer.inputs.append(other)
            layer.has_residual = True
            layer.total = reader
            take(reader)
            reader = self.only_reader(layer.output)
        if layer.kind in (*WEIGHTED, "batch_norm", "add", "clip"):
            while reader is not None and (bounds := bounds_of(reader)) is not None:
                layer.bounds = tuple(float(x) for x in numpy.clip(layer.bounds, *bounds))
                take(reader)
                reader = self.only_reader(layer.output)
        return taken

    def _summand(
        self, layer: Layer, reader: Call | None, shapes: dict[Entry, tuple[int, ...]]
    ) -> Entry | None:
        """What `reader` adds to a convolution, where it is there before that is: of two
        convolutions the last one has the sum."""
        if layer.kind != "convolution" or reader is None or reader.operator != "add":
            return None
        others = [self.resolved(a) for a in reader.arguments if isinstance(a, Entry)]
        others = [entry for entry in others if entry != layer.output]
        if len(others) != 1 or others[0].node.serial > layer.output.node.serial:
            return None
        return others[0] if shapes[others[0]] == shapes[layer.output] else None

    def _folds_norm(self, layer: Layer) -> bool:
        """y = (w x + b - mean) s + beta, s = gamma / sqrt(var + eps), if that is what follows."""
        node = self.only_reader(layer.output)
        if layer.kind not in WEIGHTED or node is None or node.operator != "batch_norm":
            return False
        if self.resolved(node.arguments[0]) != layer.output:
            return False
        numbers = self._factors(node)
        if numbers is None:
            return False
        scale, shift = numbers
        layer.weight = layer.weight * scale.reshape(-1, *(1 for _ in layer.weight.shape[1:]))
        layer.bias = layer.bias * scale + shift
        layer.norms.append(node)
        return True

    def _factors(self, norm: Call) -> tuple[Any, Any] | None:
        """y = x s + beta - mean s, s = gamma / sqrt(var + eps), of numbers that are known."""
        options = norm.attributes
        numbers = [self.array(argument) for argument in norm.arguments[1:5]]
        if options.get("training", False) or options.get("axis", 1) != 1:
            return None
        if any(number is None for number in numbers):
            return None
        gamma, beta, mean, var = numbers
        scale = gamma / numpy.sqrt(var + options.get("eps", 1e-5))
        return scale, beta - mean * scale
