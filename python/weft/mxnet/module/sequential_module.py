"""`SequentialModule`: modules of which each takes the outputs of the one before."""

import logging
from typing import Any

from weft._base.errors import InvalidState, InvalidValue
from weft.mxnet.io import DataBatch, DataDesc
from weft.mxnet.module.base_module import BaseModule


class SequentialModule(BaseModule):
    """A chain of modules.

    >>> from weft import mxnet as mx
    >>> first = mx.mod.Module(mx.sym.relu(mx.sym.Variable("data")), label_names=None)
    >>> chain = mx.mod.SequentialModule().add(first)
    """

    META_TAKE_LABELS = "take_labels"
    META_AUTO_WIRING = "auto_wiring"

    def __init__(self, logger: Any = logging) -> None:
        super().__init__(logger)
        self._modules: list[Any] = []
        self._metas: list[dict[str, Any]] = []
        self._label_shapes: Any = None
        self._data_shapes: Any = None

    def add(self, module: Any, **kwargs: Any) -> "SequentialModule":
        """Puts a module at the end, and returns the chain.

        take_labels: does it get the labels? auto_wiring: are its data, whatever their names, the
            outputs of the module before?
        """
        known = (self.META_TAKE_LABELS, self.META_AUTO_WIRING)
        for key in kwargs:
            if key not in known:
                raise InvalidValue(f"add: `{key}` is not known; known are {', '.join(known)}")
        self._modules.append(module)
        self._metas.append(kwargs)
        self.binded = self.params_initialized = self.optimizer_initialized = False
        return self

    @property
    def data_names(self) -> Any:
        """The names of the first module's data."""
        return self._modules[0].data_names if self._modules else []

    @property
    def output_names(self) -> Any:
        """The names of the last module's outputs."""
        return self._modules[-1].output_names if self._modules else []

    @property
    def data_shapes(self) -> Any:
        """Descriptions of the first module's data."""
        self._require_bound("data_shapes")
        return self._modules[0].data_shapes

    @property
    def label_shapes(self) -> Any:
        """Descriptions of the labels."""
        return self._label_shapes

    @property
    def output_shapes(self) -> Any:
        """Names and shapes of the last module's outputs."""
        self._require_bound("output_shapes")
        return self._modules[-1].output_shapes

    def _takes_labels(self, number: int) -> bool:
        return bool(self._metas[number].get(self.META_TAKE_LABELS, False))

    def get_params(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and states of all modules."""
        self._require("get_params")
        arguments: dict[str, Any] = {}
        states: dict[str, Any] = {}
        for module in self._modules:
            mine, own = module.get_params()
            arguments.update(mine)
            states.update(own)
        return arguments, states

    def init_params(
        self,
        initializer: Any = "uniform",
        arg_params: Any = None,
        aux_params: Any = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        """Gives parameters and states of all modules first values.

        Raises ValueError where two modules have a parameter of one name.
        """
        if self.params_initialized and not force_init:
            return
        self._require_bound("init_params")
        for module in self._modules:
            module.init_params(
                initializer=initializer,
                arg_params=arg_params,
                aux_params=aux_params,
                allow_missing=allow_missing,
                force_init=force_init,
                # What belongs to another module of the chain is no mistake of this one.
                allow_extra=True,
            )
        self._refuse_shared_names()
        self.params_initialized = True

    def _refuse_shared_names(self) -> None:
        owners: dict[str, int] = {}
        for number, module in enumerate(self._modules):
            arguments, states = module.get_params()
            for name in (*arguments, *states):
                if name in owners:
                    raise InvalidValue(
                        f"init_params: modules {owners[name]} and {number} both have a parameter "
                        f"`{name}`; give their layers different names"
                    )
                owners[name] = number

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
        """Makes arrays for all modules, each for the outputs of the one before."""
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if not self._modules:
            raise InvalidState("bind: the chain has no modules; add some first")
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._label_shapes = None
        shapes = list(data_shapes)
        for number, module in enumerate(self._modules):
            labels = label_shapes if self._takes_labels(number) else None
            self._label_shapes = labels or self._label_shapes
            if self._metas[number].get(self.META_AUTO_WIRING, False):
                shapes = [
                    DataDesc(name, shape[1])
                    for name, shape in zip(module.data_names, shapes, strict=True)
                ]
            module.bind(
                data_shapes=shapes,
                label_shapes=labels,
                for_training=for_training,
                inputs_need_grad=for_training and (number > 0 or inputs_need_grad),
                force_rebind=force_rebind,
                grad_req=grad_req,
            )
            shapes = [DataDesc(name, shape) for name, shape in module.output_shapes]
        self.binded = True

    def init_optimizer(
        self,
        kvstore: Any = "local",
        optimizer: Any = "sgd",
        optimizer_params: Any = (("learning_rate", 0.01),),
        force_init: bool = False,
    ) -> None:
        """Makes what updates the parameters of each module."""
        self._require("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        for module in self._modules:
            module.init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        self.optimizer_initialized = True

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch."""
        self._require("forward")
        data = data_batch.data
        for module in self._modules:
            module.forward(DataBatch(data, data_batch.label, data_batch.pad), is_train=is_train)
            data = [array.detach() for array in module.get_outputs()]

    def backward(self, out_grads: Any = None) -> None:
        """The gradients of the last batch, from the last module to the first."""
        self._require("backward")
        for number, module in reversed(list(enumerate(self._modules))):
            module.backward(out_grads=out_grads)
            if number:
                out_grads = module.get_input_grads()

    def update(self) -> None:
        """Updates the parameters of all modules."""
        self._require("update")
        for module in self._modules:
            module.update()

    def get_outputs(self, merge_multi_context: bool = True) -> Any:
        """The outputs of the last module."""
        self._require("get_outputs")
        return self._modules[-1].get_outputs(merge_multi_context)

    def get_input_grads(self, merge_multi_context: bool = True) -> Any:
        """The gradients of the first module's data."""
        self._require("get_input_grads")
        return self._modules[0].get_input_grads(merge_multi_context)

    def update_metric(self, eval_metric: Any, labels: Any, pre_sliced: bool = False) -> None:
        """Adds the last batch to a metric, by the modules that take labels."""
        self._require("update_metric")
        for number, module in enumerate(self._modules):
            if self._takes_labels(number):
                module.update_metric(eval_metric, labels, pre_sliced)

    def install_monitor(self, mon: Any) -> None:
        """Lets a monitor see what the modules compute."""
        for module in self._modules:
            module.install_monitor(mon)


__all__ = ["SequentialModule"]
__dir__ = __all__.copy
