"""`BucketingModule`: one network for each length of sequences, all with the same parameters."""

import logging
from collections.abc import Callable, Sequence
from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidState
from weft.mxnet import _checkpoints as model
from weft.mxnet.module._delegating import DelegatingModule
from weft.mxnet.module.module import Module


class BucketingModule(DelegatingModule):
    """Networks that share parameters, one for each key, made when a batch first has it.

    sym_gen: gets a key, returns the symbol, the names of its data and those of its labels
    default_bucket_key: of the network that is bound first: the largest one
    """

    def __init__(
        self,
        sym_gen: Callable[[Any], tuple[Any, Sequence[str], Sequence[str] | None]],
        default_bucket_key: Any = None,
        logger: Any = logging,
        context: Any = None,
        work_load_list: Sequence[float] | None = None,
        fixed_param_names: Sequence[str] | None = None,
        state_names: Sequence[str] | None = None,
        group2ctxs: Any = None,
        compression_params: Any = None,
    ) -> None:
        super().__init__(logger)
        if default_bucket_key is None:
            raise InvalidState("BucketingModule: `default_bucket_key` must be given")
        self._default_bucket_key = default_bucket_key
        self._sym_gen = sym_gen
        self._fixed_param_names = fixed_param_names  # subclasses of programs read it
        self._options = {
            "logger": logger,
            "context": context,
            "work_load_list": work_load_list,
            "fixed_param_names": fixed_param_names,
            "state_names": state_names,
            "group2ctxs": group2ctxs,
            "compression_params": compression_params,
        }
        self._buckets: dict[Any, Module] = {}
        self._curr_module: Any = None
        self._curr_bucket_key: Any = None
        self._monitor: Any = None
        self._grad_req: Any = None
        self._params: tuple[Any, Any] | None = None
        self._preload_opt_states: str | None = None

    @staticmethod
    def load(
        prefix: str | PathLike[str],
        epoch: int,
        sym_gen: Any = None,
        default_bucket_key: Any = None,
        load_optimizer_states: bool = False,
        **kwargs: Any,
    ) -> "BucketingModule":
        """The module of a checkpoint's parameters; the networks come from `sym_gen`."""
        found = BucketingModule(sym_gen, default_bucket_key, **kwargs)
        found._params = model.load_params(prefix, epoch)
        found.params_initialized = True
        if load_optimizer_states:
            found._preload_opt_states = f"{fspath(prefix)}-{epoch:04d}.states"
        return found

    def save_checkpoint(
        self,
        prefix: str | PathLike[str],
        epoch: int,
        save_optimizer_states: bool = False,
        remove_amp_cast: bool = True,
    ) -> None:
        """Writes the parameters, and the symbol of the present key."""
        self._require("save_checkpoint")
        self._curr_module.save_checkpoint(prefix, epoch, save_optimizer_states, remove_amp_cast)

    # ---- what it has -------------------------------------------------------------------------

    def _made(self, key: Any) -> Module:
        symbol, data, labels = self._sym_gen(key)
        return Module(symbol, data, labels, **self._options)

    @property
    def symbol(self) -> Any:
        """The graph of the present key."""
        self._require_bound("symbol")
        return self._curr_module.symbol

    @property
    def data_names(self) -> list[str]:
        """The names of the data."""
        if self.binded:
            return self._curr_module.data_names
        return list(self._sym_gen(self._default_bucket_key)[1])

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        if self.binded:
            return self._curr_module.output_names
        return self._sym_gen(self._default_bucket_key)[0].list_outputs()

    @property
    def data_shapes(self) -> Any:
        """Descriptions of the data of the present key."""
        self._require_bound("data_shapes")
        return self._curr_module.data_shapes

    @property
    def label_shapes(self) -> Any:
        """Descriptions of the labels of the present key."""
        self._require_bound("label_shapes")
        return self._curr_module.label_shapes

    @property
    def output_shapes(self) -> Any:
        """Names and shapes of the outputs of the present key."""
        self._require_bound("output_shapes")
        return self._curr_module.output_shapes

    @property
    def _runs_on(self) -> Any:
        return self._curr_module

    # ---- parameters --------------------------------------------------------------------------

    def get_params(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and states by name."""
        self._require("get_params")
        return self._curr_module.get_params()

    def init_params(
        self,
        initializer: Any = "uniform",
        arg_params: Any = None,
        aux_params: Any = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        """Gives parameters and states first values; see `Module.init_params`."""
        if self.params_initialized and not force_init:
            return
        self._require_bound("init_params")
        self._curr_module.init_params(
            initializer, arg_params, aux_params, allow_missing, force_init, allow_extra
        )
        self.params_initialized = True

    def set_params(
        self,
        arg_params: Any,
        aux_params: Any,
        allow_missing: bool = False,
        force_init: bool = True,
        allow_extra: bool = False,
    ) -> None:
        self._require_bound("set_params")
        self._curr_module.set_params(arg_params, aux_params, allow_missing, force_init, allow_extra)
        self.params_initialized = True

    # ---- binding -----------------------------------------------------------------------------

    def bind(
        self,
        data_shapes: Any,
        label_shapes: Any = None,
        for_training: bool = True,
        inputs_need_grad: bool = False,
        force_rebind: bool = False,
        shared_module: Any = None,
        grad_req: Any = "write",
        bucket_key: Any = None,
    ) -> None:
        """Makes arrays for the network of the default key; others follow as batches need them."""
        if shared_module is not None:
            raise InvalidState("bind: a BucketingModule takes no `shared_module`")
        if force_rebind:
            if self.binded and self.params_initialized:
                self._params = self._curr_module.get_params()
            self.binded = False
            self._buckets = {}
        if self.binded:
            self.logger.warning("Already bound, ignoring bind()")
            return
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._grad_req = grad_req
        module = self._made(self._default_bucket_key)
        module.bind(
            data_shapes, label_shapes, for_training, inputs_need_grad, False, None, grad_req
        )
        self._buckets[self._default_bucket_key] = module
        self._curr_module, self._curr_bucket_key = module, self._default_bucket_key
        self.binded = True
        if self._params is not None:
            module.set_params(*self._params, allow_missing=False)
            self._params = None
            self.params_initialized = True

    def switch_bucket(self, bucket_key: Any, data_shapes: Any, label_shapes: Any = None) -> None:
        """Makes the network of a key the present one; it is bound if it was not yet."""
        self._require_bound("switch_bucket")
        if bucket_key not in self._buckets:
            module = self._made(bucket_key)
            module.bind(
                data_shapes,
                label_shapes,
                self.for_training,
                self.inputs_need_grad,
                False,
                self._buckets[self._default_bucket_key],
                self._grad_req,
            )
            if self._monitor is not None:
                module.install_monitor(self._monitor)
            self._buckets[bucket_key] = module
        before = self._curr_module
        self._curr_module = self._buckets[bucket_key]
        self._curr_bucket_key = bucket_key
        # Parameters are the same arrays; only the copies of them may be old.
        self._curr_module._params_dirty |= before._params_dirty

    def prepare(self, data_batch: Any, sparse_row_id_fn: Any = None) -> None:
        """Binds what the next batch needs, and stays at the present key."""
        self._require("prepare")
        key = self._curr_bucket_key
        self.switch_bucket(data_batch.bucket_key, data_batch.provide_data, data_batch.provide_label)
        self.switch_bucket(key, None, None)

    # ---- optimizer ---------------------------------------------------------------------------

    def init_optimizer(
        self,
        kvstore: Any = "local",
        optimizer: Any = "sgd",
        optimizer_params: Any = (("learning_rate", 0.01),),
        force_init: bool = False,
    ) -> None:
        """Makes what updates the parameters, which all networks share."""
        self._require("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring.")
            return
        if self._preload_opt_states is not None:
            self._curr_module._preload_opt_states = self._preload_opt_states
            self._preload_opt_states = None
        self._curr_module.init_optimizer(kvstore, optimizer, optimizer_params, force_init)
        for module in self._buckets.values():
            if module is not self._curr_module:
                module.borrow_optimizer(self._curr_module)
        self.optimizer_initialized = True

    def update(self) -> None:
        """Updates the parameters by the gradients of the last batch."""
        self._require("update")
        self._curr_module.update()

    # ---- running -----------------------------------------------------------------------------

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch, by the network of its `bucket_key`."""
        self._require("forward")
        self.switch_bucket(data_batch.bucket_key, data_batch.provide_data, data_batch.provide_label)
        self._curr_module.forward(data_batch, is_train=is_train)

    def install_monitor(self, mon: Any) -> None:
        """Lets a monitor see what the networks compute."""
        self._require_bound("install_monitor")
        self._monitor = mon
        for module in self._buckets.values():
            module.install_monitor(mon)


__all__ = ["BucketingModule"]
__dir__ = __all__.copy
