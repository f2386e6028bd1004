"""The trainer: applies an optimizer to parameters."""

from collections.abc import Callable, Iterable, Mapping
from os import PathLike, fspath
from types import NoneType
from typing import Any

from weft import autograd, np, optimizer
from weft._attributes import plain_attributes, set_attributes
from weft._core import native
from weft._errors import FileFailure, InvalidState, InvalidType, InvalidValue, Unsupported
from weft._files import BackgroundWrite, Described, check_form, save_arrays
from weft._trace import is_tracing
from weft._typing import ndarray
from weft.device import current
from weft.gluon._planned_updates import PlannedUpdates
from weft.gluon.block import Block
from weft.gluon.parameter import Parameter
from weft.gluon.training_step import TrainingStep

# What is known of states beside their arrays: names of the states and the number of updates of
# each parameter, and what the optimizer and its scheduler are set to.
STATES_FORM: dict[str, Any] = {
    "optimizer": str,
    "options": dict,
    "scheduler": (dict, NoneType),
    "scale": (int, float),
    "states": dict,
    "counts": dict,
}
_LOSS_SCALE: dict[str, Any] = {"scale": (int, float), "good_steps": int}  # where there is one
_FILE = Described("weft.trainer", 1, "Trainer.save_states", STATES_FORM)
_PREFIX = "optimizer:"  # of states' names in a file
_NO_OPTIONS = ("counts", "states", "lr_scheduler", "_progress")  # of an optimizer's attributes


