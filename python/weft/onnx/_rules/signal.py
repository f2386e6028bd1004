"""Signals: discrete Fourier transforms, frames of a signal, windows, and mel filters.

A transform is a product with a matrix of cosines and sines. A long one whose length has factors is
taken apart as Cooley and Tukey do: n = a b gives n (a + b) products instead of n². A long prime
length becomes a convolution, as Bluestein does, by transforms of a power of two.
"""

import math
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft._import.extents import count_of_frames, is_open
from weft._import.values import Array, Floats, Ints, array_of
from weft.onnx._rules._host import require_room
from weft.onnx._rules._table import RULES as rules
from weft.onnx._rules.shapes import padded

# Lengths up to this are one product with a matrix, primes up to the second number.
_MAX_MATRIX = 64
_MAX_PRIME = 1024

# Real and imaginary part; None: the imaginary part is zero.
Complex = tuple[ndarray, Any]


# ---- the transform of the last axis -------------------------------------------------------------


def _product(x: Complex, c: ndarray, s: ndarray, is_matrix: bool) -> Complex:
    """x times c + i s: as a product of matrices, or element by element."""
    times = np.matmul if is_matrix else np.multiply
    real, imaginary = x
    if imaginary is None:
        return times(real, c), times(real, s)
    return times(real, c) - times(imaginary, s), times(real, s) + times(imaginary, c)


def _waves(angles: numpy.ndarray, dtype: Any) -> tuple[ndarray, ndarray]:
    """Cosines and sines of angles, which NumPy finds in float64."""
    return np.array(numpy.cos(angles)).astype(dtype), np.array(numpy.sin(angles)).astype(dtype)


def _factor(n: int) -> int:
    """The largest factor up to the root of a number; 1 for a prime."""
    return next(a for a in range(math.isqrt(n), 0, -1) if n % a == 0)


def _transformed(x: Complex, sign: int) -> Complex:
    """Sums of x[n] exp(sign 2 pi i k n / N) over the last axis, for all k."""
    real, imaginary = x
    n = real.shape[-1]
    a = _factor(n) if n > _MAX_MATRIX else 1
    if n // a > _MAX_PRIME and _factor(n // a) == 1:
        return _convolved(x, sign)
    if a == 1:
        places = numpy.arange(n)
        angles = sign * 2 * numpy.pi * (numpy.outer(places, places) % n) / n
        return _product(x, *_waves(angles, real.dtype), True)
    # Element n1 b + n2, result k1 + a k2: transforms over n1, a turn by n2 k1, transforms over n2.
    b = n // a
    shape = tuple(real.shape[:-1])

    def parts(v: Any, extents: tuple[int, ...]) -> Any:
        return None if v is None else np.swapaxes(v.reshape((*shape, *extents)), -1, -2)

    inner = _transformed((parts(real, (a, b)), parts(imaginary, (a, b))), sign)  # (b, a)
    angles = sign * 2 * numpy.pi * numpy.outer(numpy.arange(b), numpy.arange(a)) / n
    turned = _product(inner, *_waves(angles, real.dtype), False)
    outer = _transformed(tuple(np.swapaxes(v, -1, -2) for v in turned), sign)  # (a, b)
    return tuple(np.swapaxes(v, -1, -2).reshape((*shape, n)) for v in outer)


def _convolved(x: Complex, sign: int) -> Complex:
    """The transform as a convolution with a chirp: n k = (n² + k² - (k - n)²) / 2."""
    real = x[0]
    n = real.shape[-1]
    size = 1 << (2 * n - 2).bit_length()
    squares = numpy.arange(n, dtype="int64") ** 2 % (2 * n)
    angles = sign * numpy.pi * squares / n
    chirp = _waves(angles, real.dtype)
    kernel = numpy.zeros(size, "complex128")
    kernel[:n] = numpy.exp(-1j * angles)
    kernel[size - n + 1 :] = kernel[1:n][::-1]
    spectrum = numpy.fft.fft(kernel) / size
    held = tuple(np.array(part).astype(real.dtype) for part in (spectrum.real, spectrum.imag))
    padded_parts = tuple(_with_length(v, size) for v in _product(x, *chirp, False))
    product = _product(_transformed(padded_parts, -1), *held, False)
    found = tuple(v[..., :n] for v in _transformed(product, 1))
    return _product(found, *chirp, False)


def _with_length(x: ndarray, length: int) -> ndarray:
    """The last axis cut, or made longer with zeros."""
    extent = x.shape[-1]
    if length < extent:
        return x[..., :length]
    return padded(x, (0, length - extent), "constant", 0, (x.ndim - 1,)) if length > extent else x


def _whole_spectrum(x: Complex, length: int) -> Complex:
    """The frequencies of a real signal that were left out: conjugates of those that are there."""
    half = length // 2 + 1
    real, imaginary = (_with_length(v, half) for v in x)
    # The ends have no conjugate: what they have as imaginary part does not count.
    ends = numpy.ones(half)
    ends[0] = 0
    if length % 2 == 0:
        ends[-1] = 0
    imaginary = imaginary * np.array(ends).astype(real.dtype)
    rest = length - half
    if not rest:
        return real, imaginary
    mirrored = slice(1, rest + 1)
    return (
        np.concatenate((real, np.flip(real[..., mirrored], -1)), -1),
        np.concatenate((imaginary, np.flip(-imaginary[..., mirrored], -1)), -1),
    )


