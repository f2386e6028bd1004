"""EfficientNets as torchvision has them: Tan, Le, "EfficientNet: Rethinking Model Scaling for
Convolutional Neural Networks", 2019 (1905.11946), and "EfficientNetV2: Smaller Models and Faster
Training", 2021 (2104.00298).
"""

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import (
    Classifier,
    conv_unit,
    rounded,
)
from weft.gluon.published import Names

_TORCHVISION = Names("torchvision", {"features": "features", "classifier.1": "output.1"})
_FIRST, _LATER = "features.1.{j}.block", "features.{i+1}.{j}.block"
# Of B0 to B7. The blocks of the first stage do not expand, so they begin with another convolution.
_TIMM = Names(
    "timm",
    {
        "conv_stem": "features.0.0",
        "bn1": "features.0.1",
        "blocks.0.{j}.conv_dw": f"{_FIRST}.0.0",
        "blocks.0.{j}.bn1": f"{_FIRST}.0.1",
        "blocks.0.{j}.se.conv_reduce": f"{_FIRST}.1.fc1",
        "blocks.0.{j}.se.conv_expand": f"{_FIRST}.1.fc2",
        "blocks.0.{j}.conv_pw": f"{_FIRST}.2.0",
        "blocks.0.{j}.bn2": f"{_FIRST}.2.1",
        "blocks.{i}.{j}.conv_pw": f"{_LATER}.0.0",
        "blocks.{i}.{j}.bn1": f"{_LATER}.0.1",
        "blocks.{i}.{j}.conv_dw": f"{_LATER}.1.0",
        "blocks.{i}.{j}.bn2": f"{_LATER}.1.1",
        "blocks.{i}.{j}.se.conv_reduce": f"{_LATER}.2.fc1",
        "blocks.{i}.{j}.se.conv_expand": f"{_LATER}.2.fc2",
        "blocks.{i}.{j}.conv_pwl": f"{_LATER}.3.0",
        "blocks.{i}.{j}.bn3": f"{_LATER}.3.1",
        "conv_head": "features.8.0",
        "bn2": "features.8.1",
        "classifier": "output.1",
    },
)


