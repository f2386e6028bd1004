"""BERT: Devlin et al., "Pre-training of Deep Bidirectional Transformers", 2019."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter


class BERT(HybridBlock):
    """Tokens (N, T) to vectors (N, T, U), and of the first token's one for the whole, (N, U).

    max_length: the longest T; token_types: kinds of segments
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
    ) -> None:
        super().__init__()
        self.max_length = max_length
        self.word_embed = nn.Embedding(vocab_size, units)
        self.token_type_embed = nn.Embedding(token_types, units)
        self.position_weight = Parameter("position_weight", shape=(max_length, units))
        self.norm = nn.LayerNorm(epsilon=1e-12, in_channels=units)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.HybridSequential()
        for _ in range(num_layers):
            self.layers.add(
                nn.TransformerEncoderLayer(
                    units,
                    hidden_size,
                    num_heads,
                    dropout=dropout,
                    attention_dropout=dropout,
                    activation="gelu",
                    layer_norm_eps=1e-12,
                )
            )
        self.pooler = nn.Dense(units, activation="tanh", in_units=units)

    def forward(self, tokens: Any, token_types: Any = None, valid_length: Any = None) -> Any:
        """The vectors, and that of the whole.

        tokens, token_types: integers (N, T), types 0 if None
        valid_length: tokens of each sample, (N,): nothing attends to those behind
        """
        length = tokens.shape[1]
        if length > self.max_length:
            raise InvalidValue(
                f"BERT: `tokens` may have {self.max_length} positions at most; got {length}"
            )
        x = self.word_embed(tokens) + self.position_weight.data()[:length]
        types = np.zeros_like(tokens) if token_types is None else token_types
        x = self.dropout(self.norm(x + self.token_type_embed(types)))
        mask = None
        if valid_length is not None:
            mask = np.arange(length) < np.reshape(valid_length, (-1, 1, 1, 1))
        for layer in self.layers:
            x = layer(x, mask)
        return x, self.pooler(x[:, 0])


def bert_base(vocab_size: int = 30522) -> BERT:
    """BERT's base model: 12 layers of 768 units."""
    return BERT(vocab_size)


__all__ = ["BERT", "bert_base"]
__dir__ = __all__.copy
