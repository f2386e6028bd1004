"""What values are allowed: the supports of distributions and the ranges of their parameters.

`check(value)` gives the value back where all of it is allowed, and raises ValueError otherwise. In
a hybridized function the call that runs the plan raises, as `npx.check` does.

>>> from weft.gluon.probability import constraint
>>> constraint.Positive().check(2.0)
2.0
"""

import operator
from collections.abc import Callable, Sequence
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft._trace.state import is_tracing
from weft.gluon.probability._values import is_number


class Constraint:
    """A set of values. A subclass writes `_is_met`, and `rule`, what an error says of it.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> class Even(constraint.Constraint):
    ...     rule = "be even"
    ...     def _is_met(self, value):
    ...         return value % 2 == 0
    >>> Even().check(np.array([2.0, 4.0]))
    array([2., 4.])
    >>> try:
    ...     Even().check(3.0)
    ... except ValueError as error:
    ...     print(error)
    Even: `value` must be even; got 3.0
    """

    rule = "be allowed"

    def check(self, value: Any, name: str = "value", where: str = "") -> Any:
        """Gives `value` back. Raises ValueError where it is not in the set.

        name, where: how the error calls the value, and who checks it
        """
        where = where or type(self).__name__
        met = self._is_met(value)
        text = f"{where}: `{name}` must {self.rule}"
        if not is_number(value) and is_tracing():
            npx.check(met, _plain(text))
        elif not bool(np.asarray(met).all()):
            raise InvalidValue(f"{text}; got {_offender(value, met)}")
        return value

    def _is_met(self, value: Any) -> Any:
        """Bools: which elements of the value are in the set, or one for all of them."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


def _plain(text: str) -> str:
    """A message of `npx.check` without places to fill in."""
    return text.replace("{", "{{").replace("}", "}}")


def _offender(value: Any, met: Any) -> str:
    """The first element that is not allowed, and where it is."""
    if is_number(value):
        return repr(value)
    value, met = np.asarray(value), np.asarray(met)
    if met.shape != value.shape:
        if met.ndim < value.ndim:  # a question to matrices or vectors
            return f"an array of shape {value.shape}"
        value = np.broadcast_to(value, met.shape)
    place = tuple(int(i) for i in np.argwhere(np.logical_not(met))[0])
    return f"{value[place].item()} at {place}" if place else repr(value.item())


def _shown(bound: Any) -> str:
    if is_number(bound):
        return f"{bound:g}"
    bound = np.asarray(bound)
    if is_tracing() or bound.size != 1:
        return f"an array of shape {bound.shape}"
    return f"{bound.item():g}"


def _is_whole(value: Any) -> Any:
    return value == np.floor(value) if not is_number(value) else value == value // 1


class Real(Constraint):
    """All numbers, not NaN.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.Real().check(np.array([1.0, -2.0]))
    array([ 1., -2.])
    >>> try:
    ...     constraint.Real().check(float("nan"))
    ... except ValueError as error:
    ...     print(error)
    Real: `value` must be a number, not NaN; got nan
    """

    rule = "be a number, not NaN"

    def _is_met(self, value: Any) -> Any:
        return value == value


class Boolean(Constraint):
    """0 and 1.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.Boolean().check(np.array([0.0, 1.0]))
    array([0., 1.])
    >>> try:
    ...     constraint.Boolean().check(2.0)
    ... except ValueError as error:
    ...     print(error)
    Boolean: `value` must be 0 or 1; got 2.0
    """

    rule = "be 0 or 1"

    def _is_met(self, value: Any) -> Any:
        if is_number(value):
            return value in (0, 1)
        return np.logical_or(value == 0, value == 1)


def _both(first: Any, second: Any) -> Any:
    if isinstance(first, bool) and isinstance(second, bool):
        return first and second
    return np.logical_and(first, second)


class _Between(Constraint):
    """Numbers from one bound to another, each inside or outside of the set."""

    _above: Callable[[Any, Any], Any] = staticmethod(operator.ge)
    _below: Callable[[Any, Any], Any] = staticmethod(operator.le)
    _brackets = "[]"
    _whole = False

    def __init__(self, lower_bound: ArrayLike, upper_bound: ArrayLike) -> None:
        self._lower_bound = lower_bound
        self._upper_bound = upper_bound

    @property
    def rule(self) -> str:  # type: ignore[override]
        left, right = self._brackets
        kind = "a whole number in" if self._whole else "in"
        return f"be {kind} {left}{_shown(self._lower_bound)}, {_shown(self._upper_bound)}{right}"

    def _is_met(self, value: Any) -> Any:
        met = _both(self._above(value, self._lower_bound), self._below(value, self._upper_bound))
        return _both(_is_whole(value), met) if self._whole else met

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_shown(self._lower_bound)}, {_shown(self._upper_bound)})"


class Interval(_Between):
    """Numbers in [lower_bound, upper_bound].

    >>> from weft.gluon.probability import constraint
    >>> constraint.Interval(0, 5).check(5.0)
    5.0
    >>> try:
    ...     constraint.Interval(0, 5).check(5.5)
    ... except ValueError as error:
    ...     print(error)
    Interval: `value` must be in [0, 5]; got 5.5
    """


class OpenInterval(_Between):
    """Numbers in (lower_bound, upper_bound).

    >>> from weft.gluon.probability import constraint
    >>> constraint.OpenInterval(0, 5).check(4.5)
    4.5
    >>> try:
    ...     constraint.OpenInterval(0, 5).check(5.0)
    ... except ValueError as error:
    ...     print(error)
    OpenInterval: `value` must be in (0, 5); got 5.0
    """

    _above, _below = staticmethod(operator.gt), staticmethod(operator.lt)
    _brackets = "()"


class HalfOpenInterval(_Between):
    """Numbers in [lower_bound, upper_bound).

    >>> from weft.gluon.probability import constraint
    >>> constraint.HalfOpenInterval(0, 5).check(0.0)
    0.0
    >>> try:
    ...     constraint.HalfOpenInterval(0, 5).check(5.0)
    ... except ValueError as error:
    ...     print(error)
    HalfOpenInterval: `value` must be in [0, 5); got 5.0
    """

    _below = staticmethod(operator.lt)
    _brackets = "[)"


class UnitInterval(Interval):
    """Numbers in [0, 1].

    >>> from weft.gluon.probability import constraint
    >>> constraint.UnitInterval().check(0.5)
    0.5
    >>> try:
    ...     constraint.UnitInterval().check(1.5)
    ... except ValueError as error:
    ...     print(error)
    UnitInterval: `value` must be in [0, 1]; got 1.5
    """

    def __init__(self) -> None:
        super().__init__(0, 1)


class IntegerInterval(Interval):
    """Whole numbers in [lower_bound, upper_bound].

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerInterval(0, 5).check(3)
    3
    >>> try:
    ...     constraint.IntegerInterval(0, 5).check(2.5)
    ... except ValueError as error:
    ...     print(error)
    IntegerInterval: `value` must be a whole number in [0, 5]; got 2.5
    """

    _whole = True


class IntegerOpenInterval(OpenInterval):
    """Whole numbers in (lower_bound, upper_bound).

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerOpenInterval(0, 5).check(3)
    3
    >>> try:
    ...     constraint.IntegerOpenInterval(0, 5).check(5)
    ... except ValueError as error:
    ...     print(error)
    IntegerOpenInterval: `value` must be a whole number in (0, 5); got 5
    """

    _whole = True


class IntegerHalfOpenInterval(HalfOpenInterval):
    """Whole numbers in [lower_bound, upper_bound).

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerHalfOpenInterval(0, 5).check(0)
    0
    >>> try:
    ...     constraint.IntegerHalfOpenInterval(0, 5).check(5)
    ... except ValueError as error:
    ...     print(error)
    IntegerHalfOpenInterval: `value` must be a whole number in [0, 5); got 5
    """

    _whole = True


class _Bounded(Constraint):
    """Numbers on one side of a bound."""

    _compare: Callable[[Any, Any], Any]
    _words = ""
    _whole = False

    def __init__(self, bound: ArrayLike) -> None:
        self._bound = bound

    @property
    def rule(self) -> str:  # type: ignore[override]
        kind = "a whole number " if self._whole else ""
        return f"be {kind}{self._words} {_shown(self._bound)}"

    def _is_met(self, value: Any) -> Any:
        met = self._compare(value, self._bound)
        return _both(_is_whole(value), met) if self._whole else met

    def __repr__(self) -> str:
        return f"{type(self).__name__}({_shown(self._bound)})"


class _BoundedBelow(_Bounded):
    def __init__(self, lower_bound: ArrayLike) -> None:
        super().__init__(lower_bound)
        self._lower_bound = lower_bound


class _BoundedAbove(_Bounded):
    def __init__(self, upper_bound: ArrayLike) -> None:
        super().__init__(upper_bound)
        self._upper_bound = upper_bound


class GreaterThan(_BoundedBelow):
    """Numbers above `lower_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.GreaterThan(1).check(2.0)
    2.0
    >>> try:
    ...     constraint.GreaterThan(1).check(1.0)
    ... except ValueError as error:
    ...     print(error)
    GreaterThan: `value` must be greater than 1; got 1.0
    """

    _compare, _words = staticmethod(operator.gt), "greater than"


class GreaterThanEq(_BoundedBelow):
    """Numbers that are at least `lower_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.GreaterThanEq(1).check(1.0)
    1.0
    >>> try:
    ...     constraint.GreaterThanEq(1).check(0.5)
    ... except ValueError as error:
    ...     print(error)
    GreaterThanEq: `value` must be greater than or equal to 1; got 0.5
    """

    _compare, _words = staticmethod(operator.ge), "greater than or equal to"


class LessThan(_BoundedAbove):
    """Numbers below `upper_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.LessThan(1).check(0.5)
    0.5
    >>> try:
    ...     constraint.LessThan(1).check(1.0)
    ... except ValueError as error:
    ...     print(error)
    LessThan: `value` must be less than 1; got 1.0
    """

    _compare, _words = staticmethod(operator.lt), "less than"


class LessThanEq(_BoundedAbove):
    """Numbers that are at most `upper_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.LessThanEq(1).check(1.0)
    1.0
    >>> try:
    ...     constraint.LessThanEq(1).check(1.5)
    ... except ValueError as error:
    ...     print(error)
    LessThanEq: `value` must be less than or equal to 1; got 1.5
    """

    _compare, _words = staticmethod(operator.le), "less than or equal to"


class IntegerGreaterThan(GreaterThan):
    """Whole numbers above `lower_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerGreaterThan(1).check(2)
    2
    >>> try:
    ...     constraint.IntegerGreaterThan(1).check(1)
    ... except ValueError as error:
    ...     print(error)
    IntegerGreaterThan: `value` must be a whole number greater than 1; got 1
    """

    _whole = True


class IntegerGreaterThanEq(GreaterThanEq):
    """Whole numbers that are at least `lower_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerGreaterThanEq(1).check(1)
    1
    >>> try:
    ...     constraint.IntegerGreaterThanEq(1).check(0)
    ... except ValueError as error:
    ...     print(error)
    IntegerGreaterThanEq: `value` must be a whole number greater than or equal to 1; got 0
    """

    _whole = True


class IntegerLessThan(LessThan):
    """Whole numbers below `upper_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerLessThan(1).check(0)
    0
    >>> try:
    ...     constraint.IntegerLessThan(1).check(1)
    ... except ValueError as error:
    ...     print(error)
    IntegerLessThan: `value` must be a whole number less than 1; got 1
    """

    _whole = True


class IntegerLessThanEq(LessThanEq):
    """Whole numbers that are at most `upper_bound`.

    >>> from weft.gluon.probability import constraint
    >>> constraint.IntegerLessThanEq(1).check(1)
    1
    >>> try:
    ...     constraint.IntegerLessThanEq(1).check(2)
    ... except ValueError as error:
    ...     print(error)
    IntegerLessThanEq: `value` must be a whole number less than or equal to 1; got 2
    """

    _whole = True


class _FromZero:
    """A bound that is 0."""

    def __init__(self) -> None:
        super().__init__(0)  # type: ignore[call-arg]

    def __repr__(self) -> str:
        return f"{type(self).__name__}()"


class Positive(_FromZero, GreaterThan):
    """Numbers above 0.

    >>> from weft.gluon.probability import constraint
    >>> constraint.Positive().check(2.0)
    2.0
    >>> try:
    ...     constraint.Positive().check(-1.0)
    ... except ValueError as error:
    ...     print(error)
    Positive: `value` must be greater than 0; got -1.0
    """


class NonNegative(_FromZero, GreaterThanEq):
    """Numbers that are at least 0.

    >>> from weft.gluon.probability import constraint
    >>> constraint.NonNegative().check(0.0)
    0.0
    >>> try:
    ...     constraint.NonNegative().check(-1.0)
    ... except ValueError as error:
    ...     print(error)
    NonNegative: `value` must be greater than or equal to 0; got -1.0
    """


class PositiveInteger(_FromZero, IntegerGreaterThan):
    """Whole numbers above 0.

    >>> from weft.gluon.probability import constraint
    >>> constraint.PositiveInteger().check(2)
    2
    >>> try:
    ...     constraint.PositiveInteger().check(0)
    ... except ValueError as error:
    ...     print(error)
    PositiveInteger: `value` must be a whole number greater than 0; got 0
    """


class NonNegativeInteger(_FromZero, IntegerGreaterThanEq):
    """Whole numbers that are at least 0.

    >>> from weft.gluon.probability import constraint
    >>> constraint.NonNegativeInteger().check(0)
    0
    >>> try:
    ...     constraint.NonNegativeInteger().check(-1)
    ... except ValueError as error:
    ...     print(error)
    NonNegativeInteger: `value` must be a whole number greater than or equal to 0; got -1
    """


class Simplex(Constraint):
    """Vectors of numbers that are at least 0 and sum to 1, along the last axis.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.Simplex().check(np.array([0.25, 0.75]))
    array([0.25, 0.75])
    >>> try:
    ...     constraint.Simplex().check(np.array([0.5, 0.75]))
    ... except ValueError as error:
    ...     print(error)
    Simplex: `value` must be at least 0 and sum to 1 along the last axis; got an array of shape (2,)
    """

    rule = "be at least 0 and sum to 1 along the last axis"

    def _is_met(self, value: Any) -> Any:
        if is_number(value):
            return False
        return np.logical_and((value >= 0).all(axis=-1), abs(value.sum(axis=-1) - 1) < 1e-5)


class LowerTriangular(Constraint):
    """Square matrices in the last two axes with zeros above the diagonal.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.LowerTriangular().check(np.array([[1.0, 0.0], [2.0, -1.0]]))
    array([[ 1.,  0.],
           [ 2., -1.]])
    >>> try:
    ...     constraint.LowerTriangular().check(np.ones((2, 2)))
    ... except ValueError as error:
    ...     print(error)
    LowerTriangular: `value` must be a lower triangular matrix; got an array of shape (2, 2)
    """

    rule = "be a lower triangular matrix"

    def _is_met(self, value: Any) -> Any:
        return _of_matrices(np.tril(value) == value)


class LowerCholesky(Constraint):
    """Lower triangular matrices whose diagonal is above 0.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.LowerCholesky().check(np.array([[1.0, 0.0], [2.0, 1.0]]))
    array([[1., 0.],
           [2., 1.]])
    >>> try:
    ...     constraint.LowerCholesky().check(np.ones((2, 2)))
    ... except ValueError as error:
    ...     print(str(error).partition(";")[0])
    LowerCholesky: `value` must be a lower triangular matrix with a diagonal above 0
    """

    rule = "be a lower triangular matrix with a diagonal above 0"

    def _is_met(self, value: Any) -> Any:
        above = (np.diagonal(value, axis1=-2, axis2=-1) > 0).all(axis=-1)
        return np.logical_and(_of_matrices(np.tril(value) == value), above)


class PositiveDefinite(Constraint):
    """Symmetric matrices whose eigenvalues are all above 0.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> constraint.PositiveDefinite().check(np.eye(2))
    array([[1., 0.],
           [0., 1.]])
    >>> try:
    ...     constraint.PositiveDefinite().check(np.zeros((2, 2)))
    ... except ValueError as error:
    ...     print(str(error).partition(";")[0])
    PositiveDefinite: `value` must be a symmetric positive definite matrix
    """

    rule = "be a symmetric positive definite matrix"

    def _is_met(self, value: Any) -> Any:
        from weft.gluon.probability._matrices import pivots

        scale = abs(value).max(axis=(-2, -1), keepdims=True)
        is_symmetric = _of_matrices(abs(value - np.swapaxes(value, -1, -2)) <= 1e-5 * scale)
        return np.logical_and(is_symmetric, (pivots(value) > 0).all(axis=-1))


def _of_matrices(met: ndarray) -> ndarray:
    return met.all(axis=(-2, -1))


class Cat(Constraint):
    """One constraint for each part of an axis.

    lengths: the extents of the parts, 1 each by default

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> parts = constraint.Cat([constraint.Positive(), constraint.Real()], lengths=[1, 2])
    >>> parts.check(np.array([1.0, -2.0, -3.0]))
    array([ 1., -2., -3.])
    """

    def __init__(
        self,
        constraint_seq: Sequence[Constraint],
        axis: int = 0,
        lengths: Sequence[int] | None = None,
    ) -> None:
        self._constraints = list(constraint_seq)
        self._axis = axis
        self._lengths = [1] * len(self._constraints) if lengths is None else list(lengths)
        if len(self._lengths) != len(self._constraints):
            raise InvalidValue(
                f"Cat: `lengths` must have {len(self._constraints)} numbers, one for each "
                f"constraint; got {len(self._lengths)}"
            )

    def check(self, value: Any, name: str = "value", where: str = "") -> Any:
        total = sum(self._lengths)
        if value.shape[self._axis] != total:
            raise InvalidValue(
                f"Cat: `{name}` must have extent {total} along axis {self._axis}; got shape "
                f"{value.shape}"
            )
        ends = [sum(self._lengths[: i + 1]) for i in range(len(self._lengths) - 1)]
        parts = np.split(value, ends, axis=self._axis)
        for constraint, part in zip(self._constraints, parts, strict=True):
            constraint.check(part, name, where)
        return value


class Stack(Constraint):
    """One constraint for each index of an axis.

    >>> from weft import np
    >>> from weft.gluon.probability import constraint
    >>> parts = constraint.Stack([constraint.Positive(), constraint.Real()])
    >>> parts.check(np.array([1.0, -2.0]))
    array([ 1., -2.])
    """

    def __init__(self, constraint_seq: Sequence[Constraint], axis: int = 0) -> None:
        self._constraints = list(constraint_seq)
        self._axis = axis

    def check(self, value: Any, name: str = "value", where: str = "") -> Any:
        if value.shape[self._axis] != len(self._constraints):
            raise InvalidValue(
                f"Stack: `{name}` must have extent {len(self._constraints)} along axis "
                f"{self._axis}; got shape {value.shape}"
            )
        for index, constraint in enumerate(self._constraints):
            constraint.check(np.take(value, index, axis=self._axis), name, where)
        return value


__all__ = [
    "Boolean",
    "Cat",
    "Constraint",
    "GreaterThan",
    "GreaterThanEq",
    "HalfOpenInterval",
    "IntegerGreaterThan",
    "IntegerGreaterThanEq",
    "IntegerHalfOpenInterval",
    "IntegerInterval",
    "IntegerLessThan",
    "IntegerLessThanEq",
    "IntegerOpenInterval",
    "Interval",
    "LessThan",
    "LessThanEq",
    "LowerCholesky",
    "LowerTriangular",
    "NonNegative",
    "NonNegativeInteger",
    "OpenInterval",
    "Positive",
    "PositiveDefinite",
    "PositiveInteger",
    "Real",
    "Simplex",
    "Stack",
    "UnitInterval",
]
__dir__ = __all__.copy
