"""Makes `import mxnet` find this package: every module `mxnet.…` is the module `weft.mxnet.…`.

>>> from weft.mxnet import _alias
>>> _alias.install()
>>> import mxnet as mx
>>> mx.__name__
'weft.mxnet'
"""

import importlib
import sys
from collections.abc import Sequence
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType

_OLD, _NEW = "mxnet", "weft.mxnet"


class _Finder(MetaPathFinder, Loader):
    """Finds `mxnet` and what is below it under the name that it has here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != _OLD and not fullname.startswith(_OLD + "."):
            return None
        found = _module(fullname)
        return None if found is None else ModuleSpec(fullname, self)

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module of this package itself, so that both names are one object."""
        found = _module(spec.name)
        assert found is not None  # find_spec gave the specification because there is one
        # The import system writes the specification into what it gets; the module keeps its own.
        self._kept = found.__spec__
        return found

    def exec_module(self, module: ModuleType) -> None:
        """Nothing: the module ran under its own name."""
        module.__spec__ = self._kept


def _module(fullname: str) -> ModuleType | None:
    """The module that an old name means; None where there is none."""
    name = _NEW + fullname[len(_OLD) :]
    parent, _, last = name.rpartition(".")
    # Short names, such as `nd`, are attributes of the package: the module is what they give.
    above = importlib.import_module(parent)
    shown = getattr(above, last, None)
    if isinstance(shown, ModuleType):
        return shown
    return importlib.import_module(name) if find_spec(name) else None


def install() -> None:
    """Makes `import mxnet` mean `import weft.mxnet`, for this process; twice is once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())


__all__ = ["install"]
