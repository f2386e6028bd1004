"""Choosing the next token."""

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray


def draw(scores: ndarray, temperature: float = 1.0, top_k: int | None = None) -> ndarray:
    """Tokens (N,) drawn from softmax(scores / temperature), scores of shape (N, vocabulary).

    temperature: 0 takes the best
    top_k: only among the k best; None for all

    >>> from weft import np
    >>> draw(np.array([[0.0, 9.0, 1.0]]), temperature=0).tolist()
    [1]
    """
    if temperature < 0:
        raise InvalidValue(f"draw: `temperature` must be at least 0; got {temperature}")
    if top_k is not None and top_k < 1:
        raise InvalidValue(f"draw: `top_k` must be at least 1; got {top_k}")
    if temperature == 0:
        return np.argmax(scores, axis=-1)
    if top_k is None or top_k >= scores.shape[-1]:
        return np.random.categorical(npx.softmax(scores / temperature))
    best, places = npx.topk(scores, top_k)
    chosen = np.random.categorical(npx.softmax(best / temperature))
    return npx.pick(places, chosen)


__all__ = ["draw"]
__dir__ = __all__.copy
