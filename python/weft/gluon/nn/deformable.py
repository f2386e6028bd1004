"""Convolutions whose windows are moved, and weighted, as another convolution of the data says."""

from typing import Any

from weft import npx
from weft._base.errors import InvalidValue
from weft._core.typing import DTypeLike
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import activation_named
from weft.gluon.nn.convolution import Conv2D, Window
from weft.gluon.parameter import Initializable, Parameter


class DeformableConvolution(HybridBlock):
    """Convolution over H and W of data (N, C, H, W) that reads each element of a window where an
    offset says (Dai et al., 2017). The offsets come from a convolution with the same window, which
    begins at 0, so that the layer begins as Conv2D.

    channels: C of the result; in_channels: found at the first call if 0
    kernel_size, strides, padding, dilation: one number, or one for H and one for W
    groups: groups of channels that are convolved apart
    num_deformable_group: groups of channels that have offsets of their own

    >>> from weft import gluon, np
    >>> layer = gluon.nn.DeformableConvolution(8, kernel_size=3, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((2, 4, 5, 5))).shape
    (2, 8, 5, 5)
    """

    numbers_of_an_element = 2  # of the window: the offset
    offset_groups = 1  # of the convolution that the offsets come from

    def __init__(
        self,
        channels: int,
        kernel_size: Window = 1,
        strides: Window = 1,
        padding: Window = 0,
        dilation: Window = 1,
        groups: int = 1,
        num_deformable_group: int = 1,
        *,
        in_channels: int = 0,
        activation: str | None = None,
        use_bias: bool = True,
        weight_initializer: Initializable = None,
        bias_initializer: Initializable = "zeros",
        offset_weight_initializer: Initializable = "zeros",
        offset_bias_initializer: Initializable = "zeros",
        offset_use_bias: bool = True,
        dtype: DTypeLike = "float32",
    ) -> None:
        super().__init__()
        name = type(self).__name__
        moved = num_deformable_group
        if not isinstance(moved, int) or moved < 1:
            raise InvalidValue(f"{name}: `num_deformable_group` must be at least 1; got {moved!r}")
        # Plain layers check what is given; their parameters are this layer's.
        options = (kernel_size, strides, padding, dilation)
        plain = Conv2D(channels, *options, groups, in_channels=in_channels, use_bias=False)
        self.channels, self.groups, self.moved_groups = channels, groups, moved
        self.kernel, self.options = plain.kernel, plain.options
        self._offsets = self.numbers_of_an_element * self.kernel[0] * self.kernel[1] * moved
        self.deformable_conv_weight = Parameter(
            "weight", shape=plain.weight.shape, dtype=dtype, init=weight_initializer
        )
        self.deformable_conv_bias = (
            Parameter("bias", shape=(channels,), dtype=dtype, init=bias_initializer)
            if use_bias
            else None
        )
        self.offset_weight = Parameter(
            "weight",
            shape=(self._offsets, in_channels // self.offset_groups or -1, *self.kernel),
            dtype=dtype,
            init=offset_weight_initializer,
        )
        self.offset_bias = (
            Parameter("bias", shape=(self._offsets,), dtype=dtype, init=offset_bias_initializer)
            if offset_use_bias
            else None
        )
        self.activation = activation_named(activation) if activation else None

    def infer_shape(self, x: Any) -> None:
        if x.ndim != 4:
            raise InvalidValue(
                f"{type(self).__name__}: data must have shape (N, C, H, W); got {x.shape}"
            )
        self.deformable_conv_weight.shape = (
            self.channels,
            x.shape[1] // self.groups,
            *self.kernel,
        )
        width = x.shape[1] // self.offset_groups
        self.offset_weight.shape = (self._offsets, width, *self.kernel)

    def offsets(self, x: Any) -> Any:
        """What the convolution of the data says of each element of each window."""
        bias = None if self.offset_bias is None else self.offset_bias.data()
        options = {**self.options, "num_group": self.offset_groups}
        return npx.convolution(x, self.offset_weight.data(), bias, **options)

    def convolve(self, x: Any, offset: Any, mask: Any) -> Any:
        """The convolution with its activation."""
        bias = None if self.deformable_conv_bias is None else self.deformable_conv_bias.data()
        out = npx.deformable_convolution(
            x,
            offset,
            self.deformable_conv_weight.data(),
            bias,
            mask,
            **self.options,
            num_deformable_group=self.moved_groups,
        )
        return out if self.activation is None else self.activation(out)

    def forward(self, x: Any) -> Any:
        return self.convolve(x, self.offsets(x), None)

    def describe(self) -> str:
        return (
            f"-> {self.channels}, kernel={self.kernel}, stride={self.options['stride']}, "
            f"pad={self.options['pad']}, num_deformable_group={self.moved_groups}"
        )


class ModulatedDeformableConvolution(DeformableConvolution):
    """The second version (Zhu et al., 2019): each element of a window also has a factor from 0 to
    2, at first 1.

    >>> from weft import gluon, np
    >>> layer = gluon.nn.ModulatedDeformableConvolution(8, kernel_size=3, padding=1)
    >>> layer.initialize()
    >>> layer(np.ones((2, 4, 5, 5))).shape
    (2, 8, 5, 5)
    """

    numbers_of_an_element = 3  # of the window: the offset and the factor

    def forward(self, x: Any) -> Any:
        numbers = self.offsets(x)
        count = self._offsets // 3 * 2
        return self.convolve(x, numbers[:, :count], npx.sigmoid(numbers[:, count:]) * 2)


__all__ = ["DeformableConvolution", "ModulatedDeformableConvolution"]
__dir__ = __all__.copy
