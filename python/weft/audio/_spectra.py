"""Short-time Fourier transforms: there, back, their magnitudes, and signals of magnitudes alone.

A signal is cut into frames that overlap; a frame times a window is transformed. Back, frames are
transformed, windowed and added, and divided by the sum of the squared windows (Griffin and Lim,
"Signal estimation from modified short-time Fourier transform", 1984).
"""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, ndarray
from weft.audio._arrays import beside, floats
from weft.audio._windows import Framing, Window

PAD_MODES = ("constant", "edge", "linear_ramp", "reflect", "symmetric", "empty")


def frames_of(y: ndarray, framing: Framing, center: bool, pad_mode: str, where: str) -> ndarray:
    """The windowed frames of a signal: (..., frames, n_fft)."""
    if center:
        require(pad_mode in PAD_MODES, where, "pad_mode", f"one of {PAD_MODES}", repr(pad_mode))
        half = framing.n_fft // 2
        y = np.pad(y, [(0, 0)] * (y.ndim - 1) + [(half, half)], mode=pad_mode)
    return OPERATORS["frames"](y, framing.n_fft, framing.hop) * beside(framing.window, y)


def stft(
    y: ArrayLike,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
) -> ndarray:
    """The short-time Fourier transform of a signal, as `librosa.stft`.

    y: real, (..., T)
    n_fft: length of frames, to which windows are filled up with zeros
    hop_length: elements from a frame to the next, win_length // 4 unless given
    win_length: length of the window, n_fft unless given
    window: "hann", "hamming", "blackman", "bartlett", "boxcar", "blackmanharris" or "nuttall",
        ("kaiser", beta) or ("gaussian", deviation), the elements, or a function of their count
    center: frame t has its middle at y[t * hop_length]; else it begins there
    pad_mode: what stands beyond the ends of y where frames are centred; a mode of `np.pad`

    Returns complex numbers (..., n_fft // 2 + 1, frames). Raises ValueError for a signal that is
    too short, and for options that do not fit.

    >>> from weft import audio, np
    >>> audio.stft(np.ones(1000), n_fft=256).shape
    (129, 16)
    """
    framing = Framing("stft", n_fft, hop_length, win_length, window)
    rows = frames_of(floats(y, "stft"), framing, center, pad_mode, "stft")
    return np.swapaxes(np.fft.rfft(rows), -1, -2)


def _complex(z: ArrayLike, where: str) -> ndarray:
    array = z if isinstance(z, native.ndarray) else native.array(z)
    if array.dtype.kind not in "fc":
        raise InvalidType(f"{where}: `z` must be complex; got {array.dtype.name}")
    if array.ndim < 2:
        raise InvalidValue(f"{where}: `z` must have at least 2 axes; got shape {array.shape}")
    return array


