"""Layers, as `mx.gluon.nn` has them.

>>> from weft import np
>>> from weft import mxnet as mx
>>> net = mx.gluon.nn.HybridSequential(prefix="net_")
>>> with net.name_scope():
...     net.add(mx.gluon.nn.Dense(4, activation="relu"), mx.gluon.nn.Dense(2))
>>> net.initialize(ctx=mx.cpu())
>>> net(np.ones((1, 3))).shape
(1, 2)
>>> sorted(net.collect_params())[0]
'net_dense0_bias'
"""

import warnings
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidType
from weft._core.typing import ndarray as _ndarray
from weft.gluon import nn as _native
from weft.gluon.hybrid_block import HybridBlock as _NativeHybrid
from weft.mxnet.base import RefusedError as _RefusedError
from weft.mxnet.gluon import _symbols
from weft.mxnet.gluon._layers import layer as _layer
from weft.mxnet.gluon._layers import windowed as _window
from weft.mxnet.gluon.block import Block, HybridBlock, register_counterpart
from weft.mxnet.gluon.symbol_block import SymbolBlock

# ---- containers and functions


def _of_old(prefix: Any, params: Any, blocks: tuple[Any, ...]) -> tuple[Any, Any, Any]:
    """The arguments of a container, in which 1.x had `prefix` and `params` first."""
    if blocks and (blocks[0] is None or isinstance(blocks[0], str)):
        prefix, blocks = blocks[0] if prefix is None else prefix, blocks[1:]
        if blocks and isinstance(blocks[0], Mapping | None):
            params, blocks = blocks[0] if params is None else params, blocks[1:]
    return prefix, params, blocks


class Sequential(Block, _native.Sequential):
    """Blocks one after another: `add(a, b)`."""

    def __init__(self, *blocks: Any, prefix: str | None = None, params: Any = None) -> None:
        prefix, params, blocks = _of_old(prefix, params, blocks)
        self._begin_names(prefix, params)
        _native.Sequential.__init__(self, *blocks)

    def hybridize(self, active: bool = True, **options: Any) -> None:  # type: ignore[override]
        """Makes the hybrid blocks below run as planned graphs."""
        if self._children and all(isinstance(c, _NativeHybrid) for c in self._children.values()):
            warnings.warn(
                f"All children of this Sequential layer `{self.prefix}` are HybridBlocks: "
                "HybridSequential makes one graph of them",
                stacklevel=2,
            )
        Block.hybridize(self, active, **options)


class HybridSequential(HybridBlock, _native.HybridSequential):
    """Hybrid blocks one after another, which `hybridize()` makes one graph."""

    _passes_on = True

    def __init__(self, *blocks: Any, prefix: str | None = None, params: Any = None) -> None:
        prefix, params, blocks = _of_old(prefix, params, blocks)
        self._begin_names(prefix, params)
        _native.HybridSequential.__init__(self, *blocks)

    def register_child(self, block: Any, name: str | None = None) -> None:
        """Adds a child, which must be a HybridBlock."""
        if isinstance(block, Block) and not isinstance(block, HybridBlock):
            raise InvalidType(
                "HybridSequential: children must be HybridBlocks; got "
                f"{type(block).__name__}; `Sequential` takes any block"
            )
        super().register_child(block, name)


class _Joined:
    """Children on one input, their outputs side by side."""

    _children: dict[str, Any]
    axis: int

    def __getitem__(self, key: Any) -> Any:
        blocks = list(self._children.values())[key]
        return type(self)(self.axis, *blocks) if isinstance(blocks, list) else blocks


class Concatenate(_Joined, Sequential, _native.Concatenate):
    """Blocks on the same input, their outputs concatenated along `axis`."""

    def __init__(
        self, axis: int = -1, *blocks: Any, prefix: str | None = None, params: Any = None
    ) -> None:
        Sequential.__init__(self, *blocks, prefix=prefix, params=params)
        self.axis = axis

    forward = _native.Concatenate.forward


class HybridConcatenate(_Joined, HybridSequential, _native.HybridConcatenate):
    """Hybrid blocks on the same input, their outputs concatenated along `axis`."""

    _passes_on = True

    def __init__(
        self, axis: int = -1, *blocks: Any, prefix: str | None = None, params: Any = None
    ) -> None:
        HybridSequential.__init__(self, *blocks, prefix=prefix, params=params)
        self.axis = axis

    def forward(self, x: Any) -> Any:
        if not _symbols.is_symbol(x):
            return _native.HybridConcatenate.forward(self, x)
        from weft.mxnet import symbol

        return symbol.concat(*(block(x) for block in self._children.values()), dim=self.axis)


for _ours in (Sequential, HybridSequential, Concatenate, HybridConcatenate):
    register_counterpart(getattr(_native, _ours.__name__), _ours)


def _function(name: str) -> Any:
    """The function that a text names, looked for where MXNet looks."""
    from weft.mxnet import ndarray, numpy, numpy_extension

    for place in (numpy, numpy_extension):
        if callable(found := getattr(place, name, None)):
            return found
    return getattr(ndarray, name)


