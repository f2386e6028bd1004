"""Random numbers that depend on their parameters in ways that no gradient passes: gamma numbers and
what is made of them.
"""

from weft import np, npx
from weft._core.typing import ndarray

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
