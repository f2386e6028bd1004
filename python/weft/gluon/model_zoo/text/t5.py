"""T5: Raffel et al., "Exploring the Limits of Transfer Learning with a Unified Text-to-Text
Transformer", 2020; version 1.1 (also Flan-T5, mT5) after Shazeer, "GLU Variants Improve
Transformer", 2020.

Positions are known from their distance alone: each head adds a learned number for it to the scores,
the same one in all layers. Scores have no other scale: the initial weights make up for it.
"""

from collections.abc import Mapping
from typing import Any

from weft import np
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon._loaded import Loaded
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import ACTIVATIONS, Config
from weft.gluon.model_zoo._layers import GatedFeedForward
from weft.gluon.model_zoo.text._attention import Attention, Layer, Stack
from weft.gluon.model_zoo.text._encoder_decoder import EncoderDecoder, Tokens
from weft.gluon.model_zoo.text._relative_positions import RelativePositions
from weft.gluon.nn.attention import feed_forward
from weft.gluon.published import Names

_BLOCK = "{part:encoder|decoder}.block.{i}.layer"
_LAYER = "{part}.layers.{i}"
_NAMES = {
    "shared": "embed",
    "{part:encoder|decoder}.embed_tokens": "embed",
    "{part:encoder|decoder}.final_layer_norm": "{part}.norm",
    "{part:encoder|decoder}.block.0.layer.0.SelfAttention.relative_attention_bias": (
        "{part}.positions"
    ),
    f"{_BLOCK}.{{j}}.layer_norm": f"{_LAYER}.norms.{{j}}",
    f"{_BLOCK}.0.SelfAttention.q": f"{_LAYER}.attention.query",
    f"{_BLOCK}.0.SelfAttention.k": f"{_LAYER}.attention.key",
    f"{_BLOCK}.0.SelfAttention.v": f"{_LAYER}.attention.value",
    f"{_BLOCK}.0.SelfAttention.o": f"{_LAYER}.attention.output",
    f"{_BLOCK}.1.EncDecAttention.q": f"{_LAYER}.memory_attention.query",
    f"{_BLOCK}.1.EncDecAttention.k": f"{_LAYER}.memory_attention.key",
    f"{_BLOCK}.1.EncDecAttention.v": f"{_LAYER}.memory_attention.value",
    f"{_BLOCK}.1.EncDecAttention.o": f"{_LAYER}.memory_attention.output",
    f"{_BLOCK}.{{j}}.DenseReluDense.wi": f"{_LAYER}.ffn.0",
    f"{_BLOCK}.{{j}}.DenseReluDense.wi_0": f"{_LAYER}.ffn.gate",
    f"{_BLOCK}.{{j}}.DenseReluDense.wi_1": f"{_LAYER}.ffn.up",
    # The last of the layers, `down` where they are gated.
    f"{_BLOCK}.{{j}}.DenseReluDense.wo": f"{_LAYER}.ffn.3",
}
# Old files have a table of distances between tokens and memory, which nothing reads.
_UNUSED = ("decoder.block.0.layer.1.EncDecAttention.relative_attention_bias",)


def _stack(
    num_layers: int,
    is_decoder: bool,
    units: int,
    hidden_size: int,
    num_heads: int,
    head_units: int,
    num_buckets: int,
    max_distance: int,
    activation: str,
    gated: bool,
    dropout: float,
    epsilon: float,
) -> Stack:
    def attention() -> Attention:
        sizes: dict[str, Any] = {"head_units": head_units, "use_bias": False, "scale": 1.0}
        return Attention(units, num_heads, dropout=dropout, **sizes)

    def norm() -> nn.RMSNorm:
        return nn.RMSNorm(epsilon=epsilon, in_channels=units)

    def ffn() -> HybridBlock:
        options: dict[str, Any] = {"use_bias": False, "dropout": dropout}
        if gated:
            return GatedFeedForward(units, hidden_size, activation, **options)
        return feed_forward(units, hidden_size, activation, **options)

    layers = [
        Layer(
            attention(),
            ffn(),
            [norm() for _ in range(3 if is_decoder else 2)],
            memory_attention=attention() if is_decoder else None,
            dropout=dropout,
        )
        for _ in range(num_layers)
    ]
    positions = RelativePositions(num_heads, num_buckets, max_distance, not is_decoder)
    return Stack(layers, norm(), positions)


