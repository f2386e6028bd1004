"""Keyword spotting: a depthwise separable network over 49 frames of 10 cepstral coefficients.

MLPerf Tiny's keyword model; Zhang, Suda, Lai, Chandra 2017 (arXiv 1711.07128), the small DS-CNN.
"""

from weft.gluon import nn

SHAPE = (1, 49, 10)  # C, H, W
MACS = 2_656_768


def separable(channels: int) -> list[nn.HybridSequential]:
    """A filter for each channel, then products of channels: norms and ReLUs behind both."""
    depthwise = nn.Conv2D(channels, 3, padding=1, groups=channels, use_bias=False)
    pointwise = nn.Conv2D(channels, 1, use_bias=False)
    return [
        depthwise,
        nn.BatchNorm(),
        nn.Activation("relu"),
        pointwise,
        nn.BatchNorm(),
        nn.Activation("relu"),
    ]


def build(classes: int = 12) -> nn.HybridSequential:
    """Features (N, 1, 49, 10) to scores (N, classes)."""
    net = nn.HybridSequential(
        nn.Conv2D(64, (10, 4), strides=2, padding=(5, 1), use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
    )
    for _ in range(4):
        net.add(*separable(64))
    net.add(nn.GlobalAvgPool2D(), nn.Flatten(), nn.Dense(classes))
    return net
