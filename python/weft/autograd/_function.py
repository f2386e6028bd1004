"""Operations whose gradient the user writes."""

import copy
from collections.abc import Hashable, Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidType
from weft._core import native
from weft._transforms import trees
from weft.autograd._inputs import has_gradient
from weft.autograd._recording import is_recording, is_training, pause
from weft.autograd._rule_operators import Tie, structure_key


class Function:
    """An operation whose gradient you write yourself.

    Derive, write `forward(self, *arrays)` and `backward(self, *gradients)`, and call an instance.
    `forward` is not recorded; `backward` gets a gradient for each output and gives one for each
    input, or None for zero. It is recorded if the gradients are differentiated again, so operators
    in it give second derivatives. What backward needs goes through `save_for_backward`: it is kept
    as it was, whatever is written to the arrays meanwhile.

    An instance may be called several times. Hybridized and in files it works where `forward` and
    `backward` are made of operators, and get arrays by `save_for_backward` alone.

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
        self.saved_tensors = ()
        with pause(train_mode=is_training()):
            result = self.forward(*listed)
        outputs = _arrays(result, name, "forward(...)")
        saved, self.saved_tensors = _arrays(self.saved_tensors, name, "saved"), ()
        if not is_recording():
            return result
        if native.modes() & native.TRACING:
            return self._tied(result, listed, outputs, saved)
        native.record_function(name, listed, outputs, saved, self._swept)
        return result

    def _tied(self, result: Any, inputs: list[Any], outputs: list[Any], saved: list[Any]) -> Any:
        """What `forward` gave in a trace, with `backward` as its gradient."""
        arrays = [array for array in inputs if has_gradient(array)]
        results = [array for array in outputs if has_gradient(array)]
        if not any(map(native.is_recorded, arrays)):
            return result
        self._check_attributes()
        places = tuple([tuple(map(has_gradient, group)) for group in (inputs, outputs)])
        key = (type(self), structure_key(vars(self)), places, len(saved))
        if key not in _ties:
            counts = len(results), len(arrays), len(saved)
            _ties[key] = Tie(type(self).__name__, _Swept(copy.copy(self), *places), *counts)
        found = iter(_ties[key]([array.detach() for array in results], arrays, saved))
        made = [next(found) if has_gradient(array) else array for array in outputs]
        return made[0] if isinstance(result, native.ndarray) else type(result)(made)

    def _check_attributes(self) -> None:
        """Raises RuntimeError for an array that `backward` would find as an attribute: it is of
        this trace alone."""
        for name, value in vars(self).items():
            if any(isinstance(leaf.value, native.ndarray) for leaf in trees.leaves_of(value)):
                raise InvalidState(
                    f"{type(self).__name__}: in a hybridized function `backward` gets arrays by "
                    f"`self.save_for_backward`, not as the attribute `{name}`"
                )

    def _swept(self, saved: list[Any], gradients: list[Any]) -> Sequence[Any]:
        self.saved_tensors = tuple(saved)
        try:
            found = self.backward(*gradients)
        finally:
            self.saved_tensors = ()
        return found if isinstance(found, tuple | list) else [found]


class _Swept:
    """The rule of a function in a graph: gradients of the floating inputs by those of the floating
    outputs."""

    def __init__(self, function: Function, inputs: Sequence[bool], outputs: Sequence[bool]) -> None:
        self._function, self._inputs, self._outputs = function, inputs, outputs

    def __call__(self, saved: list[Any], cotangents: list[Any]) -> list[Any]:
        given = iter(cotangents)
        gradients = [next(given) if has else None for has in self._outputs]
        found = self._function._swept(saved, gradients)
        name = type(self._function).__name__
        if len(found) != len(self._inputs):
            raise InvalidType(
                f"{name}: `backward` must give a gradient, or None, for each of "
                f"{len(self._inputs)} inputs; got {len(found)}"
            )
        return [part for part, has in zip(found, self._inputs, strict=True) if has]


# Operators live as long as the process: one serves all instances that are alike.
_ties: dict[Hashable, Tie] = {}


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