class Trainer(PlannedUpdates):
    """Applies an optimizer to parameters, once per step.

    params: what `collect_params()` gave, or any iterable of parameters; those with
        `grad_req='null'` are left alone
    optimizer: an Optimizer or its name, such as "sgd" or "adam"
    optimizer_params: options for the named optimizer
    kvstore: 'device', 'local' or None, as in Gluon, which mean the same: gradients of several
        devices of one host are added up on the first
    update_on_kvstore: accepted as in Gluon; an update is always made where the parameters are
    """

    def __init__(
        self,
        params: dict[str, Parameter] | Iterable[Parameter],
        optimizer: "str | optimizer.Optimizer",
        optimizer_params: dict[str, Any] | None = None,
        kvstore: str | None = "device",
        *,
        update_on_kvstore: bool | None = None,
    ) -> None:
        if kvstore not in ("device", "local", None):
            raise Unsupported(
                "Trainer: `kvstore` must be 'device', 'local' or None, for devices of one host; "
                f"got {kvstore!r}"
            )
        super().__init__()
        self._params = _unique(params)
        self._optimizer = _create(optimizer, optimizer_params)
        self._scale = self._optimizer.rescale_grad
        self._states: dict[str, tuple[Any, ...]] = {}
        self._used: dict[str, tuple[int, int]] = {}  # versions of the gradients of the last step
        self._continued: set[str] = set()  # parameters whose gradients came from a file

    @property
    def optimizer(self) -> "optimizer.Optimizer":
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The present learning rate."""
        self._take_progress()
        return self._optimizer.learning_rate

    def set_learning_rate(self, rate: float) -> None:
        """Sets the learning rate. Raises RuntimeError where a scheduler sets it."""
        self._take_progress()
        self._optimizer.set_learning_rate(rate)
        self._give_progress()

    # ---- updates

    def step(self, batch_size: int, *, ignore_stale_grad: bool = False) -> None:
        """One update of all parameters by their gradients divided by `batch_size`.

        Losses are per sample and `backward` sums them, so the division makes the mean. Gradients of
        a parameter on several devices are added up, `batch_size` being that of all together.

        Raises RuntimeError for a gradient that no backward has written since the last step, unless
        `ignore_stale_grad`, which leaves such a parameter as it is.
        """
        _check_batch_size("step", batch_size)
        self.allreduce_grads()
        self._update("step", batch_size, ignore_stale_grad)

    def allreduce_grads(self) -> None:
        """Adds up the gradients of each parameter over its devices; all of them get the sum.

        `step` begins with it. Who changes gradients before an update calls it, then `update`:

        >>> from weft import autograd, gluon, np
        >>> net = gluon.nn.Dense(1)
        >>> net.initialize()
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd")
        >>> with autograd.record():
        ...     loss = net(np.ones((2, 3)))
        >>> loss.backward()
        >>> trainer.allreduce_grads()
        >>> norm = gluon.utils.clip_global_norm([p.grad() for p in net.params.values()], 1.0)
        >>> trainer.update(2)
        """
        with autograd.pause():
            for parameter in self._params.values():
                if parameter.grad_req == "null" or len(parameter.list_device()) < 2:
                    continue
                if parameter.grad_stype == "row_sparse":
                    _sum_rows(parameter)
                    continue
                first, *others = parameter.list_grad()
                for gradient in others:
                    first += gradient.to_device(first.device)
                for gradient in others:
                    gradient[...] = first

    def gradients(self) -> list[Any]:
        """The gradients of all parameters that are trained, such as `clip_global_norm` takes."""
        trained = (p for p in self._params.values() if p.grad_req != "null")
        return [gradient for parameter in trained for gradient in parameter.list_grad()]

    def update(self, batch_size: int, *, ignore_stale_grad: bool = False) -> None:
        """What `step` does after `allreduce_grads`."""
        _check_batch_size("update", batch_size)
        self._update("update", batch_size, ignore_stale_grad)

    def _update(self, caller: str, batch_size: int, ignore_stale_grad: bool) -> None:
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        self._optimizer.rescale_grad = self._scale / batch_size
        if is_tracing():
            self._trace_update(caller, trained, ignore_stale_grad)
            return
        self._take_progress()
        stale = self._stale(caller, trained, ignore_stale_grad)
        fresh = {name: p for name, p in trained.items() if name not in stale}
        if self._are_finite(fresh):
            with autograd.pause():
                for name, parameter in fresh.items():
                    self._update_one(name, parameter)
        self._give_progress()
        self._used = {name: p.grad_version for name, p in trained.items()}
        self._continued = set()
        if stale:
            self._seen = []  # those lag behind now

    def _are_finite(self, fresh: dict[str, Parameter]) -> bool:
        """Takes the scale of losses out of the update; false: the update is to be left out."""
        scaler = self.loss_scaler
        if scaler is None:
            return True
        gradients = [p.list_grad()[0] for p in fresh.values()]
        if scaler.is_scaled:
            self._optimizer.rescale_grad /= float(scaler.scale.item())
            scaler.is_scaled = False
        finite = scaler.all_finite(gradients)
        scaler.update(finite)
        return bool(finite.item())

    def _stale(
        self, caller: str, trained: dict[str, Parameter], ignore_stale_grad: bool
    ) -> list[str]:
        """Names of parameters whose gradients are old, which has to be allowed."""
        stale = [name for name, p in trained.items() if self._is_stale(name, p)]
        if stale and not ignore_stale_grad:
            raise InvalidState(
                f"{caller}: the gradient of `{stale[0]}` was not written since the last step; call "
                "`backward` first, or use `ignore_stale_grad=True`"
            )
        return stale

    def compile(
        self,
        net: Block,
        loss: Callable[..., Any] | None,
        *,
        outputs: bool = False,
        clip_global_norm: float | None = None,
        keep_gradients: bool = False,
        memory: str | int | None = None,
    ) -> TrainingStep:
        """Forward, backward and update as one planned graph: `step(data, label)` does what this
        does, in less time and memory; to the bit but for the layout of convolutions:

            with autograd.record():
                value = loss(net(data), label)
            value.backward()
            trainer.step(batch_size)

        net: its parameters that are trained must be this trainer's
        loss: of the network's outputs and the labels; None if the network gives the loss itself
        outputs: the step gives the loss and what the network gave, for metrics
        clip_global_norm: most that the norm of all gradients, divided by the batch size, may be
        keep_gradients: `grad()` of parameters has the gradients after a step; else these die where
            they are applied, and cost no memory of their own
        memory: what the plan may take beside inputs, outputs, parameters and the optimizer's
            states, as for `hybridize`

        >>> from weft import gluon, init, np
        >>> net = gluon.nn.Dense(1)
        >>> net.initialize(init.Zero())
        >>> trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.1})
        >>> step = trainer.compile(net, gluon.loss.L2Loss())
        >>> x, y = np.array([[1.0], [2.0]]), np.array([[2.0], [4.0]])
        >>> [round(float(step(x, y).mean()), 3) for _ in range(3)]
        [5.0, 2.183, 0.965]
        """
        return TrainingStep(
            self,
            net,
            loss,
            has_outputs=outputs,
            clip_global_norm=clip_global_norm,
            keep_gradients=keep_gradients,
            memory=memory,
        )

    def _set_states(self, states: dict[str, tuple[ndarray, ...]]) -> None:
        """Sets contents, not arrays, where plans may have these."""
        before, self._states = self._states, states
        if self._progress is None:
            return
        for name, known in before.items():
            for number, array in enumerate(known):
                array[...] = states[name][number] if name in states else 0
            self._states[name] = known

    def state_arrays(self) -> dict[str, ndarray]:
        """What updates in hybridized functions change beside parameters, by names for files."""
        arrays = {
            f"{name}.{kind}": array
            for name, state in self._states.items()
            for kind, array in zip(
                self._optimizer.state_names(self._params[name].list_data()[0]), state, strict=True
            )
        }
        if self._progress is not None:
            arrays["num_update"], arrays["learning_rate"] = self._progress
        return arrays

    # ---- one parameter

    def _is_stale(self, name: str, parameter: Parameter) -> bool:
        """Has no backward written this gradient since the last step?"""
        version = parameter.grad_version
        is_old = version[1] == 0 or version == self._used.get(name)
        return is_old and name not in self._continued

    def _update_one(self, name: str, parameter: Parameter) -> None:
        weight, *others = parameter.list_data()
        rows = self._optimizer.update(
            name,
            weight,
            parameter.grad(weight.device),
            self._state_of(name, weight),
            parameter.lr_mult,
            parameter.wd_mult,
        )
        parameter.keep_to_mask()
        for copy in others:
            if rows is None:
                copy[...] = weight
            else:
                copy[rows.to_device(copy.device)] = weight[rows].to_device(copy.device)

    def _state_of(self, name: str, weight: ndarray) -> tuple[Any, ...]:
        """The states of a parameter, which follow it to another device."""
        state = self._states.get(name)
        if state is None:
            state = self._optimizer.create_state_multi_precision(weight)
        elif any(array.device != weight.device for array in state):
            state = tuple(array.to_device(weight.device) for array in state)
            for array in state:
                native.set_state(array, True)
        self._states[name] = state
        return state

    # ---- files

    def save_states(
        self, path: str | PathLike[str], *, background: bool = False
    ) -> BackgroundWrite | None:
        """Writes all that updates depend on beside parameters and gradients to a safetensors file:
        the optimizer's states, numbers of updates and options, and what its scheduler is set to.

        background: as for `npx.save`: training may go on, the file gets the values of now
        """
        arrays, description = self.describe_states()
        return save_arrays(path, arrays, background, _FILE.metadata(description))

    def load_states(self, path: str | PathLike[str]) -> None:
        """Reads what `save_states` wrote; the next step continues as if nothing had happened.
        Options, such as the learning rate, become those of the file.

        Raises ValueError for states of other parameters, of another optimizer or scheduler, or of
        other shapes and dtypes; OSError for a damaged file. Nothing is changed then.
        """
        arrays, description = _FILE.load(path, "load_states")
        self.prepare_states(arrays, description, f"load_states: `{fspath(path)}`")()

    def describe_states(self) -> tuple[dict[str, ndarray], dict[str, Any]]:
        """Arrays of all states, and what else there is to know as plain values."""
        self._take_progress()
        arrays, states = {}, {}
        for name, state in self._states.items():
            kinds = self._optimizer.state_names(self._params[name].list_data()[0])
            states[name] = list(kinds)
            arrays.update(zip(_keys(name, kinds), state, strict=True))
        counts = self._optimizer.counts
        scaler = self.loss_scaler
        scaling = {} if scaler is None else {"loss_scale": scaler.state_dict()}
        return arrays, {
            **scaling,
            "optimizer": type(self._optimizer).__name__,
            "options": plain_attributes(self._optimizer, _NO_OPTIONS),
            "scheduler": _scheduler_state(self._optimizer.lr_scheduler),
            "scale": self._scale,
            "states": states,
            "counts": {name: counts[name] for name in self._params if name in counts},
        }

    def prepare_states(
        self,
        arrays: Mapping[str, ndarray],
        description: dict[str, Any],
        source: str,
        values: Mapping[str, ndarray] | None = None,
    ) -> Callable[[], None]:
        """Checks what `describe_states` gave without changing anything; the result sets it.

        source: how errors begin
        values: of parameters that have none yet
        """
        self._check_description(description, source)
        states = {
            name: self._filled(name, kinds, arrays, source, values or {})
            for name, kinds in description["states"].items()
        }

        def apply() -> None:
            used, scheduler = self._optimizer, description["scheduler"]
            others = {key: n for key, n in used.counts.items() if key not in self._params}
            used.counts = {**others, **description["counts"]}
            set_attributes(used, description["options"])
            if scheduler is not None and hasattr(used.lr_scheduler, "load_state_dict"):
                used.lr_scheduler.load_state_dict(scheduler["state"])
            self._scale = description["scale"]
            if self.loss_scaler is not None and "loss_scale" in description:
                self.loss_scaler.load_state_dict(description["loss_scale"])
            self._seen = []
            self._set_states(states)
            self._give_progress()

        return apply

    def _check_description(self, description: dict[str, Any], source: str) -> None:
        ours, theirs = type(self._optimizer).__name__, description["optimizer"]
        if ours != theirs:
            raise InvalidValue(f"{source} must be of the optimizer {ours}; it is of {theirs}")
        pair = (_scheduler_state(self._optimizer.lr_scheduler), description["scheduler"])
        ours, theirs = (state["kind"] if state else "none" for state in pair)
        if ours != theirs:
            raise InvalidValue(f"{source} must be of the scheduler {ours}; it is of {theirs}")
        unknown = [name for name in description["states"] if name not in self._params]
        if unknown:
            raise InvalidValue(
                f"{source} must be of this trainer's parameters, such as "
                f"`{next(iter(self._params), '')}`; it has states of `{unknown[0]}`"
            )
        if "loss_scale" in description:
            check_form(
                description["loss_scale"], _LOSS_SCALE, f"{source} is damaged", "`loss_scale`"
            )
            if self.loss_scaler is None:
                raise InvalidValue(
                    f"{source} must be of a trainer without a loss scale, as this one is; call "
                    "`amp.init_trainer` first"
                )
        for number in description["counts"].values():
            check_form(number, int, f"{source} is damaged", "a number of updates")

    def _filled(
        self,
        name: str,
        kinds: list[str],
        arrays: Mapping[str, ndarray],
        source: str,
        values: Mapping[str, ndarray],
    ) -> tuple[ndarray, ...]:
        """New states of a parameter with a file's values."""
        parameter = self._params[name]
        if parameter.is_initialized or name not in values:
            weight = parameter.list_data()[0]
        else:
            weight = values[name].to_device((parameter.list_device() or [current()])[0])
        wanted = self._optimizer.state_names(weight)
        if kinds != list(wanted):
            raise InvalidValue(
                f"{source} must have the states {_listed(wanted)} of `{name}`; it has "
                f"{_listed(kinds)}; the optimizer has other options"
            )
        with autograd.pause():
            state = self._optimizer.create_state_multi_precision(weight)
            for key, kind, array in zip(_keys(name, kinds), kinds, state, strict=True):
                if key not in arrays:
                    raise FileFailure(f"{source} is damaged: it lacks `{key}`")
                found = arrays[key]
                if (found.shape, found.dtype) != (array.shape, array.dtype):
                    raise InvalidValue(
                        f"{source} must have `{kind}` of `{name}` with shape {array.shape} and "
                        f"dtype {array.dtype.name}; it has {found.shape} and {found.dtype.name}"
                    )
                array[...] = found
        return state

    def fresh_gradients(self) -> list[str]:
        """Names of parameters whose gradients add up, of which no step has used the last."""
        return [
            name
            for name, p in self._params.items()
            if p.grad_req == "add" and not self._is_stale(name, p)
        ]

    def set_fresh_gradients(self, names: Iterable[str]) -> None:
        """Makes the gradients of these parameters, and no others, new for the next step."""
        self._continued = set(names)
        self._used = {n: p.grad_version for n, p in self._params.items() if p.is_initialized}


