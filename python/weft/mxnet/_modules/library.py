"""Libraries of operators of your own: `mx.library.load`.

The library is one of Weft's, in C (`weft_library_init` in weft.h). Libraries that were built with
MXNet's `lib_api.h` are refused: they call MXNet's own code.
"""

import os
from os import PathLike, fspath

from weft import library as _library
from weft._base.errors import InvalidValue, MissingFile


def load(path: str | PathLike[str], verbose: bool = True) -> None:
    """Loads a library; its operators are functions of `mx.npx` from now on.

    verbose: print what has been loaded

    Raises FileNotFoundError where there is none, ValueError for a path that is not absolute or
    does not end in `.so`, and for a library without operators.
    """
    text = fspath(path)
    if not os.path.exists(text):
        raise MissingFile(f"load: `path` must be that of a library; there is no file {text}")
    if not os.path.isabs(text):
        raise InvalidValue(f"load: `path` must be absolute; got {text}")
    if not text.endswith((".so", ".dll")):
        raise InvalidValue(f"load: `path` must end in .so; got {text}")
    found = _library.load(text)
    if verbose:
        names = ", ".join(function.__name__ for function in found)
        print(f"{text}: {names or 'was loaded before'}")


def compiled_with_gcc_cxx11_abi() -> int:
    """-1: whoever links with the library needs no C++ of one kind, as its interface is C."""
    return -1


__all__ = ["compiled_with_gcc_cxx11_abi", "load"]
__dir__ = __all__.copy