class Lambda(Block, _native.Lambda):
    """A function, or the name of one of `mx.np`, `mx.npx` or `mx.nd`, as a block."""

    def __init__(self, function: Any, prefix: str | None = None, params: Any = None) -> None:
        self._begin_names(prefix, params)
        found = _function(function) if isinstance(function, str) else function
        _native.Lambda.__init__(self, found)


class HybridLambda(HybridBlock, _native.HybridLambda):
    """A function of arrays, or of `F` and arrays as in 1.x, as a hybrid block; or its name."""

    def __init__(self, function: Any, prefix: str | None = None, params: Any = None) -> None:
        self._begin_names(prefix, params)
        found = _function(function) if isinstance(function, str) else function
        _native.HybridLambda.__init__(self, _without_module(found))


def _without_module(function: Any) -> Any:
    """A function that takes arrays alone; the first argument `F` of 1.x is given to it."""
    import functools
    import inspect

    try:
        first = next(iter(inspect.signature(function).parameters.values()), None)
    except (TypeError, ValueError):  # what is written in C may have no signature
        return function
    if first is None or first.name != "F":
        return function

    @functools.wraps(function)
    def call(*args: Any, **options: Any) -> Any:
        from weft.mxnet import ndarray

        return function(ndarray, *args, **options)

    return call


register_counterpart(_native.Lambda, Lambda)
register_counterpart(_native.HybridLambda, HybridLambda)

# ---- dense layers, activations, normalization


class Dense(
    _layer(  # type: ignore[misc]
        _native.Dense,
        "units! activation use_bias flatten dtype weight_initializer bias_initializer in_units",
    )
):
    """`activation(x weightᵀ + bias)`: data (N, ...) to (N, U), or (..., in) to (..., U) without
    `flatten`. Data (N,) counts as (N, 1)."""

    def forward(self, x: Any) -> Any:
        return super().forward(_with_features(x) if self.flatten else x)

    def infer_shape(self, x: Any) -> None:
        super().infer_shape(_with_features(x) if self.flatten else x)


def _with_features(x: Any) -> Any:
    """An array (N,) as (N, 1); a symbol may not know its axes, and stays."""
    return x.reshape((-1, 1)) if isinstance(x, _ndarray) and x.ndim == 1 else x


register_counterpart(_native.Dense, Dense)


class Embedding(
    _layer(  # type: ignore[misc]
        _native.Embedding, "input_dim! output_dim! dtype weight_initializer sparse_grad"
    )
):
    """Rows of a weight by index: (...) to (..., D). Indices may be floats, as in MXNet."""

    def forward(self, x: Any) -> Any:
        return super().forward(_as_index(x))


def _as_index(x: Any) -> Any:
    is_real = isinstance(x, _ndarray) and x.dtype.kind == "f"
    return x.astype("int32") if is_real else x


register_counterpart(_native.Embedding, Embedding)
Flatten = _layer(_native.Flatten)
Identity = _layer(_native.Identity)
Dropout = _layer(_native.Dropout, "rate! axes")


def _named_by_activation(given: dict[str, Any]) -> dict[str, Any]:
    return {"_act_type": given["activation"]}


Activation = _layer(_native.Activation, "activation!", translate=_named_by_activation)
Activation._alias = lambda self: self.__dict__.get("_act_type", "activation")  # type: ignore[attr-defined]

LeakyReLU = _layer(_native.LeakyReLU, "alpha!")
PReLU = _layer(_native.PReLU, "alpha_initializer in_channels")
ELU = _layer(_native.ELU, "alpha")
SELU = _layer(_native.SELU)
GELU = _layer(_native.GELU, "approximation")
Swish = _layer(_native.Swish, "beta")
SiLU = _layer(_native.SiLU)

_STATISTICS = (
    "momentum epsilon center scale use_global_stats beta_initializer gamma_initializer "
    "running_mean_initializer running_variance_initializer"
)
_SCALES = "epsilon center scale beta_initializer gamma_initializer in_channels"
BatchNorm = _layer(_native.BatchNorm, f"axis {_STATISTICS} in_channels")
# Libraries of 1.x derive from it, and hand these to the operator of their own `hybrid_forward`.
BatchNorm._kwargs = property(  # type: ignore[attr-defined]
    lambda self: {
        "axis": self.axis,
        "eps": self.epsilon,
        "momentum": self.momentum,
        "fix_gamma": self.gamma.grad_req == "null",
        "use_global_stats": self.use_global_stats,
    }
)
BatchNormReLU = _layer(_native.BatchNormReLU, f"axis {_STATISTICS} in_channels")
SyncBatchNorm = _layer(_native.SyncBatchNorm, f"in_channels num_devices {_STATISTICS}")


class LayerNorm(_layer(_native.LayerNorm, f"axis {_SCALES}")):  # type: ignore[misc]
    """Normalization of each sample along `axis`."""

    def forward(self, x: Any) -> Any:
        known = self.gamma.shape[0] if isinstance(x, _ndarray) else -1
        if known != -1 and known != x.shape[self.axis]:
            raise _RefusedError(
                f"LayerNorm: axis {self.axis} of the input must have extent {known}; got an input "
                f"of shape {x.shape}"
            )
        return super().forward(x)


