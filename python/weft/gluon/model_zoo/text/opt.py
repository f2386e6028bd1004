"""OPT: Zhang et al., "OPT: Open Pre-trained Transformer Language Models", 2022."""

from collections.abc import Mapping
from typing import Any

from weft import np
from weft.gluon import nn
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names

_OFFSET = 2  # rows of the table of positions in front of the first one
_LAYER = "layers.{i}"
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "embed_tokens": "embed",
        "lm_head": "embed",
        "embed_positions.weight": "position_weight",
        f"{_LAYER}.self_attn.q_proj": f"{_LAYER}.attention.query",
        f"{_LAYER}.self_attn.k_proj": f"{_LAYER}.attention.key",
        f"{_LAYER}.self_attn.v_proj": f"{_LAYER}.attention.value",
        f"{_LAYER}.self_attn.out_proj": f"{_LAYER}.attention.output",
        f"{_LAYER}.self_attn_layer_norm": f"{_LAYER}.norms.0",
        f"{_LAYER}.final_layer_norm": f"{_LAYER}.norms.1",
        f"{_LAYER}.fc1": f"{_LAYER}.ffn.0",
        f"{_LAYER}.fc2": f"{_LAYER}.ffn.3",
        "project_{way:in|out}": "project_{way}",
        "final_layer_norm": "norm",
    },
    prefixes=["model.decoder.", "decoder."],
)


class OPT(Decoder):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary), by products with the rows of
    the embedding.

    hidden_size: between the dense layers, 4 U if None; max_length: the longest T
    embed_units: of the embedding, with dense layers to U and back; U if None
    pre_norm: norms before each part and, with `has_norm`, at the end; else behind each sum
    dropout: behind each part of a layer; attention_dropout: of attention's weights

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.text.OPT(50, 16, num_layers=2, num_heads=2)
    >>> net.initialize()
    >>> net(np.zeros((1, 5), dtype="int32")).shape
    (1, 5, 50)
    """

    published_names = (_HUGGING_FACE,)

    def __init__(
        self,
        vocab_size: int,
        units: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_size: int | None = None,
        max_length: int = 2048,
        dropout: float = 0.1,
        *,
        activation: str = "relu",
        attention_dropout: float = 0.0,
        embed_units: int | None = None,
        pre_norm: bool = True,
        has_norm: bool = True,
    ) -> None:
        super().__init__()
        narrow = units if embed_units is None else embed_units
        self.max_length = max_length
        self.embed = nn.Embedding(vocab_size, narrow)
        self.position_weight = Parameter("position_weight", shape=(max_length + _OFFSET, units))
        self.project_in = self.project_out = None
        if narrow != units:
            options: dict[str, Any] = {"use_bias": False, "flatten": False}
            self.project_in = nn.Dense(units, in_units=narrow, **options)
            self.project_out = nn.Dense(narrow, in_units=units, **options)
        self.layers = nn.HybridSequential(
            *(
                nn.TransformerEncoderLayer(
                    units,
                    hidden_size or 4 * units,
                    num_heads,
                    dropout=dropout,
                    hidden_dropout=0.0,
                    attention_dropout=attention_dropout,
                    activation=activation,
                    pre_norm=pre_norm,
                )
                for _ in range(num_layers)
            )
        )
        self.norm = nn.LayerNorm(in_channels=units) if pre_norm and has_norm else None

    def forward(self, tokens: Any, caches: Any = None, mask: Any = None) -> Any:
        """The scores.

        caches: of the tokens before, one for each layer; these tokens are appended
        mask: (N, S), not 0 where tokens count, S places of the caches or T; None for all. The
            first one of a row that counts has position 0
        """
        places = self.places(tokens, caches, mask)
        x = self.embed(tokens)
        if self.project_in is not None:
            x = self.project_in(x)
        x = x + places.rows_of(self.position_weight.data(), _OFFSET)
        for i, layer in enumerate(self.layers):
            cache = None if caches is None else caches[i]
            x = layer(x, places.allowed, causal=cache is None, cache=cache)
        if self.norm is not None:
            x = self.norm(x)
        if self.project_out is not None:
            x = self.project_out(x)
        return np.matmul(x, self.embed.weight.data().T)


def from_config(config: Mapping[str, Any]) -> OPT:
    """The network of a config.json of Hugging Face, of OPT.

    Raises NotImplementedError for what the network cannot do.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text import opt
    >>> extents = {"vocab_size": 10, "hidden_size": 8, "ffn_dim": 16}
    >>> heads = {"num_hidden_layers": 1, "num_attention_heads": 2}
    >>> net = opt.from_config({"model_type": "opt", **extents, **heads})
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """
    own = Config("OPT", config)
    own.only("model_type", "opt")
    for key in ("enable_bias", "layer_norm_elementwise_affine", "tie_word_embeddings"):
        own.only(key, True)
    own.refuse("layerdrop", "quantization_config")
    units = own.count("hidden_size", 768)
    return OPT(
        own.count("vocab_size", 50272),
        units,
        own.count("num_hidden_layers", 12),
        own.count("num_attention_heads", 12),
        own.count("ffn_dim", 3072),
        own.count("max_position_embeddings", 2048),
        own.fraction("dropout", 0.1),
        activation=own.activation("activation_function", "relu"),
        attention_dropout=own.fraction("attention_dropout", 0.0),
        embed_units=own.count("word_embed_proj_dim", units),
        pre_norm=own.flag("do_layer_norm_before", True),
        has_norm=not own.flag("_remove_final_layer_norm", False),
    )


__all__ = ["OPT", "from_config"]
__dir__ = __all__.copy
