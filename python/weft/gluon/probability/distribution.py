"""What all distributions have: parameters, shapes, checks, samples.

A subclass sets its parameters as attributes, names them in `arg_constraints`, and writes `log_prob`
and `_draw`, which samples. Shapes are those of a batch of independent distributions, the parameters
broadcast together, followed by the `event_dim` axes of one event.
"""

import copy
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Self, TypeVar

import numpy as _numpy

from weft import autograd, np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.probability._values import (
    as_dtype,
    is_number,
    logit2prob,
    parameters_of,
    prob2logit,
)
from weft.gluon.probability.constraint import Constraint, UnitInterval

Size = int | tuple[int, ...] | None
_V = TypeVar("_V")


def named(**values: _V) -> Mapping[str, _V]:
    """A table that all instances of a class share, so nobody may write into it."""
    return MappingProxyType(values)


def as_shape(size: Size) -> tuple[int, ...]:
    """A shape of one extent, of several, or of none."""
    if size is None:
        return ()
    extents = tuple(size) if isinstance(size, tuple | list) else (size,)
    if not all(isinstance(extent, int | _numpy.integer) and extent >= 0 for extent in extents):
        raise InvalidValue(
            f"sample: `size` must be whole numbers that are at least 0; got {size!r}"
        )
    return tuple(int(extent) for extent in extents)


class FromOther:
    """An attribute that is made of another one each time it is asked for, unless it is set."""

    def __init__(self, other: str, function: Any) -> None:
        self._other, self._function = other, function

    def __get__(self, owner: Any, kind: type) -> Any:
        return self if owner is None else self._function(getattr(owner, self._other))


class Distribution:
    """A batch of distributions of random numbers or of events with several numbers.

    event_dim: how many axes one event has; 0 for a number
    validate_args: check parameters here and values in `log_prob`, `cdf` and `icdf`? By default as
        `set_default_validate_args` says, at first no

    >>> from weft import np
    >>> from weft.gluon import probability
    >>> class Constant(probability.Distribution):
    ...     def __init__(self, value):
    ...         super().__init__(event_dim=0)
    ...         self.value = value
    ...     def sample(self, size=None):
    ...         return np.broadcast_to(self.value, size or self.value.shape)
    ...     @property
    ...     def mean(self):
    ...         return self.value
    >>> Constant(np.array([2.0, 3.0])).mean
    array([2., 3.])
    >>> isinstance(probability.Normal(0.0, 1.0), probability.Distribution)
    True
    """

    # Do gradients of samples reach the parameters?
    has_grad = False
    has_enumerate_support = False
    arg_constraints: Mapping[str, Constraint] = MappingProxyType({})

    # Axes of an event that a parameter has; 0 where it is not named.
    _parameter_dims: Mapping[str, int] = MappingProxyType({})
    _validate_args = False

    def __init__(self, event_dim: int | None = None, validate_args: bool | None = None) -> None:
        self.event_dim = event_dim or 0
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            for name, value in self._parameters().items():
                self.arg_constraints[name].check(value, name, type(self).__name__)

    def _set(self, **given: Any) -> None:
        """Sets the parameters that are given, as arrays of one dtype."""
        vars(self).update(parameters_of(type(self).__name__, **given))
        try:
            _ = self.batch_shape
        except ValueError:
            shapes = [f"`{name}` {value.shape}" for name, value in self._parameters().items()]
            raise InvalidValue(
                f"{type(self).__name__}: shapes of {' and '.join(shapes)} do not broadcast"
            ) from None

    def _parameters(self) -> dict[str, Any]:
        """What is set of the parameters; of `prob` and `logit` the one that was given."""
        return {name: vars(self)[name] for name in self.arg_constraints if name in vars(self)}

    @property
    def _dtype(self) -> Any:
        return next((p.dtype for p in self._parameters().values()), _numpy.dtype("float32"))

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Whether distributions that are made from now on check their arguments by default."""
        if not isinstance(value, bool):
            raise InvalidValue(f"set_default_validate_args: must be True or False; got {value!r}")
        Distribution._validate_args = value

    # ---- shapes

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of the batch: what the parameters broadcast to, without the axes of events."""
        dims = self._parameter_dims
        shapes = [p.shape[: p.ndim - dims.get(n, 0)] for n, p in self._parameters().items()]
        return _numpy.broadcast_shapes(*shapes)

    @property
    def _event_shape(self) -> tuple[int, ...]:
        dims, found = self._parameter_dims, self._parameters().items()
        return next((p.shape[p.ndim - 1 :] for n, p in found if dims.get(n, 0)), ())

    def _batch(self, x: ndarray) -> ndarray:
        """One number for each distribution of the batch."""
        shape = self.batch_shape
        return x if x.shape == shape else np.broadcast_to(x, shape)

    def broadcast_to(self, batch_shape: Size) -> Self:
        """The distribution with its parameters broadcast to the shape of a batch."""
        shape, made = as_shape(batch_shape), copy.copy(self)
        for name, value in self._parameters().items():
            event = value.shape[value.ndim - self._parameter_dims.get(name, 0) :]
            setattr(made, name, np.broadcast_to(value, shape + event))
        return made

    # ---- samples

    def sample(self, size: Size = None) -> ndarray:
        """Random events: an array of shape `size`, and the axes of one event.

        size: a shape that the shape of the batch broadcasts to; that itself by default
        """
        return self._draw(self._shape_of("sample", size))

    def sample_n(self, size: Size = None) -> ndarray:
        """`size` random events of each distribution of the batch: an array of shape `size`, and the
        shape of the batch, and the axes of one event."""
        return self._draw(as_shape(size) + self.batch_shape)

    def _draw(self, shape: tuple[int, ...]) -> ndarray:
        """Samples of a shape that the batch broadcasts to, and the axes of one event."""
        raise self._lacks("sample")

    def _shape_of(self, function: str, size: Size) -> tuple[int, ...]:
        if size is None:
            return self.batch_shape
        shape, own = as_shape(size), self.batch_shape
        fits = len(own) <= len(shape) and all(
            extent in (1, asked) for extent, asked in zip(own[::-1], shape[::-1], strict=False)
        )
        if not fits:
            raise InvalidValue(
                f"{type(self).__name__}.{function}: `size` must be a shape that the batch of "
                f"shape {own} broadcasts to; got {shape}; `sample_n` puts axes in front"
            )
        return shape

    # ---- densities

    @property
    def support(self) -> Constraint:
        """What values samples can have."""
        raise self._lacks("support")

    def log_prob(self, value: ArrayLike) -> ndarray:
        """The logarithm of the density at values, of the probability where they are counted."""
        raise self._lacks("log_prob")

    def pdf(self, value: ArrayLike) -> ndarray:
        """The density at values, the probability where they are counted."""
        return np.exp(self.log_prob(value))

    def cdf(self, value: ArrayLike) -> ndarray:
        """The probability that a sample is at most the value."""
        raise self._lacks("cdf")

    def icdf(self, value: ArrayLike) -> ndarray:
        """The number that a sample is below with the given probability: the inverse of `cdf`."""
        raise self._lacks("icdf")

    def enumerate_support(self) -> ndarray:
        """All values that a sample can have, along a new axis 0."""
        raise self._lacks("enumerate_support")

    # ---- moments

    @property
    def mean(self) -> ndarray:
        """The mean."""
        raise self._lacks("mean")

    @property
    def variance(self) -> ndarray:
        """The variance."""
        raise self._lacks("variance")

    @property
    def stddev(self) -> ndarray:
        """The standard deviation."""
        return np.sqrt(self.variance)

    def entropy(self) -> ndarray:
        """The entropy in nats, one number for each distribution of the batch."""
        raise self._lacks("entropy")

    def perplexity(self) -> ndarray:
        """The exponential of the entropy."""
        return np.exp(self.entropy())

    # ---- checks

    def _lacks(self, name: str) -> Unsupported:
        return Unsupported(f"{type(self).__name__}: `{name}` is not defined")

    def _validate_samples(self, value: ArrayLike) -> ndarray:
        """Values as an array; those that the distribution cannot have raise ValueError where
        arguments are checked."""
        array = self._as_values(value)
        if self._validate_args:
            self.support.check(array, "value", type(self).__name__)
        return array

    def _as_values(self, value: ArrayLike) -> ndarray:
        array = np.asarray(value)
        mixes = array.dtype.kind in "iub" or is_number(value) or isinstance(value, list | tuple)
        return as_dtype(array, self._dtype) if mixes else array

    def _probabilities(self, value: ArrayLike) -> ndarray:
        """What `icdf` is given, checked where arguments are."""
        array = self._as_values(value)
        if self._validate_args:
            _UNIT.check(array, "value", f"{type(self).__name__}.icdf")
        return array

    def __repr__(self) -> str:
        shapes = ", ".join(f"{n}: {p.shape}" for n, p in self._parameters().items())
        return f"{type(self).__name__}({shapes})"


