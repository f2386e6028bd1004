"""Files of trained networks, as `mx.gluon.model_zoo.model_store` has them: libraries that build on
MXNet enter their own networks here and ask for the files.

Nothing is downloaded: a file is found where MXNet put it, below `$MXNET_HOME/models` or
`~/.mxnet/models`, or the error tells where it belongs.
"""

import os
from pathlib import Path
from typing import Any

from weft._base.errors import MissingFile

# By name of a network: the SHA-1 of its file, of which names have the first eight digits. Libraries
# write theirs into it.
_model_sha1: dict[str, str] = {}


def short_hash(name: str) -> str:
    """The digits in the name of a network's file. Raises ValueError for one that nobody entered."""
    if name not in _model_sha1:
        raise ValueError(f"short_hash: no file of `{name}` is known")
    return _model_sha1[name][:8]


def get_model_file(name: str, root: Any = None, **_: Any) -> str:
    """The path of `<name>.params` or `<name>-<digits>.params` below `root`.

    Raises FileNotFoundError, which tells the place.
    """
    home = os.environ.get("MXNET_HOME", os.path.join("~", ".mxnet"))
    folder = Path(root or os.path.join(home, "models")).expanduser()
    digits = _model_sha1.get(name, "")[:8]
    for path in sorted(folder.glob(f"{name}*.params")):
        if path.name == f"{name}.params" or path.name.startswith(f"{name}-{digits}"):
            return str(path)
    raise MissingFile(
        f"model_zoo: `pretrained=True` needs {folder / (name + '.params')}, and Weft opens no "
        f"network connection: put MXNet's file {name}-*.params there, or load weights of others "
        "with `net.load_parameters(path)`"
    )


def purge(root: Any = None) -> None:
    """Removes all files of networks below `root`."""
    home = os.environ.get("MXNET_HOME", os.path.join("~", ".mxnet"))
    for path in Path(root or os.path.join(home, "models")).expanduser().glob("*.params"):
        path.unlink()


__all__ = ["get_model_file", "purge", "short_hash"]
__dir__ = __all__.copy