def _dft_of(x: ndarray, length: int | None, axis: int, is_inverse: bool, onesided: bool) -> ndarray:
    """The transform of signals whose last axis has one real or two complex parts."""
    axis = axis + x.ndim if axis < 0 else axis
    if not 0 <= axis < x.ndim - 1:
        raise InvalidValue(f"`axis` must name an axis of the signal, before the last; got {axis}")
    if length is None:
        extent = x.shape[axis]
        length = 2 * (extent - 1) if is_inverse and onesided else extent
    if not is_open(length):
        require_room(length, "a transform")
    lines = np.moveaxis(x, axis, -2)
    real = lines[..., 0]
    imaginary = lines[..., 1] if x.shape[-1] == 2 else None
    if is_inverse and onesided:
        imaginary = real * 0 if imaginary is None else imaginary
        found, _ = _transformed(_whole_spectrum((real, imaginary), length), 1)
        return np.moveaxis(np.expand_dims(found / length, -1), -2, axis)
    parts = [None if v is None else _with_length(v, length) for v in (real, imaginary)]
    result = np.stack(_transformed((parts[0], parts[1]), 1 if is_inverse else -1), -1)
    if is_inverse:
        result = result / length
    elif onesided:
        result = result[..., : length // 2 + 1, :]
    return np.moveaxis(result, -2, axis)


@rules("DFT", since=17)
def _dft17(
    x: Array, length: Ints = None, *, axis: int = 1, inverse: int = 0, onesided: int = 0
) -> ndarray:
    return _dft_of(x, length[0] if length else None, axis, bool(inverse), bool(onesided))


@rules("DFT", since=20)
def _dft(
    x: Array, length: Ints = None, axis: Ints = None, *, inverse: int = 0, onesided: int = 0
) -> ndarray:
    place = axis[0] if axis else -2
    return _dft_of(x, length[0] if length else None, place, bool(inverse), bool(onesided))


@rules("STFT")
def _stft(
    signal: Array,
    frame_step: Ints,
    window: Array = None,
    frame_length: Ints = None,
    *,
    onesided: int = 1,
) -> ndarray:
    """Transforms of frames that begin every `frame_step` elements."""
    lines = signal if signal.ndim == 3 else np.expand_dims(signal, -1)
    count = window.shape[0] if window is not None else lines.shape[1]
    length = frame_length[0] if frame_length else count
    if is_open(length):
        raise Unsupported("`frame_length` must be known when the network is traced, or `window`")
    if window is not None and window.shape[0] != length:
        raise InvalidValue(f"`window` must have {length} elements; got {window.shape[0]}")
    step = frame_step[0]
    is_fitting = is_open(lines.shape[1]) or length <= lines.shape[1]
    if step <= 0 or length <= 0 or not is_fitting:
        raise InvalidValue(
            f"frames of {length} elements every {step} do not fit a signal of {lines.shape[1]}"
        )
    starts = np.arange(0, count_of_frames(lines.shape[1], length, step), 1, dtype="int64") * step
    frames = np.take(lines, starts.reshape((-1, 1)) + np.arange(length, dtype="int64"), axis=1)
    if window is not None:
        frames = frames * window.reshape((-1, 1))
    return _dft_of(frames, None, 2, False, bool(onesided))


# ---- windows and filters ------------------------------------------------------------------------


def _cosines(name: str, *factors: float) -> None:
    """A window that is a sum of cosines."""

    def rule(size: Ints, *, output_datatype: int = 1, periodic: int = 1) -> ndarray:
        count = size[0]
        require_room(count, "a window")
        angle = 2 * numpy.pi * numpy.arange(count) / max(count if periodic else count - 1, 1)
        values = sum(factor * numpy.cos(k * angle) for k, factor in enumerate(factors))
        return _typed(numpy.asarray(values), output_datatype)

    rules.add(name, rule)


def _typed(values: numpy.ndarray, element_type: int) -> ndarray:
    from weft.onnx._tensors import dtype_of

    return array_of(values.astype(dtype_of(element_type)))


_cosines("HannWindow", 0.5, -0.5)
_cosines("HammingWindow", 25 / 46, -21 / 46)
_cosines("BlackmanWindow", 0.42, -0.5, 0.08)


@rules("MelWeightMatrix")
def _mel_weight_matrix(
    num_mel_bins: Ints,
    dft_length: Ints,
    sample_rate: Ints,
    lower_edge_hertz: Floats,
    upper_edge_hertz: Floats,
    *,
    output_datatype: int = 1,
) -> ndarray:
    """Triangles over the frequencies of a transform, equally wide on the scale of hearing."""
    bins, length = num_mel_bins[0], dft_length[0]
    require_room((bins + 2) * (length // 2 + 1), "a matrix of mels")
    low, high = (
        2595 * numpy.log10(1 + hertz[0] / 700) for hertz in (lower_edge_hertz, upper_edge_hertz)
    )
    mels = numpy.arange(bins + 2) * ((high - low) / (bins + 2)) + low
    hertz = 700 * (10 ** (mels / 2595) - 1)
    edges = ((length + 1) * hertz // sample_rate[0]).astype("int64")
    weights = numpy.zeros((length // 2 + 1, bins))
    for column, (left, centre, right) in enumerate(
        zip(edges[:-2], edges[1:-1], edges[2:], strict=True)
    ):
        if left == centre:
            weights[centre, column] = 1
        else:
            rise = numpy.arange(left, centre + 1)
            weights[rise, column] = (rise - left) / (centre - left)
        if right > centre:
            fall = numpy.arange(centre, right)
            weights[fall, column] = (right - fall) / (right - centre)
    return _typed(weights, output_datatype)
