"""Recurrent cells: one step of a sequence each."""

from typing import Any

from weft import npx
from weft._base.options import require_whole
from weft._core.typing import DTypeLike, ndarray
from weft.gluon._orders import check_activation
from weft.gluon.parameter import Initializable, Parameter
from weft.gluon.rnn._base import RecurrentCell
from weft.gluon.rnn._projected import projected_step


class _Cell(RecurrentCell):
    input_axes = 3
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
        hidden_size = require_whole(type(self).__name__, "hidden_size", hidden_size, 1)
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

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape (N, U) and layout of each state."""
        shape = (batch_size, self.hidden_size)
        return [{"shape": shape, "__layout__": "NC"} for _ in range(self.states)]

    @property
    def state_dtype(self) -> DTypeLike:
        """The parameters'."""
        return self.i2h_weight.dtype

    def _weights(self) -> list[ndarray]:
        return [p.data() for p in (self.i2h_weight, self.h2h_weight, self.i2h_bias, self.h2h_bias)]

    def describe(self) -> str:
        features = self.i2h_weight.shape[1]
        return f"{features if features > 0 else None} -> {self.hidden_size}"


class RNNCell(_Cell):
    """Plain recurrent network: `cell(x, [h])` gives `h, [h]`.

    hidden_size: U; activation: 'tanh' or 'relu'; input_size: C, found at the first call if 0

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.RNNCell(4)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((2, 3)), cell.begin_state(batch_size=2))
    >>> out.shape, len(states)
    ((2, 4), 1)
    """

    gates, states = 1, 1

    def __init__(self, hidden_size: int, activation: str = "tanh", **options: Any) -> None:
        check_activation("RNNCell", activation)
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

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.GRUCell(4)
    >>> cell.initialize()
    >>> outputs, states = cell.unroll(np.ones((2, 5, 3)))
    >>> outputs.shape
    (2, 5, 4)
    """

    gates, states = 3, 1

    def forward(self, x: Any, states: Any) -> Any:
        hidden = npx.gru_cell(x, *states, *self._weights())
        return hidden, [hidden]


class LSTMPCell(_Cell):
    """LSTM whose output is projected (Sak et al. 2014), so that a step multiplies by fewer weights:
    `cell(x, [r, c])` gives `r, [r, c]`, with r = h2r_weight h.

    hidden_size: U; projection_size: P, the extent of r and of the output; input_size: C, found at
    the first call if 0

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.LSTMPCell(8, 3)
    >>> cell.initialize()
    >>> output, states = cell(np.ones((2, 5)), cell.begin_state(2))
    >>> [array.shape for array in (output, *states)]
    [(2, 3), (2, 3), (2, 8)]
    """

    gates, states = 4, 2

    def __init__(
        self,
        hidden_size: int,
        projection_size: int,
        *,
        h2r_weight_initializer: Initializable = None,
        **options: Any,
    ) -> None:
        super().__init__(hidden_size, **options)
        projection_size = require_whole("LSTMPCell", "projection_size", projection_size, 1)
        self.projection_size = projection_size
        dtype = self.state_dtype
        self.h2h_weight = Parameter(  # of the projected state
            "h2h_weight",
            shape=(4 * hidden_size, projection_size),
            dtype=dtype,
            init=self.h2h_weight.init,
        )
        self.h2r_weight = Parameter(
            "h2r_weight",
            shape=(projection_size, hidden_size),
            dtype=dtype,
            init=h2r_weight_initializer,
        )

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shapes (N, P) and (N, U) and layout of the states."""
        sizes = (self.projection_size, self.hidden_size)
        return [{"shape": (batch_size, size), "__layout__": "NC"} for size in sizes]

    def forward(self, x: Any, states: Any) -> Any:
        before, cell = states
        i2h_weight, h2h_weight, i2h_bias, h2h_bias = self._weights()
        gates = npx.fully_connected(x, i2h_weight, i2h_bias)
        gates = gates + npx.fully_connected(before, h2h_weight, h2h_bias)
        return projected_step(gates, cell, self.h2r_weight.data())

    def describe(self) -> str:
        return f"{super().describe()} -> {self.projection_size}"


__all__ = ["GRUCell", "LSTMCell", "LSTMPCell", "RNNCell"]
__dir__ = __all__.copy
