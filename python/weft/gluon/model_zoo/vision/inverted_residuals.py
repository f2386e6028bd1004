"""MobileNet v2 as torchvision and Hugging Face have it: Sandler et al., "MobileNetV2: Inverted
Residuals and Linear Bottlenecks", 2018 (1801.04381).

It differs from `mobilenet_v2_1_0`, which is Gluon's: widths are multiples of 8, and the classifier
is dense, with bias and dropout.
"""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any

from weft import npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import (
    Classifier,
    ReLU6,
    conv_unit,
    dense_or_flat,
    rounded,
)
from weft.gluon.model_zoo.vision.mobilenet import MobileNetV2
from weft.gluon.published import Names

_TORCHVISION = Names("torchvision", {"features": "features", "classifier.1": "output.1"})
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "conv_stem.first_conv.convolution": "features.0.0",
        "conv_stem.first_conv.normalization": "features.0.1",
        "conv_stem.conv_3x3.convolution": "features.1.conv.0.0",
        "conv_stem.conv_3x3.normalization": "features.1.conv.0.1",
        "conv_stem.reduce_1x1.convolution": "features.1.conv.1",
        "conv_stem.reduce_1x1.normalization": "features.1.conv.2",
        "layer.{i}.expand_1x1.convolution": "features.{i+2}.conv.0.0",
        "layer.{i}.expand_1x1.normalization": "features.{i+2}.conv.0.1",
        "layer.{i}.conv_3x3.convolution": "features.{i+2}.conv.1.0",
        "layer.{i}.conv_3x3.normalization": "features.{i+2}.conv.1.1",
        "layer.{i}.reduce_1x1.convolution": "features.{i+2}.conv.2",
        "layer.{i}.reduce_1x1.normalization": "features.{i+2}.conv.3",
        "conv_1x1.convolution": "features.18.0",
        "conv_1x1.normalization": "features.18.1",
        "classifier": "output.1",
    },
    prefixes=["mobilenet_v2."],
)


