"""Checkpoints of 1.x, `prefix-symbol.json` and `prefix-0000.params`, and what trains on them."""

import logging
import os
from collections import namedtuple
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidState, InvalidType
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
    """The arguments and the auxiliary states of a file, whose names begin with `arg:` and `aux:`."""
    from weft.mxnet.symbol._arrays import wrapped

    found = _files.read(path, caller)
    _files.parameters_of(found, caller, fspath(path))  # raises for what is no file of parameters
    parts: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    for name, record in zip(found.names, found.records, strict=True):
        is_state = name.startswith("aux:")
        value = wrapped(record.array()) if record else None
        parts[is_state][_files.without_role(name)] = value
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
    from weft.mxnet import kvstore as stores

    if kvstore is None:
        return None, False
    if isinstance(kvstore, str):
        if num_device == 1 and "dist" not in kvstore:
            return None, False
        kvstore = stores.create(kvstore)
    elif not hasattr(kvstore, "pushpull"):
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


# ---- FeedForward ---------------------------------------------------------------------------------


class FeedForward:
    """The oldest way to train: a symbol with the data given to `fit`. `Module` has taken its place.

    ctx: the context, or several
    num_epoch, optimizer, initializer, kwargs: as for `Module.fit`; kwargs go to the optimizer
    """

    def __init__(
        self,
        symbol: Any,
        ctx: Any = None,
        num_epoch: int | None = None,
        epoch_size: int | None = None,
        optimizer: Any = "sgd",
        initializer: Any = "uniform",
        numpy_batch_size: int = 128,
        arg_params: Mapping[str, Any] | None = None,
        aux_params: Mapping[str, Any] | None = None,
        allow_extra_params: bool = False,
        begin_epoch: int = 0,
        **kwargs: Any,
    ) -> None:
        self.symbol, self.ctx, self.num_epoch = symbol, ctx, num_epoch
        self.epoch_size, self.optimizer, self.initializer = epoch_size, optimizer, initializer
        self.numpy_batch_size, self.begin_epoch = numpy_batch_size, begin_epoch
        self.arg_params, self.aux_params = arg_params, aux_params
        self.allow_extra_params = allow_extra_params
        self.kwargs = kwargs
        self._module: Any = None

    def _iterator(self, data: Any, label: Any, is_train: bool) -> Any:
        """Arrays as an iterator; an iterator stays as it is."""
        from weft.mxnet.io import NDArrayIter

        if hasattr(data, "provide_data"):
            return data
        count = min(len(data), self.numpy_batch_size)
        handle = "roll_over" if is_train else "pad"
        return NDArrayIter(data, label, count, shuffle=is_train, last_batch_handle=handle)

    def _names(self, iterator: Any) -> dict[str, Any]:
        return {
            "data_names": [desc[0] for desc in iterator.provide_data],
            "label_names": [desc[0] for desc in iterator.provide_label or ()],
        }

    def fit(
        self,
        X: Any,  # noqa: N803
        y: Any = None,
        eval_data: Any = None,
        eval_metric: Any = "acc",
        epoch_end_callback: Any = None,
        batch_end_callback: Any = None,
        kvstore: Any = "local",
        logger: Any = None,
        work_load_list: Any = None,
        monitor: Any = None,
        eval_end_callback: Any = None,
        eval_batch_end_callback: Any = None,
    ) -> None:
        """Trains on an iterator, or on arrays with their labels."""
        from weft.mxnet.module import Module

        data = self._iterator(X, y, is_train=True)
        if isinstance(eval_data, tuple | list):
            eval_data = self._iterator(eval_data[0], eval_data[1], is_train=False)
        self._module = Module(
            self.symbol,
            **self._names(data),
            logger=logger or logging,
            context=self.ctx,
            work_load_list=work_load_list,
        )
        self._module.fit(
            data,
            eval_data,
            eval_metric,
            epoch_end_callback,
            batch_end_callback,
            kvstore,
            self.optimizer,
            self.kwargs or (("learning_rate", 0.01),),
            eval_end_callback,
            eval_batch_end_callback,
            self.initializer,
            self.arg_params,
            self.aux_params,
            allow_missing=True,
            begin_epoch=self.begin_epoch,
            num_epoch=self.num_epoch,
            monitor=monitor,
        )
        self.arg_params, self.aux_params = self._module.get_params()

    def _bound(self, data: Any) -> Any:
        """A module for predictions on this data."""
        from weft.mxnet.module import Module

        if self.arg_params is None:
            raise InvalidState("FeedForward: has no parameters; call `fit`, or load a checkpoint")
        found = Module(self.symbol, **self._names(data), context=self.ctx)
        found.bind(data.provide_data, data.provide_label or None, for_training=False)
        found.set_params(
            self.arg_params, self.aux_params or {}, allow_extra=self.allow_extra_params
        )
        return found

    def predict(
        self, X: Any, num_batch: int | None = None, return_data: bool = False, reset: bool = True  # noqa: N803
    ) -> Any:
        """The outputs for an iterator or an array, as arrays of NumPy."""
        if return_data:
            raise InvalidType("predict: `return_data` must be False; take the data from the iterator")
        data = self._iterator(X, None, is_train=False)
        found = self._bound(data).predict(data, num_batch, reset=reset)
        if isinstance(found, list):
            return [array.asnumpy() for array in found]
        return found.asnumpy()

    def score(
        self,
        X: Any,  # noqa: N803
        eval_metric: Any = "acc",
        num_batch: int | None = None,
        batch_end_callback: Any = None,
        reset: bool = True,
    ) -> float:
        """The figure of a metric over an iterator."""
        found = self._bound(X).score(X, eval_metric, num_batch, batch_end_callback, reset=reset)
        return found[0][1]

    def save(
        self, prefix: str, epoch: int | None = None, remove_amp_cast: bool = True
    ) -> None:
        """Writes a checkpoint."""
        number = self.num_epoch if epoch is None else epoch
        if number is None:
            raise InvalidType("save: `epoch` must be given where there was no `num_epoch`")
        save_checkpoint(
            prefix, number, self.symbol, self.arg_params or {}, self.aux_params or {}, remove_amp_cast
        )

    @staticmethod
    def load(prefix: str, epoch: int, ctx: Any = None, **kwargs: Any) -> "FeedForward":
        """The model of a checkpoint."""
        symbol, arguments, states = load_checkpoint(prefix, epoch)
        return FeedForward(
            symbol, ctx, arg_params=arguments, aux_params=states, begin_epoch=epoch, **kwargs
        )

    @staticmethod
    def create(symbol: Any, X: Any, y: Any = None, **kwargs: Any) -> "FeedForward":  # noqa: N803
        """A model that is trained at once; see `fit` and the constructor for the arguments."""
        of_fit = ("eval_data", "eval_metric", "epoch_end_callback", "batch_end_callback")
        of_fit += ("kvstore", "logger", "work_load_list", "eval_end_callback")
        of_fit += ("eval_batch_end_callback", "monitor")
        given = {name: kwargs.pop(name) for name in of_fit if name in kwargs}
        found = FeedForward(symbol, **kwargs)
        found.fit(X, y, **given)
        return found


__all__ = [
    "BatchEndParam",
    "FeedForward",
    "create_kvstore",
    "load_checkpoint",
    "load_params",
    "save_checkpoint",
    "split_params",
    "update_params",
]
__dir__ = __all__.copy
