"""Mel spectra, decibels and cepstra.

The mel scale is Slaney's (linear up to 1 kHz, logarithmic above; "Auditory Toolbox", 1998) or that
of the Hidden Markov Model Toolkit, 2595 log10(1 + f / 700).
"""

import math
from collections.abc import Callable
from inspect import signature
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft._base.spelling import unknown_argument
from weft._core import native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.audio._arrays import beside, floats
from weft.audio._spectra import frames_of, magnitudes
from weft.audio._windows import Framing, Window

_LINEAR = 200 / 3  # Hz of a mel below the corner
_CORNER = 1000.0
_STEP = math.log(6.4) / 27  # of the logarithm, for a mel above the corner


def _mel_of(hertz: float, htk: bool) -> float:
    if htk:
        return 2595 * math.log10(1 + hertz / 700)
    if hertz < _CORNER:
        return hertz / _LINEAR
    return _CORNER / _LINEAR + math.log(hertz / _CORNER) / _STEP


def _hertz_of(mels: numpy.ndarray, htk: bool) -> numpy.ndarray:
    if htk:
        return 700 * (10 ** (mels / 2595) - 1)
    above = numpy.maximum(mels - _CORNER / _LINEAR, 0)
    return numpy.where(above > 0, _CORNER * numpy.exp(_STEP * above), mels * _LINEAR)


