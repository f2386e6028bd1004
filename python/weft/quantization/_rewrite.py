"""The symbol of int8: layers become quantized operators on images with channels last, everything
else stays as it is, between dequantize and quantize."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import autograd, np, npx, sym
from weft.compression._graph.layers import Arrays, Layer
from weft.compression._graph.phases import Phases
from weft.npx import quantized_multiplier
from weft.quantization import _moves
from weft.quantization._choices import Choices
from weft.quantization._ranges import HIDDEN, SHARE, Range, Scale
from weft.quantization._weight_scales import LEAST_FACTOR, by_unit, weight_scales
from weft.sym._nodes import Constant, Entry, Node, Variable, from_line, replaced

GATE = 2.0**-12  # what a step of a gate's argument stands for
MOST_FACTOR = 2**21  # of a residual: beyond it kernels are slower


class Quantized:
    """A symbol of int8, with images in both orders of their axes once they are asked for."""

    def __init__(self, symbol: Any, scale: Scale, shape: tuple[int, ...], is_last: bool) -> None:
        self.scale, self.shape, self.is_last = scale, shape, is_last
        self._forms = {is_last: symbol}

    def form(self, is_last: bool) -> Any:
        """With channels last, or as in the network."""
        if is_last not in self._forms:
            axes = list(range(len(self.shape)))
            axes = [0, *axes[2:], 1] if is_last else [0, axes[-1], *axes[1:-1]]
            self._forms[is_last] = np.transpose(self._forms[not is_last], axes)
        return self._forms[is_last]


class Rewriter:
    """Makes the new symbol; `params` has the values of its variables. Inputs that become int8 have
    images' channels last."""

    def __init__(self, choices: Choices, ranges: dict[Entry, Range], arrays: Arrays) -> None:
        self.choices, self.ranges, self.arrays = choices, ranges, arrays
        self.graph, self.layers, self.shapes = choices.graph, choices.layers, choices.shapes
        self.chosen = {layer.output: layer for layer in choices.chosen()}
        self.params: dict[str, Any] = {}
        self._quantized: dict[Entry, Quantized] = {}
        self._floating: dict[Entry, Any] = {}

    def heads(self) -> list[Any]:
        """The results of the network."""
        for layer in self.layers.values():  # in order, so that nothing below is deep
            if self.choices.is_int8(layer.output) and not self.choices.ends(layer):
                self.quantized(layer.output)
        if not self.choices.integers:
            return [self.floating(entry) for entry in self.graph.heads]
        results = [self.quantized(entry) for entry in self.graph.heads]
        orders = [self.choices.is_image(entry) for entry in self.graph.heads]
        return [result.form(order) for result, order in zip(results, orders, strict=True)]

    def layer_outputs(self) -> dict[str, Any]:
        """What layers of int8 give, as real numbers, by their names in the network."""
        return {layer.name: self.floating(layer.output) for layer in self.choices.chosen()}

    # ---- values

    def floating(self, entry: Entry) -> Any:
        """The entry as real numbers."""
        with from_line(entry.node.line):
            return self._as_real(entry)

    def _as_real(self, entry: Entry) -> Any:
        if entry not in self._floating:
            layer = self.layers.get(entry)
            if entry.node in self.choices.given:
                value = self.quantized(entry)
                self._floating[entry] = npx.dequantize(value.form(False), *value.scale)
            elif layer is not None and self.choices.is_int8(entry):
                if self.choices.ends(layer):
                    self._floating[entry] = self._sums(layer)
                else:
                    value = self.quantized(entry)
                    self._floating[entry] = npx.dequantize(value.form(False), *value.scale)
            else:
                self._keep(entry.node)
        return self._floating[entry]

    def _keep(self, node: Node) -> None:
        """The node as it is, on real numbers."""
        if isinstance(node, Variable):
            results = [sym.Symbol([Entry(node, 0)])]
            if node in self.arrays:
                self.params[node.name] = self.arrays[node]
        elif isinstance(node, Constant):
            results = [sym.Symbol([Entry(node, 0)])]
        else:
            copy = node.copied(replaced(node.arguments, self._head))
            copy.writes = []
            results = [sym.Symbol([Entry(copy, number)]) for number in range(node.outputs)]
        for number, result in enumerate(results):
            self._floating[Entry(node, number)] = result

    def _head(self, entry: Entry) -> Entry:
        return self.floating(self.graph.resolved(entry)).heads[0]

    def quantized(self, entry: Entry) -> Quantized:
        """The entry as int8."""
        layer = self.layers.get(entry)
        with from_line(entry.node.line if layer is None else layer.node.line):
            return self._as_int8(entry)

    def _as_int8(self, entry: Entry) -> Quantized:
        if entry not in self._quantized:
            layer = self.layers.get(entry)
            if layer is not None and self.choices.is_int8(entry):
                self._quantized[entry] = getattr(self, f"_{layer.kind}")(layer)
            elif entry.node in self.choices.given:
                shape = self.shapes[entry]
                given = sym.var(entry.node.name, dtype="int8")
                scale = self.ranges[entry].scale
                is_last = self.choices.is_image(entry)
                self._quantized[entry] = Quantized(given, scale, shape, is_last)
            else:
                known = self.ranges[entry]
                symbol = npx.quantize(self.floating(entry), *known.scale)
                self._quantized[entry] = Quantized(symbol, known.scale, self.shapes[entry], False)
        return self._quantized[entry]

    # ---- layers

    def _variable(self, layer: Layer, part: str, value: Any) -> Any:
        name = f"{layer.node.name}_{part}"
        array = np.array(value)
        self.params[name] = array
        return sym.var(name, shape=array.shape, dtype=str(array.dtype), grad_req="null")

    def _parameters(
        self, layer: Layer, x: Quantized, weight: Any, of_units: Callable[[Any], Any] = lambda n: n
    ) -> tuple[list[Any], Any]:
        """Weight and bias of int8 and int32, and what a step of the sums stands for; of_units: the
        numbers of the layer's units as those of the weight's."""
        steps = of_units(weight_scales(layer.weight, layer.bias, x.scale.step))
        whole = numpy.rint(weight / by_unit(steps, weight))
        of_sums = steps * x.scale.step
        bias = numpy.rint(of_units(layer.bias) / of_sums)
        parts = {"weight": whole.astype("int8"), "bias": bias.astype("int32")}
        return [self._variable(layer, *part) for part in parts.items()], of_sums

    def _requantization(
        self, layer: Layer, of_sums: Any
    ) -> tuple[list[Any], dict[str, int], Scale]:
        scale = self.ranges[layer.output].scale
        numbers = quantized_multiplier(of_sums / scale.step)
        parts = zip(("multiplier", "shift"), numbers, strict=True)
        inputs = [self._variable(layer, *part) for part in parts]
        return inputs, {"output_zero_point": scale.zero, **self._bounds(layer, scale)}, scale

    @staticmethod
    def _bounds(layer: Layer, scale: Scale) -> dict[str, int]:
        low, high = layer.bounds
        return {
            "low": -128 if low == -numpy.inf else scale.quantized(low),
            "high": 127 if high == numpy.inf else scale.quantized(high),
        }

    def _convolution(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        inputs, of_sums = self._parameters(layer, x, numpy.moveaxis(layer.weight, 1, -1))
        known = ("stride", "pad", "dilate", "num_group")
        options = {key: layer.node.attributes[key] for key in known if key in layer.node.attributes}
        options |= {"zero_point": x.scale.zero, "channels_last": True}
        if layer.has_residual:
            return self._summed(layer, x, inputs, of_sums, options)
        rest, bounds, scale = self._requantization(layer, of_sums)
        y = npx.quantized_convolution(x.form(True), *inputs, *rest, **options, **bounds)
        return Quantized(y, scale, self.shapes[layer.output], True)

    def _deconvolution(self, layer: Layer) -> Quantized:
        """A convolution that gives all phases, side by side (see `Phases`)."""
        x = self.quantized(layer.inputs[0])
        phases = Phases(layer.node.attributes, layer.weight, layer.groups)
        weight = numpy.moveaxis(phases.filters(), 1, -1)
        inputs, of_sums = self._parameters(layer, x, weight, phases.of_filters)
        rest, bounds, scale = self._requantization(layer, of_sums)
        options = {"zero_point": x.scale.zero, "channels_last": True, "num_group": layer.groups}
        y = npx.quantized_convolution(
            x.form(True), *inputs, *rest, pad=phases.pad, **options, **bounds
        )
        return Quantized(phases.joined(y), scale, self.shapes[layer.output], True)

    def _batch_norm(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        channels, places = len(layer.weight), [1] * (len(x.shape) - 2)
        inputs, of_sums = self._parameters(layer, x, layer.weight.reshape(channels, *places, 1))
        rest, bounds, scale = self._requantization(layer, of_sums)
        options = {"zero_point": x.scale.zero, "channels_last": True, "num_group": channels}
        y = npx.quantized_convolution(x.form(True), *inputs, *rest, **options, **bounds)
        return Quantized(y, scale, self.shapes[layer.output], True)

    def _recurrent(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        weights, rest = [], []
        for part, scale, weight, bias in zip(
            ("i2h", "h2h"), (x.scale, HIDDEN), layer.weight, layer.bias, strict=True
        ):
            steps = weight_scales(weight, bias, scale.step)
            whole = numpy.rint(weight / steps[:, None])
            of_sums = steps * scale.step
            added = numpy.rint(bias / of_sums) - scale.zero * whole.sum(1)
            weights.append(self._variable(layer, f"{part}_weight", whole.astype("int8")))
            rest.append(self._variable(layer, f"{part}_bias", added.astype("int32")))
            numbers = quantized_multiplier(of_sums / GATE)
            for name, number in zip(("multiplier", "shift"), numbers, strict=True):
                rest.append(self._variable(layer, f"{part}_{name}", number))
        function = npx.quantized_gru if layer.node.operator == "gru" else npx.quantized_lstm
        reverse = layer.node.attributes.get("reverse", False)
        y = function(x.form(False), *weights, *rest, reverse=reverse)
        return Quantized(y, HIDDEN, self.shapes[layer.output], False)

    def _moved(self, layer: Layer) -> Quantized:
        x, shape = self.quantized(layer.inputs[0]), self.shapes[layer.output]
        known = _moves.moved(layer, self.chosen, self.shapes)
        if known is not None:
            source, move = self.quantized(known[0]), known[1]
            if source.is_last:
                return Quantized(move(source.form(True)), source.scale, shape, True)
        given = x.form(False).heads[0]
        copy = layer.node.copied(replaced(layer.node.arguments, lambda _: given))
        y = sym.Symbol([Entry(copy, layer.output.index)])
        return Quantized(y, x.scale, shape, False)

    @staticmethod
    def _is_image(x: Quantized) -> bool:
        """Has it channels last, or will layers want it so?"""
        return x.is_last or len(x.shape) == 4

    def _pad(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        is_last = self._is_image(x)
        y = _moves.padded(layer.node, x.form(is_last), x.scale.zero, is_last=is_last)
        return Quantized(y, x.scale, self.shapes[layer.output], is_last)

    def _interpolate(self, layer: Layer) -> Quantized:
        x, factor = self.quantized(layer.inputs[0]), int(layer.node.attributes["scale_factor"])
        is_last = self._is_image(x)
        y = _moves.stretched(x.form(is_last), factor, len(x.shape) - 2, is_last=is_last)
        return Quantized(y, x.scale, self.shapes[layer.output], is_last)

    def _softmax(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        y = npx.quantized_softmax(x.form(False), scale=x.scale.step)
        return Quantized(y, SHARE, self.shapes[layer.output], False)

    def _summed(
        self, layer: Layer, x: Quantized, inputs: list[Any], of_sums: Any, options: dict[str, Any]
    ) -> Quantized:
        """With a residual: its zero point goes into the bias."""
        residual = self.quantized(layer.inputs[1])
        factors = numpy.rint(residual.scale.step / of_sums)
        if factors.min() < LEAST_FACTOR or factors.max() > MOST_FACTOR:
            return self._then_added(layer, x, inputs, of_sums, options, residual)
        name = f"{layer.node.name}_bias"
        bias = self.params[name].asnumpy() - residual.scale.zero * factors
        self.params[name] = np.array(bias.astype("int32"))
        rest, bounds, scale = self._requantization(layer, of_sums)
        factor = self._variable(layer, "residual_factor", factors.astype("int32"))
        y = npx.quantized_convolution(
            x.form(True), *inputs, *rest, residual.form(True), factor, **options, **bounds
        )
        return Quantized(y, scale, self.shapes[layer.output], True)

    def _then_added(
        self,
        layer: Layer,
        x: Quantized,
        inputs: list[Any],
        of_sums: Any,
        options: dict[str, Any],
        residual: Quantized,
    ) -> Quantized:
        """The convolution in the scale of its sum, and the sum of two int8 arrays."""
        known = self.ranges[layer.output]
        scale = known.scale
        # What is summed may be larger than the sum: as far as the residual can take it back.
        between = Range(
            known.low - residual.scale.step * (127 - residual.scale.zero),
            known.high + residual.scale.step * (128 + residual.scale.zero),
        ).scale
        numbers = quantized_multiplier(of_sums / between.step)
        parts = zip(("multiplier", "shift"), numbers, strict=True)
        rest = [self._variable(layer, *part) for part in parts]
        y = npx.quantized_convolution(
            x.form(True), *inputs, *rest, output_zero_point=between.zero, **options
        )
        shape = self.shapes[layer.output]
        total = self._added(layer, Quantized(y, between, shape, True), residual, scale)
        return Quantized(total, scale, shape, True)

    def _added(self, layer: Layer, a: Quantized, b: Quantized, scale: Scale) -> Any:
        is_last = a.is_last or b.is_last
        return npx.quantized_add(
            a.form(is_last),
            b.form(is_last),
            a.scale.step,
            b.scale.step,
            scale.step,
            x1_zero_point=a.scale.zero,
            x2_zero_point=b.scale.zero,
            output_zero_point=scale.zero,
            **self._bounds(layer, scale),
        )

    def _add(self, layer: Layer) -> Quantized:
        a, b = (self.quantized(given) for given in layer.inputs)
        scale = self.ranges[layer.output].scale
        y = self._added(layer, a, b, scale)
        return Quantized(y, scale, self.shapes[layer.output], a.is_last or b.is_last)

    def _dense(self, layer: Layer, x: Quantized) -> tuple[Any, Any, dict[str, Any]]:
        inputs, of_sums = self._parameters(layer, x, layer.weight)
        flatten = layer.node.attributes.get("flatten", True)
        data = self._flat(x) if flatten else x.form(False)
        return [data, *inputs], of_sums, {"zero_point": x.scale.zero, "flatten": flatten}

    def _fully_connected(self, layer: Layer) -> Quantized:
        inputs, of_sums, options = self._dense(layer, self.quantized(layer.inputs[0]))
        rest, bounds, scale = self._requantization(layer, of_sums)
        y = npx.quantized_fully_connected(*inputs, *rest, **options, **bounds)
        return Quantized(y, scale, self.shapes[layer.output], False)

    def _sums(self, layer: Layer) -> Any:
        """The last layer: its sums as real numbers, which loses nothing."""
        inputs, of_sums, options = self._dense(layer, self.quantized(layer.inputs[0]))
        sums = npx.quantized_fully_connected(*inputs, **options)
        scale = self._variable(layer, "scale", of_sums.astype("float32"))
        return npx.dequantize(sums, scale)

    @staticmethod
    def _flat(x: Quantized) -> Any:
        """(N, features) in the network's order; one place is the same in both."""
        is_one_place = len(x.shape) > 2 and all(extent == 1 for extent in x.shape[2:])
        symbol = x.form(x.is_last if is_one_place else False)
        return symbol if len(x.shape) == 2 else npx.batch_flatten(symbol)

    def _batch_flatten(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        return Quantized(self._flat(x), x.scale, self.shapes[layer.output], False)

    def _pooling(self, layer: Layer) -> Quantized:
        return self._pooled(layer, layer.node.attributes)

    def _pooled(self, layer: Layer, options: dict[str, Any]) -> Quantized:
        x = self.quantized(layer.inputs[0])
        y = npx.quantized_pooling(
            x.form(True), zero_point=x.scale.zero, channels_last=True, **options
        )
        return Quantized(y, x.scale, self.shapes[layer.output], True)

    def _mean(self, layer: Layer) -> Quantized:
        return self._of_all_places(layer, "avg")

    def _max(self, layer: Layer) -> Quantized:
        return self._of_all_places(layer, "max")

    def _of_all_places(self, layer: Layer, pool_type: str) -> Quantized:
        whole = self._pooled(layer, {"pool_type": pool_type, "global_pool": True})
        if layer.node.attributes.get("keepdims"):
            return whole
        flat = npx.batch_flatten(whole.form(True))
        return Quantized(flat, whole.scale, self.shapes[layer.output], False)

    def _lookup(self, layer: Layer) -> Quantized:
        x, scale = self.quantized(layer.inputs[0]), self.ranges[layer.output].scale
        with autograd.predict_mode():
            found = layer.node.results([np.array(x.scale.numbers)])[0].asnumpy()
        return self._looked_up(layer.node.name, x, found, scale)

    def _looked_up(self, name: str, x: Quantized, numbers: Any, scale: Scale) -> Quantized:
        """What `numbers` has for each int8 element."""
        whole = numpy.rint(numpy.nan_to_num(numbers) / scale.step) + scale.zero
        table = np.array(numpy.clip(whole, -128, 127).astype("int8"))
        self.params[f"{name}_table"] = table
        known = sym.var(f"{name}_table", shape=table.shape, dtype="int8", grad_req="null")
        y = npx.quantized_lookup(x.form(x.is_last), known)
        return Quantized(y, scale, x.shape, x.is_last)

    def _concatenate(self, layer: Layer) -> Quantized:
        """All in the scale of the result, in which most are already (`Choices.shares`)."""
        shape = self.shapes[layer.output]
        if self.choices.joins_states(layer):
            states = [self.quantized(entry).form(False) for entry in layer.inputs]
            return Quantized(np.concatenate(states, axis=-1), HIDDEN, shape, False)
        scale = self.ranges[layer.output].scale
        is_last = len(shape) > 2
        parts = [self._placed(layer, number, scale) for number in range(len(layer.inputs))]
        joined = [part.form(is_last) if is_last else part.form(part.is_last) for part in parts]
        y = np.concatenate(joined, axis=-1 if is_last else 1)
        return Quantized(y, scale, shape, is_last)

    def _placed(self, layer: Layer, number: int, scale: Scale) -> Quantized:
        """An operand in this scale."""
        entry = layer.inputs[number]
        if not self.choices.is_int8(entry) and entry.node not in self.choices.given:
            symbol = npx.quantize(self.floating(entry), *scale)
            return Quantized(symbol, scale, self.shapes[entry], False)
        x = self.quantized(entry)
        if x.scale == scale:
            return x
        return self._looked_up(f"{layer.node.name}_{number}", x, x.scale.numbers, scale)

    def _clip(self, layer: Layer) -> Quantized:
        x = self.quantized(layer.inputs[0])
        bounds = self._bounds(layer, x.scale)
        y = np.clip(x.form(x.is_last), bounds["low"], bounds["high"])
        return Quantized(y, x.scale, x.shape, x.is_last)
