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

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._core import composing, native
from weft._core.modes import ModeScope
from weft._core.typing import ndarray

_RECORDING, _TRAINING = native.RECORDING, native.TRAINING


def record(train_mode: bool = True) -> ModeScope:
    """A `with` block whose operators are recorded for `backward`; training mode by default."""
    mode = _TRAINING if train_mode else 0
    return ModeScope(_RECORDING | mode, _TRAINING & ~mode)


def pause(train_mode: bool = False) -> ModeScope:
    """A `with` block whose operators are not recorded; predict mode by default."""
    mode = _TRAINING if train_mode else 0
    return ModeScope(mode, _RECORDING | (_TRAINING & ~mode))


def train_mode() -> ModeScope:
    """A `with` block in training mode; recording stays as it is."""
    return ModeScope(_TRAINING, 0)


def predict_mode() -> ModeScope:
    """A `with` block in predict mode; recording stays as it is."""
    return ModeScope(0, _TRAINING)


def is_recording() -> bool:
    """Are operators of this thread recorded?"""
    return bool(native.modes() & _RECORDING)


def is_training() -> bool:
    """Is this thread in training mode?"""
    if composing.active and (composition := composing.current()) is not None:
        return composition.is_training()
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

    One array for one variable, a list for a list. Works inside hybridized functions, too.

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


