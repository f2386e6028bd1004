"""Anomaly detection: an autoencoder of five frames of 128 mel energies, as in MLPerf Tiny.

What it cannot restore it has not heard in training: the squared error is the score. Koizumi et al.
2020 (arXiv 2006.05822), the baseline of DCASE 2020's task 2.
"""

from weft.gluon import nn

SHAPE = (640,)
MACS = 264_192


def build() -> nn.HybridSequential:
    """Features (N, 640) to what they should be, (N, 640)."""
    net = nn.HybridSequential()
    for units in (128, 128, 128, 128, 8, 128, 128, 128, 128):
        net.add(nn.Dense(units, use_bias=False), nn.BatchNorm(), nn.Activation("relu"))
    net.add(nn.Dense(640))
    return net
