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


class ReflectionPad2D(HybridBlock):
    """Images (N, C, H, W) with a border that mirrors them, without the outermost row and column.

    padding: how far on each side; or 8 numbers, before and behind each of N, C, H and W, of which
        the first 4 are 0

    Raises ValueError where the border is as wide as the image.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.ReflectionPad2D(1)(np.arange(4).reshape(1, 1, 2, 2))[0, 0, 0].tolist()
    [3, 2, 3, 2]
    """

    def __init__(self, padding: int | Sequence[int] = 0) -> None:
        super().__init__()
        widths = [0] * 4 + [padding] * 4 if isinstance(padding, int) else list(padding)
        is_right = len(widths) == 8 and all(isinstance(n, int) and n >= 0 for n in widths)
        if not is_right or any(widths[:4]):
            raise InvalidValue(
                "ReflectionPad2D: `padding` must be a number at least 0, or 8 of them that begin "
                f"with four 0; got {padding}"
            )
        self.padding = tuple(widths)

    def forward(self, x: Any) -> Any:
        if x.ndim != 4:
            raise InvalidValue(f"ReflectionPad2D: data must have shape (N, C, H, W); got {x.shape}")
        widths = self.padding
        for axis in (2, 3):
            if max(widths[2 * axis : 2 * axis + 2]) >= x.shape[axis]:
                raise InvalidValue(
                    "ReflectionPad2D: `padding` must be less than the image's extents; got "
                    f"{widths[4:]} for shape {x.shape}"
                )
        return np.pad(x, list(zip(widths[::2], widths[1::2], strict=True)), mode="reflect")

    def describe(self) -> str:
        return f"padding={self.padding[4:]}"


class _AdaptivePool(HybridBlock):
    axes = 0

    def __init__(self, output_size: int | Sequence[int] = 1) -> None:
        super().__init__()
        given = output_size if isinstance(output_size, int) else tuple(output_size)
        self.size = _extents(given, self.axes, type(self).__name__, "output_size")

    def forward(self, x: Any) -> Any:
        if x.ndim != self.axes + 2:
            raise InvalidValue(
                f"{type(self).__name__}: data must have {self.axes + 2} axes (batch, channels, "
                f"spatial...); got shape {x.shape}"
            )
        return self._pooled(x)

    def _pooled(self, x: Any) -> Any:
        raise NotImplementedError

    def describe(self) -> str:
        return f"output_size={self.size}"


class _AdaptiveAvgPool(_AdaptivePool):
    """The mean over windows that divide the image into as many parts as the result has places;
    neighbours share an element where the extents are no multiples."""

    def _pooled(self, x: Any) -> Any:
        spatial = x.shape[2:]
        windows = [n // size for n, size in zip(spatial, self.size, strict=True)]
        if all(size == 1 for size in self.size):
            return npx.pooling(x, pool_type="avg", global_pool=True)
        if all(n == w * size for n, w, size in zip(spatial, windows, self.size, strict=True)):
            return npx.pooling(x, tuple(windows), "avg", tuple(windows))
        return npx.interpolate(x, size=self.size, mode="area")


class _AdaptiveMaxPool(_AdaptivePool):
    """The maximum over windows that divide the image into as many parts as the result has places;
    neighbours share an element where the extents are no multiples."""

    def _pooled(self, x: Any) -> Any:
        for axis, size in enumerate(self.size, start=2):
            extent, key = x.shape[axis], (slice(None),) * axis
            bounds = [(i * extent // size, -(-(i + 1) * extent // size)) for i in range(size)]
            parts = [np.max(x[(*key, slice(*ends))], axis=axis) for ends in bounds]
            x = np.stack(parts, axis=axis)
        return x


class AdaptiveAvgPool1D(_AdaptiveAvgPool):
    """Means over W of data (N, C, W): (N, C, output_size), whatever W is.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveAvgPool1D(2)(np.array([[[1.0, 2.0, 3.0, 4.0]]]))
    array([[[1.5, 3.5]]])
    """

    axes = 1


class AdaptiveAvgPool2D(_AdaptiveAvgPool):
    """Means over H and W of data (N, C, H, W): (N, C, *output_size), whatever H and W are.

    output_size: one number, or one for H and one for W

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveAvgPool2D((2, 3))(np.ones((1, 4, 5, 7))).shape
    (1, 4, 2, 3)
    """

    axes = 2


class AdaptiveAvgPool3D(_AdaptiveAvgPool):
    """Means over D, H and W of data (N, C, D, H, W): (N, C, *output_size), whatever these are.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveAvgPool3D(2)(np.ones((1, 3, 5, 6, 7))).shape
    (1, 3, 2, 2, 2)
    """

    axes = 3


class AdaptiveMaxPool1D(_AdaptiveMaxPool):
    """Maxima over W of data (N, C, W): (N, C, output_size), whatever W is.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveMaxPool1D(2)(np.array([[[1.0, 2.0, 3.0, 4.0]]]))
    array([[[2., 4.]]])
    """

    axes = 1


class AdaptiveMaxPool2D(_AdaptiveMaxPool):
    """Maxima over H and W of data (N, C, H, W): (N, C, *output_size), whatever H and W are.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveMaxPool2D(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    axes = 2


class AdaptiveMaxPool3D(_AdaptiveMaxPool):
    """Maxima over D, H and W of data (N, C, D, H, W): (N, C, *output_size), whatever these are.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AdaptiveMaxPool3D(2)(np.ones((1, 3, 5, 6, 7))).shape
    (1, 3, 2, 2, 2)
    """

    axes = 3


__all__ = [
    "AdaptiveAvgPool1D",
    "AdaptiveAvgPool2D",
    "AdaptiveAvgPool3D",
    "AdaptiveMaxPool1D",
    "AdaptiveMaxPool2D",
    "AdaptiveMaxPool3D",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
    "ReflectionPad2D",
    "Upsample",
]
__dir__ = __all__.copy