class Function:
    """An operation whose gradient you write yourself.

    Derive, write `forward(self, *arrays)` and `backward(self, *gradients)`, and call an instance.
    `forward` is not recorded; `backward` gets a gradient for each output and gives one for each
    input, or None for zero. It is recorded if the gradients are differentiated again, so operators
    in it give second derivatives. What backward needs goes through `save_for_backward`: it is kept
    as it was, whatever is written to the arrays meanwhile.

    An instance may be called several times. Not inside `hybridize()`.

    >>> from weft import np
    >>> class Cube(Function):
    ...     def forward(self, x):
    ...         self.save_for_backward(x)
    ...         return x * x * x
    ...
    ...     def backward(self, dy):
    ...         (x,) = self.saved_tensors
    ...         return 3 * x * x * dy
    >>> x = np.array([2.0])
    >>> x.attach_grad()
    >>> with record():
    ...     y = Cube()(x)
    >>> y.backward()
    >>> x.grad
    array([12.])
    """

    saved_tensors: tuple[Any, ...] = ()

    def forward(self, *inputs: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: write `forward`")

    def backward(self, *gradients: Any) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: write `backward`")

    def save_for_backward(self, *arrays: Any) -> None:
        """Keeps the present contents of the arrays for `backward`, in `self.saved_tensors`."""
        self.saved_tensors = arrays

    def __call__(self, *inputs: Any) -> Any:
        name = type(self).__name__
        listed = _as_list(inputs, name, "inputs")
        if native.modes() & native.TRACING:
            raise InvalidState(
                f"{name}: a function with a gradient of its own cannot be traced; call it outside "
                "hybridize()"
            )
        self.saved_tensors = ()
        with pause(train_mode=is_training()):
            result = self.forward(*listed)
        outputs = _as_list(result, name, "forward(...)")
        saved, self.saved_tensors = _as_list(self.saved_tensors, name, "saved"), ()
        if is_recording():
            native.record_function(name, listed, outputs, saved, self._swept)
        return result

    def _swept(self, saved: list[Any], gradients: list[Any]) -> Sequence[Any]:
        self.saved_tensors = tuple(saved)
        try:
            found = self.backward(*gradients)
        finally:
            self.saved_tensors = ()
        return found if isinstance(found, tuple | list) else [found]


# ---- derivatives of functions -------------------------------------------------------------------
#
# The function is called once, recorded, on copies of its inputs, and swept as often as is needed:
# once for a product with a vector from the left, twice for one from the right (the derivative of
# the first sweep, which is linear in its cotangent), once for each row of a matrix.

Arrays = ndarray | Sequence[ndarray]


def _as_list(arrays: Any, operation: str, argument: str) -> list[Any]:
    listed = [arrays] if isinstance(arrays, native.ndarray) else arrays
    if not isinstance(listed, list | tuple):
        raise InvalidType(
            f"{operation}: `{argument}` must be an array or a sequence of arrays; "
            f"got {type(arrays).__name__}"
        )
    for position, array in enumerate(listed):
        if not isinstance(array, native.ndarray):
            raise InvalidType(
                f"{operation}: `{argument}[{position}]` must be an array; "
                f"got {type(array).__name__}"
            )
    return list(listed)


def _like(given: Any, listed: list[Any]) -> Any:
    return listed[0] if isinstance(given, native.ndarray) else tuple(listed)


def _leaves(arrays: list[Any], operation: str) -> list[Any]:
    leaves = [array.copy() for array in arrays]
    for position, leaf in enumerate(leaves):
        if not np.isdtype(leaf.dtype, "real floating"):
            raise InvalidType(
                f"{operation}: `inputs[{position}]` must have a floating dtype; got {leaf.dtype}"
            )
        leaf.attach_grad()
    return leaves


def _vectors(v: Any, like: list[Any], operation: str) -> list[Any]:
    if v is None:
        if len(like) != 1 or like[0].size != 1:
            raise InvalidValue(f"{operation}: `v` must be given unless there is one number only")
        return [np.ones_like(like[0])]
    vectors = _as_list(v, operation, "v")
    if [x.shape for x in vectors] != [x.shape for x in like]:
        raise InvalidValue(
            f"{operation}: `v` must have shapes {[x.shape for x in like]}; "
            f"got {[x.shape for x in vectors]}"
        )
    return vectors


def _sweep(
    heads: list[Any], leaves: list[Any], cotangents: list[Any], **options: bool
) -> list[Any]:
    """`grad`, where a head that depends on no leaf has zeros to give."""
    pairs = [pair for pair in zip(heads, cotangents, strict=True) if native.is_recorded(pair[0])]
    if not pairs:
        return [np.zeros_like(leaf) for leaf in leaves]
    recorded, given = zip(*pairs, strict=True)
    return list(grad(recorded, leaves, given, **options))


def vjp(func: Callable[..., Any], inputs: Arrays, v: Arrays | None = None) -> tuple[Any, Any]:
    """`func(*inputs)` and the product of `v` with its Jacobian from the left.

    v: of the shapes of the outputs; may be left out where there is one number only

    Returns the outputs as `func` gives them, and one array for one input, else a tuple.

    >>> x = np.array([1.0, 2.0])
    >>> vjp(lambda x: x * x, x, np.array([1.0, 10.0]))
    (array([1., 4.]), array([ 2., 40.]))
    """
    leaves = _leaves(_as_list(inputs, "vjp", "inputs"), "vjp")
    with record():
        result = func(*leaves)
    outputs = _as_list(result, "vjp", "func(...)")
    found = _sweep(outputs, leaves, _vectors(v, outputs, "vjp"))
    return _plain(result, outputs), _like(inputs, found)


def jvp(func: Callable[..., Any], inputs: Arrays, v: Arrays | None = None) -> tuple[Any, Any]:
    """`func(*inputs)` and the product of its Jacobian with `v` from the right: how the outputs
    change along the direction `v`.

    v: of the shapes of the inputs; may be left out where there is one number only

    >>> x = np.array([1.0, 2.0])
    >>> jvp(lambda x: (x * x).sum(), x, np.array([1.0, 10.0]))
    (array(5.), array(42.))
    """
    leaves = _leaves(_as_list(inputs, "jvp", "inputs"), "jvp")
    directions = _vectors(v, leaves, "jvp")
    with record():
        result = func(*leaves)
        outputs = _as_list(result, "jvp", "func(...)")
        cotangents = _leaves([np.zeros_like(output) for output in outputs], "jvp")
        swept = _sweep(outputs, leaves, cotangents, create_graph=True)
    found = _sweep(swept, cotangents, directions)
    return _plain(result, outputs), _like(result, found)


def _plain(result: Any, outputs: list[Any]) -> Any:
    return _like(result, [output.detach() for output in outputs])


def _rows(output: Any, leaves: list[Any]) -> list[Any]:
    """The Jacobian of one output: for each leaf an array of shape output.shape + leaf.shape."""
    rows: list[list[Any]] = [[] for _ in leaves]
    for position in range(output.size):
        cotangent = np.zeros((output.size,), dtype=output.dtype)
        cotangent[position] = 1
        swept = _sweep([output], leaves, [cotangent.reshape(output.shape)], retain_graph=True)
        for row, part in zip(rows, swept, strict=True):
            row.append(part)
    return [
        np.stack(row).reshape(output.shape + leaf.shape)
        if row
        else np.zeros(output.shape + leaf.shape, dtype=leaf.dtype)
        for row, leaf in zip(rows, leaves, strict=True)
    ]


def jacobian(func: Callable[..., Any], inputs: Arrays) -> Any:
    """All first derivatives of `func` at `inputs`, by one sweep for each element of the outputs.

    Returns an array of shape `output.shape + input.shape`; a tuple over the inputs where these are
    a sequence; a tuple over the outputs of that where `func` gives several.

    >>> jacobian(lambda x: x * x, np.array([1.0, 2.0]))
    array([[2., 0.],
           [0., 4.]])
    """
    leaves = _leaves(_as_list(inputs, "jacobian", "inputs"), "jacobian")
    with record():
        result = func(*leaves)
    outputs = _as_list(result, "jacobian", "func(...)")
    return _like(result, [_like(inputs, _rows(output, leaves)) for output in outputs])


def hessian(func: Callable[..., Any], inputs: Arrays) -> Any:
    """All second derivatives of `func`, which gives one number.

    Returns an array of shape `input.shape + input.shape`; for a sequence of inputs a tuple of
    tuples of arrays of shape `inputs[i].shape + inputs[j].shape`.

    >>> hessian(lambda x: (x * x * x).sum(), np.array([1.0, 2.0]))
    array([[ 6.,  0.],
           [ 0., 12.]])
    """
    leaves = _leaves(_as_list(inputs, "hessian", "inputs"), "hessian")
    with record():
        result = func(*leaves)
        if not isinstance(result, native.ndarray) or result.size != 1:
            shape = result.shape if isinstance(result, native.ndarray) else type(result).__name__
            raise InvalidValue(f"hessian: `func` must give one number; got {shape}")
        first = _sweep([result], leaves, [np.ones_like(result)], create_graph=True)
    return _like(inputs, [_like(inputs, _rows(part, leaves)) for part in first])


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.autograd", _words.AUTOGRAD)

__all__ = [
    "Function",
    "backward",
    "grad",
    "hessian",
    "is_recording",
    "is_training",
    "jacobian",
    "jvp",
    "pause",
    "predict_mode",
    "record",
    "train_mode",
    "vjp",
]
__dir__ = __all__.copy
