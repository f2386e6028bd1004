"""Layers that normalise, and dropout. C is the extent of the axis of the channels."""

from typing import Any

from weft import autograd, np, npx
from weft._base.errors import InvalidValue, Unsupported
from weft._base.options import require
from weft._core import collectives
from weft._trace.state import is_tracing, watch
from weft.gluon._orders import check_axis, check_axis_number, check_dropout_axes, check_epsilon
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Initializable, Parameter


class Dropout(HybridBlock):
    """Sets elements to 0 with probability `rate` and scales the others by 1 / (1 - rate), in train
    mode only.

    rate: from 0, nothing, to 1, everything
    axes: axes along which all elements share their fate

    >>> from weft import autograd, np
    >>> from weft.gluon import nn
    >>> layer = nn.Dropout(0.5)
    >>> layer(np.array([1.0, 2.0, 3.0]))  # in predict mode as it is
    array([1., 2., 3.])
    >>> with autograd.train_mode():
    ...     out = layer(np.ones(1000))
    >>> float(out.max()), 300 < int((out == 0).sum()) < 700
    (2.0, True)
    """

    def __init__(self, rate: float, axes: tuple[int, ...] = ()) -> None:
        super().__init__()
        if not 0 <= rate <= 1:
            raise InvalidValue(f"Dropout: `rate` must be in [0, 1]; got {rate}")
        check_dropout_axes(axes)
        self.rate = rate
        self.axes = axes

    def forward(self, x: Any) -> Any:
        if not autograd.is_training() or self.rate == 0:
            return x
        if self.rate == 1:
            return x * 0  # nothing stays, and the gradient is 0
        return npx.dropout(x, p=self.rate, axes=self.axes)

    def describe(self) -> str:
        return f"p={self.rate}, axes={self.axes}"


class _Normalization(HybridBlock):
    """Holds gamma and beta, one number for each channel."""

    _usual_axis = 1

    def __init__(
        self,
        axis: int,
        epsilon: float,
        center: bool,
        scale: bool,
        beta_initializer: Initializable,
        gamma_initializer: Initializable,
        in_channels: int,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        check_axis_number(name, axis, "it counts its channels itself")
        check_epsilon(name, epsilon)
        self.axis = axis
        self.epsilon = epsilon
        shape = (in_channels or -1,)
        self.gamma = Parameter("gamma", shape=shape, init=gamma_initializer, differentiable=scale)
        self.beta = Parameter("beta", shape=shape, init=beta_initializer, differentiable=center)

    def _lacks_batch_axis(self, shape: tuple[int, ...]) -> bool:
        channels = shape[self.axis - 1 : self.axis] if self.axis > 0 else ()
        return channels == self.gamma.shape

    def infer_shape(self, x: Any) -> None:
        check_axis(type(self).__name__, self.axis, self._usual_axis, x.shape)
        for parameter in self.params.values():
            parameter.shape = (x.shape[self.axis],)

    def describe(self) -> str:
        channels = self.gamma.shape[0]
        return f"axis={self.axis}, eps={self.epsilon}, {channels if channels > 0 else None}"


class BatchNorm(_Normalization):
    """Each channel with mean 0 and variance 1 over the batch, scaled by gamma and shifted by beta
    (Ioffe and Szegedy 2015).

    In train mode by the batch's statistics, which also move the running ones:
    running = momentum running + (1 - momentum) batch, with the variance of all elements. In
    predict mode, and always with `use_global_stats`, by the running statistics.

    axis: of the channels; center, scale: are beta and gamma trained?

    >>> from weft import gluon, np
    >>> layer = gluon.nn.BatchNorm()
    >>> layer.initialize()
    >>> layer(np.ones((2, 3, 4, 4))).shape
    (2, 3, 4, 4)
    """

    def __init__(
        self,
        axis: int = 1,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: Initializable = "zeros",
        gamma_initializer: Initializable = "ones",
        running_mean_initializer: Initializable = "zeros",
        running_variance_initializer: Initializable = "ones",
        in_channels: int = 0,
    ) -> None:
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels
        )
        require(0 <= momentum <= 1, "BatchNorm", "momentum", "in [0, 1]", momentum)
        self.momentum = momentum
        self.use_global_stats = use_global_stats
        shape = (in_channels or -1,)
        self.running_mean = Parameter(
            "running_mean",
            "null",
            shape=shape,
            init=running_mean_initializer,
            differentiable=False,
        )
        self.running_var = Parameter(
            "running_var",
            "null",
            shape=shape,
            init=running_variance_initializer,
            differentiable=False,
        )

    def forward(self, x: Any) -> Any:
        is_batch = autograd.is_training() and not self.use_global_stats and not self.is_frozen
        mean, var = self.running_mean.data(), self.running_var.data()
        out, next_mean, next_var = npx.batch_norm(
            x,
            self.gamma.data(),
            self.beta.data(),
            mean,
            var,
            eps=self.epsilon,
            momentum=self.momentum,
            training=is_batch,
            axis=self.axis,
        )
        if is_batch:
            mean[...] = next_mean
            var[...] = next_var
        return out


