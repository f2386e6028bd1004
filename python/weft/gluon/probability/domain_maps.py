"""From all numbers to the values that a constraint allows, for parameters that an optimizer moves
freely.

>>> from weft import np
>>> from weft.gluon.probability import constraint
>>> transform_to(constraint.Positive())(np.array([0.0]))
array([1.])
"""

from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidType, Unsupported
from weft.gluon.probability import constraint as _constraint
from weft.gluon.probability.constraint import Constraint
from weft.gluon.probability.transformation import (
    AffineTransform,
    ComposeTransform,
    ExpTransform,
    SigmoidTransform,
    SoftmaxTransform,
    Transformation,
)

Factory = Callable[[Any], Transformation]


class domain_map:  # noqa: N801 - called as a function
    """A table of transformations by class of constraint: `biject_to` and `transform_to` are two.

    Called with a constraint, it gives a transformation whose values are allowed.

    >>> from weft import np
    >>> from weft.gluon import probability
    >>> to_positive = probability.biject_to(probability.constraint.Positive())
    >>> to_positive(np.array([0.0, 1.0])).round(4)
    array([1.    , 2.7183])
    """

    def __init__(self) -> None:
        self._factories: dict[type, Factory] = {}

    def register(self, constraint: Any, factory: Factory | None = None) -> Any:
        """Adds what makes a transformation of a constraint of this class, or of classes made on it
        that have none of their own. Without `factory` it is a decorator.

        constraint: a class, or a constraint whose class is meant
        """
        kind = type(constraint) if isinstance(constraint, Constraint) else constraint
        if not (isinstance(kind, type) and issubclass(kind, Constraint)):
            raise InvalidType(
                f"domain_map.register: `constraint` must be a class of constraints; got {kind!r}"
            )
        if factory is None:
            return lambda function: self.register(kind, function)
        self._factories[kind] = factory
        return factory

    def __call__(self, constraint: Constraint) -> Transformation:
        for kind in type(constraint).__mro__:
            if kind in self._factories:
                return self._factories[kind](constraint)
        known = ", ".join(kind.__name__ for kind in self._factories)
        raise Unsupported(
            f"domain_map: there is no transformation to {type(constraint).__name__}; known are "
            f"{known}; `register` adds one"
        )


biject_to = domain_map()
transform_to = domain_map()


def _both(*kinds: type) -> Callable[[Factory], Factory]:
    def decorate(factory: Factory) -> Factory:
        for kind in kinds:
            biject_to.register(kind, factory)
            transform_to.register(kind, factory)
        return factory

    return decorate


@_both(_constraint.Real)
def _to_all(constraint: Any) -> Transformation:
    return ComposeTransform([])


@_both(_constraint.Positive, _constraint.NonNegative)
def _to_positive(constraint: Any) -> Transformation:
    return ExpTransform()


@_both(_constraint.GreaterThan, _constraint.GreaterThanEq)
def _to_greater(constraint: Any) -> Transformation:
    return ComposeTransform([ExpTransform(), AffineTransform(constraint._lower_bound, 1)])


@_both(_constraint.LessThan, _constraint.LessThanEq)
def _to_less(constraint: Any) -> Transformation:
    return ComposeTransform([ExpTransform(), AffineTransform(constraint._upper_bound, -1)])


@_both(_constraint.UnitInterval)
def _to_shares(constraint: Any) -> Transformation:
    return SigmoidTransform()


@_both(_constraint.Interval, _constraint.OpenInterval, _constraint.HalfOpenInterval)
def _to_interval(constraint: Any) -> Transformation:
    low, high = constraint._lower_bound, constraint._upper_bound
    return ComposeTransform([SigmoidTransform(), AffineTransform(low, high - low)])


def _to_whole(constraint: Any) -> Transformation:
    raise Unsupported(f"domain_map: there is no smooth way to {type(constraint).__name__}")


_both(
    _constraint.IntegerGreaterThan,
    _constraint.IntegerGreaterThanEq,
    _constraint.IntegerLessThan,
    _constraint.IntegerLessThanEq,
    _constraint.IntegerInterval,
    _constraint.IntegerOpenInterval,
    _constraint.IntegerHalfOpenInterval,
)(_to_whole)

transform_to.register(_constraint.Simplex, lambda constraint: SoftmaxTransform())


__all__ = ["biject_to", "domain_map", "transform_to"]
__dir__ = __all__.copy