class _Named:
    """The names that files of Hugging Face have; mixed into T5 and T5Encoder."""

    gated: bool

    def _names(self, more: Mapping[str, str], unused: tuple[str, ...]) -> tuple[Names, ...]:
        down = {f"{_BLOCK}.{{j}}.DenseReluDense.wo": f"{_LAYER}.ffn.down"}
        table = {**_NAMES, **(down if self.gated else {}), **more}
        return (Names("Hugging Face", table, ["transformer."], [*_UNUSED, *unused]),)


class T5(_Named, EncoderDecoder):
    """Inputs (N, S) and tokens (N, T) to scores of the next tokens, (N, T, vocabulary).

    hidden_size: between the dense layers; head_units: units of a head, which need not be U / H
    num_decoder_layers: as many as of the encoder if None
    num_buckets, max_distance: of `RelativePositions`
    activation: "relu", "gelu", "silu" or "gelu_tanh"; gated: two dense layers instead of the first
        one, of which one is the other's factor (version 1.1)
    tied_head: scores are products with the rows of the embedding, over √U; else a dense layer
        (version 1.1). None: no scores, but vectors (N, T, U)
    begin_token, end_token, pad_token: which `generate` takes unless told otherwise

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.text.T5(50, units=16, hidden_size=32, num_layers=2, num_heads=2)
    >>> net.initialize()
    >>> tokens = np.zeros((1, 5), dtype="int32")
    >>> net(tokens, tokens[:, :3]).shape
    (1, 3, 50)
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 512,
        hidden_size: int = 2048,
        num_layers: int = 6,
        num_heads: int = 8,
        *,
        head_units: int = 64,
        num_decoder_layers: int | None = None,
        num_buckets: int = 32,
        max_distance: int = 128,
        activation: str = "relu",
        gated: bool = False,
        tied_head: bool | None = True,
        dropout: float = 0.1,
        layer_norm_eps: float = 1e-6,
        begin_token: int = 0,
        end_token: Tokens | None = 1,
        pad_token: int = 0,
    ) -> None:
        super().__init__(begin_token, end_token, pad_token, None)
        self.gated, self.tied_head = gated, tied_head
        sizes = (units, hidden_size, num_heads, head_units, num_buckets, max_distance)
        options = (activation, gated, dropout, layer_norm_eps)
        decoder_layers = num_layers if num_decoder_layers is None else num_decoder_layers
        self.embed = nn.Embedding(vocab_size, units)
        self.encoder = _stack(num_layers, False, *sizes, *options)
        self.decoder = _stack(decoder_layers, True, *sizes, *options)
        self.head = (
            nn.Dense(vocab_size, use_bias=False, flatten=False, in_units=units)
            if tied_head is False
            else None
        )
        self.dropout = nn.Dropout(dropout)

    @property
    def published_names(self) -> tuple[Names, ...]:  # type: ignore[override]
        own = {"lm_head": "embed" if self.head is None else "head"}
        return self._names(own, ())

    def load_dict(self, arrays: dict[str, ndarray], **options: Any) -> Loaded:
        # transformers leaves out a head whose values are the embedding's.
        if self.head is not None and "shared.weight" in arrays:
            arrays = {"lm_head.weight": arrays["shared.weight"], **arrays}
        return super().load_dict(arrays, **options)

    def memory_of(self, inputs: Any, mask: Any) -> Any:
        return self.dropout(self.encoder(self.dropout(self.embed(inputs)), mask))

    def vectors_of(self, tokens: Any, first: Any) -> Any:
        return self.dropout(self.embed(tokens))

    def scores_of(self, x: Any) -> Any:
        x = self.dropout(x)
        if self.head is not None:
            return self.head(x)
        if self.tied_head is None:
            return x
        table = self.embed.weight.data()
        return np.matmul(x * table.shape[1] ** -0.5, table.T)


class T5Encoder(_Named, HybridBlock):
    """The encoder of T5 alone: tokens (N, S) to vectors (N, S, U). Arguments as for `T5`.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.T5Encoder(30, units=8, hidden_size=16, num_layers=1, num_heads=2, head_units=4)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 8)
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 512,
        hidden_size: int = 2048,
        num_layers: int = 6,
        num_heads: int = 8,
        *,
        head_units: int = 64,
        num_buckets: int = 32,
        max_distance: int = 128,
        activation: str = "relu",
        gated: bool = False,
        dropout: float = 0.1,
        layer_norm_eps: float = 1e-6,
    ) -> None:
        super().__init__()
        self.gated = gated
        sizes = (units, hidden_size, num_heads, head_units, num_buckets, max_distance)
        options = (activation, gated, dropout, layer_norm_eps)
        self.embed = nn.Embedding(vocab_size, units)
        self.encoder = _stack(num_layers, False, *sizes, *options)
        self.dropout = nn.Dropout(dropout)

    @property
    def published_names(self) -> tuple[Names, ...]:  # type: ignore[override]
        return self._names({}, ("decoder", "lm_head"))

    def forward(self, tokens: Any, mask: Any = None) -> Any:
        """The vectors; mask: (N, S), not 0 where tokens count, None for all."""
        if mask is not None:
            mask = (mask != 0).reshape(mask.shape[0], 1, 1, mask.shape[1])
        return self.dropout(self.encoder(self.dropout(self.embed(tokens)), mask))


