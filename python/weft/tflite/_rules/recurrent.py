"""Recurrent layers: LSTM and SVDF, whose states stay from call to call.

int8 layers have numbers of 16 bits inside, with the bits of TensorFlow Lite's reference kernels.
"""

from dataclasses import dataclass
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.program import Node, Program
from weft._import.values import Array
from weft.tflite._rules._fixed import divided, limited, scaled, sigmoid, tanh
from weft.tflite._rules._scales import activated, ends, factors, is_int8
from weft.tflite._rules._table import RULES as rules
from weft.tflite._rules.layers import check_layer

# Places of the inputs of an LSTM. Gates lie in the order input, forget, cell, output.
_WEIGHTS, _RECURRENT, _PEEPHOLES, _BIASES = 1, 5, 9, 12
_PROJECTION, _PROJECTION_BIAS, _STATE, _CELL, _NORMS = 16, 17, 18, 19, 20
# The order here: what the logistic function acts on, then the cell's candidate.
_ORDER = (0, 1, 3, 2)


@dataclass
class _Factors:
    """Multipliers and shifts of an int8 LSTM: of the gates by what they are sums of, of the result
    of the cells, and of the projection; `whole`: bits in front of the cells' point."""

    inputs: Any
    recurrent: Any
    peepholes: dict[int, Any]
    hidden: Any
    hidden_zero: int
    projection: Any
    whole: int


# ---- what follows from the file -----------------------------------------------------------------


def _is_there(node: Node, place: int) -> bool:
    return place < len(node.inputs) and bool(node.inputs[place])


def _constant(node: Node, program: Program, place: int) -> numpy.ndarray:
    """A constant input; weights of integers beside float data become floats."""
    value = program.constants.get(node.inputs[place])
    if value is None:
        raise Unsupported(f"{node.title}: weights that are computed are not supported")
    tensor = node.notes.inputs[place]
    if node.notes.inputs[0].dtype == "float32" and value.dtype != "float32":
        value = value.astype("float32")
        return value * numpy.float32(tensor.step) if tensor.is_quantized else value
    return value


def _gates(node: Node) -> list[int]:
    """The gates that there are: the input gate may be missing, which is then 1 - forget gate."""
    return [gate for gate in _ORDER if _is_there(node, _WEIGHTS + gate)]


def _joined(node: Node, program: Program, first: int, gates: list[int]) -> numpy.ndarray:
    parts = [_constant(node, program, first + gate) for gate in gates]
    if len({part.shape for part in parts}) != 1:
        raise InvalidValue(f"{node.title}: gates must have weights of one shape")
    return numpy.concatenate(parts)


def _prepare_lstm(node: Node, program: Program) -> None:
    """Joins the weights of the gates, and computes factors of integers."""
    gates = _gates(node)
    if gates[-3:] != [1, 3, 2] or not _is_there(node, _CELL):
        raise InvalidValue(f"{node.title}: weights or states are missing")
    if any(_is_there(node, place) for place in range(_NORMS, len(node.inputs))):
        raise Unsupported(f"{node.title}: normalization of gates is not supported")
    if node.notes.inputs[0].dtype == "int8":
        node.attributes["factors"] = _lstm_factors(node, gates)
    values = [_joined(node, program, first, gates) for first in (_WEIGHTS, _RECURRENT, _BIASES)]
    peepholes = [_PEEPHOLES + place for place in range(3) if _is_there(node, _PEEPHOLES + place)]
    inputs = [node.inputs[0], node.inputs[_STATE], node.inputs[_CELL]]
    for name, value in zip(("weights", "recurrent", "biases"), values, strict=True):
        program.constants[f"{node.name}.{name}"] = value
        inputs.append(f"{node.name}.{name}")
    for place in (_PROJECTION, _PROJECTION_BIAS):
        inputs.append(node.inputs[place] if _is_there(node, place) else "")
    if peepholes:
        value = numpy.stack([_constant(node, program, place) for place in peepholes])
        program.constants[f"{node.name}.peepholes"] = value
        inputs.append(f"{node.name}.peepholes")
    node.inputs[:] = inputs


