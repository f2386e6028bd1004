"""Recurrent networks: cells make one step, layers the steps of whole sequences.

Letters: T time, N batch, C features of the data, U units, L layers, D directions.
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.rnn.cells import GRUCell, LSTMCell, RNNCell
from weft.gluon.rnn.layers import GRU, LSTM, RNN

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.gluon.rnn", _words.LAYERS)

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNCell"]
__dir__ = __all__.copy
