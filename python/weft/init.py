"""How parameters get their first values.

An initializer given to a parameter itself sets it. One given to `initialize()` of a block obeys the
names: `bias`, `beta` and running means become 0, `gamma` and running variances 1, the rest what the
initializer is for.
"""

import math
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue
from weft._base.options import require, require_finite
from weft._base.registry import Registry
from weft._core.typing import ndarray

_registry = Registry("init", _words.INITIALIZER_NAMES)

_BY_NAME = {
    **dict.fromkeys(("bias", "beta", "running_mean", "moving_mean"), 0.0),
    **dict.fromkeys(("gamma", "running_var", "moving_var"), 1.0),
}


class Initializer:
    """Base of all initializers. A subclass writes the elements in `fill`.

    >>> from weft import init, np
    >>> from weft.gluon import nn
    >>> class Diagonal(init.Initializer):
    ...     def fill(self, name, array):
    ...         array[...] = np.eye(*array.shape)
    >>> layer = nn.Dense(2, in_units=2, weight_initializer=Diagonal())
    >>> layer.initialize()
    >>> layer.weight.data()
    array([[1., 0.],
           [0., 1.]])
    """

    def __call__(self, name: str, array: ndarray) -> None:
        """Sets `array`, the parameter of that name, by the rules for names."""
        kind = name.rpartition(".")[2]
        for suffix, value in _BY_NAME.items():
            if kind.endswith(suffix):
                array[...] = value
                return
        self.fill(name, array)

    def fill(self, name: str, array: ndarray) -> None:
        """Writes the elements of `array`, whatever its name is."""
        raise NotImplementedError

    def __repr__(self) -> str:
        options = ", ".join(f"{key}={value!r}" for key, value in vars(self).items())
        return f"{type(self).__name__}({options})"


def _write_uniform(array: ndarray, scale: float) -> None:
    from weft.np import random

    array[...] = random.uniform(-scale, scale, array.shape, array.dtype)


def _write_normal(array: ndarray, sigma: float) -> None:
    from weft.np import random

    array[...] = random.normal(0.0, sigma, array.shape, array.dtype)


class Constant(Initializer):
    """Every element `value`.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(1, in_units=2, weight_initializer=init.Constant(0.5))
    >>> layer.initialize()
    >>> layer.weight.data()
    array([[0.5, 0.5]])
    """

    def __init__(self, value: float = 0.0) -> None:
        self.value = value

    def fill(self, name: str, array: ndarray) -> None:
        array[...] = self.value


class Zero(Constant):
    """Every element 0.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(1, in_units=2, weight_initializer=init.Zero())
    >>> layer.initialize()
    >>> layer.weight.data()
    array([[0., 0.]])
    """

    def __init__(self) -> None:
        super().__init__(0.0)


class One(Constant):
    """Every element 1.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(1, in_units=2, weight_initializer=init.One())
    >>> layer.initialize()
    >>> layer.weight.data()
    array([[1., 1.]])
    """

    def __init__(self) -> None:
        super().__init__(1.0)


class Uniform(Initializer):
    """Uniform in [-scale, scale); Gluon's own choice where nobody says anything.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(64, in_units=64, weight_initializer=init.Uniform(0.1))
    >>> layer.initialize()
    >>> bool(abs(layer.weight.data()).max() <= 0.1)
    True
    """

    def __init__(self, scale: float = 0.07) -> None:
        require_finite("Uniform", scale=scale)
        self.scale = scale

    def fill(self, name: str, array: ndarray) -> None:
        _write_uniform(array, self.scale)


class Normal(Initializer):
    """Normal with mean 0 and standard deviation `sigma`.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(64, in_units=64, weight_initializer=init.Normal(0.1))
    >>> layer.initialize()
    >>> 0.09 < float(layer.weight.data().std()) < 0.11
    True
    """

    def __init__(self, sigma: float = 0.01) -> None:
        require(0 <= sigma < math.inf, "Normal", "sigma", "at least 0 and finite", sigma)
        self.sigma = sigma

    def fill(self, name: str, array: ndarray) -> None:
        _write_normal(array, self.sigma)


def _fans(initializer: str, name: str, array: ndarray, factor_type: str) -> float:
    """Inputs of an element of the layer (fan-in), outputs of one of its inputs, or their mean."""
    if array.ndim < 2:
        raise InvalidValue(
            f"{initializer}: `{name}` must have at least 2 axes; got shape {array.shape}"
        )
    receptive = math.prod(array.shape[2:])
    fan_in, fan_out = array.shape[1] * receptive, array.shape[0] * receptive
    factor = {"avg": (fan_in + fan_out) / 2, "in": fan_in, "out": fan_out}[factor_type]
    return max(factor, 1)


def _check_factor_type(initializer: str, factor_type: str) -> None:
    if factor_type not in ("avg", "in", "out"):
        raise InvalidValue(
            f"{initializer}: `factor_type` must be 'avg', 'in' or 'out'; got {factor_type!r}"
        )


