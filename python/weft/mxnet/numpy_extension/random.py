"""Random numbers as `mx.npx.random` has them.

>>> from weft import mxnet as mx
>>> mx.npx.random.bernoulli(1.0, size=3)
array([1., 1., 1.])
"""

from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ArrayLike, ndarray
from weft.mxnet._modes import default_dtype
from weft.mxnet._operators import invoke
from weft.mxnet._operators._attributes import dtype_of, ints
from weft.mxnet.numpy import random as _random
from weft.mxnet.numpy._creation import written
from weft.mxnet.numpy.random import check_range
from weft.mxnet.numpy_extension._more import drawn_by_numpy


def seed(seed: int | None = None, device: Any = "all") -> None:
    """Starts the numbers again from a seed."""
    _random.seed(seed, device)


def bernoulli(
    prob: ArrayLike | None = None,
    logit: ArrayLike | None = None,
    size: Any = None,
    dtype: Any = None,
    device: Any = None,
    out: ndarray | None = None,
    ctx: Any = None,
) -> ndarray:
    """Ones with probability `prob`, else zeros.

    logit: log(p / (1 - p)) in place of `prob`

    Raises ValueError unless exactly one of the two is given.
    """
    if (prob is None) == (logit is None):
        raise InvalidValue("bernoulli: exactly one of `prob` and `logit` must be given")
    if prob is None:
        prob = npx.sigmoid(np.asarray(logit, dtype="float32"))
    check_range("bernoulli", "prob", prob, 0, 1)
    dtype = default_dtype() if dtype is None else dtype
    return written(np.random.bernoulli(prob, size, dtype), out)


def _extended(shape: Any, *parameters: Any) -> tuple[int, ...]:
    """The batch's shape in front of the shape that the parameters broadcast to."""
    lead = () if shape is None else (shape,) if isinstance(shape, int) else tuple(shape)
    own = numpy.broadcast_shapes(*(np.asarray(p).shape for p in parameters))
    return (*lead, *own)


def uniform_n(
    low: ArrayLike = 0.0,
    high: ArrayLike = 1.0,
    batch_shape: Any = None,
    dtype: Any = None,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """Uniform numbers; `batch_shape` stands in front of the parameters' shape."""
    size = _extended(batch_shape, low, high)
    return _random.uniform(low, high, size=size, dtype=dtype, device=device, ctx=ctx)


def normal_n(
    loc: ArrayLike = 0.0,
    scale: ArrayLike = 1.0,
    batch_shape: Any = None,
    dtype: Any = None,
    device: Any = None,
    ctx: Any = None,
) -> ndarray:
    """Normal numbers; `batch_shape` stands in front of the parameters' shape."""
    size = _extended(batch_shape, loc, scale)
    return _random.normal(loc, scale, size=size, dtype=dtype, device=device, ctx=ctx)


def categorical(
    data: ArrayLike, shape: Any = None, get_prob: bool = False, dtype: Any = "int32", **_: Any
) -> Any:
    """Numbers of classes, drawn with the probabilities in the last axis of `data`.

    shape: of the draws for each row of probabilities
    get_prob: gives the logarithms of their probabilities, too
    """
    rows = np.asarray(data)
    extents = (1,) if shape is None and rows.ndim == 1 else shape
    options = {"shape": extents, "get_prob": get_prob, "dtype": dtype}
    found = invoke("_sample_categorical", [rows], options)
    return list(found) if get_prob else found


def multinomial(
    n: Any = 1, p: Any = None, shape: Any = None, dtype: Any = None, **_: Any
) -> ndarray:
    """How often each class is drawn in `n` draws with the probabilities `p`.

    n: a number, or (...); p: (..., K); shape: of the repetitions for each row

    Returns (..., shape, K).
    """
    chances, counts, extra = np.asarray(p), np.asarray(n), ints(shape, "shape")
    lead = numpy.broadcast_shapes(chances.shape[:-1], counts.shape)
    extents = (*lead, *extra, chances.shape[-1])

    def draw(generator: Any, numbers: numpy.ndarray, shares: numpy.ndarray) -> Any:
        shares = shares.astype("float64")
        shares = shares / shares.sum(-1, keepdims=True)
        width = shares.shape[-1]
        rows = numpy.broadcast_to(shares, (*lead, width)).reshape(
            (*lead, *(1,) * len(extra), width)
        )
        whole = numpy.broadcast_to(rows, extents)
        wide = numpy.broadcast_to(numbers.astype("int64"), lead).reshape(
            (*lead, *(1,) * len(extra))
        )
        return generator.multinomial(numpy.broadcast_to(wide, extents[:-1]), whole)

    return drawn_by_numpy(draw, extents, dtype_of(dtype, "int64"), counts, chances)


__all__ = ["bernoulli", "categorical", "multinomial", "normal_n", "seed", "uniform_n"]
__dir__ = __all__.copy
