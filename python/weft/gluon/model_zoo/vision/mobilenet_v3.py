"""MobileNet v3: Howard et al., "Searching for MobileNetV3", 2019 (1905.02244), as torchvision has
it."""

from functools import partial
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import (
    Classifier,
    HardSwish,
    conv_unit,
    relu,
    rounded,
)
from weft.gluon.published import Names

_norm = partial(nn.BatchNorm, epsilon=0.001, momentum=0.99)

# Of each block: kernel, channels inside, channels, squeeze and excitation, hard swish, stride
# (tables 1 and 2 of the paper).
_LARGE = (
    (3, 16, 16, False, False, 1),
    (3, 64, 24, False, False, 2),
    (3, 72, 24, False, False, 1),
    (5, 72, 40, True, False, 2),
    (5, 120, 40, True, False, 1),
    (5, 120, 40, True, False, 1),
    (3, 240, 80, False, True, 2),
    (3, 200, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 184, 80, False, True, 1),
    (3, 480, 112, True, True, 1),
    (3, 672, 112, True, True, 1),
    (5, 672, 160, True, True, 2),
    (5, 960, 160, True, True, 1),
    (5, 960, 160, True, True, 1),
)
_SMALL = (
    (3, 16, 16, True, False, 2),
    (3, 72, 24, False, False, 2),
    (3, 88, 24, False, False, 1),
    (5, 96, 40, True, True, 2),
    (5, 240, 40, True, True, 1),
    (5, 240, 40, True, True, 1),
    (5, 120, 48, True, True, 1),
    (5, 144, 48, True, True, 1),
    (5, 288, 96, True, True, 2),
    (5, 576, 96, True, True, 1),
    (5, 576, 96, True, True, 1),
)
_SIZES = {"large": (_LARGE, 1280), "small": (_SMALL, 1024)}
_TAIL = 3  # blocks at the end, which may be narrower or dilated


class BottleneckV3(HybridBlock):
    """Expand to `inner` channels, convolve each, perhaps weigh them, project; with a shortcut where
    the shape stays.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.mobilenet_v3 import BottleneckV3
    >>> block = BottleneckV3(8, 5, 16, 8, use_squeeze=True, use_hard_swish=True, stride=1)
    >>> block.initialize()
    >>> block(np.ones((1, 8, 8, 8))).shape
    (1, 8, 8, 8)
    """

    def __init__(
        self,
        in_channels: int,
        kernel: int,
        inner: int,
        channels: int,
        use_squeeze: bool,
        use_hard_swish: bool,
        stride: int,
        dilation: int = 1,
    ) -> None:
        super().__init__()
        self.use_shortcut = stride == 1 and in_channels == channels
        activation = HardSwish if use_hard_swish else relu
        self.block = nn.HybridSequential()
        if inner != in_channels:
            self.block.add(
                conv_unit(inner, in_channels=in_channels, activation=activation(), norm=_norm)
            )
        self.block.add(
            conv_unit(
                *(inner, kernel, stride if dilation == 1 else 1),
                in_channels=inner,
                groups=inner,
                dilation=dilation,
                activation=activation(),
                norm=_norm,
            )
        )
        if use_squeeze:
            self.block.add(nn.SqueezeExcitation(inner, rounded(inner // 4), relu(), "hard_sigmoid"))
        self.block.add(conv_unit(channels, in_channels=inner, norm=_norm))

    def forward(self, x: Any) -> Any:
        out = self.block(x)
        return out + x if self.use_shortcut else out


class MobileNetV3(Classifier):
    """Images (N, 3, H, W) to scores (N, classes).

    size: "large" or "small"; multiplier: factor of all numbers of channels
    reduced_tail: half of the channels in the last blocks; dilated: these keep the image's size, as
        a detector or a segmentation wants it

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.MobileNetV3("small", classes=4, multiplier=0.5)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    published_names = (Names("torchvision", {"features": "features", "classifier": "output"}),)

    def __init__(
        self,
        size: str = "large",
        classes: int = 1000,
        *,
        multiplier: float = 1.0,
        dropout: float = 0.2,
        reduced_tail: bool = False,
        dilated: bool = False,
    ) -> None:
        super().__init__()
        if size not in _SIZES:
            raise InvalidValue(f"MobileNetV3: `size` must be large or small; got {size!r}")
        if multiplier <= 0:
            raise InvalidValue(f"MobileNetV3: `multiplier` must be above 0; got {multiplier}")
        blocks, last = _SIZES[size]
        divide = 2 if reduced_tail else 1
        before = rounded(16 * multiplier)
        self.features = nn.HybridSequential(
            conv_unit(before, 3, 2, in_channels=3, activation=HardSwish(), norm=_norm)
        )
        tail = len(blocks) - _TAIL
        for i, (kernel, inner, channels, *options) in enumerate(blocks):
            inner = inner // divide if i > tail else inner
            after = rounded((channels // divide if i >= tail else channels) * multiplier)
            self.features.add(
                BottleneckV3(
                    *(before, kernel, rounded(inner * multiplier), after, *options),
                    dilation=2 if dilated and i >= tail else 1,
                )
            )
            before = after
        self.features.add(
            conv_unit(6 * before, in_channels=before, activation=HardSwish(), norm=_norm),
            nn.GlobalAvgPool2D(),
            nn.Flatten(),
        )
        wide = rounded(last // divide * multiplier)
        self.output = nn.HybridSequential(
            nn.Dense(wide, in_units=6 * before),
            HardSwish(),
            nn.Dropout(dropout),
            nn.Dense(classes, in_units=wide),
        )


@zoo_function
def mobilenet_v3_large(classes: int = 1000, **options: Any) -> MobileNetV3:
    """torchvision's MobileNet v3, large; see `MobileNetV3`, of which it takes the options."""
    return MobileNetV3("large", classes, **options)


@zoo_function
def mobilenet_v3_small(classes: int = 1000, **options: Any) -> MobileNetV3:
    """torchvision's MobileNet v3, small; see `MobileNetV3`, of which it takes the options."""
    return MobileNetV3("small", classes, **options)


__all__ = ["BottleneckV3", "MobileNetV3", "mobilenet_v3_large", "mobilenet_v3_small"]
__dir__ = __all__.copy
