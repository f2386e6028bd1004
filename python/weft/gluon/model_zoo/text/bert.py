"""BERT: Devlin et al., "Pre-training of Deep Bidirectional Transformers", 2019, and encoders of its
structure: RoBERTa (Liu et al., 2019), XLM-RoBERTa (Conneau et al., 2020), DistilBERT (Sanh et al.,
2019), ELECTRA (Clark et al., 2020), MiniLM (Wang et al., 2020), ALBERT (Lan et al., 2020), MPNet
(Song et al., 2020), FNet (Lee-Thorp et al., 2022).

`encoders.from_config` builds each of them, with a head, by a config.json of Hugging Face.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text._fourier_layers import FourierLayer
from weft.gluon.model_zoo.text._relative_positions import RelativePositions
from weft.gluon.nn.attention import both
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names

_LAYER = "encoder.layer.{i}"
_BERT = Names(
    "Hugging Face",
    {
        "embeddings.word_embeddings": "word_embed",
        "embeddings.position_embeddings.weight": "position_weight",
        "embeddings.token_type_embeddings": "token_type_embed",
        "embeddings.LayerNorm": "norm",
        "embeddings_project": "project",
        "embeddings.projection": "project",
        f"{_LAYER}.attention.self.{{part:query|key|value}}": "layers.{i}.attention.{part}",
        f"{_LAYER}.attention.attn.q": "layers.{i}.attention.query",
        f"{_LAYER}.attention.attn.k": "layers.{i}.attention.key",
        f"{_LAYER}.attention.attn.v": "layers.{i}.attention.value",
        f"{_LAYER}.attention.attn.o": "layers.{i}.attention.output",
        f"{_LAYER}.attention.LayerNorm": "layers.{i}.norms.0",
        f"{_LAYER}.attention.output.dense": "layers.{i}.attention.output",
        f"{_LAYER}.attention.output.LayerNorm": "layers.{i}.norms.0",
        f"{_LAYER}.fourier.output.LayerNorm": "layers.{i}.norms.0",
        f"{_LAYER}.intermediate.dense": "layers.{i}.ffn.0",
        f"{_LAYER}.output.dense": "layers.{i}.ffn.3",
        f"{_LAYER}.output.LayerNorm": "layers.{i}.norms.1",
        "encoder.relative_attention_bias": "distance_embed",
        "pooler.dense": "pooler",
    },
    prefixes=["bert.", "roberta.", "electra.", "mpnet.", "fnet."],
)
_SHARED = "encoder.albert_layer_groups.0.albert_layers.0"
_ALBERT = Names(
    "Hugging Face",
    {
        "embeddings.word_embeddings": "word_embed",
        "embeddings.position_embeddings.weight": "position_weight",
        "embeddings.token_type_embeddings": "token_type_embed",
        "embeddings.LayerNorm": "norm",
        "encoder.embedding_hidden_mapping_in": "project",
        f"{_SHARED}.attention.{{part:query|key|value}}": "layers.0.attention.{part}",
        f"{_SHARED}.attention.dense": "layers.0.attention.output",
        f"{_SHARED}.attention.LayerNorm": "layers.0.norms.0",
        f"{_SHARED}.ffn": "layers.0.ffn.0",
        f"{_SHARED}.ffn_output": "layers.0.ffn.3",
        f"{_SHARED}.full_layer_layer_norm": "layers.0.norms.1",
        "pooler": "pooler",
    },
    prefixes=["albert."],
)
_BLOCK = "transformer.layer.{i}"
_DISTILBERT = Names(
    "Hugging Face",
    {
        "embeddings.word_embeddings": "word_embed",
        "embeddings.position_embeddings.weight": "position_weight",
        "embeddings.LayerNorm": "norm",
        f"{_BLOCK}.attention.q_lin": "layers.{i}.attention.query",
        f"{_BLOCK}.attention.k_lin": "layers.{i}.attention.key",
        f"{_BLOCK}.attention.v_lin": "layers.{i}.attention.value",
        f"{_BLOCK}.attention.out_lin": "layers.{i}.attention.output",
        f"{_BLOCK}.sa_layer_norm": "layers.{i}.norms.0",
        f"{_BLOCK}.ffn.lin1": "layers.{i}.ffn.0",
        f"{_BLOCK}.ffn.lin2": "layers.{i}.ffn.3",
        f"{_BLOCK}.output_layer_norm": "layers.{i}.norms.1",
    },
    prefixes=["distilbert."],
)
# Heads, and numbers of positions and types that some versions of transformers write.
_UNUSED = (
    "cls.predictions",
    "cls.seq_relationship",
    "predictions",
    "sop_classifier",
    "lm_head",
    "vocab_transform",
    "vocab_layer_norm",
    "vocab_projector",
    "generator_predictions",
    "generator_lm_head",
    "discriminator_predictions",
    "pre_classifier",
    "classifier",
    "qa_outputs",
    "embeddings.position_ids",
    "embeddings.token_type_ids",
)


class BERT(HybridBlock):
    """Tokens (N, T) to vectors (N, T, U), and of the first token's one for the whole, (N, U).

    max_length: the longest T; token_types: kinds of segments, 0 for a network without them
    pooler: give the vector for the whole, too; without it the vectors come alone
    padding_index: the token that fills up short texts. Positions are then counted from behind this
        number, over the other tokens, as in RoBERTa; None: positions are 0, 1, …
    embed_size: of the embeddings, which a dense layer makes U wide, as in ELECTRA; None: U
    relative_positions: attention's scores have a summand for distance and head, as in MPNet
    shared_layers: all layers are the same one, as in ALBERT
    fourier: Fourier transforms stand for attention, and a dense layer is behind the embeddings, as
        in FNet; there are no masks then
    activation: between the dense layers, one of `nn.Activation`
    hidden_dropout: between the dense layers; attention_dropout: of the weights of attention; None
        for either: `dropout`

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2, max_length=12)
    >>> net.initialize()
    >>> vectors, whole = net(np.array([[1, 2, 3]]))
    >>> vectors.shape, whole.shape
    ((1, 3, 8), (1, 8))
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 768,
        hidden_size: int = 3072,
        num_layers: int = 12,
        num_heads: int = 12,
        max_length: int = 512,
        token_types: int = 2,
        dropout: float = 0.1,
        *,
        pooler: bool = True,
        padding_index: int | None = None,
        embed_size: int | None = None,
        relative_positions: bool = False,
        shared_layers: bool = False,
        fourier: bool = False,
        activation: str = "gelu",
        hidden_dropout: float | None = None,
        attention_dropout: float | None = None,
        layer_norm_eps: float = 1e-12,
    ) -> None:
        super().__init__()
        width = embed_size or units
        first = 0 if padding_index is None else padding_index + 1
        self.max_length, self.padding_index = max_length, padding_index
        self.units, self.embed_size = units, width
        self.repeats = num_layers if shared_layers else 1
        self.word_embed = nn.Embedding(vocab_size, width)
        self.token_type_embed = nn.Embedding(token_types, width) if token_types else None
        self.position_weight = Parameter("position_weight", shape=(first + max_length, width))
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=width)
        self.dropout = nn.Dropout(dropout)
        self.project = None
        if width != units or fourier or (embed_size and shared_layers):
            self.project = nn.Dense(units, flatten=False, in_units=width)
        self.distance_embed = None
        if relative_positions:
            self.distance_embed = RelativePositions(num_heads, 32, 128, both_sides=True)
        self.fourier = fourier
        options: dict[str, Any] = {
            "dropout": dropout,
            "hidden_dropout": hidden_dropout,
            "activation": activation,
            "layer_norm_eps": layer_norm_eps,
        }

        def layer() -> HybridBlock:
            if fourier:
                return FourierLayer(units, hidden_size, **options)
            kept = dropout if attention_dropout is None else attention_dropout
            return nn.TransformerEncoderLayer(
                units, hidden_size, num_heads, attention_dropout=kept, **options
            )

        count = 1 if shared_layers else num_layers
        self.layers = nn.HybridSequential(*(layer() for _ in range(count)))
        self.pooler = nn.Dense(units, activation="tanh", in_units=units) if pooler else None

    @property
    def published_names(self) -> Sequence[Names]:  # type: ignore[override]
        """Hugging Face's names: those of BERT and most others, of DistilBERT, and of ALBERT."""
        unused = _UNUSED if self.pooler else (*_UNUSED, "pooler")
        return tuple(replace(names, unused=unused) for names in (_BERT, _DISTILBERT, _ALBERT))

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """The vectors, and that of the whole where there is a pooler.

        tokens, token_types: integers (N, T), types 0 if None
        valid_length: tokens of each sample, (N,): nothing attends to those behind
        mask: (N, T), 0 for tokens that nothing attends to
        """
        x = self.word_embed(tokens) + self._positions(tokens)
        if self.token_type_embed is not None:
            types = np.zeros_like(tokens) if token_types is None else token_types
            x = x + self.token_type_embed(types)
        elif token_types is not None:
            raise InvalidValue("BERT: `token_types` must be None: this network has no types")
        if self.fourier:
            self._refuse_masks(valid_length, mask)
            x = self.dropout(self.project(self.norm(x)))
        else:
            x = self.dropout(self.norm(x))
            x = x if self.project is None else self.project(x)
        seen = _seen(tokens.shape[1], valid_length, mask)
        if self.distance_embed is not None:
            summands = self.distance_embed.summands(tokens.shape[1], tokens.shape[1])
            seen = summands if seen is None else both(summands, seen)
        for _ in range(self.repeats):
            for layer in self.layers:
                x = layer(x, seen)
        return x if self.pooler is None else (x, self.pooler(x[:, 0]))

    def _refuse_masks(self, *masks: Any) -> None:
        if any(mask is not None for mask in masks):
            raise InvalidValue(
                "BERT: `valid_length` and `mask` must be None: a Fourier transform takes all tokens"
            )

    def _positions(self, tokens: Any) -> Any:
        """Vectors (T, U) or (N, T, U) of the places."""
        length = tokens.shape[1]
        if length > self.max_length:
            raise InvalidValue(
                f"BERT: `tokens` may have {self.max_length} positions at most; got {length}"
            )
        table = self.position_weight.data()
        if self.padding_index is None:
            return table[:length]
        counts = (tokens != self.padding_index).astype("int32")
        return npx.embedding(np.cumsum(counts, axis=1) * counts + self.padding_index, table)


def _seen(length: Any, valid_length: Any, mask: Any) -> Any:
    """Which tokens are attended to, (N, 1, 1, T); None for all."""
    seen = None
    if valid_length is not None:
        seen = np.arange(length) < np.reshape(valid_length, (-1, 1, 1, 1))
    if mask is not None:
        kept = np.expand_dims(mask != 0, (1, 2))
        seen = kept if seen is None else np.logical_and(seen, kept)
    return seen


def bert_base(vocab_size: int = 30522) -> BERT:
    """BERT's base model: 12 layers of 768 units.

    >>> from weft.gluon.model_zoo import text
    >>> net = text.bert_base()
    >>> net.units, net.max_length, net.word_embed.weight.shape
    (768, 512, (30522, 768))
    """
    return BERT(vocab_size)


__all__ = ["BERT", "bert_base"]
__dir__ = __all__.copy
