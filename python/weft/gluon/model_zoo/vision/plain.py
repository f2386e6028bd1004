"""Networks without shortcuts: LeNet (LeCun et al. 1998), AlexNet (Krizhevsky et al. 2012), VGG
(Simonyan, Zisserman 2014), SqueezeNet (Iandola et al. 2016)."""

from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import AdaptiveAvgPool, Classifier, relu
from weft.gluon.published import Names


class LeNet(Classifier):
    """Images (N, C, H, W) of 16×16 at least to scores (N, classes).

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.vision.LeNet(classes=10)
    >>> net.initialize()
    >>> net(np.zeros((1, 1, 28, 28))).shape
    (1, 10)
    """

    def __init__(self, classes: int = 10, activation: str = "tanh") -> None:
        super().__init__()
        self.features = nn.HybridSequential(
            nn.Conv2D(20, 5, activation=activation),
            nn.MaxPool2D(2, 2),
            nn.Conv2D(50, 5, activation=activation),
            nn.MaxPool2D(2, 2),
            nn.Dense(500, activation=activation),
        )
        self.output = nn.Dense(classes)


@zoo_function
def lenet(classes: int = 10) -> LeNet:
    """LeNet; see `LeNet`."""
    return LeNet(classes)


def _heads(width: int = 4096) -> list[HybridBlock]:
    return [
        layer for _ in range(2) for layer in (nn.Dense(width, activation="relu"), nn.Dropout(0.5))
    ]


class AlexNet(Classifier):
    """Images (N, C, H, W) of 63×63 at least to scores (N, classes).

    adaptive: means of 6×6 windows come before the dense layers, as in torchvision: weights that are
        trained with images of 224×224 then fit others too

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.AlexNet(classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 63, 63))).shape
    (1, 4)
    """

    @property
    def published_names(self) -> tuple[Names, ...]:
        head = len(self.features) - 4  # the first dense layer
        convolutions = {"0": 0, "3": 2, "6": 4, "8": 5, "10": 6}
        table = {f"features.{theirs}": f"features.{ours}" for theirs, ours in convolutions.items()}
        dense = {"classifier.1": f"features.{head}", "classifier.4": f"features.{head + 2}"}
        return (Names("torchvision", {**table, **dense, "classifier.6": "output"}),)

    def __init__(self, classes: int = 1000, *, adaptive: bool = False) -> None:
        super().__init__()
        self.features = nn.HybridSequential(
            nn.Conv2D(64, 11, 4, 2, activation="relu"),
            nn.MaxPool2D(3, 2),
            nn.Conv2D(192, 5, 1, 2, activation="relu"),
            nn.MaxPool2D(3, 2),
            nn.Conv2D(384, 3, 1, 1, activation="relu"),
            nn.Conv2D(256, 3, 1, 1, activation="relu"),
            nn.Conv2D(256, 3, 1, 1, activation="relu"),
            nn.MaxPool2D(3, 2),
        )
        if adaptive:
            self.features.add(AdaptiveAvgPool(6))
        self.features.add(nn.Flatten(), *_heads())
        self.output = nn.Dense(classes)


@zoo_function
def alexnet(classes: int = 1000, *, adaptive: bool = False) -> AlexNet:
    """AlexNet; see `AlexNet`."""
    return AlexNet(classes, adaptive=adaptive)


