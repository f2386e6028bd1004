"""Ways to split the training of a network over ranks, and the time and memory that each would
take.

Assumptions, beside those of `Cluster.seconds`: two thirds of the two passes are the backward pass,
which hides exchanges of gradients but for the last bucket; layers that can be cut, are cut evenly
and lose nothing; stages of a pipeline are cut where parameters and work balance best, and idle
while it fills and drains (GPipe's bubble, (stages - 1) / micro-batches of the work).
"""

import itertools
import math
from collections.abc import Iterator
from typing import NamedTuple

from weft.distributed._planning.cluster import Cluster
from weft.distributed._planning.costs import Costs, Layer

_BACKWARD = 2 / 3  # of the passes
_BUCKET = 25e6  # bytes of gradients that are reduced together
_UNDER_WAY = 3  # transfers that keep their operands: core/graph/passes/split_collectives.cpp
_MICRO_BATCHES = (1, 2, 4, 8, 16, 32)


class Split(NamedTuple):
    """Ranks by axis: `data` copies of the network, each over `tensor` parts of its matrices and
    `pipeline` stages; `zero` says what copies share: 1 optimizer states, 2 also gradients, 3 also
    parameters; `micro_batches`: pieces of a rank's batch, one after another.

    >>> from weft import distributed
    >>> split = distributed.Split(data=4, tensor=2, zero=1)
    >>> split.ranks
    8
    """

    data: int = 1
    tensor: int = 1
    pipeline: int = 1
    zero: int = 0
    micro_batches: int = 1

    @property
    def ranks(self) -> int:
        """Processes that it needs."""
        return self.data * self.tensor * self.pipeline

    def __str__(self) -> str:
        parts = [f"{n} {v}" for n, v in zip(self._fields[:3], self[:3], strict=True) if v > 1]
        parts += [f"zero {self.zero}"] if self.zero else []
        parts += [f"micro-batches {self.micro_batches}"] if self.micro_batches > 1 else []
        return ", ".join(parts) or "one rank"


class Prediction(NamedTuple):
    """What a step is expected to take with a split: seconds, of which `compute` is the passes and
    the update, `exchange` what exchanges add to them, and `idle` the pipeline's bubble; and bytes
    of a rank, in all and by what they hold.

    >>> from weft import distributed, gluon, np
    >>> net = gluon.nn.Dense(4, in_units=8)
    >>> net.initialize()
    >>> x, y = np.ones((32, 8)), np.zeros((32, 4))
    >>> cluster = distributed.Cluster(4, memory="1 GiB")
    >>> best = distributed.plan(net, x, y, loss=gluon.loss.L2Loss(), machines=cluster).best
    >>> best.seconds >= best.compute > 0, best.memory < 2**30
    (True, True)
    """

    split: Split
    seconds: float
    compute: float
    exchange: float
    idle: float
    hidden: float  # share of the exchanges' time that the backward pass covers
    memory: float
    parameters: float
    gradients: float
    states: float
    activations: float


def splits(cluster: Cluster, costs: Costs, batch: int) -> Iterator[Split]:
    """All splits that use every rank, leave each at least one sample of a batch, and can be
    trained: stages have whole states, and slices of layers are not cut once more."""
    ranks = cluster.ranks
    cuttable = any(layer.products for layer in costs.layers)
    for tensor, pipeline in itertools.product(_divisors(ranks), repeat=2):
        if ranks % (tensor * pipeline) or pipeline > max(1, len(costs.layers)):
            continue
        if tensor > 1 and (not cuttable or tensor > cluster.ranks_per_host):
            continue
        data = ranks // (tensor * pipeline)
        if batch % data:
            continue
        share = batch // data
        levels = range(4 if data > 1 and pipeline == 1 else 1)
        pieces = [m for m in _MICRO_BATCHES if share % m == 0] if pipeline > 1 else [1]
        for zero, micro in itertools.product(levels, pieces):
            if zero == 3 and tensor > 1:
                continue
            yield Split(data, tensor, pipeline, zero, micro)


def _divisors(number: int) -> list[int]:
    return [d for d in range(1, number + 1) if number % d == 0]


