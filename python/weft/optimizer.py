"""Optimizers: from a parameter, its gradient and a state to the parameter's next value.

The gradient is multiplied by `rescale_grad`, clipped, then `wd` times the parameter is added. The
arithmetic is an operator of the library; here is only what changes from update to update.

A row-sparse gradient (`weft.sparse`) means the same as the array that it stands for. With
`lazy_update=True` an update leaves rows without a gradient as they are, in the parameter and in the
states: neither weight decay nor momentum moves them, and it costs nothing to have them.

Updates are often smaller than what float16 or bfloat16 can add to a parameter. With
`multi_precision=True` such a parameter has a copy in float32 among its states: gradients come to
float32, the update is that of float32, and the parameter is what its copy rounds to.
"""

import functools
import math
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Self

from weft import np, npx
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidState, InvalidValue
from weft._base.options import require, require_finite
from weft._base.registry import Registry
from weft._base.spelling import check_options
from weft._core import native
from weft._core.halves import is_half
from weft._core.typing import ndarray
from weft._trace.state import is_tracing
from weft.lr_scheduler import LRScheduler
from weft.sparse import RowSparseArray

_registry = Registry("optimizer")

State = tuple[ndarray, ...]

MASTER = "master"  # the copy in float32, among the names of states


class Optimizer:
    """Base of all optimizers.

    learning_rate: the rate, or the base rate of `lr_scheduler`; None: that of the scheduler, if it
        was given one, else `default_rate`
    wd: weight decay; clip_gradient: bound of the rescaled gradient's elements, None for no bound
    lazy_update: row-sparse gradients change only the rows that they have; for optimizers whose
        `step` treats each element by itself
    multi_precision: parameters in float16 and bfloat16 are updated in float32

    A subclass names its `states` and writes `step`. Options that have no effect are refused.
    """

    default_rate = 0.01
    states: tuple[str, ...] = ()  # names of what is kept for each parameter
    is_elementwise = False  # is a step of some rows what a step of all does to these?

    def __new__(cls, *_: Any, **options: Any) -> Self:
        if options:
            check_options(cls, options)
        return super().__new__(cls)

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
        _require(rate >= 0, "learning_rate", "at least 0", rate)
        require_finite("optimizer", wd=wd, rescale_grad=rescale_grad)
        bounds = clip_gradient is None or clip_gradient > 0
        _require(bounds, "clip_gradient", "above 0 or None", clip_gradient)
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
        _require(rate >= 0, "learning_rate", "at least 0", rate)
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
        common = {
            "lr": rate * lr_mult,
            "wd": self.wd * wd_mult,
            "rescale_grad": self.rescale_grad,
            "clip_gradient": -1.0 if self.clip_gradient is None else self.clip_gradient,
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


def _require(condition: bool, option: str, rule: str, value: Any) -> None:
    require(condition, "optimizer", option, rule, value)


def _require_decay(option: str, value: float) -> None:
    """Of a running mean, which keeps a share of what it was."""
    _require(0 <= value < 1, option, "in [0, 1)", value)


def _like(weight: ndarray, common: dict[str, Any]) -> dict[str, Any]:
    """The options with rates as arrays in the parameter's dtype: a number that changes from step to
    step would be another signature each time."""
    options = dict(common)
    for name in ("lr", "eta"):
        rate = options.get(name)
        if isinstance(rate, ndarray):
            options[name] = rate.astype(weight.dtype)
        elif rate is not None and not is_tracing():
            options[name] = _rate(float(rate), weight.dtype.name, weight.device)
    return options


@functools.lru_cache(maxsize=16)
def _rate(rate: float, dtype: str, device: Any) -> ndarray:
    """One array for all parameters of a step."""
    return np.array(rate, dtype=dtype, device=device)


class SGD(Optimizer):
    """Gradient descent: `weight -= lr * gradient`, with momentum
    `mom = momentum * mom - lr * gradient; weight += mom`; `nesterov` looks one step ahead."""

    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        momentum: float = 0.0,
        *,
        nesterov: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        _require(momentum >= 0, "momentum", "at least 0", momentum)
        if nesterov and not momentum:
            raise InvalidValue(
                "optimizer: `nesterov` has no effect without `momentum`; got a momentum of 0"
            )
        self.momentum = momentum
        self.nesterov = nesterov
        self.states = ("mom",) if momentum else ()

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """Without momentum and weight decay, a gradient of zero changes nothing anyway."""
        return self.lazy_update or (not state and common["wd"] == 0)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        if not state:
            npx.sgd_update(weight, grad, **_like(weight, common), out=weight)
            return
        npx.sgd_mom_update(
            *(weight, grad, *state),
            **_like(weight, common),
            momentum=self.momentum,
            nesterov=self.nesterov,
            out=(weight, *state),
        )


class NAG(SGD):
    """Nesterov's accelerated gradient: SGD with momentum that looks one step ahead."""

    def __init__(
        self, learning_rate: float | None = None, momentum: float = 0.9, **common: Any
    ) -> None:
        super().__init__(learning_rate, momentum, nesterov=True, **common)


class Adam(Optimizer):
    """Adam (Kingma and Ba 2015): steps of the running mean of gradients, each element divided by
    the root of the running mean of its square."""

    default_rate = 0.001
    states = ("mean", "var")
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        _require_decay("beta1", beta1)
        _require_decay("beta2", beta2)
        _require(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon

    def _correction(self, count: Any) -> Any:
        """What makes up for means that begin at 0."""
        variance = 1 - self.beta2**count
        root = np.sqrt(variance) if isinstance(variance, ndarray) else math.sqrt(variance)
        return root / (1 - self.beta1**count)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        common["lr"] *= self._correction(count)
        npx.adam_update(
            *(weight, grad, *state),
            **_like(weight, common),
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            out=(weight, *state),
        )


class AdamW(Adam):
    """Adam whose weight decay is no part of the gradient (Loshchilov and Hutter 2019): each step
    takes `lr * wd` of the weight away."""

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        common["eta"] = common["lr"]
        common["lr"] = common["lr"] * self._correction(count)
        npx.adamw_update(
            *(weight, grad, *state),
            **_like(weight, common),
            beta1=self.beta1,
            beta2=self.beta2,
            epsilon=self.epsilon,
            out=(weight, *state),
        )


class RMSProp(Optimizer):
    """RMSProp (Tieleman and Hinton 2012): each element of the gradient divided by the root of the
    running mean of its square.

    rho: decay of the means
    centered: divides by the root of the variance and adds `momentum` (Graves 2013)
    momentum: 0.9 where `centered`; else there is none, as in Gluon, and another than 0 is refused
    """

    default_rate = 0.001
    is_elementwise = True

    def __init__(
        self,
        learning_rate: float | None = None,
        rho: float = 0.9,
        momentum: float | None = None,
        epsilon: float = 1e-8,
        *,
        centered: bool = False,
        **common: Any,
    ) -> None:
        super().__init__(learning_rate, **common)
        if momentum is None:
            momentum = 0.9 if centered else 0.0
        if momentum and not centered:
            raise InvalidValue(
                f"optimizer: `momentum` of RMSProp needs `centered=True`; got {momentum}"
            )
        _require_decay("rho", rho)
        _require(momentum >= 0, "momentum", "at least 0", momentum)
        _require(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.rho = rho
        self.momentum = momentum
        self.epsilon = epsilon
        self.states = ("square", "mean", "step") if centered else ("square",)

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        arrays = (weight, grad, *state)
        options = {
            **_like(weight, common),
            "rho": self.rho,
            "epsilon": self.epsilon,
            "out": (weight, *state),
        }
        if len(state) == 1:
            npx.rmsprop_update(*arrays, **options)
        else:
            npx.rmsprop_centered_update(*arrays, **options, momentum=self.momentum)


class AdaGrad(Optimizer):
    """AdaGrad (Duchi et al. 2011): each element of the gradient divided by the root of the sum of
    its squares so far."""

    states = ("history",)
    is_elementwise = True

    def __init__(
        self, learning_rate: float | None = None, epsilon: float = 1e-6, **common: Any
    ) -> None:
        super().__init__(learning_rate, **common)
        _require(epsilon >= 0, "epsilon", "at least 0", epsilon)
        self.epsilon = epsilon

    def changes_rows_only(self, state: State, common: dict[str, float]) -> bool:
        """Without weight decay, a gradient of zero changes nothing anyway."""
        return self.lazy_update or common["wd"] == 0

    def step(
        self, count: int, weight: ndarray, grad: ndarray, state: State, common: dict[str, float]
    ) -> None:
        npx.adagrad_update(
            *(weight, grad, *state),
            **_like(weight, common),
            epsilon=self.epsilon,
            out=(weight, *state),
        )


for _optimizer in (SGD, NAG, Adam, AdamW, AdaGrad, RMSProp):
    _registry.add(_optimizer)


def create(spec: str | Optimizer, **options: Any) -> Optimizer:
    """The optimizer that a name stands for, such as "sgd" or "adam", with these options."""
    return _registry.create(spec, **options)


def register(cls: type) -> type:
    """Decorator: makes an own optimizer known by its lower-case name."""
    return _registry.add(cls)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.optimizer", _words.OPTIMIZERS)

__all__ = [
    "NAG",
    "SGD",
    "AdaGrad",
    "Adam",
    "AdamW",
    "Optimizer",
    "RMSProp",
    "create",
    "register",
]
__dir__ = __all__.copy
