"""Cells with MXNet's `unroll` and `begin_state` on those of Weft."""

import functools
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.spelling import unknown_argument
from weft._core.typing import ndarray
from weft.gluon.nn.activations import activation_named
from weft.gluon.rnn import BidirectionalCell, SequentialRNNCell
from weft.gluon.rnn import RecurrentCell as _Native
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon._layers import layer
from weft.mxnet.gluon._symbols import is_symbol
from weft.mxnet.gluon.block import HybridBlock
from weft.mxnet.gluon.rnn import _symbols
from weft.mxnet.ndarray._given import shown


class RecurrentCell(HybridBlock, _Native):
    """Base of cells: `cell(x, states)` makes one step and gives the output and the next states."""

    def begin_state(  # type: ignore[override]
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
        return begin_states(self, batch_size, func, ctx, device, dtype, options)

    _counter = -1  # of the steps on symbols, which have its number in their names

    def reset(self) -> None:
        """Begins a sequence: steps are counted anew, and masks of dropout are drawn again."""
        self.__dict__["_counter"] = -1
        for child in self._children.values():
            if isinstance(child, RecurrentCell):
                child.reset()

    def _next_step(self) -> int:
        """The number of a step that begins."""
        self.__dict__["_counter"] = self._counter + 1
        return self._counter

    def _get_activation(self, ops: Any, inputs: Any, activation: Any, **options: Any) -> Any:
        """1.x: an activation by its name, or a function."""
        if isinstance(activation, str):
            return ops.Activation(inputs, act_type=activation, **options)
        return activation(inputs)

    def _compose(self, ops: Any, x: Any, states: Any) -> Any:
        """One step on symbols."""
        return _symbols.one_step(self, ops, x, states)

    def infer_shape(self, *args: Any) -> None:
        """`infer_shape(i, x, is_bidirect)`: sets unknown shapes of weights before the first step.

        i: the number of the layer: beyond the first one the input is the output of a like cell,
            or of two where `is_bidirect`
        """
        if len(args) != 3 or not isinstance(args[0], int):
            super().infer_shape(*args)  # a cell of Weft asks
            return
        number, x, is_bidirect = args
        for child in self._children.values():
            child.infer_shape(number, x, is_bidirect or isinstance(self, BidirectionalCell))
            if isinstance(self, SequentialRNNCell) and child.output_shape(1) is not None:
                number, x, is_bidirect = 0, np.zeros(child.output_shape(1)), False
        if any(not parameter.is_shape_known for parameter in self._own_parameters.values()):
            if number:
                x = np.zeros((1, self.state_info()[0]["shape"][-1] * (1 + bool(is_bidirect))))
            super().infer_shape(x, None)

    def unroll(self, *args: Any, **options: Any) -> Any:
        """`unroll(length, inputs, begin_state, layout, merge_outputs, valid_length)`: all steps of
        a sequence; gives the outputs and the last states.

        length: how many steps
        inputs: an array in `layout` 'NTC' or 'TNC', or a list of one array a step
        merge_outputs: True for one array, False for a list; None: a list, but for `valid_length`
        """
        if args and not isinstance(args[0], int | None):
            return _Native.unroll(self, *args, **options)  # a cell of Weft asks
        inputs = args[1] if len(args) > 1 else options.get("inputs")
        first = inputs[0] if isinstance(inputs, list | tuple) and inputs else inputs
        if is_symbol(first):
            return _symbols.unrolled(self, *args, **options)
        return unrolled(self, *args, **options)


_OF_STATES = ("batch_size", "func", "ctx", "device", "dtype", "name")


def begin_states(
    block: Any, batch_size: int, func: Any, ctx: Any, device: Any, dtype: Any, options: Any
) -> list[Any]:
    """States of a cell or a network."""
    options.pop("name", None)
    where = _devices.chosen(ctx, device, "begin_state")
    if func is None:
        for word in options:
            raise unknown_argument("begin_state", word, _OF_STATES)
    states = []
    makes_symbols = (getattr(func, "__module__", None) or "").startswith("weft.mxnet.symbol")
    if makes_symbols and not batch_size and func.__name__ != "var":
        batch_size = -1  # not known yet, whether the program has NumPy's shapes or not
    for number, info in enumerate(block.state_info(batch_size)):
        if func is not None:
            given = {} if where is None else {"ctx": where}
            if makes_symbols:
                given = {"name": f"{block.prefix}begin_state_{number}"}
                given["__layout__"] = info["__layout__"]
            states.append(func(shape=info["shape"], **{**given, **options}))
            continue
        wanted = dtype or getattr(block, "state_dtype", None) or getattr(block, "dtype", "float32")
        place = None if where is None else _devices.native(where)
        states.append(shown(np.zeros(info["shape"], dtype=wanted, device=place)))
    return states


def unrolled(
    cell: Any,
    length: int,
    inputs: Any,
    begin_state: Any = None,
    layout: str = "NTC",
    merge_outputs: bool | None = None,
    valid_length: Any = None,
) -> tuple[Any, list[Any]]:
    """`RecurrentCell.unroll` in MXNet's words."""
    if layout[:2] not in ("NT", "TN"):
        raise InvalidValue(f"unroll: `layout` must be 'NTC' or 'TNC'; got {layout!r}")
    axis = layout.find("T")
    if isinstance(inputs, list | tuple):
        sequence = np.stack(list(inputs), axis=1)
    else:
        sequence = inputs.swapaxes(0, 1) if axis == 0 else inputs
    if sequence.shape[1] != length:
        raise InvalidValue(
            f"unroll: `inputs` must have `length` {length} steps; got {sequence.shape[1]}"
        )
    states = None if begin_state is None else list(begin_state)
    if isinstance(valid_length, ndarray):
        valid_length = ndarray(valid_length)  # those of 1.x compare to numbers, not to bools
    outputs, last = _Native.unroll(cell, sequence, states, valid_length)
    merges = valid_length is not None if merge_outputs is None else merge_outputs
    if merges:
        return (outputs.swapaxes(0, 1) if axis == 0 else outputs), last
    return [outputs[:, number] for number in range(length)], last


def _by_hand(cell: Any, x: Any, states: Any, activation: str, gate: str) -> Any:
    """A step of an LSTM or a GRU whose activations are not those of the operators."""
    active, gated = activation_named(activation), activation_named(gate)
    i2h_weight, h2h_weight, i2h_bias, h2h_bias = cell._weights()
    given = np.split(npx.fully_connected(x, i2h_weight, i2h_bias), cell.gates, axis=1)
    own = np.split(npx.fully_connected(states[0], h2h_weight, h2h_bias), cell.gates, axis=1)
    if cell.gates == 4:
        let_in, keep, new, let_out = (a + b for a, b in zip(given, own, strict=True))
        kept = gated(keep) * states[1] + gated(let_in) * active(new)
        output = gated(let_out) * active(kept)
        return output, [output, kept]
    reset, keep = (gated(given[n] + own[n]) for n in range(2))
    new = active(given[2] + reset * own[2])
    output = (1 - keep) * new + keep * states[0]
    return output, [output]


_USUAL = {"activation": "tanh", "recurrent_activation": "sigmoid"}


def cell(native: type, arguments: str, *, variadic: bool = False, name: str | None = None) -> type:
    """The class of a cell: see `_layers.layer`."""
    has_gates = "recurrent_activation" in arguments

    def translate(given: dict[str, Any]) -> dict[str, Any]:
        prefix = given.pop("output_prefix", None)
        attributes = {} if prefix is None else {"_output_prefix": prefix}
        if "input_shape" in given:
            channels, *extents = given["input_shape"]
            given["input_shape"] = (channels or -1, *extents)
        if has_gates:
            words = {word: given.pop(word, usual) for word, usual in _USUAL.items()}
            if words != _USUAL:
                attributes["_activations"] = tuple(words.values())
        return attributes

    made = layer(
        native,
        arguments,
        translate=translate,
        variadic=variadic,
        name=name,
        base=RecurrentCell,
    )
    if has_gates:
        plain = native.forward  # type: ignore[attr-defined]

        @functools.wraps(plain)
        def forward(self: Any, x: Any, states: Any) -> Any:
            asked = self.__dict__.get("_activations")
            return plain(self, x, states) if asked is None else _by_hand(self, x, states, *asked)

        made.forward = forward  # type: ignore[attr-defined]
    return made


__all__ = ["RecurrentCell", "begin_states", "cell", "unrolled"]
