"""What several of the networks are made of."""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np, npx
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock


class ReLU6(HybridBlock):
    """Elements cut to [0, 6]."""

    def forward(self, x: Any) -> Any:
        return np.clip(x, 0, 6)


class HardSwish(HybridBlock):
    """x relu6(x + 3) / 6."""

    def forward(self, x: Any) -> Any:
        return npx.hard_swish(x)


class AdaptiveAvgPool(HybridBlock):
    """Images (N, C, H, W) of any size to (N, C, size, size): means over windows that cover the
    image, of one element more or less where it cannot be divided."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.size = size

    def forward(self, x: Any) -> Any:
        rows, columns = (
            np.array(_window_means(extent, self.size), dtype=x.dtype) for extent in x.shape[2:]
        )
        return np.matmul(np.matmul(rows, x), columns.T)


def _window_means(extent: int, size: int) -> Any:
    """The matrix (size, extent) that takes the mean of each window of a line."""
    means = numpy.zeros((size, extent))
    for i in range(size):
        begin, end = i * extent // size, -(-(i + 1) * extent // size)
        means[i, begin:end] = 1 / (end - begin)
    return means


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


def conv_unit(
    channels: int,
    kernel: int = 1,
    stride: int = 1,
    *,
    in_channels: int,
    groups: int = 1,
    dilation: int = 1,
    activation: HybridBlock | None = None,
    norm: Callable[[], HybridBlock] = nn.BatchNorm,
    conv: type[nn.Conv2D] = nn.Conv2D,
) -> nn.HybridSequential:
    """Convolution without bias, norm, and perhaps an activation, as one block.

    At stride 1 the image keeps its size. norm: makes a batch norm; conv: kind of convolution
    """
    padding = (kernel - 1) // 2 * dilation
    layer = conv(
        *(channels, kernel, stride, padding, dilation, groups),
        use_bias=False,
        in_channels=in_channels,
    )
    unit = nn.HybridSequential(layer, norm())
    if activation is not None:
        unit.add(activation)
    return unit


def dense_or_flat(classes: int, in_units: int = 0) -> HybridBlock:
    """The layer that gives the scores; without classes, what is there is flattened."""
    return nn.Dense(classes, in_units=in_units) if classes else nn.Flatten()


def rounded(width: float, divisor: int = 8, least: int | None = None) -> int:
    """The multiple of `divisor` that is nearest to a number of channels, but not below nine tenths
    of it, and at least `least` (`divisor` if None)."""
    nearest = max(least or divisor, int(width + divisor / 2) // divisor * divisor)
    return nearest + divisor if nearest < 0.9 * width else nearest


def relu() -> nn.Activation:
    return nn.Activation("relu")
