"""A trainer's states: how they are described, checked, and written to files and read back."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fsdecode
from types import NoneType
from typing import Any

from weft import autograd, np
from weft._base.errors import FileFailure, InvalidValue
from weft._base.protocols import HasState, TakesState
from weft._core import native
from weft._core.attributes import plain_attributes, set_attributes
from weft._core.files import BackgroundWrite, Described, check_form, save_arrays
from weft._core.typing import ndarray
from weft._export.names import NamedArrays
from weft.device import current
from weft.gluon._planned_updates import PlannedUpdates
from weft.gluon._sharing import Placed

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


class SavedStates(PlannedUpdates, NamedArrays):
    """The part of a trainer that gives its states away and takes them back."""

    _states: dict[str, tuple[Any, ...]]  # of each parameter that was updated

    def _set_states(self, states: dict[str, tuple[ndarray, ...]]) -> None:
        """Sets contents, not arrays, where plans may have these."""
        before, self._states = self._states, states
        if self._progress is None:
            return
        for name, known in before.items():
            for number, array in enumerate(known):
                array[...] = states[name][number] if name in states else 0
            self._states[name] = known

    def _arrays_named(self, name: str) -> Iterator[tuple[str, ndarray]]:
        yield from ((f"{name}.{path}", array) for path, array in self.state_arrays().items())

    def _whole_states(self) -> dict[str, tuple[ndarray, ...]]:
        """States of whole parameters, where this process keeps those of its parts."""
        found = {}
        with autograd.pause():
            for name, parameter in self._params.items():
                sharing, state = parameter.sharing, self._states.get(name)
                is_elsewhere = isinstance(sharing, Placed) and sharing.rank != sharing.owner
                if is_elsewhere and sharing.is_trained and self._states:
                    # States of the same kinds, whose contents come from their owner.
                    zeros = np.zeros(sharing.shape, dtype=parameter.part.dtype)
                    state = self._optimizer.create_state_multi_precision(zeros)
                if state is None:
                    continue
                found[name] = state
                if sharing is not None:
                    found[name] = tuple(sharing.whole(array) for array in state)
        return found

    def _own_states(self, states: dict[str, tuple[ndarray, ...]]) -> dict[str, tuple[ndarray, ...]]:
        found = {}
        for name, state in states.items():
            sharing = self._params[name].sharing
            if isinstance(sharing, Placed) and sharing.rank != sharing.owner:
                continue
            found[name] = state
            if sharing is not None:
                found[name] = tuple(sharing.own(array) for array in state)
                for array in found[name]:
                    native.set_state(array, True)
        return found

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
        self.prepare_states(arrays, description, f"load_states: `{fsdecode(path)}`")()

    def describe_states(self) -> tuple[dict[str, ndarray], dict[str, Any]]:
        """Arrays of all states, and what else there is to know as plain values. Where ranks share
        updates (`shard`), the states are whole, and all ranks must call it."""
        self._take_progress()
        arrays, states = {}, {}
        order = {name: number for number, name in enumerate(self._params)}
        whole = self._whole_states() if self.sharded is None else self.sharded.whole(self._states)
        for name, state in sorted(whole.items(), key=lambda item: order[item[0]]):
            kinds = self._optimizer.state_names(self._params[name].list_data()[0])
            states[name] = list(kinds)
            arrays.update(zip(_keys(name, kinds), state, strict=True))
        return arrays, self._plain_states(states)

    def describe_without_states(self) -> dict[str, Any]:
        """The plain values of `describe_states`, as of a trainer that has no states yet."""
        self._take_progress()
        return self._plain_states({})

    def _plain_states(self, states: dict[str, list[str]]) -> dict[str, Any]:
        """What there is to know beside arrays. `states`: the names of each parameter's."""
        counts = self._optimizer.counts
        scaler = self.loss_scaler
        scaling = {} if scaler is None else {"loss_scale": scaler.state_dict()}
        return {
            **scaling,
            "optimizer": type(self._optimizer).__name__,
            "options": plain_attributes(self._optimizer, _NO_OPTIONS),
            "scheduler": _scheduler_state(self._optimizer.lr_scheduler),
            "scale": self._scale,
            "states": states,
            "counts": {name: counts[name] for name in self._params if name in counts},
        }

    def _drop_early(self) -> None:
        """Forgets what was begun for the step that does not come now."""

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
            self._drop_early()
            used, scheduler = self._optimizer, description["scheduler"]
            others = {key: n for key, n in used.counts.items() if key not in self._params}
            used.counts = {**others, **description["counts"]}
            set_attributes(used, description["options"])
            if scheduler is not None and isinstance(used.lr_scheduler, TakesState):
                used.lr_scheduler.load_state_dict(scheduler["state"])
            self._scale = description["scale"]
            if self.loss_scaler is not None and "loss_scale" in description:
                self.loss_scaler.load_state_dict(description["loss_scale"])
            self._seen = []
            self._set_states(
                self._own_states(states) if self.sharded is None else self.sharded.own(states)
            )
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
    state = scheduler.state_dict() if isinstance(scheduler, HasState) else {}
    return {"kind": type(scheduler).__name__, "state": state}
