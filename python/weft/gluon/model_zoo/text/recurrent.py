"""A language model of recurrent layers: Zaremba, Sutskever, Vinyals, "Recurrent Neural Network
Regularization", 2014."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.gluon import nn, rnn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo.text.sampling import draw

_LAYERS = {"lstm": rnn.LSTM, "gru": rnn.GRU}


class RNNModel(HybridBlock):
    """Tokens (N, T) to scores of the next ones, (N, T, vocabulary), and the last states.

    mode: "lstm" or "gru"; embed_size: of the embedding; hidden_size: of the layers
    tie_weights: scores are products with the rows of the embedding; embed_size must be hidden_size

    >>> from weft import np
    >>> from weft.gluon.model_zoo import text
    >>> net = text.RNNModel(10, embed_size=4, hidden_size=8, num_layers=1, mode="gru")
    >>> net.initialize()
    >>> scores, states = net(np.array([[1, 2, 3]]), net.begin_state(1))
    >>> scores.shape, [state.shape for state in states]
    ((1, 3, 10), [(1, 1, 8)])
    """

    def __init__(
        self,
        vocab_size: int,
        embed_size: int = 200,
        hidden_size: int = 200,
        num_layers: int = 2,
        mode: str = "lstm",
        dropout: float = 0.0,
        tie_weights: bool = False,
    ) -> None:
        super().__init__()
        if mode not in _LAYERS:
            raise InvalidValue(f"RNNModel: `mode` must be lstm or gru; got {mode!r}")
        if tie_weights and embed_size != hidden_size:
            raise InvalidValue(
                "RNNModel: `embed_size` must be `hidden_size` where weights are tied; got "
                f"{embed_size} and {hidden_size}"
            )
        self.embed = nn.Embedding(vocab_size, embed_size)
        self.dropout = nn.Dropout(dropout)
        self.rnn = _LAYERS[mode](
            hidden_size,
            num_layers,
            layout="NTC",
            dropout=dropout if num_layers > 1 else 0.0,
            input_size=embed_size,
        )
        self.output = None if tie_weights else nn.Dense(vocab_size, flatten=False)

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros, before the first token."""
        return self.rnn.begin_state(batch_size)

    def forward(self, tokens: Any, states: Any) -> Any:
        """The scores, and the states behind the last token."""
        x, states = self.rnn(self.dropout(self.embed(tokens)), states)
        x = self.dropout(x)
        if self.output is None:
            return np.matmul(x, self.embed.weight.data().T), states
        return self.output(x), states

    def generate(
        self,
        tokens: ndarray,
        steps: int,
        *,
        temperature: float = 1.0,
        top_k: int | None = None,
    ) -> ndarray:
        """Tokens (N, T) continued by `steps` drawn ones: (N, T + steps); as for `draw`."""
        if steps < 0:
            raise InvalidValue(f"RNNModel.generate: `steps` must be at least 0; got {steps}")
        states = self.begin_state(tokens.shape[0])
        parts, last = [tokens], tokens
        for _ in range(steps):
            scores, states = self(last, states)
            last = draw(scores[:, -1], temperature, top_k).reshape(-1, 1).astype(tokens.dtype)
            parts.append(last)
        return np.concatenate(parts, axis=1)


__all__ = ["RNNModel"]
__dir__ = __all__.copy
