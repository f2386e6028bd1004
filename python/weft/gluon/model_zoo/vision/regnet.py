"""RegNets as torchvision and Hugging Face have them: Radosavovic et al., "Designing Network Design
Spaces", 2020 (2003.13678).

The widths of the blocks follow a line that is rounded to powers, and blocks of equal width make a
stage (equations 2 to 4 of the paper).
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import (
    Classifier,
    conv_unit,
    dense_or_flat,
    relu,
    rounded,
)
from weft.gluon.published import Names

_BLOCK = "trunk_output.block{i}.block{i}-{j}"
_TORCHVISION = Names(
    "torchvision",
    {
        "stem": "features.0",
        f"{_BLOCK}.proj": "features.{i}.{j}.shortcut",
        f"{_BLOCK}.f": "features.{i}.{j}",
        "fc": "output",
    },
)
_LAYER = "encoder.stages.{i}.layers.{j}"
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "embedder.embedder.convolution": "features.0.0",
        "embedder.embedder.normalization": "features.0.1",
        f"{_LAYER}.shortcut.convolution": "features.{i+1}.{j}.shortcut.0",
        f"{_LAYER}.shortcut.normalization": "features.{i+1}.{j}.shortcut.1",
        f"{_LAYER}.layer.0.convolution": "features.{i+1}.{j}.a.0",
        f"{_LAYER}.layer.0.normalization": "features.{i+1}.{j}.a.1",
        f"{_LAYER}.layer.1.convolution": "features.{i+1}.{j}.b.0",
        f"{_LAYER}.layer.1.normalization": "features.{i+1}.{j}.b.1",
        f"{_LAYER}.layer.2.attention.0": "features.{i+1}.{j}.se.fc1",
        f"{_LAYER}.layer.2.attention.2": "features.{i+1}.{j}.se.fc2",
        f"{_LAYER}.layer.{{k:2|3}}.convolution": "features.{i+1}.{j}.c.0",
        f"{_LAYER}.layer.{{k:2|3}}.normalization": "features.{i+1}.{j}.c.1",
        "classifier.1": "output",
    },
    prefixes=["regnet."],
)
_TIMM = Names(
    "timm",
    {
        "stem.conv": "features.0.0",
        "stem.bn": "features.0.1",
        "s{i}.b{j}.downsample.conv": "features.{i}.{j-1}.shortcut.0",
        "s{i}.b{j}.downsample.bn": "features.{i}.{j-1}.shortcut.1",
        "s{i}.b{j}.conv1.conv": "features.{i}.{j-1}.a.0",
        "s{i}.b{j}.conv1.bn": "features.{i}.{j-1}.a.1",
        "s{i}.b{j}.conv2.conv": "features.{i}.{j-1}.b.0",
        "s{i}.b{j}.conv2.bn": "features.{i}.{j-1}.b.1",
        "s{i}.b{j}.se": "features.{i}.{j-1}.se",
        "s{i}.b{j}.conv3.conv": "features.{i}.{j-1}.c.0",
        "s{i}.b{j}.conv3.bn": "features.{i}.{j-1}.c.1",
        "head.fc": "output",
    },
)


class RegNetBlock(HybridBlock):
    """relu(c(b(a(x))) + shortcut(x)): a 3×3 convolution of groups between two 1×1.

    group_width: channels of a group
    use_squeeze: the channels are weighed behind the 3×3 convolution

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.regnet import RegNetBlock
    >>> block = RegNetBlock(4, 8, stride=2, group_width=4, use_squeeze=True)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self, in_channels: int, channels: int, stride: int, group_width: int, use_squeeze: bool
    ) -> None:
        super().__init__()
        self.shortcut: HybridBlock | None = None
        if in_channels != channels or stride != 1:
            self.shortcut = conv_unit(channels, 1, stride, in_channels=in_channels)
        groups = max(1, channels // group_width)
        self.a = conv_unit(channels, in_channels=in_channels, activation=relu())
        self.b = conv_unit(
            channels, 3, stride, in_channels=channels, groups=groups, activation=relu()
        )
        self.se = (
            nn.SqueezeExcitation(channels, round(in_channels / 4), relu()) if use_squeeze else None
        )
        self.c = conv_unit(channels, in_channels=channels)
        self.activation = relu()

    def forward(self, x: Any) -> Any:
        out = self.b(self.a(x))
        out = self.c(out if self.se is None else self.se(out))
        return self.activation(out + (x if self.shortcut is None else self.shortcut(x)))


class RegNet(Classifier):
    """Images (N, C, H, W) to scores (N, classes).

    depths, widths, group_widths: blocks, channels and channels of a group in each stage
    classes: 0 for a network that gives the means of the last channels, (N, channels)
    use_squeeze: Y networks weigh the channels, X ones do not
    first_stride: of the first stage; the others halve the image, as the stem does

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.RegNet([1, 1], [8, 16], [4, 8], classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION, _HUGGING_FACE, _TIMM)

    def __init__(
        self,
        depths: Sequence[int],
        widths: Sequence[int],
        group_widths: Sequence[int],
        classes: int = 1000,
        *,
        use_squeeze: bool = True,
        stem: int = 32,
        in_channels: int = 3,
        first_stride: int = 2,
    ) -> None:
        super().__init__()
        if not len(depths) == len(widths) == len(group_widths) > 0:
            raise InvalidValue(
                "RegNet: `depths`, `widths` and `group_widths` must have a number for each stage; "
                f"got {depths}, {widths} and {group_widths}"
            )
        self.features = nn.HybridSequential(
            conv_unit(stem, 3, 2, in_channels=in_channels, activation=relu())
        )
        before, stride = stem, first_stride
        for depth, width, group in zip(depths, widths, group_widths, strict=True):
            stage = nn.HybridSequential(RegNetBlock(before, width, stride, group, use_squeeze))
            for _ in range(depth - 1):
                stage.add(RegNetBlock(width, width, 1, group, use_squeeze))
            self.features.add(stage)
            before, stride = width, 2
        self.features.add(nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = dense_or_flat(classes, before)


def regnet_stages(
    depth: int, start: int, slope: float, factor: float, group_width: int
) -> tuple[list[int], list[int], list[int]]:
    """Depths, widths and widths of groups of the stages.

    depth: number of blocks; start, slope: the line of the widths; factor: ratio of neighbouring
    powers of it

    >>> from weft.gluon.model_zoo.vision.regnet import regnet_stages
    >>> regnet_stages(depth=16, start=48, slope=27.89, factor=2.09, group_width=8)
    ([1, 3, 6, 6], [48, 104, 208, 440], [8, 8, 8, 8])
    """
    line = numpy.arange(depth, dtype="float32") * numpy.float32(slope) + start
    powers = numpy.round(numpy.log(line / start) / numpy.log(factor))
    widths = (numpy.round(start * factor**powers / 8) * 8).astype(int).tolist()
    stages = [(width, len(list(blocks))) for width, blocks in itertools.groupby(widths)]
    groups = [min(group_width, width) for width, _ in stages]
    fitting = [rounded(width, group) for (width, _), group in zip(stages, groups, strict=True)]
    return [blocks for _, blocks in stages], fitting, groups


# Number of blocks, start, slope, factor, width of groups.
_X = {
    "400mf": (22, 24, 24.48, 2.54, 16),
    "800mf": (16, 56, 35.73, 2.28, 16),
    "1_6gf": (18, 80, 34.01, 2.25, 24),
    "3_2gf": (25, 88, 26.31, 2.25, 48),
    "8gf": (23, 80, 49.56, 2.88, 120),
    "16gf": (22, 216, 55.59, 2.1, 128),
    "32gf": (23, 320, 69.86, 2.0, 168),
}
_Y = {
    "400mf": (16, 48, 27.89, 2.09, 8),
    "800mf": (14, 56, 38.84, 2.4, 16),
    "1_6gf": (27, 48, 20.71, 2.65, 24),
    "3_2gf": (21, 80, 42.63, 2.66, 24),
    "8gf": (17, 192, 76.82, 2.19, 56),
    "16gf": (18, 200, 106.23, 2.48, 112),
    "32gf": (20, 232, 115.89, 2.53, 232),
    "128gf": (27, 456, 160.83, 2.52, 264),
}


def _named(kind: str, size: str, spec: tuple[int, int, float, float, int]) -> Callable[..., RegNet]:
    def create(classes: int = 1000) -> RegNet:
        return RegNet(*regnet_stages(*spec), classes, use_squeeze=kind == "y")

    create.__name__ = create.__qualname__ = f"regnet_{kind}_{size}"
    create.__doc__ = f"torchvision's RegNet{kind.upper()} of {size}; see `RegNet`."
    return zoo_function(create)


(
    regnet_x_400mf,
    regnet_x_800mf,
    regnet_x_1_6gf,
    regnet_x_3_2gf,
    regnet_x_8gf,
    regnet_x_16gf,
    regnet_x_32gf,
) = (_named("x", *item) for item in _X.items())
(
    regnet_y_400mf,
    regnet_y_800mf,
    regnet_y_1_6gf,
    regnet_y_3_2gf,
    regnet_y_8gf,
    regnet_y_16gf,
    regnet_y_32gf,
    regnet_y_128gf,
) = (_named("y", *item) for item in _Y.items())


def from_config(config: Mapping[str, Any]) -> RegNet:
    """The RegNet that a config.json of Hugging Face tells of: images (N, C, H, W) to scores
    (N, classes); of a `RegNetModel`, to the means of the last channels, (N, channels).

    Raises NotImplementedError for what it has not: another activation than relu, another head.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import regnet
    >>> stages = {"depths": [1, 1], "hidden_sizes": [8, 16], "groups_width": 4}
    >>> net = regnet.from_config({**stages, "architectures": ["RegNetModel"]})
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 16)
    """
    own = Config("RegNet", config)
    own.only("hidden_act", "relu")
    depths, widths = own.stages(depths=[2, 6, 12, 2], hidden_sizes=[128, 192, 512, 1088])
    return RegNet(
        depths,
        widths,
        [own.count("groups_width", 64)] * len(depths),
        own.classes("RegNetForImageClassification", "RegNetModel"),
        use_squeeze=own.only("layer_type", "y", "x") == "y",
        stem=own.count("embedding_size", 32),
        in_channels=own.count("num_channels", 3),
        first_stride=2 if own.flag("downsample_in_first_stage", True) else 1,
    )


__all__ = [
    "RegNet",
    "RegNetBlock",
    "from_config",
    "regnet_stages",
    "regnet_x_1_6gf",
    "regnet_x_3_2gf",
    "regnet_x_8gf",
    "regnet_x_16gf",
    "regnet_x_32gf",
    "regnet_x_400mf",
    "regnet_x_800mf",
    "regnet_y_1_6gf",
    "regnet_y_3_2gf",
    "regnet_y_8gf",
    "regnet_y_16gf",
    "regnet_y_32gf",
    "regnet_y_128gf",
    "regnet_y_400mf",
    "regnet_y_800mf",
]
__dir__ = __all__.copy
