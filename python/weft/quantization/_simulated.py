"""A network in float32 that rounds where int8 rounds: the layers of `Choices` as they run in train
mode and in predict mode.

Weights have a step for each channel, so rounding commutes with a batch norm's factors: while norms
take the batch's statistics they stay operators of their own behind rounded weights, else they are
folded (Krishnamoorthi 2018, section 4.1, asks for corrections that this way needs not).
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import autograd, np, npx
from weft.compression._graph.layers import RECURRENT, Layer
from weft.compression._graph.traced import Traced
from weft.quantization._choices import Choices
from weft.quantization._fake_quantize import (
    FakeScale,
    fake_quantize,
    fake_quantize_weight,
    grain_of,
    scale_of,
    straight_through,
)
from weft.quantization._ranges import HIDDEN
from weft.quantization._time_steps import recurrent_steps
from weft.quantization._weight_scales import LEAST_FACTOR
from weft.sym._nodes import ByMode, Call, Entry, Node, Variable, in_order, replaced

Bounds = Callable[[Entry], Any]

AVERAGE_GRAIN = 1024.0  # finer than what averages of windows have between steps


class Simulation:
    """What does not change from call to call."""

    def __init__(self, net: Traced, choices: Choices) -> None:
        self.net, self.choices = net, choices
        self.order = in_order(net.heads)
        self.needed = {mode: set(in_order(net.heads, mode)) for mode in (False, True)}
        self.trained: dict[Node, Call] = {}  # norms in train mode, by those in predict mode
        for node in self.order:
            if isinstance(node, ByMode):
                train, predict = (entry.node for entry in node.arguments)
                if train.operator == predict.operator == "batch_norm":
                    self.trained[predict] = train
        self.ends: dict[Node, list[Layer]] = {}
        for layer in choices.chosen():
            self.ends.setdefault(layer.output.node, []).append(layer)
        self.inside = {node for layer in choices.chosen() for node in layer.nodes}
        self.inside |= {train for norm, train in self.trained.items() if norm in self.inside}

    def scaled_by(self, entry: Entry) -> Entry:
        """Whose range an int8 value has."""
        while True:
            layer = self.choices.layers.get(entry)
            if layer is None or not self.choices.is_int8(entry) or self.choices.rescales(layer):
                return entry
            entry = layer.inputs[0]

    def run(
        self,
        arrays: dict[Variable, Any],
        bounds: Bounds,
        momentum: float | None,
        *,
        has_frozen_norms: bool,
    ) -> Any:
        """What the network gives; momentum: of ranges in train mode, None where they stay."""
        training = autograd.is_training()
        call = _Call(self, arrays, bounds, momentum if training else None)
        call.has_batch_norms = training and not has_frozen_norms
        for node in self.order:
            if node in self.ends:
                for layer in self.ends[node]:
                    call.run_layer(layer)
            elif node in self.needed[training] and node not in self.inside:
                call.run_node(node)
        found = [call.value(entry) for entry in self.net.heads]
        return found[0] if len(found) == 1 else tuple(found)


class _Call:
    """One run: values of entries, and scales of those that are int8."""

    def __init__(
        self,
        known: Simulation,
        arrays: dict[Variable, Any],
        bounds: Bounds,
        momentum: float | None,
    ) -> None:
        self.known, self.choices = known, known.choices
        self.arrays, self.bounds, self.momentum = arrays, bounds, momentum
        self.has_batch_norms = False
        self.values: dict[Entry, Any] = {Entry(node, 0): array for node, array in arrays.items()}
        self.scales: dict[Entry, FakeScale] = {}
        self._rounded: dict[Entry, Any] = {}

    # ---- values

    def value(self, entry: Entry) -> Any:
        """What an operator reads there."""
        while isinstance(entry.node, ByMode):
            resolved = self.choices.graph.resolved(entry)
            is_folded = resolved.node in self.known.inside
            entry = resolved if is_folded else entry.node.sources(autograd.is_training())[0]
        return self.values[entry]

    def int8(self, entry: Entry) -> tuple[Any, FakeScale]:
        """What an int8 layer reads there."""
        resolved = self.choices.graph.resolved(entry)
        if self.choices.is_int8(resolved):
            return self.value(entry), self.scales[self.known.scaled_by(resolved)]
        if resolved not in self._rounded:
            x = self.value(entry)
            self._rounded[resolved] = fake_quantize(x, self.scale(x, resolved))
        return self._rounded[resolved], self.scales[resolved]

    def scale(self, x: Any, entry: Entry) -> FakeScale:
        """Of this entry's range, which moves first in train mode."""
        bounds = self.bounds(entry)
        if self.momentum is not None:
            fixed = npx.stop_gradient(x)
            seen = np.stack([np.min(fixed), np.max(fixed)])
            moved = bounds * self.momentum + seen * (1 - self.momentum)
            bounds[...] = moved
            bounds = moved
        every = [self.bounds(e) for e in self.choices.alike(entry) if e != entry]
        if every:
            every.append(bounds)
            lows, highs = np.stack([b[0] for b in every]), np.stack([b[1] for b in every])
            bounds = np.stack([np.min(lows), np.max(highs)])
        self.scales[entry] = scale_of(bounds)
        return self.scales[entry]

    # ---- nodes

    def run_node(self, node: Node) -> None:
        """An operator that stays in float32."""
        if isinstance(node, Variable | ByMode):
            return
        for number, result in enumerate(node.results(replaced(node.arguments, self.value))):
            self.values[Entry(node, number)] = result
        for number, variable in node.writes:
            self.arrays[variable][...] = self.values[Entry(node, number)]

    def run_layer(self, layer: Layer) -> None:
        """A layer of int8."""
        if layer.kind == "recurrent":
            self._run_recurrent(layer)
            return
        if layer.kind == "batch_norm":
            y, sums = self._normed(layer)
        else:
            y, sums = self._weighted(layer) if layer.has_products else (self._plain(layer), None)
        if layer.total is not None:
            y = y + self._residual(layer, sums)
        y = _bounded(y, layer)
        if self.choices.rescales(layer):
            scale = self.scale(y, layer.output)
            y = fake_quantize(y, scale, None if sums is None else grain_of(sums / scale.step))
        elif layer.kind == "mean" or (
            layer.kind == "pooling" and layer.node.attributes.get("pool_type") == "avg"
        ):
            scale = self.scales[self.known.scaled_by(layer.output)]
            y = fake_quantize(y, scale, AVERAGE_GRAIN, is_average=True)
        self.values[layer.output] = y

    def _plain(self, layer: Layer) -> Any:
        if layer.kind == "clip":
            return self.int8(layer.inputs[0])[0]
        if layer.kind == "concatenate":  # real numbers get the scale of the whole
            return layer.node.results(replaced(layer.node.arguments, self.value))[0]
        results = layer.node.results(replaced(layer.node.arguments, lambda e: self.int8(e)[0]))
        return results[layer.output.index]

    def _residual(self, layer: Layer, sums: Any) -> Any:
        """What is added to a convolution, in whole multiples of its sums' step."""
        graph = self.choices.graph
        arguments = [entry for entry in layer.total.arguments if isinstance(entry, Entry)]
        entry = next(e for e in arguments if graph.resolved(e) == layer.inputs[1])
        value, scale = self.int8(entry)
        if sums is None:
            return value
        factor = np.rint(scale.step / sums)
        return value * np.where(factor < LEAST_FACTOR, 1.0, factor * sums / scale.step)

    def _weighted(self, layer: Layer) -> tuple[Any, Any]:
        """What the layer gives before sum and activation; and what a step of its sums stands for in
        each channel, in the shape that broadcasts, or None while norms are not folded."""
        data, weight, *rest = layer.node.arguments
        (x, scale), w = self.int8(data), layer.as_given(self.value(weight))
        b = self.value(rest[0]) if rest and rest[0] is not None else None
        if self.has_batch_norms and any(norm in self.known.trained for norm in layer.norms):
            y = layer.node.results([x, layer.as_given(fake_quantize_weight(w)[0]), b])[0]
            for norm in layer.norms:
                y = self._normalized(self.known.trained.get(norm, norm), y)
            return y, None
        for norm in layer.norms:
            w, b = self._folded(norm, w, b)
        w, steps = fake_quantize_weight(w, b, scale.step)
        sums = steps * scale.step
        if b is not None:
            b = straight_through(b, np.rint(npx.stop_gradient(b) / sums) * sums)
        y = layer.node.results([x, layer.as_given(w), b])[0]
        return y, np.reshape(sums, (-1, *(1 for _ in y.shape[2:]))) if layer.is_image else sums

    def _run_recurrent(self, layer: Layer) -> None:
        """From states of 0, for any batch."""
        data, *rest = layer.node.arguments
        states, (x, scale) = RECURRENT[layer.node.operator], self.int8(data)
        weights = [self.value(argument) for argument in rest[states : states + 4]]
        hidden = FakeScale(np.array(HIDDEN.step), np.array(float(HIDDEN.zero)))
        is_reversed = layer.node.attributes.get("reverse", False)
        self.scales[layer.output] = hidden
        self.values[layer.output] = recurrent_steps(
            layer.node.operator, x, weights, (scale, hidden), reverse=is_reversed
        )

    def _normed(self, layer: Layer) -> tuple[Any, Any]:
        """A norm alone, as `_weighted`: its factors are no rounded numbers."""
        x, scale = self.int8(layer.node.arguments[0])
        trained = self.known.trained.get(layer.node)
        if self.has_batch_norms and trained is not None:
            return self._normalized(trained, x), None
        places = tuple(1 for _ in x.shape[2:])
        w, b = self._folded(layer.node, np.ones((x.shape[1], 1)), None)
        sums = fake_quantize_weight(w, b, scale.step)[1] * scale.step
        b = straight_through(b, np.rint(npx.stop_gradient(b) / sums) * sums)
        shape = (-1, *places)
        return x * np.reshape(w, shape) + np.reshape(b, shape), np.reshape(sums, shape)

    def _folded(self, norm: Call, w: Any, b: Any) -> tuple[Any, Any]:
        gamma, beta, mean, var = (self.value(entry) for entry in norm.arguments[1:5])
        scale = gamma / np.sqrt(var + norm.attributes.get("eps", 1e-5))
        shift = -mean if b is None else b - mean
        shape = (-1, *(1 for _ in w.shape[1:]))
        return w * np.reshape(scale, shape), shift * scale + beta

    def _normalized(self, norm: Call, y: Any) -> Any:
        others = [self.value(entry) for entry in norm.arguments[1:]]
        results = norm.results([y, *others])
        for number, variable in norm.writes:
            self.arrays[variable][...] = results[number]
        return results[0]


def _bounded(y: Any, layer: Layer) -> Any:
    if layer.bounds == (-numpy.inf, numpy.inf):
        return y
    low, high = layer.bounds
    return npx.relu(y) if layer.bounds == (0, numpy.inf) else np.clip(y, low, high)
