"""Hooks of blocks: functions that see each call of a block, or the gradients that come through it.

Eager they run at once. In a plan they run at every run of it, as `npx.callback` does, with the
arrays of that run. Files, and other programs that are made of a block, are without them.
"""

from collections.abc import Callable
from typing import Any

from weft import autograd
from weft._core import native
from weft._trace.state import RunEagerly, is_tracing, running
from weft._trace.structure import flatten, unflatten
from weft.npx import callback

Hook = Callable[..., Any]


class HookHandle:
    """Takes a registered hook away again with `detach()`.

    >>> from weft import np
    >>> from weft.gluon import nn
    >>> layer = nn.Dense(2)
    >>> layer.initialize()
    >>> handle = layer.register_forward_hook(lambda block, args, out: print(out.shape))
    >>> out = layer(np.ones((1, 3)))
    (1, 2)
    >>> handle.detach()
    >>> out = layer(np.ones((1, 3)))  # prints nothing any more
    """

    def __init__(self, block: Any, hooks: list[Hook], hook: Hook) -> None:
        self._block = block
        self._hooks = hooks
        self._hook = hook

    def detach(self) -> None:
        """The hook is not called any more."""
        if self._hook in self._hooks:
            self._hooks.remove(self._hook)
            self._block._structure_changed()

    def __enter__(self) -> "HookHandle":
        return self

    def __exit__(self, *error: Any) -> None:
        self.detach()


class Traced:
    """A hook that runs in the trace itself, once for each plan, on what is traced."""

    def __init__(self, hook: Hook) -> None:
        self.hook = hook


def tell(hook: Hook | Traced, block: Any, *values: Any) -> None:
    """Calls a hook with a block and what there is to see: now, or at each run of the plan."""
    if isinstance(hook, Traced):
        hook.hook(block, *values)
    elif not is_tracing():
        hook(block, *values)
    elif running.calls_hooks:
        arrays: list[Any] = []
        structure = flatten(values, arrays, type(block).__name__)
        callback(
            lambda *found: hook(block, *unflatten(structure, list(found))),
            *[array.detach() for array in arrays],
        )


class BackwardHooks:
    """The hooks of one block that see gradients.

    What goes into the block and what comes out passes an identity whose gradient tells: the one of
    the outputs runs first in a backward, the one of the inputs last. A plan cannot stop for them,
    so what is hybridized or compiled around the block runs eagerly while it is recorded.
    """

    def __init__(self) -> None:
        self.hooks: list[Hook] = []

    def __copy__(self) -> "BackwardHooks":
        made = BackwardHooks()
        made.hooks = list(self.hooks)
        return made

    def run(self, block: Any, forward: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """`forward` with its inputs and outputs watched."""
        is_planned = is_tracing()
        if not (self.hooks and autograd.is_recording()) or (is_planned and not running.calls_hooks):
            return forward(*args, **kwargs)
        if is_planned:
            raise RunEagerly
        call = _WatchedCall(block, self.hooks)
        arrays: list[Any] = []
        structure = flatten((args, kwargs), arrays, type(block).__name__)
        args, kwargs = unflatten(structure, call.entered(arrays))
        outputs: list[Any] = []
        result = flatten(forward(*args, **kwargs), outputs, type(block).__name__)
        return unflatten(result, call.left(outputs))


class _WatchedCall:
    """One call of a block whose gradients are watched."""

    def __init__(self, block: Any, hooks: list[Hook]) -> None:
        self._block, self._hooks = block, hooks
        self._of_outputs: tuple[Any, ...] = ()
        self._has_entry = False

    def entered(self, arrays: list[Any]) -> list[Any]:
        """The arrays that go in."""
        self._has_entry = any(map(native.is_recorded, arrays))
        return _passed(arrays, self._tell) if self._has_entry else arrays

    def left(self, arrays: list[Any]) -> list[Any]:
        """The arrays that come out."""
        return _passed(arrays, self._note)

    def _note(self, gradients: tuple[Any, ...]) -> None:
        self._of_outputs = gradients
        if not self._has_entry:
            self._tell(())

    def _tell(self, gradients: tuple[Any, ...]) -> None:
        for hook in list(self._hooks):
            hook(self._block, gradients, self._of_outputs)


def _passed(arrays: list[Any], tell: Callable[[tuple[Any, ...]], None]) -> list[Any]:
    """The same arrays, whose gradients tell in passing."""
    mark = autograd.custom_vjp(lambda *given: given)

    def backward(_: Any, gradients: tuple[Any, ...]) -> tuple[Any, ...]:
        tell(tuple(None if g is None else g.detach() for g in gradients))
        return gradients

    mark.defvjp(lambda *given: (given, ()), backward)
    return list(mark(*arrays))


__all__ = ["BackwardHooks", "HookHandle", "Traced", "tell"]
