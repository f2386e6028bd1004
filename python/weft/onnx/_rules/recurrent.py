"""Recurrent networks: RNN, LSTM and GRU, one layer in one direction or both.

The plain forms are `npx.rnn`, `npx.lstm` and `npx.gru`, whose gates have another order. What these
lack (other activations, clipping, peepholes, a reset before the product) is a `npx.foreach` over
the steps. T steps, N sequences, D directions, H hidden elements.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.onnx._rules._table import RULES as rules

Function = Callable[[ndarray], ndarray]
States = list[ndarray]

# ---- activations --------------------------------------------------------------------------------

# Each with the defaults of `alpha` and `beta`, as far as it takes them.
_ACTIVATIONS: dict[str, tuple[Callable[..., ndarray], tuple[float, ...]]] = {
    "relu": (npx.relu, ()),
    "tanh": (np.tanh, ()),
    "sigmoid": (npx.sigmoid, ()),
    "softsign": (npx.softsign, ()),
    "softplus": (npx.softplus, ()),
    "affine": (lambda x, alpha, beta: x * alpha + beta, (1.0, 0.0)),
    "leakyrelu": (npx.leaky_relu, (0.01,)),
    "thresholdedrelu": (lambda x, alpha: np.where(x >= alpha, x, 0), (1.0,)),
    "scaledtanh": (lambda x, alpha, beta: np.tanh(x * beta) * alpha, (1.0, 1.0)),
    "hardsigmoid": (lambda x, alpha, beta: np.clip(x * alpha + beta, 0, 1), (0.2, 0.5)),
    "elu": (lambda x, alpha: np.where(x >= 0, x, np.expm1(np.minimum(x, 0)) * alpha), (1.0,)),
}


@dataclass
class Activations:
    """The functions of one direction, and their names; `bound` clips what they get."""

    names: tuple[str, ...]
    functions: tuple[Function, ...]
    bound: float | None

    def is_plain(self, *names: str) -> bool:
        """Are they these, without clipping?"""
        return self.names == names and self.bound is None

    def __call__(self, number: int, x: ndarray) -> ndarray:
        if self.bound is not None:
            x = np.clip(x, -self.bound, self.bound)
        return self.functions[number](x)


def _activations(
    names: Sequence[str] | None,
    alphas: Sequence[float] | None,
    betas: Sequence[float] | None,
    clip: float | None,
    default: tuple[str, ...],
    directions: int,
) -> list[Activations]:
    """Of each direction. Functions take `alpha` and `beta` from the lists, in their order."""
    listed = [name.lower() for name in (names or default * directions)]
    each = len(default)
    if len(listed) not in (each, each * directions) and not (each == 1 and len(listed) == 2):
        raise InvalidValue(f"`activations` must name {each * directions} functions; got {names}")
    listed = (listed * directions)[: each * directions]
    left = list(alphas or ()), list(betas or ())
    functions = []
    for name in listed:
        if name not in _ACTIVATIONS:
            raise Unsupported(f"activation {name!r} is not known")
        function, defaults = _ACTIVATIONS[name]
        factors = [lst.pop(0) if lst else d for lst, d in zip(left, defaults, strict=False)]
        functions.append(partial(_applied, function, factors) if factors else function)
    return [
        Activations(tuple(listed[d : d + each]), tuple(functions[d : d + each]), clip)
        for d in range(0, each * directions, each)
    ]


def _applied(function: Callable[..., ndarray], factors: list[float], x: ndarray) -> ndarray:
    return function(x, *factors)


# ---- directions ---------------------------------------------------------------------------------


@dataclass
class Layer:
    """One direction: its data (T, N, C), weights, biases, first states (N, H), and its way."""

    x: ndarray
    w: ndarray
    r: ndarray
    wb: ndarray
    rb: ndarray
    states: States
    lengths: Any
    is_reverse: bool
    f: Activations

    def ordered(self, order: Sequence[int] | None) -> tuple[ndarray, ndarray, ndarray, ndarray]:
        """Weights and biases with their gates in another order."""
        given = self.w, self.r, self.wb, self.rb
        if order is None:
            return given
        h = self.r.shape[-1]
        found = [np.concatenate([a[h * g : h * (g + 1)] for g in order], 0) for a in given]
        return found[0], found[1], found[2], found[3]


_WAYS = {"forward": (False,), "reverse": (True,), "bidirectional": (False, True)}


def _layers(
    x: ndarray,
    weights: tuple[ndarray, ndarray, Any],
    lengths: Any,
    states: Sequence[Any],
    direction: str,
    layout: int,
    activations: Callable[[int], list[Activations]],
) -> list[Layer]:
    """The directions of a network; a state that is not given is zero, and so is a bias."""
    if direction not in _WAYS:
        raise InvalidValue(f"`direction` must be one of {', '.join(_WAYS)}; got {direction!r}")
    w, r, b = weights
    ways = _WAYS[direction]
    if w.ndim != 3 or w.shape[0] != len(ways):
        raise InvalidValue(f"`W` must have {len(ways)} directions; got shape {w.shape}")
    x = np.swapaxes(x, 0, 1) if layout else x
    rows, hidden = r.shape[1], r.shape[2]
    found = []
    for d, (is_reverse, f) in enumerate(zip(ways, activations(len(ways)), strict=True)):
        biases = np.zeros(2 * rows, dtype=x.dtype) if b is None else b[d]
        first = [
            np.zeros((x.shape[1], hidden), dtype=x.dtype)
            if state is None
            else (state[:, d] if layout else state[d])
            for state in states
        ]
        wb, rb = biases[:rows], biases[rows:]
        found.append(Layer(x, w[d], r[d], wb, rb, first, lengths, is_reverse, f))
    return found


def _joined(results: list[tuple[ndarray, ...]], layout: int) -> tuple[ndarray, ...]:
    """All directions together: hidden states (T, D, N, H) and last states (D, N, H), or N first."""
    y, *last = [
        np.stack(parts, 1 if number == 0 else 0)
        for number, parts in enumerate(zip(*results, strict=True))
    ]
    if not layout:
        return (y, *last)
    return (np.transpose(y, (2, 0, 1, 3)), *(np.swapaxes(state, 0, 1) for state in last))


def _steps(
    layer: Layer, sums: ndarray, step: Callable[[ndarray, States], States]
) -> tuple[ndarray, ...]:
    """The hidden states of all steps and the last states.

    sums: what the data give to the gates, (T, N, gates H)
    step: from a row of `sums` and the states to the new states, the hidden one first

    Sequences that are over keep their states, and their hidden states are zero.
    """
    lengths = layer.lengths
    if lengths is None:
        data: Any = sums
    else:
        data = [sums, np.arange(sums.shape[0], dtype="int64")]
    if layer.is_reverse:
        data = np.flip(data, 0) if lengths is None else [np.flip(part, 0) for part in data]

    def body(row: Any, states: States) -> tuple[ndarray, States]:
        if lengths is None:
            new = step(row, states)
            return new[0], new
        new = step(row[0], states)
        is_on = np.expand_dims(row[1] < lengths, 1)
        kept = [np.where(is_on, a, b) for a, b in zip(new, states, strict=True)]
        return np.where(is_on, new[0], 0), kept

    hiddens, last = npx.foreach(body, data, layer.states)
    return (np.flip(hiddens, 0) if layer.is_reverse else hiddens, *last)


# ---- the three networks -------------------------------------------------------------------------


def _rnn_of(layer: Layer) -> tuple[ndarray, ...]:
    if layer.f.names[0] in ("tanh", "relu") and layer.f.bound is None:
        return npx.rnn(
            layer.x,
            *layer.states,
            *layer.ordered(None),
            layer.lengths,
            reverse=layer.is_reverse,
            activation=layer.f.names[0],
        )
    turned = layer.r.T

    def step(sums: ndarray, states: States) -> States:
        return [layer.f(0, sums + np.matmul(states[0], turned))]

    return _steps(layer, np.matmul(layer.x, layer.w.T) + (layer.wb + layer.rb), step)


def _gru_of(layer: Layer, linear_before_reset: int) -> tuple[ndarray, ...]:
    if linear_before_reset and layer.f.is_plain("sigmoid", "tanh"):
        return npx.gru(
            layer.x,
            *layer.states,
            *layer.ordered((1, 0, 2)),  # reset, update, new; ONNX has update, reset, new
            layer.lengths,
            reverse=layer.is_reverse,
        )
    h = layer.r.shape[-1]
    turned, turned_new = layer.r[: 2 * h].T, layer.r[2 * h :].T
    bias, bias_new = layer.rb[: 2 * h], layer.rb[2 * h :]

    def step(sums: ndarray, states: States) -> States:
        (hidden,) = states
        gates = layer.f(0, sums[:, : 2 * h] + (np.matmul(hidden, turned) + bias))
        z, r = gates[:, :h], gates[:, h:]
        if linear_before_reset:
            product = r * (np.matmul(hidden, turned_new) + bias_new)
        else:
            product = np.matmul(r * hidden, turned_new) + bias_new
        new = layer.f(1, sums[:, 2 * h :] + product)
        return [(1 - z) * new + z * hidden]

    return _steps(layer, np.matmul(layer.x, layer.w.T) + layer.wb, step)


def _lstm_of(layer: Layer, peepholes: Any, input_forget: int) -> tuple[ndarray, ...]:
    is_plain = layer.f.is_plain("sigmoid", "tanh", "tanh")
    if is_plain and peepholes is None and not input_forget:
        return npx.lstm(
            layer.x,
            *layer.states,
            *layer.ordered((0, 2, 3, 1)),  # input, forget, new, output; ONNX has output second
            layer.lengths,
            reverse=layer.is_reverse,
        )
    h = layer.r.shape[-1]
    turned = layer.r.T
    parts = (None, None, None) if peepholes is None else _cut(peepholes, h)

    def seen(sums: ndarray, cell: ndarray, factor: Any) -> ndarray:
        """The sums of a gate that may look at the cell, too."""
        return sums if factor is None else sums + factor * cell

    def step(sums: ndarray, states: States) -> States:
        hidden, cell = states
        i, o, f, new = _cut(sums + np.matmul(hidden, turned), h)
        i = layer.f(0, seen(i, cell, parts[0]))
        f = 1 - i if input_forget else layer.f(0, seen(f, cell, parts[2]))
        cell = f * cell + i * layer.f(1, new)
        o = layer.f(0, seen(o, cell, parts[1]))
        # ONNX Runtime clips the sums of gates alone, not the cell, and files were made for it.
        return [o * layer.f.functions[2](cell), cell]

    return _steps(layer, np.matmul(layer.x, layer.w.T) + (layer.wb + layer.rb), step)


def _cut(x: ndarray, width: int) -> tuple[ndarray, ...]:
    """The last axis in parts of a width."""
    return tuple(x[..., start : start + width] for start in range(0, x.shape[-1], width))


@rules("RNN")
def _rnn(
    x: Array,
    w: Array,
    r: Array,
    b: Array = None,
    lengths: Array = None,
    initial_h: Array = None,
    *,
    activations: list[str] | None = None,
    activation_alpha: list[float] | None = None,
    activation_beta: list[float] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    output_sequence: int = 0,
) -> tuple[ndarray, ...]:
    f = partial(_activations, activations, activation_alpha, activation_beta, clip, ("tanh",))
    layers = _layers(x, (w, r, b), lengths, (initial_h,), direction, layout, f)
    return _joined(list(map(_rnn_of, layers)), layout)


@rules("GRU")
def _gru(
    x: Array,
    w: Array,
    r: Array,
    b: Array = None,
    lengths: Array = None,
    initial_h: Array = None,
    *,
    activations: list[str] | None = None,
    activation_alpha: list[float] | None = None,
    activation_beta: list[float] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    layout: int = 0,
    linear_before_reset: int = 0,
    output_sequence: int = 0,
) -> tuple[ndarray, ...]:
    default = ("sigmoid", "tanh")
    f = partial(_activations, activations, activation_alpha, activation_beta, clip, default)
    direction = "forward" if direction == "foward" else direction  # version 1 spells it so
    layers = _layers(x, (w, r, b), lengths, (initial_h,), direction, layout, f)
    return _joined([_gru_of(layer, linear_before_reset) for layer in layers], layout)


@rules("LSTM")
def _lstm(
    x: Array,
    w: Array,
    r: Array,
    b: Array = None,
    lengths: Array = None,
    initial_h: Array = None,
    initial_c: Array = None,
    p: Array = None,
    *,
    activations: list[str] | None = None,
    activation_alpha: list[float] | None = None,
    activation_beta: list[float] | None = None,
    clip: float | None = None,
    direction: str = "forward",
    hidden_size: int | None = None,
    input_forget: int = 0,
    layout: int = 0,
    output_sequence: int = 0,
) -> tuple[ndarray, ...]:
    default = ("sigmoid", "tanh", "tanh")
    f = partial(_activations, activations, activation_alpha, activation_beta, clip, default)
    layers = _layers(x, (w, r, b), lengths, (initial_h, initial_c), direction, layout, f)
    results = [
        _lstm_of(layer, None if p is None else p[d], input_forget) for d, layer in enumerate(layers)
    ]
    return _joined(results, layout)
