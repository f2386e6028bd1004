"""Heads on encoders of text, as BERT (Devlin et al., 2019) and its kin have them in Hugging Face.

An encoder here gives vectors (N, T, U), or these and one for the whole (N, U), and has
`word_embed`, `units` and `embed_size`, as `BERT`. Heads are called as their encoder is:
(tokens, token_types=None, valid_length=None, mask=None).
"""

from collections.abc import Sequence
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter
from weft.gluon.published import Names


class _Head(HybridBlock):
    """An encoder with something behind it."""

    def __init__(self, encoder: HybridBlock) -> None:
        super().__init__()
        self.encoder = encoder

    @property
    def max_length(self) -> int:
        """The longest T."""
        return self.encoder.max_length

    def _lines(self) -> dict[str, str]:
        """Published names of the head, and what they are here."""
        raise NotImplementedError

    @property
    def published_names(self) -> Sequence[Names]:  # type: ignore[override]
        """The encoder's tables with the head's names, which the encoder alone has no use for."""
        lines = self._lines()
        return tuple(
            names.inside(
                "encoder",
                lines,
                unused=[n for n in names.unused if not any(line.startswith(n) for line in lines)],
            )
            for names in self.encoder.published_names
        )

    def _encoded(self, *args: Any) -> tuple[Any, Any]:
        """Vectors of the tokens (N, T, U), and of the whole (N, U), None without a pooler."""
        found = self.encoder(*args)
        return (found[0], found[1]) if isinstance(found, tuple | list) else (found, None)


class MaskedLanguageModel(_Head):
    """Tokens (N, T) to scores of the token at each place, (N, T, vocabulary).

    tie_weights: scores are products with the rows of the embedding, else with rows of their own

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(
    ...     30, units=8, hidden_size=16, num_layers=1, num_heads=2, max_length=12, pooler=False
    ... )
    >>> net = text.MaskedLanguageModel(encoder)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3]])).shape
    (1, 3, 30)
    """

    def __init__(
        self,
        encoder: HybridBlock,
        *,
        activation: str = "gelu",
        layer_norm_eps: float = 1e-12,
        tie_weights: bool = True,
    ) -> None:
        super().__init__(encoder)
        units, width = encoder.units, encoder.embed_size
        words = encoder.word_embed.weight.shape[0]
        self.dense = nn.Dense(width, flatten=False, in_units=units)
        self.activation = nn.Activation(activation)
        self.norm = nn.LayerNorm(epsilon=layer_norm_eps, in_channels=width)
        self.word_weight = None if tie_weights else Parameter("word_weight", shape=(words, width))
        self.bias = Parameter("bias", shape=(words,), init="zeros")

    def _lines(self) -> dict[str, str]:
        table = "encoder.word_embed.weight" if self.word_weight is None else "word_weight"
        return {
            "cls.predictions.transform.dense": "dense",
            "cls.predictions.transform.LayerNorm": "norm",
            "cls.predictions.decoder.weight": table,
            "cls.predictions.decoder.bias": "bias",
            "cls.predictions.bias": "bias",
            "lm_head.dense": "dense",
            "lm_head.layer_norm": "norm",
            "lm_head.decoder.weight": table,
            "lm_head.decoder.bias": "bias",
            "lm_head.bias": "bias",
            "vocab_transform": "dense",
            "vocab_layer_norm": "norm",
            "vocab_projector.weight": table,
            "vocab_projector.bias": "bias",
            "predictions.dense": "dense",
            "predictions.LayerNorm": "norm",
            "predictions.decoder.weight": table,
            "predictions.decoder.bias": "bias",
            "predictions.bias": "bias",
            "generator_predictions.dense": "dense",
            "generator_predictions.LayerNorm": "norm",
            "generator_lm_head.weight": table,
            "generator_lm_head.bias": "bias",
        }

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        return self._scores(self._encoded(tokens, token_types, valid_length, mask)[0])

    def _scores(self, x: Any) -> Any:
        rows = self.encoder.word_embed.weight if self.word_weight is None else self.word_weight
        x = self.norm(self.activation(self.dense(x)))
        return np.matmul(x, rows.data().T) + self.bias.data()


class PretrainedBERT(MaskedLanguageModel):
    """Tokens (N, T) to the scores of `MaskedLanguageModel`, and to two of whether the second
    segment follows the first, (N, 2). The encoder needs a pooler.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2)
    >>> net = text.PretrainedBERT(encoder)
    >>> net.initialize()
    >>> words, follows = net(np.array([[1, 2, 3, 4]]), np.array([[0, 0, 1, 1]]))
    >>> words.shape, follows.shape
    ((1, 4, 30), (1, 2))
    """

    def __init__(self, encoder: HybridBlock, **options: Any) -> None:
        super().__init__(encoder, **options)
        _require_pooler(encoder, "PretrainedBERT")
        self.output = nn.Dense(2, in_units=encoder.units)

    def _lines(self) -> dict[str, str]:
        return {**super()._lines(), "cls.seq_relationship": "output"}

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        x, whole = self._encoded(tokens, token_types, valid_length, mask)
        return self._scores(x), self.output(whole)


