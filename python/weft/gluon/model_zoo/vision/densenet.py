"""DenseNet: Huang et al., "Densely Connected Convolutional Networks", 2017."""

from collections.abc import Callable, Sequence
from typing import Any

from weft import np
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import Classifier, relu
from weft.gluon.published import Names

# Older files of torchvision have a dot between the kind and the number: `norm.1`.
_LAYER = "features.denseblock{i}.denselayer{j}"
_TORCHVISION = Names(
    "torchvision",
    {
        "features.conv0": "features.0",
        "features.norm0": "features.1",
        f"{_LAYER}.norm{{dot:\\.?}}{{k}}": "features.{2*i+2}.{j-1}.body.{3*k-3}",
        f"{_LAYER}.conv{{dot:\\.?}}{{k}}": "features.{2*i+2}.{j-1}.body.{3*k-1}",
        "features.transition{i}.norm": "features.{2*i+3}.0",
        "features.transition{i}.conv": "features.{2*i+3}.2",
        "features.norm5": "features.11",
        "classifier": "output",
    },
)


class DenseLayer(HybridBlock):
    """The input, and beside it what 1×1 and 3×3 convolutions make of it.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.vision.densenet import DenseLayer
    >>> layer = DenseLayer(growth_rate=4, bn_size=2, dropout=0)
    >>> layer.initialize()
    >>> layer(np.ones((1, 8, 4, 4))).shape
    (1, 12, 4, 4)
    """

    def __init__(self, growth_rate: int, bn_size: int, dropout: float) -> None:
        super().__init__()
        self.body = nn.HybridSequential(
            nn.BatchNorm(),
            relu(),
            nn.Conv2D(bn_size * growth_rate, 1, use_bias=False),
            nn.BatchNorm(),
            relu(),
            nn.Conv2D(growth_rate, 3, 1, 1, use_bias=False),
        )
        if dropout:
            self.body.add(nn.Dropout(dropout))

    def forward(self, x: Any) -> Any:
        return np.concatenate([x, self.body(x)], axis=1)


class DenseNet(Classifier):
    """Images (N, C, H, W) to scores (N, classes).

    num_init_features: channels of the stem; growth_rate: that each layer adds
    block_config: layers of each block; bn_size: width of the 1×1 convolutions in growth rates

    >>> from weft import np
    >>> from weft.gluon.model_zoo import vision
    >>> net = vision.DenseNet(8, 4, [1, 1], classes=4)
    >>> net.initialize()
    >>> net(np.ones((1, 3, 64, 64))).shape
    (1, 4)
    """

    published_names = (_TORCHVISION,)

    def __init__(
        self,
        num_init_features: int,
        growth_rate: int,
        block_config: Sequence[int],
        bn_size: int = 4,
        dropout: float = 0,
        classes: int = 1000,
    ) -> None:
        super().__init__()
        self.features = nn.HybridSequential(
            nn.Conv2D(num_init_features, 7, 2, 3, use_bias=False),
            nn.BatchNorm(),
            relu(),
            nn.MaxPool2D(3, 2, 1),
        )
        channels = num_init_features
        for i, layers in enumerate(block_config):
            block = nn.HybridSequential()
            for _ in range(layers):
                block.add(DenseLayer(growth_rate, bn_size, dropout))
            self.features.add(block)
            channels += layers * growth_rate
            if i != len(block_config) - 1:
                channels //= 2
                self.features.add(
                    nn.HybridSequential(
                        nn.BatchNorm(),
                        relu(),
                        nn.Conv2D(channels, 1, use_bias=False),
                        nn.AvgPool2D(2, 2),
                    )
                )
        self.features.add(nn.BatchNorm(), relu(), nn.GlobalAvgPool2D(), nn.Flatten())
        self.output = nn.Dense(classes)


_SPECS: dict[int, tuple[int, int, list[int]]] = {
    121: (64, 32, [6, 12, 24, 16]),
    161: (96, 48, [6, 12, 36, 24]),
    169: (64, 32, [6, 12, 32, 32]),
    201: (64, 32, [6, 12, 48, 32]),
}


def _named(layers: int) -> Callable[..., DenseNet]:
    def create(classes: int = 1000, **options: Any) -> DenseNet:
        return DenseNet(*_SPECS[layers], classes=classes, **options)

    create.__name__ = create.__qualname__ = f"densenet{layers}"
    create.__doc__ = f"DenseNet-{layers}; see `DenseNet`, of which it takes `bn_size`, `dropout`."
    return zoo_function(create)


densenet121, densenet161, densenet169, densenet201 = (_named(layers) for layers in _SPECS)


__all__ = ["DenseLayer", "DenseNet", "densenet121", "densenet161", "densenet169", "densenet201"]
__dir__ = __all__.copy
