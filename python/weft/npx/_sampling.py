"""Reading images at places that a network computes: grids of places, and convolutions whose windows
are moved and weighted. Compositions of operators, with gradients of every order.

N batch, C channels, H and W height and width, G groups of offsets, K elements of a window.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS as _OPERATORS
from weft._core.typing import ArrayLike, ndarray

_Pair = int | Sequence[int]


def affine_grid(theta: ArrayLike, size: Sequence[int], align_corners: bool = False) -> ndarray:
    """Places for `grid_sample` that turn, scale and move an image.

    theta: (N, 2, 3), the matrix that brings (x, y, 1) of the result to (x, y) of the image
    size: height and width of the result
    align_corners: as in `grid_sample`, -1 and 1 are the centers of the outer pixels

    Returns an array of shape (N, height, width, 2).

    >>> from weft import np, npx
    >>> mirrored = np.array([[[-1.0, 0, 0], [0, 1, 0]]])
    >>> grid = npx.affine_grid(mirrored, (1, 3))
    >>> npx.grid_sample(np.array([[[[1.0, 2.0, 3.0]]]]), grid)
    array([[[[3., 2., 1.]]]])
    """
    matrix = np.asarray(theta)
    if matrix.ndim != 3 or matrix.shape[1:] != (2, 3):
        raise InvalidValue(f"affine_grid: `theta` must have shape (N, 2, 3); got {matrix.shape}")
    height, width = _pair("affine_grid", "size", size, 1)
    lines = [_line(extent, align_corners) for extent in (width, height)]
    x, y = numpy.meshgrid(*lines)
    points = numpy.stack([x, y, numpy.ones_like(x)], -1).reshape(1, -1, 3)
    dtype = matrix.dtype if "float" in matrix.dtype.name else "float32"
    found = np.matmul(np.array(points).astype(dtype), np.swapaxes(matrix.astype(dtype), 1, 2))
    return found.reshape((-1, height, width, 2))


def _line(extent: int, is_aligned: bool) -> numpy.ndarray:
    """The places of an axis from -1 to 1."""
    if not is_aligned:
        return (2 * numpy.arange(extent) + 1) / extent - 1
    return numpy.linspace(-1, 1, extent) if extent > 1 else numpy.zeros(1)


def deformable_convolution(
    data: ArrayLike,
    offset: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    *,
    stride: _Pair = 1,
    pad: _Pair = 0,
    dilate: _Pair = 1,
    num_group: int = 1,
    num_deformable_group: int = 1,
) -> ndarray:
    """A convolution of images whose windows read each element where an offset says, bilinearly,
    with zeros around the image (Dai et al., 2017); with a mask also as much of it as that says (Zhu
    et al., 2019).

    data: (N, C, H, W); weight: (F, C / num_group, height, width); bias: (F,)
    offset: (N, 2 G K, H', W'), for each group and element of the window how far down and how far to
        the right of its place; H' and W' are the extents of the result
    mask: (N, G K, H', W'), factors of the elements
    stride, pad, dilate: one number, or one for H and one for W
    num_deformable_group: G, groups of channels that have offsets of their own

    Returns an array of shape (N, F, H', W').

    >>> from weft import np, npx
    >>> x = np.arange(9, dtype="float32").reshape((1, 1, 3, 3))
    >>> right = np.array([0.0, 1.0]).reshape((1, 2, 1, 1)) * np.ones((1, 2, 3, 3))
    >>> npx.deformable_convolution(x, right, np.ones((1, 1, 1, 1)))[0, 0]
    array([[1., 2., 0.],
           [4., 5., 0.],
           [7., 8., 0.]])
    """
    return moved_convolution(
        data, offset, weight, bias, mask, stride, pad, dilate, num_group, num_deformable_group
    )


def moved_convolution(
    data: ArrayLike,
    offset: ArrayLike,
    weight: ArrayLike,
    bias: ArrayLike | None,
    mask: ArrayLike | None,
    stride: _Pair,
    pad: _Pair,
    dilate: _Pair,
    num_group: int,
    num_deformable_group: int,
    ends_at_edges: bool = False,
) -> ndarray:
    """`deformable_convolution`. ends_at_edges: from 0 on up to H and W an element is read as it
    is, beyond it is 0; else it fades to 0 over the last pixel."""
    where = "deformable_convolution"
    x, kernel = np.asarray(data), np.asarray(weight)
    if x.ndim != 4 or kernel.ndim != 4:
        raise InvalidValue(
            f"{where}: `data` must have shape (N, C, H, W) and `weight` (F, C / num_group, height, "
            f"width); got {x.shape} and {kernel.shape}"
        )
    steps, margin = _pair(where, "stride", stride, 1), _pair(where, "pad", pad, 0)
    reach = _pair(where, "dilate", dilate, 1)
    window, groups = tuple(kernel.shape[2:]), num_deformable_group
    _check_groups(where, x, kernel, num_group, groups)
    counts = tuple(
        (x.shape[2 + a] + 2 * margin[a] - reach[a] * (window[a] - 1) - 1) // steps[a] + 1
        for a in range(2)
    )
    taps = math.prod(window)
    moved = _checked(where, "offset", offset, 2 * groups * taps, counts)
    # Halves are too coarse for places.
    is_half = x.dtype.name in ("float16", "bfloat16")
    dtype = "float32" if is_half else x.dtype
    moved = moved.astype(dtype).reshape((-1, taps, 2, *counts))
    places = []
    for axis in range(2):
        corner = numpy.arange(counts[axis]) * steps[axis] - margin[axis]
        within = numpy.indices(window)[axis].reshape(taps, 1, 1) * reach[axis]
        base = within + (corner.reshape(-1, 1) if axis == 0 else corner)
        found = moved[:, :, axis] + np.array(base.astype("float32")).astype(dtype)
        places.append(found.reshape((-1, taps * counts[0] * counts[1])))
    images = x.astype(dtype).reshape((-1, x.shape[1] // groups, *x.shape[2:]))
    if ends_at_edges:
        places, is_inside = _held(places, x.shape[2:])
    samples = _OPERATORS["sample_pixels"](images, *places)
    if ends_at_edges:
        samples = np.where(np.expand_dims(is_inside, 1), samples, 0.0)
    if mask is not None:
        factors = _checked(where, "mask", mask, groups * taps, counts).astype(dtype)
        samples = samples * factors.reshape((-1, 1, taps * counts[0] * counts[1]))
    units, share = kernel.shape[0], kernel.shape[1] * taps
    columns = samples.astype(x.dtype).reshape((-1, num_group, share, counts[0] * counts[1]))
    rows = kernel.reshape((1, num_group, units // num_group, share))
    result = np.matmul(rows, columns).reshape((-1, units, *counts))
    return result if bias is None else result + np.asarray(bias).reshape((-1, 1, 1))


def _held(places: Any, extents: Any) -> tuple[Any, Any]:
    """Places on the pixels, and whether they were between 0 and the extents."""
    parts = [
        np.logical_and(place >= 0, place < extent)
        for place, extent in zip(places, extents, strict=True)
    ]
    held = [np.clip(place, 0, extent - 1) for place, extent in zip(places, extents, strict=True)]
    return held, np.logical_and(*parts)


def _pair(where: str, name: str, value: Any, least: int) -> tuple[int, int]:
    pair = tuple(value) if isinstance(value, tuple | list) else (value, value)
    if not all(isinstance(number, int) for number in pair):
        raise InvalidType(f"{where}: `{name}` must be integers; got {value!r}")
    if len(pair) != 2 or min(pair) < least:
        raise InvalidValue(
            f"{where}: `{name}` must be two integers of at least {least}; got {value!r}"
        )
    return pair


def _check_groups(where: str, x: Any, kernel: Any, groups: int, moved: int) -> None:
    for name, number in (("num_group", groups), ("num_deformable_group", moved)):
        if not isinstance(number, int) or number < 1 or x.shape[1] % number:
            raise InvalidValue(
                f"{where}: `{name}` must divide the channels of `data`, {x.shape[1]}; "
                f"got {number!r}"
            )
    if kernel.shape[0] % groups or kernel.shape[1] * groups != x.shape[1]:
        raise InvalidValue(
            f"{where}: `weight` must have a multiple of {groups} filters, each of "
            f"{x.shape[1] // groups} channels; got shape {kernel.shape}"
        )


def _checked(where: str, name: str, value: Any, channels: int, counts: tuple[int, ...]) -> Any:
    array = np.asarray(value)
    if array.ndim != 4 or array.shape[1:] != (channels, *counts):
        raise InvalidValue(
            f"{where}: `{name}` must have shape (N, {channels}, {counts[0]}, {counts[1]}); "
            f"got {array.shape}"
        )
    return array


__all__ = ["affine_grid", "deformable_convolution"]
