"""Random vectors: normal ones with covariances, and counts of classes."""

import numpy

from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft._core import OPERATORS, native
from weft._core.composing import draws
from weft._core.typing import ArrayLike, DTypeLike, Shape, ndarray
from weft.np import _creation, _ops, _padding
from weft.np._arguments import array_of, floating, host_array, refuse_gradients
from weft.np.random._parameters import drawn, extents_of, known, require


@draws
def multivariate_normal(
    mean: ArrayLike,
    cov: ArrayLike,
    size: Shape | None = None,
    check_valid: str = "raise",
    tol: float = 1e-6,
    *,
    method: str = "svd",
    dtype: DTypeLike = None,
) -> ndarray:
    """Vectors that are normal with means `mean`, (..., D), and covariances `cov`, (..., D, D).

    size: shape in front of theirs
    check_valid: "raise", or "ignore" for matrices that are no covariances
    tol: of a covariance's eigenvalues, how far below 0 they may be
    method: "cholesky" factors `cov` with gradients of every order; "svd" and "eigh" read it, so
        that it cannot be traced, and take singular matrices, too
    Raises ValueError for matrices that are no covariances; TypeError where a gradient is asked for
    that the method does not pass.

    >>> multivariate_normal([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], size=3).shape
    (3, 2)
    """
    where = "multivariate_normal"
    if check_valid not in ("raise", "ignore"):
        raise InvalidValue(
            f'{where}: `check_valid` must be "raise" or "ignore", for nothing warns; '
            f"got {check_valid!r}"
        )
    if method not in ("svd", "eigh", "cholesky"):
        raise InvalidValue(f'{where}: `method` must be "svd", "eigh" or "cholesky"; got {method!r}')
    middle, matrices = floating(mean), floating(cov)
    size_of_one = middle.shape[-1:] * 2
    if middle.ndim < 1 or matrices.shape[-2:] != size_of_one:
        raise InvalidValue(
            f"{where}: `cov` must have shape (..., D, D) for `mean` of shape (..., D); "
            f"got {matrices.shape} and {middle.shape}"
        )
    how = drawn(where, None, dtype, middle, cov)
    if method == "cholesky":
        from weft.np import linalg

        roots = linalg.cholesky(matrices.astype(how.wide))
    else:
        refuse_gradients(f'{where}, unless `method` is "cholesky"', matrices)
        roots = native.array(_roots(host_array(matrices), check_valid, tol)).astype(how.wide)
    batch = numpy.broadcast_shapes(middle.shape[:-1], roots.shape[:-2])
    lead = (*extents_of(size), *batch)
    draw = OPERATORS["normal"](0, 1, (*lead, middle.shape[-1], 1), how.wide)
    return how.result(_ops.matmul(roots, draw)[..., 0] + middle)


def _roots(matrices: numpy.ndarray, check_valid: str, tol: float) -> numpy.ndarray:
    """Matrices whose products with their transposes are those that are given."""
    values, vectors = numpy.linalg.eigh(matrices.astype("float64"))
    least = -tol * max(1.0, values.max(initial=0))
    if check_valid == "raise" and not values.min(initial=0) >= least:
        raise InvalidValue(
            "multivariate_normal: `cov` must be positive semidefinite; "
            f"got the eigenvalue {values.min()}"
        )
    found: numpy.ndarray = vectors * numpy.sqrt(values.clip(0, None))[..., None, :]
    return found


def _halves(parts: ndarray, widths: list[tuple[int, int]], classes: int) -> list[ndarray]:
    """Sums of neighbours, of neighbours of those, …: up to one number. The classes are filled up
    with empty ones."""
    levels = max(classes - 1, 0).bit_length()
    sums = [_padding.pad(parts, [*widths, (0, 2**levels - classes)])]
    for _ in range(levels):
        sums.append(sums[-1][..., 0::2] + sums[-1][..., 1::2])
    return sums


