"""Recurrent cells of images: the products of `cells` are convolutions here (Shi et al. 2015)."""

from collections.abc import Callable, Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft._core.typing import DTypeLike
from weft.gluon.nn.activations import activation_named
from weft.gluon.nn.convolution import Window, _extents
from weft.gluon.parameter import Initializable, Parameter
from weft.gluon.rnn._base import RecurrentCell


class _ConvCell(RecurrentCell):
    dims = 0  # spatial axes; a subclass says
    gates = 1
    states = 1

    def __init__(
        self,
        input_shape: Sequence[int],
        hidden_channels: int,
        i2h_kernel: Window,
        h2h_kernel: Window,
        i2h_pad: Window = 0,
        i2h_dilate: Window = 1,
        h2h_dilate: Window = 1,
        i2h_weight_initializer: Initializable = None,
        h2h_weight_initializer: Initializable = None,
        i2h_bias_initializer: Initializable = "zeros",
        h2h_bias_initializer: Initializable = "zeros",
        conv_layout: str | None = None,
        activation: str | Callable[[Any], Any] = "tanh",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        self.input_axes = self.dims + 3
        self.input_shape = tuple([input_shape] if isinstance(input_shape, int) else input_shape)
        channels, *extents = self.input_shape or (0,)
        if len(extents) != self.dims or min(extents) < 1 or (channels < 1 and channels != -1):
            raise InvalidValue(
                f"{name}: `input_shape` must be the channels and {self.dims} extents, each at "
                f"least 1, or channels of -1; got {self.input_shape}"
            )
        self.layout = "NC" + "DHW"[3 - self.dims :]
        is_known = conv_layout in (None, self.layout)
        require(is_known, name, "conv_layout", repr(self.layout), repr(conv_layout))
        hidden_channels = require_whole(name, "hidden_channels", hidden_channels, 1)
        self.hidden_channels = hidden_channels
        kernel = _extents(i2h_kernel, self.dims, name, "i2h_kernel")
        own_kernel = _extents(h2h_kernel, self.dims, name, "h2h_kernel")
        if any(extent % 2 == 0 for extent in own_kernel):
            raise InvalidValue(
                f"{name}: `h2h_kernel` must be odd, so that states keep their extents; got "
                f"{own_kernel}"
            )
        own_dilate = _extents(h2h_dilate, self.dims, name, "h2h_dilate")
        self.i2h = {
            "pad": _extents(i2h_pad, self.dims, name, "i2h_pad", least=0),
            "dilate": _extents(i2h_dilate, self.dims, name, "i2h_dilate"),
        }
        self.h2h = {
            "pad": tuple(d * (k - 1) // 2 for d, k in zip(own_dilate, own_kernel, strict=True)),
            "dilate": own_dilate,
        }
        self.state_extents = self._extents_of_states(kernel)
        is_named = isinstance(activation, str)
        self.activation_name = activation if is_named else "a function"
        self.activation = activation_named(activation) if is_named else activation
        rows = self.gates * hidden_channels
        shapes = {
            "i2h_weight": ((rows, self.input_shape[0], *kernel), i2h_weight_initializer),
            "h2h_weight": ((rows, hidden_channels, *own_kernel), h2h_weight_initializer),
            "i2h_bias": ((rows,), i2h_bias_initializer),
            "h2h_bias": ((rows,), h2h_bias_initializer),
        }
        for key, (shape, first) in shapes.items():
            setattr(self, key, Parameter(key, shape=shape, dtype=dtype, init=first))

    def _extents_of_states(self, kernel: tuple[int, ...]) -> tuple[int, ...]:
        """What the convolution of the input leaves of its extents."""
        windows = zip(
            self.input_shape[1:], kernel, self.i2h["pad"], self.i2h["dilate"], strict=True
        )
        extents = tuple(n + 2 * pad - dilate * (k - 1) for n, k, pad, dilate in windows)
        if min(extents) < 1:
            raise InvalidValue(
                f"{type(self).__name__}: `i2h_kernel` {kernel} must fit into the extents of "
                f"`input_shape`; got {self.input_shape}"
            )
        return extents

    def infer_shape(self, x: Any, states: Any = None) -> None:
        weight = self._own_parameters["i2h_weight"]
        self.input_shape = (x.shape[-self.dims - 1], *self.input_shape[1:])
        weight.shape = (weight.shape[0], self.input_shape[0], *weight.shape[2:])

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape (N, hidden_channels, ...) and layout of each state."""
        shape = (batch_size, self.hidden_channels, *self.state_extents)
        return [{"shape": shape, "__layout__": self.layout} for _ in range(self.states)]

    @property
    def state_dtype(self) -> DTypeLike:
        """The parameters'."""
        return self._own_parameters["i2h_weight"].dtype

    def _products(self, x: Any, hidden: Any) -> tuple[list[Any], list[Any]]:
        """What input and state give to each gate."""
        if self.input_shape[0] == -1:  # the weight has its shape from a file
            channels = self._own_parameters["i2h_weight"].shape[1]
            self.input_shape = (channels, *self.input_shape[1:])
        if tuple(x.shape[1:]) != self.input_shape:
            raise InvalidValue(
                f"{type(self).__name__}: `x` must have shape (N, *{self.input_shape}); got "
                f"{x.shape}"
            )
        weights = {name: parameter.data() for name, parameter in self._own_parameters.items()}
        from_input = npx.convolution(x, weights["i2h_weight"], weights["i2h_bias"], **self.i2h)
        own = npx.convolution(hidden, weights["h2h_weight"], weights["h2h_bias"], **self.h2h)
        if self.gates == 1:
            return [from_input], [own]
        return np.split(from_input, self.gates, axis=1), np.split(own, self.gates, axis=1)

    def describe(self) -> str:
        return f"{self.input_shape} -> {self.hidden_channels}, {self.activation_name}"


class _ConvRNN(_ConvCell):
    def forward(self, x: Any, states: Any) -> Any:
        (from_input,), (own,) = self._products(x, states[0])
        hidden = self.activation(from_input + own)
        return hidden, [hidden]


class _ConvLSTM(_ConvCell):
    gates, states = 4, 2

    def forward(self, x: Any, states: Any) -> Any:
        hidden, cell = states
        pairs = zip(*self._products(x, hidden), strict=True)
        let_in, keep, new, let_out = (a + b for a, b in pairs)
        cell = npx.sigmoid(keep) * cell + npx.sigmoid(let_in) * self.activation(new)
        hidden = npx.sigmoid(let_out) * self.activation(cell)
        return hidden, [hidden, cell]


class _ConvGRU(_ConvCell):
    gates = 3

    def forward(self, x: Any, states: Any) -> Any:
        (hidden,) = states
        from_input, own = self._products(x, hidden)
        reset = npx.sigmoid(from_input[0] + own[0])
        keep = npx.sigmoid(from_input[1] + own[1])
        new = self.activation(from_input[2] + reset * own[2])
        hidden = (1 - keep) * new + keep * hidden
        return hidden, [hidden]


class Conv1DRNNCell(_ConvRNN):
    """RNNCell of signals (N, C, W): `cell(x, [h])` gives `h, [h]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv1DRNNCell((2, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 8)), cell.begin_state(batch_size=1))
    >>> out.shape
    (1, 4, 8)
    """

    dims = 1


class Conv2DRNNCell(_ConvRNN):
    """RNNCell of images (N, C, H, W): `cell(x, [h])` gives `h, [h]`.

    input_shape: (C, H, W), with a C of -1 found at the first call; hidden_channels: of the states
    i2h_kernel, i2h_pad, i2h_dilate: of the convolution of the input, which gives the states their
        extents
    h2h_kernel, h2h_dilate: of that of the state, which keeps them; the kernel is odd
    activation: the name of an activation, or a function

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv2DRNNCell((3, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> outputs, states = cell.unroll(np.ones((2, 5, 3, 8, 8)))
    >>> outputs.shape
    (2, 5, 4, 8, 8)
    """

    dims = 2


class Conv3DRNNCell(_ConvRNN):
    """RNNCell of volumes (N, C, D, H, W): `cell(x, [h])` gives `h, [h]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv3DRNNCell((2, 4, 4, 4), 3, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 4, 4, 4)), cell.begin_state(batch_size=1))
    >>> out.shape
    (1, 3, 4, 4, 4)
    """

    dims = 3


class Conv1DLSTMCell(_ConvLSTM):
    """LSTMCell of signals (N, C, W): `cell(x, [h, c])` gives `h, [h, c]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv1DLSTMCell((2, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 8)), cell.begin_state(batch_size=1))
    >>> out.shape, len(states)
    ((1, 4, 8), 2)
    """

    dims = 1


class Conv2DLSTMCell(_ConvLSTM):
    """LSTMCell of images (N, C, H, W): `cell(x, [h, c])` gives `h, [h, c]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv2DLSTMCell((2, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 8, 8)), cell.begin_state(batch_size=1))
    >>> out.shape, len(states)
    ((1, 4, 8, 8), 2)
    """

    dims = 2


class Conv3DLSTMCell(_ConvLSTM):
    """LSTMCell of volumes (N, C, D, H, W): `cell(x, [h, c])` gives `h, [h, c]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv3DLSTMCell((2, 4, 4, 4), 3, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 4, 4, 4)), cell.begin_state(batch_size=1))
    >>> out.shape, len(states)
    ((1, 3, 4, 4, 4), 2)
    """

    dims = 3


class Conv1DGRUCell(_ConvGRU):
    """GRUCell of signals (N, C, W): `cell(x, [h])` gives `h, [h]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv1DGRUCell((2, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 8)), cell.begin_state(batch_size=1))
    >>> out.shape
    (1, 4, 8)
    """

    dims = 1


class Conv2DGRUCell(_ConvGRU):
    """GRUCell of images (N, C, H, W): `cell(x, [h])` gives `h, [h]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv2DGRUCell((2, 8, 8), 4, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 8, 8)), cell.begin_state(batch_size=1))
    >>> out.shape
    (1, 4, 8, 8)
    """

    dims = 2


class Conv3DGRUCell(_ConvGRU):
    """GRUCell of volumes (N, C, D, H, W): `cell(x, [h])` gives `h, [h]`. Arguments as for
    Conv2DRNNCell.

    >>> from weft import gluon, np
    >>> cell = gluon.rnn.Conv3DGRUCell((2, 4, 4, 4), 3, i2h_kernel=3, h2h_kernel=3, i2h_pad=1)
    >>> cell.initialize()
    >>> out, states = cell(np.ones((1, 2, 4, 4, 4)), cell.begin_state(batch_size=1))
    >>> out.shape
    (1, 3, 4, 4, 4)
    """

    dims = 3


__all__ = [
    "Conv1DGRUCell",
    "Conv1DLSTMCell",
    "Conv1DRNNCell",
    "Conv2DGRUCell",
    "Conv2DLSTMCell",
    "Conv2DRNNCell",
    "Conv3DGRUCell",
    "Conv3DLSTMCell",
    "Conv3DRNNCell",
]
__dir__ = __all__.copy
