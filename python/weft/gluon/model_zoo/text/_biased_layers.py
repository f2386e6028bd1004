"""The layers that Whisper, BART and their kin share, with biases and layer norms, and their names
in files of Hugging Face."""

from typing import Any

import numpy

from weft import init, np
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon.model_zoo.text._attention import Attention, Layer, Stack
from weft.gluon.nn.attention import feed_forward
from weft.gluon.parameter import Parameter

_LAYER = "{part:encoder|decoder}.layers.{i}"
_HERE = "{part}.layers.{i}"
NAMES = {
    f"{_LAYER}.self_attn.q_proj": f"{_HERE}.attention.query",
    f"{_LAYER}.self_attn.k_proj": f"{_HERE}.attention.key",
    f"{_LAYER}.self_attn.v_proj": f"{_HERE}.attention.value",
    f"{_LAYER}.self_attn.out_proj": f"{_HERE}.attention.output",
    f"{_LAYER}.self_attn_layer_norm": f"{_HERE}.norms.0",
    f"{_LAYER}.encoder_attn.q_proj": f"{_HERE}.memory_attention.query",
    f"{_LAYER}.encoder_attn.k_proj": f"{_HERE}.memory_attention.key",
    f"{_LAYER}.encoder_attn.v_proj": f"{_HERE}.memory_attention.value",
    f"{_LAYER}.encoder_attn.out_proj": f"{_HERE}.memory_attention.output",
    f"{_LAYER}.encoder_attn_layer_norm": f"{_HERE}.norms.1",
    f"{_LAYER}.fc1": f"{_HERE}.ffn.0",
    f"{_LAYER}.fc2": f"{_HERE}.ffn.3",
    "encoder.layers.{i}.final_layer_norm": "encoder.layers.{i}.norms.1",
    "decoder.layers.{i}.final_layer_norm": "decoder.layers.{i}.norms.2",
    "{part:encoder|decoder}.layer_norm": "{part}.norm",
    "{part:encoder|decoder}.embed_positions.weight": "{part}_positions",
}


def stack(
    num_layers: int,
    units: int,
    hidden_size: int,
    num_heads: int,
    *,
    has_memory: bool,
    activation: str = "gelu",
    pre_norm: bool = True,
    key_bias: bool = True,
    dropout: float = 0.0,
    attention_dropout: float = 0.0,
    activation_dropout: float = 0.0,
) -> Stack:
    """Layers of an encoder, or of a decoder that has a memory."""

    def attention() -> Attention:
        return Attention(units, num_heads, key_bias=key_bias, dropout=attention_dropout)

    layers = [
        Layer(
            attention(),
            feed_forward(units, hidden_size, activation, dropout=activation_dropout),
            [nn.LayerNorm(in_channels=units) for _ in range(3 if has_memory else 2)],
            memory_attention=attention() if has_memory else None,
            dropout=dropout,
            pre_norm=pre_norm,
        )
        for _ in range(num_layers)
    ]
    return Stack(layers, nn.LayerNorm(in_channels=units) if pre_norm else None)


def rows_from(table: Any, steps: Any, first: Any) -> Any:
    """Rows of a table of positions, (steps, U); first: the first one, 0 if None."""
    if first is None:
        return table[:steps]
    return np.take(table, first + np.arange(steps), axis=0, mode="clip")


class _Sinusoids(init.Initializer):
    """Sines of each position at falling frequencies, then their cosines.

    slowest: the period of the last frequency, over 2π; whole: does the last one reach it?
    """

    def __init__(self, whole: bool) -> None:
        self.whole = whole

    def fill(self, name: str, array: ndarray) -> None:
        length, units = array.shape
        half = -(-units // 2)
        exponents = numpy.arange(half) / (max(half - 1, 1) if self.whole else units / 2)
        angles = numpy.arange(length)[:, None] * 10000.0**-exponents
        rows = numpy.concatenate([numpy.sin(angles), numpy.cos(angles[:, : units // 2])], 1)
        array[...] = np.array(rows.astype("float32"))


def sinusoids(name: str, length: int, units: int, *, whole: bool) -> Parameter:
    """Positions that are not trained. Frequencies fall from 1 to 1 / 10000: exactly (`whole`), as
    Whisper has them, or but for a last step, as Marian has them."""
    return Parameter(name, shape=(length, units), init=_Sinusoids(whole), differentiable=False)


def learned(name: str, length: int, units: int) -> Parameter:
    """Positions that are trained."""
    return Parameter(name, shape=(length, units))


__all__ = ["NAMES", "learned", "rows_from", "sinusoids", "stack"]
__dir__ = __all__.copy
