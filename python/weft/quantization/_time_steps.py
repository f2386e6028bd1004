"""Recurrent layers in float32 that round where the integer kernels round: products read states of
int8 at every step, and arguments of gates saturate. What has 16 bits is taken as it is."""

from typing import Any

from weft import np, npx
from weft.quantization._fake_quantize import (
    FakeScale,
    fake_quantize,
    fake_quantize_weight,
    straight_through,
)

MOST_ARGUMENT = 8.0  # of a gate, and of its summands: 16 bits of 2^-12
MOST_CELL = 16.0  # 16 bits of 2^-11


def recurrent_steps(
    operator: str, x: Any, weights: list[Any], scales: tuple[FakeScale, FakeScale], *, reverse: bool
) -> Any:
    """Hidden states after all steps, from states of 0.

    operator: gru or lstm; x: (T, N, C), rounded; weights: of data and of hidden states, then their
    biases; scales: of x and of hidden states
    """
    (w, v), (b, c) = weights[:2], weights[2:]
    w, c_steps = _rounded(w, b, scales[0])
    v, v_steps = _rounded(v, c, scales[1])
    b, c = _rounded_bias(b, c_steps), _rounded_bias(c, v_steps)
    arguments = _saturated(npx.fully_connected(x, w, b, flatten=False))
    zeros = np.zeros((x.shape[1], v.shape[1]))
    step = _lstm_step if operator == "lstm" else _gru_step

    def body(argument: Any, states: tuple[Any, Any]) -> tuple[Any, tuple[Any, Any]]:
        last, kept = states
        of_hidden = _saturated(npx.fully_connected(last, v, c))
        h, kept = step(argument, of_hidden, kept)
        given = fake_quantize(h, scales[1])
        return given, (given, kept)

    if reverse:
        arguments = np.flip(arguments, 0)
    y, _ = npx.foreach(body, arguments, (zeros, zeros))
    return np.flip(y, 0) if reverse else y


def _rounded(weight: Any, bias: Any, scale: FakeScale) -> tuple[Any, Any]:
    """The weight, and what a step of its sums stands for."""
    found, steps = fake_quantize_weight(weight, bias, scale.step)
    return found, steps * scale.step


def _rounded_bias(bias: Any, steps: Any) -> Any:
    return straight_through(bias, np.rint(npx.stop_gradient(bias) / steps) * steps)


def _saturated(argument: Any) -> Any:
    return np.clip(argument, -MOST_ARGUMENT, MOST_ARGUMENT)


def _lstm_step(of_data: Any, of_hidden: Any, cell: Any) -> tuple[Any, Any]:
    i, f, g, o = np.split(_saturated(of_data + of_hidden), 4, axis=1)
    kept = npx.sigmoid(f) * cell + npx.sigmoid(i) * np.tanh(g)
    cell = np.clip(kept, -MOST_CELL, MOST_CELL)
    return npx.sigmoid(o) * np.tanh(cell), cell


def _gru_step(of_data: Any, of_hidden: Any, h: Any) -> tuple[Any, Any]:
    (r, z, n), (u, s, m) = np.split(of_data, 3, axis=1), np.split(of_hidden, 3, axis=1)
    reset, update = npx.sigmoid(_saturated(r + u)), npx.sigmoid(_saturated(z + s))
    new = np.tanh(_saturated(n + reset * m))
    h = new + update * (h - new)
    return h, h
