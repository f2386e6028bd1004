"""The tree of blocks, as far as traces and files have to know it; `gluon.Block` is made on it."""

import weakref
from collections.abc import Callable, Iterator
from typing import Any, Self


class BlockTree:
    """A block with blocks and parameters below it, and blocks around it."""

    _children: dict[str, Any]  # blocks
    _own_parameters: dict[str, Any]
    _parents: "weakref.WeakSet[Any]"
    _changes: int  # of the structure, which a trace compares
    # Attributes that are containers which nobody changes, or which tell when they change.
    _watched_elsewhere = frozenset(("_children", "_own_parameters", "_hooks", "_pre_hooks"))

    # What to write so that it can run as a plan, where it cannot.
    _hybrid_form = "derive its class from `gluon.HybridBlock`"

    def apply(self, function: Callable[[Any], Any]) -> Self:
        """Calls `function` with every block of the tree, children first."""
        for child in self._children.values():
            child.apply(function)
        function(self)
        return self

    def collect_params(self) -> Any:
        """All parameters by their path."""
        return dict(self._parameters_below(""))

    def _parameters_below(self, prefix: str) -> Iterator[tuple[str, Any]]:
        for name, parameter in self._own_parameters.items():
            yield prefix + name, parameter
        for name, child in self._children.items():
            yield from child._parameters_below(f"{prefix}{name}.")

    def _lacks_batch_axis(self, shape: tuple[int, ...]) -> bool:
        """Would an array of this shape, which `forward` refused, fit as a batch of one?"""
        return False

    def _hint_of_axes(self, shape: tuple[int, ...]) -> str:
        """What an array of this shape, which `forward` refused, has or lacks; "" for nothing."""
        if self._lacks_batch_axis(shape):
            return "has no axis for the batch: `x[None]` is a batch of one"
        return ""


def not_hybrid(given: Any) -> str:
    """What somebody gave in place of a HybridBlock, and what to write for it: the end of errors."""
    kind = type(given).__name__
    if isinstance(given, type):
        return f"the class {given.__name__}; call it: `{given.__name__}()`"
    return f"{kind}; {given._hybrid_form}" if isinstance(given, BlockTree) else kind


__all__ = ["BlockTree", "not_hybrid"]
