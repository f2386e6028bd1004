"""The backend of einops for arrays: `einops.rearrange(x, "b c -> c b")` is made of operators, so it
is recorded and traced.

einops knows the classes that derive from its own. Ours is made when einops is imported, before or
after Weft: a finder of modules waits for that, and imports nothing itself.
"""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Callable, Sequence
from types import ModuleType
from typing import Any

import numpy

from weft._core import OPERATORS, native
from weft._core.typing import ndarray

_MODULE = "einops._backends"


def watch() -> None:
    """Makes the backend now, if einops is imported, or else when it is."""
    if _MODULE in sys.modules:
        _define(sys.modules[_MODULE])
    elif not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


class _Finder:
    """Finds the module as Python does, and lets the backend be made behind it."""

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != _MODULE:
            return None
        sys.meta_path.remove(self)  # type: ignore[arg-type]
        spec = importlib.util.find_spec(name)
        if spec is not None and spec.loader is not None:
            spec.loader = _Loader(spec.loader)
        return spec


class _Loader:
    """Runs a module by its own loader, then makes the backend."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType | None:
        created: ModuleType | None = self._inner.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        self._inner.exec_module(module)
        _define(module)

    def __getattr__(self, name: str) -> Any:  # what else loaders are asked, such as for the source
        return getattr(self._inner, name)


def _operator(name: str) -> Callable[..., ndarray]:
    found: Callable[..., ndarray] = OPERATORS[name]
    return found


def _define(module: ModuleType) -> None:
    """Makes the class, which einops finds among those that derive from its own."""
    base: Any = module.AbstractBackend
    if any(kind.framework_name == "weft" for kind in base.__subclasses__()):
        return

    class WeftBackend(base):  # type: ignore[misc]
        framework_name = "weft"

        def is_appropriate_type(self, tensor: Any) -> bool:
            return isinstance(tensor, native.ndarray)

        def from_numpy(self, x: numpy.ndarray) -> ndarray:
            return native.array(x)

        def to_numpy(self, x: ndarray) -> numpy.ndarray:
            return x.asnumpy()

        def arange(self, start: int, stop: int) -> ndarray:
            return _operator("arange")(start, stop)

        def reduce(self, x: ndarray, operation: str, axes: Any) -> ndarray:
            return _operator(operation)(x, axis=tuple(axes))

        def stack_on_zeroth_dimension(self, tensors: list[ndarray]) -> ndarray:
            return _operator("stack")(tensors)

        def add_axis(self, x: ndarray, new_position: int) -> ndarray:
            return _operator("expand_dims")(x, new_position)

        def tile(self, x: ndarray, repeats: Any) -> ndarray:
            return _operator("tile")(x, repeats)

        def concat(self, tensors: list[ndarray], axis: int) -> ndarray:
            return _operator("concatenate")(tensors, axis)

        def is_float_type(self, x: ndarray) -> bool:
            return x.dtype.kind not in "iub"

        def einsum(self, pattern: str, *x: ndarray) -> ndarray:
            return _operator("einsum")(list(x), pattern)

    module.WeftBackend = WeftBackend  # type: ignore[attr-defined] # a class keeps none alive


__all__ = ["watch"]
