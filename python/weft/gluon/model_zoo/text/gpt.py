"""GPT-2: Radford et al., "Language Models are Unsupervised Multitask Learners", 2019."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text.sampling import draw
from weft.gluon.parameter import Parameter


class GPT(HybridBlock):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary).

    hidden_size: between the dense layers of each block, 4 U if None; max_length: the longest T. The
    scores are products with the rows of the embedding.
    """

    def __init__(
        self,
        vocab_size: int,
        units: int = 768,
        num_layers: int = 12,
        num_heads: int = 12,
        hidden_size: int | None = None,
        max_length: int = 1024,
        dropout: float = 0.1,
    ) -> None:
        super().__init__()
        self.max_length = max_length
        self.embed = nn.Embedding(vocab_size, units)
        self.position_weight = Parameter("position_weight", shape=(max_length, units))
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.HybridSequential()
        for _ in range(num_layers):
            self.layers.add(
                nn.TransformerEncoderLayer(
                    units,
                    hidden_size or 4 * units,
                    num_heads,
                    dropout=dropout,
                    attention_dropout=dropout,
                    activation="gelu",
                    pre_norm=True,
                )
            )
        self.norm = nn.LayerNorm(in_channels=units)

    def new_caches(self, batch: int, length: int | None = None) -> list[nn.KeyValueCache]:
        """An empty cache for each layer, for `length` tokens, `max_length` if None."""
        return [
            layer.attention.new_cache(batch, length or self.max_length) for layer in self.layers
        ]

    def forward(self, tokens: Any, caches: Any = None) -> Any:
        """The scores.

        caches: of the tokens before, one for each layer; these tokens are appended
        """
        steps = tokens.shape[1]
        if steps > self.max_length:
            raise InvalidValue(
                f"GPT: `tokens` may have {self.max_length} positions at most; got {steps}"
            )
        table = self.position_weight.data()
        if caches is None:
            positions = table[:steps]
        else:
            positions = np.take(table, caches[0].position + np.arange(steps), axis=0, mode="clip")
        x = self.dropout(self.embed(tokens) + positions)
        for i, layer in enumerate(self.layers):
            cache = None if caches is None else caches[i]
            x = layer(x, causal=cache is None, cache=cache)
        return np.matmul(self.norm(x), self.embed.weight.data().T)

    def generate(
        self,
        tokens: ndarray,
        steps: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
    ) -> ndarray:
        """Tokens (N, T) continued by `steps` drawn ones: (N, T + steps).

        temperature, top_k: as for `draw`. Raises ValueError where that is longer than max_length.
        """
        total = tokens.shape[1] + steps
        if steps < 0 or total > self.max_length:
            raise InvalidValue(
                f"GPT.generate: `steps` must be in [0, {self.max_length - tokens.shape[1]}] after "
                f"{tokens.shape[1]} tokens; got {steps}"
            )
        caches = self.new_caches(tokens.shape[0], total)
        parts, last = [tokens], tokens
        for _ in range(steps):
            scores = self(last, caches)[:, -1]
            last = draw(scores, temperature, top_k).reshape(-1, 1).astype(tokens.dtype)
            parts.append(last)
        return np.concatenate(parts, axis=1)


def gpt2_small(vocab_size: int = 50257) -> GPT:
    """GPT-2's smallest model: 12 layers of 768 units."""
    return GPT(vocab_size)


__all__ = ["GPT", "gpt2_small"]
__dir__ = __all__.copy
