"""Gradients of several processes: what a trainer does with `kvstore="dist_sync"`.

Every process (a rank of a group) trains the same network on its own part of each batch. The ranks
begin with the parameters of rank 0, sum their gradients in each step, and so make the same update.
In a traced step each gradient is reduced by an operator of the plan; the plan joins them in buckets
and hides the transfers behind the rest of the backward pass. Eager steps run such a plan of the
reductions alone.
"""

import hashlib
from collections.abc import Callable, Collection, Sequence
from typing import Any

import numpy

from weft import autograd, np, npx, optimizer
from weft._base.errors import InvalidState, InvalidValue, Unsupported
from weft._core import collectives, native
from weft._core.typing import ndarray
from weft._trace.planned import hybridize
from weft._trace.state import is_tracing, outside_trace
from weft.gluon._compression import Compression, compression_of
from weft.gluon._early_sums import EarlySums
from weft.gluon._sharded_updates import ShardedUpdates
from weft.gluon._sharing import Pieces
from weft.gluon.parameter import Parameter

STORES = ("dist_sync", "dist_device_sync", "dist_sync_device")


class GradientExchange:
    """What one trainer shares with the other ranks of a group.

    params: the trainer's, by name; the same on all ranks, which the first step checks
    group: the name of the group
    compression: as `Trainer` takes it
    ordered: sums are a tree over ranks, which has the same bits whatever moves them
    """

    def __init__(
        self,
        params: dict[str, Parameter],
        group: str,
        compression: dict[str, Any] | None,
        ordered: bool,
    ) -> None:
        self._params = params
        self._group = group
        self._ordered = ordered
        self._compression: Compression | None = compression_of(compression, group)
        self._has_begun = False
        self._plan: Callable[..., Any] | None = None
        self._early: EarlySums | None = None
        self._sums_found: dict[str, ndarray] | None = None
        if ordered and self._compression is not None:
            raise InvalidValue(
                "Trainer: `deterministic` and `compression_params` exclude each other: what is "
                "rounded on the way depends on the number of ranks"
            )

    def __getstate__(self) -> dict[str, Any]:
        return vars(self) | {"_plan": None, "_has_begun": False, "_early": None}

    @property
    def group(self) -> str:
        """The name of the group."""
        return self._group

    @property
    def ranks(self) -> int:
        """How many processes train together."""
        return collectives.place(self._group)[1]

    def sharded(
        self,
        level: str,
        trained: dict[str, Parameter],
        used: "optimizer.Optimizer",
        lags: dict[str, int],
    ) -> ShardedUpdates:
        """Updates that the ranks share."""
        if self._compression is not None:
            raise Unsupported("Trainer: `shard` and `compression_params` exclude each other")
        return ShardedUpdates(level, trained, used, lags, self._group, self._ordered)

    # ---- the first step

    def begin(self, *, has_gradients: bool) -> None:
        """Once: checks that all ranks have the same parameters, and gives all the contents of
        rank 0. Raises ValueError on every rank where names, shapes or dtypes differ, and
        RuntimeError where contents differ but gradients were computed from them already."""
        if self._has_begun:
            return
        with outside_trace(), autograd.pause():
            self._check_alike()
            self._has_begun = True
            if has_gradients:
                self._check_contents()
            for parameter in self._params.values():
                if not parameter.is_initialized:
                    continue
                for array in parameter.list_own():
                    array[...] = npx.broadcast(array, root=0, group=self._group)

    def _check_alike(self) -> None:
        ours = [_described(name, p) for name, p in self._params.items()]
        digest = hashlib.sha256("\n".join(ours).encode()).digest()
        all_digests = self._from_all(digest)
        if len(set(all_digests)) == 1:
            return
        # Texts have different lengths, so each rank adds blanks up to the longest one.
        text = "\n".join(ours).encode()
        longest = int(
            npx.all_reduce(np.array(len(text)), reduction="max", group=self._group).item()
        )
        texts = [t.decode().rstrip().split("\n") for t in self._from_all(text.ljust(longest))]
        for rank, theirs in enumerate(texts):
            different = _first_difference(texts[0], theirs)
            if different is not None:
                raise InvalidValue(
                    "Trainer: all ranks must train the same parameters, in the same order; got "
                    f"{different[0]} on rank 0 and {different[1]} on rank {rank}"
                )

    def _check_contents(self) -> None:
        contents = hashlib.sha256()
        for parameter in self._params.values():
            if parameter.is_initialized:
                contents.update(parameter.list_data()[0].asnumpy().tobytes())
        if len(set(self._from_all(contents.digest()))) > 1:
            raise InvalidState(
                "Trainer: ranks must begin with the same parameters; got gradients of different "
                "ones, because the trainer was made before shapes were known; call the network "
                "once before that, or give its layers `in_units` and the like"
            )

    def _from_all(self, block: bytes) -> list[bytes]:
        given = np.array(numpy.frombuffer(block, "uint8"))
        found = npx.all_gather(given, axis=0, ranks=self.ranks, group=self._group).asnumpy()
        return [row.tobytes() for row in found.reshape(self.ranks, len(block))]

    # ---- in the backward pass of eager steps

    def overlap(self, trained: dict[str, Parameter]) -> None:
        """From the next backward pass on, sums of these gradients begin while it runs; those that
        add up, have rows, or are sent in fewer bytes are summed at the step."""
        able = {
            name: p
            for name, p in trained.items()
            if p.grad_req == "write" and p.grad_stype != "row_sparse" and p.is_initialized
        }
        if self._compression is not None or self.ranks == 1 or len(able) < len(trained):
            able = {}
        if self._early is not None and self._early.hears(able):
            return
        if self._early is not None:
            self._early.close()
        self._early = EarlySums(able, self._group, self._ordered) if able else None

    def take_early(self, unused: Collection[str]) -> None:
        """Waits for the sums that were begun; `reduce` takes them.

        unused: names of parameters whose gradients are old on this rank
        """
        self._sums_found = None if self._early is None else self._early.found(unused)

    def drop_early(self) -> None:
        """Forgets sums that were begun, where training goes on from elsewhere."""
        if self._early is not None:
            self._early.close()
        self._early = self._sums_found = None

    # ---- each step

    def reduce(self, trained: dict[str, Parameter]) -> None:
        """Makes each gradient the sum of those of all ranks."""
        self.begin(has_gradients=not is_tracing())
        dense = {}
        with autograd.pause():
            for name, parameter in trained.items():
                if len(parameter.list_device()) > 1:
                    raise Unsupported(
                        f"Trainer: `{name}` is on several devices, which training with several "
                        "processes does not support; give each process a device"
                    )
                if parameter.grad_stype == "row_sparse":
                    self._gather_rows(parameter)
                else:
                    dense[name] = parameter.list_own_grad()[0]
            if not dense:
                return
            found, self._sums_found = self._sums_found, None
            if found is not None and not is_tracing():
                for name, gradient in dense.items():
                    gradient[...] = found[name]
                return
            if self._compression is not None:
                self._compression.prepare(dense)
            if is_tracing():
                sums = _sums(
                    list(dense),
                    list(dense.values()),
                    self._compression,
                    self._ordered,
                    self._group,
                )
            else:
                if self._plan is None:
                    names = list(dense)
                    # It does not hold this object, which so ends with its trainer.
                    options = self._compression, self._ordered, self._group
                    self._plan = hybridize(lambda *arrays: _sums(names, arrays, *options))
                sums = self._plan(*dense.values())
                if len(sums) != len(dense):
                    raise InvalidValue("Trainer: the set of trained parameters has changed")
            for gradient, total in zip(dense.values(), sums, strict=True):
                gradient[...] = total

    def _gather_rows(self, parameter: Parameter) -> None:
        """The rows of all ranks. Ranks may have different numbers of them."""
        weight = parameter.list_data()[0]
        gradient = parameter.list_own_grad()[0]
        indices, rows = gradient.indices, gradient.data
        count = indices.shape[0]
        if not is_tracing():
            most = npx.all_reduce(np.array(count), reduction="max", group=self._group)
            missing = int(most.item()) - count
            if missing:
                # A row of zeros changes nothing, wherever it is added.
                indices = np.concatenate([indices, np.zeros(missing, dtype=indices.dtype)])
                rows = np.concatenate(
                    [rows, np.zeros((missing, *rows.shape[1:]), dtype=rows.dtype)]
                )
        everybody = {"axis": 0, "ranks": self.ranks, "group": self._group}
        native.set_grad_rows(
            weight, npx.all_gather(indices, **everybody), npx.all_gather(rows, **everybody)
        )

    def total(self, batch_size: int) -> int:
        """The sum of all ranks' batch sizes."""
        size = npx.all_reduce(np.array(int(batch_size)), group=self._group)
        return int(size.item())

    def traced_total(self, batch_size: int) -> ndarray:
        """In a trace: the sum of all ranks' batch sizes, in float64."""
        size = np.array(float(batch_size), dtype="float32")  # as gradients are, so it joins these
        return npx.all_reduce(size, ordered=self._ordered, group=self._group).astype("float64")

    def fresh_anywhere(self, fresh: Sequence[bool]) -> list[bool]:
        """Which gradients some rank has written."""
        if not fresh:
            return []
        flags = np.array(list(fresh), dtype="int32")
        found = npx.all_reduce(flags, reduction="max", group=self._group)
        return [bool(flag) for flag in found.asnumpy()]


