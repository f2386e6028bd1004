"""Post-training quantization: a network and some of its data to the network in int8."""

from collections.abc import Iterable
from typing import Any

from weft import sym
from weft._base.errors import InvalidState, InvalidValue
from weft.compression._graph.layers import Graph
from weft.compression._graph.traced import Batches, Traced, inputs_of, traced
from weft.gluon import HybridBlock
from weft.quantization._calibration import check_range, observer_of, ranges_of
from weft.quantization._choices import Choices
from weft.quantization._correction import correct_biases
from weft.quantization._equalize import equalized
from weft.quantization._int8 import Int8Block
from weft.quantization._prepare import Prepared
from weft.quantization._ranges import Range
from weft.quantization._rewrite import Rewriter
from weft.sym._nodes import Entry

CALLER = "quantize"


def quantize(
    net: HybridBlock,
    calibration_data: Any = None,
    *,
    percentile: float = 100.0,
    method: str = "minmax",
    keep: Iterable[str] = (),
    equalize: bool = False,
    bias_correction: bool = False,
    integers: bool = False,
) -> Int8Block:
    """The network in int8, for inference: as a block of its own, with int8 weights.

    net: a block, initialized; it stays as it is. Its inputs are those that its `forward` must be
        given
    calibration_data: an array (N, ...), or an iterable of such arrays or of tuples that begin with
        one, as a `DataLoader` is; activations get the ranges that they have for it. For a block of
        several inputs a tuple of an array for each, or an iterable of tuples that begin with them.
        None for a network of `weft.quantization.prepare`, which has learned its ranges
    percentile: how many of a batch's elements lie within an activation's range, in percent; with
        100 the range reaches from the least to the greatest one
    method: 'minmax'; or the range with the least mean square error of int8, 'mse', or the one that
        loses the least information, 'entropy', both by histograms of all batches
    keep: names of layers that stay in float32, of nodes or of blocks: `0.convolution0`, `features`
    equalize: scales of neighbouring layers' channels are made equal first (see `equalize`)
    bias_correction: biases take back by how much rounded weights shift the mean of each channel
        over the calibration data (Nagel et al. 2019, section 4.2)
    integers: the block takes and gives int8, as a microcontroller has it: images as (N, H, W, C) or
        (N, W, C), everything else in the order of the network's axes. Its `input_scales` and
        `output_scales` tell what they stand for, step * (q - zero). Inputs that are integers in
        the network, such as tokens, stay what they are and have None there. A softmax along the
        last axis at its end is TensorFlow Lite's, of steps of 1 / 256

    Convolutions, transposed ones, too, dense layers, poolings, sums and concatenations of these
    compute in int8 by the rules of TensorFlow Lite, with batch norms folded into weights, and
    activations and residuals into the layers before them. Weights are symmetric with a scale for
    each channel. A norm that no layer takes in is a factor and a bias for each channel; tanh and
    other functions of one element are tables; borders, larger images of nearest neighbours and what
    else only moves elements stay int8. Other operators compute in float32 between them. A residual
    is added to a convolution's sums, in their own scale, before these are rounded to int8. The
    batch of a run may be any, also where the network reads `x.shape[0]`.

    Raises ValueError for no data, or data with activations that are not finite or all 0,
    LookupError for a name in `keep` that no layer has, TypeError for something else than a block
    and arrays, NotImplementedError for numbers that follow from the batch in a way that cannot be
    kept open, with the line where they are computed.

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
    if isinstance(net, Prepared):
        _check_prepared(calibration_data, method, percentile, equalize or bias_correction)
        graph = Graph(net.traced.heads, net.traced.arrays)
        choices = Choices(CALLER, graph, net.shapes, keep, net.traced.real if integers else None)
        return assembled(net.traced, choices, _learned(net, choices))
    observer = observer_of(CALLER, method, percentile)
    if calibration_data is None:
        raise InvalidValue(
            f"{CALLER}: `calibration_data` must be given unless the network is prepared"
        )
    batches = Batches(calibration_data, CALLER, inputs=len(inputs_of(net, CALLER)))
    found = traced(net, batches.first, CALLER)
    if equalize:
        found = equalized(found, batches.first)
    graph = Graph(found.heads, found.arrays)
    shapes = found.shapes(batches.first)
    choices = Choices(CALLER, graph, shapes, keep, found.real if integers else None)
    ranges = ranges_of(_ranged(choices, found), found, batches, observer)
    if bias_correction:
        correct_biases(choices, found, batches)
    return assembled(found, choices, ranges)


def assembled(found: Traced, choices: Choices, ranges: dict[Entry, Range]) -> Int8Block:
    """The network of int8 with these ranges."""
    rewriter = Rewriter(choices, choices.united(ranges), found.arrays)
    outputs = rewriter.heads()
    symbol = outputs[0] if len(outputs) == 1 else sym.Group(outputs)
    block = Int8Block(symbol, found.names, rewriter.params, rewriter.layer_outputs())
    if choices.integers:
        given = [
            rewriter.quantized(Entry(variable, 0)).scale if variable in choices.given else None
            for variable in found.inputs
        ]
        results = [rewriter.quantized(entry).scale for entry in choices.graph.heads]
        block.set_scales(given, results)
    return block


def _ranged(choices: Choices, found: Traced) -> dict[Entry, str]:
    wanted = choices.ranged()
    return wanted | {Entry(variable, 0): variable.name for variable in choices.given}


def _learned(net: Prepared, choices: Choices) -> dict[Entry, Range]:
    ranges = net.ranges()
    for entry, name in _ranged(choices, net.traced).items():
        if entry not in ranges:
            raise InvalidState(
                f"{CALLER}: `{name}` has no learned range; give `keep` to `prepare` instead"
            )
        check_range(CALLER, name, ranges[entry])
    return ranges


def _check_prepared(data: Any, method: str, percentile: float, has_changes: bool) -> None:
    if data is not None:
        raise InvalidValue(
            f"{CALLER}: a prepared network has its ranges; `calibration_data` must be None"
        )
    if method != "minmax" or percentile != 100.0 or has_changes:
        raise InvalidValue(
            f"{CALLER}: a prepared network is quantized as it was trained, without `method`, "
            "`percentile`, `equalize` and `bias_correction`"
        )
