"""NumPy's statistics that weigh elements: averages, covariances, correlations. All are made of
operators, and gradients reach arrays and weights."""

from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import named_arguments
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _creation, _ops
from weft.np._arguments import Axis, array_of, axes_of, floating, host_array, is_floating
from weft.np._dtype_functions import result_type


@named_arguments
def average(
    a: ArrayLike,
    axis: Axis = None,
    weights: ArrayLike | None = None,
    returned: bool = False,
    *,
    keepdims: bool = False,
) -> Any:
    """The mean with weights.

    weights: of the shape of `a`, or of the axes of it that are reduced
    returned: gives the pair of the mean and the sum of the weights

    Raises TypeError and ValueError for weights that do not fit, ZeroDivisionError for weights whose
    sum is 0 where that can be looked at.

    >>> from weft import np
    >>> np.average(np.array([1.0, 2.0]), weights=np.array([3.0, 1.0]))
    array(1.25)
    """
    array = floating(a)
    if weights is None:
        found = _ops.mean(array, axis, keepdims)
        if not returned:
            return found
        return found, _creation.full_like(found, array.size / max(found.size, 1))
    shares = weights_like("average", array, axis, floating(weights))
    kind = result_type(array.dtype, shares.dtype)
    array, shares = array.astype(kind), shares.astype(kind)
    total = _ops.sum(_ops.broadcast_to(shares, array.shape), axis, keepdims)
    found = _ops.sum(array * shares, axis, keepdims) / total
    return (found, total) if returned else found


def weights_like(where: str, array: ndarray, axis: Any, weights: ndarray) -> ndarray:
    """Weights with as many axes as an array, that broadcast with it."""
    if weights.shape == array.shape:
        return weights
    if axis is None:
        raise InvalidType(
            f"{where}: `axis` must be given where `weights` have another shape than `a`; "
            f"got {weights.shape} and {array.shape}"
        )
    places = axes_of(where, array, axis)
    if weights.shape != tuple(array.shape[place] for place in places):
        raise InvalidValue(
            f"{where}: `weights` must have the extents of axis {axis} of `a`; "
            f"got {weights.shape} and {array.shape}"
        )
    order = sorted(range(len(places)), key=places.__getitem__)
    shape = [n if place in places else 1 for place, n in enumerate(array.shape)]
    return _ops.transpose(weights, order).reshape(shape)


def _variables(where: str, m: Any, y: Any, rowvar: bool, dtype: DTypeLike) -> ndarray:
    """One row for each variable, one column for each observation."""
    parts = []
    for name, given in (("m", m), ("y", y)):
        if given is None:
            continue
        array = floating(given) if dtype is None else array_of(given).astype(dtype)
        if array.ndim > 2:
            raise InvalidValue(
                f"{where}: `{name}` must have at most two axes; got shape {array.shape}"
            )
        array = array.reshape(1, array.size) if array.ndim < 2 else array
        turned = not rowvar and array_of(given).ndim == 2
        parts.append(_ops.transpose(array) if turned else array)
    kind = result_type(*(part.dtype for part in parts))
    return parts[0] if len(parts) == 1 else _ops.concatenate([p.astype(kind) for p in parts], 0)


def _frequencies(where: str, name: str, given: Any, count: int, whole: bool) -> ndarray:
    array = array_of(given)
    if array.shape != (count,):
        raise InvalidValue(
            f"{where}: `{name}` must have one weight for each of {count} observations; "
            f"got shape {array.shape}"
        )
    if whole and is_floating(array) and not (host_array(array) % 1 == 0).all():
        raise InvalidType(f"{where}: `{name}` must be whole numbers")
    if (host_array(array) < 0).any():
        raise InvalidValue(f"{where}: `{name}` must be at least 0")
    return array


@named_arguments
def cov(
    m: ArrayLike,
    y: ArrayLike | None = None,
    rowvar: bool = True,
    bias: bool = False,
    ddof: int | None = None,
    fweights: ArrayLike | None = None,
    aweights: ArrayLike | None = None,
    *,
    dtype: DTypeLike = None,
) -> ndarray:
    """The covariances of variables, a square matrix; of one variable its variance, of rank 0.

    m, y: a variable in each row, or in each column if `rowvar` is False
    bias: divides by the number of observations, not by one less; ddof: subtracted from it instead
    fweights: how often each observation counts, whole numbers; aweights: how much

    Raises ValueError and TypeError for weights that do not fit.

    >>> from weft import np
    >>> np.cov(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    if ddof is not None and ddof != int(ddof):
        raise InvalidValue(f"cov: `ddof` must be an integer; got {ddof}")
    rows = _variables("cov", m, y, rowvar, dtype)
    count = rows.shape[1]
    less = (0 if bias else 1) if ddof is None else ddof
    weights = None
    if fweights is not None:
        weights = _frequencies("cov", "fweights", fweights, count, True).astype(rows.dtype)
    if aweights is not None:
        shares = _frequencies("cov", "aweights", aweights, count, False).astype(rows.dtype)
        weights = shares if weights is None else weights * shares
    if weights is None:
        middle, factor = _ops.mean(rows, 1, True), count - less
        centred = rows - middle
        product = _ops.matmul(centred, _turned(centred))
        # NumPy divides by 0 where there is too little.
        factor = max(factor, 0)
    else:
        total = _ops.sum(weights)
        centred = rows - _ops.sum(rows * weights, 1, True) / total
        product = _ops.matmul(centred * weights, _turned(centred))
        factor = total - less if aweights is None else _effective(total, weights, aweights, less)
    found = product / (factor if isinstance(factor, ndarray) else float(factor))
    return found.reshape(()) if found.shape == (1, 1) else found


def _turned(rows: ndarray) -> ndarray:
    """The adjoint."""
    turned = _ops.transpose(rows)
    return _ops.conj(turned) if rows.dtype.kind == "c" else turned


def _effective(total: ndarray, weights: ndarray, aweights: Any, less: int) -> ndarray:
    shares = array_of(aweights).astype(weights.dtype)
    return total - less * _ops.sum(weights * shares) / total


@named_arguments
def corrcoef(
    x: ArrayLike, y: ArrayLike | None = None, rowvar: bool = True, *, dtype: DTypeLike = None
) -> ndarray:
    """The correlations of variables, each from -1 to 1. Arguments as for `cov`.

    >>> from weft import np
    >>> np.corrcoef(np.array([[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]])).round(4).tolist()
    [[1.0, -1.0], [-1.0, 1.0]]
    """
    found = cov(x, y, rowvar, dtype=dtype)
    if found.ndim == 0:
        return found / found
    deviations = _ops.sqrt(_ops.real(_ops.diagonal(found)))
    found = found / deviations[:, None] / deviations[None, :]
    if found.dtype.kind != "c":
        return _ops.clip(found, -1, 1)
    return _ops.clip(_ops.real(found), -1, 1) + _ops.clip(_ops.imag(found), -1, 1) * 1j


__all__ = ["average", "corrcoef", "cov"]