def istft(
    z: ArrayLike,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    length: int | None = None,
) -> ndarray:
    """The signal of a short-time Fourier transform, as `librosa.istft`.

    z: (..., n_fft // 2 + 1, frames), as `stft` gives it; options are those of `stft`
    n_fft: of an odd length it has to be told
    length: elements of the result; it is cut, or filled up with zeros

    Returns real numbers (..., T).

    >>> from weft import audio, np
    >>> y = np.sin(np.arange(1000) / 9)
    >>> bool(abs(audio.istft(audio.stft(y, 256), length=1000) - y).max() < 1e-5)
    True
    """
    spectrum = _complex(z, "istft")
    if n_fft is None:
        n_fft = 2 * (spectrum.shape[-2] - 1)
    framing = Framing("istft", n_fft, hop_length, win_length, window)
    start = framing.n_fft // 2 if center else 0
    if length is not None:
        end = require_whole("istft", "length", length, 1) + 2 * start
        spectrum = spectrum[..., : -(-end // framing.hop)]
    rows = np.fft.irfft(np.swapaxes(spectrum, -1, -2), framing.n_fft)
    rows = rows * beside(framing.window, rows)
    place = (framing.hop, start, length)
    # Where no window lets anything through there is nothing to divide.
    total = OPERATORS["window_sum"](rows, beside(framing.window**2, rows), *place)
    tiny = float(numpy.finfo(rows.dtype.name).tiny)
    return OPERATORS["overlap_add"](rows, *place) / np.where(total > tiny, total, 1)


def magnitudes(rows: ndarray, power: float) -> ndarray:
    """A power of the magnitudes of the spectra of rows."""
    z = np.fft.rfft(rows)
    if power == 1:
        return abs(z)
    squares = np.square(np.real(z)) + np.square(np.imag(z))
    return squares if power == 2 else np.power(squares, power / 2)


def spectrogram(
    y: ArrayLike,
    n_fft: int = 2048,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Window = "hann",
    center: bool = True,
    pad_mode: str = "constant",
    power: float = 2.0,
) -> ndarray:
    """A power of the magnitudes of `stft`, whose options it has: (..., n_fft // 2 + 1, frames).

    power: 2 for energies, 1 for magnitudes, or another number above 0

    >>> from weft import audio, np
    >>> audio.spectrogram(np.ones(512), n_fft=512, center=False).shape
    (257, 1)
    """
    require(power > 0, "spectrogram", "power", "above 0", power)
    framing = Framing("spectrogram", n_fft, hop_length, win_length, window)
    rows = frames_of(floats(y, "spectrogram"), framing, center, pad_mode, "spectrogram")
    return np.swapaxes(magnitudes(rows, power), -1, -2)


def griffinlim(
    S: ArrayLike,
    n_iter: int = 32,
    hop_length: int | None = None,
    win_length: int | None = None,
    n_fft: int | None = None,
    window: Window = "hann",
    center: bool = True,
    length: int | None = None,
    pad_mode: str = "constant",
    momentum: float = 0.99,
    init: str | None = "random",
) -> ndarray:
    """A signal whose `stft` has the magnitudes S, by Griffin and Lim's iteration with momentum, as
    `librosa.griffinlim` (Perraudin et al., "A fast Griffin-Lim algorithm", 2013).

    S: (..., n_fft // 2 + 1, frames), magnitudes; other options are those of `stft` and `istft`
    n_iter: how often phases are estimated anew; momentum: at least 0, 0 is the plain iteration
    init: "random" phases at first, or None for zeros

    >>> from weft import audio, np
    >>> magnitudes = audio.spectrogram(np.sin(np.arange(2048) / 9), 256, power=1)
    >>> audio.griffinlim(magnitudes, n_iter=4, length=2048).shape
    (2048,)
    """
    magnitude = floats(S, "griffinlim", "S", 2)
    require(momentum >= 0, "griffinlim", "momentum", "at least 0", momentum)
    require(init in ("random", None), "griffinlim", "init", "'random' or None", repr(init))
    n_iter = require_whole("griffinlim", "n_iter", n_iter, 0)
    n_fft = 2 * (magnitude.shape[-2] - 1) if n_fft is None else n_fft
    shared: dict[str, Any] = {"win_length": win_length, "window": window, "center": center}
    back: dict[str, Any] = {**shared, "n_fft": n_fft, "hop_length": hop_length, "length": length}
    tiny = float(numpy.finfo(magnitude.dtype.name).tiny)
    z = magnitude.astype("complex128" if magnitude.dtype.name == "float64" else "complex64")
    if init == "random":
        angle = 2 * numpy.pi * np.random.uniform(size=magnitude.shape, dtype=magnitude.dtype)
        z = magnitude * (np.cos(angle) + 1j * np.sin(angle))
    before = None
    for _ in range(n_iter):
        y = istft(z, **back)
        rebuilt = stft(y, n_fft, hop_length, pad_mode=pad_mode, **shared)
        z = rebuilt if before is None else rebuilt - before * (momentum / (1 + momentum))
        z = z / (abs(z) + tiny) * magnitude
        before = rebuilt
    return istft(z, **back)


__all__ = ["griffinlim", "istft", "spectrogram", "stft"]
