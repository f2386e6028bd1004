"""Windows of frames: periodic ones, as a Fourier transform wants them."""

import math
from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require_whole

# A window's name, a name with its number, its elements, or a function of their count.
Window = str | tuple[str, float] | Any


def _cosines(*factors: float) -> Callable[[int], numpy.ndarray]:
    def window(count: int) -> numpy.ndarray:
        angle = 2 * numpy.pi * numpy.arange(count) / max(count - 1, 1)
        if count == 1:
            return numpy.ones(1)
        terms = [(-1) ** k * factor * numpy.cos(k * angle) for k, factor in enumerate(factors)]
        return sum(terms, numpy.zeros(count))

    return window


def _triangle(count: int) -> numpy.ndarray:
    places = numpy.arange(count) - (count - 1) / 2
    return 1 - abs(places) * 2 / max(count - 1, 1)


_SYMMETRIC: dict[str, Callable[[int], numpy.ndarray]] = {
    "bartlett": _triangle,
    "blackman": _cosines(0.42, 0.5, 0.08),
    "blackmanharris": _cosines(0.35875, 0.48829, 0.14128, 0.01168),
    "boxcar": numpy.ones,
    "hamming": _cosines(0.54, 0.46),
    "hann": _cosines(0.5, 0.5),
    "nuttall": _cosines(0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "ones": numpy.ones,
}
_WITH_NUMBER: dict[str, Callable[[int, float], numpy.ndarray]] = {
    "gaussian": lambda count, deviation: numpy.exp(
        -0.5 * ((numpy.arange(count) - (count - 1) / 2) / deviation) ** 2
    ),
    "kaiser": numpy.kaiser,
}


def window_of(window: Window, length: int, where: str) -> numpy.ndarray:
    """The `length` elements of a window, float64.

    Raises ValueError for a name that is none, and for elements of another number.
    """
    count = length + 1 if length > 1 else 1
    if isinstance(window, str) and window in _SYMMETRIC:
        return _SYMMETRIC[window](count)[:length]
    if isinstance(window, tuple) and len(window) == 2 and window[0] in _WITH_NUMBER:
        return _WITH_NUMBER[window[0]](count, float(window[1]))[:length]
    if isinstance(window, str | tuple):
        names = ", ".join([*_SYMMETRIC, *(f"({name!r}, number)" for name in _WITH_NUMBER)])
        raise InvalidValue(f"{where}: `window` must be one of {names}; got {window!r}")
    if callable(window):
        window = window(length)
    elements = numpy.asarray(window, "float64")
    if elements.shape != (length,):
        raise InvalidValue(
            f"{where}: `window` must have {length} elements; got shape {elements.shape}"
        )
    return elements


def centred(elements: numpy.ndarray, length: int) -> numpy.ndarray:
    """The elements in the middle of `length`, zeros round them."""
    before = (length - elements.size) // 2
    return numpy.pad(elements, (before, length - elements.size - before))


class Framing:
    """How a signal is cut into frames: the options that transforms share, checked.

    window: float64 elements, n_fft of them
    """

    def __init__(
        self,
        where: str,
        n_fft: int,
        hop_length: int | None,
        win_length: int | None,
        window: Window,
    ) -> None:
        self.n_fft = require_whole(where, "n_fft", n_fft, 1)
        length = n_fft if win_length is None else require_whole(where, "win_length", win_length, 1)
        if length > n_fft:
            raise InvalidValue(f"{where}: `win_length` must be at most {n_fft}; got {length}")
        hop = max(1, length // 4) if hop_length is None else hop_length
        self.hop = require_whole(where, "hop_length", hop, 1)
        self.window = centred(window_of(window, length, where), self.n_fft)
        if not math.isfinite(float(self.window.sum())):
            raise InvalidValue(f"{where}: `window` must have finite elements; got {window!r}")