class VGG(Classifier):
    """Images (N, C, H, W) of 32×32 at least to scores (N, classes).

    layers: convolutions of each stage; filters: their channels
    batch_norm: after each convolution
    adaptive: means of 7×7 windows come before the dense layers, as in torchvision: weights that are
        trained with images of 224×224 then fit others too

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.VGG([1, 1, 1, 1, 1], [8, 8, 16, 16, 16], classes=4, batch_norm=True)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    @property
    def published_names(self) -> tuple[Names, ...]:
        head = len(self.features) - 4  # the first dense layer
        table = {
            "features.{i}": "features.{i}",
            "classifier.0": f"features.{head}",
            "classifier.3": f"features.{head + 2}",
            "classifier.6": "output",
        }
        return (Names("torchvision", table),)

    def __init__(
        self,
        layers: Sequence[int],
        filters: Sequence[int],
        classes: int = 1000,
        batch_norm: bool = False,
        *,
        adaptive: bool = False,
    ) -> None:
        super().__init__()
        self.features = nn.HybridSequential()
        for count, channels in zip(layers, filters, strict=True):
            for _ in range(count):
                self.features.add(nn.Conv2D(channels, 3, 1, 1))
                if batch_norm:
                    self.features.add(nn.BatchNorm())
                self.features.add(relu())
            self.features.add(nn.MaxPool2D(2, 2))
        if adaptive:
            self.features.add(AdaptiveAvgPool(7))
        self.features.add(*_heads())
        self.output = nn.Dense(classes)


_STAGES = {11: [1, 1, 2, 2, 2], 13: [2, 2, 2, 2, 2], 16: [2, 2, 3, 3, 3], 19: [2, 2, 4, 4, 4]}


@zoo_function
def get_vgg(num_layers: int, **options: Any) -> VGG:
    """VGG with 11, 13, 16 or 19 layers; options: of `VGG`.

    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.get_vgg(11, classes=4, batch_norm=True)
    >>> sum(name.endswith("running_mean") for name in net.collect_params())
    8
    """
    if num_layers not in _STAGES:
        raise InvalidValue(
            f"get_vgg: `num_layers` must be one of {list(_STAGES)}; got {num_layers}"
        )
    return VGG(_STAGES[num_layers], [64, 128, 256, 512, 512], **options)


def _named(layers: int, batch_norm: bool) -> Callable[..., VGG]:
    def create(classes: int = 1000, *, adaptive: bool = False) -> VGG:
        return get_vgg(layers, classes=classes, batch_norm=batch_norm, adaptive=adaptive)

    create.__name__ = create.__qualname__ = f"vgg{layers}_bn" if batch_norm else f"vgg{layers}"
    create.__doc__ = f"VGG-{layers}{' with batch norm' if batch_norm else ''}; see `VGG`."
    return zoo_function(create)


vgg11, vgg13, vgg16, vgg19 = (_named(layers, False) for layers in _STAGES)
vgg11_bn, vgg13_bn, vgg16_bn, vgg19_bn = (_named(layers, True) for layers in _STAGES)


def _fire(squeeze: int, expand: int) -> HybridBlock:
    return nn.HybridSequential(
        nn.Conv2D(squeeze, 1, activation="relu"),
        nn.HybridConcatenate(
            nn.Conv2D(expand, 1, activation="relu"),
            nn.Conv2D(expand, 3, 1, 1, activation="relu"),
            axis=1,
        ),
    )


class SqueezeNet(Classifier):
    """Images (N, C, H, W) of 32×32 at least to scores (N, classes).

    version: "1.0" as published, or "1.1" with less than half of the operations

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.SqueezeNet("1.1", classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 4)
    """

    published_names = (
        Names(
            "torchvision",
            {
                "features.0": "features.0",
                "features.{i}.squeeze": "features.{i-1}.0",
                "features.{i}.expand1x1": "features.{i-1}.1.0",
                "features.{i}.expand3x3": "features.{i-1}.1.1",
                "classifier.1": "output.0",
            },
        ),
    )

    def __init__(self, version: str = "1.0", classes: int = 1000) -> None:
        super().__init__()
        if version not in ("1.0", "1.1"):
            raise InvalidValue(f"SqueezeNet: `version` must be 1.0 or 1.1; got {version!r}")
        self.features = nn.HybridSequential()
        self.features.add(
            nn.Conv2D(96, 7, 2, activation="relu")
            if version == "1.0"
            else nn.Conv2D(64, 3, 2, activation="relu")
        )
        pools = (0, 3, 7) if version == "1.0" else (0, 2, 4)  # before these of the eight
        widths = [(16, 64)] * 2 + [(32, 128)] * 2 + [(48, 192)] * 2 + [(64, 256)] * 2
        for i, (squeeze, expand) in enumerate(widths):
            if i in pools:
                self.features.add(nn.MaxPool2D(3, 2, ceil_mode=True))
            self.features.add(_fire(squeeze, expand))
        self.features.add(nn.Dropout(0.5))
        self.output = nn.HybridSequential(
            nn.Conv2D(classes, 1, activation="relu"), nn.GlobalAvgPool2D(), nn.Flatten()
        )


@zoo_function
def squeezenet1_0(classes: int = 1000) -> SqueezeNet:
    """SqueezeNet 1.0; see `SqueezeNet`."""
    return SqueezeNet("1.0", classes)


@zoo_function
def squeezenet1_1(classes: int = 1000) -> SqueezeNet:
    """SqueezeNet 1.1; see `SqueezeNet`."""
    return SqueezeNet("1.1", classes)


__all__ = [
    "VGG",
    "AlexNet",
    "LeNet",
    "SqueezeNet",
    "alexnet",
    "get_vgg",
    "lenet",
    "squeezenet1_0",
    "squeezenet1_1",
    "vgg11",
    "vgg11_bn",
    "vgg13",
    "vgg13_bn",
    "vgg16",
    "vgg16_bn",
    "vgg19",
    "vgg19_bn",
]
__dir__ = __all__.copy
