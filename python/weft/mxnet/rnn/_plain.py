"""Plain cells: an affine map of the inputs and one of the last output, and gates of their sum."""

import json
from collections.abc import Sequence
from typing import Any

from weft.mxnet import symbol
from weft.mxnet.rnn._base import BaseRNNCell, RNNParams
from weft.mxnet.symbol import Symbol

Step = tuple[Symbol, list[Symbol]]
# By a kind of cell, what the names of its gates' weights have.
GATES = {
    "rnn_relu": ("",),
    "rnn_tanh": ("",),
    "lstm": ("_i", "_f", "_c", "_o"),
    "gru": ("_r", "_z", "_o"),
}


class _PlainCell(BaseRNNCell):
    """A cell with weights and biases `i2h` and `h2h`."""

    _states = 1

    def __init__(
        self, num_hidden: int, prefix: str, params: RNNParams | None, bias: str | None = None
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        self._num_hidden = num_hidden
        self._iW = self.params.get("i2h_weight")
        self._iB = self.params.get("i2h_bias", **({} if bias is None else {"init": bias}))
        self._hW = self.params.get("h2h_weight")
        self._hB = self.params.get("h2h_bias")

    @property
    def state_info(self) -> list[dict[str, Any]]:
        return [{"shape": (0, self._num_hidden), "__layout__": "NC"} for _ in range(self._states)]

    def _maps(self, inputs: Symbol, state: Symbol, name: str) -> tuple[Symbol, Symbol]:
        """The affine maps of inputs and of the state, for all gates together."""
        units = self._num_hidden * len(self._gate_names)
        i2h = symbol.FullyConnected(
            data=inputs, weight=self._iW, bias=self._iB, num_hidden=units, name=f"{name}i2h"
        )
        h2h = symbol.FullyConnected(
            data=state, weight=self._hW, bias=self._hB, num_hidden=units, name=f"{name}h2h"
        )
        return i2h, h2h


class RNNCell(_PlainCell):
    """A plain cell: activation(i2h + h2h).

    num_hidden: elements of the output; activation: its name, or a function of symbols
    prefix: before the names of weights; params: of a cell to share weights with
    """

    _gate_names = GATES["rnn_tanh"]

    def __init__(
        self,
        num_hidden: int,
        activation: Any = "tanh",
        prefix: str = "rnn_",
        params: RNNParams | None = None,
    ) -> None:
        super().__init__(num_hidden, prefix, params)
        self._activation = activation

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        i2h, h2h = self._maps(inputs, states[0], name)
        output = self._get_activation(i2h + h2h, self._activation, name=f"{name}out")
        return output, [output]


def forget_bias_text(forget_bias: float) -> str:
    """The initializer of an LSTM's biases, as annotations have it."""
    return json.dumps(["lstmbias", {"forget_bias": forget_bias}])


def lstm_step(
    cell: BaseRNNCell,
    gates: Symbol,
    last: Symbol,
    name: str,
    activation: Any,
    axis: int = 1,
    gate: str = "sigmoid",
) -> Step:
    """Gates in the order i, f, c, o make the new states."""
    parts = symbol.SliceChannel(gates, num_outputs=4, axis=axis, name=f"{name}slice")
    write = symbol.Activation(parts[0], act_type=gate, name=f"{name}i")
    keep = symbol.Activation(parts[1], act_type=gate, name=f"{name}f")
    new = cell._get_activation(parts[2], activation, name=f"{name}c")
    show = symbol.Activation(parts[3], act_type=gate, name=f"{name}o")
    kept, written = keep * last, write * new
    state = symbol._internal._plus(kept, written, name=f"{name}state")
    shown = cell._get_activation(state, activation)
    output = symbol._internal._mul(show, shown, name=f"{name}out")
    return output, [output, state]


class LSTMCell(_PlainCell):
    """A long short-term memory. forget_bias: the first value of that gate's bias."""

    _states = 2
    _gate_names = GATES["lstm"]

    def __init__(
        self,
        num_hidden: int,
        prefix: str = "lstm_",
        params: RNNParams | None = None,
        forget_bias: float = 1.0,
    ) -> None:
        super().__init__(num_hidden, prefix, params, forget_bias_text(forget_bias))

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        i2h, h2h = self._maps(inputs, states[0], name)
        return lstm_step(self, i2h + h2h, states[1], name, "tanh")


def gru_step(
    cell: BaseRNNCell,
    maps: tuple[Symbol, Symbol],
    last: Symbol,
    name: str,
    activation: Any,
    gate: str = "sigmoid",
) -> Step:
    """Gates in the order r, z, o make the new state."""
    i2h = symbol.SliceChannel(maps[0], num_outputs=3, name=f"{name}_i2h_slice")
    h2h = symbol.SliceChannel(maps[1], num_outputs=3, name=f"{name}_h2h_slice")
    reset = symbol.Activation(i2h[0] + h2h[0], act_type=gate, name=f"{name}_r_act")
    keep = symbol.Activation(i2h[1] + h2h[1], act_type=gate, name=f"{name}_z_act")
    new = cell._get_activation(i2h[2] + reset * h2h[2], activation, name=f"{name}_h_act")
    # The output has the name of the step without the second underscore of its parts.
    output = symbol._internal._plus((1.0 - keep) * new, keep * last, name=f"{name}out")
    return output, [output]


class GRUCell(_PlainCell):
    """A gated recurrent unit, whose reset gate is behind the affine map of the state."""

    _gate_names = GATES["gru"]

    def __init__(
        self, num_hidden: int, prefix: str = "gru_", params: RNNParams | None = None
    ) -> None:
        super().__init__(num_hidden, prefix, params)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        maps = self._maps(inputs, states[0], f"{name}_")
        return gru_step(self, maps, states[0], name, "tanh")


__all__ = ["GATES", "GRUCell", "LSTMCell", "RNNCell", "forget_bias_text", "gru_step", "lstm_step"]
