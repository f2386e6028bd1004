"""Layers of `mx.gluon.contrib.nn`, which 2.0 moved to `mx.gluon.nn` under these or other names."""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.nn import (
    Concatenate,
    Embedding,
    HybridConcatenate,
    Identity,
    PixelShuffle1D,
    PixelShuffle2D,
    PixelShuffle3D,
    SyncBatchNorm,
)


class Concurrent(Concatenate):
    """Blocks on the same input, their outputs concatenated along `axis`."""


class HybridConcurrent(HybridConcatenate):
    """Hybrid blocks on the same input, their outputs concatenated along `axis`."""


class SparseEmbedding(Embedding):
    """An `Embedding` whose gradient has the rows that were looked up, and no others.

    input_dim, output_dim: how many words, and elements of each
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: Any = "float32",
        weight_initializer: Any = None,
        **names: Any,
    ) -> None:
        super().__init__(
            input_dim, output_dim, dtype, weight_initializer, sparse_grad=True, **names
        )


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.contrib.nn", _words.LAYERS, ("gluon.nn",))

__all__ = [
    "Concurrent",
    "HybridConcurrent",
    "Identity",
    "PixelShuffle1D",
    "PixelShuffle2D",
    "PixelShuffle3D",
    "SparseEmbedding",
    "SyncBatchNorm",
]
__dir__ = __all__.copy