class SequenceClassifier(_Head):
    """Tokens (N, T) to scores of classes, (N, classes).

    hidden: activation of a dense layer on the vector of the first token: "tanh" as RoBERTa has it,
        "relu" as DistilBERT; None: the vector of the encoder's pooler, as in BERT
    dropout: before the scores; first_dropout: before the hidden layer

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2)
    >>> net = text.SequenceClassifier(encoder, classes=3)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3, 4]])).shape
    (1, 3)
    """

    def __init__(
        self,
        encoder: HybridBlock,
        classes: int = 2,
        *,
        hidden: str | None = None,
        dropout: float = 0.1,
        first_dropout: float = 0.0,
    ) -> None:
        super().__init__(encoder)
        self.dense = None
        if hidden is None:
            _require_pooler(encoder, "SequenceClassifier")
        else:
            self.dense = nn.Dense(encoder.units, activation=hidden, in_units=encoder.units)
        self.first_dropout = nn.Dropout(first_dropout)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Dense(classes, in_units=encoder.units)

    def _lines(self) -> dict[str, str]:
        if self.dense is None:
            return {"classifier": "output"}
        return {
            "classifier.dense": "dense",
            "classifier.out_proj": "output",
            "pre_classifier": "dense",
            "classifier": "output",
        }

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        x, whole = self._encoded(tokens, token_types, valid_length, mask)
        if self.dense is not None:
            whole = self.dense(self.first_dropout(x[:, 0]))
        return self.output(self.dropout(whole))


class NextSentence(SequenceClassifier):
    """Tokens (N, T) of two segments to scores of whether the second follows the first, (N, 2).

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2)
    >>> net = text.NextSentence(encoder)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3, 4]]), np.array([[0, 0, 1, 1]])).shape
    (1, 2)
    """

    def __init__(self, encoder: HybridBlock) -> None:
        super().__init__(encoder, 2, dropout=0.0)

    def _lines(self) -> dict[str, str]:
        return {"cls.seq_relationship": "output"}


class TokenClassifier(_Head):
    """Tokens (N, T) to scores of classes for each, (N, T, classes); dropout: before the scores.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2, pooler=False)
    >>> net = text.TokenClassifier(encoder, classes=5)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3, 4]])).shape
    (1, 4, 5)
    """

    def __init__(self, encoder: HybridBlock, classes: int = 2, *, dropout: float = 0.1) -> None:
        super().__init__(encoder)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Dense(classes, flatten=False, in_units=encoder.units)

    def _lines(self) -> dict[str, str]:
        return {"classifier": "output"}

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        x, _ = self._encoded(tokens, token_types, valid_length, mask)
        return self.output(self.dropout(x))


class ReplacedTokens(_Head):
    """Tokens (N, T) to scores of whether each was replaced, (N, T): ELECTRA's discriminator.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2, pooler=False)
    >>> net = text.ReplacedTokens(encoder)
    >>> net.initialize()
    >>> net(np.array([[1, 2, 3, 4]])).shape
    (1, 4)
    """

    def __init__(self, encoder: HybridBlock, *, activation: str = "gelu") -> None:
        super().__init__(encoder)
        self.dense = nn.Dense(encoder.units, flatten=False, in_units=encoder.units)
        self.activation = nn.Activation(activation)
        self.output = nn.Dense(1, flatten=False, in_units=encoder.units)

    def _lines(self) -> dict[str, str]:
        return {
            "discriminator_predictions.dense": "dense",
            "discriminator_predictions.dense_prediction": "output",
        }

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        x, _ = self._encoded(tokens, token_types, valid_length, mask)
        return self.output(self.activation(self.dense(x)))[:, :, 0]


class QuestionAnswering(_Head):
    """Tokens (N, T) of a question and a text to scores of where the answer begins and where it
    ends, both (N, T); dropout: before the scores.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> encoder = text.BERT(30, units=8, hidden_size=16, num_layers=1, num_heads=2, pooler=False)
    >>> net = text.QuestionAnswering(encoder)
    >>> net.initialize()
    >>> begins, ends = net(np.array([[1, 2, 3, 4]]))
    >>> begins.shape, ends.shape
    ((1, 4), (1, 4))
    """

    def __init__(self, encoder: HybridBlock, *, dropout: float = 0.0) -> None:
        super().__init__(encoder)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Dense(2, flatten=False, in_units=encoder.units)

    def _lines(self) -> dict[str, str]:
        return {"qa_outputs": "output"}

    def forward(
        self, tokens: Any, token_types: Any = None, valid_length: Any = None, mask: Any = None
    ) -> Any:
        """Arguments as for the encoder."""
        x, _ = self._encoded(tokens, token_types, valid_length, mask)
        scores = self.output(self.dropout(x))
        return scores[:, :, 0], scores[:, :, 1]


def _require_pooler(encoder: Any, head: str) -> None:
    if encoder.pooler is None:
        raise InvalidValue(f"{head}: `encoder` must have a pooler; got one with `pooler=False`")


__all__ = [
    "MaskedLanguageModel",
    "NextSentence",
    "PretrainedBERT",
    "QuestionAnswering",
    "ReplacedTokens",
    "SequenceClassifier",
    "TokenClassifier",
]
__dir__ = __all__.copy
