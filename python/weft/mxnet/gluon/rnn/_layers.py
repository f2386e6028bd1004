"""Recurrent networks with MXNet's arguments on those of Weft.

A network of 2.0 has one parameter, the vector `rnn_param` of all weights and then all biases. One
of 1.x, which has a prefix, is made in a name scope, or after `mx.npx.reset_np()`, has a parameter
for each weight and bias, as Weft's own networks do. Files of either go into either.
"""

import math
from typing import Any

from weft._base.errors import InvalidState, InvalidValue, Unsupported
from weft.gluon._flat_weights import name_of_cell
from weft.gluon.rnn._projected import projected_lstm
from weft.mxnet.gluon._layers import layer
from weft.mxnet.gluon._modes import is_np_array
from weft.mxnet.gluon.block import HybridBlock
from weft.mxnet.gluon.parameter import Parameter
from weft.mxnet.gluon.rnn import _cells
from weft.mxnet.gluon.rnn import _kinds as rnn
from weft.mxnet.gluon.rnn._symbols import all_steps

_FIRST = "i2h_weight i2h_bias h2h_weight h2h_bias h2r_weight"


def _translate(given: dict[str, Any]) -> dict[str, Any]:
    clip = given.pop("state_clip_min", None), given.pop("state_clip_max", None)
    given.pop("state_clip_nan", None)  # what is no number stays none
    if (clip[0] is None) != (clip[1] is None):
        raise InvalidValue(
            "gluon.rnn.LSTM: `state_clip_min` and `state_clip_max` must be given together; got "
            f"{clip[0]} and {clip[1]}"
        )
    if given.get("num_layers", 1) == 1:
        given.pop("dropout", None)  # it is between layers, and means nothing on one
    if not given.get("projection_size"):
        given.pop("projection_size", None)
        given.pop("h2r_weight_initializer", None)
    words = [f"{name}_initializer" for name in _FIRST.split()]
    first = {word: given[word] for word in words if word in given}
    return {"_initializers": first, "_clip": None if clip[0] is None else clip}


