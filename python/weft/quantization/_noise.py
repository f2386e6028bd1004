"""How far results are from what they should be."""

from typing import Any

import numpy


class Noise:
    """Power of a signal and of its error, over any number of arrays."""

    def __init__(self) -> None:
        self.signal, self.error = 0.0, 0.0

    def add(self, wanted: Any, found: Any) -> None:
        """Takes in two arrays of one shape."""
        a, b = wanted.asnumpy().astype("float64"), found.asnumpy().astype("float64")
        self.signal += float((a**2).sum())
        self.error += float(((a - b) ** 2).sum())

    def add_all(self, wanted: Any, found: Any) -> None:
        """Takes in what two networks give: arrays, or as many of them."""
        if isinstance(wanted, list | tuple):
            for pair in zip(wanted, found, strict=True):
                self.add(*pair)
        else:
            self.add(wanted, found)

    @property
    def decibels(self) -> float:
        """The ratio of the two (SQNR); infinite without an error."""
        if self.error == 0.0:
            return numpy.inf
        return float(10 * numpy.log10(max(self.signal, 1e-300) / self.error))
