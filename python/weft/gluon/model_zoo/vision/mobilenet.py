"""MobileNets: Howard et al. 2017 (v1, arXiv 1704.04861), Sandler et al. 2018 (v2, 1801.04381)."""

from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import Classifier, ReLU6, conv_block, relu


def _check(multiplier: float) -> None:
    if multiplier <= 0:
        raise InvalidValue(f"mobilenet: `multiplier` must be above 0; got {multiplier}")


class MobileNet(Classifier):
    """Depthwise and pointwise convolutions: images (N, C, H, W) to scores (N, classes).

    multiplier: factor of all numbers of channels

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.MobileNet(0.25, classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    def __init__(self, multiplier: float = 1.0, classes: int = 1000) -> None:
        super().__init__()
        _check(multiplier)
        inner = [32, 64] + [128] * 2 + [256] * 2 + [512] * 6 + [1024]
        outer = [64] + [128] * 2 + [256] * 2 + [512] * 6 + [1024] * 2
        strides = [1, 2] * 3 + [1] * 5 + [2, 1]
        self.features = nn.HybridSequential(
            *conv_block(int(32 * multiplier), 3, 2, 1, activation=relu())
        )
        for between, channels, stride in zip(inner, outer, strides, strict=True):
            width = int(between * multiplier)
            self.features.add(
                *conv_block(width, 3, stride, 1, groups=width, activation=relu()),
                *conv_block(int(channels * multiplier), activation=relu()),
            )
        self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = nn.Dense(classes)


class LinearBottleneck(HybridBlock):
    """Expand by `t`, convolve each channel, project; with a shortcut where the shape stays.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.mobilenet import LinearBottleneck
    >>> block = LinearBottleneck(4, 8, t=6, stride=2)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(self, in_channels: int, channels: int, t: int, stride: int) -> None:
        super().__init__()
        self.use_shortcut = stride == 1 and in_channels == channels
        width = in_channels * t
        self.out = nn.HybridSequential()
        if t != 1:
            self.out.add(*conv_block(width, activation=ReLU6()))
        self.out.add(
            *conv_block(width, 3, stride, 1, groups=width, activation=ReLU6()),
            *conv_block(channels),
        )

    def forward(self, x: Any) -> Any:
        out = self.out(x)
        return out + x if self.use_shortcut else out


class MobileNetV2(Classifier):
    """Linear bottlenecks: images (N, C, H, W) to scores (N, classes).

    multiplier: factor of all numbers of channels, but for the last one where it is below 1

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.MobileNetV2(0.25, classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    # expansion, channels, blocks, stride of the first
    STAGES = (
        (1, 16, 1, 1),
        (6, 24, 2, 2),
        (6, 32, 3, 2),
        (6, 64, 4, 2),
        (6, 96, 3, 1),
        (6, 160, 3, 2),
        (6, 320, 1, 1),
    )

    def __init__(self, multiplier: float = 1.0, classes: int = 1000) -> None:
        super().__init__()
        _check(multiplier)
        before = int(32 * multiplier)
        self.features = nn.HybridSequential(*conv_block(before, 3, 2, 1, activation=ReLU6()))
        for expansion, width, blocks, stride in self.STAGES:
            channels = int(width * multiplier)
            for block in range(blocks):
                self.features.add(
                    LinearBottleneck(before, channels, expansion, stride if block == 0 else 1)
                )
                before = channels
        last = int(1280 * multiplier) if multiplier > 1 else 1280
        self.features.add(*conv_block(last, activation=ReLU6()), nn.GlobalAvgPool2D())
        self.output = nn.HybridSequential(nn.Conv2D(classes, 1, use_bias=False), nn.Flatten())


@zoo_function
def mobilenet1_0(classes: int = 1000) -> MobileNet:
    """MobileNet; see `MobileNet`."""
    return MobileNet(1.0, classes)


@zoo_function
def mobilenet0_75(classes: int = 1000) -> MobileNet:
    """MobileNet with three quarters of the channels."""
    return MobileNet(0.75, classes)


@zoo_function
def mobilenet0_5(classes: int = 1000) -> MobileNet:
    """MobileNet with half of the channels."""
    return MobileNet(0.5, classes)


@zoo_function
def mobilenet0_25(classes: int = 1000) -> MobileNet:
    """MobileNet with a quarter of the channels."""
    return MobileNet(0.25, classes)


@zoo_function
def mobilenet_v2_1_0(classes: int = 1000) -> MobileNetV2:
    """MobileNet v2; see `MobileNetV2`."""
    return MobileNetV2(1.0, classes)


@zoo_function
def mobilenet_v2_0_75(classes: int = 1000) -> MobileNetV2:
    """MobileNet v2 with three quarters of the channels."""
    return MobileNetV2(0.75, classes)


@zoo_function
def mobilenet_v2_0_5(classes: int = 1000) -> MobileNetV2:
    """MobileNet v2 with half of the channels."""
    return MobileNetV2(0.5, classes)


@zoo_function
def mobilenet_v2_0_25(classes: int = 1000) -> MobileNetV2:
    """MobileNet v2 with a quarter of the channels."""
    return MobileNetV2(0.25, classes)


__all__ = [
    "LinearBottleneck",
    "MobileNet",
    "MobileNetV2",
    "mobilenet0_5",
    "mobilenet0_25",
    "mobilenet0_75",
    "mobilenet1_0",
    "mobilenet_v2_0_5",
    "mobilenet_v2_0_25",
    "mobilenet_v2_0_75",
    "mobilenet_v2_1_0",
]
__dir__ = __all__.copy
