"""Where the library of operators over LAPACK lies, and the LAPACK that pip has installed.

`weft.runtime` uses this without NumPy and the extension module.
"""

import os
from pathlib import Path

LIBRARY = Path(__file__).absolute().parent.parent / "lib" / "libweft_linalg.so"
_PACKAGES = ("scipy_openblas64", "scipy_openblas32")


def prepared() -> str:
    """The path of the library of operators. An OpenBLAS of pip is loaded first, where there is one:
    the library then finds it by its name. WEFT_LAPACK names another file."""
    if not os.environ.get("WEFT_LAPACK"):
        _load_openblas()
    return str(LIBRARY)


def _load_openblas() -> None:
    import ctypes
    import importlib.util

    for package in _PACKAGES:
        found = importlib.util.find_spec(package)
        for folder in (found.submodule_search_locations or ()) if found else ():
            for path in Path(folder, "lib").glob("libscipy_openblas*.so"):
                ctypes.CDLL(str(path))
                return


__all__ = ["LIBRARY", "prepared"]
