"""What the transformers for images are made of, and how they read a config.json of Hugging Face."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from weft import autograd, init, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._base.options import require
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter

Head = TypeVar("Head")

# By the names that Hugging Face gives them; what `nn.Activation` knows has the same name there.
_ACTIVATIONS: dict[str, Callable[[], HybridBlock]] = {
    **{name: lambda name=name: nn.Activation(name) for name in ("relu", "silu", "tanh", "sigmoid")},
    "swish": nn.SiLU,
    "gelu": nn.GELU,
    "gelu_new": lambda: nn.GELU("tanh"),
    "gelu_pytorch_tanh": lambda: nn.GELU("tanh"),
    "quick_gelu": lambda: nn.Swish(1.702),
}


def activation_layer(network: str, option: str, name: str) -> HybridBlock:
    """The activation of that name; `network` and `option` are for the message."""
    if name not in _ACTIVATIONS:
        raise Unsupported(
            f"{network}: `{option}` must be one of {', '.join(_ACTIVATIONS)}; got {name!r}"
        )
    return _ACTIVATIONS[name]()


class StochasticDepth(HybridBlock):
    """Sets whole samples to 0 with probability `rate` and scales the others by 1 / (1 - rate), in
    train mode only: a branch beside a shortcut is left out (Huang et al. 2016)."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        require(0 <= rate < 1, "StochasticDepth", "rate", "in [0, 1)", rate)
        self.rate = rate

    def forward(self, x: Any) -> Any:
        if not autograd.is_training() or self.rate == 0:
            return x
        return npx.dropout(x, p=self.rate, axes=tuple(range(1, x.ndim)))

    def describe(self) -> str:
        return str(self.rate)


class Scale(HybridBlock):
    """Each channel, the last axis, times a number that is trained."""

    def __init__(self, channels: int, initial: float) -> None:
        super().__init__()
        self.gamma = Parameter("gamma", shape=(channels,), init=init.Constant(initial))

    def forward(self, x: Any) -> Any:
        return x * self.gamma.data()


def feed_forward(
    units: int, hidden_size: int, activation: HybridBlock, dropout: float
) -> nn.HybridSequential:
    """Two dense layers, (..., U) to (..., U): their names are `0` and `3`."""
    return nn.HybridSequential(
        nn.Dense(hidden_size, flatten=False, in_units=units),
        activation,
        nn.Dropout(dropout),
        nn.Dense(units, flatten=False, in_units=hidden_size),
    )


class _GatedFeedForward(HybridBlock):
    """silu(gate(x)) up(x), through a third dense layer: (..., U) to (..., U)."""

    def __init__(self, units: int, hidden_size: int) -> None:
        super().__init__()
        self.gate = nn.Dense(hidden_size, flatten=False, in_units=units)
        self.up = nn.Dense(hidden_size, flatten=False, in_units=units)
        self.down = nn.Dense(units, flatten=False, in_units=hidden_size)

    def forward(self, x: Any) -> Any:
        return self.down(npx.silu(self.gate(x)) * self.up(x))


class EncoderLayer(HybridBlock):
    """Attention, then dense layers; each after a norm and beside a shortcut: (N, T, U) to the same.

    Options as of `ViT`; causal: tokens attend to none behind them; network: for messages
    """

    def __init__(
        self,
        units: int,
        hidden_size: int,
        num_heads: int,
        *,
        network: str,
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
        self.attention = nn.MultiHeadAttention(units, num_heads, dropout=attention_dropout)
        if not qkv_bias:  # but the output has one
            for part in ("query", "key", "value"):
                setattr(self.attention, part, nn.Dense(units, flatten=False, use_bias=False))
        self.causal = causal
        inner = dropout if ffn_dropout is None else ffn_dropout
        between = activation_layer(network, "activation", activation)
        self.ffn = (
            _GatedFeedForward(units, hidden_size)
            if gated
            else feed_forward(units, hidden_size, between, inner)
        )
        self.dropout = nn.Dropout(dropout)
        self.depth = StochasticDepth(stochastic_depth)
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


# ---- config.json ---------------------------------------------------------------------------------


def only(network: str, config: Mapping[str, Any], key: str, *supported: Any) -> None:
    """Raises NotImplementedError where the config has another value than these."""
    if key in config and config[key] not in supported:
        raise Unsupported(
            f"{network}: `{key}` of the config must be {' or '.join(map(repr, supported))}; "
            f"got {config[key]!r}"
        )


def head_of(network: str, config: Mapping[str, Any], heads: Mapping[str, Head]) -> Head:
    """What `heads` has for the class that the config names, the first of them if it names none."""
    name = (config.get("architectures") or [next(iter(heads))])[0]
    if name not in heads:
        raise Unsupported(
            f"{network}: `architectures` of the config must be one of {', '.join(heads)}; "
            f"got {name!r}"
        )
    return heads[name]


def classes_of(config: Mapping[str, Any]) -> int:
    """How many labels the config has; two where it tells none, as in Hugging Face."""
    labels = config.get("id2label")
    return config.get("num_labels") or (2 if labels is None else len(labels))
