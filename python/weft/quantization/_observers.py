"""What is remembered of an activation's elements over batches, and the range that follows.

Every observer sees one batch at a time and keeps numbers of a fixed size, so calibration data may
be a stream. The candidates of mean square and entropy are ranges of the histogram's bins.
"""

from typing import Any

import numpy

from weft.quantization._ranges import Range

BINS = 4096
CANDIDATES = 64  # shares of the whole range that the mean square is computed for, at each end
LEVELS = 255  # steps of int8
STRIDE = 16  # bins between two candidates of the entropy


class Extremes:
    """From the least to the greatest element of all batches."""

    def __init__(self) -> None:
        self.low, self.high = numpy.inf, -numpy.inf

    def add(self, values: Any, low: float, high: float) -> None:
        """Takes a batch in; low, high: the least and the greatest of its elements."""
        self.low, self.high = min(self.low, low), max(self.high, high)

    def range(self) -> Range:
        """The range that int8 gets."""
        return Range(self.low, self.high)


class Percentile(Extremes):
    """From the least to the greatest bound of the batches, with `percentile` percent of a batch's
    elements between its bounds."""

    def __init__(self, percentile: float) -> None:
        super().__init__()
        rest = 100.0 - percentile
        self._percents = [rest / 2, 100.0 - rest / 2]

    def add(self, values: Any, low: float, high: float) -> None:
        low, high = numpy.percentile(values.asnumpy(), self._percents)
        super().add(values, float(low), float(high))


class Histogram(Extremes):
    """Counts of elements in bins of one width. Where a batch goes beyond them, the bins double
    their width, two becoming one, so that no count is ever split."""

    def __init__(self) -> None:
        super().__init__()
        self.counts = numpy.zeros(BINS)
        self.start, self.width = 0.0, 0.0

    def add(self, values: Any, low: float, high: float) -> None:
        super().add(values, low, high)
        if self.width == 0.0:
            self.start = low
            self.width = max(high - low, 1e-6 * max(abs(low), abs(high)), 1e-20) / BINS
        while low < self.start:
            self._widen(BINS // 2)
            self.start -= self.width * (BINS // 2)
        while high > self.start + self.width * BINS:
            self._widen(0)
        flat = values.asnumpy().ravel().astype("float64")
        places = ((flat - self.start) / self.width).astype("int64").clip(0, BINS - 1)
        self.counts += numpy.bincount(places, minlength=BINS)

    def _widen(self, place: int) -> None:
        merged = self.counts.reshape(-1, 2).sum(1)
        self.counts = numpy.zeros(BINS)
        self.counts[place : place + BINS // 2] = merged
        self.width *= 2

    def filled(self) -> tuple[Any, Any]:
        """Counts and middles of the bins from the least to the greatest element."""
        first, last = (int((x - self.start) / self.width) for x in (self.low, self.high))
        chosen = slice(first, min(last, BINS - 1) + 1)
        return self.counts[chosen], self.start + (numpy.arange(BINS)[chosen] + 0.5) * self.width


class MeanSquare(Histogram):
    """The range whose int8 has the least mean square error, of what it rounds and of what it cuts
    off: both ends are moved in turn to the best of equally distant candidates."""

    def range(self) -> Range:
        counts, middles = self.filled()
        ends = [min(self.low, 0.0), max(self.high, 0.0)]
        best, shares = list(ends), numpy.linspace(1, 1 / CANDIDATES, CANDIDATES)
        for _ in range(2):
            for side in (0, 1):
                best[side] = _best_end(counts, middles, best, side, ends[side] * shares)
        finer = numpy.linspace(1 / CANDIDATES, -1 / CANDIDATES, CANDIDATES + 1)
        for side in (0, 1):
            around = numpy.clip(best[side] + ends[side] * finer, *ends)
            best[side] = _best_end(counts, middles, best, side, around)
        return Range(max(best[0], self.low), min(best[1], self.high))


def _best_end(counts: Any, middles: Any, bounds: list[float], side: int, tried: Any) -> float:
    """Of the candidates for one bound, of equal ones the first, which is the widest."""
    both: list[Any] = list(bounds)
    both[side] = tried
    return float(tried[_square_errors(counts, middles, *both).argmin()])


def _square_errors(counts: Any, middles: Any, low: Any, high: Any) -> Any:
    """Of int8 between each pair of bounds; shape (candidates,)."""
    low, high = numpy.broadcast_arrays(numpy.atleast_1d(low), numpy.atleast_1d(high))
    step = numpy.maximum((high - low) / LEVELS, 1e-20)[:, None]
    zero = numpy.rint(-128 - low[:, None] / step)
    found = (numpy.clip(numpy.rint(middles / step) + zero, -128, 127) - zero) * step
    return ((found - middles) ** 2) @ counts


class Entropy(Histogram):
    """The range that loses the least information: the divergence of Kullback and Leibler between
    the elements with those beyond it moved to its ends, and what 255 levels leave of those within
    (Migacz 2017; MXNet's `calib_mode='entropy'`). Both ends are at the same distance from 0, or
    where the elements end.

    int8 has 0 itself, so the many zeros that a ReLU leaves lose nothing: their bin counts no more
    than its neighbours, as in TensorRT. Else a range would be narrow just to keep them apart.
    """

    def filled(self) -> tuple[Any, Any]:
        counts, middles = super().filled()
        zero = int(abs(middles).argmin())
        neighbours = [counts[i] for i in (zero - 1, zero + 1) if 0 <= i < len(counts)]
        counts = counts.copy()
        counts[zero] = min([counts[zero], *neighbours])
        return counts, middles

    def range(self) -> Range:
        counts, middles = self.filled()
        reach = max(-self.low, self.high)
        least, step = reach * LEVELS / BINS, reach * STRIDE / BINS
        reaches = numpy.arange(reach, least, -step)
        divergences = [_divergence(counts, abs(middles) <= r) for r in reaches]
        best = float(reaches[int(numpy.argmin(divergences))])
        return Range(max(self.low, -best), min(self.high, best))


def _divergence(counts: Any, is_inside: Any) -> float:
    """Of the bins inside with all others in their ends, from these bins in `LEVELS` levels."""
    places = numpy.flatnonzero(is_inside)
    if len(places) < LEVELS:
        return numpy.inf
    first, last = int(places[0]), int(places[-1]) + 1
    inside = counts[first:last]
    whole = inside.copy()
    whole[0] += counts[:first].sum()
    whole[-1] += counts[last:].sum()
    starts = (numpy.arange(LEVELS) * len(inside)) // LEVELS
    widths = numpy.diff([*starts, len(inside)])
    used = numpy.add.reduceat(whole > 0, starts, dtype="int64")
    mean = numpy.add.reduceat(inside, starts) / numpy.maximum(used, 1)
    left = numpy.repeat(mean, widths) * (whole > 0)
    return _relative_entropy(_smooth(whole), _smooth(left))


def _smooth(counts: Any, least: float = 1e-4) -> Any:
    """As probabilities, with a little for empty bins, taken from the others evenly."""
    total = counts.sum()
    if total == 0:
        return numpy.full(len(counts), 1 / len(counts))
    is_empty = counts == 0
    taken = least * is_empty.sum() / max((~is_empty).sum(), 1)
    return numpy.maximum(numpy.where(is_empty, least, counts - taken), 1e-12) / total


def _relative_entropy(p: Any, q: Any) -> float:
    p, q = p / p.sum(), q / q.sum()
    return float((p * numpy.log(p / q)).sum())
