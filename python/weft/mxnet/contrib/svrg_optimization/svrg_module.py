"""`SVRGModule`: a module that is trained by stochastic variance reduced gradients.

Every `update_freq` epochs the parameters are kept aside, and the mean gradient of all data is
computed for these. Each step then goes along g - g' + m: the gradient of the batch for the present
parameters, less that for the kept ones, and the mean. Its expectation is the gradient, and its
variance falls as the parameters settle.
"""

import logging
from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft.mxnet import autograd
from weft.mxnet.contrib.svrg_optimization import svrg_optimizer  # noqa: F401 - registers itself
from weft.mxnet.module import Module


class SVRGModule(Module):
    """A module whose `update` is one of SVRG.

    update_freq: how many epochs go by between two gradients of all data; other arguments are those
        of `Module`

    `fit` does it all. In a loop of one's own call `update_full_grads(data)` every `update_freq`
    epochs, before the batches; until the first call updates are those of the optimizer alone. Two
    networks run for each batch.

    Raises TypeError or ValueError for an `update_freq` that is no integer greater than 0.
    """

    def __init__(
        self,
        symbol: Any,
        data_names: Sequence[str] | None = ("data",),
        label_names: Sequence[str] | None = ("softmax_label",),
        logger: Any = logging,
        context: Any = None,
        work_load_list: Sequence[float] | None = None,
        fixed_param_names: Sequence[str] | None = None,
        state_names: Sequence[str] | None = None,
        group2ctxs: Any = None,
        compression_params: Any = None,
        update_freq: int | None = None,
    ) -> None:
        if isinstance(update_freq, bool) or not isinstance(update_freq, int):
            raise InvalidType(
                f"SVRGModule: `update_freq` must be a number of epochs; got {update_freq!r}"
            )
        if update_freq < 1:
            raise InvalidValue(f"SVRGModule: `update_freq` must be at least 1; got {update_freq}")
        options = (data_names, label_names, logger, context, work_load_list)
        more = (fixed_param_names, state_names, group2ctxs, compression_params)
        super().__init__(symbol, *options, *more)
        self.update_freq = update_freq
        self._mod_aux = Module(symbol, *options, *more)  # with the parameters that are kept aside
        # The mean gradient of all data: for each parameter one array for each context, or None.
        self._full_grads: list[list[Any]] | None = None

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
        """Binds both networks to shapes; see `Module.bind`."""
        given = (data_shapes, label_shapes, for_training, inputs_need_grad, force_rebind)
        super().bind(*given, shared_module, grad_req)
        if for_training:
            self._mod_aux.bind(*given, None, grad_req)

    def reshape(self, data_shapes: Any, label_shapes: Any = None) -> None:
        """Binds both networks to other shapes of data."""
        super().reshape(data_shapes, label_shapes)
        if self._mod_aux.binded:
            self._mod_aux.reshape(data_shapes, label_shapes)

    def init_optimizer(
        self,
        kvstore: Any = "local",
        optimizer: Any = "sgd",
        optimizer_params: Any = (("learning_rate", 0.01),),
        force_init: bool = False,
    ) -> None:
        """Makes what updates the parameters; see `Module.init_optimizer`."""
        options = {**dict(optimizer_params), "default_optimizer": optimizer}
        super().init_optimizer(kvstore, "_svrgoptimizer", options, force_init)

    def update_full_grads(self, train_data: Any) -> None:
        """Keeps the parameters aside and computes the mean gradient of all batches of an iterator
        for them. The iterator is at its beginning afterwards."""
        if not self._mod_aux.binded:
            raise InvalidState("update_full_grads: the module must be bound for training")
        arguments, states = self.get_params()
        self._mod_aux.init_params(arg_params=arguments, aux_params=states, force_init=True)
        group = self._mod_aux._exec_group
        sums: list[list[Any]] | None = None
        batches = 0.0
        train_data.reset()
        for batch in train_data:
            self._mod_aux.forward(batch, is_train=True)
            self._mod_aux.backward()
            # Rows that fill the last batch up are no data of their own.
            batches += 1 - (getattr(batch, "pad", None) or 0) / train_data.batch_size
            with autograd.pause():
                sums = _sums(sums, group.grad_arrays)
        train_data.reset()
        if sums is None:
            raise InvalidValue("update_full_grads: `train_data` must have at least one batch")
        with autograd.pause():
            self._full_grads = [
                [None if one is None else one / batches for one in parts] for parts in sums
            ]

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch; in training also of the parameters that are kept aside."""
        super().forward(data_batch, is_train)
        if self._full_grads is not None and (self.for_training if is_train is None else is_train):
            self._mod_aux.forward(data_batch, is_train)

    def backward(self, out_grads: Any = None) -> None:
        """The gradients, also for the parameters that are kept aside."""
        super().backward(out_grads)
        if self._full_grads is not None:
            self._mod_aux.backward(out_grads)

    def update(self) -> None:
        """Updates the parameters by the corrected gradients of the last batch."""
        if self._full_grads is not None and self._exec_group is not None:
            kept = self._mod_aux._exec_group.grad_arrays
            with autograd.pause():
                for parts in zip(self._exec_group.grad_arrays, kept, self._full_grads, strict=True):
                    for gradient, other, mean in zip(*parts, strict=True):
                        if gradient is not None:
                            gradient[:] = gradient - other + mean
        super().update()

    def _epoch(self, epoch: int, train_data: Any, *others: Any) -> list[tuple[str, float]]:
        if epoch % self.update_freq == 0:
            self.update_full_grads(train_data)
        return super()._epoch(epoch, train_data, *others)


def _sums(sums: list[list[Any]] | None, gradients: list[list[Any]]) -> list[list[Any]]:
    """Sums of gradients by parameter and context; the first ones are copied."""
    if sums is None:
        return [[None if one is None else one.copy() for one in parts] for parts in gradients]
    return [
        [None if one is None else one + more for one, more in zip(parts, others, strict=True)]
        for parts, others in zip(sums, gradients, strict=True)
    ]


__all__ = ["SVRGModule"]
__dir__ = __all__.copy
