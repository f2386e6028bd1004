"""Batches of samples of like lengths, so that little is padded."""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._base.spelling import named_arguments
from weft.gluon.data.sampler import Sampler


class BucketSampler(Sampler):
    """Batches of samples of like lengths: `DataLoader(data, batch_sampler=BucketSampler(...))`.

    lengths: that of each sample, such as how many tokens it has
    batch_size: samples of a batch; or
    max_tokens: at most so many numbers in a batch when its samples are padded to the longest
    shuffle: samples and batches in an order that `np.random.seed` decides; else short ones first
    window: batches whose samples are drawn together and then sorted: few for random batches, many
        for little padding; None sorts all samples, of which only those of one length are drawn.
        Without effect with `max_tokens`, which sorts all
    last_batch: "keep" or "discard" one of fewer samples than `batch_size`

    The order is drawn here and not by workers, so it does not depend on how many there are.

    >>> from weft.gluon import data
    >>> lengths = [3, 9, 2, 8, 3, 9]
    >>> list(data.BucketSampler(lengths, 2, shuffle=False))
    [[2, 0], [4, 3], [1, 5]]
    >>> list(data.BucketSampler(lengths, max_tokens=18, shuffle=False))
    [[2, 0, 4], [3, 1], [5]]
    """

    @named_arguments
    def __init__(
        self,
        lengths: Sequence[int],
        batch_size: int | None = None,
        *,
        max_tokens: int | None = None,
        shuffle: bool = True,
        window: int | None = 100,
        last_batch: str = "keep",
    ) -> None:
        self._lengths = numpy.asarray(lengths) if len(lengths) else numpy.zeros(0, "int64")
        if self._lengths.ndim != 1 or self._lengths.dtype.kind not in "iu":
            raise InvalidType(
                "BucketSampler: `lengths` must be an integer for each sample; got "
                f"{self._lengths.dtype} of shape {self._lengths.shape}"
            )
        if (batch_size is None) == (max_tokens is None):
            raise InvalidValue("BucketSampler: give either `batch_size` or `max_tokens`")
        known = ("keep", "discard")
        require(last_batch in known, "BucketSampler", "last_batch", "keep or discard", last_batch)
        if window is not None:
            require_whole("BucketSampler", "window", window, 1)
        self._size: int | None = None
        if batch_size is not None:
            self._size = require_whole("BucketSampler", "batch_size", batch_size, 1)
        else:
            self._ends = self._cut(require_whole("BucketSampler", "max_tokens", max_tokens, 1))
        self._shuffles, self._window = shuffle, window
        self._keeps_last = last_batch == "keep"

    def _cut(self, most: int) -> list[int]:
        """Where batches end among the samples sorted by length: lengths alone decide, so there are
        as many batches in each epoch."""
        ends, begin = [], 0
        ordered = numpy.sort(self._lengths, kind="stable")
        if len(ordered) and ordered[-1] > most:
            longest = int(self._lengths.argmax())
            raise InvalidValue(
                f"BucketSampler: `max_tokens` must be at least the longest sample, number "
                f"{longest} of length {ordered[-1]}; got {most}"
            )
        for place, length in enumerate(ordered.tolist()):
            if (place + 1 - begin) * max(length, 1) > most:
                ends.append(place)
                begin = place
        return [*ends, len(ordered)] if len(ordered) else []

    def __iter__(self) -> Iterator[list[int]]:
        count = len(self._lengths)
        order = numpy.arange(count)
        if self._shuffles:
            order = np.random.permutation(count).asnumpy()
        batches = self._batches(order)
        if self._shuffles:
            batches = [batches[i] for i in np.random.permutation(len(batches)).tolist()]
        return iter(batches)

    def _batches(self, order: Any) -> list[list[int]]:
        if self._size is None:
            order = self._sorted(order)
            return [p.tolist() for p in numpy.split(order, self._ends[:-1]) if len(p)]
        span = len(order) if not self._shuffles or self._window is None else (
            self._window * self._size
        )  # fmt: skip
        windows = [self._sorted(order[i : i + span]) for i in range(0, len(order), max(span, 1))]
        batches = [
            part[i : i + self._size].tolist()
            for part in windows
            for i in range(0, len(part), self._size)
        ]
        full = [batch for batch in batches if len(batch) == self._size]
        return batches if self._keeps_last else full

    def _sorted(self, order: Any) -> Any:
        return order[numpy.argsort(self._lengths[order], kind="stable")]

    def __len__(self) -> int:
        if self._size is None:
            return len(self._ends)
        whole, rest = divmod(len(self._lengths), self._size)
        return whole + (self._keeps_last and rest > 0)


__all__ = ["BucketSampler"]
__dir__ = __all__.copy
