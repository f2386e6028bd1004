"""Recurrent networks: `RNN`, all layers and directions with one flat vector of parameters.

The vector has all weights first, layer by layer, in each the way forward and the way back, of each
i2h, h2h, and h2r where outputs are projected; then all biases in the same order. T steps, N
sequences, H hidden elements.
"""

import math
from collections.abc import Iterator
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.gluon.rnn._projected import projected_lstm
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted

GATES = {"rnn_tanh": 1, "rnn_relu": 1, "lstm": 4, "gru": 3}


def shapes_of(
    mode: str,
    features: int,
    hidden: int,
    layers: int,
    directions: int,
    projection: int | None = None,
) -> Iterator[tuple[int, ...]]:
    """The shapes of the parameters in the order of the vector."""
    rows, outputs = GATES[mode] * hidden, projection or hidden
    for layer in range(layers):
        width = features if layer == 0 else outputs * directions
        for _ in range(directions):
            yield rows, width
            yield rows, outputs
            if projection:
                yield projection, hidden
    for _ in range(2 * layers * directions):
        yield (rows,)


def features_of(
    mode: str,
    size: int,
    hidden: int,
    layers: int,
    directions: int,
    projection: int | None = None,
) -> int:
    """The elements of an input, which follow from the size of the vector. Raises ValueError for a
    size that fits none."""
    rest = sum(map(math.prod, shapes_of(mode, 0, hidden, layers, directions, projection)))
    features, left = divmod(size - rest, GATES[mode] * hidden * directions)
    if features < 1 or left:
        raise InvalidValue(f"rnn: `parameters` has {size} elements, which fit no input of {mode!r}")
    return features


def _parts(parameters: ndarray, shapes: list[tuple[int, ...]]) -> list[ndarray]:
    """The vector cut into arrays of these shapes."""
    sizes = [math.prod(shape) for shape in shapes]
    if sum(sizes) != parameters.size:
        raise InvalidValue(
            f"`parameters` must have {sum(sizes)} elements for these sizes; got {parameters.size}"
        )
    found, begin = [], 0
    for shape, size in zip(shapes, sizes, strict=True):
        found.append(parameters[begin : begin + size].reshape(shape))
        begin += size
    return found


@rules("_rnn_param_concat")
def _rnn_param_concat(*data: Array, dim: int = 0) -> ndarray:
    return np.concatenate([part.reshape((-1,)) for part in data], axis=0)


@rules("RNN", "_npx_rnn")
def _rnn(
    data: Array,
    parameters: Array,
    state: Array = None,
    state_cell: Array = None,
    sequence_length: Array = None,
    *,
    state_size: int,
    num_layers: int,
    mode: str,
    bidirectional: Any = False,
    p: float = 0.0,
    state_outputs: Any = False,
    projection_size: Any = None,
    lstm_state_clip_min: Any = None,
    lstm_state_clip_max: Any = None,
    lstm_state_clip_nan: Any = False,
    use_sequence_length: Any = False,
) -> Any:
    if mode not in GATES:
        raise InvalidValue(f"`mode` must be one of {', '.join(GATES)}; got {mode!r}")
    clip = _bounds(mode, lstm_state_clip_min, lstm_state_clip_max)
    projection = int(projection_size) if projection_size else None
    if projection and mode != "lstm":
        raise InvalidValue(f"`projection_size` needs the mode 'lstm'; got {mode!r}")
    if mode != "lstm" and flag(use_sequence_length):
        state_cell, sequence_length = None, state_cell  # the fourth input is the last one
    layers, directions, hidden = int(num_layers), 1 + flag(bidirectional), int(state_size)
    shapes = list(shapes_of(mode, data.shape[2], hidden, layers, directions, projection))
    weights = _parts(parameters.reshape((-1,)), shapes)
    sizes = {"state": projection or hidden} | ({"state_cell": hidden} if mode == "lstm" else {})
    states = []
    for first, size in zip((state, state_cell), sizes.values(), strict=False):
        whole = (layers * directions, data.shape[1], size)
        is_left_out = first is None
        states.append(np.zeros(whole, data.dtype) if is_left_out else np.broadcast_to(first, whole))
    lengths = sequence_length if flag(use_sequence_length) else None
    kind = "projected" if projection else "clipped" if clip else mode
    out, last = _layers(data, states, weights, kind, layers, directions, float(p), lengths, clip)
    return (out, *last) if flag(state_outputs) else out


def _bounds(mode: str, least: Any, most: Any) -> tuple[float, float] | None:
    """The bounds of the cells of an LSTM; None where they have none."""
    if least is None and most is None:
        return None
    if least is None or most is None or mode != "lstm":
        raise InvalidValue(
            "`lstm_state_clip_min` and `lstm_state_clip_max` must be given together, with the mode "
            f"'lstm'; got {least}, {most} and {mode!r}"
        )
    return float(least), float(most)


def _layers(
    x: ndarray,
    states: list[ndarray],
    weights: list[ndarray],
    mode: str,
    layers: int,
    directions: int,
    p: float,
    lengths: Any,
    clip: tuple[float, float] | None,
) -> tuple[ndarray, list[ndarray]]:
    """The outputs of the last layer, and the last states of all of them."""
    operator, options = {
        "lstm": (npx.lstm, {}),
        "clipped": (projected_lstm, {"clip": clip}),
        "projected": (projected_lstm, {"clip": clip}),
        "gru": (npx.gru, {}),
        "rnn_tanh": (npx.rnn, {"activation": "tanh"}),
        "rnn_relu": (npx.rnn, {"activation": "relu"}),
    }[mode]
    matrices = 3 if mode == "projected" else 2  # of one layer in one direction
    biases = matrices * layers * directions
    last: list[list[ndarray]] = [[] for _ in states]
    for layer in range(layers):
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            i2h, h2h, *h2r = weights[matrices * place : matrices * (place + 1)]
            vectors = weights[biases + 2 * place : biases + 2 * place + 2]
            found = operator(
                x,
                *(state[place] for state in states),
                i2h,
                h2h,
                *vectors,
                *h2r,
                sequence_length=lengths,
                reverse=direction == 1,
                **options,
            )
            outputs.append(found[0])
            for kept, state in zip(last, found[1:], strict=True):
                kept.append(state)
        x = outputs[0] if directions == 1 else np.concatenate(outputs, axis=2)
        if p > 0 and layer + 1 < layers and autograd.is_training():
            x = npx.dropout(x, p)
    return x, [np.stack(part) for part in last]


def _result_count(given: Any) -> int:
    if not flag(given.get("state_outputs", False)):
        return 1
    return 3 if given.get("mode") == "lstm" else 2


counted(("RNN", "_npx_rnn"), _result_count)