def _quotient(scale: Any) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Multiplier and shift of a factor that TensorFlow Lite computes in float32."""
    return factors(numpy.asarray(scale, "float32").astype("float64"))


def _lstm_factors(node: Node, gates: list[int]) -> _Factors:
    tensors, between = node.notes.inputs, node.notes.between
    f32 = numpy.float32
    x, h, cell = (f32(tensors[place].step) for place in (0, _STATE, _CELL))
    whole = round(float(numpy.log2(cell))) + 15
    if 2.0 ** (whole - 15) != float(cell) or not 0 <= whole <= 6:
        raise Unsupported(f"{node.title}: the cells' scale must be a power of two from 2^-15 on")
    if len(between) < 5 or between[4] is None:
        raise InvalidValue(f"{node.title}: the scale of the cells' results is missing")
    rows = tensors[_WEIGHTS + 1].shape[0]
    of_gates = [
        _quotient(
            numpy.repeat([f32(tensors[first + g].step) * s / f32(2.0**-12) for g in gates], rows)
        )
        for first, s in ((_WEIGHTS, x), (_RECURRENT, h))
    ]
    peepholes = {
        gate: _quotient(f32(tensors[_PEEPHOLES + place].step) * cell / f32(2.0**-12))
        for place, gate in enumerate((0, 1, 3))
        if _is_there(node, _PEEPHOLES + place)
    }
    hidden = between[4]
    projection = None
    if _is_there(node, _PROJECTION):
        projection = _quotient(f32(tensors[_PROJECTION].step) * f32(hidden.step) / h)
    to_hidden = _quotient(f32(2.0**-15) / f32(hidden.step) * f32(2.0**-15))
    return _Factors(*of_gates, peepholes, to_hidden, hidden.zero, projection, whole)


# ---- LSTM ---------------------------------------------------------------------------------------


# `prepare` brings the inputs into this order.
@rules(
    "UNIDIRECTIONAL_SEQUENCE_LSTM", "LSTM", states=(1, 2), prepare=_prepare_lstm, check=check_layer
)
def _lstm(
    x: Array,
    state: Array = None,
    cell: Array = None,
    weights: Array = None,
    recurrent: Array = None,
    biases: Array = None,
    projection: Array = None,
    projection_bias: Array = None,
    peepholes: Array = None,
    *more: Array,
    fused_activation_function: int = 0,
    cell_clip: float = 0.0,
    proj_clip: float = 0.0,
    time_major: bool = False,
    asymmetric_quantize_inputs: bool = False,
    diagonal_recurrent_tensors: bool = False,
    kernel_type: int = 0,
    factors: _Factors | None = None,
    _: Any,
) -> ndarray:
    if fused_activation_function != 4:
        raise Unsupported(f"`fused_activation_function` {fused_activation_function} must be tanh")
    if diagonal_recurrent_tensors or kernel_type:
        raise Unsupported("`diagonal_recurrent_tensors` and `kernel_type` 1 are not supported")
    layer = _Layer(weights, recurrent, biases, projection, projection_bias, peepholes)
    layer.clips = cell_clip, proj_clip
    if factors is None:
        step = layer.float_step
    else:
        step = _IntegerLayer(layer, factors, _.node.notes).step
    rows = x if time_major or x.ndim == 2 else x.swapaxes(0, 1)
    if x.ndim == 2:
        y, new = step(rows, (state, cell))
    else:
        y, new = npx.foreach(step, rows, (state.copy(), cell.copy()))
    state[...] = new[0]
    cell[...] = new[1]
    return y if time_major or x.ndim == 2 else y.swapaxes(0, 1)


class _Layer:
    """The weights of an LSTM, and its step on floats."""

    def __init__(self, w: Any, r: Any, b: Any, p: Any, pb: Any, peepholes: Any) -> None:
        self.weights, self.recurrent, self.biases = w, r, b
        self.projection, self.projection_bias, self.peepholes = p, pb, peepholes
        self.clips = (0.0, 0.0)
        self.count = 4  # gates
        cells = p.shape[1] if p is not None else r.shape[1]
        if w.shape[0] != 4 * cells:
            self.count = 3

    def parts(self, gates: ndarray) -> list[Any]:
        """The gates input (None where it is missing), forget, output, and the candidate."""
        found = list(np.split(gates, self.count, -1))
        return found if self.count == 4 else [None, *found]

    def float_step(self, x: ndarray, states: tuple[Any, Any]) -> tuple[Any, Any]:
        """One step: the result, and the new states."""
        h, c = states
        gates = npx.fully_connected(x, self.weights, self.biases, flatten=False)
        gates = gates + npx.fully_connected(h, self.recurrent, None, flatten=False)
        i, f, o, g = self.parts(gates)
        if self.peepholes is not None:
            i = i if i is None else i + self.peepholes[0] * c
            f = f + self.peepholes[-2] * c
        f, g = npx.sigmoid(f), np.tanh(g)
        c = f * c + (1.0 - f if i is None else npx.sigmoid(i)) * g
        if self.clips[0] > 0:
            c = np.clip(c, -self.clips[0], self.clips[0])
        if self.peepholes is not None:
            o = o + self.peepholes[-1] * c
        y = npx.sigmoid(o) * np.tanh(c)
        if self.projection is not None:
            y = npx.fully_connected(y, self.projection, self.projection_bias, flatten=False)
            if self.clips[1] > 0:
                y = np.clip(y, -self.clips[1], self.clips[1])
        return y, (y, c)


class _IntegerLayer:
    """The step of an int8 LSTM: gates and cells have 16 bits, 12 of the gates behind the point."""

    def __init__(self, layer: _Layer, numbers: _Factors, notes: Any) -> None:
        self.layer, self.numbers = layer, numbers
        self.zero, self.state_zero = notes.inputs[0].zero, notes.inputs[_STATE].zero
        self.cell_clip = self._clip(layer.clips[0], notes.inputs[_CELL].step, 32767)
        self.clip = self._clip(layer.clips[1], notes.inputs[_STATE].step, 127)

    @staticmethod
    def _clip(bound: float, step: float, most: int) -> int:
        steps = numpy.float32(bound) / numpy.float32(step)  # in its digits
        return int(min(steps, most)) if bound > 0 else 0

    def _sums(self, x: ndarray, w: ndarray, b: Any, zero: int, factors: Any) -> ndarray:
        sums = npx.quantized_fully_connected(x, w, b, zero_point=zero, flatten=False)
        return scaled(sums, *factors)

    def step(self, x: ndarray, states: tuple[Any, Any]) -> tuple[Any, Any]:
        """One step: the result, and the new states."""
        layer, numbers = self.layer, self.numbers
        h, c = states[0], states[1].astype("int32")
        gates = limited(self._sums(x, layer.weights, layer.biases, self.zero, numbers.inputs))
        more = self._sums(h, layer.recurrent, None, self.state_zero, numbers.recurrent)
        i, f, o, g = layer.parts(limited(gates + more))
        if layer.peepholes is not None:
            i = i if i is None else self._with_peephole(i, c, 0)
            f = self._with_peephole(f, c, 1)
        f, g = sigmoid(f), tanh(g, 3)
        i = 32767 - f if i is None else sigmoid(i)
        c = limited(divided(f * c, 15) + divided(i * g, 15 + numbers.whole))
        if self.cell_clip > 0:
            c = np.clip(c, -self.cell_clip, self.cell_clip)
        if layer.peepholes is not None:
            o = self._with_peephole(o, c, 3)
        y = scaled(sigmoid(o) * tanh(c, numbers.whole), *numbers.hidden)
        y = np.clip(y + numbers.hidden_zero, -128, 127).astype("int8")
        if numbers.projection is not None:
            y = self._projected(y)
        return y, (y, c.astype("int16"))

    def _with_peephole(self, gate: ndarray, c: ndarray, number: int) -> ndarray:
        row = {0: 0, 1: -2, 3: -1}[number]
        product = self.layer.peepholes[row].astype("int32") * c
        return limited(gate + scaled(product, *self.numbers.peepholes[number]))

    def _projected(self, y: ndarray) -> ndarray:
        layer, numbers = self.layer, self.numbers
        sums = self._sums(
            *(y, layer.projection, layer.projection_bias, numbers.hidden_zero), numbers.projection
        )
        y = np.clip(sums + self.state_zero, -128, 127)
        y = np.clip(y, -self.clip, self.clip) if self.clip > 0 else y
        return y.astype("int8")


# ---- RNN ----------------------------------------------------------------------------------------


def _prepare_rnn(node: Node, program: Program) -> None:
    for place in (1, 2):
        program.constants[node.inputs[place]] = _constant(node, program, place)


@rules("RNN", "UNIDIRECTIONAL_SEQUENCE_RNN", states=(4,), prepare=_prepare_rnn)
def _rnn(
    x: Array,
    weights: Array,
    recurrent: Array,
    bias: Array,
    state: Array,
    *,
    fused_activation_function: int = 0,
    time_major: bool = False,
    asymmetric_quantize_inputs: bool = False,
    _: Any,
) -> ndarray:
    def step(row: ndarray, h: ndarray) -> tuple[ndarray, ndarray]:
        y = npx.fully_connected(row, weights, bias, flatten=False)
        y = y + npx.fully_connected(h, recurrent, None, flatten=False)
        y = activated(y, fused_activation_function)
        return y, y

    if _.node.operator == "RNN":
        y, new = step(x, state)
        state[...] = new
        return y
    y, new = npx.foreach(step, x if time_major else x.swapaxes(0, 1), state.copy())
    state[...] = new
    return y if time_major else y.swapaxes(0, 1)


# ---- SVDF ---------------------------------------------------------------------------------------


def _prepare_svdf(node: Node, program: Program) -> None:
    if node.notes.inputs[0].dtype == "float32":
        for place in (1, 2):
            program.constants[node.inputs[place]] = _constant(node, program, place)


@rules("SVDF", states=(4,), prepare=_prepare_svdf, check=check_layer)
def _svdf(
    x: Array,
    features: Array,
    times: Array,
    bias: Array = None,
    state: Array = None,
    *,
    rank: int = 1,
    fused_activation_function: int = 0,
    asymmetric_quantize_inputs: bool = False,
    _: Any,
) -> ndarray:
    """A dense layer whose last results each filter keeps and weighs."""
    filters, memory = times.shape
    batch = x.shape[0]
    inputs, output = ends(_)
    is_integer = is_int8(_)
    if is_integer:
        new = npx.quantized_fully_connected(x, features, None, zero_point=inputs[0].zero)
        scale = numpy.float64(inputs[0].step) * inputs[1].step / inputs[4].step
        new = limited(scaled(new, *factors(scale))).astype(state.dtype)
    else:
        new = npx.fully_connected(x, features, None)
    kept = state.reshape((batch, filters, memory))[:, :, 1:]
    kept = np.concatenate([kept, new.reshape((batch, filters, 1))], -1)
    state[...] = kept.reshape(state.shape)
    wide = "int32" if is_integer else "float32"
    found = np.sum(kept.astype(wide) * times.astype(wide), axis=-1)
    found = np.sum(found.reshape((batch, filters // rank, rank)), axis=-1).astype(wide)
    found = found if bias is None else found + bias
    if not is_integer:
        return activated(found, fused_activation_function)
    # TensorFlow Lite demands ReLU of an int8 layer, and does not apply it.
    scale = numpy.float64(inputs[4].step) * inputs[2].step / output.step
    return np.clip(scaled(found, *factors(scale)) + output.zero, -128, 127).astype("int8")
