"""Segments whose activations the backward pass computes again instead of keeping."""

from collections.abc import Callable
from typing import Any

from weft._base.containers import sequence_of
from weft._base.errors import InvalidState, InvalidType
from weft._core import composing, native


def checkpoint(function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """`function(*args, **kwargs)`, of which a gradient keeps only the arrays among the arguments.

    The backward pass runs the function again when it comes to it. Gradients are those without a
    checkpoint, in every bit: random operators draw the same numbers, running statistics are updated
    and lines printed once (`npx.callback` calls its function again). Parameters and other arrays
    that the function uses get their gradients too; until the backward pass they must keep their
    contents, and so must whatever else the function looks at.

    In a hybridized function the plan computes the segment again, but for what is much smaller than
    what it follows from, and for loops and callbacks, which are kept; of checkpoints inside others
    the outermost decides. A budget of memory may compute more again. Where nothing is recorded this
    is an ordinary call.

    args, kwargs: anything; arrays may be in lists, tuples and dicts. The function may write to
        them, but not to views of other arrays

    Returns what the function returns.

    Raises what the function raises; RuntimeError from the backward pass where the function gives
    or uses other arrays when it runs again, or wrote to a view.

    >>> from weft import autograd, np, npx
    >>> x = np.array([1.0, 2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = checkpoint(lambda x, power: npx.relu(x) ** power, x, 3)
    >>> y.backward()
    >>> x.grad
    array([ 3., 12.])
    """
    if not callable(function):
        raise InvalidType(f"checkpoint: `function` must be callable; got {type(function).__name__}")
    if composing.active and composing.current() is not None:
        return function(*args, **kwargs)
    inputs: list[Any] = []
    call = _without_arrays((args, kwargs), inputs)
    native.checkpoint_begin(inputs)
    try:
        result = function(*args, **kwargs)
        outputs: list[Any] = []
        structure = _without_arrays(result, outputs)
    except BaseException:
        native.checkpoint_abort()
        raise

    def again(given: list[Any]) -> list[Any]:
        arguments, keywords = _with_arrays(call, given)
        found: list[Any] = []
        if _without_arrays(function(*arguments, **keywords), found) != structure:
            raise InvalidState(
                "checkpoint: the function must give the same when it runs again; its result is "
                "nested in another way or has other numbers"
            )
        return found

    return _with_arrays(structure, native.checkpoint_end(outputs, again))


class _Array:
    """The place of an array, by its number."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Array) and other.number == self.number

    def __hash__(self) -> int:
        return hash(self.number)


def _mapped(value: Any, change: Callable[[Any], Any]) -> Any:
    if isinstance(value, list | tuple):
        items = [_mapped(item, change) for item in value]
        return sequence_of(type(value), items)
    if isinstance(value, dict):
        return {key: _mapped(item, change) for key, item in value.items()}
    return change(value)


def _without_arrays(value: Any, arrays: list[Any]) -> Any:
    def take(leaf: Any) -> Any:
        if not isinstance(leaf, native.ndarray):
            return leaf
        arrays.append(leaf)
        return _Array(len(arrays) - 1)

    return _mapped(value, take)


def _with_arrays(value: Any, arrays: list[Any]) -> Any:
    return _mapped(value, lambda leaf: arrays[leaf.number] if isinstance(leaf, _Array) else leaf)


__all__ = ["checkpoint"]
