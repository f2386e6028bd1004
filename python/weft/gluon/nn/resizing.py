"""Layers that change the size of images."""

import math
from collections.abc import Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.convolution import Window, _extents


class Upsample(HybridBlock):
    """Images (N, C, W), (N, C, H, W) or (N, C, D, H, W) of another size, as `npx.interpolate`
    makes them; smaller ones, too.

    size: spatial extents of the result, or one for all; or else scale_factor, by which the extents
        are multiplied
    mode: "nearest", "nearest-exact", "linear", "cubic" or "area"
    align_corners: linear and cubic: the outer elements lie over those of the result

    Raises InvalidValue unless one of `size` and `scale_factor` is given. As `torch.nn.Upsample`,
    where linear is called bilinear for images with two axes.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.Upsample(scale_factor=2, mode="linear")(np.ones((1, 3, 4, 5))).shape
    (1, 3, 8, 10)
    """

    def __init__(
        self,
        size: int | Sequence[int] | None = None,
        scale_factor: float | None = None,
        mode: str = "nearest",
        *,
        align_corners: bool = False,
    ) -> None:
        super().__init__()
        if (size is None) == (scale_factor is None):
            raise InvalidValue(
                "Upsample: either `size` or `scale_factor` must be given; got "
                f"size={size}, scale_factor={scale_factor}"
            )
        self.options = {
            "size": size,
            "scale_factor": scale_factor,
            "mode": mode,
            "align_corners": align_corners,
        }

    def forward(self, x: Any) -> Any:
        return npx.interpolate(x, **self.options)

    def describe(self) -> str:
        given = {key: value for key, value in self.options.items() if value not in (None, False)}
        return ", ".join(f"{key}={value}" for key, value in given.items())


class _PixelShuffle(HybridBlock):
    """Channels become places: C / prod(factor) channels, extents times `factor`.

    Shi et al. (2016), *Real-Time Single Image and Video Super-Resolution*. The factors of a place
    are the last axes of the channels.
    """

    axes = 0

    def __init__(self, factor: Window) -> None:
        super().__init__()
        self.factor = _extents(factor, self.axes, type(self).__name__, "factor")

    def forward(self, x: Any) -> Any:
        batch, channels, *spatial = x.shape
        shares = math.prod(self.factor)
        if channels % shares or len(spatial) != self.axes:
            raise InvalidValue(
                f"{type(self).__name__}: `data` must have {self.axes} spatial axes and a multiple "
                f"of {shares} channels; got shape {x.shape}"
            )
        kept = channels // shares
        parts = np.reshape(x, (batch, kept, *self.factor, *spatial))
        order = [axis for i in range(self.axes) for axis in (2 + self.axes + i, 2 + i)]
        turned = np.transpose(parts, (0, 1, *order))
        larger = [n * factor for n, factor in zip(spatial, self.factor, strict=True)]
        return np.reshape(turned, (batch, kept, *larger))

    def describe(self) -> str:
        return str(self.factor)


class PixelShuffle1D(_PixelShuffle):
    """(N, f C, W) to (N, C, f W).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.PixelShuffle1D(2)(np.ones((1, 8, 3))).shape
    (1, 4, 6)
    """

    axes = 1


class PixelShuffle2D(_PixelShuffle):
    """(N, f1 f2 C, H, W) to (N, C, f1 H, f2 W).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.PixelShuffle2D((2, 3))(np.ones((1, 12, 3, 5))).shape
    (1, 2, 6, 15)
    """

    axes = 2


class PixelShuffle3D(_PixelShuffle):
    """(N, f1 f2 f3 C, D, H, W) to (N, C, f1 D, f2 H, f3 W).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.PixelShuffle3D((2, 3, 4))(np.ones((1, 48, 3, 5, 7))).shape
    (1, 2, 6, 15, 28)
    """

    axes = 3


__all__ = ["PixelShuffle1D", "PixelShuffle2D", "PixelShuffle3D", "Upsample"]
__dir__ = __all__.copy
