"""What the transformers for images are made of."""

from collections.abc import Sequence
from typing import Any

from weft import init
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._layers import GatedFeedForward
from weft.gluon.nn.attention import feed_forward
from weft.gluon.parameter import Parameter


class Scale(HybridBlock):
    """Each channel, the last axis, times a number that is trained."""

    def __init__(self, channels: int, initial: float) -> None:
        super().__init__()
        self.gamma = Parameter("gamma", shape=(channels,), init=init.Constant(initial))

    def forward(self, x: Any) -> Any:
        return x * self.gamma.data()


class EncoderLayer(HybridBlock):
    """Attention, then dense layers; each after a norm and beside a shortcut: (N, T, U) to the same.

    Options as of `ViT`; causal: tokens attend to none behind them
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        num_heads: int,
        *,
        activation: str,
        layer_norm_eps: float,
        dropout: float = 0.0,
        ffn_dropout: float | None = None,
        attention_dropout: float = 0.0,
        stochastic_depth: float = 0.0,
        qkv_bias: bool = True,
        layer_scale: float | None = None,
        gated: bool = False,
        causal: bool = False,
    ) -> None:
        super().__init__()
        self.norms = nn.HybridSequential(
            *(nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units) for _ in range(2))
        )
        self.attention = nn.MultiHeadAttention(
            units, num_heads, qkv_bias=qkv_bias, dropout=attention_dropout, in_units=units
        )
        self.causal = causal
        inner = dropout if ffn_dropout is None else ffn_dropout
        self.ffn = (
            GatedFeedForward(units, hidden_size)
            if gated
            else feed_forward(units, hidden_size, activation, dropout=inner)
        )
        self.dropout = nn.Dropout(dropout)
        self.depth = nn.StochasticDepth(stochastic_depth)
        self.scales = nn.HybridSequential(
            *(nn.Identity() if layer_scale is None else Scale(units, layer_scale) for _ in range(2))
        )

    def forward(self, x: Any) -> Any:
        parts = (self._attend, self.ffn)
        for norm, part, scale in zip(self.norms, parts, self.scales, strict=True):
            x = x + self.depth(scale(self.dropout(part(norm(x)))))
        return x

    def _attend(self, x: Any) -> Any:
        return self.attention(x, causal=self.causal)


def pair(network: str, option: str, value: int | Sequence[int]) -> tuple[int, int]:
    """Height and width, from both or from one for both."""
    both = (value, value) if isinstance(value, int) else tuple(value)
    if len(both) != 2 or min(both) < 1:
        raise InvalidValue(
            f"{network}: `{option}` must be a number above 0, or two: height and width; got {value}"
        )
    return both[0], both[1]


__all__ = ["EncoderLayer", "pair"]
__dir__ = __all__.copy
