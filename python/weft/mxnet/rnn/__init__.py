"""Recurrent networks of 1.x: cells that compose symbols step by step, and sentences in buckets.

>>> from weft import mxnet as mx
>>> cell = mx.rnn.LSTMCell(4, prefix="lstm_")
>>> outputs, states = cell.unroll(3, mx.sym.Variable("data"), merge_outputs=True)
>>> outputs.infer_shape(data=(2, 3, 5))[1]
[(2, 3, 4)]
"""

from weft.mxnet.rnn import io, rnn, rnn_cell  # noqa: F401
from weft.mxnet.rnn._base import BaseRNNCell, RNNParams
from weft.mxnet.rnn._convolution import BaseConvRNNCell, ConvGRUCell, ConvLSTMCell, ConvRNNCell
from weft.mxnet.rnn._fused import FusedRNNCell
from weft.mxnet.rnn._modifiers import (
    BidirectionalCell,
    DropoutCell,
    ModifierCell,
    ResidualCell,
    SequentialRNNCell,
    ZoneoutCell,
)
from weft.mxnet.rnn.io import BucketSentenceIter, encode_sentences
from weft.mxnet.rnn.rnn import (
    do_rnn_checkpoint,
    load_rnn_checkpoint,
    rnn_unroll,
    save_rnn_checkpoint,
)
from weft.mxnet.rnn.rnn_cell import GRUCell, LSTMCell, RNNCell

__all__ = [
    "BaseConvRNNCell",
    "BaseRNNCell",
    "BidirectionalCell",
    "BucketSentenceIter",
    "ConvGRUCell",
    "ConvLSTMCell",
    "ConvRNNCell",
    "DropoutCell",
    "FusedRNNCell",
    "GRUCell",
    "LSTMCell",
    "ModifierCell",
    "RNNCell",
    "RNNParams",
    "ResidualCell",
    "SequentialRNNCell",
    "ZoneoutCell",
    "do_rnn_checkpoint",
    "encode_sentences",
    "load_rnn_checkpoint",
    "rnn_unroll",
    "save_rnn_checkpoint",
]
__dir__ = __all__.copy
