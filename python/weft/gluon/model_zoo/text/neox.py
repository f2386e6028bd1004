"""GPT-NeoX: Black et al., "GPT-NeoX-20B", 2022, also Pythia; and Phi 1 to 2 (Gunasekar et al.,
"Textbooks Are All You Need", 2023).

Attention and dense layers stand beside each other in a layer, and a part of each head's units is
turned by the position.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text._rotary_layers import (
    ParallelLayer,
    RotaryAttention,
    RotaryDecoder,
    SequentialLayer,
)
from weft.gluon.model_zoo.text.rotary import Rotary, rotary_of
from weft.gluon.nn.attention import feed_forward
from weft.gluon.published import Names, Split, Target

_LAYER = "layers.{i}"
_PARTS = [f"{_LAYER}.attention.{part}" for part in ("query", "key", "value")]
_NEOX: dict[str, Target] = {
    "embed_in": "embed",
    f"{_LAYER}.input_layernorm": f"{_LAYER}.attention_norm",
    f"{_LAYER}.post_attention_layernorm": f"{_LAYER}.ffn_norm",
    f"{_LAYER}.attention.dense": f"{_LAYER}.attention.output",
    f"{_LAYER}.mlp.dense_h_to_4h": f"{_LAYER}.ffn.0",
    f"{_LAYER}.mlp.dense_4h_to_h": f"{_LAYER}.ffn.3",
    "final_layer_norm": "norm",
}
_PHI: dict[str, Target] = {
    "embed_tokens": "embed",
    f"{_LAYER}.input_layernorm": f"{_LAYER}.attention_norm",
    f"{_LAYER}.self_attn.q_proj": _PARTS[0],
    f"{_LAYER}.self_attn.k_proj": _PARTS[1],
    f"{_LAYER}.self_attn.v_proj": _PARTS[2],
    f"{_LAYER}.self_attn.q_layernorm": f"{_LAYER}.attention.query_norm",
    f"{_LAYER}.self_attn.k_layernorm": f"{_LAYER}.attention.key_norm",
    f"{_LAYER}.self_attn.dense": f"{_LAYER}.attention.output",
    f"{_LAYER}.mlp.fc1": f"{_LAYER}.ffn.0",
    f"{_LAYER}.mlp.fc2": f"{_LAYER}.ffn.3",
    "final_layernorm": "norm",
}
_UNUSED = [f"{_LAYER}.attention.{{mask:bias|masked_bias|rotary_emb.inv_freq}}"]


class NeoX(RotaryDecoder):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary).

    units: U; hidden_size: between the dense layers, 4 U if None
    key_value_heads: of keys and values, a divisor of `num_heads`, as many if None
    max_length: the longest T; rotary: angles of the positions, by default those of base 10000 for
        `rotary_share` of each head's units
    parallel: attention and dense layers read the same; else one follows the other
    shared_norm: one norm in front of both (Phi), for parallel ones
    dropout: behind attention and the dense layers; embed_dropout: of the embeddings, as `dropout`
        if None; attention_dropout: of the weights of attention
    tie_weights: the scores are products with the rows of the embedding
    attention_bias, head_bias: of attention's dense layers, of the one that gives the scores
    query_key_norm: a norm of each head's queries and keys

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.text.NeoX(50, 16, num_layers=2, num_heads=2)
    >>> net.initialize()
    >>> net.generate(np.array([[1, 2, 3]]), 4).shape
    (1, 7)
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 512,
        num_layers: int = 6,
        num_heads: int = 8,
        hidden_size: int | None = None,
        key_value_heads: int | None = None,
        *,
        max_length: int = 2048,
        rotary: Rotary | None = None,
        rotary_share: float = 0.25,
        activation: str = "gelu",
        layer_norm_eps: float = 1e-5,
        parallel: bool = True,
        shared_norm: bool = False,
        dropout: float = 0.0,
        embed_dropout: float | None = None,
        attention_dropout: float = 0.0,
        tie_weights: bool = False,
        attention_bias: bool = True,
        head_bias: bool = False,
        query_key_norm: bool = False,
    ) -> None:
        super().__init__()
        shared = num_heads if key_value_heads is None else key_value_heads
        if num_heads < 1 or shared < 1 or num_heads % shared or units % num_heads:
            raise InvalidValue(
                "NeoX: `num_heads` must be a divisor of `units`, and `key_value_heads` one of "
                f"`num_heads`; got {num_heads}, {units} and {shared}"
            )
        if shared_norm and not parallel:
            raise InvalidValue("NeoX: `shared_norm` needs `parallel` layers; got False")
        size = units // num_heads
        self.max_length, self.num_heads = max_length, num_heads
        share = Config("NeoX", {"partial_rotary_factor": rotary_share})
        self.rotary = rotary or rotary_of(share, size)
        self.windows = [None] * num_layers
        self.has_shared_norm = shared_norm
        self.embed = nn.Embedding(vocab_size, units)
        self.embed_dropout = nn.Dropout(dropout if embed_dropout is None else embed_dropout)
        options = {
            "qkv_bias": attention_bias,
            "output_bias": attention_bias,
            "attention_dropout": attention_dropout,
        }

        def norm(extent: int = units) -> HybridBlock:
            return nn.LayerNorm(epsilon=layer_norm_eps, in_channels=extent)

        def layer() -> HybridBlock:
            head_norms = [norm(size) if query_key_norm else None for _ in range(2)]
            attention = RotaryAttention(units, num_heads, shared, size, options, head_norms)
            ffn = feed_forward(units, hidden_size or 4 * units, activation)
            norms = [norm() for _ in range(1 if shared_norm else 2)]
            kind = ParallelLayer if parallel else SequentialLayer
            return kind(attention, ffn, norms, dropout)

        self.layers = nn.HybridSequential(*(layer() for _ in range(num_layers)))
        self.norm = norm()
        self.head = None
        if not tie_weights:
            self.head = nn.Dense(vocab_size, use_bias=head_bias, flatten=False, in_units=units)

    @property
    def published_names(self) -> Sequence[Names]:  # type: ignore[override]
        head = "embed" if self.head is None else "head"
        # The heads of queries, keys and values take turns in the rows of one matrix.
        heads = {f"{_LAYER}.attention.query_key_value": Split(_PARTS, groups=self.num_heads)}
        own = {**_NEOX, **heads, "{name:embed_out|lm_head}": head}
        return (
            Names("Hugging Face", own, prefixes=["gpt_neox."], unused=_UNUSED),
            Names("Hugging Face", {**_PHI, "lm_head": head}, prefixes=["model."]),
        )


# ---- config.json of Hugging Face ----------------------------------------------------------------


def from_config(config: Mapping[str, Any]) -> NeoX:
    """The network of a config.json of Hugging Face, of GPT-NeoX (Pythia) or Phi (1, 1.5, 2).

    Raises NotImplementedError for what the network cannot do.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text import neox
    >>> extents = {"vocab_size": 10, "hidden_size": 8, "intermediate_size": 16}
    >>> heads = {"num_hidden_layers": 1, "num_attention_heads": 2}
    >>> net = neox.from_config({"model_type": "gpt_neox", **extents, **heads})
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """
    own = Config("NeoX", config)
    kind = own.family({"gpt_neox": "GPTNeoX", "phi": "Phi"})
    own.refuse("quantization_config")
    return _neox(own) if kind == "gpt_neox" else _phi(own)


def _neox(own: Config) -> NeoX:
    units, heads = own.count("hidden_size", 6144), own.count("num_attention_heads", 64)
    # Its own names for what `rotary_of` reads.
    own.assume(
        {
            "partial_rotary_factor": own.number("rotary_pct", 0.25),
            "rope_theta": own.number("rotary_emb_base", 10000.0),
        }
    )
    return NeoX(
        own.count("vocab_size", 50432),
        units,
        own.count("num_hidden_layers", 44),
        heads,
        own.count("intermediate_size", 24576),
        max_length=own.count("max_position_embeddings", 2048),
        rotary=rotary_of(own, max(units // heads, 1)),
        activation=own.activation("hidden_act", "gelu"),
        layer_norm_eps=own.fraction("layer_norm_eps", 1e-5),
        parallel=own.flag("use_parallel_residual", True),
        dropout=own.fraction("hidden_dropout", 0.0),
        attention_dropout=own.fraction("attention_dropout", 0.0),
        tie_weights=own.flag("tie_word_embeddings", False),
        attention_bias=own.flag("attention_bias", True),
    )


def _phi(own: Config) -> NeoX:
    units, heads = own.count("hidden_size", 2048), own.count("num_attention_heads", 32)
    own.assume({"partial_rotary_factor": 0.5})
    return NeoX(
        own.count("vocab_size", 51200),
        units,
        own.count("num_hidden_layers", 24),
        heads,
        own.count("intermediate_size", 8192),
        own.count("num_key_value_heads", heads),
        max_length=own.count("max_position_embeddings", 2048),
        rotary=rotary_of(own, max(units // heads, 1)),
        activation=own.activation("hidden_act", "gelu_new"),
        layer_norm_eps=own.fraction("layer_norm_eps", 1e-5),
        shared_norm=True,
        dropout=own.fraction("resid_pdrop", 0.0),
        embed_dropout=own.fraction("embd_pdrop", 0.0),
        attention_dropout=own.fraction("attention_dropout", 0.0),
        tie_weights=own.flag("tie_word_embeddings", False),
        head_bias=not own.flag("tie_word_embeddings", False),
        query_key_norm=own.flag("qk_layernorm", False),
    )


__all__ = ["NeoX", "from_config"]
__dir__ = __all__.copy
