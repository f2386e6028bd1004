"""Recurrent networks: cells make one step, layers the steps of whole sequences.

Letters: T time, N batch, C features of the data, U units, L layers, D directions.
"""

from weft.gluon.rnn.cells import GRUCell, LSTMCell, RNNCell
from weft.gluon.rnn.layers import GRU, LSTM, RNN

__all__ = ["GRU", "LSTM", "RNN", "GRUCell", "LSTMCell", "RNNCell"]