register_counterpart(_native.LayerNorm, LayerNorm)
GroupNorm = _layer(_native.GroupNorm, f"num_groups {_SCALES}")


def _channels_second(given: dict[str, Any]) -> None:
    if given.pop("axis", 1) != 1:
        raise InvalidType("InstanceNorm: `axis` must be 1; move the axis with `np.moveaxis`")


InstanceNorm = _layer(_native.InstanceNorm, f"axis {_SCALES}", translate=_channels_second)

# ---- windows

_CONVOLUTION = (
    "channels! kernel_size! strides padding dilation groups layout activation use_bias "
    "weight_initializer bias_initializer in_channels dtype"
)
_TRANSPOSED = _CONVOLUTION.replace("padding", "padding output_padding")
_L1, _L2, _L3 = ("NCW", "NWC"), ("NCHW", "NHWC"), ("NCDHW", "NDHWC")
Conv1D = _window(_native.Conv1D, _CONVOLUTION, *_L1)
Conv2D = _window(_native.Conv2D, _CONVOLUTION, *_L2)
Conv3D = _window(_native.Conv3D, _CONVOLUTION, *_L3)
Conv1DTranspose = _window(_native.Conv1DTranspose, _TRANSPOSED, *_L1)
Conv2DTranspose = _window(_native.Conv2DTranspose, _TRANSPOSED, *_L2)
Conv3DTranspose = _window(_native.Conv3DTranspose, _TRANSPOSED, *_L3)


def _offsets_by_groups(native: type) -> type:
    """A deformable convolution, whose offsets MXNet computes in as many groups as the result."""
    words = (
        "channels! kernel_size strides padding dilation groups num_deformable_group layout "
        "use_bias in_channels activation weight_initializer bias_initializer "
        "offset_weight_initializer offset_bias_initializer offset_use_bias"
    )
    made = _window(native, words, *_L2)
    made.offset_groups = property(lambda self: self.groups)  # type: ignore[attr-defined]
    return made


DeformableConvolution = _offsets_by_groups(_native.DeformableConvolution)
ModulatedDeformableConvolution = _offsets_by_groups(_native.ModulatedDeformableConvolution)

# The order of `layout` and `ceil_mode` differs from layer to layer in MXNet.
_MAX_1D = "pool_size strides padding layout ceil_mode"
_MAX_3D = "pool_size strides padding ceil_mode layout"
MaxPool1D = _window(_native.MaxPool1D, _MAX_1D, *_L1)
MaxPool2D = _window(_native.MaxPool2D, _MAX_1D, *_L2)
MaxPool3D = _window(_native.MaxPool3D, _MAX_3D, *_L3)
AvgPool1D = _window(_native.AvgPool1D, f"{_MAX_1D} count_include_pad", *_L1)
AvgPool2D = _window(_native.AvgPool2D, f"{_MAX_3D} count_include_pad", *_L2)
AvgPool3D = _window(_native.AvgPool3D, f"{_MAX_3D} count_include_pad", *_L3)
GlobalMaxPool1D = _window(_native.GlobalMaxPool1D, "layout", *_L1)
GlobalMaxPool2D = _window(_native.GlobalMaxPool2D, "layout", *_L2)
GlobalMaxPool3D = _window(_native.GlobalMaxPool3D, "layout", *_L3)
GlobalAvgPool1D = _window(_native.GlobalAvgPool1D, "layout", *_L1)
GlobalAvgPool2D = _window(_native.GlobalAvgPool2D, "layout", *_L2)
GlobalAvgPool3D = _window(_native.GlobalAvgPool3D, "layout", *_L3)

PixelShuffle1D = _layer(_native.PixelShuffle1D, "factor!")
PixelShuffle2D = _layer(_native.PixelShuffle2D, "factor!")
PixelShuffle3D = _layer(_native.PixelShuffle3D, "factor!")
ReflectionPad2D = _layer(_native.ReflectionPad2D, "padding")


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.nn",
        _words.LAYERS | _words.LOSSES,
        ("gluon.loss", "gluon.rnn"),
        ("activations", "basic_layers", "conv_layers"),
    )

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm",
    "BatchNormReLU",
    "Block",
    "Concatenate",
    "Conv1D",
    "Conv1DTranspose",
    "Conv2D",
    "Conv2DTranspose",
    "Conv3D",
    "Conv3DTranspose",
    "DeformableConvolution",
    "Dense",
    "Dropout",
    "Embedding",
    "Flatten",
    "GlobalAvgPool1D",
    "GlobalAvgPool2D",
    "GlobalAvgPool3D",
    "GlobalMaxPool1D",
    "GlobalMaxPool2D",
    "GlobalMaxPool3D",
    "GroupNorm",
    "HybridBlock",
    "HybridConcatenate",
    "HybridLambda",
    "HybridSequential",
    "Identity",
    "InstanceNorm",
    "Lambda",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "ModulatedDeformableConvolution",
    "PReLU",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
    "ReflectionPad2D",
    "Sequential",
    "SiLU",
    "Swish",
    "SymbolBlock",
    "SyncBatchNorm",
]
__dir__ = __all__.copy
