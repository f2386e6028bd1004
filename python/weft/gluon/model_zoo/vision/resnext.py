"""Residual networks as torchvision has them: ResNet with its stride in the 3×3 convolution ("1.5"),
ResNeXt (Xie et al., "Aggregated Residual Transformations", 2017) and wide ones (Zagoruyko,
Komodakis, "Wide Residual Networks", 2016).
"""

from collections.abc import Callable, Mapping
from typing import Any

from weft.gluon import nn
from weft.gluon.model_zoo._config import Config
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import conv_block, relu
from weft.gluon.model_zoo.vision.resnet import SPECS, BasicBlockV1, ResNetV1, _ResidualV1


class Bottleneck(_ResidualV1):
    """A 3×3 convolution with the stride between two 1×1.

    groups, width: of the 3×3 convolution; width in 64ths of a quarter of the channels
    stride_first: the first 1×1 convolution has the stride instead

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> block = vision.Bottleneck(16, stride=1, downsample=True, in_channels=4, groups=2)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 16, 8, 8)
    """

    def __init__(
        self,
        channels: int,
        stride: int,
        downsample: bool = False,
        in_channels: int = 0,
        *,
        groups: int = 1,
        width: int = 64,
        stride_first: bool = False,
    ) -> None:
        super().__init__()
        inner = channels // 4 * width // 64 * groups
        first, second = (stride, 1) if stride_first else (1, stride)
        self.body = nn.HybridSequential(
            *conv_block(inner, 1, first, activation=relu()),
            *conv_block(inner, 3, second, 1, groups=groups, activation=relu()),
            *conv_block(channels),
        )
        self._finish(channels, stride, downsample, in_channels)


def _named(name: str, layers: int, **options: Any) -> Callable[..., ResNetV1]:
    def create(classes: int = 1000) -> ResNetV1:
        wide, counts, channels = SPECS[layers]

        def bottleneck(*arguments: Any, **more: Any) -> Bottleneck:
            return Bottleneck(*arguments, **more, **options)

        return ResNetV1(bottleneck if wide else BasicBlockV1, counts, channels, classes)

    create.__name__ = create.__qualname__ = name
    told = "".join(f", {key} {value}" for key, value in options.items())
    create.__doc__ = f"torchvision's {name}: {layers} layers{told}; see `Bottleneck`."
    return zoo_function(create)


resnet18, resnet34, resnet50, resnet101, resnet152 = (
    _named(f"resnet{layers}", layers) for layers in SPECS
)
resnext50_32x4d = _named("resnext50_32x4d", 50, groups=32, width=4)
resnext101_32x8d = _named("resnext101_32x8d", 101, groups=32, width=8)
resnext101_64x4d = _named("resnext101_64x4d", 101, groups=64, width=4)
wide_resnet50_2 = _named("wide_resnet50_2", 50, width=128)
wide_resnet101_2 = _named("wide_resnet101_2", 101, width=128)


def from_config(config: Mapping[str, Any]) -> ResNetV1:
    """The ResNet that a config.json of Hugging Face tells of: images (N, C, H, W) to scores
    (N, classes); of a `ResNetModel`, to the means of the last channels, (N, channels).

    Raises NotImplementedError for what it has not: another activation than relu, another head.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision import resnext
    >>> stages = {"layer_type": "basic", "depths": [1, 1], "hidden_sizes": [8, 16]}
    >>> kind = {"embedding_size": 8, "architectures": ["ResNetModel"]}
    >>> net = resnext.from_config({**stages, **kind})
    >>> net.initialize()
    >>> net(np.ones((1, 3, 32, 32))).shape
    (1, 16)
    """
    own = Config("ResNet", config)
    own.only("hidden_act", "relu")
    depths, sizes = own.stages(depths=[3, 4, 6, 3], hidden_sizes=[256, 512, 1024, 2048])
    stride_first = own.flag("downsample_in_bottleneck", False)

    def bottleneck(*arguments: Any, **more: Any) -> Bottleneck:
        return Bottleneck(*arguments, **more, stride_first=stride_first)

    is_basic = own.only("layer_type", "bottleneck", "basic") == "basic"
    return ResNetV1(
        BasicBlockV1 if is_basic else bottleneck,
        depths,
        [own.count("embedding_size", 64), *sizes],
        own.classes("ResNetForImageClassification", "ResNetModel"),
        first_stride=2 if own.flag("downsample_in_first_stage", False) else 1,
    )


__all__ = [
    "Bottleneck",
    "from_config",
    "resnet18",
    "resnet34",
    "resnet50",
    "resnet101",
    "resnet152",
    "resnext50_32x4d",
    "resnext101_32x8d",
    "resnext101_64x4d",
    "wide_resnet50_2",
    "wide_resnet101_2",
]
__dir__ = __all__.copy
