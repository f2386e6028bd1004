"""Residual networks: He, Zhang, Ren, Sun, "Deep Residual Learning for Image Recognition" (v1) and
"Identity Mappings in Deep Residual Networks" (v2), 2015 and 2016."""

from collections.abc import Callable, Sequence
from typing import Any

from weft import npx
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import Classifier, conv3x3, dense_or_flat, relu
from weft.gluon.published import Names

_TORCHVISION = Names(
    "torchvision",
    {
        "conv1": "features.0",
        "bn1": "features.1",
        "layer{i}.{j}.conv{k}": "features.{i+3}.{j}.body.{3*k-3}",
        "layer{i}.{j}.bn{k}": "features.{i+3}.{j}.body.{3*k-2}",
        "layer{i}.{j}.downsample": "features.{i+3}.{j}.downsample",
        "fc": "output",
    },
)
_STAGE = "encoder.stages.{i}.layers.{j}"
_HUGGING_FACE = Names(
    "Hugging Face",
    {
        "embedder.embedder.convolution": "features.0",
        "embedder.embedder.normalization": "features.1",
        f"{_STAGE}.layer.{{k}}.convolution": "features.{i+4}.{j}.body.{3*k}",
        f"{_STAGE}.layer.{{k}}.normalization": "features.{i+4}.{j}.body.{3*k+1}",
        f"{_STAGE}.shortcut.convolution": "features.{i+4}.{j}.downsample.0",
        f"{_STAGE}.shortcut.normalization": "features.{i+4}.{j}.downsample.1",
        "classifier.1": "output",
    },
    prefixes=["resnet."],
)


class _ResidualV1(HybridBlock):
    """relu(body(x) + shortcut(x))."""

    body: nn.HybridSequential

    def _finish(self, channels: int, stride: int, downsample: bool, in_channels: int) -> None:
        self.downsample: HybridBlock | None = None
        if downsample:
            self.downsample = nn.HybridSequential(
                nn.Conv2D(channels, 1, stride, use_bias=False, in_channels=in_channels),
                nn.BatchNorm(),
            )

    def forward(self, x: Any) -> Any:
        shortcut = x if self.downsample is None else self.downsample(x)
        return npx.relu(self.body(x) + shortcut)


class BasicBlockV1(_ResidualV1):
    """Two 3×3 convolutions.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> block = vision.BasicBlockV1(8, stride=2, downsample=True, in_channels=4)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self, channels: int, stride: int, downsample: bool = False, in_channels: int = 0
    ) -> None:
        super().__init__()
        self.body = nn.HybridSequential(
            conv3x3(channels, stride, in_channels),
            nn.BatchNorm(),
            relu(),
            conv3x3(channels, 1, channels),
            nn.BatchNorm(),
        )
        self._finish(channels, stride, downsample, in_channels)


class BottleneckV1(_ResidualV1):
    """A 3×3 convolution between two 1×1, in a quarter of the channels.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> block = vision.BottleneckV1(8, stride=2, downsample=True, in_channels=4)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self, channels: int, stride: int, downsample: bool = False, in_channels: int = 0
    ) -> None:
        super().__init__()
        inner = channels // 4
        self.body = nn.HybridSequential(
            nn.Conv2D(inner, 1, stride),
            nn.BatchNorm(),
            relu(),
            conv3x3(inner, 1, inner),
            nn.BatchNorm(),
            relu(),
            nn.Conv2D(channels, 1),
            nn.BatchNorm(),
        )
        self._finish(channels, stride, downsample, in_channels)


class _ResidualV2(HybridBlock):
    """x + convolutions of relu(norm(x)), each with its norm and relu before it."""

    def _finish(self, channels: int, stride: int, downsample: bool, in_channels: int) -> None:
        self.downsample: HybridBlock | None = None
        if downsample:
            self.downsample = nn.Conv2D(
                channels, 1, stride, use_bias=False, in_channels=in_channels
            )

    def rest(self, x: Any) -> Any:
        raise NotImplementedError

    def forward(self, x: Any) -> Any:
        active = npx.relu(self.bn1(x))  # type: ignore[attr-defined]
        shortcut = x if self.downsample is None else self.downsample(active)
        return self.rest(active) + shortcut


class BasicBlockV2(_ResidualV2):
    """Two 3×3 convolutions.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> block = vision.BasicBlockV2(8, stride=2, downsample=True, in_channels=4)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self, channels: int, stride: int, downsample: bool = False, in_channels: int = 0
    ) -> None:
        super().__init__()
        self.bn1 = nn.BatchNorm()
        self.conv1 = conv3x3(channels, stride, in_channels)
        self.bn2 = nn.BatchNorm()
        self.conv2 = conv3x3(channels, 1, channels)
        self._finish(channels, stride, downsample, in_channels)

    def rest(self, x: Any) -> Any:
        return self.conv2(npx.relu(self.bn2(self.conv1(x))))


class BottleneckV2(_ResidualV2):
    """A 3×3 convolution between two 1×1, in a quarter of the channels.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> block = vision.BottleneckV2(8, stride=2, downsample=True, in_channels=4)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self, channels: int, stride: int, downsample: bool = False, in_channels: int = 0
    ) -> None:
        super().__init__()
        inner = channels // 4
        self.bn1 = nn.BatchNorm()
        self.conv1 = nn.Conv2D(inner, 1, use_bias=False)
        self.bn2 = nn.BatchNorm()
        self.conv2 = conv3x3(inner, stride, inner)
        self.bn3 = nn.BatchNorm()
        self.conv3 = nn.Conv2D(channels, 1, use_bias=False)
        self._finish(channels, stride, downsample, in_channels)

    def rest(self, x: Any) -> Any:
        x = npx.relu(self.bn2(self.conv1(x)))
        return self.conv3(npx.relu(self.bn3(self.conv2(x))))


