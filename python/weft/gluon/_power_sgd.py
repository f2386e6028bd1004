"""Gradients as products of thin matrices on their way to other processes (Vogels, Karimireddy and
Jaggi, PowerSGD, 2019).

A gradient of n rows and m columns, with what was not sent before, is M. Ranks add up P = M Q, make
its columns orthogonal, and add up Q = M' P, which the next step begins with; P Q' is what all take
as their sum, so n + m rows of `rank` numbers are sent instead of n times m. What a rank's gradient
has beyond the mean is kept for its next step. All P travel together, and so do all Q. Gradients
of one axis, and those that would not become smaller, are sent as they are.
"""

import math
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy

from weft import np, npx
from weft._core import collectives, native
from weft._core.typing import ndarray
from weft._trace.state import outside_trace


class Compression:
    """What is sent of a gradient, and what is made of what all ranks sent."""

    def prepare(self, gradients: Mapping[str, ndarray]) -> None:
        """Makes what lasts from step to step, outside of traces."""

    def sum(self, name: str, gradient: ndarray) -> ndarray:
        """The sum of what all ranks send of this gradient."""
        raise NotImplementedError

    def sums(self, names: Sequence[str], gradients: Sequence[ndarray]) -> list[ndarray]:
        """The sums of what all ranks send of these gradients."""
        return [self.sum(name, g) for name, g in zip(names, gradients, strict=True)]


class PowerSGD(Compression):
    """The rows of a gradient are along its first axis.

    rank: how many columns and rows of a matrix are sent; group: the ranks
    """

    def __init__(self, rank: int, group: str) -> None:
        self._rank, self._group = rank, group
        self._kept: dict[str, tuple[ndarray, ndarray]] = {}  # what was not sent, and Q

    def prepare(self, gradients: Mapping[str, ndarray]) -> None:
        for name, gradient in gradients.items():
            shape = self._matrix(gradient)
            if shape is None or name in self._kept:
                continue
            # The same on all ranks, and no number of the program's generators.
            drawn = numpy.random.default_rng(crc32(name.encode()))
            first = drawn.normal(size=(shape[1], self._rank)).astype("float32")
            with outside_trace():
                kept = np.zeros(shape, dtype="float32"), np.array(first)
            for array in kept:
                native.set_state(array, True)
            self._kept[name] = kept

    def _matrix(self, gradient: ndarray) -> tuple[int, int] | None:
        """The shape as a matrix; None for what is sent as it is."""
        if gradient.ndim < 2 or 0 in gradient.shape:
            return None
        rows, columns = gradient.shape[0], math.prod(gradient.shape[1:])
        is_smaller = (rows + columns) * self._rank < rows * columns
        return (rows, columns) if is_smaller else None

    def sums(self, names: Sequence[str], gradients: Sequence[ndarray]) -> list[ndarray]:
        by_name = dict(zip(names, gradients, strict=True))
        thin = [name for name in names if self._matrix(by_name[name]) is not None]
        found = {
            name: npx.all_reduce(gradient, group=self._group)
            for name, gradient in by_name.items()
            if name not in thin
        }
        if thin:
            found.update(self._products({name: by_name[name] for name in thin}))
        return [found[name] for name in names]

    def _products(self, gradients: Mapping[str, ndarray]) -> dict[str, ndarray]:
        ranks = collectives.place(self._group)[1]
        kept = [self._kept[name] for name in gradients]
        wanted = [
            missing + gradient.reshape(missing.shape).astype("float32")
            for gradient, (missing, _) in zip(gradients.values(), kept, strict=True)
        ]
        lefts = self._added([m @ q for m, (_, q) in zip(wanted, kept, strict=True)])
        lefts = [np.linalg.qr(left)[0] for left in lefts]
        rights = self._added([m.T @ p for m, p in zip(wanted, lefts, strict=True)])
        found = {}
        for (name, gradient), matrix, left, right, (missing, q) in zip(
            gradients.items(), wanted, lefts, rights, kept, strict=True
        ):
            mean = right / ranks
            missing[...] = matrix - left @ mean.T
            q[...] = mean
            found[name] = (left @ right.T).reshape(gradient.shape).astype(gradient.dtype)
        return found

    def _added(self, matrices: Sequence[ndarray]) -> list[ndarray]:
        """The sums over ranks, which travel as one array."""
        flat = np.concatenate([matrix.reshape(-1) for matrix in matrices])
        total, begin, found = npx.all_reduce(flat, group=self._group), 0, []
        for matrix in matrices:
            end = begin + matrix.size
            found.append(total[begin:end].reshape(matrix.shape))
            begin = end
        return found


__all__ = ["Compression", "PowerSGD"]
