"""What NumPy lacks: operators of neural networks, control flow, files of arrays, threads.

Operators that are registered later (`weft.register_op`, `weft.library.load`) are here too.

>>> from weft import np, npx
>>> npx.relu(np.array([-1.0, 2.0]))
array([0., 2.])
"""

from collections.abc import Mapping
from os import PathLike, fsdecode
from typing import TYPE_CHECKING, Any

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidType as _InvalidType
from weft._core import native as _native
from weft._core.files import BackgroundWrite as _BackgroundWrite
from weft._core.files import save_arrays as _save_arrays
from weft._core.typing import ndarray as _ndarray
from weft.npx._names import PLACES as _PLACES

if TYPE_CHECKING:  # what `_names` says
    from weft.np import random as random
    from weft.npx._boxes import *  # noqa: F403
    from weft.npx._checkpoint import *  # noqa: F403
    from weft.npx._control import *  # noqa: F403
    from weft.npx._detection import *  # noqa: F403
    from weft.npx._effects import *  # noqa: F403
    from weft.npx._likes import *  # noqa: F403
    from weft.npx._ops import *  # noqa: F403
    from weft.npx._quantize import *  # noqa: F403
    from weft.npx._sampling import *  # noqa: F403
    from weft.npx._sequences import *  # noqa: F403


def waitall() -> None:
    """Waits for all work; raises the first failure that nobody has seen.

    >>> from weft import npx
    >>> npx.waitall()
    """
    _native.wait_all()


def set_num_threads(count: int) -> None:
    """Uses `count` threads, 1 to 4,096, from now on. Results do not depend on it.

    >>> from weft import npx
    >>> before = npx.num_threads()
    >>> npx.set_num_threads(1)
    >>> npx.num_threads()
    1
    >>> npx.set_num_threads(before)
    """
    _native.set_num_threads(count)


def num_threads() -> int:
    """The number of threads that operators use.

    >>> from weft import npx
    >>> npx.num_threads() >= 1
    True
    """
    return _native.num_threads()


def save(
    path: str | PathLike[str], arrays: Mapping[str, _ndarray], *, background: bool = False
) -> _BackgroundWrite | None:
    """Writes named arrays to a safetensors file, which replaces an old one in one step.

    background: the engine's threads write, while the arrays may be changed: the file gets what
        they have now. The result's `wait()` returns when it is complete, and raises what failed;
        so does `waitall`. Files are written in the order of the calls; `load` waits for them

    Raises OSError where the file cannot be written; the old one then stays whole.

    >>> from weft import np, npx
    >>> npx.save("arrays.safetensors", {"x": np.array([1.0, 2.0])})
    >>> npx.load("arrays.safetensors")
    {'x': array([1., 2.])}
    """
    if not isinstance(arrays, Mapping):
        raise _InvalidType(f"save: `arrays` must be a dict of arrays; got {type(arrays).__name__}")
    return _save_arrays(path, arrays, background)


def load(path: str | PathLike[str]) -> dict[str, _ndarray]:
    """The named arrays of a safetensors file.

    Raises OSError for a file that cannot be read or is damaged.

    >>> from weft import np, npx
    >>> npx.save("arrays.safetensors", {"x": np.arange(3)})
    >>> npx.load("arrays.safetensors")["x"]
    array([0, 1, 2])
    """
    return _native.load_arrays(fsdecode(path))


_OWN = ("load", "num_threads", "random", "save", "set_num_threads", "waitall")

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.npx", _words.FUNCTIONS, ("np",))

    def _operator(name: str) -> Any:
        """An operator, also one that was registered later; or the list of all names."""
        if name == "random":
            from weft.np import random

            return random
        if name == "__all__":
            from weft.npx import _ops

            globals()["__all__"] = found = sorted({*_OWN, *_PLACES, *_ops.__all__})
            return found
        found = None if name.startswith("_") else _native.operator(name)
        if found is None or found.place != "npx":
            return _find(name)
        globals()[name] = found  # found without this function from now on
        return found

    __getattr__ = _later.names_of("weft.npx", _PLACES, _operator)

    def __dir__() -> list[str]:
        later = [name for name, found in globals().items() if isinstance(found, _native.Operator)]
        return sorted({*__getattr__("__all__"), *later})
