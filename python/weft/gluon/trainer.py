"""The trainer: applies an optimizer to parameters."""

from collections.abc import Iterable
from os import PathLike, fspath
from typing import Any

from weft import autograd, np, optimizer
from weft._core import native
from weft._errors import InvalidState, InvalidType, InvalidValue
from weft._files import BackgroundWrite, save_arrays
from weft.gluon.parameter import Parameter

_COUNT = "update_count"  # of a parameter's updates, in a file of states


class Trainer:
    """Applies an optimizer to parameters, once per step.

    params: what `collect_params()` gave, or any iterable of parameters; those with
        `grad_req='null'` are left alone
    optimizer: an Optimizer or its name, such as "sgd" or "adam"
    optimizer_params: options for the named optimizer
    """

    def __init__(
        self,
        params: dict[str, Parameter] | Iterable[Parameter],
        optimizer: "str | optimizer.Optimizer",
        optimizer_params: dict[str, Any] | None = None,
    ) -> None:
        self._params = _unique(params)
        self._optimizer = _create(optimizer, optimizer_params)
        self._scale = self._optimizer.rescale_grad
        self._states: dict[str, tuple[Any, ...]] = {}
        self._versions: dict[str, int] = {}

    @property
    def optimizer(self) -> "optimizer.Optimizer":
        """The optimizer."""
        return self._optimizer

    @property
    def learning_rate(self) -> float:
        """The present learning rate."""
        return self._optimizer.learning_rate

    def set_learning_rate(self, rate: float) -> None:
        """Sets the learning rate. Raises RuntimeError where a scheduler sets it."""
        self._optimizer.set_learning_rate(rate)

    def step(self, batch_size: int, *, ignore_stale_grad: bool = False) -> None:
        """One update of all parameters by their gradients divided by `batch_size`.

        Losses are per sample and `backward` sums them, so the division makes the mean. Gradients of
        a parameter on several devices are added up, `batch_size` being that of all together.

        Raises RuntimeError for a gradient that no backward has written since the last step, unless
        `ignore_stale_grad`, which leaves such a parameter as it is.
        """
        if batch_size <= 0:
            raise InvalidValue(f"step: `batch_size` must be positive; got {batch_size}")
        self._optimizer.rescale_grad = self._scale / batch_size
        self.allreduce_grads()
        self.update(ignore_stale_grad=ignore_stale_grad)

    def allreduce_grads(self) -> None:
        """Adds up the gradients of each parameter over its devices; all of them get the sum."""
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

    def update(self, *, ignore_stale_grad: bool = False) -> None:
        """One update by the gradients as they are; `step` is for batches."""
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        versions = {name: _grad_version(p) for name, p in trained.items()}
        stale = [name for name in trained if versions[name] == self._versions.get(name, 0)]
        if stale and not ignore_stale_grad:
            raise InvalidState(
                f"step: the gradient of `{stale[0]}` was not written since the last step; call "
                "`backward` first, or use `ignore_stale_grad=True`"
            )
        with autograd.pause():
            for name, parameter in trained.items():
                if name not in stale:
                    self._update_one(name, parameter)
        self._versions = versions

    def _update_one(self, name: str, parameter: Parameter) -> None:
        weight, *others = parameter.list_data()
        if name not in self._states:
            self._states[name] = self._optimizer.create_state(weight)
        rows = self._optimizer.update(
            name,
            weight,
            parameter.grad(weight.device),
            self._states[name],
            parameter.lr_mult,
            parameter.wd_mult,
        )
        for copy in others:
            if rows is None:
                copy[...] = weight
            else:
                copy[rows.to_device(copy.device)] = weight[rows].to_device(copy.device)

    def save_states(
        self, path: str | PathLike[str], *, background: bool = False
    ) -> BackgroundWrite | None:
        """Writes the optimizer's states to a safetensors file; `background` as for `npx.save`."""
        arrays = {}
        for name, state in self._states.items():
            count = self._optimizer.counts.get(name, 0)
            arrays[f"{name}:{_COUNT}"] = native.array(count, "int64")
            for kind, array in zip(self._optimizer.states, state, strict=True):
                arrays[f"{name}:{kind}"] = array
        return save_arrays(path, arrays, background)

    def load_states(self, path: str | PathLike[str]) -> None:
        """Reads what `save_states` wrote; the next step continues as if nothing had happened.

        Raises ValueError for states of other parameters or of another optimizer.
        """
        arrays = native.load_arrays(fspath(path))
        names = {key.rpartition(":")[0] for key in arrays}
        kinds = {key.rpartition(":")[2] for key in arrays} - {_COUNT}
        if names - set(self._params) or (names and kinds != set(self._optimizer.states)):
            raise InvalidValue(
                f"load_states: {fspath(path)} has states {sorted(kinds)} of {sorted(names)[:3]}…; "
                f"this trainer needs {list(self._optimizer.states)} of its own parameters"
            )
        for name in names:
            state = self._optimizer.create_state(self._params[name].list_data()[0])
            for kind, array in zip(self._optimizer.states, state, strict=True):
                array[...] = arrays[f"{name}:{kind}"]
            self._states[name] = state
            self._optimizer.counts[name] = int(arrays[f"{name}:{_COUNT}"])
        self._optimizer.num_update = max(self._optimizer.counts.values(), default=0)


def _grad_version(parameter: Parameter) -> int:
    return min(native.grad_version(array) for array in parameter.list_data())


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
