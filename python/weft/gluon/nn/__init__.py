"""Layers. Shape letters: N batch, C channels, D, H and W depth, height and width, U
units."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import (
    ELU,
    GELU,
    SELU,
    Activation,
    LeakyReLU,
    PReLU,
    SiLU,
    Swish,
)
from weft.gluon.nn.attention import (
    KeyValueCache,
    MultiHeadAttention,
    TransformerDecoderLayer,
    TransformerEncoderLayer,
)
from weft.gluon.nn.basic import Dense, Embedding, Flatten, HybridLambda, Identity, Lambda
from weft.gluon.nn.branches import SqueezeExcitation, SqueezeExcite, StochasticDepth
from weft.gluon.nn.containers import (
    BlockDict,
    BlockList,
    Concatenate,
    HybridConcatenate,
    HybridSequential,
    Sequential,
)
from weft.gluon.nn.convolution import (
    AvgPool1D,
    AvgPool2D,
    AvgPool3D,
    Conv1D,
    Conv1DTranspose,
    Conv2D,
    Conv2DTranspose,
    Conv3D,
    Conv3DTranspose,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalAvgPool3D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPool3D,
    MaxPool1D,
    MaxPool2D,
    MaxPool3D,
)
from weft.gluon.nn.deformable import DeformableConvolution, ModulatedDeformableConvolution
from weft.gluon.nn.normalization import (
    BatchNorm,
    BatchNormReLU,
    Dropout,
    GroupNorm,
    InstanceNorm,
    LayerNorm,
    RMSNorm,
    SyncBatchNorm,
)
from weft.gluon.nn.reparametrized import SpectralNorm, WeightNorm
from weft.gluon.nn.resizing import (
    AdaptiveAvgPool1D,
    AdaptiveAvgPool2D,
    AdaptiveAvgPool3D,
    AdaptiveMaxPool1D,
    AdaptiveMaxPool2D,
    AdaptiveMaxPool3D,
    PixelShuffle1D,
    PixelShuffle2D,
    PixelShuffle3D,
    ReflectionPad2D,
    Upsample,
)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.gluon.nn", _words.LAYERS | _words.LOSSES, ("gluon.loss", "gluon.rnn")
    )

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Activation",
    "AdaptiveAvgPool1D",
    "AdaptiveAvgPool2D",
    "AdaptiveAvgPool3D",
    "AdaptiveMaxPool1D",
    "AdaptiveMaxPool2D",
    "AdaptiveMaxPool3D",
    "AvgPool1D",
    "AvgPool2D",
    "AvgPool3D",
    "BatchNorm",
    "BatchNormReLU",
    "Block",
    "BlockDict",
    "BlockList",
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
    "KeyValueCache",
    "Lambda",
    "LayerNorm",
    "LeakyReLU",
    "MaxPool1D",
    "MaxPool2D",
    "MaxPool3D",
    "ModulatedDeformableConvolution",
    "MultiHeadAttention",
    "PReLU",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
    "RMSNorm",
    "ReflectionPad2D",
    "Sequential",
    "SiLU",
    "SpectralNorm",
    "SqueezeExcitation",
    "SqueezeExcite",
    "StochasticDepth",
    "Swish",
    "SyncBatchNorm",
    "TransformerDecoderLayer",
    "TransformerEncoderLayer",
    "Upsample",
    "WeightNorm",
]
__dir__ = __all__.copy
