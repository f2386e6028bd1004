"""Llama and its kin: Touvron et al., "LLaMA", 2023; also Mistral, Qwen 2 and 3, Phi 3 and Gemma,
which differ from it in what the options say."""

from collections.abc import Mapping, Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._layers import GatedFeedForward
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.model_zoo.text.rotary import Rotary, rotary_of, turned
from weft.gluon.nn.attention import attend, visible
from weft.gluon.parameter import Parameter
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
        "norm": "norm",
        "lm_head": "head",
    },
    prefixes=["model."],
    unused=["layers.{i}.self_attn.rotary_emb"],
)
_TIED = Names(
    "Hugging Face",
    _HUGGING_FACE.table | {"lm_head": "embed"},
    _HUGGING_FACE.prefixes,
    _HUGGING_FACE.unused,
)


class _Norm(HybridBlock):
    """RMS norm; Gemma's has its factors stored less one."""

    def __init__(self, units: int, epsilon: float, offset: float) -> None:
        super().__init__()
        self.epsilon, self.offset = epsilon, offset
        self.gamma = Parameter("gamma", shape=(units,), init="zeros" if offset else "ones")

    def forward(self, x: Any) -> Any:
        factors = self.gamma.data() + self.offset if self.offset else self.gamma.data()
        return npx.rms_norm(x, factors, eps=self.epsilon)


class _Attention(HybridBlock):
    """Causal attention with rotary positions; keys and values have fewer heads than queries."""

    def __init__(
        self, units: int, heads: int, shared: int, head_size: int, options: Mapping[str, Any]
    ) -> None:
        super().__init__()
        self.heads, self.shared, self.head_size = heads, shared, head_size
        self.window = options["window"]
        bias = {"use_bias": options["qkv_bias"], "flatten": False, "in_units": units}
        self.query = nn.Dense(heads * head_size, **bias)
        self.key = nn.Dense(shared * head_size, **bias)
        self.value = nn.Dense(shared * head_size, **bias)
        self.output = nn.Dense(
            units,
            use_bias=options["output_bias"],
            flatten=False,
            in_units=heads * head_size,
        )
        self.dropout = nn.Dropout(options["attention_dropout"])
        self.query_norm = self.key_norm = None
        if options["query_key_norm"]:
            self.query_norm = _Norm(head_size, options["epsilon"], 0)
            self.key_norm = _Norm(head_size, options["epsilon"], 0)

    def new_cache(self, batch: int, length: int) -> nn.KeyValueCache:
        """An empty cache of `length` positions for a batch, on the current device."""
        return nn.KeyValueCache.create(
            batch, self.shared, length, self.head_size, self.output.dtype
        )

    def forward(self, x: Any, turns: Any, seen: Any, cache: Any) -> Any:
        """(N, T, U) to (N, T, U).

        turns: cosines and sines of these positions; seen: who sees whom, without a cache
        """
        q = self._heads(self.query(x), self.heads, self.query_norm)
        k = self._heads(self.key(x), self.shared, self.key_norm)
        v = self._heads(self.value(x), self.shared, None)
        q, k = turned(q, turns), turned(k, turns)
        if cache is not None:
            k, v, seen = cache.append(k, v, self.window)
        out = attend(q, k, v, seen, dropout=self.dropout, causal=seen is None)
        n, _, t, _ = out.shape
        return self.output(out.transpose(0, 2, 1, 3).reshape(n, t, self.heads * self.head_size))

    def _heads(self, x: Any, heads: int, norm: Any) -> Any:
        x = x.reshape(x.shape[0], x.shape[1], heads, self.head_size)
        return (x if norm is None else norm(x)).transpose(0, 2, 1, 3)


