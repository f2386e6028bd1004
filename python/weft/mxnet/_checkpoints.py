"""Checkpoints of 1.x, `prefix-symbol.json` and `prefix-0000.params`, and steps of training."""

import logging
import os
from collections import namedtuple
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidType
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files

BatchEndParam = namedtuple("BatchEndParam", ["epoch", "nbatch", "eval_metric", "locals"])
BatchEndParam.__doc__ = "What callbacks get after a batch: epoch, number of the batch, the metric."


# ---- files ---------------------------------------------------------------------------------------


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
    return split_params(f"{fspath(prefix)}-{epoch:04d}.params", "load_params")


def split_params(path: str | PathLike[str], caller: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The arguments and the auxiliary states of a file, whose names say which they are."""
    from weft.mxnet.ndarray._files import stored

    found = _files.read(path, caller)
    _files.parameters_of(found, caller, fspath(path))  # raises for what is no file of parameters
    parts: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name, record in zip(found.names, found.records, strict=True):
        is_state = name.startswith("aux:")
        parts[is_state][_files.without_role(name)] = stored(record)
    return parts


def save_checkpoint(
    prefix: str | PathLike[str],
    epoch: int,
    symbol: Any,
    arg_params: Mapping[str, Any],
    aux_params: Mapping[str, Any],
    remove_amp_cast: bool = True,
) -> None:
    """Writes a symbol, where there is one, and parameters with an epoch's number."""
    from weft.mxnet import ndarray as nd

    if symbol is not None:
        symbol.save(f"{fspath(prefix)}-symbol.json", remove_amp_cast=remove_amp_cast)
    whole = {f"arg:{name}": array for name, array in arg_params.items()}
    whole |= {f"aux:{name}": array for name, array in aux_params.items()}
    name = f"{fspath(prefix)}-{epoch:04d}.params"
    nd.save(name, whole)
    logging.info('Saved checkpoint to "%s"', name)


def load_checkpoint(
    prefix: str | PathLike[str], epoch: int
) -> tuple[Any, dict[str, ndarray], dict[str, ndarray]]:
    """The symbol, the arguments and the auxiliary states of a checkpoint."""
    from weft.mxnet import symbol

    return symbol.load(f"{fspath(prefix)}-symbol.json"), *load_params(prefix, epoch)


# ---- updates -------------------------------------------------------------------------------------


def create_kvstore(kvstore: Any, num_device: int) -> tuple[Any, bool]:
    """The store of a name, or None where one device needs none; and: does it do the updates?"""
    from weft.mxnet.kvstore import KVStoreBase, create

    if kvstore is None:
        return None, False
    if isinstance(kvstore, str):
        if num_device == 1 and "dist" not in kvstore:
            return None, False
        kvstore = create(kvstore)
    elif not isinstance(kvstore, KVStoreBase):
        raise InvalidType(
            f"init_optimizer: `kvstore` must be a name, a store or None; got "
            f"{type(kvstore).__name__}"
        )
    is_asked = os.getenv("MXNET_UPDATE_ON_KVSTORE", "1") != "0"
    return kvstore, is_asked and kvstore.is_capable("optimizer")


def update_params(
    names: Sequence[str],
    param_arrays: Sequence[Sequence[Any]],
    grad_arrays: Sequence[Sequence[Any]],
    updater: Any,
    kvstore: Any,
    is_on_store: bool,
) -> None:
    """Updates parameters by the sums of their gradients, which are on several devices."""
    count = len(param_arrays[0]) if param_arrays else 1
    for index, (weights, grads) in enumerate(zip(param_arrays, grad_arrays, strict=True)):
        if grads[0] is None:
            continue
        if is_on_store:
            kvstore.push(names[index], list(grads), priority=-index)
            kvstore.pull(names[index], list(weights), priority=-index)
            continue
        if kvstore is not None:
            kvstore.pushpull(names[index], list(grads), priority=-index)
        for number, (weight, grad) in enumerate(zip(weights, grads, strict=True)):
            updater(index * count + number, grad, weight)


__all__ = [
    "BatchEndParam",
    "create_kvstore",
    "load_checkpoint",
    "load_params",
    "save_checkpoint",
    "split_params",
    "update_params",
]
