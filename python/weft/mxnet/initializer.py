"""First values of parameters, as `mx.init` has them.

An initializer that a parameter of Gluon gets sets it whatever its name is. One that is called with
a name, as Module does, obeys it: `bias` and `beta` become 0, `gamma` 1, `weight` what the
initializer is for; other names are refused, as in MXNet.

>>> from weft import np
>>> from weft import mxnet as mx
>>> weight = np.zeros((2, 2))
>>> mx.init.Constant(3)("fc_weight", weight)
>>> float(weight.sum())
12.0
"""

import itertools
import json
import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from weft import init as _native
from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue, NotFound
from weft._base.registry import Registry as _Registry
from weft._core.typing import ndarray
from weft.np import random as _random

_registry = _Registry("init")


class UnregisteredError(NotFound, AssertionError):
    """The name of no initializer."""

    __module__ = "weft.mxnet"


class InitDesc(str):
    """The name of a parameter, with the attributes of its variable.

    global_init: the initializer that holds where the attributes name none
    """

    attrs: Mapping[str, str]
    global_init: Any

    def __new__(
        cls, name: str, attrs: Mapping[str, str] | None = None, global_init: Any = None
    ) -> "InitDesc":
        made = super().__new__(cls, name)
        made.attrs = attrs or {}
        made.global_init = global_init
        return made


# What MXNet does by the end of a name, and which method of an initializer does it.
_BY_NAME = (
    ("weight", "_init_weight"),
    ("bias", "_init_bias"),
    ("gamma", "_init_gamma"),
    ("beta", "_init_beta"),
    ("min", "_init_zero"),
    ("max", "_init_one"),
    ("running_mean", "_init_zero"),
    ("moving_mean", "_init_zero"),
    ("running_var", "_init_one"),
    ("moving_var", "_init_one"),
)


class Initializer(_native.Initializer):
    """Base of all initializers. A subclass writes `_init_weight(name, array)`.

    options: what `dumps` writes, so that `create` makes an equal one again
    """

    def __init__(self, **options: Any) -> None:
        self._kwargs = options
        self._verbose = False
        self._print_func: Any = None

    def set_verbosity(self, verbose: bool = False, print_func: Any = None) -> "Initializer":
        """Prints what each parameter became, if `verbose`."""
        self._verbose, self._print_func = verbose, print_func
        return self

    def __repr__(self) -> str:
        options = ", ".join(f"{word}={value!r}" for word, value in self._kwargs.items())
        return f"{type(self).__name__}({options})"

    def dumps(self) -> str:
        """The initializer as text: its name and options."""
        return json.dumps([type(self).__name__.lower(), _plain(self._kwargs)])

    def __call__(self, desc: Any, arr: ndarray) -> None:
        """Sets `arr`, the parameter of that name, by the rules for names.

        Raises ValueError for a name that no rule is for.
        """
        if not isinstance(desc, InitDesc):
            desc = InitDesc(desc)
        if desc.global_init is None:
            desc.global_init = self
        asked = desc.attrs.get("__init__", "")
        if asked:
            create(asked)._init_weight(desc, arr)
            return
        for ending, method in _BY_NAME:
            if desc.endswith(ending):
                getattr(self, method)(desc, arr)
                return
        self._init_default(desc, arr)

    def fill(self, name: str, array: ndarray) -> None:
        """Writes the elements of `array`, whatever its name is."""
        self._init_weight(name if isinstance(name, InitDesc) else InitDesc(name), array)

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and _plain(self._kwargs) == _plain(other._kwargs)  # type: ignore

    def __hash__(self) -> int:
        return hash(type(self))

    def _init_zero(self, name: str, array: ndarray) -> None:
        array[...] = 0

    def _init_one(self, name: str, array: ndarray) -> None:
        array[...] = 1

    _init_bias = _init_zero
    _init_beta = _init_zero
    _init_gamma = _init_one

    def _init_weight(self, name: str, array: ndarray) -> None:
        raise NotImplementedError(f"{type(self).__name__}: `_init_weight` is not written")

    def _init_default(self, name: str, array: ndarray) -> None:
        raise InvalidValue(
            f"init: `{name}` must end in weight, bias, gamma or beta to have first values by its "
            "name; give its variable an initializer, `mx.sym.var(name, init=…)`"
        )


def _plain(options: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: value.tolist() if isinstance(value, ndarray | numpy.ndarray) else value
        for name, value in options.items()
    }


class Zero(Initializer):
    """Every element 0."""

    def __init__(self) -> None:
        super().__init__()

    _init_weight = Initializer._init_zero


