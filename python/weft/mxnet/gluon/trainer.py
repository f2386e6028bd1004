"""The trainer: applies an optimizer of `mx.optimizer` to parameters.

>>> from weft import np
>>> from weft import mxnet as mx
>>> net = mx.gluon.nn.Dense(1)
>>> net.initialize(mx.init.Zero())
>>> trainer = mx.gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
>>> with mx.autograd.record():
...     loss = (net(np.ones((2, 3))) - 1) ** 2
>>> loss.backward()
>>> trainer.step(batch_size=2)
>>> net.bias.data()
array([1.])
"""

from collections.abc import Mapping, Sequence
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft import autograd
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidState, InvalidValue, Unsupported
from weft.gluon.parameter import Parameter as _NativeParameter
from weft.gluon.trainer import _sum_rows
from weft.mxnet.base import RefusedError
from weft.mxnet.gluon.parameter import Parameter, adopted
from weft.mxnet.optimizer import Optimizer, Updater, create

_LOCAL = ("local", "device", "nccl", "teststore", "local_allreduce_cpu", "local_allreduce_device")


class StaleGradient(InvalidState, UserWarning):
    """A gradient that no backward has written since the last step."""

    __module__ = "weft.mxnet"


class _Store:
    """What a trainer shows of the key-value store that it asked for: all devices are of one host,
    so sums are made where the gradients are."""

    def __init__(self, kind: str, updater: Updater | None) -> None:
        self.type = kind
        self._updater = updater
        self.rank, self.num_workers = 0, 1


