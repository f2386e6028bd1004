"""Plain cells: `RNNCell`, `LSTMCell`, `GRUCell`."""

from weft.mxnet.rnn._base import BaseRNNCell, RNNParams
from weft.mxnet.rnn._convolution import (  # noqa: F401
    BaseConvRNNCell,
    ConvGRUCell,
    ConvLSTMCell,
    ConvRNNCell,
)
from weft.mxnet.rnn._fused import FusedRNNCell  # noqa: F401
from weft.mxnet.rnn._modifiers import (  # noqa: F401
    BidirectionalCell,
    DropoutCell,
    ModifierCell,
    ResidualCell,
    SequentialRNNCell,
    ZoneoutCell,
)
from weft.mxnet.rnn._plain import GRUCell, LSTMCell, RNNCell

__all__ = ["BaseRNNCell", "GRUCell", "LSTMCell", "RNNCell", "RNNParams"]
__dir__ = __all__.copy
