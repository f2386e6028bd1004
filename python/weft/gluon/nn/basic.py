"""Layers without a window: containers, dense, functions as layers."""

import math
from collections.abc import Callable, Iterator
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue, NotFound
from weft._core.typing import DTypeLike
from weft.gluon.block import Block
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.nn.activations import activation_named
from weft.gluon.parameter import Initializable, Parameter, require_bias


class _Container:
    """Children in order; mixed into Sequential and HybridSequential."""

    _children: dict[str, Block]

    def add(self, *blocks: Block) -> None:
        """Appends blocks."""
        for block in blocks:
            self.register_child(block)  # type: ignore[attr-defined]

    def forward(self, x: Any, *args: Any) -> Any:
        for block in self._children.values():
            x = block(x, *args)
            args = ()
            if isinstance(x, tuple | list):
                x, args = x[0], tuple(x[1:])
        return (x, *args) if args else x

    def __len__(self) -> int:
        return len(self._children)

    def __iter__(self) -> Iterator[Block]:
        return iter(self._children.values())

    def __getitem__(self, key: int | slice) -> Any:
        blocks = list(self._children.values())[key]
        return type(self)(*blocks) if isinstance(blocks, list) else blocks


class Sequential(_Container, Block):
    """Blocks one after another. `Sequential(a, b)`, or `add(a, b)` later."""

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.add(*blocks)


class HybridSequential(_Container, HybridBlock):
    """Hybrid blocks one after another, which `hybridize()` makes one graph."""

    def __init__(self, *blocks: Block) -> None:
        super().__init__()
        self.add(*blocks)


class _Concatenating:
    """Each child on the same input, their outputs side by side; mixed into Concatenate and
    HybridConcatenate."""

    def forward(self, x: Any) -> Any:
        return np.concatenate([block(x) for block in self], axis=self.axis)  # type: ignore


class Concatenate(_Concatenating, Sequential):
    """Blocks on the same input, their outputs concatenated along `axis`."""

    def __init__(self, *blocks: Block, axis: int = -1) -> None:
        super().__init__(*blocks)
        self.axis = axis


class HybridConcatenate(_Concatenating, HybridSequential):
    """Hybrid blocks on the same input, their outputs concatenated along `axis`.

    >>> from weft import gluon, np
    >>> towers = gluon.nn.HybridConcatenate(gluon.nn.Dense(2), gluon.nn.Identity(), axis=1)
    >>> towers.initialize()
    >>> towers(np.ones((4, 3))).shape
    (4, 5)
    """

    def __init__(self, *blocks: Block, axis: int = -1) -> None:
        super().__init__(*blocks)
        self.axis = axis


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
    """Merges all axes but the first: (N, ...) to (N, product)."""

    def forward(self, x: Any) -> Any:
        return npx.batch_flatten(x)


class Identity(HybridBlock):
    """Gives back what it is given."""

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
    """A function as a block, or one of np or npx by its name."""

    def __init__(self, function: str | Callable[..., Any]) -> None:
        super().__init__()
        self.function = _function(function)

    def forward(self, *args: Any) -> Any:
        return self.function(*args)

    def describe(self) -> str:
        return getattr(self.function, "__name__", "function")


class HybridLambda(HybridBlock):
    """A function that can be traced as a block, or one of np or npx by its name."""

    def __init__(self, function: str | Callable[..., Any]) -> None:
        super().__init__()
        self.function = _function(function)

    def forward(self, *args: Any) -> Any:
        return self.function(*args)

    def describe(self) -> str:
        return getattr(self.function, "__name__", "function")


__all__ = [
    "Concatenate",
    "Dense",
    "Embedding",
    "Flatten",
    "HybridConcatenate",
    "HybridLambda",
    "HybridSequential",
    "Identity",
    "Lambda",
    "Sequential",
]
__dir__ = __all__.copy
