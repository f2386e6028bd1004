"""Stages of a network on different ranks, which work on different parts of a batch at a time.

A batch is cut into micro-batches. Each rank computes its stage of one after the other, takes what
the stage before gives and gives its result to the next; in the backward pass the other way round.
After a few forward passes each rank does one forward and one backward pass in turn (1F1B, Harlap
and others 2018), so that it keeps as few activations as possible. With several chunks a rank has
that many stages, with those of the other ranks between them, and the ranks idle less at the
beginning and the end (Narayanan and others 2021).
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from weft import autograd, np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core import collectives
from weft._core.typing import ndarray
from weft.gluon import Trainer
from weft.gluon.block import Block
from weft.gluon.nn import HybridSequential
from weft.gluon.parameter import Parameter
from weft.gluon.utils import sum_of_squares

_MOST_AXES = 16  # of an array that goes from stage to stage
_DTYPES = ("float32", "float64", "float16", "bfloat16")  # that it may have


class Pass(NamedTuple):
    """A forward or backward pass of one micro-batch through one of this rank's chunks."""

    forward: bool
    micro: int
    chunk: int


def schedule(rank: int, ranks: int, micro_batches: int, chunks: int = 1) -> list[Pass]:
    """The passes of a rank, in order.

    >>> [f"{'F' if p.forward else 'B'}{p.micro}" for p in schedule(0, 2, 3)]
    ['F0', 'F1', 'B0', 'F2', 'B1', 'B2']
    """
    forwards = _order(ranks, micro_batches, chunks)
    backwards = [(micro, chunks - 1 - chunk) for micro, chunk in forwards]
    ahead = ranks - rank - 1
    if chunks > 1:
        ahead = 2 * ahead + (chunks - 1) * ranks
    ahead = min(ahead, len(forwards))
    found = [Pass(True, *one) for one in forwards[:ahead]]
    for there, back in zip(forwards[ahead:], backwards, strict=False):
        found += [Pass(True, *there), Pass(False, *back)]
    return found + [Pass(False, *one) for one in backwards[len(forwards) - ahead :]]


def _order(ranks: int, micro_batches: int, chunks: int) -> list[tuple[int, int]]:
    """Micro-batches and chunks: as many micro-batches as there are ranks pass one chunk, then the
    next chunk."""
    if chunks == 1:
        return [(micro, 0) for micro in range(micro_batches)]
    return [
        (micro, chunk)
        for begin in range(0, micro_batches, ranks)
        for chunk in range(chunks)
        for micro in range(begin, begin + ranks)
    ]


