"""Llama and its kin: Touvron et al., "LLaMA", 2023; also Mistral, Mixtral, Qwen 2 and 3, with
experts or without, Phi 3 and Gemma 1 and 2, which differ from it in what the options say."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._layers import GatedFeedForward
from weft.gluon.model_zoo.text._experts import Experts
from weft.gluon.model_zoo.text._rotary_layers import (
    RMSNorm,
    RotaryAttention,
    RotaryDecoder,
    SequentialLayer,
)
from weft.gluon.model_zoo.text.rotary import Rotary, rotary_of
from weft.gluon.published import Names, Split

_LAYER = "layers.{i}"
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "embed_tokens": "embed",
        f"{_LAYER}.input_layernorm": f"{_LAYER}.attention_norm",
        f"{_LAYER}.post_attention_layernorm": f"{_LAYER}.ffn_norm",
        f"{_LAYER}.self_attn.q_proj": f"{_LAYER}.attention.query",
        f"{_LAYER}.self_attn.k_proj": f"{_LAYER}.attention.key",
        f"{_LAYER}.self_attn.v_proj": f"{_LAYER}.attention.value",
        f"{_LAYER}.self_attn.o_proj": f"{_LAYER}.attention.output",
        f"{_LAYER}.self_attn.q_norm": f"{_LAYER}.attention.query_norm",
        f"{_LAYER}.self_attn.k_norm": f"{_LAYER}.attention.key_norm",
        f"{_LAYER}.self_attn.qkv_proj": Split(
            [f"{_LAYER}.attention.{part}" for part in ("query", "key", "value")]
        ),
        f"{_LAYER}.mlp.gate_proj": f"{_LAYER}.ffn.gate",
        f"{_LAYER}.mlp.up_proj": f"{_LAYER}.ffn.up",
        f"{_LAYER}.mlp.gate_up_proj": Split([f"{_LAYER}.ffn.gate", f"{_LAYER}.ffn.up"]),
        f"{_LAYER}.mlp.down_proj": f"{_LAYER}.ffn.down",
        f"{_LAYER}.mlp.gate": f"{_LAYER}.ffn.router",
        f"{_LAYER}.mlp.experts.{{j}}.{{part:gate|up|down}}_proj": (
            f"{_LAYER}.ffn.experts.{{j}}.{{part}}"
        ),
        f"{_LAYER}.block_sparse_moe.gate": f"{_LAYER}.ffn.router",
        f"{_LAYER}.block_sparse_moe.experts.{{j}}.w1": f"{_LAYER}.ffn.experts.{{j}}.gate",
        f"{_LAYER}.block_sparse_moe.experts.{{j}}.w2": f"{_LAYER}.ffn.experts.{{j}}.down",
        f"{_LAYER}.block_sparse_moe.experts.{{j}}.w3": f"{_LAYER}.ffn.experts.{{j}}.up",
        "norm": "norm",
        "lm_head": "head",
    },
    prefixes=["model."],
    unused=["layers.{i}.self_attn.rotary_emb"],
)
# Gemma 2 has a norm behind each part, too.
_POST_NORMS = {
    f"{_LAYER}.post_attention_layernorm": f"{_LAYER}.attention_post_norm",
    f"{_LAYER}.pre_feedforward_layernorm": f"{_LAYER}.ffn_norm",
    f"{_LAYER}.post_feedforward_layernorm": f"{_LAYER}.ffn_post_norm",
}


class Llama(RotaryDecoder):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary).

    units: U; hidden_size: of the gated part
    num_heads: of queries; key_value_heads: of keys and values, a divisor of it, num_heads if None
    head_size: units of a head, U / num_heads if None
    max_length: the longest T; rotary: angles of the positions, of base 10000 if None
    dropout: behind attention and the gated part; attention_dropout: of the weights of attention
    tie_weights: the scores are products with the rows of the embedding
    qkv_bias, output_bias, ffn_bias: of the dense layers
    query_key_norm: a norm of each head's queries and keys (Qwen 3)
    window: how many positions one sees at most, with its own: one number or None for each layer, or
        for all
    norm_offset: summand of the norms' factors, 1 for Gemma
    scale_embedding: multiply embeddings by √U (Gemma)
    post_norms: a norm behind attention and behind the gated part, too (Gemma 2)
    attention_scale: of the scores of attention, 1 / √head_size if None
    attention_softcap, softcap: c · tanh(s / c) instead of the scores s of attention, and of those
        of the next tokens (Gemma 2); None for the scores themselves
    experts: gated parts, of which each token has the best `experts_per_token` (Mixtral); None for
        one part without a router. normalize_shares: the shares of a token's experts sum to 1

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.text.Llama(50, 16, 32, num_layers=2, num_heads=4, key_value_heads=2)
    >>> net.initialize()
    >>> net.generate(np.array([[1, 2, 3]]), 4).shape
    (1, 7)
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 4096,
        hidden_size: int = 11008,
        num_layers: int = 32,
        num_heads: int = 32,
        key_value_heads: int | None = None,
        *,
        head_size: int | None = None,
        max_length: int = 2048,
        rotary: Rotary | None = None,
        activation: str = "silu",
        norm_eps: float = 1e-6,
        dropout: float = 0.0,
        attention_dropout: float = 0.0,
        tie_weights: bool = False,
        qkv_bias: bool = False,
        output_bias: bool = False,
        ffn_bias: bool = False,
        query_key_norm: bool = False,
        window: int | Sequence[int | None] | None = None,
        norm_offset: float = 0.0,
        scale_embedding: bool = False,
        post_norms: bool = False,
        attention_scale: float | None = None,
        attention_softcap: float | None = None,
        softcap: float | None = None,
        experts: int | None = None,
        experts_per_token: int = 2,
        normalize_shares: bool = True,
    ) -> None:
        super().__init__()
        shared = num_heads if key_value_heads is None else key_value_heads
        if num_heads < 1 or shared < 1 or num_heads % shared:
            raise InvalidValue(
                "Llama: `key_value_heads` must be a divisor of `num_heads`; got "
                f"{shared} and {num_heads}"
            )
        if head_size is None and units % num_heads:
            raise InvalidValue(
                "Llama: `num_heads` must be a divisor of `units` without `head_size`; got "
                f"{num_heads} and {units}"
            )
        size = head_size or units // num_heads
        self.max_length = max_length
        self.rotary = rotary or rotary_of(Config("Llama", {}), size)
        self.windows = _for_layers(window, num_layers)
        self.embedding_scale = units**0.5 if scale_embedding else 1.0
        self.embed = nn.Embedding(vocab_size, units)
        self.softcap, self.has_post_norms = softcap, post_norms
        options = {
            "qkv_bias": qkv_bias,
            "output_bias": output_bias,
            "attention_dropout": attention_dropout,
            "scale": attention_scale,
            "softcap": attention_softcap,
        }

        def norm() -> RMSNorm:
            return RMSNorm(units, norm_eps, norm_offset)

        def attention(width: int | None) -> RotaryAttention:
            norms = [RMSNorm(size, norm_eps) if query_key_norm else None for _ in range(2)]
            sizes = (units, num_heads, shared, size)
            return RotaryAttention(*sizes, {**options, "window": width}, norms)

        def ffn() -> HybridBlock:
            if experts is not None:
                counts = (experts, experts_per_token)
                options = (activation, normalize_shares)
                return Experts(units, hidden_size, *counts, *options)
            return GatedFeedForward(units, hidden_size, activation, use_bias=ffn_bias)

        self.layers = nn.HybridSequential(
            *(
                SequentialLayer(
                    attention(width),
                    ffn(),
                    (norm(), norm()),
                    dropout,
                    (norm(), norm()) if post_norms else (None, None),
                )
                for width in self.windows
            )
        )
        self.norm = norm()
        self.head = None
        if not tie_weights:
            self.head = nn.Dense(vocab_size, use_bias=False, flatten=False, in_units=units)

    @property
    def published_names(self) -> Sequence[Names]:  # type: ignore[override]
        table = {**_HUGGING_FACE.table, **(_POST_NORMS if self.has_post_norms else {})}
        if self.head is None:
            table["lm_head"] = "embed"
        return (replace(_HUGGING_FACE, table=table),)


def _for_layers(window: Any, layers: int) -> list[int | None]:
    given = [window] * layers if window is None or isinstance(window, int) else list(window)
    if len(given) != layers or any(width is not None and width < 1 for width in given):
        raise InvalidValue(
            f"Llama: `window` must be at least 1, or None, for each of {layers} layers; got "
            f"{window!r}"
        )
    return given


# ---- config.json of Hugging Face ----------------------------------------------------------------

# By `model_type`: what its networks have that the config does not say.
_FAMILIES: dict[str, dict[str, Any]] = {
    "llama": {},
    "mistral": {"sliding_window": 4096, "max_position_embeddings": 131072},
    "mixtral": {
        "rms_norm_eps": 1e-5,
        "rope_theta": 1e6,
        "max_position_embeddings": 131072,
    },
    "qwen3_moe": {"query_key_norm": True, "max_position_embeddings": 32768},
    "qwen2": {"qkv_bias": True, "max_position_embeddings": 32768},
    "qwen3": {"query_key_norm": True, "head_dim": 128, "max_position_embeddings": 32768},
    "phi3": {
        "rms_norm_eps": 1e-5,
        "max_position_embeddings": 4096,
        "original_max_position_embeddings": 4096,
    },
    "gemma": {
        "norm_offset": 1.0,
        "scale_embedding": True,
        "head_dim": 256,
        "hidden_act": "gelu_pytorch_tanh",
        "tie_word_embeddings": True,
        "max_position_embeddings": 8192,
    },
}
_FAMILIES["gemma2"] = _FAMILIES["gemma"] | {
    "post_norms": True,
    "query_pre_attn_scalar": 256,
    "attn_logit_softcapping": 50.0,
    "final_logit_softcapping": 30.0,
    "sliding_window": 4096,
}

# Where null means none, though a family has a value for a key that is missing.
_NULLABLE = ("sliding_window", "attn_logit_softcapping", "final_logit_softcapping")


def from_config(config: Mapping[str, Any]) -> Llama:
    """The network of a config.json of Hugging Face, of one of the families above.

    Raises NotImplementedError for what the network cannot do.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text import llama
    >>> extents = {"vocab_size": 10, "hidden_size": 8, "intermediate_size": 16}
    >>> heads = {"num_hidden_layers": 1, "num_attention_heads": 2, "num_key_value_heads": 1}
    >>> net = llama.from_config({"model_type": "mistral", **extents, **heads})
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """
    own = Config("Llama", config)
    own.assume(own.choice("model_type", "llama", _FAMILIES), _NULLABLE)
    own.refuse("quantization_config", "use_bidirectional_attention", "router_jitter_noise")
    is_gemma2 = own.flag("post_norms", False)
    heads, units = own.count("num_attention_heads", 32), own.count("hidden_size", 4096)
    size = own.count("head_dim", max(units // heads, 1))
    bias = own.flag("attention_bias", False)
    width = own.count("intermediate_size", 11008)
    if own.get("model_type") == "qwen3_moe":
        width = own.count("moe_intermediate_size", 768)
    return Llama(
        own.count("vocab_size", 32000),
        units,
        width,
        own.count("num_hidden_layers", 32),
        heads,
        own.count("num_key_value_heads", heads),
        head_size=size,
        max_length=own.count("max_position_embeddings", 2048),
        rotary=rotary_of(own, size),
        activation=own.activation(
            "hidden_activation" if own.get("hidden_activation") else "hidden_act", "silu"
        ),
        norm_eps=own.fraction("rms_norm_eps", 1e-6),
        dropout=own.fraction("resid_pdrop", 0.0),
        attention_dropout=own.fraction("attention_dropout", 0.0),
        tie_weights=own.flag("tie_word_embeddings", False),
        qkv_bias=bias or own.flag("qkv_bias", False),
        output_bias=bias,
        ffn_bias=own.flag("mlp_bias", False),
        query_key_norm=own.flag("query_key_norm", False),
        window=_windows(own),
        norm_offset=own.number("norm_offset", 0.0),
        scale_embedding=own.flag("scale_embedding", False),
        post_norms=is_gemma2,
        attention_scale=own.number("query_pre_attn_scalar") ** -0.5 if is_gemma2 else None,
        attention_softcap=_cap(own, "attn_logit_softcapping") if is_gemma2 else None,
        softcap=_cap(own, "final_logit_softcapping") if is_gemma2 else None,
        **_experts(own),
    )


def _experts(config: Config) -> dict[str, Any]:
    """Options of mixtures of experts; none for other families."""
    family = config.get("model_type")
    count = "num_local_experts" if config.get("num_local_experts") else "num_experts"
    if family == "mixtral":
        return {
            "experts": config.count(count, 8),
            "experts_per_token": config.count("num_experts_per_tok", 2),
        }
    if family != "qwen3_moe":
        return {}
    config.only("decoder_sparse_step", 1)
    config.refuse("mlp_only_layers")
    return {
        "experts": config.count(count, 128),
        "experts_per_token": config.count("num_experts_per_tok", 8),
        "normalize_shares": config.flag("norm_topk_prob", False),
    }


def _cap(config: Config, key: str) -> float | None:
    return None if config.get(key) is None else config.number(key)


def _windows(config: Config) -> list[int | None]:
    """Of each layer. Qwen has a switch, and layers that see everything, as Gemma 2 has."""
    layers = config.count("num_hidden_layers", 32)
    family = config.get("model_type", "")
    is_on = config.flag("use_sliding_window", not family.startswith("qwen"))
    if not is_on or config.get("sliding_window") is None:
        return [None] * layers
    width = config.count("sliding_window")
    if family == "gemma2":
        whole = [i % 2 == 1 for i in range(layers)]
    elif family in ("qwen2", "qwen3"):
        first = config.count("max_window_layers", 28, least=0)
        whole = [i < first for i in range(layers)]
    else:
        return [width] * layers
    default = [_WHOLE if is_whole else _SLIDING for is_whole in whole]
    kinds = config.get("layer_types", default)
    is_known = isinstance(kinds, list) and all(kind in (_WHOLE, _SLIDING) for kind in kinds)
    if not is_known or len(kinds) != layers:
        wanted = f"a list of {layers} times `{_WHOLE}` or `{_SLIDING}`"
        raise config.unsupported("layer_types", wanted, kinds)
    return [width if kind == _SLIDING else None for kind in kinds]


_WHOLE, _SLIDING = "full_attention", "sliding_attention"

__all__ = ["Llama", "from_config"]
__dir__ = __all__.copy
