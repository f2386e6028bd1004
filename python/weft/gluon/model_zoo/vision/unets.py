"""U-Net: Ronneberger, Fischer, Brox 2015, with padded convolutions and batch norm: the result has
the image's size."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.gluon import nn
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.model_zoo._functions import zoo_function
from weft.gluon.model_zoo.vision._parts import conv_block, relu


def _double(channels: int) -> nn.HybridSequential:
    return nn.HybridSequential(
        *conv_block(channels, 3, 1, 1, activation=relu()),
        *conv_block(channels, 3, 1, 1, activation=relu()),
    )


class UNet(HybridBlock):
    """Images (N, C, H, W) to scores of each point, (N, classes, H, W).

    H and W are multiples of 2^depth. channels: of the first level; each level below has twice as
    many; depth: how often the image is halved

    >>> from weft import gluon, np
    >>> net = gluon.model_zoo.vision.UNet(classes=2, channels=4, depth=2)
    >>> net.initialize()
    >>> net(np.zeros((1, 1, 16, 16))).shape
    (1, 2, 16, 16)
    """

    def __init__(self, classes: int = 2, channels: int = 64, depth: int = 4) -> None:
        super().__init__()
        if depth < 1:
            raise InvalidValue(f"UNet: `depth` must be at least 1; got {depth}")
        widths = [channels << level for level in range(depth + 1)]
        self.depth = depth
        self.down = nn.HybridSequential(*(_double(width) for width in widths))
        self.up = nn.HybridSequential(
            *(nn.Conv2DTranspose(width, 2, 2) for width in widths[-2::-1])
        )
        self.merge = nn.HybridSequential(*(_double(width) for width in widths[-2::-1]))
        self.pool = nn.MaxPool2D(2, 2)
        self.output = nn.Conv2D(classes, 1)

    def forward(self, x: Any) -> Any:
        side = 1 << self.depth
        if x.shape[2] % side or x.shape[3] % side:
            raise InvalidValue(
                f"UNet: height and width must be multiples of {side}; got an image of shape "
                f"{x.shape}"
            )
        kept = []
        for level, block in enumerate(self.down):
            x = block(self.pool(x) if level else x)
            kept.append(x)
        kept.pop()
        for up, merge in zip(self.up, self.merge, strict=True):
            x = merge(np.concatenate([kept.pop(), up(x)], axis=1))
        return self.output(x)


@zoo_function
def unet(classes: int = 2) -> UNet:
    """U-Net; see `UNet`."""
    return UNet(classes)


__all__ = ["UNet", "unet"]
__dir__ = __all__.copy