# Of channels, stride, whether the shortcut has a convolution, and in_channels.
Residual = Callable[..., HybridBlock]


def _stage(
    block: Residual, layers: int, channels: int, stride: int, in_channels: int
) -> nn.HybridSequential:
    is_other = channels != in_channels or stride != 1
    stage = nn.HybridSequential(block(channels, stride, is_other, in_channels=in_channels))
    for _ in range(layers - 1):
        stage.add(block(channels, 1, False, in_channels=channels))
    return stage


def _stem(channels: int, thumbnail: bool) -> list[HybridBlock]:
    """Images of 224×224 become 56×56; thumbnails keep their size."""
    if thumbnail:
        return [conv3x3(channels, 1)]
    return [
        nn.Conv2D(channels, 7, 2, 3, use_bias=False),
        nn.BatchNorm(),
        relu(),
        nn.MaxPool2D(3, 2, 1),
    ]


class ResNetV1(Classifier):
    """Images (N, C, H, W) to scores (N, classes).

    layers: blocks in each of the stages; channels: of the stem, then of each stage
    classes: 0 for a network that gives the means of the last channels, (N, C)
    thumbnail: for small images: no pooling and no strided convolution in the stem
    first_stride: of the first stage; the others halve the image

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.ResNetV1(vision.BasicBlockV1, [1, 1], [8, 8, 16], classes=4, thumbnail=True)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 16, 16))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION, _HUGGING_FACE)

    def __init__(
        self,
        block: Residual,
        layers: Sequence[int],
        channels: Sequence[int],
        classes: int = 1000,
        thumbnail: bool = False,
        *,
        first_stride: int = 1,
    ) -> None:
        super().__init__()
        self.features = nn.HybridSequential(*_stem(channels[0], thumbnail))
        for i, count in enumerate(layers):
            self.features.add(
                _stage(block, count, channels[i + 1], first_stride if i == 0 else 2, channels[i])
            )
        self.features.add(nn.GlobalAvgPool2D())
        self.output = dense_or_flat(classes, in_units=channels[-1])


class ResNetV2(Classifier):
    """As `ResNetV1`, with norm and activation before the convolutions.

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.ResNetV2(vision.BasicBlockV2, [1, 1], [8, 8, 16], classes=4, thumbnail=True)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 16, 16))).shape
    (1, 4)
    """

    def __init__(
        self,
        block: Residual,
        layers: Sequence[int],
        channels: Sequence[int],
        classes: int = 1000,
        thumbnail: bool = False,
    ) -> None:
        super().__init__()
        self.features = nn.HybridSequential(
            nn.BatchNorm(scale=False, center=False), *_stem(channels[0], thumbnail)
        )
        for i, count in enumerate(layers):
            self.features.add(
                _stage(block, count, channels[i + 1], 1 if i == 0 else 2, channels[i])
            )
        self.features.add(nn.BatchNorm(), relu(), nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = nn.Dense(classes, in_units=channels[-1])


_NARROW, _WIDE = [64, 64, 128, 256, 512], [64, 256, 512, 1024, 2048]
SPECS: dict[int, tuple[bool, list[int], list[int]]] = {
    18: (False, [2, 2, 2, 2], _NARROW),
    34: (False, [3, 4, 6, 3], _NARROW),
    50: (True, [3, 4, 6, 3], _WIDE),
    101: (True, [3, 4, 23, 3], _WIDE),
    152: (True, [3, 8, 36, 3], _WIDE),
}


@zoo_function
def get_resnet(version: int, num_layers: int, **options: Any) -> Classifier:
    """A residual network.

    version: 1 or 2; num_layers: 18, 34, 50, 101 or 152; options: of `ResNetV1`

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.get_resnet(2, 18, classes=4, thumbnail=True)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 16, 16))).shape
    (1, 4)
    """
    if version not in (1, 2) or num_layers not in SPECS:
        raise InvalidValue(
            f"get_resnet: `version` must be 1 or 2 and `num_layers` one of {list(SPECS)}; "
            f"got {version} and {num_layers}"
        )
    bottleneck, layers, channels = SPECS[num_layers]
    if version == 1:
        return ResNetV1(BottleneckV1 if bottleneck else BasicBlockV1, layers, channels, **options)
    return ResNetV2(BottleneckV2 if bottleneck else BasicBlockV2, layers, channels, **options)


def _named(version: int, num_layers: int) -> Callable[..., Classifier]:
    def create(classes: int = 1000, thumbnail: bool = False) -> Classifier:
        return get_resnet(version, num_layers, classes=classes, thumbnail=thumbnail)

    create.__name__ = create.__qualname__ = f"resnet{num_layers}_v{version}"
    create.__doc__ = f"ResNet-{num_layers}, version {version}; see `ResNetV{version}`."
    return zoo_function(create)


resnet18_v1, resnet34_v1, resnet50_v1, resnet101_v1, resnet152_v1 = (
    _named(1, layers) for layers in SPECS
)
resnet18_v2, resnet34_v2, resnet50_v2, resnet101_v2, resnet152_v2 = (
    _named(2, layers) for layers in SPECS
)


__all__ = [
    "BasicBlockV1",
    "BasicBlockV2",
    "BottleneckV1",
    "BottleneckV2",
    "ResNetV1",
    "ResNetV2",
    "get_resnet",
    "resnet18_v1",
    "resnet18_v2",
    "resnet34_v1",
    "resnet34_v2",
    "resnet50_v1",
    "resnet50_v2",
    "resnet101_v1",
    "resnet101_v2",
    "resnet152_v1",
    "resnet152_v2",
]
__dir__ = __all__.copy
