"""Recurrent layers: sequences through layers on top of each other, in one or two directions."""

from collections.abc import Callable, Sequence
from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core.typing import DTypeLike, ndarray
from weft.gluon._orders import check_activation, doubt_layers
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Initializable, Parameter
from weft.gluon.rnn._projected import projected_lstm


class _Layer(HybridBlock):
    """What the three networks share. Parameters are called `l0_i2h_weight`, those of the direction
    from the last step to the first `r0_i2h_weight`, as in Gluon."""

    gates = 1  # of a unit; a subclass says
    states = 1
    operator = ""
    _weight_names: tuple[str, ...] = ("i2h_weight", "h2h_weight", "i2h_bias", "h2h_bias")

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        *,
        layout: str = "TNC",
        dropout: float = 0.0,
        bidirectional: bool = False,
        use_sequence_length: bool = False,
        input_size: int = 0,
        i2h_weight_initializer: Initializable = None,
        h2h_weight_initializer: Initializable = None,
        i2h_bias_initializer: Initializable = "zeros",
        h2h_bias_initializer: Initializable = "zeros",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        for name, count in (("hidden_size", hidden_size), ("num_layers", num_layers)):
            if count < 1:
                raise InvalidValue(
                    f"{type(self).__name__}: `{name}` must be at least 1; got {count}"
                )
        if layout not in ("TNC", "NTC"):
            raise InvalidValue(
                f"{type(self).__name__}: `layout` must be 'TNC' or 'NTC'; got {layout!r}"
            )
        if not 0 <= dropout < 1:
            raise InvalidValue(f"{type(self).__name__}: `dropout` must be in [0, 1); got {dropout}")
        if dropout and num_layers == 1:
            raise InvalidValue(
                f"{type(self).__name__}: `dropout` is between layers and has no effect on one; got "
                f"{dropout}"
            )
        doubt_layers(type(self).__name__, hidden_size, num_layers)
        self.hidden_size = hidden_size
        self.num_layers = num_layers
        self.layout = layout
        self.dropout = dropout
        self.bidirectional = bidirectional
        self.use_sequence_length = use_sequence_length
        rows = self.gates * hidden_size
        initializers = (
            i2h_weight_initializer,
            h2h_weight_initializer,
            i2h_bias_initializer,
            h2h_bias_initializer,
        )
        for layer in range(num_layers):
            features = (input_size or -1) if layer == 0 else len(self._directions) * hidden_size
            shapes = ((rows, features), (rows, hidden_size), (rows,), (rows,))
            for direction in self._directions:
                names = (f"{direction}{layer}_{weight}" for weight in self._weight_names)
                for name, shape, first in zip(names, shapes, initializers, strict=True):
                    setattr(self, name, Parameter(name, shape=shape, dtype=dtype, init=first))

    @property
    def _directions(self) -> str:
        return "lr" if self.bidirectional else "l"

    def infer_shape(self, x: Any, states: Any = None, sequence_length: Any = None) -> None:
        for direction in self._directions:
            weight = self.params[f"{direction}0_i2h_weight"]
            weight.shape = (self.gates * self.hidden_size, x.shape[-1])

    @property
    def dtype(self) -> DTypeLike:
        """The parameters', also after a `cast` of a block around this one."""
        return self.params["l0_i2h_weight"].dtype

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shape (L D, N, U) and layout of each state."""
        shape = (self.num_layers * len(self._directions), batch_size, self.hidden_size)
        return [{"shape": shape, "__layout__": "LNC"} for _ in range(self.states)]

    def begin_state(self, batch_size: int) -> list[ndarray]:
        """States of zeros, before the first step."""
        return [np.zeros(info["shape"], self.dtype) for info in self.state_info(batch_size)]

    def forward(self, inputs: Any, states: Any = None, sequence_length: Any = None) -> Any:
        """The outputs of the last layer (T, N, D U), or (N, T, D U) in layout 'NTC'; and the last
        states as a list if `states` were given.

        inputs: (T, N, C), or (N, T, C) in layout 'NTC'
        states: as `begin_state` makes them, which are the default; an RNN or GRU also takes its
            only one without a list
        sequence_length: (N,), any real dtype; with `use_sequence_length`, and only then. Steps
            from there on are padding: outputs are zero, the last states are those of the last
            step that is there, and the way back begins with that step. From 0 to T: others are
            refused
        """
        self._check_inputs(inputs)
        if self.use_sequence_length != (sequence_length is not None):
            raise InvalidValue(
                f"{type(self).__name__}: `sequence_length` must be given with "
                f"`use_sequence_length`, and only then; got {sequence_length!r}"
            )
        batched = self.layout == "NTC"
        x = inputs.swapaxes(0, 1) if batched else inputs
        last: list[list[Any]] = [[] for _ in range(self.states)]
        before = self._states_of(states, x.shape[1])
        for layer in range(self.num_layers):
            outputs = []
            for direction in self._directions:
                first = [state[len(last[0])] for state in before]
                output, *after = self._run_layer(x, first, sequence_length, layer, direction)
                outputs.append(output)
                for states_so_far, state in zip(last, after, strict=True):
                    states_so_far.append(state)
            x = outputs[0] if len(outputs) == 1 else np.concatenate(outputs, axis=2)
            if self.dropout and layer + 1 < self.num_layers and autograd.is_training():
                x = npx.dropout(x, p=self.dropout)
        x = x.swapaxes(0, 1) if batched else x
        return x if states is None else (x, [np.stack(part) for part in last])

    def _run_layer(self, x: Any, first: list[Any], lengths: Any, layer: int, direction: str) -> Any:
        weights = self._weights_of(layer, direction)
        options = {"reverse": direction == "r", **self._options()}
        return self._operator()(x, *first, *weights, sequence_length=lengths, **options)

    def _operator(self) -> Callable[..., Any]:
        """All steps of one layer in one direction."""
        found: Callable[..., Any] = getattr(npx, self.operator)
        return found

    def _weights_of(self, layer: int, direction: str) -> list[Any]:
        """The arrays of weights of one layer in one direction, in the order of the operator."""
        own = self._own_parameters
        return [own[f"{direction}{layer}_{weight}"].data() for weight in self._weight_names]

    def _options(self) -> dict[str, Any]:
        """Attributes of the operator."""
        return {}

    def _check_inputs(self, inputs: Any) -> None:
        if inputs.ndim != 3:
            raise InvalidValue(
                f"{type(self).__name__}: `inputs` must have the axes of layout {self.layout}; got "
                f"shape {inputs.shape}"
            )

    def _states_of(self, states: Any, batch_size: int) -> Sequence[Any]:
        if states is None:
            return self.begin_state(batch_size)
        given = [states] if isinstance(states, ndarray) else list(states)
        wanted = [info["shape"] for info in self.state_info(batch_size)]
        shapes = [state.shape for state in given]
        if shapes != wanted:
            raise InvalidValue(
                f"{type(self).__name__}: `states` must have shapes {wanted}; got {shapes}"
            )
        return given

    def _features(self) -> int:
        """The extent C of inputs, -1 before it is known."""
        features: int = self._own_parameters["l0_i2h_weight"].shape[1]
        return features

    def describe(self) -> str:
        features = self._features()
        shown = f"{features if features > 0 else None} -> {self.hidden_size}, {self.layout}"
        if self.num_layers > 1:
            shown += f", num_layers={self.num_layers}"
        if self.dropout:
            shown += f", dropout={self.dropout}"
        return shown + (", bidirectional" if self.bidirectional else "")


class RNN(_Layer):
    """Plain recurrent network: h = activation(sum of the affine maps of x and the last h).

    hidden_size: U; num_layers: L; activation: 'relu' or 'tanh'
    layout: 'TNC' or 'NTC', of inputs and outputs
    dropout: probability with which outputs of a layer are left out before the next, in train mode
    bidirectional: each layer also reads from the last step to the first; D is then 2
    use_sequence_length: calls are given how many steps each sequence of the batch has
    input_size: C, found at the first call if 0

    >>> from weft import gluon, np
    >>> layer = gluon.rnn.RNN(4, layout="NTC")
    >>> layer.initialize()
    >>> layer(np.ones((2, 5, 3))).shape
    (2, 5, 4)
    """

    operator = "rnn"

    def __init__(
        self, hidden_size: int, num_layers: int = 1, activation: str = "relu", **options: Any
    ) -> None:
        check_activation("RNN", activation)
        super().__init__(hidden_size, num_layers, **options)
        self.activation = activation

    def _options(self) -> dict[str, Any]:
        return {"activation": self.activation}


class LSTM(_Layer):
    """Long short-term memory (Hochreiter and Schmidhuber 1997). Its states are [h, c]; arguments as
    for RNN, and:

    projection_size: P, the extent of projected outputs r = h2r_weight h (Sak et al. 2014), which
        also take the place of h in the states; None for none. Sequences then go step by step.
    h2r_weight_initializer: of the projection

    >>> from weft import gluon, np
    >>> layer = gluon.rnn.LSTM(4, num_layers=2)
    >>> layer.initialize()
    >>> x = np.ones((5, 2, 3))
    >>> layer(x).shape
    (5, 2, 4)
    >>> output, states = layer(x, layer.begin_state(2))
    >>> [state.shape for state in states]
    [(2, 2, 4), (2, 2, 4)]
    """

    gates, states, operator = 4, 2, "lstm"
    projection_size: int | None = None

    def __init__(
        self,
        hidden_size: int,
        num_layers: int = 1,
        *,
        projection_size: int | None = None,
        h2r_weight_initializer: Initializable = None,
        **options: Any,
    ) -> None:
        super().__init__(hidden_size, num_layers, **options)
        if projection_size is not None:
            self.projection_size = require_whole("LSTM", "projection_size", projection_size, 1)
            self._weight_names = (*self._weight_names, "h2r_weight")
            for layer in range(num_layers):
                for direction in self._directions:
                    self._project(f"{direction}{layer}_", layer > 0, h2r_weight_initializer)

    def _project(self, prefix: str, is_above: bool, first: Initializable) -> None:
        """Gives one layer in one direction weights of projected states."""
        size, rows, own = self.projection_size, self.gates * self.hidden_size, self._own_parameters
        assert size is not None  # the caller has set it
        shapes = {"h2h_weight": (rows, size), "h2r_weight": (size, self.hidden_size)}
        if is_above:
            shapes["i2h_weight"] = (rows, len(self._directions) * size)
        for weight, shape in shapes.items():
            name, before = prefix + weight, own.get(prefix + weight)
            init = first if before is None else before.init
            setattr(self, name, Parameter(name, shape=shape, dtype=self.dtype, init=init))

    def _operator(self) -> Callable[..., Any]:
        return super()._operator() if self.projection_size is None else projected_lstm

    def state_info(self, batch_size: int = 0) -> list[dict[str, Any]]:
        """Shapes (L D, N, U), or (L D, N, P) of r, and (L D, N, U) of c, and layout."""
        found = super().state_info(batch_size)
        if self.projection_size is not None:
            found[0]["shape"] = (*found[0]["shape"][:2], self.projection_size)
        return found


class GRU(_Layer):
    """Gated recurrent unit (Cho et al. 2014). Its state is [h]; arguments as for RNN.

    >>> from weft import gluon, np
    >>> layer = gluon.rnn.GRU(4, bidirectional=True, layout="NTC")
    >>> layer.initialize()
    >>> layer(np.ones((2, 5, 3))).shape
    (2, 5, 8)
    """

    gates, operator = 3, "gru"


__all__ = ["GRU", "LSTM", "RNN"]
__dir__ = __all__.copy