class One(Initializer):
    """Every element 1."""

    def __init__(self) -> None:
        super().__init__()

    _init_weight = Initializer._init_one


class Constant(Initializer):
    """Every element `value`, a number or an array."""

    def __init__(self, value: Any) -> None:
        super().__init__(**_plain({"value": value}))
        self.value = value

    def _init_weight(self, name: str, array: ndarray) -> None:
        plain = isinstance(self.value, ndarray | int | float)
        array[...] = self.value if plain else np.array(numpy.asarray(self.value), dtype=array.dtype)


class _Drawn(Initializer):
    """One of Weft's own initializers, of which the options are checked there."""

    def __init__(self, native: _native.Initializer, **options: Any) -> None:
        super().__init__(**options)
        self._native = native

    def _init_weight(self, name: str, array: ndarray) -> None:
        self._native.fill(str(name), array)


class Uniform(_Drawn):
    """Uniform in [-scale, scale)."""

    def __init__(self, scale: float = 0.07) -> None:
        super().__init__(_native.Uniform(scale), scale=scale)
        self.scale = scale


class Normal(_Drawn):
    """Normal with mean 0 and standard deviation `sigma`."""

    def __init__(self, sigma: float = 0.01) -> None:
        super().__init__(_native.Normal(sigma), sigma=sigma)
        self.sigma = sigma


class Xavier(Initializer):
    """Of scale sqrt(magnitude / factor) (Glorot and Bengio 2010).

    rnd_type: 'uniform' in [-scale, scale), or 'gaussian' with that standard deviation
    factor_type: factor is the mean of fan-in and fan-out ('avg'), or one of them ('in', 'out')
    """

    def __init__(
        self, rnd_type: str = "uniform", factor_type: str = "avg", magnitude: float = 3
    ) -> None:
        super().__init__(rnd_type=rnd_type, factor_type=factor_type, magnitude=magnitude)
        if rnd_type not in ("uniform", "gaussian"):
            raise InvalidValue(
                f"Xavier: `rnd_type` must be 'uniform' or 'gaussian'; got {rnd_type!r}"
            )
        self.rnd_type = rnd_type
        self.factor_type = factor_type
        self.magnitude = float(magnitude)
        self._native = _native.Xavier(factor_type, float(magnitude))

    def _init_weight(self, name: str, array: ndarray) -> None:
        if self.rnd_type == "uniform":
            self._native.fill(str(name), array)
            return
        factor = _native._fans(type(self).__name__, str(name), array, self.factor_type)
        _native.Normal(math.sqrt(self.magnitude / factor)).fill(str(name), array)


class MSRAPrelu(Xavier):
    """Normal with variance 2 / ((1 + slope²) factor), for layers before a rectifier (He et al.
    2015)."""

    def __init__(self, factor_type: str = "avg", slope: float = 0.25) -> None:
        super().__init__("gaussian", factor_type, 2.0 / (1 + slope**2))
        self._kwargs = {"factor_type": factor_type, "slope": slope}


class Orthogonal(Initializer):
    """`scale` times a matrix with orthonormal rows, or columns where there are fewer of them.

    rand_type: what it is made of, 'uniform' or 'normal'
    """

    def __init__(self, scale: float = 1.414, rand_type: str = "uniform") -> None:
        super().__init__(scale=scale, rand_type=rand_type)
        if rand_type not in ("uniform", "normal"):
            raise InvalidValue(
                f"Orthogonal: `rand_type` must be 'uniform' or 'normal'; got {rand_type!r}"
            )
        self.scale = scale
        self.rand_type = rand_type

    def _init_weight(self, name: str, array: ndarray) -> None:
        if self.rand_type == "normal":
            _native.Orthogonal(self.scale).fill(str(name), array)
            return
        rows, columns = array.shape[0], math.prod(array.shape[1:])
        drawn = _random.uniform(-1.0, 1.0, (rows, columns), dtype="float64").asnumpy()
        left, _, right = numpy.linalg.svd(drawn, full_matrices=False)
        made = left if left.shape == drawn.shape else right
        array[...] = np.array(self.scale * made.reshape(array.shape), dtype=array.dtype)


