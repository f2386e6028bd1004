"""Recurrent layers and cells, as `mx.gluon.rnn` has them.

>>> from weft import np
>>> from weft import mxnet as mx
>>> cell = mx.gluon.rnn.LSTMCell(4)
>>> cell.initialize()
>>> outputs, states = cell.unroll(3, np.ones((2, 3, 5)), layout="NTC", merge_outputs=True)
>>> outputs.shape, len(states)
((2, 3, 4), 2)
"""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon import rnn as _native
from weft.mxnet.gluon.rnn import rnn_cell
from weft.mxnet.gluon.rnn._kinds import (
    FIRST as _FIRST,
)
from weft.mxnet.gluon.rnn._kinds import (
    BidirectionalCell,
    Conv1DGRUCell,
    Conv1DLSTMCell,
    Conv1DRNNCell,
    Conv2DGRUCell,
    Conv2DLSTMCell,
    Conv2DRNNCell,
    Conv3DGRUCell,
    Conv3DLSTMCell,
    Conv3DRNNCell,
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
from weft.mxnet.gluon.rnn._layers import network

_NETWORK = f"layout dropout bidirectional input_size {_FIRST}"
RNN = network(
    _native.RNN,
    f"hidden_size! num_layers activation layout dropout bidirectional {_FIRST} input_size dtype "
    "use_sequence_length",
    activation="relu",
)
LSTM = network(
    _native.LSTM,
    f"hidden_size! num_layers {_NETWORK} projection_size h2r_weight_initializer state_clip_min "
    "state_clip_max state_clip_nan dtype use_sequence_length",
)
GRU = network(_native.GRU, f"hidden_size! num_layers {_NETWORK} dtype use_sequence_length")

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.rnn",
        _words.LAYERS,
        parts=("conv_rnn_cell", "rnn_cell", "rnn_layer"),
    )

__all__ = [
    "GRU",
    "LSTM",
    "RNN",
    "BidirectionalCell",
    "Conv1DGRUCell",
    "Conv1DLSTMCell",
    "Conv1DRNNCell",
    "Conv2DGRUCell",
    "Conv2DLSTMCell",
    "Conv2DRNNCell",
    "Conv3DGRUCell",
    "Conv3DLSTMCell",
    "Conv3DRNNCell",
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
    "rnn_cell",
]
__dir__ = __all__.copy
