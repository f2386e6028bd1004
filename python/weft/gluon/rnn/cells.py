"""Recurrent cells: one step of a sequence each."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import DTypeLike, ndarray
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Initializable, Parameter


class _Cell(HybridBlock):
    gates = 0  # of a unit; a subclass says
    states = 0

    def __init__(
        self,
        hidden_size: int,
        *,
        input_size: int = 0,
        i2h_weight_initializer: Initializable = None,
        h2h_weight_initializer: Initializable = None,
        i2h_bias_initializer: Initializable = "zeros",
        h2h_bias_initializer: Initializable = "zeros",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        if hidden_size < 1:
            raise InvalidValue(
                f"{type(self).__name__}: `hidden_size` must be at least 1; got {hidden_size}"
            )
        self.hidden_size = hidden_size
        rows = self.gates * hidden_size
        self.i2h_weight = Parameter(
            "i2h_weight", shape=(rows, input_size or -1), dtype=dtype, init=i2h_weight_initializer
        )
        self.h2h_weight = Parameter(
            "h2h_weight", shape=(rows, hidden_size), dtype=dtype, init=h2h_weight_initializer
        )
        self.i2h_bias = Parameter("i2h_bias", shape=(rows,), dtype=dtype, init=i2h_bias_initializer)
        self.h2h_bias = Parameter("h2h_bias", shape=(rows,), dtype=dtype, init=h2h_bias_initializer)

    def infer_shape(self, x: Any, states: Any) -> None:
        self.i2h_weight.shape = (self.gates * self.hidden_size, x.shape[-1])

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros, before the first step."""
        shape = (batch_size, self.hidden_size)
        return [np.zeros(shape, self.i2h_weight.dtype) for _ in range(self.states)]

    def _weights(self) -> list[ndarray]:
        return [p.data() for p in (self.i2h_weight, self.h2h_weight, self.i2h_bias, self.h2h_bias)]

    def unroll(self, inputs: Any, states: list[Any] | None = None) -> tuple[Any, list[Any]]:
        """All steps of a sequence (N, T, C): the outputs (N, T, U) and the last states."""
        if inputs.ndim != 3:
            raise InvalidValue(
                f"{type(self).__name__}: `inputs` must have shape (N, T, C); got {inputs.shape}"
            )
        states = self.begin_state(inputs.shape[0]) if states is None else states
        if inputs.shape[1] == 0:
            return self._no_steps(inputs, states)
        outputs = []
        for step in range(inputs.shape[1]):
            output, states = self(inputs[:, step], states)
            outputs.append(output)
        return np.stack(outputs, axis=1), states

    def _no_steps(self, inputs: Any, states: list[Any]) -> tuple[Any, list[Any]]:
        """The states as they are, with the history that steps would have given them."""
        batch, _, features = inputs.shape
        output, _ = self(np.reshape(inputs, (0, features)), [state[:0] for state in states])
        outputs = np.reshape(output, (batch, 0, self.hidden_size))
        return outputs, [state + np.sum(outputs, axis=1) for state in states]

    def describe(self) -> str:
        features = self.i2h_weight.shape[1]
        return f"{features if features > 0 else None} -> {self.hidden_size}"


class RNNCell(_Cell):
    """Plain recurrent network: `cell(x, [h])` gives `h, [h]`.

    hidden_size: U; activation: 'tanh' or 'relu'; input_size: C, found at the first call if 0
    """

    gates, states = 1, 1

    def __init__(self, hidden_size: int, activation: str = "tanh", **options: Any) -> None:
        super().__init__(hidden_size, **options)
        self.activation = activation

    def forward(self, x: Any, states: Any) -> Any:
        hidden = npx.rnn_cell(x, *states, *self._weights(), activation=self.activation)
        return hidden, [hidden]


class LSTMCell(_Cell):
    """Long short-term memory (Hochreiter and Schmidhuber 1997): `cell(x, [h, c])` gives
    `h, [h, c]`.

    hidden_size: U; input_size: C, found at the first call if 0

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.LSTMCell(4)
    >>> cell.initialize()
    >>> output, states = cell(np.ones((2, 3)), cell.begin_state(2))
    >>> output.shape, len(states)
    ((2, 4), 2)
    """

    gates, states = 4, 2

    def forward(self, x: Any, states: Any) -> Any:
        hidden, cell = npx.lstm_cell(x, *states, *self._weights())
        return hidden, [hidden, cell]


class GRUCell(_Cell):
    """Gated recurrent unit (Cho et al. 2014): `cell(x, [h])` gives `h, [h]`.

    hidden_size: U; input_size: C, found at the first call if 0
    """

    gates, states = 3, 1

    def forward(self, x: Any, states: Any) -> Any:
        hidden = npx.gru_cell(x, *states, *self._weights())
        return hidden, [hidden]


__all__ = ["GRUCell", "LSTMCell", "RNNCell"]
__dir__ = __all__.copy