class Bilinear(Initializer):
    """Weights of a transposed convolution that enlarges images bilinearly: (C, 1, K, K)."""

    def __init__(self) -> None:
        super().__init__()

    def _init_weight(self, name: str, array: ndarray) -> None:
        if array.ndim < 2:
            raise InvalidValue(
                f"Bilinear: `{name}` must have at least 2 axes; got shape {array.shape}"
            )
        *_, height, width = array.shape
        factor = math.ceil(width / 2.0)
        center = (2 * factor - 1 - factor % 2) / (2.0 * factor)
        down = 1 - numpy.abs(numpy.arange(height) / factor - center)
        right = 1 - numpy.abs(numpy.arange(width) / factor - center)
        whole = numpy.broadcast_to(numpy.outer(down, right), array.shape)
        array[...] = np.array(whole, dtype=array.dtype)


class LSTMBias(Initializer):
    """Biases of an LSTM: `forget_bias` for its forget gate, which is the second quarter, else 0."""

    def __init__(self, forget_bias: float = 1.0) -> None:
        super().__init__(forget_bias=forget_bias)
        self.forget_bias = forget_bias

    def _init_weight(self, name: str, array: ndarray) -> None:
        units = array.shape[0] // 4
        array[...] = 0
        array[units : 2 * units] = self.forget_bias


class Mixed:
    """One initializer for each pattern of names; the first pattern that fits counts.

    patterns: regular expressions, looked for from the start of a name
    """

    def __init__(self, patterns: Sequence[str], initializers: Sequence[Initializer]) -> None:
        if len(patterns) != len(initializers):
            raise InvalidValue(
                f"Mixed: `patterns` and `initializers` must be as many; got {len(patterns)} and "
                f"{len(initializers)}"
            )
        self.map = [(re.compile(p), i) for p, i in zip(patterns, initializers, strict=True)]

    def __call__(self, name: str, arr: ndarray) -> None:
        """Sets `arr` by the first pattern that fits. Raises ValueError if none does."""
        for pattern, initializer in self.map:
            if pattern.match(name):
                initializer(name, arr)
                return
        raise InvalidValue(
            f"Mixed: no pattern fits `{name}`; a last pattern '.*' is for all others"
        )


class Load:
    """The arrays of a file, or of a dict, by name; `default_init` for those that it lacks."""

    def __init__(self, param: Any, default_init: Any = None, verbose: bool = False) -> None:
        if isinstance(param, str):
            from weft.mxnet import ndarray as lists

            param = lists.load(param)
        if not isinstance(param, Mapping):
            raise MismatchError(
                "Load: `param` must be a dict of arrays, or the name of a file; got "
                f"{type(param).__name__}"
            )
        self.param = {re.sub("^(arg|aux):", "", name): array for name, array in param.items()}
        self.default_init = default_init
        self.verbose = verbose

    def __call__(self, name: str, arr: ndarray) -> None:
        """Sets `arr`. Raises AssertionError for another shape, and for a name without array."""
        if name in self.param:
            value = self.param[name]
            if tuple(value.shape) != tuple(arr.shape):
                raise MismatchError(
                    f"Load: `{name}` must have shape {tuple(arr.shape)}; the file has "
                    f"{tuple(value.shape)}"
                )
            arr[...] = value
        elif self.default_init is not None:
            self.default_init(name, arr)
        else:
            raise MismatchError(f"Load: there is no array `{name}`, and no `default_init`")


class MismatchError(InvalidValue, AssertionError):
    """An array of a file that does not fit."""

    __module__ = "weft.mxnet"