# ---- configurations -----------------------------------------------------------------------------

# By `model_type`: what a configuration means where it does not say it.
_FAMILIES: dict[str, dict[str, Any]] = {
    "t5": {},
    "mt5": {
        "vocab_size": 250112,
        "d_ff": 1024,
        "num_layers": 8,
        "num_heads": 6,
        "feed_forward_proj": "gated-gelu",
        "scale_decoder_outputs": False,
    },
}
_HEADS = ("Model", "ForConditionalGeneration", "WithLMHeadModel", "EncoderModel")
_FEED_FORWARD = {
    **{name: (here, False) for name, here in ACTIVATIONS.items()},
    **{f"gated-{name}": (here, True) for name, here in ACTIVATIONS.items()},
    "gated-gelu": ("gelu_tanh", True),
}


def from_config(config: Mapping[str, Any]) -> T5 | T5Encoder:
    """The network of a config.json of Hugging Face, of T5, version 1.1, Flan-T5 or mT5, by the
    first of its `architectures`: vectors (`T5Model`, where it names none), scores, or the encoder
    alone (`T5EncoderModel`).

    Raises NotImplementedError for what the network cannot do.

    >>> from weft.gluon.model_zoo.text import t5
    >>> sizes = {"vocab_size": 50, "d_model": 16, "d_ff": 32, "num_layers": 1, "num_heads": 2}
    >>> t5.from_config(sizes | {"feed_forward_proj": "gated-gelu"}).gated
    True
    """
    own = Config("T5", config)
    kind = own.family({kind: kind.upper() for kind in _FAMILIES})
    own.assume(_FAMILIES[kind])
    own.refuse("is_decoder", "quantization_config")
    head = own.architecture(kind.upper() + name for name in _HEADS)
    sizes = [
        own.count("vocab_size", 32128),
        own.count("d_model", 512),
        own.count("d_ff", 2048),
        own.count("num_layers", 6),
        own.count("num_heads", 8),
    ]
    activation, gated = own.choice("feed_forward_proj", "relu", _FEED_FORWARD)
    options: dict[str, Any] = {
        "head_units": own.count("d_kv", 64),
        "num_buckets": own.count("relative_attention_num_buckets", 32),
        "max_distance": own.count("relative_attention_max_distance", 128),
        "activation": activation,
        "gated": gated,
        "dropout": own.fraction("dropout_rate", 0.1),
        "layer_norm_eps": own.fraction("layer_norm_epsilon", 1e-6),
    }
    if head.endswith("EncoderModel"):
        return T5Encoder(*sizes, **options)
    pad = own.get("pad_token_id", 0)
    return T5(
        *sizes,
        **options,
        num_decoder_layers=own.count("num_decoder_layers", sizes[3]),
        tied_head=None if head.endswith("T5Model") else _is_tied(own),
        begin_token=own.get("decoder_start_token_id", pad),
        end_token=own.get("eos_token_id", 1),
        pad_token=pad,
    )


def _is_tied(config: Config) -> bool:
    """A head that is the embedding scales its scores; that of version 1.1 and of mT5 does neither.

    Newer configurations call every head tied, and have another key for the scale.
    """
    return config.flag("scale_decoder_outputs", config.flag("tie_word_embeddings", True))


__all__ = ["T5", "RelativePositions", "T5Encoder", "from_config"]
__dir__ = __all__.copy
