"""In which order iterators that read files take samples, and what fills the last batch."""

import random
from collections.abc import Iterator

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require_whole


class Order:
    """Numbers of samples, batch by batch, epoch by epoch.

    count: how many samples there are; batch_size: how many a batch has
    round_batch: the last batch is filled with the first samples of the next epoch, which then
        begins behind them; else it has fewer
    shuffle: each epoch has an order of its own, which follows from `seed`
    """

    def __init__(
        self, count: int, batch_size: int, round_batch: bool, shuffle: bool = False, seed: int = 0
    ) -> None:
        self._count, self._batch_size, self._round = count, batch_size, round_batch
        self._shuffle, self._seed = shuffle, seed
        self._epoch = -1
        self._taken = 0  # of this epoch, by the batch that filled the one before

    def batches(self) -> Iterator[tuple[int, numpy.ndarray, int]]:
        """The batches of one more epoch: its number, the samples, and how many only fill."""
        self._epoch += 1
        samples = self._samples(self._epoch)[self._taken :]
        self._taken = 0
        for begin in range(0, len(samples), self._batch_size):
            batch = samples[begin : begin + self._batch_size]
            missing = self._batch_size - len(batch)
            if missing and self._round:
                following = numpy.resize(self._samples(self._epoch + 1), missing)
                batch = numpy.concatenate([batch, following])
                self._taken = missing % self._count
            yield self._epoch, batch, missing

    def _samples(self, epoch: int) -> numpy.ndarray:
        samples = list(range(self._count))
        if self._shuffle:
            random.Random(f"{self._seed} {epoch}").shuffle(samples)
        return numpy.array(samples, "int64")


def part_of(where: str, count: int, num_parts: int, part_index: int) -> range:
    """The samples of one part of several: one behind the other, sizes differ by one at most."""
    require_whole(where, "num_parts", num_parts, 1)
    if not 0 <= part_index < num_parts:
        raise InvalidValue(
            f"{where}: `part_index` must be in [0, {num_parts}), as `num_parts` says; "
            f"got {part_index}"
        )
    return range(count * part_index // num_parts, count * (part_index + 1) // num_parts)


__all__ = ["Order", "part_of"]
