"""Checkpoints of 1.x, and `FeedForward`, the oldest way to train: `mx.model`.

>>> from weft import mxnet as mx
>>> arguments, states = mx.model.load_params("model", 10)  # doctest: +SKIP
"""

import logging
from collections.abc import Mapping
from typing import Any

from weft._base.errors import InvalidState, InvalidType
from weft.mxnet._checkpoints import (
    BatchEndParam,
    load_checkpoint,
    load_params,
    save_checkpoint,
)
from weft.mxnet.io import NDArrayIter
from weft.mxnet.module import Module


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
        if getattr(data, "provide_data", None) is not None:
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
        if self.arg_params is None:
            raise InvalidState("FeedForward: has no parameters; call `fit`, or load a checkpoint")
        names = self._names(data)
        known = {*names["data_names"], *self.arg_params}
        # Labels that the iterator lacks follow from the data, and are not read.
        names["label_names"] = [n for n in self.symbol.list_arguments() if n not in known]
        found = Module(self.symbol, **names, context=self.ctx)
        found.bind(data.provide_data, data.provide_label or None, for_training=False)
        found.set_params(
            self.arg_params, self.aux_params or {}, allow_extra=self.allow_extra_params
        )
        return found

    def predict(
        self,
        X: Any,  # noqa: N803
        num_batch: int | None = None,
        return_data: bool = False,
        reset: bool = True,
    ) -> Any:
        """The outputs for an iterator or an array, as arrays of NumPy."""
        if return_data:
            raise InvalidType(
                "predict: `return_data` must be False; take the data from the iterator"
            )
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

    def save(self, prefix: str, epoch: int | None = None, remove_amp_cast: bool = True) -> None:
        """Writes a checkpoint."""
        number = self.num_epoch if epoch is None else epoch
        if number is None:
            raise InvalidType("save: `epoch` must be given where there was no `num_epoch`")
        save_checkpoint(
            prefix,
            number,
            self.symbol,
            self.arg_params or {},
            self.aux_params or {},
            remove_amp_cast,
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
    "load_checkpoint",
    "load_params",
    "save_checkpoint",
]
__dir__ = __all__.copy
