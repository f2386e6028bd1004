"""Layers without a window: dense, embeddings, functions as layers."""

import math
from collections.abc import Callable
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, NotFound
from weft._core.typing import DTypeLike
from weft.gluon._orders import check_embedding_dtype
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import activation_named, fallback_init_for
from weft.gluon.nn.containers import (  # noqa: F401 - pickles of earlier versions name them here
    Concatenate,
    HybridConcatenate,
    HybridSequential,
    Sequential,
)
from weft.gluon.parameter import Initializable, Parameter, require_bias


class Dense(HybridBlock):
    """`activation(x weightᵀ + bias)`: data (N, ...) to (N, U), or (..., in) to (..., U) without
    `flatten`.

    units: U; in_units: found at the first call if 0

    >>> from weft import gluon, np
    >>> layer = gluon.nn.Dense(2)
    >>> layer.initialize()
    >>> layer(np.ones((4, 3))).shape
    (4, 2)
    """

    def __init__(
        self,
        units: int,
        activation: str | None = None,
        *,
        use_bias: bool = True,
        flatten: bool = True,
        dtype: DTypeLike = "float32",
        weight_initializer: Initializable = None,
        bias_initializer: Initializable = "zeros",
        in_units: int = 0,
    ) -> None:
        super().__init__()
        if units < 1:
            raise InvalidValue(f"Dense: `units` must be at least 1; got {units}")
        require_bias("Dense", use_bias, bias_initializer)
        self.units = units
        self.flatten = flatten
        self.weight = Parameter(
            "weight", shape=(units, in_units or -1), dtype=dtype, init=weight_initializer
        )
        self.weight.fallback_init = fallback_init_for(activation)
        self.bias = (
            Parameter("bias", shape=(units,), dtype=dtype, init=bias_initializer)
            if use_bias
            else None
        )
        self.activation = activation_named(activation) if activation else None
        self.activation_name = activation

    @property
    def dtype(self) -> DTypeLike:
        """Of its weight, and so of its data."""
        return self.weight.dtype

    def _lacks_batch_axis(self, shape: tuple[int, ...]) -> bool:
        return len(shape) == 1

    def infer_shape(self, x: Any) -> None:
        features = math.prod(x.shape[1:]) if self.flatten else x.shape[-1]
        self.weight.shape = (self.units, features)

    def forward(self, x: Any) -> Any:
        bias = None if self.bias is None else self.bias.data()
        out = npx.fully_connected(x, self.weight.data(), bias, flatten=self.flatten)
        return out if self.activation is None else self.activation(out)

    def describe(self) -> str:
        shape = self.weight.shape
        return f"{shape[1] if shape[1] > 0 else None} -> {shape[0]}, {self.activation_name}"


class Embedding(HybridBlock):
    """A trained vector for each integer: (...) to (..., U).

    input_dim: how many integers, 0 to input_dim - 1: others are refused; output_dim: U
    sparse_grad: the gradient of the table is a `weft.sparse.RowSparseArray` of the rows that were
        looked up; with it and an optimizer's `lazy_update=True`, a step does not touch the others

    >>> from weft import gluon, np
    >>> layer = gluon.nn.Embedding(10, 4)
    >>> layer.initialize()
    >>> layer(np.array([[1, 2, 3]])).shape
    (1, 3, 4)
    """

    def __init__(
        self,
        input_dim: int,
        output_dim: int,
        dtype: DTypeLike = "float32",
        weight_initializer: Initializable = None,
        sparse_grad: bool = False,
    ) -> None:
        super().__init__()
        check_embedding_dtype(dtype)
        self._sparse_grad = sparse_grad
        for name, extent in (("input_dim", input_dim), ("output_dim", output_dim)):
            if extent < 1:
                raise InvalidValue(f"Embedding: `{name}` must be at least 1; got {extent}")
        self.weight = Parameter(
            "weight",
            shape=(input_dim, output_dim),
            dtype=dtype,
            init=weight_initializer,
            grad_stype="row_sparse" if sparse_grad else "default",
        )

    def forward(self, x: Any) -> Any:
        return npx.embedding(x, self.weight.data(), sparse_grad=self._sparse_grad)

    def describe(self) -> str:
        return f"{self.weight.shape[0]} -> {self.weight.shape[1]}"


class Flatten(HybridBlock):
    """Merges all axes but the first: (N, ...) to (N, product).

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.Flatten()(np.ones((2, 3, 4, 4))).shape
    (2, 48)
    """

    def forward(self, x: Any) -> Any:
        return npx.batch_flatten(x)


class Identity(HybridBlock):
    """Gives back what it is given.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.Identity()(np.array([1.0, 2.0]))
    array([1., 2.])
    """

    def forward(self, x: Any) -> Any:
        return x


def _function(spec: str | Callable[..., Any]) -> Callable[..., Any]:
    if not isinstance(spec, str):
        return spec
    for module in (np, npx):
        if spec in module.__all__:
            return getattr(module, spec)
    raise NotFound(f"Lambda: neither np nor npx has a function named {spec!r}")


class Lambda(Block):
    """A function as a block, or one of np or npx by its name.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> nn.Lambda("square")(np.array([1.0, 2.0, 3.0]))
    array([1., 4., 9.])
    """

    def __init__(self, function: str | Callable[..., Any]) -> None:
        super().__init__()
        self.function = _function(function)

    def forward(self, *args: Any) -> Any:
        return self.function(*args)

    def describe(self) -> str:
        return getattr(self.function, "__name__", "function")


class HybridLambda(HybridBlock):
    """A function that can be traced as a block, or one of np or npx by its name.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> last = nn.HybridLambda(lambda x: x[:, -1])
    >>> net = nn.HybridSequential(nn.Dense(4, flatten=False), last)
    >>> net.initialize()
    >>> net(np.ones((2, 5, 3))).shape
    (2, 4)
    """

    def __init__(self, function: str | Callable[..., Any]) -> None:
        super().__init__()
        self.function = _function(function)

    def forward(self, *args: Any) -> Any:
        return self.function(*args)

    def describe(self) -> str:
        return getattr(self.function, "__name__", "function")


__all__ = ["Dense", "Embedding", "Flatten", "HybridLambda", "Identity", "Lambda"]
__dir__ = __all__.copy
