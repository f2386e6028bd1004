"""Image classification: ResNet-8 for images of 32 x 32, as in MLPerf Tiny.

Three stages of one block each; He, Zhang, Ren, Sun 2015 (arXiv 1512.03385).
"""

from typing import Any

from weft import npx
from weft.gluon import HybridBlock, nn

SHAPE = (3, 32, 32)  # C, H, W
MACS = 12_501_632


class Block(HybridBlock):
    """Two convolutions, and beside them the input, through a convolution where the stride is 2."""

    def __init__(self, channels: int, stride: int) -> None:
        super().__init__()
        self.body = nn.HybridSequential(
            nn.Conv2D(channels, 3, stride, 1, use_bias=False),
            nn.BatchNorm(),
            nn.Activation("relu"),
            nn.Conv2D(channels, 3, 1, 1, use_bias=False),
            nn.BatchNorm(),
        )
        self.shortcut = nn.Conv2D(channels, 1, stride) if stride > 1 else None

    def forward(self, x: Any) -> Any:
        beside = x if self.shortcut is None else self.shortcut(x)
        return npx.relu(self.body(x) + beside)


def build(classes: int = 10) -> nn.HybridSequential:
    """Images (N, 3, 32, 32) to scores (N, classes)."""
    return nn.HybridSequential(
        nn.Conv2D(16, 3, padding=1, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        Block(16, 1),
        Block(32, 2),
        Block(64, 2),
        nn.GlobalAvgPool2D(),
        nn.Flatten(),
        nn.Dense(classes),
    )