class RNNFused(Initializer):
    """The one vector of parameters that a recurrent operator takes, each part by its own
    initializer: all weights first, layer by layer and direction by direction, then all biases.

    mode: 'rnn_relu', 'rnn_tanh', 'lstm' or 'gru'
    i2h_weight_initializer, …: of each kind of part; None for the one that `initialize` is given
    """

    def __init__(
        self,
        mode: str,
        num_layers: int,
        state_size: int,
        bidirectional: bool = False,
        projection_size: int | None = None,
        i2h_weight_initializer: Any = None,
        h2h_weight_initializer: Any = None,
        i2h_bias_initializer: Any = None,
        h2h_bias_initializer: Any = None,
        h2r_weight_initializer: Any = None,
    ) -> None:
        parts = {
            "i2h_weight_initializer": i2h_weight_initializer,
            "h2h_weight_initializer": h2h_weight_initializer,
            "i2h_bias_initializer": i2h_bias_initializer,
            "h2h_bias_initializer": h2h_bias_initializer,
            "h2r_weight_initializer": h2r_weight_initializer,
        }
        super().__init__(
            mode=mode,
            num_layers=num_layers,
            state_size=state_size,
            bidirectional=bidirectional,
            projection_size=projection_size,
            **{word: create(first).dumps() for word, first in parts.items() if first is not None},
        )
        from weft.mxnet._operators.recurrent import GATES

        if mode not in GATES:
            raise InvalidValue(f"RNNFused: `mode` must be one of {', '.join(GATES)}; got {mode!r}")
        self._sizes = (state_size, num_layers, 2 if bidirectional else 1, projection_size)
        self._weights = [i2h_weight_initializer, h2h_weight_initializer]
        self._weights += [h2r_weight_initializer] if projection_size else []
        self._biases = [i2h_bias_initializer or Zero(), h2h_bias_initializer or Zero()]
        self._default: Any = None

    def set_initializer(self, init: Any) -> None:
        """What weights without an initializer of their own get."""
        self._default = init

    def _init_weight(self, name: str, array: ndarray) -> None:
        from weft.mxnet._operators.recurrent import features_of, shapes_of

        mode = self._kwargs["mode"]
        features = features_of(mode, array.size, *self._sizes)
        place = 0
        # Both kinds of parts come in turns: of the input, of the state, of the projection.
        weights, biases = itertools.cycle(self._weights), itertools.cycle(self._biases)
        for shape in shapes_of(mode, features, *self._sizes):
            part = np.zeros(shape, dtype=array.dtype)
            first = next(weights if len(shape) > 1 else biases)
            create(first or self._default or Uniform())._init_weight(name, part)
            array[place : place + part.size] = part.reshape(-1)
            place += part.size


class FusedRNN(Initializer):
    """1.x: the vector of parameters of `mx.rnn.FusedRNNCell`, all parts by `init`; the forget gates
    of an LSTM have `forget_bias` as their bias.

    init: an initializer, its text, or None for the one that holds for all
    """

    def __init__(
        self,
        init: Any,
        num_hidden: int,
        num_layers: int,
        mode: str,
        bidirectional: bool = False,
        forget_bias: float = 1.0,
    ) -> None:
        found = create(init) if init is not None else None
        super().__init__(
            init=None if found is None else found.dumps(),
            num_hidden=num_hidden,
            num_layers=num_layers,
            mode=mode,
            bidirectional=bidirectional,
            forget_bias=forget_bias,
        )
        self._init = found
        self._options = (mode, num_layers, num_hidden, bidirectional)
        self._forget_bias = forget_bias

    def _init_weight(self, name: str, array: ndarray) -> None:
        weights = self._init or getattr(name, "global_init", None) or Uniform()
        forget = LSTMBias(self._forget_bias) if self._options[0] == "lstm" else Zero()
        RNNFused(
            *self._options,
            i2h_weight_initializer=weights,
            h2h_weight_initializer=weights,
            i2h_bias_initializer=forget,
            h2h_bias_initializer=Zero(),
        )._init_weight(name, array)


for _cls, _names in (
    (Zero, ("zeros",)),
    (One, ("ones",)),
    (Constant, ()),
    (Uniform, ()),
    (Normal, ("gaussian",)),
    (Xavier, ()),
    (MSRAPrelu, ()),
    (Orthogonal, ()),
    (Bilinear, ()),
    (LSTMBias, ()),
    (RNNFused, ()),
    (FusedRNN, ()),
):
    _registry.add(_cls, *_names)


def create(spec: Any, *args: Any, **options: Any) -> Any:
    """The initializer of a name, or of the text that `dumps` wrote; others are given back.

    Raises AssertionError for a name that nobody registered.
    """
    if not isinstance(spec, str):
        return spec
    if spec.startswith("["):
        name, found = json.loads(spec)
        return create(name, **found)
    for known in (_registry, _native._registry):
        if spec.lower() in known:
            return known.create(spec, *args, **options)
    names = sorted({*_registry, *_native._registry})
    raise UnregisteredError(*_spelling.unknown("init", spec, names).args)


def register(klass: type) -> type:
    """Decorator: makes an own initializer known by its lower-case name."""
    return _registry.add(klass)


def alias(*aliases: str) -> Callable[[type], type]:
    """Decorator: makes an own initializer known by other names, too."""
    return lambda klass: _registry.add(klass, *aliases)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.initializer", _words.INITIALIZERS)

__all__ = [
    "Bilinear",
    "Constant",
    "FusedRNN",
    "InitDesc",
    "Initializer",
    "LSTMBias",
    "Load",
    "MSRAPrelu",
    "Mixed",
    "Normal",
    "One",
    "Orthogonal",
    "RNNFused",
    "Uniform",
    "Xavier",
    "Zero",
    "alias",
    "create",
    "register",
]
__dir__ = __all__.copy
