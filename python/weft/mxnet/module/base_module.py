"""What all modules have in common: the training loop `fit`, scores, predictions."""

import logging
import time
from collections.abc import Iterable, Iterator, Sequence
from os import PathLike
from typing import Any

import numpy

from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.mxnet import _checkpoints as model
from weft.mxnet.io import DataBatch, DataDesc, DataIter
from weft.mxnet.module._parts import joined, metric_of
from weft.mxnet.ndarray._given import made

_ABSENT = object()


class BaseModule:
    """Base of modules. A subclass has `bind`, `init_params`, `init_optimizer`, `forward`,
    `backward`, `update`, `update_metric`, `get_outputs`, `get_params` and descriptions of its data.
    """

    def __init__(self, logger: Any = logging) -> None:
        self.logger = logger
        self.binded = False
        self.for_training = False
        self.inputs_need_grad = False
        self.params_initialized = False
        self.optimizer_initialized = False
        self._symbol: Any = None
        self._total_exec_bytes = 0

    @property
    def symbol(self) -> Any:
        """The graph."""
        return self._symbol

    # ---- steps -------------------------------------------------------------------------------

    def forward_backward(self, data_batch: Any) -> None:
        """The gradients of a batch."""
        self.forward(data_batch, is_train=True)
        self.backward()

    def prepare(self, data_batch: Any, sparse_row_id_fn: Any = None) -> None:
        """Called before a batch is used; a `BucketingModule` binds what it needs."""

    def _require(self, caller: str) -> None:
        if not (self.binded and self.params_initialized):
            raise InvalidState(f"{caller}: call `bind` and `init_params` first")

    def _require_bound(self, caller: str) -> None:
        if not self.binded:
            raise InvalidState(f"{caller}: call `bind` first")

    # ---- whole sets --------------------------------------------------------------------------

    def score(
        self,
        eval_data: Any,
        eval_metric: Any,
        num_batch: int | None = None,
        batch_end_callback: Any = None,
        score_end_callback: Any = None,
        reset: bool = True,
        epoch: int = 0,
        sparse_row_id_fn: Any = None,
    ) -> list[tuple[str, float]]:
        """Names and values of a metric over an iterator.

        num_batch: how many batches at most
        batch_end_callback, score_end_callback: functions, or lists of them, that get a
            `BatchEndParam`
        """
        self._require("score")
        if reset:
            eval_data.reset()
        metric = metric_of(eval_metric)
        metric.reset()
        count = 0
        for number, batch in enumerate(eval_data):
            if number == num_batch:
                break
            self.prepare(batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(batch, is_train=False)
            self._update_by(metric, batch)
            self._call(batch_end_callback, epoch, number, metric, locals())
            count += 1
        if score_end_callback:
            self._call(score_end_callback, epoch, count, metric, locals())
        return metric.get_name_value()

    def _update_by(self, metric: Any, batch: Any) -> None:
        if isinstance(batch, list):
            self.update_metric(metric, [part.label for part in batch], pre_sliced=True)
        else:
            self.update_metric(metric, batch.label)

    @staticmethod
    def _call(callbacks: Any, epoch: int, number: int, metric: Any, around: Any) -> None:
        for callback in _listed(callbacks):
            callback(
                model.BatchEndParam(epoch=epoch, nbatch=number, eval_metric=metric, locals=around)
            )

    def iter_predict(
        self,
        eval_data: Any,
        num_batch: int | None = None,
        reset: bool = True,
        sparse_row_id_fn: Any = None,
    ) -> Iterator[tuple[list[Any], int, Any]]:
        """The outputs of each batch, without its padding, with the batch's number and the batch."""
        self._require("iter_predict")
        if reset:
            eval_data.reset()
        for number, batch in enumerate(eval_data):
            if number == num_batch:
                break
            self.prepare(batch, sparse_row_id_fn=sparse_row_id_fn)
            self.forward(batch, is_train=False)
            pad = batch.pad or 0
            outputs = [out[: out.shape[0] - pad] if pad else out for out in self.get_outputs()]
            yield outputs, number, batch

    def predict(
        self,
        eval_data: Any,
        num_batch: int | None = None,
        merge_batches: bool = True,
        reset: bool = True,
        always_output_list: bool = False,
        sparse_row_id_fn: Any = None,
    ) -> Any:
        """The outputs for an iterator, or for an array.

        merge_batches: outputs of all batches joined; else a list with the outputs of each batch
        """
        self._require("predict")
        if isinstance(eval_data, ndarray | numpy.ndarray):
            array = eval_data if isinstance(eval_data, ndarray) else made(eval_data)
            self.forward(DataBatch([array], None))
            return self.get_outputs()[0]
        if not isinstance(eval_data, DataIter) and getattr(eval_data, "reset", None) is None:
            raise InvalidType(
                f"predict: `eval_data` must be an iterator or an array; got "
                f"{type(eval_data).__name__}"
            )
        listed = [
            outputs
            for outputs, _, _ in self.iter_predict(eval_data, num_batch, reset, sparse_row_id_fn)
        ]
        if not listed or not merge_batches:
            return listed
        counts = {len(outputs) for outputs in listed}
        if len(counts) > 1:
            raise InvalidValue(
                "predict: batches have different numbers of outputs, so they cannot be joined; "
                "use `merge_batches=False`"
            )
        whole = [joined([outputs[i] for outputs in listed], 0) for i in range(counts.pop())]
        return whole[0] if len(whole) == 1 and not always_output_list else whole

    def fit(
        self,
        train_data: Any,
        eval_data: Any = None,
        eval_metric: Any = "acc",
        epoch_end_callback: Any = None,
        batch_end_callback: Any = None,
        kvstore: Any = "local",
        optimizer: Any = "sgd",
        optimizer_params: Any = (("learning_rate", 0.01),),
        eval_end_callback: Any = None,
        eval_batch_end_callback: Any = None,
        initializer: Any = "uniform",
        arg_params: Any = None,
        aux_params: Any = None,
        allow_missing: bool = False,
        force_rebind: bool = False,
        force_init: bool = False,
        begin_epoch: int = 0,
        num_epoch: int | None = None,
        validation_metric: Any = None,
        monitor: Any = None,
        sparse_row_id_fn: Any = None,
    ) -> None:
        """Trains on an iterator: binds, sets parameters, and makes `num_epoch` epochs.

        eval_data: an iterator that is scored after each epoch, by `validation_metric`
        epoch_end_callback: gets (epoch, symbol, arguments, states); batch_end_callback: a
            `BatchEndParam`. Each may be a list
        initializer: of parameters that `arg_params` lacks; `mx.init.Uniform(0.01)` by default
        """
        if num_epoch is None:
            raise InvalidValue("fit: `num_epoch` must be a number of epochs; got None")
        # It may be None, where a subclass binds by itself.
        if getattr(train_data, "provide_data", _ABSENT) is _ABSENT:
            raise InvalidType(
                "fit: `train_data` must be an iterator such as mx.io.NDArrayIter; got "
                f"{type(train_data).__name__}"
            )
        self.bind(
            data_shapes=train_data.provide_data,
            label_shapes=train_data.provide_label,
            for_training=True,
            force_rebind=force_rebind,
        )
        if monitor is not None:
            self.install_monitor(monitor)
        self.init_params(
            initializer=initializer,
            arg_params=arg_params,
            aux_params=aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
        )
        self.init_optimizer(kvstore=kvstore, optimizer=optimizer, optimizer_params=optimizer_params)
        if validation_metric is None:
            validation_metric = eval_metric
        metric = metric_of(eval_metric)
        for epoch in range(begin_epoch, num_epoch):
            started = time.time()
            figures = self._epoch(
                epoch, train_data, metric, monitor, batch_end_callback, sparse_row_id_fn
            )
            for name, value in figures:
                self.logger.info("Epoch[%d] Train-%s=%f", epoch, name, value)
            self.logger.info("Epoch[%d] Time cost=%.3f", epoch, time.time() - started)
            arguments, states = self.get_params()
            self.set_params(arguments, states)
            for callback in _listed(epoch_end_callback):
                callback(epoch, self.symbol, arguments, states)
            if eval_data is not None:
                found = self.score(
                    eval_data,
                    validation_metric,
                    score_end_callback=eval_end_callback,
                    batch_end_callback=eval_batch_end_callback,
                    epoch=epoch,
                )
                for name, value in found:
                    self.logger.info("Epoch[%d] Validation-%s=%f", epoch, name, value)
            train_data.reset()

    def _epoch(
        self,
        epoch: int,
        train_data: Iterable[Any],
        metric: Any,
        monitor: Any,
        batch_end_callback: Any,
        sparse_row_id_fn: Any,
    ) -> list[tuple[str, float]]:
        """One pass over the data; the figures of its metric."""
        metric.reset()
        figures: list[tuple[str, float]] = []
        batches = iter(train_data)
        batch = next(batches, None)
        number = 0
        while batch is not None:
            if monitor is not None:
                monitor.tic()
            self.forward_backward(batch)
            self.update()
            self._update_by(metric, batch)
            # The batch is done with before the next one is asked for: iterators reuse memory.
            batch = next(batches, None)
            if batch is not None:
                self.prepare(batch, sparse_row_id_fn=sparse_row_id_fn)
            if monitor is not None:
                monitor.toc_print()
            if batch is None:
                figures = metric.get_name_value()
            self._call(batch_end_callback, epoch, number, metric, locals())
            number += 1
        return figures

    # ---- parameters --------------------------------------------------------------------------

    def set_params(
        self,
        arg_params: Any,
        aux_params: Any,
        allow_missing: bool = False,
        force_init: bool = True,
        allow_extra: bool = False,
    ) -> None:
        """Sets parameters and states from dicts of arrays.

        Raises RuntimeError for those that are missing, ValueError for those that nobody has, unless
        they are allowed.
        """
        self.init_params(
            initializer=None,
            arg_params=arg_params,
            aux_params=aux_params,
            allow_missing=allow_missing,
            force_init=force_init,
            allow_extra=allow_extra,
        )

    def save_params(self, fname: str | PathLike[str]) -> None:
        """Writes parameters and states to a list file."""
        from weft.mxnet import ndarray as nd

        arguments, states = self.get_params()
        whole = {f"arg:{name}": array for name, array in arguments.items()}
        whole |= {f"aux:{name}": array for name, array in states.items()}
        nd.save(fname, whole)

    def load_params(self, fname: str | PathLike[str]) -> None:
        """Sets parameters and states from a file of `save_params`."""
        self.set_params(*model.split_params(fname, "load_params"))

    def get_states(self, merge_multi_context: bool = True) -> list[Any]:
        """The states that go from batch to batch; none here."""
        self._require("get_states")
        return []

    def set_states(self, states: Any = None, value: Any = None) -> None:
        """Sets the states; there are none here."""
        self._require("set_states")
        if states or value:
            raise InvalidValue("set_states: this module has no states")

    # ---- what a module has -------------------------------------------------------------------

    data_names: Any = ()
    output_names: Any = ()
    data_shapes: Any = ()
    label_shapes: Any = ()
    output_shapes: Any = ()

    def _lacks(self, what: str) -> Any:
        raise NotImplementedError(f"{type(self).__name__}: write `{what}`")

    def get_params(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and states by name."""
        return self._lacks("get_params")

    def init_params(self, *args: Any, **kwargs: Any) -> None:
        """Gives parameters and states first values."""
        self._lacks("init_params")

    def install_monitor(self, mon: Any) -> None:
        """Lets a monitor see what the module computes."""
        self._lacks("install_monitor")

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch."""
        self._lacks("forward")

    def backward(self, out_grads: Any = None) -> None:
        """The gradients of the last batch."""
        self._lacks("backward")

    def get_outputs(self, merge_multi_context: bool = True) -> Any:
        """The outputs of the last `forward`."""
        return self._lacks("get_outputs")

    def get_input_grads(self, merge_multi_context: bool = True) -> Any:
        """The gradients of the data."""
        return self._lacks("get_input_grads")

    def update(self) -> None:
        """Updates the parameters by their gradients."""
        self._lacks("update")

    def update_metric(self, eval_metric: Any, labels: Any, pre_sliced: bool = False) -> None:
        """Adds the last batch to a metric."""
        self._lacks("update_metric")

    def bind(self, *args: Any, **kwargs: Any) -> None:
        """Makes arrays for data of these shapes."""
        self._lacks("bind")

    def init_optimizer(self, *args: Any, **kwargs: Any) -> None:
        """Makes what updates the parameters."""
        self._lacks("init_optimizer")


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def described(names: Sequence[str], shapes: Any, what: str) -> list[DataDesc]:
    """Descriptions of data whose names must be those of the module.

    Raises ValueError for other names, TypeError for what is no shape.
    """
    found = []
    for shape in shapes or ():
        try:
            desc = shape if isinstance(shape, DataDesc) else DataDesc(*shape)
        except TypeError:
            raise InvalidType(
                f"bind: `{what}` must be pairs of a name and a shape; got {shape!r}"
            ) from None
        if not all(isinstance(n, int | numpy.integer) for n in desc.shape):
            raise InvalidType(
                f"bind: the shape of `{desc.name}` must be integers; got {desc.shape}"
            )
        found.append(desc)
    if sorted(names) != sorted(desc.name for desc in found):
        raise InvalidValue(
            f"bind: `{what}` must describe {', '.join(names) or 'nothing'}; got "
            f"{', '.join(desc.name for desc in found) or 'nothing'}"
        )
    by_name = {desc.name: desc for desc in found}
    return [by_name[name] for name in names]


__all__ = ["BaseModule", "described"]
__dir__ = __all__.copy
