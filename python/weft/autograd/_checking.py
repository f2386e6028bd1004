"""Gradients of users' functions beside central differences."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy

from weft import np
from weft._base.errors import CheckFailed, InvalidType, InvalidValue
from weft._core import native
from weft._transforms import trees
from weft.autograd._derivatives import vjp
from weft.autograd._inputs import has_gradient
from weft.autograd._matrices import jacrev


def check_gradient(
    fun: Callable[..., Any],
    inputs: Any,
    *,
    order: int = 1,
    step: float = 1e-6,
    rtol: float = 1e-4,
    atol: float = 1e-6,
) -> None:
    """Compares derivatives of `fun` with central differences, element by element, in float64.

    Floating arrays among the inputs are cast to float64. Random operators draw the same numbers
    each time.

    fun: takes the inputs and returns nested arrays; it must compute in the dtype of its inputs
    inputs: a tuple or list of arguments, nested arrays or anything, or one array
    order: 2 compares second derivatives, too
    step: between the places of a difference and the place itself
    rtol, atol: a derivative may differ by `atol + rtol * abs(difference)`

    Raises AssertionError, with the elements that differ most, where a derivative is another one;
    TypeError for results of another dtype than float64.

    >>> from weft import autograd, np
    >>> check_gradient(lambda x: np.sin(x) * x, np.array([0.5, 2.0]))
    >>> @autograd.custom_vjp
    ... def cube(x):
    ...     return x**3
    >>> cube.defvjp(lambda x: (x**3, x), lambda x, dy: (2 * x * x * dy,))
    >>> check_gradient(cube, np.array([1.0, 2.0]))
    Traceback (most recent call last):
    ...
    weft.CheckFailed: check_gradient: `fun(...)` has wrong derivatives by `inputs[0]`: 2 of 4 differ
      element (1,) by element (1,): 8.0, but the difference is 12.0
      element (0,) by element (0,): 2.0, but the difference is 3.0
    """
    if order not in (1, 2):
        raise InvalidValue(f"check_gradient: `order` must be 1 or 2; got {order}")
    args = (inputs,) if isinstance(inputs, native.ndarray) else tuple(inputs)
    doubled = trees.mapped(_double, args)
    leaves = [leaf for leaf in trees.leaves_of(doubled, "inputs") if has_gradient(leaf.value)]
    if not leaves:
        raise InvalidValue("check_gradient: `inputs` must have a floating array; got none")
    check = _Check(fun, doubled, leaves, (step, rtol, atol))
    check.run("")
    if order == 2:
        check.slopes().run("second ")


def _double(value: Any) -> Any:
    if isinstance(value, numpy.ndarray):
        value = np.array(value)
    if not has_gradient(value):
        return value
    if value.dtype.name.startswith("complex"):
        raise InvalidType("check_gradient: `inputs` must be real; got complex numbers")
    return value.astype("float64")


class _Wrong(NamedTuple):
    """A derivative that differs, and by how much more than it may."""

    excess: float
    text: str


class _Check:
    """A function of some leaves of its arguments, beside differences."""

    def __init__(
        self,
        fun: Callable[..., Any],
        args: tuple[Any, ...],
        leaves: list[trees.Leaf],
        limits: tuple[float, float, float],
    ) -> None:
        self._fun, self._args, self._leaves = fun, args, leaves
        self._step, self._rtol, self._atol = limits
        self._state = native.random_state()
        self._names: list[str] = []  # of what the function gives

    def _call(self, *arrays: Any) -> list[Any]:
        """The arrays that the function gives, for these in the places of the leaves."""
        waiting = iter(arrays)
        args = trees.mapped(lambda x: next(waiting) if has_gradient(x) else x, self._args)
        native.set_random_state(*self._state)
        result = self._fun(*args)
        self._names = [leaf.path for leaf in trees.leaves_of(result, "fun(...)")]
        return trees.arrays_of(result, "check_gradient", "fun(...)")

    def slopes(self) -> "_Check":
        """The same check of the gradient of a weighted sum of what the function gives."""

        def gradient(*arrays: Any) -> Any:
            values, pullback = vjp(lambda *given: self._call(*given), *arrays)
            weights = [_weights(value) for value in values]
            return list(pullback(weights))

        arrays = [leaf.value for leaf in self._leaves]
        limits = self._step, self._rtol, self._atol
        return _Check(gradient, tuple(arrays), self._leaves, limits)

    def run(self, which: str) -> None:
        """Raises AssertionError where derivatives differ. `which` is "second " or nothing."""
        arrays = [leaf.value for leaf in self._leaves]
        try:
            outputs = self._call(*arrays)
            self._check_outputs(outputs)
            found = jacrev(self._call, argnums=tuple(range(len(arrays))))(*arrays)
        finally:
            native.set_random_state(*self._state)
        for place, leaf in enumerate(self._leaves):
            differences = self._differences(arrays, place, self._step)
            for number, name in enumerate(self._names):
                exact = found[number][place].asnumpy()
                self._compare(which, name, leaf, exact, differences[number], (place, number))

    def _check_outputs(self, outputs: list[Any]) -> None:
        for output in outputs:
            if output.dtype.name != "float64":
                raise InvalidType(
                    "check_gradient: `fun` must give float64 for inputs of float64; got "
                    f"{output.dtype}; cast the parameters and constants that it uses"
                )

    def _differences(self, arrays: list[Any], place: int, step: float) -> list[numpy.ndarray]:
        """By output the differences by one leaf, of shape output.shape + leaf.shape."""
        at = arrays[place].asnumpy()
        columns = []
        for index in numpy.ndindex(at.shape):
            ends = []
            for sign in (1, -1):
                moved = at.copy()
                moved[index] += sign * step
                changed = [*arrays[:place], np.array(moved), *arrays[place + 1 :]]
                ends.append([output.asnumpy() for output in self._call(*changed)])
            columns.append([(a - b) / (2 * step) for a, b in zip(*ends, strict=True)])
        if not columns:
            outputs = self._call(*arrays)
            return [numpy.zeros(output.shape + at.shape) for output in outputs]
        return [
            numpy.stack(parts, axis=-1).reshape(parts[0].shape + at.shape)
            for parts in zip(*columns, strict=True)
        ]

    def _compare(
        self,
        which: str,
        name: str,
        leaf: trees.Leaf,
        exact: numpy.ndarray,
        difference: numpy.ndarray,
        places: tuple[int, int],
    ) -> None:
        allowed = self._atol + self._rtol * abs(difference)
        with numpy.errstate(invalid="ignore"):
            is_right = abs(exact - difference) <= allowed
        if is_right.all():
            return
        gap = numpy.where(is_right, -1.0, numpy.nan_to_num(abs(exact - difference), nan=numpy.inf))
        worst = numpy.argsort(-gap, axis=None, kind="stable")[: min(3, int((~is_right).sum()))]
        rank = exact.ndim - leaf.value.ndim
        lines = []
        for flat in worst:
            at = tuple(int(i) for i in numpy.unravel_index(flat, exact.shape))
            lines.append(
                f"  element {at[:rank]} by element {at[rank:]}: {exact[at]:.7}, but the difference "
                f"is {difference[at]:.7}"
            )
        hint = self._hint(places, difference, is_right)
        raise CheckFailed(
            f"check_gradient: `{name}` has wrong {which}derivatives by `{leaf.path}`: "
            f"{int((~is_right).sum())} of {exact.size} differ\n" + "\n".join(lines) + hint
        )

    def _hint(
        self, places: tuple[int, int], difference: numpy.ndarray, is_right: numpy.ndarray
    ) -> str:
        """Do the differences themselves depend on the step? Then the function has no derivative."""
        arrays = [leaf.value for leaf in self._leaves]
        other = self._differences(arrays, places[0], 4 * self._step)[places[1]]
        with numpy.errstate(invalid="ignore"):
            moves = abs(other - difference) > 10 * (self._atol + self._rtol * abs(difference))
        if not (moves & ~is_right).any():
            return ""
        return (
            f"\n  (with a step of {4 * self._step:g} the difference is another one: a kink or a "
            "jump may be near)"
        )


def _weights(like: Any) -> Any:
    """Fixed numbers, a different one for each element."""
    numbers = numpy.cos(numpy.arange(1, like.size + 1)) + 1.5
    return np.array(numbers.reshape(like.shape)).astype(like.dtype)


__all__ = ["check_gradient"]
