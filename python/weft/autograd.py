"""Recording operators and differentiating what they computed.

>>> from weft import autograd, np
>>> x = np.array([3.0])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x * x
>>> y.backward()
>>> x.grad
array([6.])
"""

from collections.abc import Sequence
from typing import Any

from weft._core import native
from weft._typing import ndarray

_RECORDING, _TRAINING = native.RECORDING, native.TRAINING


class _Scope:
    """Modes of this thread within a `with` block."""

    __slots__ = ("_before", "_clear", "_set")

    def __init__(self, set_: int, clear: int) -> None:
        self._set = set_
        self._clear = clear
        self._before: list[int] = []

    def __enter__(self) -> None:
        self._before.append(native.set_modes(self._set, self._clear))

    def __exit__(self, *error: Any) -> None:
        both = _RECORDING | _TRAINING
        before = self._before.pop() & both
        native.set_modes(before, both & ~before)


def record(train_mode: bool = True) -> _Scope:
    """A `with` block whose operators are recorded for `backward`; training mode by default."""
    mode = _TRAINING if train_mode else 0
    return _Scope(_RECORDING | mode, _TRAINING & ~mode)


def pause(train_mode: bool = False) -> _Scope:
    """A `with` block whose operators are not recorded; predict mode by default."""
    mode = _TRAINING if train_mode else 0
    return _Scope(mode, _RECORDING | (_TRAINING & ~mode))


def train_mode() -> _Scope:
    """A `with` block in training mode; recording stays as it is."""
    return _Scope(_TRAINING, 0)


def predict_mode() -> _Scope:
    """A `with` block in predict mode; recording stays as it is."""
    return _Scope(0, _TRAINING)


def is_recording() -> bool:
    """Are operators of this thread recorded?"""
    return bool(native.modes() & _RECORDING)


def is_training() -> bool:
    """Is this thread in training mode?"""
    return bool(native.modes() & _TRAINING)


def _listed(arrays: Any) -> list[Any] | None:
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

    Raises RuntimeError if a head was not recorded.
    """
    native.backward(_listed(heads), _listed(head_grads), retain_graph)


def grad(
    heads: ndarray | Sequence[ndarray],
    variables: ndarray | Sequence[ndarray],
    head_grads: ndarray | Sequence[ndarray | None] | None = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
) -> Any:
    """Gradients of the heads with respect to `variables`, as new arrays.

    One array for one variable, a list for a list.

    create_graph: record the gradients too, so that they can be differentiated
    retain_graph: `create_graph` by default

    >>> from weft import np
    >>> x = np.array([2.0])
    >>> x.attach_grad()
    >>> with record():
    ...     first = grad(x * x * x, x, create_graph=True)
    >>> first.backward()
    >>> x.grad
    array([12.])
    """
    retain = create_graph if retain_graph is None else retain_graph
    out = native.grad(_listed(heads), _listed(variables), _listed(head_grads), retain, create_graph)
    return out[0] if isinstance(variables, native.ndarray) else out


__all__ = [
    "backward",
    "grad",
    "is_recording",
    "is_training",
    "pause",
    "predict_mode",
    "record",
    "train_mode",
]