def _sums(
    names: Sequence[str],
    gradients: Sequence[ndarray],
    compression: Compression | None,
    ordered: bool,
    group: str,
) -> list[ndarray]:
    if compression is not None:
        return compression.sums(names, gradients)
    return [npx.all_reduce(gradient, ordered=ordered, group=group) for gradient in gradients]


def _described(name: str, parameter: Parameter) -> str:
    kind = "frozen" if parameter.grad_req == "null" else "trained"
    sharing = parameter.sharing
    if sharing is not None and not isinstance(sharing, Pieces):
        # Ranks that have other slices of a layer are no copies of each other.
        kind += f", part {sharing.rank} of {sharing.ranks} in group `{sharing.group}`"
    return f"`{name}` {tuple(parameter.shape or ())} {parameter.dtype} {kind}".replace("\n", " ")


def _first_difference(ours: list[str], theirs: list[str]) -> tuple[str, str] | None:
    for mine, yours in zip(ours, theirs, strict=False):
        if mine != yours:
            return mine, yours
    if len(ours) == len(theirs):
        return None
    longer = ours if len(ours) > len(theirs) else theirs
    extra = longer[min(len(ours), len(theirs))]
    return (extra, "nothing") if longer is ours else ("nothing", extra)


def tree_sum(parts: Sequence[ndarray]) -> ndarray:
    """(((0 + 1) + (2 + 3)) + …), the order in which ranks add, too."""
    level = list(parts)
    while len(level) > 1:
        pairs = [a + b for a, b in zip(level[::2], level[1::2], strict=False)]
        level = pairs + level[2 * len(pairs) :]
    return level[0]


__all__ = ["STORES", "GradientExchange", "tree_sum"]
