"""NumPy's products of vectors and of matrices that are made of operators."""

from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.np import _ops
from weft.np._arguments import array_of


def cross(
    a: ArrayLike,
    b: ArrayLike,
    axisa: int = -1,
    axisb: int = -1,
    axisc: int = -1,
    axis: int | None = None,
) -> ndarray:
    """The vector product of vectors of two or three elements; of two pairs its third element.

    axisa, axisb, axisc: where the vectors of `a`, `b` and the result are; axis: all three

    Raises ValueError for vectors of other lengths.

    >>> from weft import np
    >>> np.cross(np.array([1, 0, 0]), np.array([0, 1, 0]))
    array([0, 0, 1])
    """
    if axis is not None:
        axisa = axisb = axisc = axis
    first, second = _ops.moveaxis(a, axisa, -1), _ops.moveaxis(b, axisb, -1)
    widths = first.shape[-1], second.shape[-1]
    if not {*widths} <= {2, 3}:
        raise InvalidValue(
            f"cross: vectors must have 2 or 3 elements; got {widths[0]}, {widths[1]}"
        )
    u, v = ([x[..., i] for i in range(x.shape[-1])] for x in (first, second))
    if widths == (2, 2):
        return u[0] * v[1] - u[1] * v[0]
    for vector in (u, v):
        vector += [_ops.multiply(vector[0], 0)] * (3 - len(vector))
    parts = [u[i] * v[j] - u[j] * v[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return _ops.stack(parts, axisc)


def kron(a: ArrayLike, b: ArrayLike) -> ndarray:
    """Each element of `a` replaced by its product with all of `b`.

    >>> from weft import np
    >>> np.kron(np.array([1, 10]), np.array([1, 2]))
    array([ 1,  2, 10, 20])
    """
    first, second = array_of(a), array_of(b)
    ndim = max(first.ndim, second.ndim)
    shapes = [(1,) * (ndim - x.ndim) + x.shape for x in (first, second)]
    # Axes of both by turns, with 1 in the other's place.
    wide = [extent for m in shapes[0] for extent in (m, 1)]
    narrow = [extent for n in shapes[1] for extent in (1, n)]
    product = first.reshape(wide) * second.reshape(narrow)
    return product.reshape([m * n for m, n in zip(*shapes, strict=True)])


__all__ = ["cross", "kron"]
