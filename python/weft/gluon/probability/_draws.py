"""Random numbers that depend on their parameters in ways that no gradient passes: gamma numbers and
what is made of them, and counts.

NumPy draws the counts, in a callback. The key of its generator is drawn by Weft, so that the same
seed gives the same numbers, eager and hybridized. A graph with such a callback cannot be exported.
"""

from collections.abc import Callable
from typing import Any

import numpy as _numpy

from weft import np, npx
from weft._core.typing import ndarray

Generator = _numpy.random.Generator
Shape = tuple[int, ...]


def gamma(shape: Shape, alpha: ndarray) -> ndarray:
    """Numbers of the gamma distribution with shapes `alpha` and scale 1."""
    return np.random.gamma(alpha.detach(), size=shape, dtype=alpha.dtype).detach()


def student_t(shape: Shape, df: ndarray) -> ndarray:
    """Numbers of Student's t distribution around 0."""
    normal = np.random.normal(size=shape, dtype=df.dtype)
    return normal * np.sqrt(df.detach() / (2 * gamma(shape, df / 2)))


def f(shape: Shape, df1: ndarray, df2: ndarray) -> ndarray:
    """Numbers of the F distribution."""
    above = gamma(shape, df1 / 2) / df1.detach()
    return above / (gamma(shape, df2 / 2) / df2.detach())


def shares(shape: Shape, alpha: ndarray) -> ndarray:
    """Vectors of the Dirichlet distribution along the last axis of `alpha`."""
    alpha = np.broadcast_to(alpha.detach(), shape + alpha.shape[-1:])
    parts = gamma(alpha.shape, alpha)
    total = parts.sum(axis=-1, keepdims=True)
    # Where all shapes are tiny, all parts may round to 0: one of them has everything then.
    chosen = npx.one_hot(np.random.categorical(alpha), alpha.shape[-1]).astype(alpha.dtype)
    return np.where(total > 0, parts / np.where(total > 0, total, 1.0), chosen)


def _multinomial(draw: Generator, shape: Shape, count: Any, prob: Any) -> Any:
    return draw.multinomial(count.astype("int64"), prob / prob.sum(-1, keepdims=True), shape)


_COUNTS: dict[str, Callable[..., Any]] = {
    "binomial": lambda draw, shape, n, p: draw.binomial(n.astype("int64"), p, shape),
    "multinomial": _multinomial,
    # As a mixture of Poisson distributions it has any positive number of failures.
    "negative_binomial": lambda draw, shape, n, odds: draw.poisson(
        draw.standard_gamma(n, shape) * odds
    ),
    "poisson": lambda draw, shape, rate: draw.poisson(rate, shape),
}


class _Like:
    """What a callback gives."""

    def __init__(self, shape: Shape, dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype


def counted(name: str, shape: Shape, *parameters: ndarray, event: Shape = ()) -> ndarray:
    """Counts of the distribution `name`, an array of shape `shape` and the axes of one event, in
    the dtype of the parameters."""
    key, dtype = np.random.randint(0, 2**63 - 1), parameters[0].dtype

    def draw(key: ndarray, *given: ndarray) -> ndarray:
        generator = Generator(_numpy.random.Philox(int(key.item())))
        values = [p.astype("float64").asnumpy() for p in given]
        numbers = _numpy.asarray(_COUNTS[name](generator, shape, *values), "float64")
        return np.asarray(numbers).astype(dtype)

    fixed = [p.detach() for p in parameters]
    return npx.callback(draw, key, *fixed, result=_Like((*shape, *event), dtype))
