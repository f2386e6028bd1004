"""Layers with a window, over one, two or three spatial axes: convolution and pooling. Channels come
first."""

import math
import operator
from collections.abc import Iterable
from typing import Any

from weft import npx
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import DTypeLike
from weft.gluon._orders import check_kernel, doubt_kernel
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn._image_axes import hint_of_axes
from weft.gluon.nn.activations import activation_named, fallback_init_for
from weft.gluon.parameter import Initializable, Parameter, require_bias

Window = int | tuple[int, ...]
Padding = Window | tuple[tuple[int, int], ...]


def _integers(
    numbers: Iterable[Any], given: Any, axes: int, where: str, argument: str, least: int
) -> tuple[int, ...]:
    """The numbers of `given`, each at least `least`."""
    try:
        integers = tuple(operator.index(number) for number in numbers)
    except TypeError:
        raise InvalidType(
            f"{where}: `{argument}` must be an integer or {axes} of them; got {given!r}"
        ) from None
    if any(integer < least for integer in integers):
        raise InvalidValue(f"{where}: `{argument}` must be at least {least}; got {given}")
    return integers


def _extents(
    value: Window, axes: int, where: str, argument: str, least: int = 1
) -> tuple[int, ...]:
    """One number per spatial axis; a single one is meant for all."""
    extents = value if isinstance(value, tuple | list) else (value,) * axes
    if len(extents) != axes:
        raise InvalidValue(f"{where}: `{argument}` must have {axes} numbers; got {value}")
    return _integers(extents, value, axes, where, argument, least)


def _padding(value: Padding, axes: int, where: str) -> tuple[int, ...]:
    """One number per spatial axis; of pairs what is before all axes, then what is behind them."""
    if isinstance(value, str):
        told = "write `padding=0`"
        if value.lower() == "same":
            told = "half of the kernel keeps the extents, such as `padding=1` for a kernel of 3"
        raise InvalidType(
            f"{where}: `padding` must be an integer or {axes} of them; got {value!r}; {told}"
        )
    if not isinstance(value, tuple | list) or not any(isinstance(s, tuple | list) for s in value):
        return _extents(value, axes, where, "padding", least=0)
    if len(value) != axes or any(not isinstance(s, tuple | list) or len(s) != 2 for s in value):
        raise InvalidValue(f"{where}: `padding` must have {axes} pairs; got {value}")
    sides = [before for before, _ in value] + [behind for _, behind in value]
    return _integers(sides, value, axes, where, "padding", least=0)


def _shown(padding: tuple[int, ...], axes: int) -> tuple[Any, ...]:
    """Padding as a layer takes it."""
    return (
        padding if len(padding) == axes else tuple(zip(padding[:axes], padding[axes:], strict=True))
    )


