"""A trainer's updates in hybridized functions.

The number of updates, the rate and the states are arrays that the plan reads and writes. What else
is set (`_settings`), and by how many updates a parameter lags behind the number, is part of the
plan, and of its signature. A gradient that was applied is used up: it dies in the plan.
"""

from collections.abc import Collection, Hashable, Iterator
from contextlib import contextmanager
from operator import is_
from types import NoneType
from typing import Any

from weft import autograd, np, npx, optimizer
from weft._base.errors import Error, Unsupported
from weft._core import native
from weft._core.typing import ndarray
from weft._trace.state import is_tracing, outside_trace, watch
from weft.gluon._loss_scale import LossScaler
from weft.gluon._sharded_updates import ShardedUpdates
from weft.gluon._sharing import Pieces
from weft.gluon.parameter import Parameter
from weft.sparse import RowSparseArray


class PlannedUpdates:
    """The part of a trainer that traces updates and knows of those that plans have made."""

    _params: dict[str, Parameter]
    _optimizer: "optimizer.Optimizer"
    _scale: float

    def __init__(self) -> None:
        # Number of updates, and rate.
        self._progress: tuple[ndarray, ndarray] | None = None
        self._seen: list[Any] = []  # what is set, when it was looked at
        self._setting = 0
        self._known_settings: dict[Hashable, int] = {}
        self._trained: list[str] = []  # what plans update
        self._lags: dict[str, int] = {}  # behind the number of updates, where they are
        # For who traces a step: whether its plan leaves gradients in the parameters, and whether it
        # is told the rate before each run where the scheduler cannot be traced; and whether it is.
        self.keeps_gradients = False
        self.can_give_rate = False
        self.rate_is_given = False
        self.loss_scaler: LossScaler | None = None  # of mixed precision: `amp.init_trainer`
        self.sharded: ShardedUpdates | None = None  # where ranks share updates
        # In a trace with other processes: a factor of all gradients, an array.
        self.share: ndarray | None = None

    def _settings(self) -> int:
        """A number for all that is set now; another one for other settings."""
        scheduler = self._optimizer.lr_scheduler
        now = [Parameter.changes, self._scale, self.rate_is_given, self.loss_scaler, self.sharded]
        # To look waits for the plan, so what changes from step to step must not ask for it.
        now += [value for name, value in vars(self._optimizer).items() if name not in _PROGRESS]
        if scheduler is not None:
            now += vars(scheduler).values()
        # Called at each step: what is the very same was looked at before.
        if len(now) != len(self._seen) or not all(map(is_, now, self._seen)):
            self._seen = now
            self._setting = self._known_settings.setdefault(
                self._look_at_settings(), len(self._known_settings)
            )
        return self._setting

    def _look_at_settings(self) -> Hashable:
        self._take_progress()
        used = self._optimizer
        self._trained = [n for n, p in self._params.items() if p.grad_req != "null"]
        behind = {n: used.num_update - used.counts.get(n, 0) for n in self._trained}
        self._lags = {name: lag for name, lag in behind.items() if lag}
        return (
            self._scale,
            tuple(
                (p.lr_mult, p.wd_mult, p.grad_req, p.mask is None) for p in self._params.values()
            ),
            tuple(self._lags.items()),
            _plain(used, _PROGRESS),
            None if self.rate_is_given else _plain(used.lr_scheduler, ()),
            self.loss_scaler and (id(self.loss_scaler), *self.loss_scaler.settings),
            self.sharded and id(self.sharded),
        )

    def _trace_update(
        self, caller: str, trained: dict[str, Parameter], ignore_stale_grad: bool
    ) -> None:
        watch(self._settings)
        if self.sharded is None:
            stale = self._stale(caller, trained, ignore_stale_grad)
            trained = {name: p for name, p in trained.items() if name not in stale}
        else:
            trained = self.sharded.shards
        for name, parameter in trained.items():
            if len(parameter.list_device()) > 1:
                raise Unsupported(
                    f"{caller}: `{name}` is on several devices, which a hybridized training step "
                    "cannot update; call it outside"
                )
        with outside_trace():
            count, rate = self._progress_arrays()
            for name, parameter in trained.items():
                self._state_of(name, parameter.list_own()[0])
        with autograd.pause():
            self._take_share(trained)
            finite = self._finite_gradients(trained)
            with _kept_unless(finite, [count]):
                count[...] = count + 1
            rate[...] = rate  # a state, so that who runs a file can set it
            number = count.astype("float64")
            scheduled = self._scheduled(number, rate)
            with self._optimizer.counting_by(number, scheduled, self._lags):
                for name, parameter in trained.items():
                    weight = parameter.list_own()[0]
                    with _kept_unless(finite, [weight, *self._state_of(name, weight)]):
                        self._update_one(name, parameter)
                    if not self.keeps_gradients and self.sharded is None:
                        native.use_up_grad(weight)
            if self.sharded is not None:
                self.sharded.give_parameters()
            if self.loss_scaler is not None and finite is not None:
                self.loss_scaler.update(finite)

    def _take_share(self, trained: dict[str, Parameter]) -> None:
        """Multiplies gradients by what other processes' batches make of their mean."""
        share, self.share = self.share, None
        if share is None:
            return
        for parameter in trained.values():
            gradient = parameter.list_own_grad()[0]
            part = gradient.data if isinstance(gradient, RowSparseArray) else gradient
            part[...] = part * share.astype(part.dtype)

    def _finite_gradients(self, trained: dict[str, Parameter]) -> ndarray | None:
        """Are the gradients finite, without the scale of losses? None: nobody asks."""
        if self.loss_scaler is None:
            return None
        gradients = [p.list_own_grad()[0] for p in trained.values()]
        self.loss_scaler.unscale(gradients)
        finite = self.loss_scaler.all_finite(gradients)
        if self.sharded is not None:
            finite = self.sharded.sum_over_ranks((~finite).astype("int32")) == 0
        return self._everywhere(finite)

    def _everywhere(self, finite: ndarray) -> ndarray:
        """Is it so on all ranks that have other parts of the parameters?"""
        groups = {
            p.sharing.group
            for p in self._params.values()
            if p.sharing is not None and not isinstance(p.sharing, Pieces)
        }
        for group in sorted(groups):
            finite = npx.all_reduce((~finite).astype("int32"), group=group) == 0
        return finite

    def _scheduled(self, number: ndarray, rate: ndarray) -> ndarray:
        """The rate of a traced update."""
        scheduler = self._optimizer.lr_scheduler
        if scheduler is None or self.rate_is_given:
            return rate
        try:
            return scheduler(number)
        except Error:
            if not self.can_give_rate:
                raise
        with outside_trace():
            self.give_rate()
        return rate

    def give_rate(self) -> None:
        """Tells plans the rate of the next update, where they cannot compute it."""
        self.rate_is_given = True
        self._take_progress()
        scheduler = self._optimizer.lr_scheduler
        if scheduler is not None:
            self._progress_arrays()[1][...] = scheduler(self._optimizer.num_update + 1)

    def _progress_arrays(self) -> tuple[ndarray, ndarray]:
        if self._progress is None:
            count = np.array(self._optimizer.num_update, dtype="int64")
            rate = np.array(self._optimizer.learning_rate, dtype="float64")
            for array in (count, rate):
                native.set_state(array, True)
            self._progress = (count, rate)
        return self._progress

    def _take_progress(self) -> None:
        """Learns of the updates that plans have made."""
        if self._progress is None or is_tracing():
            return
        used = self._optimizer
        made = int(self._progress[0].item()) - used.num_update
        if made == 0:
            return
        used.num_update += made
        for name in self._trained:
            used.counts[name] = used.counts.get(name, 0) + made

    def _give_progress(self) -> None:
        """Tells plans of the updates that were made without them, and of the rate."""
        if self._progress is not None:
            self._progress[0][...] = self._optimizer.num_update
            self._progress[1][...] = self._optimizer.learning_rate


@contextmanager
def _kept_unless(finite: ndarray | None, arrays: list[ndarray]) -> Iterator[None]:
    """A block in which a traced update writes arrays, which keep their contents if the gradients
    were not finite. A choice and no branch: it is made in place, one array at a time."""
    before = [] if finite is None else [array.copy() for array in arrays]
    yield
    for array, old in zip(arrays, before, strict=False):
        array[...] = np.where(finite, array, old)


# Of an optimizer's attributes: what changes from step to step.
_PROGRESS = frozenset(("_learning_rate", "rescale_grad", "num_update"))


def _plain(owner: Any, but: Collection[str]) -> Hashable:
    """Attributes that are numbers, texts or tuples of these."""
    attributes = {} if owner is None else vars(owner)
    return tuple(
        [
            (name, value)
            for name, value in attributes.items()
            if isinstance(value, bool | int | float | str | tuple | NoneType) and name not in but
        ]
    )
