"""Modules that a program writes in Python: layers and losses without parameters."""

import logging
from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet.io import DataDesc
from weft.mxnet.module._parts import metric_of
from weft.mxnet.module.base_module import BaseModule, described


class PythonModule(BaseModule):
    """Base of modules without parameters. A subclass writes `_compute_output_shapes`, `forward`,
    `backward`, `get_outputs` and `get_input_grads`.
    """

    def __init__(
        self,
        data_names: Sequence[str],
        label_names: Sequence[str] | None,
        output_names: Sequence[str],
        logger: Any = logging,
    ) -> None:
        super().__init__(logger)
        self._data_names = list(data_names)
        self._label_names = list(label_names or ())
        self._output_names = list(output_names)
        self._data_shapes: Any = None
        self._label_shapes: Any = None
        self._output_shapes: Any = None

    @property
    def data_names(self) -> list[str]:
        """The names of the data."""
        return self._data_names

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        return self._output_names

    @property
    def data_shapes(self) -> Any:
        """Descriptions of the data."""
        return self._data_shapes

    @property
    def label_shapes(self) -> Any:
        """Descriptions of the labels."""
        return self._label_shapes

    @property
    def output_shapes(self) -> Any:
        """Names and shapes of the outputs."""
        return self._output_shapes

    def get_params(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Two empty dicts: there are no parameters."""
        return {}, {}

    def init_params(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: there are no parameters."""
        self.params_initialized = True

    def set_params(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: there are no parameters."""

    def update(self) -> None:
        """Nothing: there are no parameters."""

    def init_optimizer(self, *args: Any, **kwargs: Any) -> None:
        """Nothing: there are no parameters."""
        self.optimizer_initialized = True

    def install_monitor(self, mon: Any) -> None:
        """Nothing: a monitor sees graphs alone."""

    def update_metric(self, eval_metric: Any, labels: Any, pre_sliced: bool = False) -> None:
        """Adds the last batch to a metric, where the module has labels."""
        if self._label_shapes:
            if pre_sliced:
                raise InvalidValue("update_metric: a PythonModule takes labels as they are")
            metric_of(eval_metric).update(labels, self.get_outputs())

    def bind(
        self,
        data_shapes: Any,
        label_shapes: Any = None,
        for_training: bool = True,
        inputs_need_grad: bool = False,
        force_rebind: bool = False,
        shared_module: Any = None,
        grad_req: Any = "write",
    ) -> None:
        """Notes the shapes of the data."""
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._data_shapes = described(self._data_names, data_shapes, "data_shapes")
        self._label_shapes = label_shapes
        self._output_shapes = self._compute_output_shapes()
        self.binded = True

    def _compute_output_shapes(self) -> Any:
        """Names and shapes of the outputs; a subclass writes it."""
        raise NotImplementedError(f"{type(self).__name__}: write `_compute_output_shapes`")


class PythonLossModule(PythonModule):
    """A loss at the end of a chain: its output is its data, its gradient what `grad_func` says.

    grad_func: gets scores and labels, returns the gradient of the scores
    """

    def __init__(
        self,
        name: str = "pyloss",
        data_names: Sequence[str] = ("data",),
        label_names: Sequence[str] = ("softmax_label",),
        logger: Any = logging,
        grad_func: Callable[[Any, Any], Any] | None = None,
    ) -> None:
        super().__init__(data_names, label_names, [f"{name}_output"], logger)
        if len(self._data_names) != 1 or len(self._label_names) != 1:
            raise InvalidValue("PythonLossModule: must have one name of data and one of labels")
        if grad_func is not None and not callable(grad_func):
            raise InvalidValue("PythonLossModule: `grad_func` must be a function")
        self._name, self._grad_func = name, grad_func
        self._scores: Any = None
        self._labels: Any = None
        self._scores_grad: Any = None

    def _compute_output_shapes(self) -> list[DataDesc]:
        return [DataDesc(f"{self._name}_output", self._data_shapes[0].shape)]

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """Keeps the scores and, in training, the labels."""
        self._scores = data_batch.data[0]
        train = self.for_training if is_train is None else is_train
        if train:
            self._labels = data_batch.label[0]

    def get_outputs(self, merge_multi_context: bool = True) -> list[Any]:
        """The scores."""
        return [self._scores]

    def backward(self, out_grads: Any = None) -> None:
        """The gradient of the scores."""
        if out_grads is not None:
            raise InvalidValue("backward: a loss has no `out_grads`")
        if not self.for_training:
            raise InvalidState("backward: bind with `for_training=True` to have gradients")
        self._backward_impl()

    def _backward_impl(self) -> None:
        """Sets the gradient by `grad_func`; a subclass may write it instead."""
        if self._grad_func is None:
            raise NotImplementedError(
                "PythonLossModule: give `grad_func`, or write `_backward_impl` in a subclass"
            )
        self._scores_grad = self._grad_func(self._scores, self._labels)

    def get_input_grads(self, merge_multi_context: bool = True) -> list[Any]:
        """The gradient of the scores."""
        return [self._scores_grad]


__all__ = ["PythonLossModule", "PythonModule"]
__dir__ = __all__.copy
