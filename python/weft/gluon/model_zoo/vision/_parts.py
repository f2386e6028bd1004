"""What several of the networks are made of."""

from typing import Any

from weft import np
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock


class ReLU6(HybridBlock):
    """Elements cut to [0, 6]."""

    def forward(self, x: Any) -> Any:
        return np.clip(x, 0, 6)


class Classifier(HybridBlock):
    """A network in two parts: `features`, then `output`."""

    features: HybridBlock
    output: HybridBlock

    def forward(self, x: Any) -> Any:
        return self.output(self.features(x))


def conv3x3(channels: int, stride: int, in_channels: int = 0) -> nn.Conv2D:
    """A 3×3 convolution that keeps the image's size at stride 1, without bias."""
    return nn.Conv2D(channels, 3, stride, 1, use_bias=False, in_channels=in_channels)


def conv_block(
    channels: int,
    kernel: Any = 1,
    stride: int = 1,
    padding: Any = 0,
    *,
    groups: int = 1,
    activation: HybridBlock | None = None,
    epsilon: float = 1e-5,
) -> list[HybridBlock]:
    """Convolution without bias, batch norm, and perhaps an activation."""
    layers: list[HybridBlock] = [
        nn.Conv2D(channels, kernel, stride, padding, groups=groups, use_bias=False),
        nn.BatchNorm(epsilon=epsilon),
    ]
    return layers if activation is None else [*layers, activation]


def relu() -> nn.Activation:
    return nn.Activation("relu")
