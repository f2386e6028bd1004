"""Choosing the next token."""

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray


def draw(
    scores: ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> ndarray:
    """Tokens (N,) drawn from softmax(scores / temperature), scores of shape (N, vocabulary).

    temperature: 0 takes the best
    top_k: only among the k best; None for all
    top_p: only among the best whose probabilities sum to at least p, the fewest of them (Holtzman
        et al., "The Curious Case of Neural Text Degeneration", 2020); after top_k; None for all

    Raises ValueError for numbers out of range.

    >>> from weft import np
    >>> draw(np.array([[0.0, 9.0, 1.0]]), temperature=0).tolist()
    [1]
    """
    if temperature < 0:
        raise InvalidValue(f"draw: `temperature` must be at least 0; got {temperature}")
    if top_k is not None and top_k < 1:
        raise InvalidValue(f"draw: `top_k` must be at least 1; got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise InvalidValue(f"draw: `top_p` must be above 0 and at most 1; got {top_p}")
    if temperature == 0:
        return np.argmax(scores, axis=-1)
    count = min(top_k or scores.shape[-1], scores.shape[-1])
    if count == scores.shape[-1] and top_p is None:
        return np.random.categorical(npx.softmax(scores / temperature))
    best, places = npx.topk(scores, count)
    shares = npx.softmax(best / temperature)
    if top_p is not None:
        # The first one stays whatever its share; another does while those before it fall short.
        before = np.cumsum(shares, axis=-1) - shares
        kept = np.where(before < top_p, shares, 0.0)
        shares = kept / kept.sum(axis=-1, keepdims=True)
    return npx.pick(places, np.random.categorical(shares))


__all__ = ["draw"]
__dir__ = __all__.copy
