"""Layers whose weight is computed from other parameters: by length and direction, or of norm 1."""

from typing import Any

from weft import autograd, init, np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core.typing import DTypeLike, ndarray
from weft._trace.block_tree import not_hybrid
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter


class _Computed:
    """Stands in a layer where it had a parameter: its data is what the block around it computes."""

    def __init__(self, owner: "_Reparametrized") -> None:
        self._owner = owner

    def data(self, device: Any = None) -> Any:
        """The weight of now."""
        return self._owner.weight_now()

    @property
    def shape(self) -> Any:
        """That of the parameter that stood here."""
        return self._owner.source.shape

    @shape.setter
    def shape(self, shape: Any) -> None:
        self._owner.source.shape = shape

    @property
    def dtype(self) -> DTypeLike:
        """That of the parameter that stood here."""
        return self._owner.source.dtype


class _Reparametrized(HybridBlock):
    """A layer, of which one parameter is computed from those of this block."""

    def __init__(self, layer: HybridBlock, name: str, axis: int) -> None:
        super().__init__()
        where = type(self).__name__
        if not isinstance(layer, HybridBlock):
            raise InvalidType(f"{where}: `layer` must be a HybridBlock; got {not_hybrid(layer)}")
        if name not in layer.params:
            known = ", ".join(layer.params) or "none"
            raise InvalidValue(
                f"{where}: `name` must be a parameter of the layer; got {name!r}; it has {known}"
            )
        self.axis = axis
        self.layer = layer
        source = layer.params[name]
        setattr(layer, name, None)
        object.__setattr__(layer, name, _Computed(self))
        setattr(self, f"{name}_v", source)
        self._source_name = f"{name}_v"

    @property
    def source(self) -> Parameter:
        """The parameter that the layer had."""
        found: Parameter = getattr(self, self._source_name)
        return found

    def weight_now(self) -> Any:
        """The weight that the layer computes with."""
        raise NotImplementedError

    def infer_shape(self, *args: Any) -> None:
        self.layer.infer_shape(*args)
        self._shapes_follow()

    def _shapes_follow(self) -> None:
        """Sets the shapes of the other parameters, where that of the weight is known."""
        raise NotImplementedError

    def forward(self, *args: Any) -> Any:
        return self.layer(*args)


class WeightNorm(_Reparametrized):
    """A layer whose weight is `g v / |v|`: its lengths and its directions are trained apart
    (Salimans and Kingma 2016).

    layer: such as a Dense or a convolution; it becomes part of this block
    name: of its parameter; axis: of the units, which have a length each

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.WeightNorm(nn.Dense(3, in_units=2))
    >>> layer.initialize()
    >>> list(layer.collect_params())
    ['weight_v', 'weight_g', 'layer.bias']
    """

    def __init__(self, layer: HybridBlock, name: str = "weight", axis: int = 0) -> None:
        super().__init__(layer, name, axis)
        self._length = Parameter(f"{name}_g", shape=(-1,), init=_Lengths(self))
        setattr(self, f"{name}_g", self._length)
        object.__setattr__(self, "_length", self._length)
        self._own_parameters.pop("_length", None)
        self._shapes_follow()

    def _shapes_follow(self) -> None:
        shape = self.source.shape
        if self.source.is_shape_known and shape is not None:
            self._length.shape = (shape[self.axis],)

    def lengths(self, weight: Any) -> Any:
        """The length of each unit, in a shape that broadcasts to the weight."""
        axes = tuple(i for i in range(weight.ndim) if i != self.axis % weight.ndim)
        return np.sqrt(np.sum(np.square(weight), axis=axes, keepdims=True))

    def weight_now(self) -> Any:
        weight, length = self.source.data(), self._length.data()
        shape = [1] * weight.ndim
        shape[self.axis] = -1
        return weight * (length.reshape(shape) / np.maximum(self.lengths(weight), 1e-12))


class _Lengths(init.Initializer):
    """First lengths: those of the first weight, which so is what the layer would have had."""

    def __init__(self, owner: WeightNorm) -> None:
        self._owner = owner

    def fill(self, name: str, array: ndarray) -> None:
        """Writes the lengths."""
        array[...] = self._owner.lengths(self._owner.source.data().detach()).reshape(-1)


class SpectralNorm(_Reparametrized):
    """A layer whose weight has the spectral norm 1: it is divided by its largest singular value,
    which steps of the power method follow, one at each call in train mode (Miyato et al. 2018).

    layer, name, axis: as for `WeightNorm`; the weight is a matrix of `axis` and all other axes
    steps: of the power method at each call; epsilon: least length

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.SpectralNorm(nn.Dense(4, in_units=8))
    >>> layer.initialize()
    >>> layer(np.ones((2, 8))).shape
    (2, 4)
    """

    def __init__(
        self,
        layer: HybridBlock,
        name: str = "weight",
        axis: int = 0,
        steps: int = 1,
        epsilon: float = 1e-12,
    ) -> None:
        super().__init__(layer, name, axis)
        self.steps = require_whole("SpectralNorm", "steps", steps, 1)
        self.epsilon = epsilon
        self.u = Parameter("u", shape=(-1,), init="normal", differentiable=False)
        self._shapes_follow()

    def _shapes_follow(self) -> None:
        shape = self.source.shape
        if self.source.is_shape_known and shape is not None:
            self.u.shape = (shape[self.axis],)

    def weight_now(self) -> Any:
        weight = self.source.data()
        matrix = np.moveaxis(weight, self.axis, 0).reshape(weight.shape[self.axis], -1)
        state = self.u.data()
        left, right = self._directions(npx.stop_gradient(matrix), state)
        if self._moves():
            with autograd.pause():
                state[...] = left
        return weight / np.sum(left * np.matmul(matrix, right))

    def _directions(self, matrix: Any, left: Any) -> tuple[Any, Any]:
        """The directions of the largest singular value, as far as is known."""
        left = self._unit(left)
        right = self._unit(np.matmul(matrix.T, left))
        for _ in range(self.steps if self._moves() else 0):
            left = self._unit(np.matmul(matrix, right))
            right = self._unit(np.matmul(matrix.T, left))
        return npx.stop_gradient(left), npx.stop_gradient(right)

    def _moves(self) -> bool:
        return autograd.is_training() and not self.is_frozen

    def _unit(self, vector: Any) -> Any:
        return vector / np.maximum(np.sqrt(np.sum(np.square(vector))), self.epsilon)


__all__ = ["SpectralNorm", "WeightNorm"]
__dir__ = __all__.copy