class _Layer(HybridBlock):
    """Attention, then the gated part, each behind a norm and with a shortcut."""

    def __init__(
        self, attention: _Attention, ffn: GatedFeedForward, norms: Sequence[_Norm], dropout: float
    ) -> None:
        super().__init__()
        self.attention, self.ffn = attention, ffn
        self.attention_norm, self.ffn_norm = norms
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Any, turns: Any, seen: Any, cache: Any) -> Any:
        x = x + self.dropout(self.attention(self.attention_norm(x), turns, seen, cache))
        return x + self.dropout(self.ffn(self.ffn_norm(x)))


class Llama(Decoder):
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
        options = {
            "qkv_bias": qkv_bias,
            "output_bias": output_bias,
            "query_key_norm": query_key_norm,
            "epsilon": norm_eps,
            "attention_dropout": attention_dropout,
        }

        def norm() -> _Norm:
            return _Norm(units, norm_eps, norm_offset)

        self.layers = nn.HybridSequential(
            *(
                _Layer(
                    _Attention(units, num_heads, shared, size, {**options, "window": width}),
                    GatedFeedForward(units, hidden_size, activation, use_bias=ffn_bias),
                    (norm(), norm()),
                    dropout,
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
        return (_TIED,) if self.head is None else (_HUGGING_FACE,)

    def forward(self, tokens: Any, caches: Any = None) -> Any:
        """The scores.

        caches: of the tokens before, one for each layer; these tokens are appended
        """
        steps = self.check_length(tokens)
        positions = np.arange(0, steps, 1, dtype="int64")
        masks: dict[int | None, Any] = {}
        if caches is None:
            masks = {w: visible(positions, steps, w) for w in set(self.windows) if w is not None}
        else:
            positions = caches[0].position + positions
        turns = self.rotary.turns(positions)
        x = self.embed(tokens)
        if self.embedding_scale != 1:
            x = x * self.embedding_scale
        for i, layer in enumerate(self.layers):
            cache = None if caches is None else caches[i]
            x = layer(x, turns, masks.get(self.windows[i]), cache)
        x = self.norm(x)
        return np.matmul(x, self.embed.weight.data().T) if self.head is None else self.head(x)


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
    "qwen2": {"qkv_bias": True, "max_position_embeddings": 32768},
    "qwen3": {"query_key_norm": True, "head_dim": 128, "max_position_embeddings": 32768},
    "phi3": {"rms_norm_eps": 1e-5, "max_position_embeddings": 4096},
    "gemma": {
        "norm_offset": 1.0,
        "scale_embedding": True,
        "head_dim": 256,
        "hidden_act": "gelu_pytorch_tanh",
        "tie_word_embeddings": True,
        "max_position_embeddings": 8192,
    },
}


def from_config(config: Mapping[str, Any]) -> Llama:
    """The network of a config.json of Hugging Face, of one of the families above.

    Raises NotImplementedError for what the network cannot do.
    """
    own = Config("Llama", config)
    own.assume(own.choice("model_type", "llama", _FAMILIES))
    own.refuse("quantization_config")
    heads, units = own.count("num_attention_heads", 32), own.count("hidden_size", 4096)
    size = own.count("head_dim", max(units // heads, 1))
    bias = own.flag("attention_bias", False)
    return Llama(
        own.count("vocab_size", 32000),
        units,
        own.count("intermediate_size", 11008),
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
    )


def _windows(config: Config) -> list[int | None]:
    """Of each layer; Qwen has a switch, and layers that see everything."""
    layers = config.count("num_hidden_layers", 32)
    if not config.flag("use_sliding_window", True) or config.get("sliding_window") is None:
        return [None] * layers
    width = config.count("sliding_window")
    if config.get("model_type", "").startswith("qwen"):
        whole = config.count("max_window_layers", 28, least=0)
        kinds = ["full_attention" if i < whole else "sliding_attention" for i in range(layers)]
        kinds = config.get("layer_types", kinds)
        if not config.flag("use_sliding_window", False):
            return [None] * layers
        return [width if kind == "sliding_attention" else None for kind in kinds]
    return [width] * layers


__all__ = ["Llama", "from_config"]
__dir__ = __all__.copy
