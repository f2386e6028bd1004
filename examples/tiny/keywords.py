"""Keyword spotting with a recurrent network: a GRU over 49 frames of 10 cepstral coefficients.

Cho et al. 2014 (arXiv 1406.1078). As int8 its products and states have 8 bits, its gates 16.
"""

from typing import Any

from weft.gluon import HybridBlock, nn, rnn

SHAPE = (49, 10)  # T, C
MACS = 49 * 3 * 64 * (10 + 64) + 64 * 12


class Keywords(HybridBlock):
    """The last state of a GRU, and a dense layer on it."""

    def __init__(self, units: int, classes: int) -> None:
        super().__init__()
        self.steps = rnn.GRU(units, layout="NTC")
        self.output = nn.Dense(classes)

    def forward(self, x: Any) -> Any:
        return self.output(self.steps(x)[:, -1])


def build(units: int = 64, classes: int = 12) -> Keywords:
    """Frames (N, 49, 10) to scores (N, classes)."""
    return Keywords(units, classes)
