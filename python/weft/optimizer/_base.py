"""What all optimizers have in common: options, numbers of updates, states, the copy in float32 of a
parameter in half precision, and row-sparse gradients."""

import functools
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from weft import np
from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._base.options import require, require_finite
from weft._base.registry import Registry
from weft._base.spelling import ChecksOptions
from weft._base.words import OPTIMIZER_NAMES
from weft._core import native
from weft._core.halves import is_half
from weft._core.typing import ndarray
from weft._trace.state import is_tracing
from weft.lr_scheduler import LRScheduler
from weft.sparse import RowSparseArray

registry = Registry("optimizer", OPTIMIZER_NAMES)

State = tuple[ndarray, ...]

MASTER = "master"  # the copy in float32, among the names of states


class Optimizer(ChecksOptions):
    """Base of all optimizers.

    learning_rate: the rate, or the base rate of `lr_scheduler`; None: that of the scheduler, if it
        was given one, else `default_rate`
    wd: weight decay; clip_gradient: bound of the rescaled gradient's elements, None for no bound
    lazy_update: row-sparse gradients change only the rows that they have; for optimizers whose
        `step` treats each element by itself
    multi_precision: parameters in float16 and bfloat16 are updated in float32

    A subclass names its `states` and writes `step`. Options that have no effect are refused.

    >>> from weft import autograd, gluon, np, optimizer
    >>> class Signs(optimizer.Optimizer):
    ...     default_rate = 0.5
    ...     def step(self, count, weight, grad, state, common):
    ...         weight[...] = weight - common["lr"] * np.sign(grad)
    >>> weight = gluon.Parameter("weight", shape=(2,), init="ones")
    >>> weight.initialize()
    >>> with autograd.record():
    ...     loss = (weight.data() * np.array([3.0, -3.0])).sum()
    >>> loss.backward()
    >>> gluon.Trainer([weight], Signs()).step(1)
    >>> weight.data()
    array([0.5, 1.5])
    """

    default_rate = 0.01
    states: tuple[str, ...] = ()  # names of what is kept for each parameter
    is_elementwise = False  # is a step of some rows what a step of all does to these?
    needs_closure = False  # does it compute the loss itself: see `optimizer.closures`?
    is_traceable = True  # can a plan have it?

    # Groups of parameters with options of their own: names, and pairs of `lr_scale` and `wd`.
    groups: tuple[Any, ...] = ()

    def __init__(
        self,
        learning_rate: float | None = None,
        *,
        wd: float = 0.0,
        rescale_grad: float = 1.0,
        clip_gradient: float | None = None,
        lr_scheduler: LRScheduler | None = None,
        lazy_update: bool = False,
        multi_precision: bool = False,
    ) -> None:
        if lazy_update and not self.is_elementwise:
            raise InvalidValue(
                f"optimizer: {type(self).__name__} has no lazy update: its step of some rows is "
                "not what a step of all does to them (`is_elementwise`)"
            )
        self.lazy_update = lazy_update
        self.multi_precision = multi_precision
        rate = self._base_rate(learning_rate, lr_scheduler)
        require_option(rate >= 0, "learning_rate", "at least 0", rate)
        require_finite("optimizer", wd=wd, rescale_grad=rescale_grad)
        bounds = clip_gradient is None or clip_gradient > 0
        require_option(bounds, "clip_gradient", "above 0 or None", clip_gradient)
        self.wd = wd
        self.rescale_grad = rescale_grad
        self.clip_gradient = clip_gradient
        self.lr_scheduler = lr_scheduler
        self._learning_rate = float(rate)
        if lr_scheduler is not None:
            lr_scheduler.base_lr = rate
        self.counts: dict[Any, int] = {}  # updates by parameter
        self.num_update = 0
        self._progress: tuple[ndarray, ndarray, Mapping[Any, int]] | None = None

    def _base_rate(self, learning_rate: float | None, scheduler: LRScheduler | None) -> float:
        given = scheduler.base_lr if getattr(scheduler, "has_base_lr", False) else None
        if isinstance(learning_rate, LRScheduler):
            raise InvalidType(
                "optimizer: `learning_rate` must be a number; got "
                f"{type(learning_rate).__name__}; give it as `lr_scheduler`"
            )
        if isinstance(learning_rate, Mapping | Iterable):
            raise InvalidType(
                f"optimizer: `learning_rate` must be a number; got {type(learning_rate).__name__}; "
                "parameters are given to `gluon.Trainer(params, optimizer)`"
            )
        if learning_rate is not None and given not in (None, learning_rate):
            raise InvalidValue(
                f"optimizer: `learning_rate` {learning_rate} and the scheduler's `base_lr` {given} "
                "are one rate; give one of them"
            )
        if learning_rate is None:
            return self.default_rate if given is None else given
        return learning_rate

    @property
    def learning_rate(self) -> float:
        """The present rate."""
        if self.lr_scheduler is not None:
            return self.lr_scheduler(self.num_update)
        return self._learning_rate

    def set_learning_rate(self, rate: float) -> None:
        """Sets the rate. Raises RuntimeError where a scheduler sets it."""
        if self.lr_scheduler is not None:
            raise InvalidState("optimizer: the learning rate is set by `lr_scheduler`")
        require_option(rate >= 0, "learning_rate", "at least 0", rate)
        self._learning_rate = float(rate)

    @contextmanager
    def counting_by(self, count: ndarray, rate: ndarray, lags: Mapping[Any, int]) -> Iterator[None]:
        """A block in which the number of updates of a parameter is `count`, but for what it lags
        behind, and the rate is `rate`: float64 arrays without axes, for steps that are traced."""
        self._progress = (count, rate, lags)
        try:
            yield
        finally:
            self._progress = None

    def _next(self, key: Any) -> tuple[Any, Any]:
        """The number of this update of a parameter, and the rate."""
        if self._progress is not None:
            number, rate, lags = self._progress
            return (number - lags[key] if lags.get(key) else number), rate
        count = self.counts[key] = self.counts.get(key, 0) + 1
        self.num_update = max(self.num_update, count)
        return count, self.learning_rate

    def has_master(self, weight: ndarray) -> bool:
        """Is a parameter of this dtype updated by way of a copy in float32?"""
        return self.multi_precision and is_half(weight)

    def state_names(self, weight: ndarray) -> tuple[str, ...]:
        """Names of what `create_state_multi_precision` gives."""
        return (MASTER, *self.states) if self.has_master(weight) else self.states

    def create_state_multi_precision(self, weight: ndarray) -> State:
        """All that is kept for a parameter: what `create_state` gives, or a copy in float32 and
        the states of that copy.

        Warns of a parameter in float16 or bfloat16 without `multi_precision`.
        """
        if not self.has_master(weight):
            if is_half(weight):
                warnings.warn(
                    f"optimizer: updates of {weight.dtype.name} parameters lose what is too small "
                    "for it; `multi_precision=True` keeps them in float32",
                    stacklevel=2,
                )
            return self.create_state(weight)
        master = weight.detach().astype("float32")
        native.set_state(master, True)
        return (master, *self.create_state(master))

    def create_state(self, weight: ndarray) -> State:
        """Zeros of the parameter's shape, dtype and device, one array for each name in `states`."""
        with weight.device:
            arrays = tuple(native.empty(weight.shape, weight.dtype) for _ in self.states)
        for array in arrays:
            native.set_state(array, True)
        return arrays

    def update(
        self,
        key: Any,
        weight: ndarray,
        grad: ndarray | RowSparseArray,
        state: State,
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
    ) -> ndarray | None:
        """Writes the next values of `weight` and `state`; `key` identifies the parameter.

        state: what `create_state_multi_precision` gave for `weight`

        Gives the indices of the rows that may have changed; None: all.
        """
        has_master = self.has_master(weight)
        if has_master and len(state) != 1 + len(self.states):
            raise InvalidValue(
                f"update: `state` of a {weight.dtype.name} parameter must begin with its float32 "
                f"copy, that is have {1 + len(self.states)} arrays; got {len(state)}; create it by "
                "`create_state_multi_precision`"
            )
        count, rate = self._next(key)
        own = self._of_group(key)
        common = {
            "lr": rate * (lr_mult * own.get("lr_scale", 1.0)),
            "wd": own.get("wd", self.wd) * wd_mult,
            "rescale_grad": self.rescale_grad,
            "clip_gradient": -1.0 if self.clip_gradient is None else self.clip_gradient,
            **self.of_parameter(key),
        }
        if not has_master:
            return self._update(count, weight, grad, state, common)
        master, *states = state
        rows = self._update(count, master, grad.astype(master.dtype), tuple(states), common)
        if rows is None:
            weight[...] = master
        else:
            weight[rows] = master[rows].astype(weight.dtype)
        return rows

    def _of_group(self, key: Any) -> dict[str, float]:
        """What the parameter's groups say of it, the last one first to be believed."""
        found: dict[str, float] = {}
        for names, options in self.groups:
            if key in names:
                found.update(options)
        return found

    def of_parameter(self, key: Any) -> dict[str, Any]:
        """Options of the step that depend on which parameter it is."""
        return {}

    def _update(
        self,
        count: int,
        weight: ndarray,
        grad: ndarray | RowSparseArray,
        state: State,
        common: dict[str, float],
    ) -> ndarray | None:
        if isinstance(grad, RowSparseArray):
            if self.changes_rows_only(state, common):
                self._step_rows(count, weight, grad, state, common)
                return grad.indices
            grad = grad.todense()
        self.step(count, weight, grad, state, common)
        return None

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """Does a row-sparse gradient change only the rows that it has?"""
        return self.lazy_update

    def _step_rows(
        self,
        count: int,
        weight: ndarray,
        grad: RowSparseArray,
        state: State,
        common: dict[str, float],
    ) -> None:
        arrays = (weight, *state)
        rows = [array[grad.indices] for array in arrays]
        self.step(count, rows[0], grad.data, tuple(rows[1:]), common)
        for array, changed in zip(arrays, rows, strict=True):
            array[grad.indices] = changed

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        """One update, the `count`-th of this parameter, with the options that all share.

        In a hybridized training step `count` and `common["lr"]` are float64 arrays without axes.
        """
        raise NotImplementedError


