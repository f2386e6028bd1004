"""Packages that only some programs need: imported when they are used, and told how to install."""

import functools
import importlib
from importlib import metadata
from pathlib import Path
from typing import Any


def package(where: str, module: str, extra: str, name: str | None = None) -> Any:
    """The module of an optional package.

    where: begins the error; extra: the name of what needs it among the optional dependencies
    name: what the package is called, if not as its module

    Raises ImportError, which says what to install.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise ImportError(
            f"{where}: it needs {name or module.partition('.')[0]}: {installing(extra)}"
        ) from error


def installing(extra: str) -> str:
    """The command that installs what an extra needs, for a tree of the sources as for an installed
    package: it names the packages themselves, because the name `weft` belongs to another project on
    the index.

    >>> installing("viz")
    "pip install 'matplotlib>=3.7'"
    """
    return "pip install " + " ".join(f"'{one}'" for one in _requirements(extra))


@functools.cache
def _requirements(extra: str) -> list[str]:
    project = Path(__file__).resolve().parents[3] / "pyproject.toml"
    if project.is_file():
        import tomllib

        told = tomllib.loads(project.read_text("utf-8"))["project"]
        return list(told["optional-dependencies"][extra])
    wanted = f'extra == "{extra}"'
    found = [line.partition(";") for line in metadata.requires("weft") or ()]
    return [name.strip() for name, _, when in found if when.strip().replace("'", '"') == wanted]


def is_weft(module: str | None) -> bool:
    """Is it one of this package's? Code that was made by `exec` may be of no module.

    >>> is_weft("weft.np"), is_weft("weftlike"), is_weft(None)
    (True, False, False)
    """
    return module is not None and module.partition(".")[0] == "weft"


__all__ = ["installing", "is_weft", "package"]