class MBConv(HybridBlock):
    """Expand the channels by `expansion`, convolve each, weigh them, project; with a shortcut where
    the shape stays.

    is_fused: one convolution of all channels expands instead of two, and nothing weighs
    depth_rate: how often a sample takes the shortcut alone in training
    norm: makes a batch norm

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> from weft.gluon.model_zoo.vision.efficientnet import MBConv
    >>> block = MBConv(4, 8, 3, 2, 4, is_fused=False, depth_rate=0.0, norm=nn.BatchNorm)
    >>> block.initialize()
    >>> block(np.ones((1, 4, 8, 8))).shape
    (1, 8, 4, 4)
    """

    def __init__(
        self,
        in_channels: int,
        channels: int,
        kernel: int,
        stride: int,
        expansion: int,
        *,
        is_fused: bool,
        depth_rate: float,
        norm: Callable[[], HybridBlock],
    ) -> None:
        super().__init__()
        self.use_shortcut = stride == 1 and in_channels == channels
        inner = rounded(in_channels * expansion)
        unit = partial(conv_unit, norm=norm)
        if is_fused and inner == in_channels:
            layers: list[HybridBlock] = [
                unit(channels, kernel, stride, in_channels=in_channels, activation=nn.SiLU())
            ]
        elif is_fused:
            layers = [
                unit(inner, kernel, stride, in_channels=in_channels, activation=nn.SiLU()),
                unit(channels, in_channels=inner),
            ]
        else:
            layers = [
                unit(
                    *(inner, kernel, stride), in_channels=inner, groups=inner, activation=nn.SiLU()
                ),
                nn.SqueezeExcitation(inner, max(1, in_channels // 4), nn.SiLU()),
                unit(channels, in_channels=inner),
            ]
            if inner != in_channels:
                layers.insert(0, unit(inner, in_channels=in_channels, activation=nn.SiLU()))
        self.block = nn.HybridSequential(*layers)
        self.stochastic_depth = nn.StochasticDepth(depth_rate)

    def forward(self, x: Any) -> Any:
        out = self.block(x)
        return self.stochastic_depth(out) + x if self.use_shortcut else out


# Whether it is fused, expansion, kernel, stride of the first block, channels, blocks.
Stage = tuple[bool, int, int, int, int, int]


class EfficientNet(Classifier):
    """Images (N, 3, H, W) to scores (N, classes).

    stages: see `Stage`; stem: channels before them; last: channels behind them
    dropout: of the classifier; stochastic_depth: rate of the last block, those of the others grow
        evenly up to it
    norm: makes a batch norm

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> stages = [(False, 1, 3, 1, 8, 1), (False, 4, 3, 2, 16, 1)]
    >>> net = vision.EfficientNet(stages, 8, 32, classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 16, 16))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION, _TIMM)

    def __init__(
        self,
        stages: Sequence[Stage],
        stem: int,
        last: int,
        classes: int = 1000,
        *,
        dropout: float = 0.2,
        stochastic_depth: float = 0.2,
        norm: Callable[[], HybridBlock] = nn.BatchNorm,
    ) -> None:
        super().__init__()
        self.features = nn.HybridSequential(
            conv_unit(stem, 3, 2, in_channels=3, activation=nn.SiLU(), norm=norm)
        )
        before, done, total = stem, 0, sum(stage[-1] for stage in stages)
        for is_fused, expansion, kernel, stride, channels, blocks in stages:
            stage = nn.HybridSequential()
            for block in range(blocks):
                stage.add(
                    MBConv(
                        *(before, channels, kernel, stride if block == 0 else 1, expansion),
                        is_fused=is_fused,
                        depth_rate=stochastic_depth * done / total,
                        norm=norm,
                    )
                )
                before, done = channels, done + 1
            self.features.add(stage)
        self.features.add(
            conv_unit(last, in_channels=before, activation=nn.SiLU(), norm=norm),
            nn.GlobalAvgPool2D(),
            nn.Flatten(),
        )
        self.output = nn.HybridSequential(nn.Dropout(dropout), nn.Dense(classes, in_units=last))


# Of B0; the others have more channels and blocks.
_BASE: tuple[Stage, ...] = (
    (False, 1, 3, 1, 16, 1),
    (False, 6, 3, 2, 24, 2),
    (False, 6, 5, 2, 40, 2),
    (False, 6, 3, 2, 80, 3),
    (False, 6, 5, 1, 112, 3),
    (False, 6, 5, 2, 192, 4),
    (False, 6, 3, 1, 320, 1),
)
# Factor of the channels, factor of the blocks, dropout.
_SCALES = {
    "b0": (1.0, 1.0, 0.2),
    "b1": (1.0, 1.1, 0.2),
    "b2": (1.1, 1.2, 0.3),
    "b3": (1.2, 1.4, 0.3),
    "b4": (1.4, 1.8, 0.4),
    "b5": (1.6, 2.2, 0.4),
    "b6": (1.8, 2.6, 0.5),
    "b7": (2.0, 3.1, 0.5),
}
_TENSORFLOW_NORM = {"epsilon": 0.001, "momentum": 0.99}


def _scaled(name: str) -> Callable[..., EfficientNet]:
    width, depth, rate = _SCALES[name]
    options = _TENSORFLOW_NORM if name in ("b5", "b6", "b7") else {}
    stages = [
        (*stage, rounded(channels * width), math.ceil(blocks * depth))
        for *stage, channels, blocks in _BASE
    ]

    def create(
        classes: int = 1000, *, dropout: float = rate, stochastic_depth: float = 0.2
    ) -> EfficientNet:
        return EfficientNet(
            stages,
            rounded(32 * width),
            4 * stages[-1][-2],
            classes,
            dropout=dropout,
            stochastic_depth=stochastic_depth,
            norm=partial(nn.BatchNorm, **options),
        )

    create.__name__ = create.__qualname__ = f"efficientnet_{name}"
    create.__doc__ = f"torchvision's EfficientNet-{name.upper()}; see `EfficientNet`."
    return zoo_function(create)


_V2: dict[str, tuple[tuple[Stage, ...], int, float]] = {
    "s": (
        (
            (True, 1, 3, 1, 24, 2),
            (True, 4, 3, 2, 48, 4),
            (True, 4, 3, 2, 64, 4),
            (False, 4, 3, 2, 128, 6),
            (False, 6, 3, 1, 160, 9),
            (False, 6, 3, 2, 256, 15),
        ),
        24,
        0.2,
    ),
    "m": (
        (
            (True, 1, 3, 1, 24, 3),
            (True, 4, 3, 2, 48, 5),
            (True, 4, 3, 2, 80, 5),
            (False, 4, 3, 2, 160, 7),
            (False, 6, 3, 1, 176, 14),
            (False, 6, 3, 2, 304, 18),
            (False, 6, 3, 1, 512, 5),
        ),
        24,
        0.3,
    ),
    "l": (
        (
            (True, 1, 3, 1, 32, 4),
            (True, 4, 3, 2, 64, 7),
            (True, 4, 3, 2, 96, 7),
            (False, 4, 3, 2, 192, 10),
            (False, 6, 3, 1, 224, 19),
            (False, 6, 3, 2, 384, 25),
            (False, 6, 3, 1, 640, 7),
        ),
        32,
        0.4,
    ),
}


def _second(name: str) -> Callable[..., EfficientNet]:
    stages, stem, rate = _V2[name]

    def create(
        classes: int = 1000, *, dropout: float = rate, stochastic_depth: float = 0.2
    ) -> EfficientNet:
        return EfficientNet(
            *(stages, stem, 1280, classes),
            dropout=dropout,
            stochastic_depth=stochastic_depth,
            norm=partial(nn.BatchNorm, epsilon=0.001),
        )

    create.__name__ = create.__qualname__ = f"efficientnet_v2_{name}"
    create.__doc__ = f"torchvision's EfficientNetV2-{name.upper()}; see `EfficientNet`."
    return zoo_function(create)


efficientnet_b0, efficientnet_b1, efficientnet_b2, efficientnet_b3 = map(
    _scaled, ("b0", "b1", "b2", "b3")
)
efficientnet_b4, efficientnet_b5, efficientnet_b6, efficientnet_b7 = map(
    _scaled, ("b4", "b5", "b6", "b7")
)
efficientnet_v2_s, efficientnet_v2_m, efficientnet_v2_l = map(_second, _V2)


__all__ = [
    "EfficientNet",
    "MBConv",
    "efficientnet_b0",
    "efficientnet_b1",
    "efficientnet_b2",
    "efficientnet_b3",
    "efficientnet_b4",
    "efficientnet_b5",
    "efficientnet_b6",
    "efficientnet_b7",
    "efficientnet_v2_l",
    "efficientnet_v2_m",
    "efficientnet_v2_s",
]
__dir__ = __all__.copy