def filters(
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
) -> numpy.ndarray:
    """What `mel_filters` gives, in NumPy's float64."""
    where = "mel_filters"
    require(0 < sr < math.inf, where, "sr", "above 0", sr)
    n_fft, n_mels = (
        require_whole(where, "n_fft", n_fft, 1),
        require_whole(where, "n_mels", n_mels, 1),
    )
    highest = sr / 2 if fmax is None else fmax
    require(0 <= fmin < highest < math.inf, where, "fmin", f"in [0, {highest})", fmin)
    mels = numpy.linspace(_mel_of(fmin, htk), _mel_of(highest, htk), n_mels + 2)
    edges = _hertz_of(mels, htk)
    ramps = edges[:, None] - numpy.arange(n_fft // 2 + 1) * (sr / n_fft)
    widths = numpy.diff(edges)[:, None]
    weights = numpy.maximum(0, numpy.minimum(-ramps[:-2] / widths[:-1], ramps[2:] / widths[1:]))
    if norm is None:
        return weights
    if norm == "slaney":
        return weights * (2 / (edges[2:] - edges[:-2]))[:, None]
    if isinstance(norm, str) or not norm > 0:
        raise InvalidValue(
            f"{where}: `norm` must be 'slaney', a number above 0 or None; got {norm!r}"
        )
    sizes = numpy.linalg.norm(weights, norm, axis=1, keepdims=True)
    return weights / numpy.where(sizes > 0, sizes, 1)


def mel_filters(
    sr: float,
    n_fft: int,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
    dtype: DTypeLike = "float32",
) -> ndarray:
    """Triangles over the frequencies of a transform, as `librosa.filters.mel`.

    sr: samples in a second; n_fft: length of the transform; n_mels: how many triangles
    fmin, fmax: the ends of the first and the last triangle in Hz; fmax is sr / 2 unless given
    htk: whether the scale is that of HTK; else it is Slaney's
    norm: "slaney": each triangle has one area; a number: each has that norm; None: each has
        height 1

    Returns (n_mels, n_fft // 2 + 1).

    >>> from weft import audio
    >>> audio.mel_filters(16000, 512, 40).shape
    (40, 257)
    """
    return native.array(filters(sr, n_fft, n_mels, fmin, fmax, htk, norm), dtype=dtype)


class MelOptions:
    """The options of a mel spectrogram, checked: its framing, and its filters, float64."""

    def __init__(
        self,
        where: str,
        sr: float = 22050,
        n_fft: int = 2048,
        hop_length: int | None = 512,
        win_length: int | None = None,
        window: Window = "hann",
        center: bool = True,
        pad_mode: str = "constant",
        power: float = 2.0,
        n_mels: int = 128,
        fmin: float = 0.0,
        fmax: float | None = None,
        htk: bool = False,
        norm: str | float | None = "slaney",
    ) -> None:
        require(power > 0, where, "power", "above 0", power)
        self.where, self.power, self.center, self.pad_mode = where, power, center, pad_mode
        self.framing = Framing(where, n_fft, hop_length, win_length, window)
        self.filters = filters(sr, n_fft, n_mels, fmin, fmax, htk, norm)

    def rows(self, y: ArrayLike) -> ndarray:
        """Mel spectra, (..., frames, n_mels)."""
        signal = floats(y, self.where)
        frames = frames_of(signal, self.framing, self.center, self.pad_mode, self.where)
        return np.matmul(magnitudes(frames, self.power), beside(self.filters.T, frames))


def melspectrogram(
    y: ArrayLike,
    sr: float = 22050,
    n_fft: int = 2048,
    hop_length: int | None = 512,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
    n_mels: int = 128,
    fmin: float = 0.0,
    fmax: float | None = None,
    htk: bool = False,
    norm: str | float | None = "slaney",
) -> ndarray:
    """A spectrogram on the mel scale, as `librosa.feature.melspectrogram`: (..., n_mels, frames).

    Options are those of `spectrogram` and `mel_filters`.

    >>> from weft import audio, np
    >>> audio.melspectrogram(np.ones(4096), n_mels=40).shape
    (40, 9)
    """
    options = MelOptions(
        "melspectrogram",
        *(sr, n_fft, hop_length, win_length, window, center, pad_mode, power),
        *(n_mels, fmin, fmax, htk, norm),
    )
    return np.swapaxes(options.rows(y), -1, -2)


Reference = float | Callable[[ndarray], Any]


def decibels(x: ndarray, ref: Reference, amin: float, top_db: float | None, where: str) -> ndarray:
    """10 log10(x / ref), of powers."""
    require(amin > 0, where, "amin", "above 0", amin)
    require(top_db is None or top_db >= 0, where, "top_db", "at least 0", top_db)
    level = 10 * np.log10(np.maximum(x, amin))
    if callable(ref):
        level = level - 10 * np.log10(np.maximum(ref(x), amin))
    else:
        level = level - 10 * math.log10(max(amin, abs(ref)))
    return level if top_db is None else np.maximum(level, level.max() - top_db)


def power_to_db(
    S: ArrayLike, ref: Reference = 1.0, amin: float = 1e-10, top_db: float | None = 80.0
) -> ndarray:
    """Powers in decibels, 10 log10(S / ref), as `librosa.power_to_db`.

    ref: a power, or a function of S that gives one, such as `np.max`
    amin: the least power that counts; top_db: how far below the largest of all results the others
        may be; None: as far as they are

    >>> from weft import audio, np
    >>> audio.power_to_db(np.array([1.0, 100.0]))
    array([ 0., 20.])
    """
    return decibels(floats(S, "power_to_db", "S", 0), ref, amin, top_db, "power_to_db")


def amplitude_to_db(
    S: ArrayLike, ref: Reference = 1.0, amin: float = 1e-5, top_db: float | None = 80.0
) -> ndarray:
    """Amplitudes in decibels, 20 log10(|S| / ref), as `librosa.amplitude_to_db`; arguments are
    those of `power_to_db`, in amplitudes.

    >>> from weft import audio, np
    >>> audio.amplitude_to_db(np.array([1.0, 10.0]))
    array([ 0., 20.])
    """
    where = "amplitude_to_db"
    amplitude = abs(floats(S, where, "S", 0))
    require(amin > 0, where, "amin", "above 0", amin)
    square = np.square(amplitude)
    if callable(ref):
        given = ref
        return decibels(square, lambda _: np.square(given(amplitude)), amin**2, top_db, where)
    return decibels(square, ref**2, amin**2, top_db, where)


_OPTIONS = dict(list(signature(MelOptions).parameters.items())[1:])


def cosines(n_mfcc: int, n_mels: int, lifter: float, where: str) -> numpy.ndarray:
    """The first rows of the orthonormal discrete cosine transform of type II, times the lifter's
    weights 1 + lifter / 2 sin(pi (k + 1) / lifter)."""
    n_mfcc = require_whole(where, "n_mfcc", n_mfcc, 1)
    require(n_mfcc <= n_mels, where, "n_mfcc", f"at most {n_mels}", n_mfcc)
    require(0 <= lifter < math.inf, where, "lifter", "at least 0", lifter)
    k = numpy.arange(n_mfcc)[:, None]
    rows = numpy.cos(numpy.pi * k * (numpy.arange(n_mels) + 0.5) / n_mels) * (2 / n_mels) ** 0.5
    rows[0] /= 2**0.5
    return rows * (1 + lifter / 2 * numpy.sin(numpy.pi * (k + 1) / lifter)) if lifter else rows


def mfcc(
    y: ArrayLike | None = None,
    sr: float = 22050,
    S: ArrayLike | None = None,
    n_mfcc: int = 20,
    lifter: float = 0,
    **options: Any,
) -> ndarray:
    """Mel-frequency cepstral coefficients, as `librosa.feature.mfcc`: the orthonormal cosine
    transform (type II) of a mel spectrogram in decibels.

    y: a signal; S: instead of it a mel spectrogram in decibels, (..., n_mels, frames)
    n_mfcc: how many coefficients; lifter: weighs them where it is above 0
    options: those of `melspectrogram`

    Returns (..., n_mfcc, frames).

    >>> from weft import audio, np
    >>> audio.mfcc(np.ones(4096), n_mfcc=13).shape
    (13, 9)
    """
    if (y is None) == (S is None):
        raise InvalidValue("mfcc: either `y` or `S` must be given; got both or none")
    for word in options.keys() - _OPTIONS.keys():
        raise unknown_argument("mfcc", word, _OPTIONS)
    if S is None:
        rows = decibels(MelOptions("mfcc", sr, **options).rows(y), 1.0, 1e-10, 80.0, "mfcc")
    elif options:
        raise InvalidValue(f"mfcc: `S` leaves nothing to `{next(iter(options))}`")
    else:
        rows = np.swapaxes(floats(S, "mfcc", "S", 2), -1, -2)
    matrix = cosines(n_mfcc, rows.shape[-1], lifter, "mfcc")
    return np.swapaxes(np.matmul(rows, beside(matrix.T, rows)), -1, -2)


__all__ = ["amplitude_to_db", "mel_filters", "melspectrogram", "mfcc", "power_to_db"]
