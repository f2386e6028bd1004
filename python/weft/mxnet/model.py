"""Checkpoints of 1.x: `prefix-symbol.json` and `prefix-0000.params`."""

from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files


def load_params(
    prefix: str | PathLike[str], epoch: int
) -> tuple[dict[str, ndarray], dict[str, ndarray]]:
    """The arguments and the auxiliary states of a checkpoint, each by name.

    Raises OSError for a file that is missing or damaged.

    >>> from weft import mxnet as mx
    >>> arguments, states = mx.model.load_params("model", 10)  # doctest: +SKIP
    """
    if isinstance(epoch, bool) or not isinstance(epoch, int):
        raise InvalidType(f"load_params: `epoch` must be an integer; got {epoch!r}")
    path = f"{fspath(prefix)}-{epoch:04d}.params"
    found = _files.read(path, "load_params")
    _files.parameters_of(found, "load_params", path)  # raises for what is no file of parameters
    parts: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name, record in zip(found.names, found.records, strict=True):
        is_state = name.startswith("aux:")
        parts[is_state][_files.without_role(name)] = record.array() if record else None
    return parts


__all__ = ["load_params"]
__dir__ = __all__.copy
