"""What a trainer does with the other processes that train the same parameters."""

from collections.abc import Callable, Sequence
from typing import Any

from weft import autograd, npx
from weft._base.errors import InvalidState, InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._trace.state import is_tracing
from weft.gluon._data_parallel import GradientExchange
from weft.gluon._planned_updates import PlannedUpdates
from weft.gluon._sharded_updates import check_level
from weft.gluon._shares import Shares
from weft.gluon.parameter import Parameter
from weft.gluon.utils import sum_of_squares


class OverRanks(PlannedUpdates):
    """The part of a trainer that adds up gradients over processes, and shares updates with them."""

    ranks: int
    shares: int | None
    _check_shares: Callable[[], None]
    _continued: set[str]
    _deterministic: int | None
    _exchange: GradientExchange | None
    _is_reduced: bool
    _overlaps: bool
    _shard: str | None
    _shares: Shares
    _stale: Callable[..., list[str]]
    _states: dict[str, tuple[Any, ...]]
    _total: Any

    def _reduce_over_ranks(self, caller: str, ignore_stale_grad: bool) -> None:
        """A parameter that one rank has not used has a gradient of zero there; one that no rank has
        used is left out."""
        assert self._exchange is not None
        self._exchange.begin(has_gradients=not is_tracing())
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        if self._shard is not None:
            self._reduce_to_shards(caller, trained)
            return
        stale = set(self._stale(caller, trained, ignore_stale_grad))
        everything = trained
        if not is_tracing():
            self._exchange.take_early(stale)
        if ignore_stale_grad and not is_tracing():
            flags = self._exchange.fresh_anywhere([name not in stale for name in trained])
            trained = {n: p for (n, p), used in zip(trained.items(), flags, strict=True) if used}
            with autograd.pause():
                for name in stale & set(trained):
                    trained[name].zero_grad()
            self._continued |= set(trained)
        else:
            trained = {name: p for name, p in trained.items() if name not in stale}
        self._exchange.reduce(trained)
        self._is_reduced = True
        if self._overlaps and not is_tracing() and self.shares in (None, 1):
            self._exchange.overlap(everything)

    def _reduce_to_shards(self, caller: str, trained: dict[str, Parameter]) -> None:
        assert self._exchange is not None and self._shard is not None
        if not is_tracing():
            raise Unsupported(
                f"{caller}: ranks share updates (`shard={self._shard!r}`) in compiled steps alone; "
                "call what `compile` gave"
            )
        stale = self._stale(caller, trained, True)
        if stale:
            raise Unsupported(
                f"{caller}: with `shard` each trained parameter must have a gradient; `{stale[0]}` "
                "has none: the loss does not depend on it; freeze it (`grad_req='null'`)"
            )
        assert self.sharded is not None
        self.sharded.check()
        with autograd.pause():
            self.sharded.take_gradients()
        self._is_reduced = True

    def begin_exchange(self) -> None:
        """Gives all processes the parameters of the first one, where that has not been done and
        their shapes are known; all call it. Not for users."""
        if self._exchange is not None and all(p.is_initialized for p in self._params.values()):
            self._exchange.begin(has_gradients=False)

    def _drop_early(self) -> None:
        if self._exchange is not None:
            self._exchange.drop_early()

    def begin_sharing(self) -> None:
        """Before a step is traced: parameters have their shapes now."""
        self._total = self.share = None  # of a trace that has failed
        if self._shares.are_added:
            self._shares.clear()
        if self._shard is None or self.sharded is not None or self._exchange is None:
            return
        self._exchange.begin(has_gradients=False)
        trained = {n: p for n, p in self._params.items() if p.grad_req != "null"}
        self._settings()
        self.sharded = self._exchange.sharded(self._shard, trained, self._optimizer, self._lags)
        self._states = self.sharded.own(self._states)

    def _train_along(self, mesh: Any) -> None:
        """Adds up gradients over the ranks of the mesh's axis `data`."""
        if "data" not in mesh.axes:
            return
        group = mesh["data"].name
        if self._exchange is None:
            self._exchange = GradientExchange(
                self._params, group, None, self._deterministic is not None
            )
            self._check_shares()
        elif self._exchange.group != group:
            raise InvalidValue(
                f"compile: the trainer adds up gradients over the group `{self._exchange.group}`; "
                f"the mesh's axis `data` is `{group}`; make the trainer with `group={group!r}`"
            )

    def shard_updates(self, level: str | None) -> None:
        """Makes the ranks share the updates of compiled steps: see `compile`."""
        check_level("compile", level)
        if level == self._shard:
            return
        if self._exchange is None:
            raise InvalidValue(
                f"compile: `shard={level!r}` needs several processes: make the trainer with "
                "`kvstore='dist_sync'`"
            )
        if self._shard is not None or level is None:
            raise InvalidState(
                f"compile: this trainer's steps share updates by `shard={self._shard!r}`; got "
                f"{level!r}; all steps of a trainer must have the same"
            )
        self._take_progress()
        self._shard = level

    def samples_of_all(self, batch_size: int) -> Any:
        """The sum of the batch sizes of all processes; in a trace with others an array. Not for
        users."""
        if self._exchange is None or self.ranks == 1:
            return batch_size
        if not is_tracing():
            return self._exchange.total(batch_size)
        if self._total is None:
            self._total = self._exchange.traced_total(batch_size)
        return self._total

    def _mean_over(self, batch_size: int) -> float:
        """In a trace with other processes: notes what takes gradients to their mean, and gives the
        rest of it as a number. Ranks whose batches differ in size must multiply by the same factors
        to stay alike in every bit, so all of it is an array; but for half dtypes, which would lose
        it, an array that is 1 where sizes are equal."""
        total = self.samples_of_all(batch_size)
        self._total = None
        halves = any("float16" in str(p.dtype) for p in self._params.values())
        if halves:
            whole = max(batch_size, 1) * self.ranks
            self.share = float(whole) / total
            return self._scale / whole
        self.share = self._scale / total
        return 1.0

    def _squares_of_all(self, gradients: Sequence[ndarray]) -> ndarray:
        """The sum of squares of whole gradients, whose parts this process has some of."""
        if self.sharded is None:
            trained = [p for p in self._params.values() if p.grad_req != "null"]
            groups = [None if p.sharing is None else p.sharing.group for p in trained]
        else:
            groups = [shard.group for shard in self.sharded.shards.values()]
        of_groups: dict[str | None, list[ndarray]] = {}
        for group, gradient in zip(groups, gradients, strict=True):
            of_groups.setdefault(group, []).append(gradient)
        sums = []
        for group, some in of_groups.items():
            squares = sum_of_squares(some)
            if self.sharded is not None:
                squares = self.sharded.sum_over_ranks(squares)
            sums.append(squares if group is None else npx.all_reduce(squares, group=group))
        return sum(sums[1:], sums[0])


__all__ = ["OverRanks"]