class _Conv(HybridBlock):
    axes = 0  # spatial axes; a subclass says
    _watched_elsewhere = HybridBlock._watched_elsewhere | {"options"}

    def __init__(
        self,
        channels: int,
        kernel_size: Window,
        strides: Window = 1,
        padding: Padding = 0,
        dilation: Window = 1,
        groups: int = 1,
        *,
        in_channels: int = 0,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: Initializable = None,
        bias_initializer: Initializable = "zeros",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if channels < 1 or groups < 1 or channels % groups:
            raise InvalidValue(
                f"{name}: `channels` must be a positive multiple of `groups`; "
                f"got {channels} and {groups}"
            )
        require_bias(name, use_bias, bias_initializer)
        self.channels = channels
        self.groups = groups
        self.kernel = _extents(kernel_size, self.axes, name, "kernel_size")
        self.options = {
            "stride": _extents(strides, self.axes, name, "strides"),
            "pad": _padding(padding, self.axes, name),
            "dilate": _extents(dilation, self.axes, name, "dilation"),
            "num_group": groups,
        }
        if in_channels < 0 or in_channels % groups:
            raise InvalidValue(
                f"{name}: `in_channels` must be 0 or a positive multiple of `groups`; "
                f"got {in_channels} and {groups}"
            )
        shape = (channels, in_channels // groups or -1, *self.kernel)
        self.weight = Parameter("weight", shape=shape, dtype=dtype, init=weight_initializer)
        self.weight.fallback_init = fallback_init_for(activation)
        self.bias = (
            Parameter("bias", shape=(channels,), dtype=dtype, init=bias_initializer)
            if use_bias
            else None
        )
        self.activation = activation_named(activation) if activation else None
        self.activation_name = activation

    def _check_axes(self, x: Any) -> None:
        if x.ndim != self.axes + 2:
            raise InvalidValue(
                f"{type(self).__name__}: data must have {self.axes + 2} axes (batch, channels, "
                f"spatial...); got shape {x.shape}"
            )

    def _hint_of_axes(self, shape: tuple[int, ...]) -> str:
        return hint_of_axes(shape, self.axes, self.in_channels())

    def infer_shape(self, x: Any) -> None:
        self._check_axes(x)
        pad, name = self.options["pad"], type(self).__name__
        before, behind = pad[: self.axes], pad[-self.axes :]
        room = tuple(map(sum, zip(x.shape[2:], before, behind, strict=True)))
        spread = tuple(
            (k - 1) * d + 1 for k, d in zip(self.kernel, self.options["dilate"], strict=True)
        )
        check_kernel(name, spread, room, x.shape)
        self._doubt_order(x)
        self.weight.shape = (self.channels, x.shape[1] // self.groups, *self.kernel)

    def _doubt_order(self, x: Any) -> None:
        if self.groups == 1:
            strides = self.options["stride"]
            doubt_kernel(type(self).__name__, self.channels, self.kernel, strides, x.shape)

    def convolve(self, x: Any, bias: Any) -> Any:
        """The layer without its activation."""
        return npx.convolution(x, self.weight.data(), bias, **self.options)

    def in_channels(self) -> int | None:
        """C of the data, None before it is known."""
        channels = self.weight.shape[1] * self.groups
        return channels if channels > 0 else None

    def forward(self, x: Any) -> Any:
        out = self.convolve(x, None if self.bias is None else self.bias.data())
        return out if self.activation is None else self.activation(out)

    def describe(self) -> str:
        return (
            f"{self.in_channels()} -> {self.channels}, kernel={self.kernel}, "
            f"stride={self.options['stride']}, "
            f"pad={_shown(self.options['pad'], self.axes)}, {self.activation_name}"
        )


class Conv1D(_Conv):
    """Convolution over W of data (N, C, W).

    channels: C of the result; in_channels: found at the first call if 0

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.Conv1D(8, kernel_size=3, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((2, 4, 10))).shape
    (2, 8, 10)
    """

    axes = 1


class Conv2D(_Conv):
    """Convolution over H and W of data (N, C, H, W).

    channels: C of the result; in_channels: found at the first call if 0
    kernel_size, strides, padding, dilation: one number, or one for H and one for W; padding also
        ((top, bottom), (left, right)), as the "SAME" of other frameworks is at a stride of 2

    >>> from weft import gluon, np
    >>> layer = gluon.nn.Conv2D(8, kernel_size=3, padding=1, activation="relu")
    >>> layer.initialize()
    >>> layer(np.ones((2, 1, 5, 5))).shape
    (2, 8, 5, 5)
    """

    axes = 2


class Conv3D(_Conv):
    """Convolution over D, H and W of data (N, C, D, H, W).

    channels: C of the result; in_channels: found at the first call if 0
    kernel_size, strides, padding, dilation: one number, or one for each of D, H and W

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.Conv3D(8, kernel_size=3, strides=2, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((1, 2, 6, 6, 6))).shape
    (1, 8, 3, 3, 3)
    """

    axes = 3


class _ConvTranspose(_Conv):
    def __init__(
        self,
        channels: int,
        kernel_size: Window,
        strides: Window = 1,
        padding: Padding = 0,
        output_padding: Window = 0,
        dilation: Window = 1,
        groups: int = 1,
        *,
        in_channels: int = 0,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: Initializable = None,
        bias_initializer: Initializable = "zeros",
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__(
            channels,
            kernel_size,
            strides,
            padding,
            dilation,
            groups,
            in_channels=in_channels,
            activation=activation,
            use_bias=use_bias,
            bias_initializer=bias_initializer,
            dtype=dtype,
        )
        name = type(self).__name__
        self.options = {
            **self.options,
            "adj": _extents(output_padding, self.axes, name, "output_padding", least=0),
        }
        shape = (in_channels or -1, channels // groups, *self.kernel)
        self.weight = Parameter("weight", shape=shape, dtype=dtype, init=weight_initializer)
        # Of the inputs and the elements of a kernel, an element of the result sees one in so many.
        share = groups * math.prod(self.options["stride"])
        self.weight.fallback_init = fallback_init_for(activation, share, "out")

    def infer_shape(self, x: Any) -> None:
        self._check_axes(x)
        self._doubt_order(x)
        self.weight.shape = (x.shape[1], self.channels // self.groups, *self.kernel)

    def convolve(self, x: Any, bias: Any) -> Any:
        return npx.deconvolution(x, self.weight.data(), bias, **self.options)

    def in_channels(self) -> int | None:
        channels = self.weight.shape[0]
        return channels if channels > 0 else None


class Conv1DTranspose(_ConvTranspose):
    """Transposed convolution over W of data (N, C, W): the adjoint of Conv1D.

    output_padding: elements added behind the result, less than the stride

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.Conv1DTranspose(3, kernel_size=4, strides=2, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((2, 8, 5))).shape
    (2, 3, 10)
    """

    axes = 1


class Conv2DTranspose(_ConvTranspose):
    """Transposed convolution over H and W of data (N, C, H, W): the adjoint of Conv2D.

    output_padding: elements added behind the result, less than the stride

    >>> from weft import gluon, np
    >>> layer = gluon.nn.Conv2DTranspose(3, kernel_size=4, strides=2, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((2, 8, 5, 5))).shape
    (2, 3, 10, 10)
    """

    axes = 2


class Conv3DTranspose(_ConvTranspose):
    """Transposed convolution over D, H and W of data (N, C, D, H, W): the adjoint of Conv3D.

    output_padding: elements added behind the result, less than the stride

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.Conv3DTranspose(3, kernel_size=2, strides=2)
    >>> layer.initialize()
    >>> layer(np.ones((1, 4, 2, 3, 4))).shape
    (1, 3, 4, 6, 8)
    """

    axes = 3


class _Pool(HybridBlock):
    axes = 0
    pool_type = ""

    _watched_elsewhere = HybridBlock._watched_elsewhere | {"options"}

    def __init__(
        self,
        pool_size: Window = 2,
        strides: Window | None = None,
        padding: Padding = 0,
        *,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        if self.pool_type == "max" and not count_include_pad:
            raise InvalidValue(
                f"{name}: `count_include_pad` has no effect on a maximum; got {count_include_pad}"
            )
        size = _extents(pool_size, self.axes, name, "pool_size")
        self.options = {
            "kernel": size,
            "pool_type": self.pool_type,
            "stride": size if strides is None else _extents(strides, self.axes, name, "strides"),
            "pad": _padding(padding, self.axes, name),
            "pooling_convention": "full" if ceil_mode else "valid",
            "count_include_pad": count_include_pad,
        }

    def _hint_of_axes(self, shape: tuple[int, ...]) -> str:
        return hint_of_axes(shape, self.axes, None)

    def forward(self, x: Any) -> Any:
        return npx.pooling(x, **self.options)

    def describe(self) -> str:
        return (
            f"kernel={self.options['kernel']}, stride={self.options['stride']}, "
            f"pad={_shown(self.options['pad'], self.axes)}"
        )


class MaxPool1D(_Pool):
    """Maximum over windows of W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.MaxPool1D(2)(np.array([[[1.0, 3.0, 2.0, 5.0]]]))
    array([[[3., 5.]]])
    """

    axes, pool_type = 1, "max"


class MaxPool2D(_Pool):
    """Maximum over windows of H and W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.MaxPool2D(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 5.,  7.],
             [13., 15.]]]])
    """

    axes, pool_type = 2, "max"


class MaxPool3D(_Pool):
    """Maximum over windows of D, H and W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.MaxPool3D(2)(np.ones((1, 3, 4, 6, 8))).shape
    (1, 3, 2, 3, 4)
    """

    axes, pool_type = 3, "max"


class AvgPool1D(_Pool):
    """Mean over windows of W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AvgPool1D(2)(np.array([[[1.0, 3.0, 2.0, 5.0]]]))
    array([[[2. , 3.5]]])
    """

    axes, pool_type = 1, "avg"


class AvgPool2D(_Pool):
    """Mean over windows of H and W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AvgPool2D(2)(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[ 2.5,  4.5],
             [10.5, 12.5]]]])
    """

    axes, pool_type = 2, "avg"


class AvgPool3D(_Pool):
    """Mean over windows of D, H and W; `strides` is `pool_size` unless given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.AvgPool3D(2, strides=1)(np.ones((1, 3, 4, 6, 8))).shape
    (1, 3, 3, 5, 7)
    """

    axes, pool_type = 3, "avg"


class _GlobalPool(HybridBlock):
    pool_type = ""

    def forward(self, x: Any) -> Any:
        return npx.pooling(x, pool_type=self.pool_type, global_pool=True)


class GlobalMaxPool1D(_GlobalPool):
    """Maximum over all of W: (N, C, W) to (N, C, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalMaxPool1D()(np.array([[[1.0, 3.0, 2.0]]]))
    array([[[3.]]])
    """

    pool_type = "max"


class GlobalMaxPool2D(_GlobalPool):
    """Maximum over all of H and W: (N, C, H, W) to (N, C, 1, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalMaxPool2D()(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[15.]]]])
    """

    pool_type = "max"


class GlobalMaxPool3D(_GlobalPool):
    """Maximum over all of D, H and W: (N, C, D, H, W) to (N, C, 1, 1, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalMaxPool3D()(np.ones((2, 3, 4, 4, 4))).shape
    (2, 3, 1, 1, 1)
    """

    pool_type = "max"


class GlobalAvgPool1D(_GlobalPool):
    """Mean over all of W: (N, C, W) to (N, C, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalAvgPool1D()(np.array([[[1.0, 3.0, 2.0]]]))
    array([[[2.]]])
    """

    pool_type = "avg"


class GlobalAvgPool2D(_GlobalPool):
    """Mean over all of H and W: (N, C, H, W) to (N, C, 1, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalAvgPool2D()(np.arange(16.0).reshape(1, 1, 4, 4))
    array([[[[7.5]]]])
    """

    pool_type = "avg"


class GlobalAvgPool3D(_GlobalPool):
    """Mean over all of D, H and W: (N, C, D, H, W) to (N, C, 1, 1, 1).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.GlobalAvgPool3D()(np.ones((2, 3, 4, 4, 4))).shape
    (2, 3, 1, 1, 1)
    """

    pool_type = "avg"


__all__ = [
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
]
__dir__ = __all__.copy
