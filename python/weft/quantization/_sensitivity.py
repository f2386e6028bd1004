"""Which layers int8 hurts most, and int8 but for these."""

from collections.abc import Callable
from typing import Any

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue
from weft.compression._graph.layers import Graph
from weft.compression._graph.traced import Batches, inputs_of, traced
from weft.gluon import HybridBlock
from weft.quantization._calibration import observer_of, ranges_of
from weft.quantization._choices import Choices
from weft.quantization._int8 import Int8Block
from weft.quantization._noise import Noise
from weft.quantization._quantize import assembled, quantize

CALLER = "sensitivity"


def sensitivity(
    net: HybridBlock, calibration_data: Any, *, percentile: float = 100.0, method: str = "minmax"
) -> dict[str, float]:
    """By name of each layer with weights: how well the network does with that layer alone in int8,
    as the ratio of its results' power to that of their error, in decibels; the most sensitive one
    first.

    net, calibration_data, percentile, method: as for `weft.quantize`; raises what that raises

    >>> from weft import gluon, np
    >>> from weft.quantization import sensitivity
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(4, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> sorted(sensitivity(net, np.random.uniform(size=(8, 3))))
    ['0.fully_connected0', '1.fully_connected0']
    """
    observer = observer_of(CALLER, method, percentile)
    batches = Batches(calibration_data, CALLER, inputs=len(inputs_of(net, CALLER)))
    found = traced(net, batches.first, CALLER)
    graph, shapes = Graph(found.heads, found.arrays), found.shapes(batches.first)
    names = [x.name for x in Choices(CALLER, graph, shapes).chosen() if x.has_products]
    alone = {}
    for name in names:
        fresh = Graph(found.heads, found.arrays)
        alone[name] = Choices(CALLER, fresh, shapes, [n for n in names if n != name])
    entries = {e: n for choices in alone.values() for e, n in choices.ranged().items()}
    ranges = ranges_of(entries, found, batches, observer)
    ratios = {}
    for name, choices in alone.items():
        small, noise = assembled(found, choices, ranges), Noise()
        for batch in batches:
            with autograd.predict_mode():
                noise.add_all(net(*batch), small(*batch))
        ratios[name] = noise.decibels
    return dict(sorted(ratios.items(), key=lambda item: item[1]))


def quantize_mixed(
    net: HybridBlock,
    calibration_data: Any,
    *,
    keep: int | None = None,
    most_loss: float | None = None,
    score: Callable[[HybridBlock], float] | None = None,
    **options: Any,
) -> Int8Block:
    """The network in int8 but for the layers that this hurts most (`sensitivity`): the `keep` most
    sensitive ones, or as few as it takes for `score` to lose at most `most_loss`.

    score: of a network, more is better, such as its accuracy
    options: of `weft.quantize`, with `percentile` and `method` also for the sensitivities

    `keep` of the result names the layers in float32.

    >>> from weft import gluon, np
    >>> from weft.quantization import quantize_mixed
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(4, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(8, 3))
    >>> quantize_mixed(net, x, keep=1).keep in (["0.fully_connected0"], ["1.fully_connected0"])
    True
    """
    caller = "quantize_mixed"
    if (keep is None) == (most_loss is None) or (most_loss is None) != (score is None):
        raise InvalidType(f"{caller}: takes either `keep`, or `most_loss` together with `score`")
    if "keep" in options:
        raise InvalidType(f"{caller}: `keep` must be a number")
    batches = Batches(calibration_data, caller, inputs=len(inputs_of(net, caller)))
    observed = {k: v for k, v in options.items() if k in ("percentile", "method")}
    names = list(sensitivity(net, batches, **observed))
    if keep is not None and not 0 <= keep <= len(names):
        raise InvalidValue(f"{caller}: `keep` must be 0 to {len(names)}, the layers; got {keep}")

    def kept(count: int) -> Int8Block:
        small = quantize(net, batches, keep=names[:count], **options)
        small._set_kept(names[:count])
        return small

    if keep is not None:
        return kept(keep)
    whole = score(net)
    for count in range(len(names)):
        small = kept(count)
        if whole - score(small) <= most_loss:
            return small
    return kept(len(names))