def require_option(condition: bool, option: str, rule: str, value: Any) -> None:
    require(condition, "optimizer", option, rule, value)


def require_decay(option: str, value: float) -> None:
    """Of a running mean, which keeps a share of what it was."""
    require_finite("optimizer", **{option: value})
    require_option(0 <= value < 1, option, "in [0, 1)", value)


def like(weight: ndarray, common: dict[str, Any]) -> dict[str, Any]:
    """The options with rates as arrays in the parameter's dtype: a number that changes from step to
    step would be another signature each time."""
    rates = {name: number_like(weight, common[name]) for name in ("lr", "eta") if name in common}
    return {**common, **rates}


@functools.lru_cache(maxsize=32)
def _one_number(number: float, dtype: str, device: Any) -> ndarray:
    """One array for all parameters of a step."""
    return np.array(number, dtype=dtype, device=device)


def number_like(weight: ndarray, number: Any) -> Any:
    """A number that changes from step to step, in the parameter's dtype: see `like`."""
    if isinstance(number, ndarray):
        return number.astype(weight.dtype)
    if is_tracing():
        return number
    return _one_number(float(number), weight.dtype.name, weight.device)


def state_of(array: ndarray) -> ndarray:
    """The array as one of an optimizer's states."""
    native.set_state(array, True)
    return array


__all__ = [
    "MASTER",
    "Optimizer",
    "State",
    "like",
    "number_like",
    "registry",
    "require_decay",
    "require_option",
    "state_of",
]
