"""Cells whose maps are convolutions, for states that are images."""

import functools
from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft.mxnet import symbol
from weft.mxnet.rnn._base import BaseRNNCell, RNNParams
from weft.mxnet.rnn._plain import GATES, Step, gru_step, lstm_step
from weft.mxnet.symbol import Symbol

_LEAKY = functools.partial(symbol.LeakyReLU, act_type="leaky", slope=0.2)
Pair = tuple[int, int]


class BaseConvRNNCell(BaseRNNCell):
    """Base of these cells.

    input_shape: of one step's input, as (N, C, H, W); num_hidden: channels of the state
    h2h_kernel, h2h_dilate: of the convolution of the state, whose windows must be odd
    i2h_kernel, i2h_stride, i2h_pad, i2h_dilate: of the convolution of the input
    activation: its name, or a function of symbols
    """

    _states = 1

    def __init__(
        self,
        input_shape: Sequence[int],
        num_hidden: int,
        h2h_kernel: Pair = (3, 3),
        h2h_dilate: Pair = (1, 1),
        i2h_kernel: Pair = (3, 3),
        i2h_stride: Pair = (1, 1),
        i2h_pad: Pair = (1, 1),
        i2h_dilate: Pair = (1, 1),
        i2h_weight_initializer: Any = None,
        h2h_weight_initializer: Any = None,
        i2h_bias_initializer: Any = "zeros",
        h2h_bias_initializer: Any = "zeros",
        activation: Any = _LEAKY,
        prefix: str = "",
        params: RNNParams | None = None,
        conv_layout: str = "NCHW",
    ) -> None:
        super().__init__(prefix=prefix, params=params)
        if any(k % 2 == 0 for k in h2h_kernel):
            raise InvalidValue(
                f"{type(self).__name__}: `h2h_kernel` must be odd, so that states keep their "
                f"size; got {tuple(h2h_kernel)}"
            )
        self._h2h_kernel, self._h2h_dilate = tuple(h2h_kernel), tuple(h2h_dilate)
        self._h2h_pad = tuple(d * (k - 1) // 2 for d, k in zip(h2h_dilate, h2h_kernel, strict=True))
        self._i2h = {
            "kernel": tuple(i2h_kernel),
            "stride": tuple(i2h_stride),
            "pad": tuple(i2h_pad),
            "dilate": tuple(i2h_dilate),
        }
        self._num_hidden, self._activation, self._layout = num_hidden, activation, conv_layout
        data = symbol.Variable("data")
        mapped = symbol.Convolution(
            data=data, num_filter=num_hidden, layout=conv_layout, **self._i2h
        )
        shape = mapped.infer_shape(data=tuple(input_shape))[1][0]
        self._state_shape = (0, *shape[1:])
        names = {
            "i2h_weight": i2h_weight_initializer,
            "h2h_weight": h2h_weight_initializer,
            "i2h_bias": i2h_bias_initializer,
            "h2h_bias": h2h_bias_initializer,
        }
        made = {name: self.params.get(name, init=init) for name, init in names.items()}
        self._iW, self._hW = made["i2h_weight"], made["h2h_weight"]
        self._iB, self._hB = made["i2h_bias"], made["h2h_bias"]

    @property
    def state_info(self) -> list[dict[str, Any]]:
        return [
            {"shape": self._state_shape, "__layout__": self._layout} for _ in range(self._states)
        ]

    def _maps(self, inputs: Symbol, state: Symbol, name: str) -> tuple[Symbol, Symbol]:
        filters = self._num_hidden * len(self._gate_names)
        i2h = symbol.Convolution(
            name=f"{name}i2h",
            data=inputs,
            weight=self._iW,
            bias=self._iB,
            num_filter=filters,
            layout=self._layout,
            **self._i2h,
        )
        h2h = symbol.Convolution(
            name=f"{name}h2h",
            data=state,
            weight=self._hW,
            bias=self._hB,
            num_filter=filters,
            kernel=self._h2h_kernel,
            dilate=self._h2h_dilate,
            pad=self._h2h_pad,
            stride=(1, 1),
            layout=self._layout,
        )
        return i2h, h2h


class ConvRNNCell(BaseConvRNNCell):
    """A plain cell with convolutions."""

    _gate_names = GATES["rnn_tanh"]

    def __init__(
        self, input_shape: Sequence[int], num_hidden: int, prefix: str = "ConvRNN_", **kwargs: Any
    ) -> None:
        super().__init__(input_shape, num_hidden, prefix=prefix, **kwargs)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        i2h, h2h = self._maps(inputs, states[0], name)
        output = self._get_activation(i2h + h2h, self._activation, name=f"{name}out")
        return output, [output]


class ConvLSTMCell(BaseConvRNNCell):
    """A long short-term memory with convolutions."""

    _states = 2
    _gate_names = GATES["lstm"]

    def __init__(
        self, input_shape: Sequence[int], num_hidden: int, prefix: str = "ConvLSTM_", **kwargs: Any
    ) -> None:
        super().__init__(input_shape, num_hidden, prefix=prefix, **kwargs)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        i2h, h2h = self._maps(inputs, states[0], name)
        axis = self._layout.find("C")
        return lstm_step(self, i2h + h2h, states[1], name, self._activation, axis)


class ConvGRUCell(BaseConvRNNCell):
    """A gated recurrent unit with convolutions."""

    _gate_names = GATES["gru"]

    def __init__(
        self, input_shape: Sequence[int], num_hidden: int, prefix: str = "ConvGRU_", **kwargs: Any
    ) -> None:
        super().__init__(input_shape, num_hidden, prefix=prefix, **kwargs)

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        name = self._next_name()
        maps = self._maps(inputs, states[0], f"{name}_")
        return gru_step(self, maps, states[0], name, self._activation)


__all__ = ["BaseConvRNNCell", "ConvGRUCell", "ConvLSTMCell", "ConvRNNCell"]
