"""Signals to signals: pre-emphasis, and other sampling rates by polyphase filters."""

import math

import numpy

from weft import np
from weft._base.options import require, require_whole
from weft._core import OPERATORS
from weft._core.typing import ArrayLike, ndarray
from weft.audio._arrays import beside, floats


def preemphasis(y: ArrayLike, coef: float = 0.97, zi: float | ArrayLike | None = None) -> ndarray:
    """y[t] - coef y[t - 1], as `librosa.effects.preemphasis`; along the last axis.

    zi: what is added to the first element; 2 y[0] - y[1] unless given

    >>> from weft import audio, np
    >>> audio.preemphasis(np.array([1.0, 2.0, 3.0]), coef=0.5, zi=0)
    array([1. , 1.5, 2. ])
    """
    x = floats(y, "preemphasis")
    require(math.isfinite(coef), "preemphasis", "coef", "finite", coef)
    start = 2 * x[..., :1] - x[..., 1:2] if zi is None else zi
    return np.concatenate([x[..., :1] + start, x[..., 1:] - coef * x[..., :-1]], -1)


def _low_pass(up: int, down: int) -> numpy.ndarray:
    """The filter of `scipy.signal.resample_poly`: a sinc in a Kaiser window (beta 5), ten periods
    of the slower rate on each side, with gain `up`."""
    rate = max(up, down)
    places = numpy.arange(-10 * rate, 10 * rate + 1)
    taps = numpy.sinc(places / rate) / rate * numpy.kaiser(places.size, 5.0)
    return taps / taps.sum() * up


class Polyphase:
    """A change of the rate by up / down, as products of frames with a matrix.

    Of `up` results in a row, each has its own phase of the filter; the next `up` results read what
    lies `down` samples further. So a frame of every `down` samples times a matrix with a column for
    each phase gives all results.
    """

    def __init__(self, orig_sr: float, target_sr: float, where: str) -> None:
        rates = []
        for option, rate in (("orig_sr", orig_sr), ("target_sr", target_sr)):
            require(rate == int(rate), where, option, "a whole number", rate)
            rates.append(require_whole(where, option, int(rate), 1))
        common = math.gcd(*rates)
        self.up, self.down = rates[1] // common, rates[0] // common
        taps = _low_pass(self.up, self.down)
        half = taps.size // 2
        self.before = half // self.up
        self.behind = ((self.up - 1) * self.down + half) // self.up
        # Sample i of a frame lies down * phase - up * i behind the result's own place.
        samples = numpy.arange(-self.before, self.behind + 1)[:, None]
        at = half + numpy.arange(self.up) * self.down - self.up * samples
        inside = (at >= 0) & (at < taps.size)
        self.matrix = numpy.where(inside, taps[numpy.clip(at, 0, taps.size - 1)], 0)

    def __call__(self, y: ndarray) -> ndarray:
        if self.up == self.down:
            return y
        wide = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(self.before, self.behind)])
        frames = OPERATORS["frames"](wide, self.before + self.behind + 1, self.down)
        result = np.matmul(frames, beside(self.matrix, y)).reshape((*y.shape[:-1], -1))
        if self.up == 1:  # nothing is left over; and no extent here is more than a file can hold
            return result
        return result[..., : -(-y.shape[-1] * self.up // self.down)]


def resample(y: ArrayLike, orig_sr: float, target_sr: float) -> ndarray:
    """A signal at another sampling rate, by a polyphase filter, as `scipy.signal.resample_poly` and
    `librosa.resample` with `res_type="polyphase"`.

    y: (..., T); orig_sr, target_sr: samples in a second, whole numbers

    Returns (..., ceil(T * target_sr / orig_sr)). In a file, T may be a dynamic dimension where
    orig_sr is a multiple of target_sr.

    >>> from weft import audio, np
    >>> audio.resample(np.ones(441), 44100, 16000).shape
    (160,)
    """
    return Polyphase(orig_sr, target_sr, "resample")(floats(y, "resample"))


__all__ = ["preemphasis", "resample"]
