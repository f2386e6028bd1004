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
from pathlib import Path
from types import ModuleType

from weft.mxnet import _modes

_OLD, _NEW = "mxnet", "weft.mxnet"
# Processes that a program starts have its `sys.path` and nothing else before they import its main
# module: the `mxnet.py` of this folder calls `install` there.
_FOLDER = str(Path(__file__).with_name("_on_path"))


class _Finder(MetaPathFinder):
    """Finds what is below `mxnet` under the name that it has here."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not fullname.startswith(_OLD + "."):
            return None
        _modes.hear(fullname.removeprefix(_OLD + "."))
        found = _module(fullname)
        return None if found is None else ModuleSpec(fullname, _Loader(found))


class _Loader(Loader):
    """Gives a module of this package itself, so that both names are one object."""

    def __init__(self, module: ModuleType) -> None:
        # The import system writes a specification into what it gets; the module keeps its own.
        self._module, self._own = module, module.__spec__

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The module, which ran under its own name."""
        return self._module

    def exec_module(self, module: ModuleType) -> None:
        """Only gives the module its own specification back."""
        module.__spec__ = self._own


def _module(fullname: str) -> ModuleType | None:
    """The module that an old name means; None where there is none."""
    parent, _, last = fullname.rpartition(".")
    # Short names, such as `nd`, are attributes of the package: the module is what they give. So the
    # module above may have a name of its own, too; Python has imported it before.
    above = sys.modules.get(parent) or importlib.import_module(parent)
    shown = getattr(above, last, None)
    if isinstance(shown, ModuleType):
        return shown
    name = f"{above.__name__}.{last}"
    return importlib.import_module(name) if find_spec(name) else None


def install() -> None:
    """Makes `import mxnet` mean `import weft.mxnet`, here and in processes that `multiprocessing`
    starts from here; twice is once."""
    if not any(isinstance(finder, _Finder) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Finder())
    _modes.hear("nd")  # what MXNet gives to programs that set nothing and use nothing of `mx.np`
    sys.modules[_OLD] = importlib.import_module(_NEW)
    if _FOLDER not in sys.path:
        sys.path.insert(1, _FOLDER)  # behind the program's own folder


__all__ = ["install"]