def _keys(name: str, kinds: Iterable[str]) -> list[str]:
    """How the states of a parameter are called in a file."""
    return [f"{_PREFIX}{name}:{kind}" for kind in kinds]


def is_state(key: str) -> bool:
    """Is this the name of a state in a file?"""
    return key.startswith(_PREFIX)


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names) or "none"


def _scheduler_state(scheduler: Any) -> dict[str, Any] | None:
    if scheduler is None:
        return None
    state = scheduler.state_dict() if hasattr(scheduler, "state_dict") else {}
    return {"kind": type(scheduler).__name__, "state": state}


def _check_batch_size(caller: str, batch_size: int) -> None:
    if batch_size <= 0:
        raise InvalidValue(f"{caller}: `batch_size` must be positive; got {batch_size}")


def _sum_rows(parameter: Parameter) -> None:
    """Makes the row-sparse gradients on all devices their sum."""
    first, *others = parameter.list_data()
    parts = [gradient.to_device(first.device) for gradient in parameter.list_grad()]
    native.set_grad_rows(
        first,
        np.concatenate([part.indices for part in parts]),
        np.concatenate([part.data for part in parts]),
    )
    for copy in others:
        total = first.grad.to_device(copy.device)
        native.set_grad_rows(copy, total.indices, total.data)


