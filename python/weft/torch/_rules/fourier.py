"""Fourier transforms, of axes and of the frames of a signal, and windows.

What PyTorch's functions are for other libraries, `weft.np.fft` has under NumPy's names.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft._base.errors import Unsupported
from weft._core.typing import ndarray
from weft._import.frames import framed, overlapped
from weft._import.values import Array
from weft.torch._rules._table import aten
from weft.torch._rules.complex_numbers import view_as_real

# ---- the transforms of core ATen, whose scale is a number ----------------------------------------

# By the number: no scale, by the root of the count, by the count; NumPy's names of the same.
_FORWARD = ("backward", "ortho", "forward")
_INVERSE = ("forward", "ortho", "backward")


@aten("_fft_c2c")
def _c2c(self: Array, dim: list[int], normalization: int, forward: bool) -> ndarray:
    if forward:
        return np.fft.fftn(self, None, dim, _FORWARD[normalization])
    return np.fft.ifftn(self, None, dim, _INVERSE[normalization])


@aten("_fft_r2c")
def _r2c(self: Array, dim: list[int], normalization: int, onesided: bool) -> ndarray:
    transform = np.fft.rfftn if onesided else np.fft.fftn
    return transform(self, None, dim, _FORWARD[normalization])


@aten("_fft_c2r")
def _c2r(self: Array, dim: list[int], normalization: int, last_dim_size: int) -> ndarray:
    *others, last = dim
    norm = _INVERSE[normalization]
    x = np.fft.ifftn(self, None, others, norm) if others else self
    return np.fft.irfft(x, last_dim_size, last, norm)


# ---- torch.fft -----------------------------------------------------------------------------------


def _along_one(name: str) -> None:
    function: Callable[..., ndarray] = getattr(np.fft, name)

    @aten(f"fft_{name}")
    def rule(self: Array, n: Any = None, dim: int = -1, norm: str | None = None) -> ndarray:
        return function(self, n, dim, norm)


def _along_several(name: str, dims: Any = None) -> None:
    function: Callable[..., ndarray] = getattr(np.fft, name)

    @aten(f"fft_{name}")
    def rule(self: Array, s: Any = None, dim: Any = dims, norm: str | None = None) -> ndarray:
        return function(self, s, [dim] if isinstance(dim, int) else dim, norm)


for _name in ("fft", "ifft", "rfft", "irfft", "hfft", "ihfft"):
    _along_one(_name)
for _name in ("fftn", "ifftn", "rfftn", "irfftn"):
    _along_several(_name)
for _name in ("fft2", "ifft2", "rfft2", "irfft2"):
    _along_several(_name, (-2, -1))


@aten("fft_fftshift")
def _fftshift(self: Array, dim: Any = None) -> ndarray:
    return np.fft.fftshift(self, dim)


@aten("fft_ifftshift")
def _ifftshift(self: Array, dim: Any = None) -> ndarray:
    return np.fft.ifftshift(self, dim)


@aten("fft_fftfreq")
def _fftfreq(n: int, d: float = 1.0, dtype: Any = None) -> ndarray:
    return np.fft.fftfreq(n, d, dtype=dtype)


@aten("fft_rfftfreq")
def _rfftfreq(n: int, d: float = 1.0, dtype: Any = None) -> ndarray:
    return np.fft.rfftfreq(n, d, dtype=dtype)


# ---- frames --------------------------------------------------------------------------------------


def _window(window: Any, length: Any, size: int, dtype: Any) -> ndarray:
    """A window with zeros on both sides up to the size of a frame; None: ones."""
    count = size if length is None else length
    found = np.ones((count,), dtype=dtype) if window is None else window
    front = (size - count) // 2
    return np.pad(found, [(front, size - count - front)]) if size > count else found


def _refuse_windows(align_to_window: Any) -> None:
    if align_to_window:
        raise Unsupported("`align_to_window` is not supported")


@aten("stft")
def _stft(
    self: Array,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    normalized: bool = False,
    onesided: bool | None = None,
    return_complex: bool | None = None,
    align_to_window: bool | None = None,
) -> ndarray:
    """Frequencies by frames, (..., F, frames). What stands around the signal is there already."""
    _refuse_windows(align_to_window)
    step = n_fft // 4 if hop_length is None else hop_length
    is_real = self.dtype.kind != "c"
    part = np.real(self) if not is_real else self
    frames = framed(self, n_fft, step) * _window(window, win_length, n_fft, part.dtype)
    transform = np.fft.rfft if is_real and onesided is not False else np.fft.fft
    found = np.swapaxes(transform(frames, norm="ortho" if normalized else None), -1, -2)
    return view_as_real(found) if return_complex is False else found


@aten("istft")
def _istft(
    self: Array,
    n_fft: int,
    hop_length: int | None = None,
    win_length: int | None = None,
    window: Any = None,
    center: bool = True,
    normalized: bool = False,
    onesided: bool | None = None,
    length: int | None = None,
    return_complex: bool = False,
) -> ndarray:
    """The signal whose frames have these frequencies best, in the sense of least squares
    (Griffin and Lim, "Signal Estimation from Modified Short-Time Fourier Transform", 1984)."""
    step = n_fft // 4 if hop_length is None else hop_length
    spectra, norm = np.swapaxes(self, -1, -2), "ortho" if normalized else None
    is_half = onesided or (onesided is None and self.shape[-2] != n_fft)
    frames = np.fft.irfft(spectra, n_fft, norm=norm) if is_half else np.fft.ifft(spectra, norm=norm)
    if not return_complex:
        frames = np.real(frames)
    weights = _window(window, win_length, n_fft, np.real(frames).dtype)
    signal = overlapped(frames * weights, step)
    squares = np.broadcast_to(np.square(weights), (frames.shape[-2], n_fft))
    total = overlapped(squares, step)
    front = n_fft // 2 if center else 0
    if length is not None:
        cut = slice(front, front + length)
    else:
        cut = slice(front, -front if front else None)
    found = signal[..., cut] / total[cut]
    if length is not None and found.shape[-1] < length:
        found = np.pad(found, [(0, 0)] * (found.ndim - 1) + [(0, length - found.shape[-1])])
    return found


# ---- windows -------------------------------------------------------------------------------------


def _made(values: numpy.ndarray, dtype: Any) -> ndarray:
    return np.array(values.astype("float64")).astype("float32" if dtype is None else dtype)


def _angles(count: int, periodic: bool) -> numpy.ndarray:
    """A turn over the elements of a window, to its last one or to the one behind it."""
    return 2 * numpy.pi * numpy.arange(count) / max(count if periodic else count - 1, 1)


@aten("hann_window")
def _hann(window_length: int, periodic: bool = True, dtype: Any = None) -> ndarray:
    return _hamming(window_length, periodic, 0.5, 0.5, dtype)


@aten("hamming_window")
def _hamming(
    window_length: int,
    periodic: bool = True,
    alpha: float = 0.54,
    beta: float = 0.46,
    dtype: Any = None,
) -> ndarray:
    if window_length == 1:
        return _made(numpy.ones(1), dtype)
    return _made(alpha - beta * numpy.cos(_angles(window_length, periodic)), dtype)


@aten("blackman_window")
def _blackman(window_length: int, periodic: bool = True, dtype: Any = None) -> ndarray:
    if window_length == 1:
        return _made(numpy.ones(1), dtype)
    turn = _angles(window_length, periodic)
    return _made(0.42 - 0.5 * numpy.cos(turn) + 0.08 * numpy.cos(2 * turn), dtype)


@aten("bartlett_window")
def _bartlett(window_length: int, periodic: bool = True, dtype: Any = None) -> ndarray:
    if window_length == 1:
        return _made(numpy.ones(1), dtype)
    return _made(1 - abs(_angles(window_length, periodic) / numpy.pi - 1), dtype)


@aten("kaiser_window")
def _kaiser(
    window_length: int, periodic: bool = True, beta: float = 12.0, dtype: Any = None
) -> ndarray:
    if window_length == 1:
        return _made(numpy.ones(1), dtype)
    return _made(numpy.kaiser(window_length + periodic, beta)[:window_length], dtype)