def _divided(counts: ndarray, sums: list[ndarray], is_replaced: bool) -> ndarray:
    """Draws that are divided between two halves of the classes, then within each: one count each
    time, so that the work grows with the classes, not with the draws."""
    for level in reversed(sums[:-1]):
        first, second = level[..., 0::2], level[..., 1::2]
        if is_replaced:
            both = first + second
            share = first / _ops.where(both == 0, 1.0, both)
            drawn = OPERATORS["binomial"](counts, _ops.broadcast_to(share, counts.shape))
        else:
            several = (_ops.broadcast_to(part, counts.shape) for part in (first, second))
            drawn = OPERATORS["hypergeometric"](*several, counts)
        shape = (*counts.shape[:-1], 2 * counts.shape[-1])  # of no draws, too, so without a -1
        counts = _ops.stack([drawn, counts - drawn], -1).reshape(shape)
    return counts


def class_counts(count: ArrayLike, chances: ndarray) -> ndarray:
    """How often each class is drawn in `count` draws, as float64. No gradient reaches `chances`.

    chances: in proportion to the classes' probabilities, along the last axis
    """
    classes = chances.shape[-1]
    sums = _halves(chances.astype("float64"), [(0, 0)] * (chances.ndim - 1), classes)
    counts = _creation.full_like(sums[-1], 1) * array_of(count).astype("float64")
    return OPERATORS["stop_gradient"](_divided(counts, sums, True)[..., :classes])


@draws
def multinomial(n: ArrayLike, pvals: ArrayLike, size: Shape | None = None) -> ndarray:
    """How often each class is drawn in `n` draws with the probabilities `pvals`, as int64.

    n: one count, or an array that broadcasts with the axes in front of the classes
    pvals: (..., K), sums of 1
    size: shape in front of the classes, that of `n` and the other axes of `pvals` unless given; for
        one vector of probabilities it may be any, else these broadcast to it
    Raises ValueError for `n` below 0, and for probabilities that are below 0 or whose sum is above
    1.

    >>> multinomial(5, [0.0, 1.0])
    array([0, 5])
    """
    require("multinomial", "at least 0", n=n)
    chances = floating(pvals)
    if chances.ndim < 1:
        raise InvalidValue(f"multinomial: `pvals` must have classes; got {pvals}")
    if not native.is_traced(chances):
        values = host_array(chances)
        if (values < 0).any() or (values[..., :-1].sum(-1) > 1 + 1e-6).any():
            raise InvalidValue(
                f"multinomial: `pvals` must be at least 0 and have the sum 1; got {values.tolist()}"
            )
    counts = array_of(n)
    lead = numpy.broadcast_shapes(counts.shape, chances.shape[:-1])
    if size is not None:
        wanted = extents_of(size)
        if numpy.broadcast_shapes(wanted, lead) != wanted:
            raise InvalidValue(
                f"multinomial: `size` must be a shape that {lead} broadcasts to; got {size}"
            )
        lead = wanted
    chances = _ops.broadcast_to(chances, (*lead, chances.shape[-1]))
    counts = _ops.broadcast_to(counts, lead).reshape((*lead, 1))
    return class_counts(counts, chances).astype("int64")


@draws
def multivariate_hypergeometric(
    colors: ArrayLike, nsample: int, size: Shape | None = None, method: str = "marginals"
) -> ndarray:
    """How many of each color are among `nsample` things that are taken, as int64.

    colors: how many things there are of each, at least 0; size: the shape in front of the colors
    method: NumPy's "marginals" or "count"; both divide the sample between halves of the colors

    >>> multivariate_hypergeometric([2, 0, 3], 5)
    array([2, 0, 3])
    """
    where = "multivariate_hypergeometric"
    if method not in ("marginals", "count"):
        raise InvalidValue(f'{where}: `method` must be "marginals" or "count"; got {method!r}')
    require(where, "at least 0", colors=colors)
    require_whole(where, "nsample", nsample, 0)
    given = array_of(colors)
    if given.ndim != 1:
        raise InvalidValue(f"{where}: `colors` must have one axis; got shape {given.shape}")
    numbers = known(colors)
    if numbers is not None and nsample > numbers.sum():
        raise InvalidValue(
            f"{where}: `nsample` must be at most the sum of `colors`, {numbers.sum()}; "
            f"got {nsample}"
        )
    sums = _halves(given.astype("float64"), [], given.shape[0])
    counts = _creation.full((*extents_of(size), 1), nsample, dtype="float64")
    found = _divided(counts, sums, False)[..., : given.shape[0]]
    return OPERATORS["stop_gradient"](found).astype("int64")


__all__ = ["multinomial", "multivariate_hypergeometric", "multivariate_normal"]