def _unique(params: Any) -> dict[str, Parameter]:
    """Parameters by name, each once, though several blocks may share it."""
    named = params.items() if isinstance(params, dict) else ((p.name, p) for p in _checked(params))
    result: dict[str, Parameter] = {}
    seen: set[int] = set()
    for name, parameter in named:
        if not isinstance(parameter, Parameter):
            raise InvalidType(
                f"Trainer: `params` must be parameters; got {type(parameter).__name__}"
            )
        if id(parameter) in seen:
            continue
        if name in result:
            raise InvalidValue(
                f"Trainer: two parameters are named `{name}`; give `net.collect_params()`"
            )
        seen.add(id(parameter))
        result[name] = parameter
    return result


def _checked(params: Any) -> list[Any]:
    items = list(params)
    for item in items:
        if not isinstance(item, Parameter):
            raise InvalidType(
                f"Trainer: `params` must be parameters; got {type(item).__name__}; "
                "give `net.collect_params()`"
            )
    return items


def _create(spec: Any, options: dict[str, Any] | None) -> "optimizer.Optimizer":
    if isinstance(spec, optimizer.Optimizer):
        if options:
            raise InvalidValue("Trainer: `optimizer_params` are for an optimizer given by name")
        return spec
    return optimizer.create(spec, **(options or {}))