class Pipeline:
    """A sequential network whose layers lie on different ranks.

    net: a HybridSequential, initialized and with known shapes, equal on all ranks; this rank uses
        its own layers of it
    loss: of the network's output and the labels, a number for each sample
    micro_batches: pieces of a batch; with several chunks a multiple of the number of ranks
    group: the ranks, in the order of the stages
    chunks: stages of each rank
    cuts: where stages begin, but the first: numbers of layers; by default stages have about as many
        parameters

    Statistics of batches, as batch normalization has them, are those of micro-batches.

    Raises ValueError for fewer layers than stages, and for parameters that two stages share.

    >>> from weft import gluon, np
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4, in_units=3), nn.Dense(2, in_units=4))
    >>> net.initialize()
    >>> pipeline = Pipeline(net, gluon.loss.L2Loss(), micro_batches=2)
    >>> trainer = gluon.Trainer(pipeline.collect_params(), "sgd", {"learning_rate": 0.01})
    >>> losses = [pipeline.step(trainer, np.ones((4, 3)), np.ones((4, 2))) for _ in range(3)]
    >>> losses[0] > losses[2]
    True
    """

    def __init__(
        self,
        net: Block,
        loss: Callable[..., Any],
        *,
        micro_batches: int,
        group: str = "world",
        chunks: int = 1,
        cuts: Sequence[int] | None = None,
    ) -> None:
        if not isinstance(net, HybridSequential):
            raise InvalidType(
                f"Pipeline: `net` must be a HybridSequential; got {type(net).__name__}"
            )
        self.group, self._loss = group, loss
        self.chunks = require_whole("Pipeline", "chunks", chunks, 1)
        self.rank, self.ranks = collectives.place(group)
        self.micro_batches = require_whole("Pipeline", "micro_batches", micro_batches, 1)
        if chunks > 1 and micro_batches % self.ranks:
            raise InvalidValue(
                f"Pipeline: `micro_batches` must be a multiple of {self.ranks} ranks with several "
                f"chunks; got {micro_batches}"
            )
        self._layers = list(net._children.items())
        self.cuts = self._places(cuts)
        self._refuse_shared()
        bounds = [0, *self.cuts, len(self._layers)]
        self._stages = []
        for chunk in range(chunks):
            number = chunk * self.ranks + self.rank
            stage = HybridSequential()
            for name, layer in self._layers[bounds[number] : bounds[number + 1]]:
                stage.register_child(layer, name)
            stage.hybridize()
            self._stages.append(stage)
        for parameter in self.collect_params().values():
            if parameter.grad_req == "write":
                parameter.grad_req = "add"
        self._schedule = schedule(self.rank, self.ranks, self.micro_batches, chunks)
        self._kinds: dict[Any, tuple[tuple[int, ...], str]] = {}  # what arrives, by stage and batch

    def collect_params(self) -> dict[str, Parameter]:
        """The parameters of this rank's stages, by their names in the whole network."""
        return {
            name: parameter
            for stage in self._stages
            for name, parameter in stage.collect_params().items()
        }

    # ---- where the network is cut

    def _places(self, cuts: Sequence[int] | None) -> list[int]:
        stages, layers = self.ranks * self.chunks, len(self._layers)
        if layers < stages:
            raise InvalidValue(
                f"Pipeline: `net` must have a layer for each of {stages} stages; got {layers}"
            )
        if cuts is None:
            return _even_cuts([_weight(layer) for _, layer in self._layers], stages)
        listed = [require_whole("Pipeline", "cuts", cut, 1) for cut in cuts]
        if len(listed) != stages - 1 or sorted({*listed, 0, layers}) != [0, *listed, layers]:
            raise InvalidValue(
                f"Pipeline: `cuts` must be {stages - 1} rising numbers of layers between 0 and "
                f"{layers}; got {listed}"
            )
        return listed

    def _refuse_shared(self) -> None:
        owners: dict[int, tuple[int, str]] = {}
        for number, (name, layer) in enumerate(self._layers):
            stage = sum(number >= cut for cut in self.cuts)
            for path, parameter in layer.collect_params().items():
                before = owners.setdefault(id(parameter), (stage, f"{name}.{path}"))
                if before[0] != stage:
                    raise InvalidValue(
                        f"Pipeline: `{before[1]}` and `{name}.{path}` are one parameter, in stages "
                        f"{before[0]} and {stage}; give each stage its own, or choose other `cuts`"
                    )

    # ---- a step

    def step(
        self,
        trainer: Trainer,
        x: ndarray,
        y: ndarray,
        *,
        clip_global_norm: float | None = None,
    ) -> float:
        """Forward and backward pass of all micro-batches, and the update; gives the mean loss of
        the batch, on all ranks.

        x, y: the batch, on all ranks; the first stage reads x, the last one y
        clip_global_norm: most that the norm of all stages' gradients, divided by the batch size,
            may be
        """
        count = x.shape[0]
        if count % self.micro_batches:
            raise InvalidValue(
                f"Pipeline: a batch must have a multiple of {self.micro_batches} samples, the "
                f"micro-batches; got {count}"
            )
        for parameter in self.collect_params().values():
            parameter.zero_grad()
        run = _Run(self, np.split(x, self.micro_batches), np.split(y, self.micro_batches))
        for one in self._schedule:
            run.forward(one) if one.forward else run.backward(one)
        if clip_global_norm is not None:
            self._clip(trainer, clip_global_norm * count)
        trainer.step(count)
        total = npx.all_reduce(np.array(run.loss, dtype="float64"), group=self.group)
        return float(total.item()) / count

    def _clip(self, trainer: Trainer, most: float) -> None:
        with autograd.pause():
            gradients = trainer.gradients()
            squares = sum_of_squares(gradients) if gradients else np.zeros((), dtype="float64")
            norm = float(npx.all_reduce(squares, group=self.group).item()) ** 0.5
            if norm > most:
                for gradient in gradients:
                    gradient *= most / norm


