"""Discrete Fourier transforms with NumPy's names and scales, of any length, with gradients.

Results are complex64, or complex128 of double arrays. Lengths with small prime factors are fastest.

>>> from weft import np
>>> np.fft.rfft(np.array([1.0, 0, 0, 0])).real
array([1., 1., 1.])
"""

import operator
from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft._core import native
from weft._core.dimensions import Extent
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _creation, _ops, _padding
from weft.np._arguments import written

_dft: Any = native.operator("dft")
_rdft: Any = native.operator("rdft")
_irdft: Any = native.operator("irdft")
_NORMS = ("backward", "ortho", "forward")


def _array(a: ArrayLike) -> ndarray:
    return a if isinstance(a, native.ndarray) else native.array(a)


def _scaled(x: ndarray, size: int, norm: str | None, inverse: bool, where: str) -> ndarray:
    """Scales a transform of `size` elements: by 1 / size in one direction, or by its root."""
    norm = norm or "backward"
    if norm not in _NORMS:
        raise InvalidValue(f"{where}: `norm` must be one of {', '.join(_NORMS)}; got {norm!r}")
    if norm == "ortho":
        return x * (1 / size**0.5)
    return x * (1 / size) if (norm == "backward") == inverse else x


def _axis(x: ndarray, axis: int, where: str) -> int:
    if not -x.ndim <= axis < x.ndim:
        raise InvalidValue(f"{where}: `axis` must be from {-x.ndim} to {x.ndim - 1}; got {axis}")
    return axis % x.ndim


def _size(n: int | None, default: int, where: str) -> int:
    size = default if n is None else operator.index(n)
    if isinstance(size, Extent):  # what only a run knows is checked there
        return size
    if n is None and size < 1:
        raise InvalidValue(f"{where}: `a` must have elements along the axis; got {default}")
    if size < 1:
        raise InvalidValue(f"{where}: `n` must be at least 1; got {size}")
    return size


def _resized(x: ndarray, size: int) -> ndarray:
    """The last axis cut, or filled with zeros, to `size` elements."""
    extent = x.shape[-1]
    if extent > size:
        return x[..., :size]
    if extent == size:
        return x
    return _padding.pad(x, [(0, 0)] * (x.ndim - 1) + [(0, size - extent)])


def _along(x: ndarray, axis: int, function: Any) -> ndarray:
    """Applies a function of the last axis along another."""
    if axis == x.ndim - 1:
        return function(x)
    return _ops.moveaxis(function(_ops.moveaxis(x, axis, -1)), -1, axis)


def _one(
    a: ArrayLike,
    n: int | None,
    axis: int,
    norm: str | None,
    inverse: bool,
    where: str,
    function: Any = None,
) -> ndarray:
    """function: the transform of rows, instead of that of complex numbers."""
    x = _array(a)
    axis = _axis(x, axis, where)
    size = _size(n, x.shape[axis], where)

    def transform(rows: ndarray) -> ndarray:
        # An extent that only a run knows cannot be compared, but nor does it need to be.
        resized = rows if n is None else _resized(rows, size)
        return function(resized) if function else _dft(resized, inverse)

    return _scaled(_along(x, axis, transform), size, norm, inverse, where)


def fft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The transform along one axis.

    a: real or complex; n: length, to which the axis is cut or filled with zeros; norm: "backward"
    (no scale), "ortho" (1 / sqrt(n)) or "forward" (1 / n); out: array to write into. Returns a
    complex array. Raises ValueError for an axis, a length or a norm that is none.

    >>> fft([1.0, 2.0]).real
    array([ 3., -1.])
    """
    return written(_one(a, n, axis, norm, False, "fft"), out)


def ifft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The inverse of `fft`, with the same arguments.

    >>> ifft([3.0, -1.0]).real
    array([1., 2.])
    """
    return written(_one(a, n, axis, norm, True, "ifft"), out)


def _real(a: ArrayLike, where: str) -> ndarray:
    x = _array(a)
    if x.dtype.kind == "c":
        raise InvalidValue(f"{where}: `a` must be real; got {x.dtype.name}; use `fft`")
    return x


