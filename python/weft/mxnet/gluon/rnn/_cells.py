"""Cells with MXNet's `unroll` and `begin_state` on those of Weft."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue, Unsupported
from weft._base.spelling import unknown_argument
from weft.gluon.rnn import BidirectionalCell, SequentialRNNCell
from weft.gluon.rnn import RecurrentCell as _Native
from weft.mxnet.gluon import _devices
from weft.mxnet.gluon._layers import layer
from weft.mxnet.gluon._modes import shown
from weft.mxnet.gluon.block import HybridBlock


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

    def reset(self) -> None:
        """Forgets what the last sequence left; only masks of dropout do, and they are drawn again
        for each sequence."""

    def infer_shape(self, *args: Any) -> None:
        """`infer_shape(i, x, is_bidirect)`: sets unknown shapes of weights before the first step.

        i: the number of the layer: beyond the first one the input is the output of a like cell,
            or of two where `is_bidirect`
        """
        if len(args) != 3 or not isinstance(args[0], int):
            super().infer_shape(*args)  # a cell of Weft asks
            return
        number, x, is_bidirect = args
        for place, child in enumerate(self._children.values()):
            layer_number = place if isinstance(self, SequentialRNNCell) else number
            is_both = is_bidirect or isinstance(self, BidirectionalCell)
            child.infer_shape(layer_number, x, is_both)
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
        if args and not isinstance(args[0], int):
            return _Native.unroll(self, *args, **options)  # a cell of Weft asks
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
    for info in block.state_info(batch_size):
        if func is not None:
            given = {} if where is None else {"ctx": where}
            states.append(func(shape=info["shape"], **given, **options))
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
    outputs, last = _Native.unroll(cell, sequence, states, valid_length)
    merges = valid_length is not None if merge_outputs is None else merge_outputs
    if merges:
        return (outputs.swapaxes(0, 1) if axis == 0 else outputs), last
    return [outputs[:, number] for number in range(length)], last


_GATES = {"activation": "tanh", "recurrent_activation": "sigmoid"}


def cell(native: type, arguments: str, *, variadic: bool = False) -> type:
    """The class of a cell: see `_layers.layer`."""
    fixed = _GATES if "recurrent_activation" in arguments else {}

    def translate(given: dict[str, Any]) -> None:
        given.pop("output_prefix", None)
        for word, usual in fixed.items():
            if (value := given.pop(word, usual)) != usual:
                raise Unsupported(
                    f"gluon.rnn: `{word}` of this cell must be {usual!r}; got {value!r}"
                )

    return layer(native, arguments, translate=translate, variadic=variadic, base=RecurrentCell)


__all__ = ["RecurrentCell", "begin_states", "cell", "unrolled"]
