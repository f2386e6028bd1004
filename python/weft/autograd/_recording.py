"""Recording operators, and going back over what was recorded."""

from collections.abc import Sequence
from typing import Any

from weft import np
from weft._core import composing, native
from weft._core.modes import ModeScope
from weft._core.typing import ndarray

_RECORDING, _TRAINING = native.RECORDING, native.TRAINING


def record(train_mode: bool = True) -> ModeScope:
    """A `with` block whose operators are recorded for `backward`; training mode by default.

    It counts for this thread, and where asyncio's tasks take turns on it, for this task alone.

    >>> from weft import autograd, np
    >>> x = np.array([1.0, 2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = (x * x).sum()
    >>> y.backward()
    >>> x.grad
    array([2., 4.])
    """
    mode = _TRAINING if train_mode else 0
    return ModeScope(_RECORDING | mode, _TRAINING & ~mode)


def pause(train_mode: bool = False) -> ModeScope:
    """A `with` block whose operators are not recorded; predict mode by default.

    >>> from weft import autograd, np
    >>> x = np.array([2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     y = x * x
    ...     with autograd.pause():
    ...         scale = y + 1  # a number as any other
    ...     z = y * scale
    >>> z.backward()
    >>> x.grad
    array([20.])
    """
    mode = _TRAINING if train_mode else 0
    return ModeScope(mode, _RECORDING | (_TRAINING & ~mode))


def train_mode() -> ModeScope:
    """A `with` block in training mode; recording stays as it is.

    >>> from weft import autograd
    >>> with autograd.train_mode():
    ...     print(autograd.is_training(), autograd.is_recording())
    True False
    """
    return ModeScope(_TRAINING, 0)


def predict_mode() -> ModeScope:
    """A `with` block in predict mode; recording stays as it is.

    >>> from weft import autograd
    >>> with autograd.record(), autograd.predict_mode():
    ...     print(autograd.is_training(), autograd.is_recording())
    False True
    """
    return ModeScope(0, _TRAINING)


def is_recording() -> bool:
    """Are operators of this thread recorded?

    >>> from weft import autograd
    >>> with autograd.record():
    ...     print(autograd.is_recording())
    True
    >>> autograd.is_recording()
    False
    """
    return bool(native.modes() & _RECORDING)


def is_training() -> bool:
    """Is this thread in training mode?

    >>> from weft import autograd
    >>> with autograd.record():
    ...     print(autograd.is_training())
    True
    >>> autograd.is_training()
    False
    """
    if composing.active and (composition := composing.current()) is not None:
        return composition.is_training()
    return bool(native.modes() & _TRAINING)


def listed(arrays: Any) -> list[Any] | None:
    """Arrays as a list; None stays None."""
    if arrays is None:
        return None
    return [arrays] if isinstance(arrays, native.ndarray) else list(arrays)


def backward(
    heads: ndarray | Sequence[ndarray],
    head_grads: ndarray | Sequence[ndarray | None] | None = None,
    retain_graph: bool = False,
) -> None:
    """Gradients of the heads into the arrays that called `attach_grad()`.

    head_grads: cotangents of the heads' shapes; ones by default
    retain_graph: keep what the recording saved, for another backward

    A gradient replaces the one before, which is lost where nobody has read it: two calls add up
    only in arrays of `attach_grad("add")`, and in parameters whose `grad_req` is "add".

    Raises RuntimeError if a head was not recorded.

    >>> from weft import autograd, np
    >>> x = np.array([1.0, 2.0])
    >>> x.attach_grad()
    >>> with autograd.record():
    ...     first, second = x * x, 3 * x
    >>> autograd.backward([first, second])
    >>> x.grad
    array([5., 7.])
    """
    native.backward(listed(heads), listed(head_grads), retain_graph)


def sweep(
    heads: Sequence[Any],
    variables: Sequence[Any],
    cotangents: Sequence[Any] | None = None,
    retain_graph: bool = False,
    create_graph: bool = False,
) -> list[Any]:
    """Gradients of the heads with respect to the variables; zeros where no head depends on any.

    create_graph: record the gradients, too; implies retain_graph
    """
    given = cotangents if cotangents is not None else [None] * len(heads)
    pairs = [pair for pair in zip(heads, given, strict=True) if native.is_recorded(pair[0])]
    if not pairs:
        return [np.zeros_like(variable) for variable in variables]
    recorded, weights = map(list, zip(*pairs, strict=True))
    retain = retain_graph or create_graph
    return list(native.grad(recorded, list(variables), weights, retain, create_graph))


__all__ = [
    "backward",
    "is_recording",
    "is_training",
    "listed",
    "pause",
    "predict_mode",
    "record",
    "sweep",
    "train_mode",
]
