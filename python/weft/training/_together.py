"""What several processes do in one call of `fit`, `evaluate` or `predict`.

Arrays, data sets and loaders have the batches of all ranks, of which each rank takes its part. Any
other iterable gives each rank batches of its own. A process that is alone has `ranks` None, and
everything is as it was given.
"""

import os
import warnings
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Any
from zlib import crc32

from weft._base.errors import InvalidValue
from weft._core import collectives
from weft._processes import session
from weft._processes.launchers import ALONE, place_of
from weft.callbacks._base import is_quiet
from weft.gluon._ranks import Ranks, parts_with, ranks_of
from weft.gluon.data import DataLoader, Dataset
from weft.training._batches import DEFAULT_BATCH_SIZE, ArrayData, Batch, Source, leaves

_ROWS = 16  # of arrays, at both ends, that are compared over ranks


class SharedSource:
    """Batches for several epochs, of which this rank has its part; with the names of a `Source`.

    ranks: those that have parts of the same batches, or batches of their own; None: nobody else
        takes part, also where there are fewer samples than ranks, all of which each then takes
    is_cut: whether they have parts of the same batches
    fills: batches of fewer samples than there are ranks are joined, and no error
    """

    def __init__(
        self, where: str, source: Source, ranks: Ranks | None, *, fills: bool = False
    ) -> None:
        self.loader = source.loader
        self._source = source
        self._around = ExitStack()
        parts = parts_with(where, ranks, source.loader, fills=fills)
        self.ranks, self.is_cut = self._around.enter_context(parts)

    @property
    def steps(self) -> int | None:
        """The number of batches of an epoch, where it is known."""
        return self._source.steps

    def epoch(self, steps: int | None, *, evenly: bool = True) -> Iterator[Batch]:
        """The batches of one epoch, at most `steps`.

        evenly: as many on each rank: until one has no more
        """
        batches = self._source.epoch(None)
        is_even = self.is_cut or (isinstance(self.loader, DataLoader) and self.steps is not None)
        if self.ranks is not None and evenly and not is_even:
            batches = self.ranks.while_all_have(batches)
        return batches if steps is None else _first(batches, steps)

    def close(self) -> None:
        """Makes the loader give whole batches again."""
        self._around.close()


def _first(batches: Iterator[Batch], count: int) -> Iterator[Batch]:
    """So many batches, and no look at whether there are more."""
    for _ in range(count):
        batch = next(batches, None)
        if batch is None:
            return
        yield batch


def check_arrays(where: str, ranks: Ranks | None, data: Any) -> None:
    """Raises ValueError where arrays are not the same on all ranks, by their shapes and their first
    and last rows."""
    if ranks is None or not isinstance(data, ArrayData):
        return
    marks = [_mark(leaf) for part in data for leaf in leaves(part)]
    hint = (
        "seed what draws them alike, or give batches of each rank's own as a generator, or a "
        "loader with `shard`"
    )
    ranks.require_alike(where, "arrays", marks, hint)


def _mark(array: Any) -> list[Any]:
    ends = [array[:_ROWS].asnumpy(), array[-_ROWS:].asnumpy()]
    return [list(array.shape), str(array.dtype), *(crc32(end.tobytes()) for end in ends)]


def check_batch_size(where: str, ranks: Ranks | None, data: Any, given: int | None) -> None:
    """Raises ValueError for batches of too few samples."""
    size = DEFAULT_BATCH_SIZE if given is None else given
    if ranks is not None and isinstance(data, ArrayData | Dataset) and size < ranks.size:
        raise InvalidValue(
            f"{where}: `batch_size`, which is that of all ranks together, must be at least "
            f"{ranks.size}, their number; got {size}"
        )


def of_all(ranks: Ranks | None, outputs: Any) -> Any:
    """What a network gave on all ranks, one rank's behind the other's."""
    return outputs if ranks is None else ranks.all_rows(outputs)


def random_numbers(ranks: Ranks | None) -> AbstractContextManager[None]:
    """A block in which each rank draws random numbers of its own."""
    return nullcontext() if ranks is None else ranks.own_random_numbers()


def tell_together(ranks: Ranks | None, verbose: int | None) -> None:
    """Says on rank 0 that this is no training of one process."""
    if ranks is not None and verbose != 0 and not is_quiet():
        print(f"fit: {ranks.size} ranks train together, each on its part of every batch")


# ---- who trains together


def store_of(kvstore: str | None) -> str:
    """The trainer's `kvstore`: what was asked for, else what `weft.distributed.init` joined."""
    if kvstore is not None:
        return kvstore
    return "dist_sync" if collectives.place()[1] > 1 else "device"


def ranks_for(where: str, trainer: Any, is_by_choice: bool) -> Ranks | None:
    """Those that train together. Warns where processes were started together and each trains by
    itself, unless that was asked for."""
    joined = collectives.place()[1]
    if trainer.group is not None or is_by_choice:
        return ranks_of(trainer)
    if joined > 1:
        warnings.warn(
            f"{where}: this is one of {joined} processes, but the trainer was made for one alone, "
            "so each trains by itself; call `weft.distributed.init()` before `weft.Model(...)`, "
            "and make a trainer of your own with `kvstore='dist_sync'`",
            stacklevel=4,
        )
    elif joined == 1 and session.current() is None:
        started = _started()
        if started > 1:
            warnings.warn(
                f"{where}: a launcher started {started} processes, but `weft.distributed.init()` "
                "was not called, so each trains by itself; call it before `weft.Model(...)`",
                stacklevel=4,
            )
    return None


def _started() -> int:
    """How many processes the launcher of this one started, by Weft's or torchrun's variables."""
    names = ("WEFT_RANK", "RANK")
    place = place_of(os.environ) if any(name in os.environ for name in names) else ALONE
    return place.size


__all__ = [
    "SharedSource",
    "check_arrays",
    "check_batch_size",
    "of_all",
    "random_numbers",
    "ranks_for",
    "store_of",
    "tell_together",
]