class _Run:
    """The passes of one step."""

    def __init__(self, pipeline: Pipeline, inputs: list[ndarray], labels: list[ndarray]) -> None:
        self._pipeline, self._inputs, self._labels = pipeline, inputs, labels
        self._kept: dict[tuple[int, int], tuple[ndarray, Any]] = {}
        self._last = pipeline.ranks * pipeline.chunks - 1
        self.loss = 0.0  # the sum over samples, on the last stage's rank

    def forward(self, one: Pass) -> None:
        pipeline = self._pipeline
        number = one.chunk * pipeline.ranks + pipeline.rank
        given = self._inputs[one.micro] if number == 0 else self._take(number, one.micro, True)
        if number > 0:
            given.attach_grad()
        with autograd.record():
            out = pipeline._stages[one.chunk](given)
            if number == self._last:
                out = pipeline._loss(out, self._labels[one.micro])
        if number == self._last:
            self.loss += float(out.sum().item())
        else:
            self._give(number + 1, one.micro, out.detach(), True)
        self._kept[one.micro, one.chunk] = given, out

    def backward(self, one: Pass) -> None:
        pipeline = self._pipeline
        number = one.chunk * pipeline.ranks + pipeline.rank
        given, out = self._kept.pop((one.micro, one.chunk))
        if number == self._last:
            out.backward()
        else:
            out.backward(self._take(number, one.micro, False))
        if number > 0:
            self._give(number - 1, one.micro, given.grad, False)

    def _tag(self, stage: int, micro: int, forward: bool) -> int:
        """Of a message to a stage."""
        return 2 * (stage * self._pipeline.micro_batches + micro) + forward

    def _give(self, stage: int, micro: int, array: ndarray, forward: bool) -> None:
        pipeline = self._pipeline
        to = {"destination": stage % pipeline.ranks, "group": pipeline.group}
        tag = self._tag(stage, micro, forward)
        known = (stage, forward, self._inputs[0].shape)
        if known not in pipeline._kinds:
            # The first time the other stage does not know what comes.
            pipeline._kinds[known] = array.shape, array.dtype.name
            kind = [_number_of(array.dtype.name), array.ndim, *array.shape]
            kind += [0] * (_MOST_AXES + 2 - len(kind))
            npx.send(np.array(kind, dtype="int64"), tag=tag, **to)
        npx.send(array, tag=tag, **to)

    def _take(self, stage: int, micro: int, forward: bool) -> ndarray:
        pipeline = self._pipeline
        source = (stage - 1 if forward else stage + 1) % pipeline.ranks
        tag = self._tag(stage, micro, forward)
        options = {"source": source, "tag": tag, "group": pipeline.group}
        known = (stage, forward, self._inputs[0].shape)
        if known not in pipeline._kinds:
            kind = npx.receive(shape=(_MOST_AXES + 2,), dtype="int64", **options).asnumpy().tolist()
            shape = tuple(kind[2 : 2 + kind[1]])
            pipeline._kinds[known] = shape, _DTYPES[kind[0]]
        shape, dtype = pipeline._kinds[known]
        return npx.receive(shape=shape, dtype=dtype, **options)


def _number_of(dtype: str) -> int:
    if dtype not in _DTYPES:
        raise InvalidType(
            f"Pipeline: what a stage gives must have a floating dtype, for gradients; got {dtype}"
        )
    return _DTYPES.index(dtype)


def _weight(layer: Block) -> float:
    """About what a layer costs: its parameters, and something for those without."""
    arrays = (p.list_own()[0] for p in layer.collect_params().values() if p.is_initialized)
    return 1.0 + sum(array.nbytes for array in arrays)


def _even_cuts(weights: list[float], stages: int) -> list[int]:
    """Where each stage but the first begins, so that the heaviest is as light as may be."""
    layers = len(weights)
    sums = [0.0]
    for weight in weights:
        sums.append(sums[-1] + weight)
    least = [[float("inf")] * (layers + 1) for _ in range(stages + 1)]
    begin = [[0] * (layers + 1) for _ in range(stages + 1)]
    least[0][0] = 0.0
    for stage in range(1, stages + 1):
        for end in range(stage, layers + 1):
            for first in range(stage - 1, end):
                heaviest = max(least[stage - 1][first], sums[end] - sums[first])
                if heaviest < least[stage][end]:
                    least[stage][end], begin[stage][end] = heaviest, first
    cuts, end = [], layers
    for stage in range(stages, 1, -1):
        end = begin[stage][end]
        cuts.append(end)
    return cuts[::-1]


__all__ = ["Pass", "Pipeline", "schedule"]
