"""Operations whose gradient the user writes."""

from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidType
from weft._core import native
from weft.autograd._recording import is_recording, is_training, pause


class Function:
    """An operation whose gradient you write yourself.

    Derive, write `forward(self, *arrays)` and `backward(self, *gradients)`, and call an instance.
    `forward` is not recorded; `backward` gets a gradient for each output and gives one for each
    input, or None for zero. It is recorded if the gradients are differentiated again, so operators
    in it give second derivatives. What backward needs goes through `save_for_backward`: it is kept
    as it was, whatever is written to the arrays meanwhile.

    An instance may be called several times. Not inside `hybridize()`.

    >>> from weft import autograd, np
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
    >>> with autograd.record():
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
        listed = _arrays(inputs, name, "inputs")
        if native.modes() & native.TRACING:
            raise InvalidState(
                f"{name}: a function with a gradient of its own cannot be traced; call it outside "
                "hybridize()"
            )
        self.saved_tensors = ()
        with pause(train_mode=is_training()):
            result = self.forward(*listed)
        outputs = _arrays(result, name, "forward(...)")
        saved, self.saved_tensors = _arrays(self.saved_tensors, name, "saved"), ()
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


def _arrays(given: Any, operation: str, argument: str) -> list[Any]:
    listed = [given] if isinstance(given, native.ndarray) else given
    if not isinstance(listed, list | tuple):
        raise InvalidType(
            f"{operation}: `{argument}` must be an array or a sequence of arrays; "
            f"got {type(given).__name__}"
        )
    for position, array in enumerate(listed):
        if not isinstance(array, native.ndarray):
            raise InvalidType(
                f"{operation}: `{argument}[{position}]` must be an array; "
                f"got {type(array).__name__}"
            )
    return list(listed)


__all__ = ["Function"]