class _Network(HybridBlock):
    """What the three networks have beside Weft's own."""

    _own_parameters: dict[str, Any]
    hidden_size: int
    num_layers: int
    projection_size: int | None = None
    _clip: tuple[float, float] | None = None  # bounds of the cells of an LSTM

    def _operator(self) -> Any:
        return super()._operator() if self._clip is None else projected_lstm

    def _options(self) -> dict[str, Any]:
        found: dict[str, Any] = super()._options()
        return found if self._clip is None else found | {"clip": self._clip}

    def begin_state(
        self,
        batch_size: int = 0,
        func: Any = None,
        *,
        ctx: Any = None,
        device: Any = None,
        dtype: Any = None,
        **options: Any,
    ) -> list[Any]:
        """States before the first step, of zeros, or made by `func(shape)`."""
        return _cells.begin_states(self, batch_size, func, ctx, device, dtype, options)

    # ---- the vector of 2.0

    def _settle(self, dtype: Any) -> None:
        """Replaces the parameters by one vector, where the network is one of 2.0."""
        if self._names.is_old_style or not is_np_array():
            return
        self.__dict__["_shapes"] = {n: p.shape for n, p in self._own_parameters.items()}
        for name in self._shapes:
            del self.__dict__[name]
        self._own_parameters.clear()
        from weft.mxnet.initializer import RNNFused

        first = RNNFused(
            self._mode,
            self.num_layers,
            self.hidden_size,
            len(self._directions) == 2,
            self.projection_size,
            **self.__dict__["_initializers"],
        )
        self.rnn_param = Parameter(
            "rnn_param", shape=(-1,), init=first, dtype=dtype, allow_deferred_init=True
        )
        if self._shapes["l0_i2h_weight"][1] > 0:
            self._set_features(self._shapes["l0_i2h_weight"][1])

    @property
    def _mode(self) -> str:
        kind: str = self.operator
        return f"rnn_{self.activation}" if kind == "rnn" else kind

    @property
    def _is_flat(self) -> bool:
        return "rnn_param" in self._own_parameters

    def _set_features(self, features: int) -> None:
        for direction in self._directions:
            name = f"{direction}0_i2h_weight"
            self._shapes[name] = (self._shapes[name][0], features)
        size = sum(math.prod(shape) for shape in self._shapes.values())
        self._own_parameters["rnn_param"].shape = (size,)

    def infer_shape(self, x: Any, *others: Any) -> None:
        """Sets the shapes that follow from the inputs."""
        if self._is_flat:
            self._set_features(x.shape[-1])
        else:
            super().infer_shape(x, *others)

    def _features(self) -> int:
        if not self._is_flat:
            found: int = super()._features()
            return found
        features: int = self._shapes["l0_i2h_weight"][1]
        return features

    @property
    def dtype(self) -> Any:
        """The parameters', also after a `cast` of a block around this one."""
        name = "rnn_param" if self._is_flat else "l0_i2h_weight"
        return self._own_parameters[name].dtype

    def _weights_of(self, layer: int, direction: str) -> list[Any]:
        if not self._is_flat:
            found: list[Any] = super()._weights_of(layer, direction)
            return found
        parts = self._parts()
        return [parts[f"{direction}{layer}_{weight}"] for weight in self._weight_names]

    def _parts(self) -> dict[str, Any]:
        """What the vector has by name, each a view of it."""
        if self._features() < 1:  # a file told the size alone
            self._set_features(self._features_of_vector())
        vector, begin, parts = self._own_parameters["rnn_param"].data(), 0, {}
        for name in self._in_order():
            shape = self._shapes[name]
            end = begin + math.prod(shape)
            parts[name] = vector[begin:end].reshape(shape)
            begin = end
        return parts

    def __getattr__(self, name: str) -> Any:
        if name in self.__dict__.get("_shapes", ()):
            self._take_apart(name)
            return self.__dict__[name]
        return super().__getattribute__(name)

    def _take_apart(self, caller: str) -> None:
        """Replaces the vector by the parameters of 1.x, for which the program asks."""
        vector = self._own_parameters.get("rnn_param")
        if vector is None:
            return
        if vector._trainer is not None:
            raise InvalidState(
                f"{type(self).__name__}: `{caller}` is of 1.x, and a trainer has the vector "
                "`rnn_param` of 2.0 already; give the network a `prefix`"
            )
        parts = self._parts() if vector.is_initialized else {}
        shapes, first = self.__dict__.pop("_shapes"), self.__dict__["_initializers"]
        del self.__dict__["rnn_param"]
        self._own_parameters.clear()
        self._names.is_old_style = True
        for name, shape in shapes.items():
            kind = name[name.index("_") + 1 :]
            init = first.get(f"{kind}_initializer", "zeros" if "bias" in kind else None)
            part = Parameter(
                name, shape=shape, dtype=vector.dtype, init=init, allow_deferred_init=True
            )
            part.grad_req = vector.grad_req
            if name in parts:
                part.initialize(ctx=vector.list_ctx())
                part.set_data(parts[name])
            elif vector.is_deferred:
                part.initialize(ctx=vector.list_ctx())
            setattr(self, name, part)

    def _features_of_vector(self) -> int:
        from weft.mxnet._operators.recurrent import features_of

        return features_of(
            self._mode,
            math.prod(self._own_parameters["rnn_param"].shape),
            self.hidden_size,
            self.num_layers,
            len(self._directions),
            self.projection_size,
        )

    def _in_order(self) -> list[str]:
        """The parts of the vector in their order."""
        sources = ("i2h", "h2h", "h2r") if self.projection_size else ("i2h", "h2h")
        return [
            f"{direction}{number}_{source}_{kind}"
            for kind in ("weight", "bias")
            for number in range(self.num_layers)
            for direction in self._directions
            for source in (sources if kind == "weight" else sources[:2])
        ]

    def _name_in_file(self, name: str) -> str:
        """1.x writes the parameters of a network as those of its cells."""
        return name_of_cell(name, len(self._directions) == 2)

    # ---- cells, symbols

    def _unfuse(self) -> Any:
        """1.x: the same layers as cells of single steps, which share the parameters."""
        self._take_apart("_unfuse")
        if self.projection_size or self._clip is not None:
            raise Unsupported(
                "LSTM: `_unfuse` of projected outputs or clipped cells is not supported"
            )
        make: Any = {"lstm": rnn.LSTMCell, "gru": rnn.GRUCell}.get(self._mode, rnn.RNNCell)
        options = dict(self.__dict__.get("_initializers", {}))
        if self.operator == "rnn":
            options["activation"] = self.activation
        stack = rnn.HybridSequentialRNNCell(prefix=self.prefix, params=self.params)
        with stack.name_scope():
            for number in range(self.num_layers):
                cells = [
                    make(self.hidden_size, prefix=f"{direction}{number}_", **options)
                    for direction in self._directions
                ]
                stack.add(rnn.BidirectionalCell(*cells) if len(cells) == 2 else cells[0])
                if self.dropout and number + 1 < self.num_layers:
                    stack.add(rnn.DropoutCell(self.dropout))
        return stack

    def _compose(
        self, ops: Any, inputs: Any, states: Any = None, sequence_length: Any = None
    ) -> Any:
        """The network on symbols: the operator `RNN`."""
        return all_steps(self, ops, inputs, states, sequence_length)


def network(native: type, arguments: str, **defaults: Any) -> type:
    """The class of a network: see `_layers.layer`."""
    made = layer(native, arguments, translate=_translate, base=_Network, **defaults)
    begin = made.__init__  # type: ignore[misc]

    def begin_settled(self: Any, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        self._settle(native.dtype.fget(self))  # type: ignore[attr-defined]

    made.__init__ = begin_settled  # type: ignore[misc]
    return made


__all__ = ["network"]