def predict(costs: Costs, cluster: Cluster, split: Split, batch: int) -> Prediction:
    """Time and memory of one step of `batch` samples in all."""
    share = batch / split.data
    piece = share / split.micro_batches
    stage = largest_stage(costs.layers, split.pipeline)
    parameters = costs.parameters * stage / _cut(costs, split)
    gradients = costs.gradients * stage / _cut(costs, split)
    states = costs.states * stage / _cut(costs, split)

    work = stage if split.pipeline > 1 else 1.0
    passes = split.micro_batches * costs.seconds(piece) * work / _cut(costs, split)
    shares = split.data if split.zero else 1
    update = costs.update_seconds * stage / _cut(costs, split) / shares
    idle = passes * (split.pipeline - 1) / split.micro_batches if split.pipeline > 1 else 0.0

    apart = split.tensor * split.pipeline
    reduced = _reductions(cluster, split, gradients, parameters, apart)
    covered = min(
        max(0.0, reduced - _last_bucket(cluster, split, gradients, apart)),
        _BACKWARD * costs.seconds(piece) * work / _cut(costs, split),
    )
    inside = _of_tensors(costs, cluster, split, share) + _of_stages(costs, cluster, split, share)
    exchange = reduced - covered + inside
    total = reduced + inside

    held = split.micro_batches if split.pipeline > 1 else 1
    held = min(held, split.pipeline)  # 1F1B keeps as many micro-batches as there are stages
    activations = costs.activations(piece * held) * work / split.tensor
    activations = _with_parts(activations, costs, split, parameters)
    kept = [
        parameters / (split.data if split.zero >= 3 else 1),
        gradients / (split.data if split.zero >= 2 else 1),
        states / (split.data if split.zero >= 1 else 1),
    ]
    return Prediction(
        split,
        seconds=passes + update + idle + exchange,
        compute=passes + update,
        exchange=exchange,
        idle=idle,
        hidden=covered / total if total > 0 else 1.0,
        memory=sum(kept) + activations,
        parameters=kept[0],
        gradients=kept[1],
        states=kept[2],
        activations=activations,
    )


def _with_parts(activations: float, costs: Costs, split: Split, parameters: float) -> float:
    """Bytes of the arena where copies share updates. At the end of a step it holds the parameters
    as they are gathered; with shared parameters some layers' at a time."""
    if split.zero == 3:
        largest = max((float(layer.parameters) for layer in costs.layers), default=0.0)
        return activations + min(parameters, _UNDER_WAY * largest / split.tensor)
    return max(activations, parameters) if split.zero else activations


def largest_stage(layers: tuple[Layer, ...], stages: int) -> float:
    """The share of the largest of so many neighbouring stages, cut as evenly as layers permit."""
    if stages <= 1 or not layers:
        return 1.0
    weights = [max(1.0, float(layer.parameters)) for layer in layers]
    low, high = max(weights), sum(weights)
    while high - low > 1e-6 * high:  # the least bound that so many stages can keep
        middle = (low + high) / 2
        low, high = (low, middle) if _stages_below(weights, middle) <= stages else (middle, high)
    return high / sum(weights)


def _stages_below(weights: list[float], bound: float) -> int:
    stages, filled = 1, 0.0
    for weight in weights:
        if filled + weight > bound:
            stages, filled = stages + 1, 0.0
        filled += weight
    return stages


def _products(costs: Costs) -> float:
    """The share of parameters that can be cut."""
    total = sum(layer.parameters for layer in costs.layers)
    cut = sum(layer.parameters for layer in costs.layers if layer.products)
    return cut / total if total else 0.0


def _cut(costs: Costs, split: Split) -> float:
    share = _products(costs)
    return 1 / (1 - share + share / split.tensor)


def _reductions(
    cluster: Cluster, split: Split, gradients: float, parameters: float, apart: int
) -> float:
    """Time of what copies exchange at each step."""
    r = split.data
    if split.zero == 0:
        return cluster.seconds("all_reduce", gradients, r, apart)
    time = cluster.seconds("reduce_scatter", gradients, r, apart)
    gathers = 2 if split.zero == 3 else 1  # before each pass, or after the update
    return time + gathers * cluster.seconds("all_gather", parameters, r, apart)


def _last_bucket(cluster: Cluster, split: Split, gradients: float, apart: int) -> float:
    """What nothing can hide: it is ready when the backward pass ends."""
    kind = "reduce_scatter" if split.zero else "all_reduce"
    return cluster.seconds(kind, min(_BUCKET, gradients), split.data, apart)


def _of_tensors(costs: Costs, cluster: Cluster, split: Split, share: float) -> float:
    """Two layers that are cut one after the other (Shoeybi and others 2019) reduce once in each
    pass."""
    if split.tensor == 1:
        return 0.0
    outputs = [layer.output for layer in costs.layers if layer.products][1::2]
    each = (cluster.seconds("all_reduce", size * share, split.tensor) for size in outputs)
    return 2 * sum(each) / split.pipeline


def _of_stages(costs: Costs, cluster: Cluster, split: Split, share: float) -> float:
    """What neighbouring stages send each other, forward and back."""
    if split.pipeline == 1:
        return 0.0
    mean = sum(layer.output for layer in costs.layers) / max(1, len(costs.layers))
    piece = share / split.micro_batches
    one = cluster.seconds("send", mean * piece, 2, split.tensor)
    return 2 * one * (split.micro_batches + split.pipeline - 2)


def fits(prediction: Prediction, cluster: Cluster) -> bool:
    """May a rank take as much?"""
    return prediction.memory <= cluster.memory and math.isfinite(prediction.seconds)


__all__ = ["Prediction", "Split", "fits", "largest_stage", "predict", "splits"]
