"""GPT-2: Radford et al., "Language Models are Unsupervised Multitask Learners", 2019."""

from collections.abc import Mapping
from typing import Any

from weft import np
from weft.gluon import nn
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo.text.decoder import Decoder
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names, Split, Transposed

_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "wte": "embed",
        "lm_head": "embed",
        "wpe.weight": "position_weight",
        "h.{i}.ln_{k}": "layers.{i}.norms.{k-1}",
        "h.{i}.attn.c_attn": Split(
            [f"layers.{{i}}.attention.{part}" for part in ("query", "key", "value")],
            transposed=True,
        ),
        "h.{i}.attn.c_proj": Transposed("layers.{i}.attention.output"),
        "h.{i}.mlp.c_fc": Transposed("layers.{i}.ffn.0"),
        "h.{i}.mlp.c_proj": Transposed("layers.{i}.ffn.3"),
        "ln_f": "norm",
    },
    prefixes=["transformer."],
    unused=["h.{i}.attn.{mask:bias|masked_bias}"],
)


class GPT(Decoder):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary).

    hidden_size: between the dense layers of each block, 4 U if None; max_length: the longest T
    activation: "gelu"; the published weights are for its approximation, "gelu_tanh"

    dropout: behind each part of a layer; of the embeddings, of attention's weights and between the
        dense layers, too, where `embed_dropout`, `attention_dropout` and `hidden_dropout` are None

    The scores are products with the rows of the embedding.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.GPT(10, units=8, num_layers=1, num_heads=2, max_length=16)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """

    published_names = (_HUGGING_FACE,)

    def __init__(
        self,
        vocab_size: int,
        units: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_size: int | None = None,
        max_length: int = 1024,
        dropout: float = 0.1,
        *,
        activation: str = "gelu",
        layer_norm_eps: float = 1e-5,
        embed_dropout: float | None = None,
        attention_dropout: float | None = None,
        hidden_dropout: float | None = None,
    ) -> None:
        super().__init__()
        self.max_length = max_length
        self.embed = nn.Embedding(vocab_size, units)
        self.position_weight = Parameter("position_weight", shape=(max_length, units))
        self.dropout = nn.Dropout(dropout if embed_dropout is None else embed_dropout)
        self.layers = nn.HybridSequential()
        for _ in range(num_layers):
            self.layers.add(
                nn.TransformerEncoderLayer(
                    units,
                    hidden_size or 4 * units,
                    num_heads,
                    dropout=dropout,
                    hidden_dropout=hidden_dropout,
                    attention_dropout=dropout if attention_dropout is None else attention_dropout,
                    activation=activation,
                    pre_norm=True,
                    layer_norm_eps=layer_norm_eps,
                )
            )
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=units)

    def forward(self, tokens: Any, caches: Any = None, mask: Any = None) -> Any:
        """The scores.

        caches: of the tokens before, one for each layer; these tokens are appended
        mask: (N, S), not 0 where tokens count, S places of the caches or T; None for all. The
            first one of a row that counts has position 0
        """
        places = self.places(tokens, caches, mask)
        x = self.dropout(self.embed(tokens) + places.rows_of(self.position_weight.data()))
        for i, layer in enumerate(self.layers):
            cache = None if caches is None else caches[i]
            x = layer(x, places.allowed, causal=cache is None, cache=cache)
        return np.matmul(self.norm(x), self.embed.weight.data().T)


def from_config(config: Mapping[str, Any]) -> GPT:
    """The network of a config.json of Hugging Face, of GPT-2.

    Raises NotImplementedError for what the network cannot do.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text import gpt
    >>> net = gpt.from_config({"vocab_size": 10, "n_embd": 8, "n_layer": 1, "n_head": 2})
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 10)
    """
    own = Config("GPT", config)
    own.refuse("add_cross_attention", "scale_attn_by_inverse_layer_idx")
    own.only("scale_attn_weights", True)
    own.only("tie_word_embeddings", True)
    units = own.count("n_embd", 768)
    return GPT(
        own.count("vocab_size", 50257),
        units,
        own.count("n_layer", 12),
        own.count("n_head", 12),
        own.count("n_inner", 4 * units),
        own.count("n_positions", 1024),
        own.fraction("resid_pdrop", 0.1),
        activation=own.activation("activation_function", "gelu_new"),
        layer_norm_eps=own.fraction("layer_norm_epsilon", 1e-5),
        embed_dropout=own.fraction("embd_pdrop", 0.1),
        attention_dropout=own.fraction("attn_pdrop", 0.1),
        hidden_dropout=0.0,
    )


def gpt2_small(vocab_size: int = 50257) -> GPT:
    """GPT-2's smallest model: 12 layers of 768 units.

    >>> from weft.gluon.model_zoo import text
    >>> net = text.gpt2_small()
    >>> net.max_length, len(net.layers)
    (1024, 12)
    """
    return GPT(vocab_size)


__all__ = ["GPT", "from_config", "gpt2_small"]
__dir__ = __all__.copy