class VarianceScaling(Initializer):
    """Uniform, with variance `scale` / factor, so that what a layer gives has about `scale` times
    the variance of what it is given, however wide and deep the network is (LeCun et al. 1998; He
    et al. 2015 with `scale=2`, for layers before a rectifier).

    It is what parameters get where nobody says anything, with `scale=2` in layers whose own
    activation is a rectifier: `docs/training.md` says why.

    factor_type: as for Xavier; a vector counts as one row, of its extent

    >>> from weft import init, np
    >>> weights = np.zeros((400, 300))
    >>> init.VarianceScaling(2.0).fill("weight", weights)
    >>> round(float(weights.var() * 300), 1)
    2.0
    """

    def __init__(self, scale: float = 1.0, factor_type: str = "in") -> None:
        require(0 <= scale < math.inf, "VarianceScaling", "scale", "at least 0 and finite", scale)
        _check_factor_type("VarianceScaling", factor_type)
        self.scale, self.factor_type = scale, factor_type

    def fill(self, name: str, array: ndarray) -> None:
        if array.ndim < 2:
            factor = float(max(array.size, 1))
        else:
            factor = _fans("VarianceScaling", name, array, self.factor_type)
        _write_uniform(array, math.sqrt(3 * self.scale / factor))


class Xavier(Initializer):
    """Uniform in [-s, s) with s = sqrt(magnitude / factor), which keeps the variance of
    activations about the same from layer to layer (Glorot and Bengio 2010).

    factor_type: factor is the mean of fan-in and fan-out ("avg"), or one of them ("in", "out")

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(64, in_units=64), nn.Dense(2, in_units=64))
    >>> net.initialize(init.Xavier())
    >>> bool(abs(net[0].weight.data()).max() <= (3 / 64) ** 0.5)
    True
    """

    def __init__(self, factor_type: str = "avg", magnitude: float = 3.0) -> None:
        _check_factor_type("Xavier", factor_type)
        self.factor_type = factor_type
        require(0 <= magnitude < math.inf, "Xavier", "magnitude", "at least 0", magnitude)
        self.magnitude = magnitude

    def fill(self, name: str, array: ndarray) -> None:
        factor = _fans("Xavier", name, array, self.factor_type)
        _write_uniform(array, math.sqrt(self.magnitude / factor))


class MSRAPrelu(Initializer):
    """Normal with variance 2 / ((1 + slope²) factor), for layers before a rectifier (He et al.
    2015).

    factor_type: as for Xavier
    slope: of the rectifier below 0

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(64, in_units=64, weight_initializer=init.MSRAPrelu(slope=0.0))
    >>> layer.initialize()
    >>> 0.16 < float(layer.weight.data().std()) < 0.19  # sqrt(2 / 64)
    True
    """

    def __init__(self, factor_type: str = "avg", slope: float = 0.25) -> None:
        _check_factor_type("MSRAPrelu", factor_type)
        require_finite("MSRAPrelu", slope=slope)
        self.factor_type = factor_type
        self.slope = slope

    def fill(self, name: str, array: ndarray) -> None:
        factor = _fans("MSRAPrelu", name, array, self.factor_type)
        _write_normal(array, math.sqrt(2 / (1 + self.slope**2) / factor))


class Orthogonal(Initializer):
    """`scale` times a random matrix with orthonormal rows, or columns where there are fewer of
    them, uniform among all such (Saxe et al. 2014). Axes behind the first count as columns.

    >>> from weft import init, np
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(4, in_units=4, weight_initializer=init.Orthogonal(scale=1.0))
    >>> layer.initialize()
    >>> w = layer.weight.data()
    >>> bool(abs(w @ w.T - np.eye(4)).max() < 1e-5)
    True
    """

    def __init__(self, scale: float = math.sqrt(2)) -> None:
        require_finite("Orthogonal", scale=scale)
        self.scale = scale

    def fill(self, name: str, array: ndarray) -> None:
        import numpy

        from weft.np import random

        if array.ndim < 2:
            raise InvalidValue(
                f"Orthogonal: `{name}` must have at least 2 axes; got shape {array.shape}"
            )
        rows, columns = array.shape[0], math.prod(array.shape[1:])
        tall = random.normal(size=(max(rows, columns), min(rows, columns)), dtype="float64")
        q, r = numpy.linalg.qr(tall.asnumpy())
        # Signs by which R's diagonal is positive make Q uniform (Mezzadri 2007).
        q *= self.scale * numpy.copysign(1, numpy.diagonal(r))
        array[...] = (q if rows >= columns else q.T).reshape(array.shape)


for _cls, _names in (
    (Constant, ()),
    (Zero, ("zeros",)),
    (One, ("ones",)),
    (Uniform, ()),
    (Normal, ()),
    (VarianceScaling, ("variance_scaling",)),
    (Xavier, ("glorot",)),
    (MSRAPrelu, ("he",)),
    (Orthogonal, ()),
):
    _registry.add(_cls, *_names)


def create(spec: "str | Initializer", **options: Any) -> Initializer:
    """The initializer that a name stands for, such as "zeros" or "xavier"; others are returned.

    >>> from weft import init
    >>> type(init.create("xavier", magnitude=2.0)).__name__
    'Xavier'
    """
    return _registry.create(spec, **options)


def register(cls: type) -> type:
    """Decorator: makes an own initializer known by its lower-case name.

    >>> from weft import init
    >>> from weft.gluon import nn
    >>> @init.register
    ... class Halves(init.Initializer):
    ...     def fill(self, name, array):
    ...         array[...] = 0.5
    >>> layer = nn.Dense(1, in_units=2, weight_initializer="halves")
    >>> layer.initialize()
    >>> layer.weight.data()
    array([[0.5, 0.5]])
    """
    return _registry.add(cls)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.init", _words.INITIALIZERS)

__all__ = [
    "Constant",
    "Initializer",
    "MSRAPrelu",
    "Normal",
    "One",
    "Orthogonal",
    "Uniform",
    "VarianceScaling",
    "Xavier",
    "Zero",
    "create",
    "register",
]
__dir__ = __all__.copy
