"""Transformations of random numbers: functions that know their inverse and how much they stretch.

>>> transform = AffineTransform(1.0, 2.0)
>>> transform(np.array([3.0])), transform.inv(np.array([7.0]))
(array([7.]), array([3.]))
"""

import functools
import operator
from collections.abc import Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidType, Unsupported
from weft._core.typing import ArrayLike, ndarray
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.probability._values import as_floating, is_number, sum_last


class Transformation:
    """A function of arrays, element by element or of vectors along the last axes.

    A subclass writes `_forward_compute`, `_inverse_compute` and `log_det_jacobian`, and sets
    `event_dim`: how many axes the function takes together; 0: each element alone.

    >>> from weft import np
    >>> from weft.gluon import probability
    >>> class Double(probability.transformation.Transformation):
    ...     bijective = True
    ...     def _forward_compute(self, x):
    ...         return 2 * x
    ...     def _inverse_compute(self, y):
    ...         return y / 2
    ...     def log_det_jacobian(self, x, y):
    ...         return np.full_like(x, np.log(2.0))
    >>> Double()(np.array([1.0, 2.0]))
    array([2., 4.])
    >>> Double().inv(np.array([2.0, 4.0]))
    array([1., 2.])
    """

    # Has each value exactly one that it comes from?
    bijective = False
    event_dim: int = 0

    @property
    def sign(self) -> Any:
        """1 where the function grows, -1 where it falls."""
        raise self._lacks("sign")

    @property
    def inv(self) -> "Transformation":
        """The inverse, or what chooses one of the values that a value comes from."""
        return _Inverse(self)

    def __call__(self, x: ArrayLike) -> ndarray:
        return self._forward_compute(as_floating(x, "float32"))

    def _inv_call(self, y: ArrayLike) -> ndarray:
        return self._inverse_compute(as_floating(y, "float32"))

    def _forward_compute(self, x: ndarray) -> ndarray:
        raise self._lacks("_forward_compute")

    def _inverse_compute(self, y: ndarray) -> ndarray:
        raise self._lacks("_inverse_compute")

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        """The logarithm of the absolute determinant of the derivative at x, where the value is y;
        without the last `event_dim` axes."""
        raise self._lacks("log_det_jacobian")

    def _lacks(self, name: str) -> Unsupported:
        return Unsupported(f"{type(self).__name__}: `{name}` is not defined")


class _Inverse(Transformation):
    """A transformation the other way round."""

    def __init__(self, forward: Transformation) -> None:
        self._forward = forward

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return self._forward.bijective

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        return self._forward.event_dim

    @property
    def sign(self) -> Any:
        return self._forward.sign

    @property
    def inv(self) -> Transformation:
        return self._forward

    def __call__(self, x: ArrayLike) -> ndarray:
        return self._forward._inv_call(x)

    def _inv_call(self, y: ArrayLike) -> ndarray:
        return self._forward(y)

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        return -self._forward.log_det_jacobian(y, x)


class TransformBlock(Transformation, HybridBlock):
    """A transformation with parameters that are learnt, such as a normalizing flow.

    A subclass writes the same methods as one of `Transformation`, and has `Parameter`s and blocks
    as attributes.

    >>> from weft import gluon, np
    >>> from weft.gluon import probability
    >>> class Shift(probability.TransformBlock):
    ...     bijective = True
    ...     event_dim = 0
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.by = gluon.Parameter("by", shape=(1,), init="ones")
    ...     def _forward_compute(self, x):
    ...         return x + self.by.data()
    ...     def _inverse_compute(self, y):
    ...         return y - self.by.data()
    >>> shift = Shift()
    >>> shift.initialize()
    >>> shift(np.array([2.0]))
    array([3.])
    """

    def __init__(self) -> None:
        HybridBlock.__init__(self)

    def __call__(self, x: ArrayLike) -> ndarray:
        return HybridBlock.__call__(self, as_floating(x, "float32"))

    def forward(self, x: ndarray) -> ndarray:
        return self._forward_compute(x)


