"""Recurrent layers and cells, as `mx.gluon.rnn` has them.

>>> from weft import np
>>> from weft import mxnet as mx
>>> cell = mx.gluon.rnn.LSTMCell(4)
>>> cell.initialize()
>>> outputs, states = cell.unroll(3, np.ones((2, 3, 5)), layout="NTC", merge_outputs=True)
>>> outputs.shape, len(states)
((2, 3, 4), 2)
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon import rnn as _native
from weft.mxnet.gluon.rnn._cells import RecurrentCell, cell
from weft.mxnet.gluon.rnn._layers import network

HybridRecurrentCell = RecurrentCell

_FIRST = "i2h_weight_initializer h2h_weight_initializer i2h_bias_initializer h2h_bias_initializer"
_GATES = "activation recurrent_activation"
RNNCell = cell(_native.RNNCell, f"hidden_size! activation {_FIRST} input_size")
LSTMCell = cell(_native.LSTMCell, f"hidden_size! {_FIRST} input_size {_GATES}")
GRUCell = cell(_native.GRUCell, f"hidden_size! {_FIRST} input_size {_GATES}")
LSTMPCell = cell(
    _native.LSTMPCell,
    "hidden_size! projection_size! i2h_weight_initializer h2h_weight_initializer "
    "h2r_weight_initializer i2h_bias_initializer h2h_bias_initializer input_size",
)

HybridSequentialRNNCell = cell(
    _native.SequentialRNNCell, "", variadic=True, name="HybridSequentialRNNCell"
)
SequentialRNNCell = cell(_native.SequentialRNNCell, "", variadic=True)
BidirectionalCell = cell(_native.BidirectionalCell, "l_cell! r_cell! output_prefix")
DropoutCell = cell(_native.DropoutCell, "rate! axes")
ModifierCell = cell(_native.ModifierCell, "base_cell!")
ResidualCell = cell(_native.ResidualCell, "base_cell!")
ZoneoutCell = cell(_native.ZoneoutCell, "base_cell! zoneout_outputs zoneout_states")
VariationalDropoutCell = cell(
    _native.VariationalDropoutCell, "base_cell! drop_inputs drop_states drop_outputs"
)

_CONVOLUTION = (
    "input_shape! hidden_channels! i2h_kernel! h2h_kernel! i2h_pad i2h_dilate h2h_dilate "
    f"{_FIRST} conv_layout activation"
)
Conv1DRNNCell = cell(_native.Conv1DRNNCell, _CONVOLUTION)
Conv2DRNNCell = cell(_native.Conv2DRNNCell, _CONVOLUTION)
Conv3DRNNCell = cell(_native.Conv3DRNNCell, _CONVOLUTION)
Conv1DLSTMCell = cell(_native.Conv1DLSTMCell, _CONVOLUTION)
Conv2DLSTMCell = cell(_native.Conv2DLSTMCell, _CONVOLUTION)
Conv3DLSTMCell = cell(_native.Conv3DLSTMCell, _CONVOLUTION)
Conv1DGRUCell = cell(_native.Conv1DGRUCell, _CONVOLUTION)
Conv2DGRUCell = cell(_native.Conv2DGRUCell, _CONVOLUTION)
Conv3DGRUCell = cell(_native.Conv3DGRUCell, _CONVOLUTION)

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

if TYPE_CHECKING:
    from weft.mxnet.gluon.rnn import rnn_cell
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.gluon.rnn", _words.LAYERS)

    def __getattr__(name: str) -> Any:
        if name == "rnn_cell":  # it is made of the cells here
            return importlib.import_module("weft.mxnet.gluon.rnn.rnn_cell")
        return _find(name)


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