class BatchNormReLU(BatchNorm):
    """`BatchNorm`, then max(x, 0). Arguments as for `BatchNorm`.

    >>> from weft import gluon, np
    >>> layer = gluon.nn.BatchNormReLU()
    >>> layer.initialize()
    >>> bool((layer(np.array([[1.0], [-1.0]])) >= 0).all())
    True
    """

    def forward(self, x: Any) -> Any:
        return npx.relu(super().forward(x))


class SyncBatchNorm(BatchNorm):
    """`BatchNorm` of channels in axis 1 over the batches of all processes of a group together.
    `convert` makes a network's batch norms such ones.

    num_devices: None or 1; statistics of several devices of one process are not put together
    group: the processes

    >>> from weft import autograd, gluon, np
    >>> layer = gluon.nn.SyncBatchNorm()
    >>> layer.initialize()
    >>> with autograd.record():
    ...     out = layer(np.array([[1.0], [3.0]]))
    >>> [round(float(x), 3) for x in out.reshape(-1)]
    [-1.0, 1.0]
    """

    def __init__(
        self,
        in_channels: int = 0,
        num_devices: int | None = None,
        momentum: float = 0.9,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        use_global_stats: bool = False,
        beta_initializer: Initializable = "zeros",
        gamma_initializer: Initializable = "ones",
        running_mean_initializer: Initializable = "zeros",
        running_variance_initializer: Initializable = "ones",
        group: str = "world",
    ) -> None:
        if num_devices not in (None, 1):
            raise Unsupported(
                "SyncBatchNorm: `num_devices` must be None or 1: the statistics of several devices "
                f"are not put together; got {num_devices}"
            )
        super().__init__(
            1,
            momentum,
            epsilon,
            center,
            scale,
            use_global_stats,
            beta_initializer,
            gamma_initializer,
            running_mean_initializer,
            running_variance_initializer,
            in_channels,
        )
        self.group = group

    def _ranks(self) -> int:
        return collectives.place(self.group)[1]

    # The mean first, then the squares of what differs from it: sums of squares alone would lose all
    # digits where the mean is large.
    def forward(self, x: Any) -> Any:
        if is_tracing():
            watch(self._ranks)
        is_batch = autograd.is_training() and not self.use_global_stats and not self.is_frozen
        if not is_batch or self._ranks() == 1:
            return super().forward(x)
        axes = tuple(axis for axis in range(x.ndim) if axis != 1)
        kept = (1, -1) + (1,) * (x.ndim - 2)
        wide = x.astype("float32") if x.dtype in ("float16", "bfloat16") else x
        size = np.array([x.size // x.shape[1]], dtype=wide.dtype)
        sums = np.concatenate([wide.sum(axis=axes), size])
        sums = npx.all_reduce(sums, group=self.group)
        count = sums[-1]
        mean = sums[:-1] / count
        apart = wide - mean.reshape(kept)
        var = npx.all_reduce((apart * apart).sum(axis=axes), group=self.group) / count
        scaled = apart / np.sqrt(var + self.epsilon).reshape(kept)
        out = scaled * self.gamma.data().reshape(kept) + self.beta.data().reshape(kept)
        with autograd.pause():
            moved = ((self.running_mean, mean), (self.running_var, var))
            for parameter, value in moved:
                running = parameter.data()
                following = value.astype(running.dtype)
                running[...] = self.momentum * running + (1 - self.momentum) * following
        return out.astype(x.dtype)

    @classmethod
    def convert(cls, net: Any, *, group: str = "world") -> Any:
        """The network with each `BatchNorm` of channels in axis 1 turned into a SyncBatchNorm, with
        the same parameters. The network itself is changed; a batch norm alone gives a new layer.

        >>> from weft import gluon
        >>> net = gluon.nn.HybridSequential(gluon.nn.Dense(2), gluon.nn.BatchNorm())
        >>> type(gluon.nn.SyncBatchNorm.convert(net)[1]).__name__
        'SyncBatchNorm'
        """
        if type(net) is BatchNorm and net.axis == 1:
            made = cls(
                momentum=net.momentum,
                epsilon=net.epsilon,
                use_global_stats=net.use_global_stats,
                group=group,
            )
            for name in ("gamma", "beta", "running_mean", "running_var"):
                setattr(made, name, getattr(net, name))
            return made
        for name, child in list(net._children.items()):
            converted = cls.convert(child, group=group)
            if converted is not child:
                net._replace_child(name, converted)
        return net


class LayerNorm(_Normalization):
    """The elements along an axis with mean 0 and variance 1, scaled by gamma and shifted by beta
    (Ba et al. 2016).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.LayerNorm()
    >>> layer.initialize()
    >>> layer(np.array([[1.0, 3.0], [10.0, 30.0]])).round(3)
    array([[-1.,  1.],
           [-1.,  1.]])
    """

    _usual_axis = -1

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializable = "zeros",
        gamma_initializer: Initializable = "ones",
        in_channels: int = 0,
    ) -> None:
        super().__init__(
            axis, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels
        )

    def forward(self, x: Any) -> Any:
        return npx.layer_norm(
            x, self.gamma.data(), self.beta.data(), axis=self.axis, eps=self.epsilon
        )


class RMSNorm(HybridBlock):
    """The elements along an axis divided by their root mean square, times gamma.

    axis: of the channels; epsilon: summand of the mean square

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.RMSNorm()
    >>> layer.initialize()
    >>> layer(np.array([[3.0, 3.0], [1.0, 7.0]])).round(3)
    array([[1. , 1. ],
           [0.2, 1.4]])
    """

    def __init__(
        self,
        axis: int = -1,
        epsilon: float = 1e-6,
        *,
        scale: bool = True,
        gamma_initializer: Initializable = "ones",
        in_channels: int = 0,
    ) -> None:
        super().__init__()
        check_axis_number("RMSNorm", axis, "it counts its channels itself")
        check_epsilon("RMSNorm", epsilon)
        self.axis = axis
        self.epsilon = epsilon
        self.gamma = Parameter(
            "gamma", shape=(in_channels or -1,), init=gamma_initializer, differentiable=scale
        )

    def infer_shape(self, x: Any) -> None:
        check_axis("RMSNorm", self.axis, -1, x.shape)
        self.gamma.shape = (x.shape[self.axis],)

    def forward(self, x: Any) -> Any:
        return npx.rms_norm(x, self.gamma.data(), axis=self.axis, eps=self.epsilon)

    def describe(self) -> str:
        return f"axis={self.axis}, epsilon={self.epsilon}"


class GroupNorm(_Normalization):
    """Groups of channels of each sample with mean 0 and variance 1, scaled by gamma and shifted by
    beta (Wu and He 2018). Channels are axis 1.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.GroupNorm(num_groups=2)
    >>> layer.initialize()
    >>> layer(np.ones((2, 4, 5, 5))).shape
    (2, 4, 5, 5)
    """

    def __init__(
        self,
        num_groups: int = 1,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = True,
        beta_initializer: Initializable = "zeros",
        gamma_initializer: Initializable = "ones",
        in_channels: int = 0,
    ) -> None:
        super().__init__(
            1, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels
        )
        self.num_groups = num_groups

    def forward(self, x: Any) -> Any:
        return npx.group_norm(
            x, self.gamma.data(), self.beta.data(), num_groups=self.num_groups, eps=self.epsilon
        )


class InstanceNorm(_Normalization):
    """Each channel of each sample with mean 0 and variance 1, scaled by gamma and shifted by beta
    (Ulyanov et al. 2016). Channels are axis 1.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.InstanceNorm()
    >>> layer.initialize()
    >>> layer(np.array([[[1.0, 3.0], [10.0, 30.0]]])).round(3)
    array([[[-1.,  1.],
            [-1.,  1.]]])
    """

    def __init__(
        self,
        epsilon: float = 1e-5,
        center: bool = True,
        scale: bool = False,
        beta_initializer: Initializable = "zeros",
        gamma_initializer: Initializable = "ones",
        in_channels: int = 0,
    ) -> None:
        super().__init__(
            1, epsilon, center, scale, beta_initializer, gamma_initializer, in_channels
        )

    def forward(self, x: Any) -> Any:
        return npx.instance_norm(x, self.gamma.data(), self.beta.data(), eps=self.epsilon)


__all__ = [
    "BatchNorm",
    "BatchNormReLU",
    "Dropout",
    "GroupNorm",
    "InstanceNorm",
    "LayerNorm",
    "RMSNorm",
    "SyncBatchNorm",
]
__dir__ = __all__.copy