class ExponentialFamily(Distribution):
    """Distributions with densities exp(<t(x), theta> - F(theta) + k(x)).

    theta are the natural parameters, t the sufficient statistics, F the log-normalizer, k the
    carrier measure. A subclass that gives `_natural_params`, `_log_normalizer` and
    `_mean_carrier_measure` has its entropy without a formula of its own.

    >>> from weft.gluon import probability
    >>> isinstance(probability.Gamma(2.0, 1.0), probability.ExponentialFamily)
    True
    """

    @property
    def _natural_params(self) -> tuple[ndarray, ...]:
        raise self._lacks("_natural_params")

    def _log_normalizer(self, *natural_params: ndarray) -> ndarray:
        raise self._lacks("_log_normalizer")

    @property
    def _mean_carrier_measure(self) -> Any:
        """The mean of k(x)."""
        raise self._lacks("_mean_carrier_measure")

    def entropy(self) -> ndarray:
        """F(theta) - <theta, grad F(theta)> - E[k(x)]: the mean of t(x) is the gradient of F."""
        given = self._natural_params
        total = autograd.grad(
            lambda *thetas: self._log_normalizer(*thetas).sum(), argnums=tuple(range(len(given)))
        )
        slopes = total(*given)
        inner = sum(theta * slope for theta, slope in zip(given, slopes, strict=True))
        return self._log_normalizer(*given) - inner - self._mean_carrier_measure


_UNIT = UnitInterval()


def probability(binary: bool = True) -> FromOther:
    """An attribute `prob` that is made of `logit`."""
    return FromOther("logit", lambda logit: logit2prob(logit, binary))


def log_odds(binary: bool = True) -> FromOther:
    """An attribute `logit` that is made of `prob`."""
    return FromOther("prob", lambda prob: prob2logit(prob, binary))


__all__ = ["Distribution", "ExponentialFamily"]
__dir__ = __all__.copy
