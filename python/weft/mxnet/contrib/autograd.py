"""Recording and derivatives as the first programs of 1.x wrote them, before `mx.autograd`.

>>> from weft import mxnet as mx
>>> square = mx.contrib.autograd.grad_and_loss(lambda x: x * x)
>>> gradients, value = square(mx.nd.array([3.0]))
>>> gradients[0].asscalar().item(), value.asscalar().item()
(6.0, 9.0)
"""

import functools
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Any

from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft.mxnet import autograd as _autograd
from weft.mxnet.autograd import mark_variables
from weft.mxnet.ndarray._array import Sparse


def set_is_training(is_train: bool) -> bool:
    """Turns recording and training mode on or off in this thread; gives whether it trained."""
    before = _autograd.set_training(is_train)
    _autograd.set_recording(is_train)
    return before


class TrainingStateScope:
    """A `with` block in which operators are recorded in training mode, or neither."""

    def __init__(self, enter_state: bool) -> None:
        self._wanted = enter_state
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(set_is_training(self._wanted))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        set_is_training(self._before.pop())


def train_section() -> TrainingStateScope:
    """A `with` block that is recorded, in training mode."""
    return TrainingStateScope(True)


def test_section() -> TrainingStateScope:
    """A `with` block inside of a `train_section` that is not recorded, in predict mode."""
    return TrainingStateScope(False)


def backward(outputs: Any, out_grads: Any = None, retain_graph: bool = False) -> None:
    """Gradients of the outputs into the arrays of `mark_variables`.

    outputs: an array or a list; out_grads: one for each, None for ones
    """
    heads = list(outputs) if isinstance(outputs, list | tuple) else [outputs]
    _autograd.backward(heads, out_grads, retain_graph)


def compute_gradient(outputs: Any) -> None:
    """The same as `backward(outputs)`."""
    backward(outputs)


def grad_and_loss(
    func: Callable[..., Any], argnum: int | Sequence[int] | None = None
) -> Callable[..., tuple[list[Any], Any]]:
    """A function that gives the gradients of `func` with respect to its arguments, and its result.

    argnum: the argument, or arguments, of which gradients are wanted; all by default

    The function raises TypeError for such an argument that is no array.
    """

    @functools.wraps(func)
    def wrapped(*args: Any) -> tuple[list[Any], Any]:
        chosen = range(len(args)) if argnum is None else argnum
        places = [chosen] if isinstance(chosen, int) else chosen
        variables = [args[place] for place in places]
        for place, variable in zip(places, variables, strict=True):
            if not isinstance(variable, ndarray | Sparse):
                raise InvalidType(
                    f"grad_and_loss: argument {place} must be an array; got "
                    f"{type(variable).__name__}"
                )
        gradients = [variable.zeros_like() for variable in variables]
        mark_variables(variables, gradients)
        with train_section():
            outputs = func(*args)
        backward(outputs)
        return gradients, outputs

    return wrapped


def grad(
    func: Callable[..., Any], argnum: int | Sequence[int] | None = None
) -> Callable[..., list[Any]]:
    """A function that gives the gradients of `func` with respect to its arguments; see
    `grad_and_loss`."""
    both = grad_and_loss(func, argnum)

    @functools.wraps(func)
    def wrapped(*args: Any) -> list[Any]:
        return both(*args)[0]

    return wrapped


__all__ = [
    "TrainingStateScope",
    "backward",
    "compute_gradient",
    "grad",
    "grad_and_loss",
    "mark_variables",
    "set_is_training",
    "test_section",
    "train_section",
]
__dir__ = __all__.copy
