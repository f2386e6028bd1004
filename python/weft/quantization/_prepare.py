"""Training that is aware of int8: a block that computes as `quantize` will, in float32."""

from collections.abc import Iterable
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft.compression._graph.layers import Graph
from weft.compression._graph.traced import Batches, Traced, inputs_of, traced
from weft.gluon import HybridBlock
from weft.gluon.parameter import Parameter
from weft.quantization._calibration import observer_of, ranges_of
from weft.quantization._choices import Choices
from weft.quantization._ranges import Range
from weft.quantization._simulated import Simulation
from weft.sym._nodes import Entry

CALLER = "prepare"


def prepare(
    net: HybridBlock,
    calibration_data: Any,
    *,
    percentile: float = 100.0,
    method: str = "minmax",
    keep: Iterable[str] = (),
    momentum: float = 0.95,
) -> "Prepared":
    """The network as int8 will compute it, for training: weights and activations are rounded, and
    gradients pass as if they were not (Jacob et al. 2018). `weft.quantize(prepared)` then gives the
    network in int8, with the ranges that training has found.

    net: a block, initialized; its parameters are those that are trained
    calibration_data, percentile, method: the ranges that training begins with, as for `quantize`
    keep: names of layers that stay in float32, as for `quantize`
    momentum: in train mode a range moves with each batch, to `momentum` of what it was and the rest
        of what the batch has

    Raises ValueError, LookupError and TypeError as `quantize` does.

    >>> import weft
    >>> from weft import autograd, gluon, np
    >>> from weft.quantization import prepare
    >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(4, activation="relu"), gluon.nn.Dense(2))
    >>> net.initialize()
    >>> x, y = np.random.uniform(size=(8, 3)), np.zeros(8)
    >>> prepared = prepare(net, x)
    >>> trainer = gluon.Trainer(prepared.collect_params(), "sgd")
    >>> with autograd.record():
    ...     loss = gluon.loss.SoftmaxCrossEntropyLoss()(prepared(x), y)
    >>> loss.backward()
    >>> trainer.step(8)
    >>> small = weft.quantize(prepared)
    """
    if not 0 <= momentum <= 1:
        raise InvalidValue(f"{CALLER}: `momentum` must be in [0, 1]; got {momentum}")
    if isinstance(net, Prepared):
        raise InvalidType(f"{CALLER}: `net` is prepared already")
    observer = observer_of(CALLER, method, percentile)
    batches = Batches(calibration_data, CALLER, inputs=len(inputs_of(net, CALLER)))
    found = traced(net, batches.first, CALLER)
    shapes = found.shapes(batches.first)
    choices = Choices(CALLER, Graph(found.heads, found.arrays), shapes, keep)
    ranges = ranges_of(choices.ranged(), found, batches, observer)
    return Prepared(net, found, choices, ranges, momentum)


class Prepared(HybridBlock):
    """What `prepare` gives: a block of the same inputs, trained like any other.

    In train mode batch norms take the batch's statistics until `freeze_norms()`, and ranges move
    until `freeze_ranges()`. In predict mode it computes what int8 will, but for float32's rounding.

    >>> import weft
    >>> from weft import np, quantization
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(4, activation="relu"), nn.Dense(2))
    >>> net.initialize()
    >>> x = np.random.uniform(size=(32, 3))
    >>> prepared = quantization.prepare(net, x)
    >>> prepared.freeze_ranges()
    >>> small = weft.quantize(prepared)
    >>> bool(abs(small(x) - prepared(x)).max() < 1e-5)
    True
    """

    def __init__(
        self,
        net: HybridBlock,
        found: Traced,
        choices: Choices,
        ranges: dict[Entry, Range],
        momentum: float,
    ) -> None:
        super().__init__()
        self.net = net
        self.momentum = momentum
        self.has_frozen_norms = False
        self.has_frozen_ranges = False
        self.__dict__["_simulation"] = Simulation(found, choices)
        self.__dict__["_input_names"] = found.names
        for entry, known in ranges.items():
            parameter = Parameter(f"ranges.{entry.node.name}", "null", shape=(2,))
            parameter.set_data(np.array([known.low, known.high], dtype="float32"))
            self._own_parameters[f"ranges.{entry.node.name}"] = parameter

    @property
    def traced(self) -> Traced:
        """The graph that it computes."""
        return self._simulation.net

    @property
    def shapes(self) -> dict[Entry, tuple[int, ...]]:
        """Of what that computes, for the first batch of calibration data."""
        return self._simulation.choices.shapes

    def ranges(self) -> dict[Entry, Range]:
        """The ranges of now."""
        found = {}
        for entry in self._simulation.choices.ranged():
            low, high = self._bounds(entry).data().asnumpy()
            found[entry] = Range(float(low), float(high))
        return found

    def freeze_norms(self, *, frozen: bool = True) -> None:
        """From now on batch norms take the running statistics in train mode, too, and leave these
        as they are: what is rounded then are the weights with the norms in them, as in int8. For
        the last part of training."""
        self.has_frozen_norms = frozen

    def freeze_ranges(self, *, frozen: bool = True) -> None:
        """From now on ranges stay as they are."""
        self.has_frozen_ranges = frozen

    def forward(self, *inputs: Any) -> Any:
        moves = None if self.has_frozen_ranges else self.momentum
        values = {v: known.data() for v, known in self.traced.parameters.items()}
        return self._simulation.run(
            {**values, **self.traced.given(inputs)},
            lambda entry: self._bounds(entry).data(),
            moves,
            has_frozen_norms=self.has_frozen_norms,
        )

    def _bounds(self, entry: Entry) -> Parameter:
        return self._own_parameters[f"ranges.{entry.node.name}"]