def rfft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The first n // 2 + 1 elements of the transform of a real array; the others mirror them.

    Arguments are those of `fft`.

    >>> rfft([1.0, 0, 0]).shape
    (2,)
    """
    return written(_one(_real(a, "rfft"), n, axis, norm, False, "rfft", _rdft), out)


def irfft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The inverse of `rfft`: a real array of length `n`, 2 (m - 1) for m elements unless given.

    >>> irfft(rfft([1.0, 2.0, 4.0]), 3)
    array([1., 2., 4.])
    """
    x = _array(a)
    axis = _axis(x, axis, "irfft")
    size = _size(n, 2 * (x.shape[axis] - 1), "irfft")

    def transform(rows: ndarray) -> ndarray:
        return _irdft(rows if n is None else _resized(rows, size // 2 + 1), size)

    return written(_scaled(_along(x, axis, transform), size, norm, True, "irfft"), out)


_SWAPPED = {"backward": "forward", "ortho": "ortho", "forward": "backward"}


def _swapped(norm: str | None, where: str) -> str:
    if (norm or "backward") not in _NORMS:
        raise InvalidValue(f"{where}: `norm` must be one of {', '.join(_NORMS)}; got {norm!r}")
    return _SWAPPED[norm or "backward"]


def hfft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The real transform of a signal whose second half mirrors the first.

    >>> hfft([1.0, 2.0]).shape
    (2,)
    """
    return written(irfft(_ops.conj(_array(a)), n, axis, _swapped(norm, "hfft")), out)


def ihfft(
    a: ArrayLike,
    n: int | None = None,
    axis: int = -1,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The inverse of `hfft`.

    >>> ihfft(hfft([1.0, 2.0])).real
    array([1., 2.])
    """
    return written(_ops.conj(rfft(a, n, axis, _swapped(norm, "ihfft"))), out)


def _axes(
    x: ndarray, s: Sequence[int] | None, axes: Sequence[int] | None, where: str
) -> list[tuple[int, int | None]]:
    """Pairs of an axis and its length; NumPy's rules for what is left out."""
    if axes is None:
        count = x.ndim if s is None else len(s)
        axes = range(x.ndim - count, x.ndim)
    sizes: Sequence[int | None] = [None] * len(axes) if s is None else s
    if len(sizes) != len(axes):
        raise InvalidValue(
            f"{where}: `s` and `axes` must have one length; got {len(sizes)} and {len(axes)}"
        )
    if len(sizes) > x.ndim and s is not None:
        raise InvalidValue(
            f"{where}: `s` must have a length for at most {x.ndim} axes; got {len(sizes)}"
        )
    # -1 keeps the extent.
    return [
        (axis, None if size in (None, -1) else size) for axis, size in zip(axes, sizes, strict=True)
    ]


def fftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The transform along several axes, all of them unless `axes` says which.

    s: length of each axis; other arguments are those of `fft`.

    >>> fftn([[1.0, 2], [3, 4]]).real
    array([[10., -2.],
           [-4.,  0.]])
    """
    x = _array(a)
    for axis, size in reversed(_axes(x, s, axes, "fftn")):
        x = _one(x, size, axis, norm, False, "fftn")
    return written(x, out)


def ifftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The inverse of `fftn`, with the same arguments.

    >>> ifftn(fftn([[1.0, 2], [3, 4]])).real
    array([[1., 2.],
           [3., 4.]])
    """
    x = _array(a)
    for axis, size in reversed(_axes(x, s, axes, "ifftn")):
        x = _one(x, size, axis, norm, True, "ifftn")
    return written(x, out)


def rfftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The transform of a real array along several axes; the last of them has its first half only.

    >>> rfftn([[1.0, 2], [3, 4]]).shape
    (2, 2)
    """
    x = _real(a, "rfftn")
    *others, (axis, size) = _axes(x, s, axes, "rfftn")
    x = rfft(x, size, axis, norm)
    for axis, size in reversed(others):
        x = _one(x, size, axis, norm, False, "rfftn")
    return written(x, out)


def irfftn(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] | None = None,
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """The inverse of `rfftn`; the length of the last axis is 2 (m - 1) unless `s` says it.

    >>> irfftn(rfftn([[1.0, 2], [3, 4]]))
    array([[1., 2.],
           [3., 4.]])
    """
    x = _array(a)
    *others, (axis, size) = _axes(x, s, axes, "irfftn")
    for other, length in others:
        x = _one(x, length, other, norm, True, "irfftn")
    return written(irfft(x, size, axis, norm), out)


def fft2(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """`fftn` of the last two axes.

    >>> fft2([[1.0, 2], [3, 4]]).shape
    (2, 2)
    """
    return written(fftn(a, s, axes, norm), out)


def ifft2(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """`ifftn` of the last two axes.

    >>> ifft2([[1.0, 2], [3, 4]]).shape
    (2, 2)
    """
    return written(ifftn(a, s, axes, norm), out)


def rfft2(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """`rfftn` of the last two axes.

    >>> rfft2([[1.0, 2], [3, 4]]).shape
    (2, 2)
    """
    return written(rfftn(a, s, axes, norm), out)


def irfft2(
    a: ArrayLike,
    s: Sequence[int] | None = None,
    axes: Sequence[int] = (-2, -1),
    norm: str | None = None,
    out: ndarray | None = None,
) -> ndarray:
    """`irfftn` of the last two axes.

    >>> irfft2(rfft2([[1.0, 2], [3, 4]])).shape
    (2, 2)
    """
    return written(irfftn(a, s, axes, norm), out)


def fftfreq(
    n: int, d: float = 1.0, device: Any = None, *, dtype: DTypeLike | None = None
) -> ndarray:
    """The frequencies of the elements of `fft`, in cycles per unit of the distance `d`.

    dtype: of the result, float32 unless given. Raises ValueError unless n is at least 1.

    >>> fftfreq(4)
    array([ 0.  ,  0.25, -0.5 , -0.25])
    """
    size = _size(n, 1, "fftfreq")
    positive = _creation.arange(0, (size + 1) // 2, dtype="float64")
    negative = _creation.arange(-(size // 2), 0, dtype="float64")
    numbers = _ops.concatenate([positive, negative]) / (size * d)
    return numbers.astype("float32" if dtype is None else dtype)


def rfftfreq(
    n: int, d: float = 1.0, device: Any = None, *, dtype: DTypeLike | None = None
) -> ndarray:
    """The frequencies of the elements of `rfft`; arguments are those of `fftfreq`.

    >>> rfftfreq(4)
    array([0.  , 0.25, 0.5 ])
    """
    size = _size(n, 1, "rfftfreq")
    numbers = _creation.arange(0, size // 2 + 1, dtype="float64") / (size * d)
    return numbers.astype("float32" if dtype is None else dtype)


def _rolled(x: ArrayLike, axes: int | Sequence[int] | None, sign: int) -> ndarray:
    array = _array(x)
    if axes is None:
        axes = range(array.ndim)
    listed = (axes,) if isinstance(axes, int) else tuple(axes)
    for axis in listed:
        extent = array.shape[_axis(array, axis, "fftshift")]
        array = _ops.roll(array, extent // 2 if sign > 0 else -(extent // 2), axis)
    return array


def fftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> ndarray:
    """The elements with frequency 0 in the middle, along `axes` or all axes.

    >>> fftshift(fftfreq(4))
    array([-0.5 , -0.25,  0.  ,  0.25])
    """
    return _rolled(x, axes, 1)


def ifftshift(x: ArrayLike, axes: int | Sequence[int] | None = None) -> ndarray:
    """The inverse of `fftshift`.

    >>> ifftshift(fftshift([1, 2, 3]))
    array([1, 2, 3])
    """
    return _rolled(x, axes, -1)


__all__ = [
    *("fft", "fft2", "fftfreq", "fftn", "fftshift", "hfft", "ifft", "ifft2", "ifftn"),
    *("ifftshift", "ihfft", "irfft", "irfft2", "irfftn", "rfft", "rfft2", "rfftfreq", "rfftn"),
]
__dir__ = __all__.copy
