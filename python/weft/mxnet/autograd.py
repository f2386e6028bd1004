"""Recording and derivatives, as `mx.autograd` has them.

>>> from weft import mxnet as mx
>>> x = mx.np.array([3.0])
>>> x.attach_grad()
>>> with mx.autograd.record():
...     y = x * x
>>> y.backward()
>>> x.grad
array([6.])
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol, runtime_checkable

from weft import autograd as _autograd
from weft import np
from weft._base.errors import InvalidType, InvalidValue, MissingAttribute
from weft._base.spelling import public_module
from weft._core import native as _native
from weft._core.modes import ModeScope
from weft._core.typing import ndarray
from weft.autograd import (
    Function,
    is_recording,
    is_training,
    pause,
    predict_mode,
    train_mode,
)
from weft.mxnet import _array_methods  # noqa: F401 - arrays get MXNet's methods

# What is called after each backward: sparse gradients that the program gave take their elements.
after_backward: list[Callable[[], None]] = []

_RECORDING = _native.RECORDING | _native.FORGETTING


@runtime_checkable
class _TakesGradient(Protocol):
    """A sparse array, which keeps its gradient in its own way."""

    def attach_given_grad(self, gradient: Any, adds: bool) -> None: ...


def _listed(arrays: Any) -> list[Any]:
    return list(arrays) if isinstance(arrays, list | tuple) else [arrays]


def record(train_mode: bool = True) -> ModeScope:
    """A `with` block whose operators are recorded for `backward`; training mode by default.

    What an earlier backward went through is a constant to them, as if it were detached: programs
    pass the state of a recurrent layer to the next batch as it is. What was recorded before that
    backward, and shares something with it, can have no backward of its own: that raises
    RuntimeError, unless the first had `retain_graph=True`.
    """
    mode = _native.TRAINING if train_mode else 0
    return ModeScope(_RECORDING | mode, _native.TRAINING & ~mode)


def set_recording(is_recording: bool) -> bool:
    """Turns recording on or off in this thread; gives what it was."""
    return _switched(_RECORDING, is_recording)


def set_training(train_mode: bool) -> bool:
    """Turns training mode on or off in this thread; gives what it was."""
    return _switched(_native.TRAINING, train_mode)


def _switched(mode: int, on: bool) -> bool:
    before = _native.set_modes(mode, 0) if on else _native.set_modes(0, mode)
    return bool(before & mode)


def _mode(train_mode: bool) -> Any:
    """A `with` block in training mode or in predict mode."""
    return _autograd.train_mode() if train_mode else _autograd.predict_mode()


def mark_variables(
    variables: ndarray | Sequence[ndarray],
    gradients: ndarray | Sequence[ndarray],
    grad_reqs: str | Sequence[str] = "write",
) -> None:
    """Says that gradients of arrays are wanted, and which arrays get them.

    gradients: one array for each variable, of its shape; backward writes into it
    grad_reqs: 'write', 'add' or 'null', one for all or one each

    Raises ValueError where their numbers differ.
    """
    arrays, into = _listed(variables), _listed(gradients)
    wanted = [grad_reqs] * len(arrays) if isinstance(grad_reqs, str) else list(grad_reqs)
    if not len(arrays) == len(into) == len(wanted):
        raise InvalidValue(
            "mark_variables: `variables`, `gradients` and `grad_reqs` must be as many; got "
            f"{len(arrays)}, {len(into)} and {len(wanted)}"
        )
    for array, gradient, how in zip(arrays, into, wanted, strict=True):
        if how == "null":
            array.attach_grad(how)
        elif isinstance(array, ndarray) and isinstance(gradient, ndarray):
            _native.attach_given_grad(array, gradient, _adds(how))
        elif isinstance(array, _TakesGradient):  # a sparse array
            array.attach_given_grad(gradient, _adds(how))
        else:
            raise InvalidType(
                "mark_variables: `gradients` of whole arrays must be whole arrays; got "
                f"{type(gradient).__name__} for {type(array).__name__}"
            )


def _adds(grad_req: str) -> bool:
    if grad_req not in ("write", "add"):
        raise InvalidValue(
            f"mark_variables: `grad_reqs` must be 'write', 'add' or 'null'; got {grad_req!r}"
        )
    return grad_req == "add"


def backward(
    heads: ndarray | Sequence[ndarray],
    head_grads: Any = None,
    retain_graph: bool = False,
    train_mode: bool = True,
) -> None:
    """Gradients of the heads into the arrays that called `attach_grad()`.

    head_grads: one for each head, None for ones; train_mode: the mode in which gradients are made
    """
    heads, head_grads = _whole(heads), _whole(head_grads)
    with _mode(train_mode):
        _autograd.backward(heads, _head_grads(heads, head_grads), retain_graph)
    for function in after_backward:
        function()


def _whole(arrays: Any) -> Any:
    """Arrays of which the sparse ones are whole: these are what is recorded."""
    if isinstance(arrays, list | tuple):
        return [_whole(one) for one in arrays]
    return arrays if arrays is None or isinstance(arrays, ndarray) else arrays.todense()


def _head_grads(heads: Any, head_grads: Any) -> Any:
    if isinstance(heads, list | tuple) and isinstance(head_grads, ndarray):
        return [head_grads]
    return head_grads


def grad(
    heads: ndarray | Sequence[ndarray],
    variables: ndarray | Sequence[ndarray],
    head_grads: Any = None,
    retain_graph: bool | None = None,
    create_graph: bool = False,
    train_mode: bool = True,
) -> Any:
    """Gradients of the heads with respect to `variables`, as a list of new arrays, also for one.

    create_graph: record the gradients too, so that they can be differentiated

    Raises ValueError without variables.
    """
    if isinstance(variables, list | tuple) and not variables:
        raise InvalidValue("grad: `variables` must have at least one array; got none")
    whole = _listed(variables)
    with _mode(train_mode):
        found = _autograd.grad(
            heads, whole, _head_grads(heads, head_grads), retain_graph, create_graph
        )
    if not create_graph:
        return found
    return [_recorded(one, x) for one, x in zip(found, whole, strict=True)]


def _recorded(gradient: ndarray, variable: ndarray) -> ndarray:
    """A gradient that can be differentiated, also where it does not depend on its variable."""
    if _native.is_recorded(gradient) or gradient.shape != variable.shape:
        return gradient
    with _autograd.record(is_training()):
        return np.where(np.zeros(variable.shape, "bool"), variable, gradient)


def get_symbol(x: ndarray) -> Any:
    """What a recorded array was computed from, as a symbol of `mx.sym`.

    Variables `var0` and so on stand for the arrays that called `attach_grad()`, `null0` and so on
    for arrays that are constants.

    Raises RuntimeError for an array without a history, NotImplementedError for what MXNet has no
    operator for, and for a block that ran as a plan.

    >>> from weft import mxnet as mx
    >>> x = mx.np.array([3.0])
    >>> x.attach_grad()
    >>> with mx.autograd.record():
    ...     y = x * x + 2
    >>> get_symbol(y).list_arguments()
    ['var0']
    """
    symbol, history = public_module("mxnet.symbol"), public_module("mxnet._history")
    counts = {"var": 0, "null": 0}

    def variable_for(leaf: int | None) -> Any:
        kind = "null" if leaf is None else "var"
        counts[kind] += 1
        return symbol.var(f"{kind}{counts[kind] - 1}")

    return history.symbols_of([x], [], "get_symbol").translated(variable_for)[0]


def __getattr__(name: str) -> Any:
    if name == "NDArray":  # programs of 1.x take it from here by `import *`
        return public_module("mxnet.ndarray").NDArray
    raise MissingAttribute(f"module 'weft.mxnet.autograd' has no attribute '{name}'")


__all__ = [
    "Function",
    "NDArray",  # noqa: F822 - by `__getattr__`
    "backward",
    "get_symbol",
    "grad",
    "is_recording",
    "is_training",
    "mark_variables",
    "pause",
    "predict_mode",
    "record",
    "set_recording",
    "set_training",
    "train_mode",
]
__dir__ = __all__.copy