class ComposeTransform(Transformation):
    """Transformations one after another, the first of the list first.

    >>> ComposeTransform([ExpTransform(), AffineTransform(0.0, 2.0)])(np.array([0.0]))
    array([2.])
    """

    def __init__(self, parts: Sequence[Transformation]) -> None:
        self._parts = list(parts)
        for part in self._parts:
            if not isinstance(part, Transformation):
                raise InvalidType(
                    "ComposeTransform: `parts` must be transformations; got "
                    f"{type(part).__name__} among them"
                )

    @property
    def bijective(self) -> bool:  # type: ignore[override]
        return all(part.bijective for part in self._parts)

    @property
    def event_dim(self) -> int:  # type: ignore[override]
        return max((part.event_dim for part in self._parts), default=0)

    @property
    def sign(self) -> Any:
        return functools.reduce(operator.mul, (part.sign for part in self._parts), 1)

    @property
    def inv(self) -> Transformation:
        return ComposeTransform([part.inv for part in reversed(self._parts)])

    def _forward_compute(self, x: ndarray) -> ndarray:
        for part in self._parts:
            x = part(x)
        return x

    def _inverse_compute(self, y: ndarray) -> ndarray:
        for part in reversed(self._parts):
            y = part._inv_call(y)
        return y

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        total = sum_last(np.zeros_like(x), self.event_dim)
        for index, part in enumerate(self._parts):
            after = y if index == len(self._parts) - 1 else part(x)
            stretch = part.log_det_jacobian(x, after)
            total = total + sum_last(stretch, self.event_dim - part.event_dim)
            x = after
        return total


class ExpTransform(Transformation):
    """y = exp(x).

    >>> ExpTransform().inv(np.array([1.0]))
    array([0.])
    """

    bijective = True
    sign = 1  # type: ignore[assignment]

    def _forward_compute(self, x: ndarray) -> ndarray:
        return np.exp(x)

    def _inverse_compute(self, y: ndarray) -> ndarray:
        return np.log(y)

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        return x


class AffineTransform(Transformation):
    """y = loc + scale * x.

    event_dim: how many of the last axes are one event

    >>> AffineTransform(1.0, -2.0).log_det_jacobian(np.array([0.0]), np.array([1.0]))
    array([0.6931472])
    """

    bijective = True

    def __init__(self, loc: ArrayLike, scale: ArrayLike, event_dim: int = 0) -> None:
        self._loc, self._scale, self.event_dim = loc, scale, event_dim

    @property
    def sign(self) -> Any:
        scale = self._scale
        return (scale > 0) - (scale < 0) if is_number(scale) else np.sign(scale)

    def _forward_compute(self, x: ndarray) -> ndarray:
        return self._loc + self._scale * x

    def _inverse_compute(self, y: ndarray) -> ndarray:
        return (y - self._loc) / self._scale

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        stretch = np.log(abs(as_floating(self._scale, x.dtype)))
        return sum_last(np.zeros_like(x) + stretch, self.event_dim)


class PowerTransform(Transformation):
    """y = x ** exponent, of positive numbers.

    exponent: a number or an array, not 0

    >>> PowerTransform(2.0)(np.array([3.0]))
    array([9.])
    """

    bijective = True

    def __init__(self, exponent: ArrayLike) -> None:
        self._exponent = exponent

    @property
    def sign(self) -> Any:
        power = self._exponent
        return (power > 0) - (power < 0) if is_number(power) else np.sign(power)

    def _forward_compute(self, x: ndarray) -> ndarray:
        return np.power(x, self._exponent)

    def _inverse_compute(self, y: ndarray) -> ndarray:
        return np.power(y, 1 / self._exponent)

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        return np.log(abs(self._exponent * y / x))


class AbsTransform(Transformation):
    """y = |x|. Its inverse chooses the positive number.

    >>> AbsTransform()(np.array([-2.0]))
    array([2.])
    """

    def _forward_compute(self, x: ndarray) -> ndarray:
        return abs(x)

    def _inverse_compute(self, y: ndarray) -> ndarray:
        return y


class SigmoidTransform(Transformation):
    """y = 1 / (1 + exp(-x)).

    >>> SigmoidTransform().inv(np.array([0.5]))
    array([0.])
    """

    bijective = True
    sign = 1  # type: ignore[assignment]

    def _forward_compute(self, x: ndarray) -> ndarray:
        return npx.sigmoid(x)

    def _inverse_compute(self, y: ndarray) -> ndarray:
        from weft.gluon.probability._values import prob2logit

        return prob2logit(y)

    def log_det_jacobian(self, x: ndarray, y: ndarray) -> ndarray:
        return -npx.softplus(-x) - npx.softplus(x)


class SoftmaxTransform(Transformation):
    """y = softmax(x) along the last axis. Its inverse gives logarithms, one of many inputs.

    >>> SoftmaxTransform()(np.array([1.0, 1.0]))
    array([0.5, 0.5])
    """

    event_dim = 1

    def _forward_compute(self, x: ndarray) -> ndarray:
        return npx.softmax(x, axis=-1)

    def _inverse_compute(self, y: ndarray) -> ndarray:
        return np.log(y)


__all__ = [
    "AbsTransform",
    "AffineTransform",
    "ComposeTransform",
    "ExpTransform",
    "PowerTransform",
    "SigmoidTransform",
    "SoftmaxTransform",
    "TransformBlock",
    "Transformation",
]
__dir__ = __all__.copy