class _SameConv2D(nn.Conv2D):
    """A convolution that pads as TensorFlow's "SAME": how much depends on the image's size, and an
    odd number has its greater half below and on the right. `padding` does not count."""

    def convolve(self, x: Any, bias: Any) -> Any:
        before, behind = [], []
        places = zip(
            x.shape[2:], self.kernel, self.options["stride"], self.options["dilate"], strict=True
        )
        for extent, kernel, stride, dilation in places:
            # The kernel's own extent counts, not the dilated one: so does Hugging Face.
            total = max(kernel - (extent % stride or stride), 0)
            before.append(total // 2 * dilation)
            behind.append((total - total // 2) * dilation)
        options = {**self.options, "pad": (*before, *behind)}
        return npx.convolution(x, self.weight.data(), bias, **options)


# A `conv_unit` with some of its options.
Unit = Callable[..., nn.HybridSequential]


class InvertedResidual(HybridBlock):
    """Expand to `inner` channels, convolve each, project; with a shortcut where the shape stays.

    use_shortcut: False for none even there; unit: makes a convolution with its norm

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.inverted_residuals import InvertedResidual
    >>> block = InvertedResidual(4, 8, inner=16, stride=2)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        inner: int,
        stride: int,
        dilation: int = 1,
        use_shortcut: bool = True,
        unit: Unit = conv_unit,
    ) -> None:
        super().__init__()
        self.use_shortcut = use_shortcut and stride == 1 and in_channels == channels
        self.conv = nn.HybridSequential()
        if inner != in_channels:
            self.conv.add(unit(inner, in_channels=in_channels, activation=ReLU6()))
        depthwise = unit(
            *(inner, 3, stride),
            in_channels=inner,
            groups=inner,
            dilation=dilation,
            activation=ReLU6(),
        )
        self.conv.add(depthwise, *unit(channels, in_channels=inner))

    def forward(self, x: Any) -> Any:
        out = self.conv(x)
        return out + x if self.use_shortcut else out


class RoundedMobileNetV2(Classifier):
    """Images (N, C, H, W) to scores (N, classes).

    multiplier: factor of all numbers of channels, which are then rounded to multiples of `divisor`
    classes: 0 for a network that gives the means of the last channels, (N, channels)
    least: the smallest number of channels, `divisor` if None; last: channels before the classifier,
        1280 times `multiplier` if None, but no fewer than 1280
    output_stride: image's extents over those of the last channels; below 32 dilation takes the
        place of strides
    first_shortcut: whether the first block may have a shortcut; it can where `multiplier` is small
    same_padding: as TensorFlow pads, which is not symmetric; epsilon, momentum: of the norms

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.RoundedMobileNetV2(0.25, classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION, _HUGGING_FACE)

    def __init__(
        self,
        multiplier: float = 1.0,
        classes: int = 1000,
        *,
        dropout: float = 0.2,
        expansion: float = 6,
        divisor: int = 8,
        least: int | None = None,
        last: int | None = None,
        in_channels: int = 3,
        output_stride: int = 32,
        first_shortcut: bool = True,
        same_padding: bool = False,
        epsilon: float = 1e-5,
        momentum: float = 0.9,
    ) -> None:
        super().__init__()
        if multiplier <= 0:
            raise InvalidValue(
                f"RoundedMobileNetV2: `multiplier` must be above 0; got {multiplier}"
            )
        if output_stride not in (8, 16, 32):
            raise InvalidValue(
                f"RoundedMobileNetV2: `output_stride` must be 8, 16 or 32; got {output_stride}"
            )
        unit: Unit = partial(
            conv_unit,
            conv=_SameConv2D if same_padding else nn.Conv2D,
            norm=partial(nn.BatchNorm, epsilon=epsilon, momentum=momentum),
        )
        width = partial(rounded, divisor=divisor, least=least)
        self.features = nn.HybridSequential(
            unit(width(32 * multiplier), 3, 2, in_channels=in_channels, activation=ReLU6())
        )
        before = width(32 * multiplier)
        strides = _strides(output_stride)
        for factor, channels, blocks, _ in MobileNetV2.STAGES:
            after = width(channels * multiplier)
            for _ in range(blocks):
                self.features.add(
                    InvertedResidual(
                        *(before, after, before if factor == 1 else width(before * expansion)),
                        *next(strides),
                        use_shortcut=first_shortcut or factor != 1,
                        unit=unit,
                    )
                )
                before = after
        last = last or width(1280 * max(1.0, multiplier))
        self.features.add(
            unit(last, in_channels=before, activation=ReLU6()), nn.GlobalAvgPool2D(), nn.Flatten()
        )
        self.output = nn.HybridSequential(nn.Dropout(dropout), dense_or_flat(classes, last))


def _strides(output_stride: int) -> Iterator[tuple[int, int]]:
    """Stride and dilation of each block: strides until the image is `output_stride` times smaller;
    each that is left out then doubles the dilation of the blocks behind it."""
    reached, dilation = 2, 1
    for _, _, blocks, first in MobileNetV2.STAGES:
        for stride in (first, *[1] * (blocks - 1)):
            if reached == output_stride:
                yield 1, dilation
                dilation *= stride
            else:
                yield stride, 1
                reached *= stride


@zoo_function
def mobilenet_v2(
    classes: int = 1000, *, multiplier: float = 1.0, dropout: float = 0.2
) -> RoundedMobileNetV2:
    """torchvision's MobileNet v2; see `RoundedMobileNetV2`."""
    return RoundedMobileNetV2(multiplier, classes, dropout=dropout)


def from_config(config: Mapping[str, Any]) -> RoundedMobileNetV2:
    """The MobileNet v2 that a config.json of Hugging Face tells of: images (N, C, H, W) to scores
    (N, classes); of a `MobileNetV2Model`, to the means of the last channels, (N, channels).

    Raises NotImplementedError for what it has not: another activation than relu6, a first layer
    with an expansion of its own, a head for segmentation.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import inverted_residuals
    >>> config = {"depth_multiplier": 0.35, "architectures": ["MobileNetV2Model"]}
    >>> net = inverted_residuals.from_config(config)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 1280)
    """
    own = Config("MobileNetV2", config)
    own.only("hidden_act", "relu6")
    own.only("first_layer_is_expansion", True)
    multiplier = own.number("depth_multiplier", 1.0)
    divisor, least = own.count("depth_divisible_by", 8), own.count("min_depth", 8)
    is_fine = own.flag("finegrained_output", True) and multiplier < 1
    return RoundedMobileNetV2(
        multiplier,
        own.classes("MobileNetV2ForImageClassification", "MobileNetV2Model"),
        dropout=own.fraction("classifier_dropout_prob", 0.8),
        expansion=own.number("expand_ratio", 6),
        divisor=divisor,
        least=least,
        last=1280 if is_fine else rounded(1280 * multiplier, divisor, least),
        in_channels=own.count("num_channels", 3),
        output_stride=own.only("output_stride", 32, 16, 8),
        first_shortcut=False,
        same_padding=own.flag("tf_padding", True),
        epsilon=own.fraction("layer_norm_eps", 0.001),
        momentum=0.003,  # 0.997 where momentum is what the batch has
    )


__all__ = ["InvertedResidual", "RoundedMobileNetV2", "from_config", "mobilenet_v2"]
__dir__ = __all__.copy
