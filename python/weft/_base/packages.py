"""Packages that only some programs need: imported when they are used, and told how to install."""

import importlib
from typing import Any


def package(where: str, module: str, extra: str, name: str | None = None) -> Any:
    """The module of an optional package.

    where: begins the error; extra: of `pip install 'weft[extra]'`
    name: what the package is called, if not as its module

    Raises ImportError, which says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{where}: it needs {name or module.partition('.')[0]}: pip install 'weft[{extra}]'"
        ) from error


def is_weft(module: str | None) -> bool:
    """Is it one of this package's? Code that was made by `exec` may be of no module.

    >>> is_weft("weft.np"), is_weft("weftlike"), is_weft(None)
    (True, False, False)
    """
    return module is not None and module.partition(".")[0] == "weft"


__all__ = ["is_weft", "package"]
