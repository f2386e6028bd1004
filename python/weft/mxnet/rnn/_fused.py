"""`FusedRNNCell`: all layers, directions and steps as one operator, with one vector of weights."""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet import symbol
from weft.mxnet.rnn._base import Arrays, BaseRNNCell, RNNParams, normalized
from weft.mxnet.rnn._modifiers import BidirectionalCell, DropoutCell, SequentialRNNCell
from weft.mxnet.rnn._plain import GATES, GRUCell, LSTMCell, RNNCell, Step
from weft.mxnet.symbol import Symbol
from weft.mxnet.symbol._arrays import wrapped


class FusedRNNCell(BaseRNNCell):
    """Layers of one kind of cell as the operator `RNN`.

    mode: 'rnn_relu', 'rnn_tanh', 'lstm' or 'gru'
    dropout: between layers; get_next_state: does `unroll` give the last states?
    """

    def __init__(
        self,
        num_hidden: int,
        num_layers: int = 1,
        mode: str = "lstm",
        bidirectional: bool = False,
        dropout: float = 0.0,
        get_next_state: bool = False,
        forget_bias: float = 1.0,
        prefix: str | None = None,
        params: RNNParams | None = None,
    ) -> None:
        if mode not in GATES:
            raise InvalidValue(
                f"FusedRNNCell: `mode` must be one of {', '.join(GATES)}; got {mode!r}"
            )
        super().__init__(prefix=f"{mode}_" if prefix is None else prefix, params=params)
        self._num_hidden, self._num_layers, self._mode = num_hidden, num_layers, mode
        self._gate_names = GATES[mode]
        self._bidirectional, self._dropout = bidirectional, dropout
        self._get_next_state, self._forget_bias = get_next_state, forget_bias
        self._directions = ["l", "r"] if bidirectional else ["l"]
        text = ["fusedrnn", {"init": None, **self._options()}]
        self._parameter = self.params.get("parameters", init=json.dumps(text))

    def _options(self) -> dict[str, Any]:
        return {
            "num_hidden": self._num_hidden,
            "num_layers": self._num_layers,
            "mode": self._mode,
            "bidirectional": self._bidirectional,
            "forget_bias": self._forget_bias,
        }

    @property
    def _num_gates(self) -> int:
        return len(self._gate_names)

    @property
    def state_info(self) -> list[dict[str, Any]]:
        layers = self._num_layers * len(self._directions)
        count = 2 if self._mode == "lstm" else 1
        shape = (layers, 0, self._num_hidden)
        return [{"shape": shape, "__layout__": "LNC"} for _ in range(count)]

    # ---- weights -----------------------------------------------------------------------------

    def _parts(self, features: int) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Names and shapes of what is in the vector, in its order."""
        hidden, wide = self._num_hidden, self._num_hidden * len(self._directions)
        for kind in ("weight", "bias"):
            for layer in range(self._num_layers):
                for direction in self._directions:
                    for group in ("i2h", "h2h"):
                        width = hidden if group == "h2h" else (wide if layer else features)
                        for gate in self._gate_names:
                            name = f"{self._prefix}{direction}{layer}_{group}{gate}_{kind}"
                            yield name, (hidden, width) if kind == "weight" else (hidden,)

    def _features(self, size: int) -> int:
        """The elements of an input, which follow from the number of weights."""
        hidden, directions = self._num_hidden, len(self._directions)
        rows = hidden * self._num_gates * directions
        rest = rows * (hidden + 2)  # of the first layer beside the weights of its inputs
        rest += rows * (hidden * directions + hidden + 2) * (self._num_layers - 1)
        if size <= rest or (size - rest) % rows:
            raise InvalidValue(
                f"unpack_weights: `{self._prefix}parameters` has {size} elements, which fit no "
                "input"
            )
        return (size - rest) // rows

    def unpack_weights(self, args: Mapping[str, Any]) -> Arrays:
        found = dict(args)
        vector = found.pop(f"{self._prefix}parameters").reshape((-1,))
        begin = 0
        for name, shape in self._parts(self._features(vector.size)):
            size = math.prod(shape)
            found[name] = vector[begin : begin + size].reshape(shape).copy()
            begin += size
        return found

    def pack_weights(self, args: Mapping[str, Any]) -> Arrays:
        found = dict(args)
        first = found[f"{self._prefix}l0_i2h{self._gate_names[0]}_weight"]
        parts = [found.pop(name).reshape((-1,)) for name, _ in self._parts(first.shape[1])]
        found[f"{self._prefix}parameters"] = wrapped(np.concatenate(parts))
        return found

    def initialized(self, vector: Any, initializer: Any) -> None:
        """Gives the vector of weights first values: of each gate as of a weight of its own.

        initializer: gets a name and an array
        """
        parts = []
        for name, shape in self._parts(self._features(vector.size)):
            part = np.zeros(shape, vector.dtype)
            if name.endswith("weight"):
                initializer(name, part)
            elif self._mode == "lstm" and name.endswith("i2h_f_bias"):
                part[...] = self._forget_bias
            parts.append(numpy.asarray(part).reshape(-1))
        vector[...] = np.array(numpy.concatenate(parts)).reshape(vector.shape)

    # ---- steps -------------------------------------------------------------------------------

    def __call__(self, inputs: Symbol, states: Sequence[Symbol]) -> Step:
        raise InvalidState("FusedRNNCell: has no single steps; use `unroll`, or `unfuse()` first")

    def _all_steps(
        self, length: int, inputs: Any, states: Any, layout: str, merge: bool | None
    ) -> tuple[Any, list[Symbol]]:
        whole, axis = normalized(length, inputs, layout, True)
        data = symbol.swapaxes(whole, dim1=0, dim2=1) if axis == 1 else whole
        words = ("state", "state_cell")
        result = symbol.RNN(
            data=data,
            parameters=self._parameter,
            state_size=self._num_hidden,
            num_layers=self._num_layers,
            bidirectional=self._bidirectional,
            p=self._dropout,
            state_outputs=self._get_next_state,
            mode=self._mode,
            name=f"{self._prefix}rnn",
            __layout__="LNC",
            **dict(zip(words, states, strict=False)),
        )
        outputs = result[0] if self._get_next_state else result
        last = list(result)[1:] if self._get_next_state else []
        if axis == 1:
            outputs = symbol.swapaxes(outputs, dim1=0, dim2=1)
        found, _ = normalized(length, outputs, layout, merge)
        return found, last

    def unfuse(self) -> SequentialRNNCell:
        """The same layers as cells of single steps, whose weights are those of
        `unpack_weights`."""
        cells: dict[str, Any] = {
            "rnn_relu": lambda prefix: RNNCell(self._num_hidden, "relu", prefix),
            "rnn_tanh": lambda prefix: RNNCell(self._num_hidden, "tanh", prefix),
            "lstm": lambda prefix: LSTMCell(self._num_hidden, prefix),
            "gru": lambda prefix: GRUCell(self._num_hidden, prefix),
        }
        make = cells[self._mode]
        stack = SequentialRNNCell()
        for layer in range(self._num_layers):
            parts = [make(f"{self._prefix}{word}{layer}_") for word in self._directions]
            if self._bidirectional:
                prefix = f"{self._prefix}bi_l{layer}_"
                stack.add(BidirectionalCell(*parts, output_prefix=prefix))
            else:
                stack.add(parts[0])
            if self._dropout > 0 and layer != self._num_layers - 1:
                stack.add(DropoutCell(self._dropout, prefix=f"{self._prefix}_dropout{layer}_"))
        return stack


__all__ = ["FusedRNNCell"]
