"""Attention and recurrent networks."""

import math
from typing import Any

from weft import autograd, np, npx
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.gluon.rnn._projected import projected_lstm
from weft.torch._rules._table import aten
from weft.torch._rules.create import dropped


@aten("scaled_dot_product_attention")
def _attention(
    query: Array,
    key: Array,
    value: Array,
    attn_mask: Array = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> ndarray:
    if dropout_p and autograd.is_training():
        return _dropped_attention(
            query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        )
    return npx.scaled_dot_product_attention(
        query, key, value, attn_mask, scale, is_causal, enable_gqa
    )


def _dropped_attention(
    query: ndarray,
    key: ndarray,
    value: ndarray,
    mask: Any,
    p: float,
    is_causal: bool,
    scale: float | None,
    is_grouped: bool,
) -> ndarray:
    """Attention that drops shares, written out."""
    if is_grouped:
        times = query.shape[-3] // key.shape[-3]
        key, value = np.repeat(key, times, -3), np.repeat(value, times, -3)
    factor = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = np.matmul(query * factor, np.swapaxes(key, -1, -2))
    if is_causal:
        here = np.expand_dims(np.arange(scores.shape[-2]), 1)
        scores = np.where(np.arange(scores.shape[-1]) <= here, scores, -1e30)
    if mask is not None:
        is_bool = mask.dtype.kind == "b"
        scores = np.where(mask, scores, -1e30) if is_bool else scores + mask
    return np.matmul(dropped(npx.softmax(scores, axis=-1), p), value)


# ---- recurrent networks -------------------------------------------------------------------------


class _Layers:
    """The weights of a recurrent network, by layer and direction."""

    def __init__(
        self, params: list[ndarray], has_biases: bool, directions: int, is_projected: bool = False
    ) -> None:
        self.has_biases, self.is_projected = has_biases, is_projected
        self.each = (4 if has_biases else 2) + is_projected
        self.params, self.directions = params, directions

    def of(self, layer: int, direction: int) -> list[ndarray]:
        """The two weights and the two biases of a direction, and its projection if it has one."""
        start = (layer * self.directions + direction) * self.each
        found = self.params[start : start + self.each]
        if not self.has_biases:
            zeros = np.zeros((found[0].shape[0],), dtype=found[0].dtype)
            found[2:2] = [zeros, zeros]
        return found


def _recurrent(
    run: Any,
    input: ndarray,
    states: list[ndarray],
    params: list[ndarray],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[ndarray, ...]:
    """All layers of a network over a batch of sequences: the outputs, and the last states."""
    is_single = input.ndim == 2
    x = np.expand_dims(input, 1) if is_single else input
    states = [np.expand_dims(s, 1) for s in states] if is_single else states
    x = np.swapaxes(x, 0, 1) if batch_first and not is_single else x
    directions = 2 if bidirectional else 1
    layers = _Layers(params, has_biases, directions, run is projected_lstm)
    last: list[list[ndarray]] = [[] for _ in states]
    for layer in range(num_layers):
        if layer and dropout:
            x = dropped(x, dropout)
        outputs = []
        for direction in range(directions):
            place = layer * directions + direction
            first = [state[place] for state in states]
            out, *ends = run(x, *first, *layers.of(layer, direction), reverse=direction == 1)
            outputs.append(out)
            for kept, end in zip(last, ends, strict=True):
                kept.append(end)
        x = outputs[0] if directions == 1 else np.concatenate(outputs, -1)
    found = [np.stack(kept) for kept in last]
    if is_single:
        return x.squeeze(1), *(state.squeeze(1) for state in found)
    return (np.swapaxes(x, 0, 1) if batch_first else x), *found


@aten("lstm")
def _lstm(
    input: Array,
    hx: list[Array],
    params: list[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[ndarray, ...]:
    rest = (params, has_biases, num_layers, dropout, bidirectional, batch_first)
    is_projected = hx[0].shape[-1] != hx[1].shape[-1]
    return _recurrent(projected_lstm if is_projected else npx.lstm, input, hx, *rest)


@aten("gru")
def _gru(
    input: Array,
    hx: Array,
    params: list[Array],
    has_biases: bool,
    num_layers: int,
    dropout: float,
    train: bool,
    bidirectional: bool,
    batch_first: bool,
) -> tuple[ndarray, ...]:
    rest = (params, has_biases, num_layers, dropout, bidirectional, batch_first)
    return _recurrent(npx.gru, input, [hx], *rest)


def _plain(name: str, activation: str) -> None:
    def run(*args: Any, reverse: bool) -> Any:
        return npx.rnn(*args, reverse=reverse, activation=activation)

    @aten(name)
    def rule(
        input: Array,
        hx: Array,
        params: list[Array],
        has_biases: bool,
        num_layers: int,
        dropout: float,
        train: bool,
        bidirectional: bool,
        batch_first: bool,
    ) -> tuple[ndarray, ...]:
        rest = (params, has_biases, num_layers, dropout, bidirectional, batch_first)
        return _recurrent(run, input, [hx], *rest)


_plain("rnn_tanh", "tanh")
_plain("rnn_relu", "relu")


@aten("lstm_cell")
def _lstm_cell(
    input: Array,
    hx: list[Array],
    w_ih: Array,
    w_hh: Array,
    b_ih: Array = None,
    b_hh: Array = None,
) -> tuple[ndarray, ndarray]:
    weights = _Layers([w for w in (w_ih, w_hh, b_ih, b_hh) if w is not None], b_ih is not None, 1)
    _, h, c = npx.lstm(np.expand_dims(input, 0), *hx, *weights.of(0, 0))
    return h, c


@aten("gru_cell")
def _gru_cell(
    input: Array, hx: Array, w_ih: Array, w_hh: Array, b_ih: Array = None, b_hh: Array = None
) -> ndarray:
    weights = _Layers([w for w in (w_ih, w_hh, b_ih, b_hh) if w is not None], b_ih is not None, 1)
    return npx.gru(np.expand_dims(input, 0), hx, *weights.of(0, 0))[1]
