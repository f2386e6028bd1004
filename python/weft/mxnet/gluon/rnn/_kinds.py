"""The classes of cells, with MXNet's arguments on those of Weft."""

from weft.gluon import rnn as _native
from weft.mxnet.gluon.rnn._cells import RecurrentCell, cell

HybridRecurrentCell = RecurrentCell

FIRST = "i2h_weight_initializer h2h_weight_initializer i2h_bias_initializer h2h_bias_initializer"
_GATES = "activation recurrent_activation"
RNNCell = cell(_native.RNNCell, f"hidden_size! activation {FIRST} input_size")
LSTMCell = cell(_native.LSTMCell, f"hidden_size! {FIRST} input_size {_GATES}")
GRUCell = cell(_native.GRUCell, f"hidden_size! {FIRST} input_size {_GATES}")
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
    f"{FIRST} conv_layout activation"
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

__all__ = [
    "FIRST",
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
]
