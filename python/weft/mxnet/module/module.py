"""`Module`: a symbol with its arrays and its optimizer."""

import logging
from collections.abc import Mapping, Sequence
from os import PathLike, fspath
from typing import Any

from weft import autograd
from weft._base.errors import InvalidState, InvalidValue
from weft._base.spelling import hint
from weft.mxnet import _checkpoints as model
from weft.mxnet.io import DataDesc
from weft.mxnet.module._delegating import DelegatingModule
from weft.mxnet.module._optimizing import create_optimizer, initialized, initializer_of
from weft.mxnet.module.base_module import described
from weft.mxnet.module.executor_group import DataParallelExecutorGroup
from weft.mxnet.optimizer import get_updater
from weft.mxnet.symbol import _storages
from weft.mxnet.symbol._arrays import zeros
from weft.mxnet.symbol._storages import whole


class Module(DelegatingModule):
    """A network: a symbol, of which some variables are data and labels, and all others parameters.

    data_names, label_names: the variables that batches are for; labels that the symbol lacks are
        left aside
    context: where arrays are; several cut each batch into parts
    fixed_param_names: parameters that are not trained
    state_names: variables that keep what the program sets, from batch to batch
    compression_params, group2ctxs: of no use on one machine; taken so that programs run
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
    ) -> None:
        super().__init__(logger)
        contexts = context if isinstance(context, list | tuple) else [context]
        self._context = list(contexts)
        self._work_load_list = list(work_load_list or [1] * len(self._context))
        if len(self._work_load_list) != len(self._context):
            raise InvalidValue(
                f"Module: `work_load_list` must have one number for each of {len(self._context)} "
                f"contexts; got {len(self._work_load_list)}"
            )
        if min(self._work_load_list) <= 0:
            raise InvalidValue(
                f"Module: `work_load_list` must be greater than 0; got {self._work_load_list}"
            )
        self._symbol = symbol
        arguments = symbol.list_arguments()
        self._data_names = list(data_names or ())
        self._state_names = list(state_names or ())
        self._fixed_param_names = list(fixed_param_names or ())
        for names, what in (
            (self._data_names, "data_names"),
            (self._state_names, "state_names"),
            (self._fixed_param_names, "fixed_param_names"),
        ):
            _check_names(names, arguments, what)
        self._label_names = [name for name in label_names or () if name in arguments]
        self._absent_labels = [name for name in label_names or () if name not in arguments]
        given = {*self._data_names, *self._label_names, *self._state_names}
        self._param_names = [name for name in arguments if name not in given]
        self._aux_names = symbol.list_auxiliary_states()
        self._output_names = symbol.list_outputs()
        self._arg_params: dict[str, Any] | None = None
        self._aux_params: dict[str, Any] | None = None
        self._params_dirty = False
        self._optimizer: Any = None
        self._kvstore: Any = None
        self._update_on_kvstore = False
        self._updater: Any = None
        self._preload_opt_states: str | None = None
        self._grad_req: Any = None
        self._exec_group: Any = None
        self._data_shapes: Any = None
        self._label_shapes: Any = None
        self._group2ctxs = group2ctxs

    # ---- files -------------------------------------------------------------------------------

    @staticmethod
    def load(
        prefix: str | PathLike[str], epoch: int, load_optimizer_states: bool = False, **kwargs: Any
    ) -> "Module":
        """The module of a checkpoint: `prefix-symbol.json` and `prefix-0000.params`.

        load_optimizer_states: also `prefix-0000.states`, for `init_optimizer`
        """
        symbol, arguments, states = model.load_checkpoint(prefix, epoch)
        found = Module(symbol=symbol, **kwargs)
        found._arg_params, found._aux_params = arguments, states
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
        """Writes the symbol, the parameters and, if asked for, the states of the optimizer."""
        self._symbol.save(f"{fspath(prefix)}-symbol.json", remove_amp_cast=remove_amp_cast)
        self.save_params(f"{fspath(prefix)}-{epoch:04d}.params")
        self.logger.info('Saved checkpoint to "%s-%04d.params"', fspath(prefix), epoch)
        if save_optimizer_states:
            self.save_optimizer_states(f"{fspath(prefix)}-{epoch:04d}.states")

    # ---- what it has -------------------------------------------------------------------------

    @property
    def data_names(self) -> list[str]:
        """The names of the data."""
        return self._data_names

    @property
    def label_names(self) -> list[str]:
        """The names of the labels that the symbol has."""
        return self._label_names

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs."""
        return self._output_names

    @property
    def data_shapes(self) -> list[DataDesc]:
        """Descriptions of the data."""
        self._require_bound("data_shapes")
        return self._data_shapes

    @property
    def label_shapes(self) -> list[DataDesc]:
        """Descriptions of the labels."""
        self._require_bound("label_shapes")
        return self._label_shapes

    @property
    def output_shapes(self) -> list[tuple[str, tuple[int, ...]]]:
        """Names and shapes of the outputs."""
        self._require_bound("output_shapes")
        return self._exec_group.get_output_shapes()

    @property
    def _runs_on(self) -> Any:
        return self._exec_group

    # ---- parameters --------------------------------------------------------------------------

    def get_params(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Parameters and states by name: copies of what is being trained."""
        self._require("get_params")
        if self._params_dirty:
            self._sync_params_from_devices()
        assert self._arg_params is not None and self._aux_params is not None
        return self._arg_params, self._aux_params

    def _sync_params_from_devices(self) -> None:
        with autograd.pause():
            self._exec_group.get_params(self._arg_params, self._aux_params)
        self._params_dirty = False

    def init_params(
        self,
        initializer: Any = "uniform",
        arg_params: Mapping[str, Any] | None = None,
        aux_params: Mapping[str, Any] | None = None,
        allow_missing: bool = False,
        force_init: bool = False,
        allow_extra: bool = False,
    ) -> None:
        """Gives parameters and states first values, from dicts of arrays or by an initializer.

        allow_missing: the initializer gives those that the dicts lack; None leaves them
        Raises RuntimeError for those that are missing, ValueError for those that nobody has.
        """
        if self.params_initialized and not force_init:
            return
        self._require_bound("init_params")
        self._make_copies()
        assert self._arg_params is not None and self._aux_params is not None
        attributes = self._symbol.attr_dict()
        chosen = initializer_of(initializer, is_default=initializer == "uniform")
        for names, given in (
            (self._arg_params, arg_params),
            (self._aux_params, aux_params),
        ):
            for name in sorted(names):
                value = None if given is None else given.get(name)
                if value is not None:
                    _copy(name, names[name], value)
                elif given is not None and not allow_missing:
                    raise InvalidState(f"init_params: `{name}` is missing")
                elif chosen is not None:
                    first = whole(names[name])
                    initialized(chosen, name, attributes.get(name, {}), first)
                    if first is not names[name]:
                        names[name][...] = first
        self.params_initialized = True
        self._params_dirty = False
        with autograd.pause():
            self._exec_group.set_params(self._arg_params, self._aux_params, allow_extra=True)

    def _make_copies(self) -> None:
        """The module's own arrays of parameters, stored as their variables say, and of states."""
        group = self._exec_group
        if self._arg_params is None:
            stypes = _storages.of_variables(self._symbol._heads)
            self._arg_params = {
                name: _storages.zeros(arrays[0].shape, arrays[0].dtype, None, stypes[name])
                for name, arrays in zip(group.param_names, group.param_arrays, strict=True)
            }
        if self._aux_params is None:
            self._aux_params = {
                name: zeros(arrays[0].shape, arrays[0].dtype, None)
                for name, arrays in zip(group.aux_names, group.aux_arrays, strict=True)
            }

    def _refuse_extra(self, arguments: Any, states: Any, allow_extra: bool) -> None:
        if allow_extra:
            return
        for known, given in ((self._arg_params, arguments), (self._aux_params, states)):
            extra = [name for name in given or {} if name not in (known or {})]
            extra = [name for name in extra if name not in self._symbol.list_inputs()]
            if extra:
                raise InvalidValue(
                    f"set_params: the symbol has no {', '.join(f'`{n}`' for n in extra)}"
                    f"{hint(extra[0], {}, known or {})}"
                )

    def set_params(
        self,
        arg_params: Any,
        aux_params: Any,
        allow_missing: bool = False,
        force_init: bool = True,
        allow_extra: bool = False,
    ) -> None:
        if self.params_initialized and not force_init:
            return
        self._require_bound("set_params")
        if allow_missing:  # otherwise MXNet takes what the symbol has, and looks at no more
            self._refuse_extra(arg_params, aux_params, allow_extra)
        self.init_params(None, arg_params, aux_params, allow_missing, True, allow_extra)

    # ---- binding -----------------------------------------------------------------------------

    def bind(
        self,
        data_shapes: Any,
        label_shapes: Any = None,
        for_training: bool = True,
        inputs_need_grad: bool = False,
        force_rebind: bool = False,
        shared_module: "Module | None" = None,
        grad_req: Any = "write",
    ) -> None:
        """Makes arrays for data of these shapes.

        data_shapes, label_shapes: pairs of a name and a shape, or `DataDesc`
        inputs_need_grad: is there a gradient of the data?
        shared_module: a module whose parameters this one takes
        """
        if self.binded and not force_rebind:
            self.logger.warning("Already bound, ignoring bind()")
            return
        if inputs_need_grad and not for_training:
            raise InvalidValue("bind: `inputs_need_grad` needs `for_training=True`")
        data = described(self._data_names, data_shapes, "data_shapes")
        labels = self._labels(label_shapes)
        if self.binded and self.params_initialized and self._params_dirty:
            self._sync_params_from_devices()
        shared = None if shared_module is None else shared_module._exec_group
        self._exec_group = DataParallelExecutorGroup(
            self._symbol,
            self._context,
            self._work_load_list,
            data,
            labels,
            self._param_names,
            for_training,
            inputs_need_grad,
            shared,
            self.logger,
            self._fixed_param_names,
            grad_req,
            self._state_names,
            self._group2ctxs,
        )
        self._data_shapes, self._label_shapes = data, labels
        self.for_training, self.inputs_need_grad = for_training, inputs_need_grad
        self._grad_req = grad_req
        self.binded = True
        self._total_exec_bytes = sum(
            array.nbytes for e in self._exec_group.execs for array in e.arg_arrays
        )
        if shared_module is not None:
            self.params_initialized = True
            self._arg_params = shared_module._arg_params
            self._aux_params = shared_module._aux_params
            if shared_module.optimizer_initialized:
                self.borrow_optimizer(shared_module)
        elif self.params_initialized:
            self._exec_group.set_params(self._arg_params, self._aux_params, allow_extra=True)

    def _labels(self, label_shapes: Any) -> list[DataDesc]:
        """Descriptions of the labels that the symbol has; others of a batch are left aside."""
        if label_shapes is None:
            return []
        kept = [s for s in label_shapes if s[0] not in self._absent_labels]
        return described(self._label_names, kept, "label_shapes") if kept else []

    def reshape(self, data_shapes: Any, label_shapes: Any = None) -> None:
        """Makes arrays for data of other shapes; parameters stay.

        Raises ValueError where such data needs parameters of other shapes.
        """
        self._require_bound("reshape")
        data = described(self._data_names, data_shapes, "data_shapes")
        labels = self._labels(label_shapes)
        self._exec_group.reshape(data, labels)
        self._data_shapes, self._label_shapes = data, labels

    # ---- optimizer ---------------------------------------------------------------------------

    def init_optimizer(
        self,
        kvstore: Any = "local",
        optimizer: Any = "sgd",
        optimizer_params: Any = (("learning_rate", 0.01),),
        force_init: bool = False,
    ) -> None:
        """Makes what updates the parameters.

        optimizer: a name with its parameters, or an optimizer; the gradient is divided by the batch
            size unless `rescale_grad` is given
        """
        self._require("init_optimizer")
        if self.optimizer_initialized and not force_init:
            self.logger.warning("optimizer already initialized, ignoring...")
            return
        store, on_store = model.create_kvstore(kvstore, len(self._context))
        names = self._exec_group.param_names
        count = len(self._context)
        numbers = dict(enumerate(names))
        if not on_store:
            numbers = {i * count + k: n for i, n in enumerate(names) for k in range(count)}
        self._optimizer = create_optimizer(
            optimizer, optimizer_params, self._symbol, numbers, self._exec_group.batch_size
        )
        self._kvstore, self._update_on_kvstore = store, on_store
        self._updater = None
        if store is not None:
            for name, arrays in zip(names, self._exec_group.param_arrays, strict=True):
                store.init(name, arrays[0].detach())
            if on_store:
                store.set_optimizer(self._optimizer)
        if not on_store:
            self._updater = get_updater(self._optimizer)
        self.optimizer_initialized = True
        if self._preload_opt_states is not None:
            self.load_optimizer_states(self._preload_opt_states)
            self._preload_opt_states = None

    def borrow_optimizer(self, shared_module: "Module") -> None:
        """Takes the optimizer of another module, with its states."""
        if not shared_module.optimizer_initialized:
            raise InvalidState("borrow_optimizer: the other module has no optimizer yet")
        self._optimizer, self._kvstore = shared_module._optimizer, shared_module._kvstore
        self._update_on_kvstore = shared_module._update_on_kvstore
        self._updater = shared_module._updater
        self.optimizer_initialized = True

    def update(self) -> None:
        """Updates the parameters by the gradients of the last batch."""
        self._require("update")
        if not self.optimizer_initialized:
            raise InvalidState("update: call `init_optimizer` first")
        self._params_dirty = True
        group = self._exec_group
        with autograd.pause():
            model.update_params(
                group.param_names,
                group.param_arrays,
                group.grad_arrays,
                self._updater,
                self._kvstore,
                self._update_on_kvstore,
            )

    def save_optimizer_states(self, fname: str | PathLike[str]) -> None:
        """Writes the states of the optimizer to a file."""
        if not self.optimizer_initialized:
            raise InvalidState("save_optimizer_states: call `init_optimizer` first")
        if self._update_on_kvstore:
            self._kvstore.save_optimizer_states(fname)
            return
        self._updater.save_states(fname, "save_optimizer_states")

    def load_optimizer_states(self, fname: str | PathLike[str]) -> None:
        """Reads the states of the optimizer from a file."""
        if not self.optimizer_initialized:
            raise InvalidState("load_optimizer_states: call `init_optimizer` first")
        if self._update_on_kvstore:
            self._kvstore.load_optimizer_states(fname)
            return
        self._updater.load_states(fname, "load_optimizer_states")

    # ---- running -----------------------------------------------------------------------------

    def forward(self, data_batch: Any, is_train: bool | None = None) -> None:
        """The outputs for a batch, whose shapes may differ from those that were bound."""
        self._require("forward")
        data, labels = self._shapes_of(data_batch)
        if len(data) != len(self._data_names):
            raise InvalidValue(
                f"forward: a batch must have {len(self._data_names)} arrays, for "
                f"{', '.join(self._data_names)}; got {len(data)}"
            )
        if data != [tuple(desc.shape) for desc in self._data_shapes]:
            self._follow(data_batch, data, labels)
        self._exec_group.forward(data_batch, is_train)

    def _shapes_of(self, batch: Any) -> tuple[list[Any], list[Any]]:
        label = getattr(batch, "label", None) or []
        return [tuple(a.shape) for a in batch.data], [tuple(a.shape) for a in label]

    def _follow(self, batch: Any, data: list[Any], labels: list[Any]) -> None:
        """Takes the shapes of a batch."""
        given = getattr(batch, "provide_data", None)
        new = given or [
            DataDesc(d.name, shape, d.dtype, d.layout)
            for d, shape in zip(self._data_shapes, data, strict=True)
        ]
        given = getattr(batch, "provide_label", None)
        new_labels = given or [
            DataDesc(d.name, shape, d.dtype, d.layout)
            for d, shape in zip(self._label_shapes or (), labels, strict=False)
        ]
        if not new_labels and self._label_shapes:
            # Without labels the batch says how many there would be.
            size = data[0][0] if data and data[0] else 1
            new_labels = [
                DataDesc(d.name, (size, *d.shape[1:]), d.dtype, d.layout)
                for d in self._label_shapes
            ]
        self.reshape(new, new_labels or None)

    def install_monitor(self, mon: Any) -> None:
        """Lets a monitor see what the module computes."""
        self._require_bound("install_monitor")
        self._exec_group.install_monitor(mon)


def _check_names(names: Sequence[str], arguments: Sequence[str], what: str) -> None:
    for name in names:
        if name not in arguments:
            raise InvalidValue(
                f"Module: `{what}` has `{name}`, which the symbol lacks{hint(name, {}, arguments)};"
                f" its arguments are {', '.join(arguments)}"
            )


def _copy(name: str, target: Any, value: Any) -> None:
    if tuple(value.shape) != tuple(target.shape):
        raise InvalidValue(
            f"init_params: `{name}` must have shape {tuple(target.shape)}; got {tuple(value.shape)}"
        )
    if value is not target:
        with autograd.pause():
            target[...] = value if value.dtype == target.dtype else value.astype(target.dtype)


__all__ = ["Module"]
__dir__ = __all__.copy
