"""Images sampled at places between their pixels: mixtures of the four around each place, by the
operator `grid_sample`. Around an image lies a color that what is near its border mixes with."""

import numpy

from weft import np, npx
from weft.gluon.data.vision._pixels import like


def sampled(images: numpy.ndarray, rows: numpy.ndarray, columns: numpy.ndarray) -> numpy.ndarray:
    """Float images (..., C, H, W) at places (H, W) that are told in pixels; 0 lies around them."""
    height, width = images.shape[-2:]
    dtype = "float64" if images.dtype == "float64" else "float32"
    places = [(columns * 2 + 1) / width - 1, (rows * 2 + 1) / height - 1]
    grid = np.array(numpy.stack(places, -1).astype(dtype)[None])
    given = np.array(images.reshape(1, -1, height, width).astype(dtype, copy=False))
    found = npx.grid_sample(given, grid).asnumpy()
    shape = (*images.shape[:-2], *rows.shape)
    return found.reshape(shape).astype(images.dtype, copy=False)


def warped(pixels: numpy.ndarray, matrix: numpy.ndarray, fill: float = 0.0) -> numpy.ndarray:
    """The image (H, W, C) at the places that a matrix (3, 3) gives for each pixel (x, y, 1); `fill`
    outside."""
    height, width = pixels.shape[:2]
    x, y = numpy.arange(width, dtype="float64"), numpy.arange(height, dtype="float64")[:, None]
    columns, rows, depths = (a * x + b * y + c for a, b, c in matrix)
    dtype = pixels.dtype if pixels.dtype.kind == "f" else "float32"
    planes = numpy.moveaxis(pixels, -1, 0).astype(dtype)
    if fill:
        planes -= fill
    found = numpy.moveaxis(sampled(planes, rows / depths, columns / depths), 0, -1)
    return numpy.ascontiguousarray(like(found + fill if fill else found, pixels))


__all__ = ["sampled", "warped"]