class Trainer:
    """Applies an optimizer to parameters, once per step.

    params: what `collect_params()` gave, or a list of parameters
    optimizer: an optimizer of `mx.optimizer`, or its name; optimizer_params: its options
    kvstore: 'device', 'local' or None: gradients of several devices of one host are added up
    compression_params: refused; gradients that stay on one host are not compressed
    update_on_kvstore: accepted; an update is made where the parameters are

    Raises ValueError for what are no parameters.
    """

    def __init__(
        self,
        params: Any,
        optimizer: Any,
        optimizer_params: Mapping[str, Any] | None = None,
        kvstore: Any = "device",
        compression_params: Mapping[str, Any] | None = None,
        update_on_kvstore: bool | None = None,
    ) -> None:
        if compression_params:
            raise Unsupported(
                "Trainer: `compression_params` are for gradients that are sent to other hosts"
            )
        self._params = _listed(params)
        self._param2idx = {id(p): i for i, p in enumerate(self._params)}
        for parameter in self._params:
            parameter._set_trainer(self)
        self._compression_params = None
        options = dict(optimizer_params or {})
        self._scale = float(options.get("rescale_grad", 1.0))
        self._init_optimizer(optimizer, options)
        self._kvstore_params = {"kvstore": kvstore, "update_on_kvstore": update_on_kvstore}
        self._used: dict[int, Any] = {}  # versions of the gradients of the last step
        self.loss_scaler: Any = None  # of `mx.amp`
        self._reset_kvstore()

    def _init_optimizer(self, optimizer: Any, options: dict[str, Any]) -> None:
        by_number = dict(enumerate(self._params))
        if isinstance(optimizer, Optimizer):
            if options:
                raise RefusedError(
                    "Trainer: `optimizer_params` are for an optimizer given by name; got "
                    f"{sorted(options)}"
                )
            self._optimizer = optimizer
            self._optimizer.param_dict = by_number
        else:
            self._optimizer = create(optimizer, param_dict=by_number, **options)
        self._updaters = [Updater(self._optimizer)]

    # ---- the key-value store

    def _reset_kvstore(self) -> None:
        self._kv_initialized = False
        self._kvstore: Any = None
        self._update_on_kvstore: bool | None = None

    def _init_kvstore(self) -> None:
        """Decides as MXNet does whether there is a store; there is none for one context."""
        asked = self._kvstore_params["kvstore"]
        on_store = self._kvstore_params["update_on_kvstore"]
        contexts = max((len(p.list_ctx()) for p in self._params), default=1)
        kind = asked if isinstance(asked, str) or asked is None else asked.type
        if isinstance(kind, str) and kind not in _LOCAL:
            raise Unsupported(
                "Trainer: `kvstore` must be 'device', 'local' or None, for devices of one host; "
                f"got {kind!r}"
            )
        by_rows = any(p.stype != "default" for p in self._params)
        self._check_place(kind, on_store, by_rows)
        if kind is not None and (contexts > 1 or by_rows):
            sparse = any(p.grad_stype != "default" for p in self._params)
            keeps = kind != "teststore" and (by_rows or not sparse)
            self._update_on_kvstore = keeps if on_store is None else bool(on_store)
            self._kvstore = _Store(kind, self._updaters[0] if self._update_on_kvstore else None)
        self._kv_initialized = True

    def _check_place(self, kind: Any, on_store: bool | None, by_rows: bool) -> None:
        if by_rows and on_store is False:
            raise InvalidValue(
                "Trainer: parameters that are stored by rows need `update_on_kvstore=True`"
            )
        if kind == "teststore" and on_store:
            raise InvalidValue("Trainer: 'teststore' makes no updates: `update_on_kvstore=False`")

    # ---- rates

    @property
    def optimizer(self) -> Any:
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The present rate."""
        return float(self._optimizer.learning_rate)

    def set_learning_rate(self, lr: float) -> None:
        """Sets the rate. Raises UserWarning where a scheduler sets it."""
        self._optimizer.set_learning_rate(lr)

    # ---- updates

    def step(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """One update of all parameters by their gradients divided by `batch_size`.

        Raises UserWarning for a gradient that no backward has written since the last step, unless
        `ignore_stale_grad`, which leaves such a parameter as it is.
        """
        if not self._kv_initialized:
            self._init_kvstore()
        self._rescale("step", batch_size)
        self._allreduce_grads()
        self._update(ignore_stale_grad)

    def allreduce_grads(self) -> None:
        """Adds up the gradients of each parameter over its devices; `update` may follow.

        Raises AssertionError with `update_on_kvstore`.
        """
        self._require_own_updates("allreduce_grads")
        self._allreduce_grads()

    def update(self, batch_size: float, ignore_stale_grad: bool = False) -> None:
        """What `step` does after `allreduce_grads`."""
        self._require_own_updates("update")
        self._rescale("update", batch_size)
        self._update(ignore_stale_grad)

    def _rescale(self, caller: str, batch_size: float) -> None:
        if not batch_size:
            raise InvalidValue(f"{caller}: `batch_size` must not be 0; got {batch_size}")
        # Programs count the words of a batch by a sum, so an array of one element comes as well.
        self._optimizer.rescale_grad = self._scale / float(batch_size)

    def _require_own_updates(self, caller: str) -> None:
        if not self._kv_initialized:
            self._init_kvstore()
        if self._kvstore is not None and self._update_on_kvstore:
            raise RefusedError(f"{caller}: make the trainer with `update_on_kvstore=False` for it")

    def _allreduce_grads(self) -> None:
        with autograd.pause():
            for parameter in self._params:
                arrays = _copies(parameter)
                if parameter.grad_req == "null" or len(arrays) < 2:
                    continue
                if parameter.grad_stype == "row_sparse":
                    _sum_rows(parameter)
                    continue
                first, *others = (array.grad for array in arrays)
                for gradient in others:
                    first += gradient.to_device(first.device)
                for gradient in others:
                    gradient[...] = first

    def _update(self, ignore_stale_grad: bool) -> None:
        trained = [(i, p) for i, p in enumerate(self._params) if p.grad_req != "null"]
        stale = {i for i, p in trained if self._is_stale(i, p)}
        if stale and not ignore_stale_grad:
            raise StaleGradient(
                f"step: the gradient of `{self._params[min(stale)].name}` was not written since "
                "the last step; call `backward` first, or use `ignore_stale_grad=True`"
            )
        fresh = [(i, p) for i, p in trained if i not in stale]
        if self._skips(fresh):
            return
        copies = [_copies(parameter) for _, parameter in fresh]
        weights = [arrays[0] for arrays in copies]
        self._updaters[0]([i for i, _ in fresh], [w.grad for w in weights], weights)
        with autograd.pause():
            for (_, parameter), (weight, *others) in zip(fresh, copies, strict=True):
                for copy in others:
                    copy[...] = weight.to_device(copy.device)
                if parameter._sums_up and parameter.grad_req == "write":
                    parameter.zero_grad()
        self._used = {i: parameter.grad_version for i, parameter in trained}

    def _is_stale(self, index: int, parameter: Parameter) -> bool:
        version = parameter.grad_version
        return version[1] == 0 or version == self._used.get(index)

    def _skips(self, fresh: Sequence[tuple[int, Parameter]]) -> bool:
        """Takes the scale of losses out; true: a gradient is infinite, so there is no update."""
        scaler = self.loss_scaler
        if scaler is None:
            return False
        if scaler.is_scaled:
            self._optimizer.rescale_grad /= float(scaler.scale.item())
            scaler.is_scaled = False
        finite = scaler.all_finite([_copies(parameter)[0].grad for _, parameter in fresh])
        scaler.update(finite)
        return not bool(finite.item())

    # ---- rows

    def _row_sparse_pull(self, parameter: Any, out: Any, row_id: Any) -> None:
        """Rows are where the parameter is, so nothing has to be fetched."""

    # ---- files

    def save_states(self, fname: str | PathLike[str]) -> None:
        """Writes the optimizer and its states."""
        if not self._kv_initialized:
            self._init_kvstore()
        self._updaters[0].save_states(fname, "save_states", dump_optimizer=True)

    def load_states(self, fname: str | PathLike[str]) -> None:
        """Reads what `save_states` wrote.

        Raises OSError for a file that is missing or damaged, or has more than states.
        """
        if not self._kv_initialized:
            self._init_kvstore()
        self._updaters[0].load_states(fname, "load_states")
        self._optimizer = self._updaters[0].optimizer
        self._optimizer.param_dict = dict(enumerate(self._params))


def _copies(parameter: Parameter) -> list[Any]:
    """The arrays of a parameter, one a device."""
    return _NativeParameter.list_data(parameter)


def _listed(params: Any) -> list[Parameter]:
    """Parameters in order, each once. Those of a dict are in the order of their names, so that
    programs which add layers in another order agree."""
    if isinstance(params, Mapping):
        params = [params[name] for name in sorted(params)]
    if not isinstance(params, list | tuple):
        raise InvalidValue(
            "Trainer: `params` must be a list or a dict of parameters, such as "
            f"`net.collect_params()`; got {type(params).__name__}"
        )
    for parameter in params:
        if not isinstance(parameter, _NativeParameter):
            raise InvalidValue(
                f"Trainer: `params` must be parameters; got {type(parameter).__name__}"
            )
    return list({id(parameter): adopted(parameter) for parameter in params}.values())


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.trainer", _words.TRAINER, ("gluon",))

__all__ = ["Trainer"]
__dir__ = __all__.copy
