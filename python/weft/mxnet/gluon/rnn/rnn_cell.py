"""Cells and `dynamic_unroll`, under the path that MXNet has them at."""

from typing import TYPE_CHECKING, Any

from weft import np, npx
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon import _symbols
from weft.mxnet.gluon.rnn._kinds import (
    BidirectionalCell,
    DropoutCell,
    GRUCell,
    HybridRecurrentCell,
    HybridSequentialRNNCell,
    LSTMCell,
    LSTMPCell,
    ModifierCell,
    RecurrentCell,
    ResidualCell,
    RNNCell,
    SequentialRNNCell,
    VariationalDropoutCell,
    ZoneoutCell,
)


def dynamic_unroll(
    cell: Any,
    inputs: Any,
    begin_state: Any,
    drop_inputs: float = 0,
    drop_outputs: float = 0,
    layout: str = "TNC",
    valid_length: Any = None,
) -> tuple[Any, list[Any]]:
    """All steps of a sequence, of which there may be any number: outputs and last states.

    inputs: in `layout`, 'TNC' or 'NTC'; begin_state: the states before the first step
    drop_inputs, drop_outputs: rates of dropout, the same for all steps
    valid_length: (N,), how many steps each sequence has; None: all

    >>> from weft import np
    >>> from weft import mxnet as mx
    >>> cell = mx.gluon.rnn.GRUCell(4)
    >>> cell.initialize()
    >>> unroll = mx.gluon.rnn.rnn_cell.dynamic_unroll
    >>> outputs, states = unroll(cell, np.ones((3, 2, 5)), cell.begin_state(2))
    >>> outputs.shape, len(states)
    ((3, 2, 4), 1)
    """
    axis = layout.find("T")
    if _symbols.is_symbol(inputs):
        options = (drop_inputs, drop_outputs, axis, valid_length)
        return _unrolled_symbols(cell, inputs, begin_state, *options)
    inputs = _thinned(inputs, drop_inputs, axis)
    states = begin_state if isinstance(begin_state, list | tuple) else [begin_state]
    outputs, last = cell.unroll(inputs.shape[axis], inputs, states, layout, True, valid_length)
    return _thinned(outputs, drop_outputs, axis), last


def _thinned(x: Any, rate: float, axis: int) -> Any:
    from weft import autograd

    if not rate or not autograd.is_training():
        return x
    mask = npx.dropout(np.ones_like(x), p=rate, axes=(axis,))
    return x * mask


def _unrolled_symbols(
    cell: Any,
    inputs: Any,
    states: Any,
    drop_inputs: Any,
    drop_outputs: Any,
    axis: int,
    lengths: Any,
) -> tuple[Any, list[Any]]:
    """The steps as a loop of the graph."""
    from weft.mxnet import symbol

    if axis:
        inputs = symbol.swapaxes(inputs, dim1=0, dim2=axis)
    if drop_inputs:
        inputs = symbol.Dropout(inputs, p=drop_inputs, axes=(0,))

    def step(x: Any, before: Any) -> Any:
        output, after = cell(x, before)
        return [output, *after], after

    before = list(states) if isinstance(states, list | tuple) else [states]
    (outputs, *history), last = symbol.contrib.foreach(step, inputs, before)
    if drop_outputs:
        outputs = symbol.Dropout(outputs, p=drop_outputs, axes=(0,))
    if lengths is not None:
        given = {"sequence_length": lengths, "use_sequence_length": True}
        outputs = symbol.SequenceMask(outputs, **given)
        last = [symbol.SequenceLast(states, **given) for states in history]
    return (symbol.swapaxes(outputs, dim1=0, dim2=axis) if axis else outputs), last


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.rnn.rnn_cell", _words.LAYERS, ("gluon.rnn",))

__all__ = [
    "BidirectionalCell",
    "DropoutCell",
    "GRUCell",
    "HybridRecurrentCell",
    "HybridSequentialRNNCell",
    "LSTMCell",
    "LSTMPCell",
    "ModifierCell",
    "RNNCell",
    "RecurrentCell",
    "ResidualCell",
    "SequentialRNNCell",
    "VariationalDropoutCell",
    "ZoneoutCell",
    "dynamic_unroll",
]
__dir__ = __all__.copy
