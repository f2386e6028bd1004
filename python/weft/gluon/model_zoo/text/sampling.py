"""Choosing the next token."""

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray


def draw(
    scores: ndarray,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    min_p: float | None = None,
) -> ndarray:
    """Tokens (N,) drawn from softmax(scores / temperature), scores of shape (N, vocabulary).

    temperature: 0 takes the best
    top_k: only among the k best; None for all
    top_p: only among the best whose probabilities sum to at least p, the fewest of them (Holtzman
        et al., "The Curious Case of Neural Text Degeneration", 2020); after top_k; None for all
    min_p: only among those at least p times as probable as the best (Nguyen et al., "Turning Up the
        Heat", 2024); after top_p; None for all

    Raises ValueError for numbers out of range.

    >>> from weft import np
    >>> draw(np.array([[0.0, 9.0, 1.0]]), temperature=0).tolist()
    [1]
    """
    check_choice(temperature, top_k, top_p, min_p)
    if temperature == 0:
        return np.argmax(scores, axis=-1)
    count = min(top_k or scores.shape[-1], scores.shape[-1])
    if count == scores.shape[-1] and top_p is None and min_p is None:
        return np.random.categorical(npx.softmax(scores / temperature))
    best, places = npx.topk(scores, count)
    return npx.pick(places, np.random.categorical(kept(best / temperature, top_p, min_p)))


def kept(best: ndarray, top_p: float | None = None, min_p: float | None = None) -> ndarray:
    """Probabilities of scores (N, K), the best one first, of which `top_p` and `min_p` leave 0.

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text.sampling import kept
    >>> kept(np.log(np.array([[0.5, 0.3, 0.2]])), top_p=0.6).round(3)
    array([[0.625, 0.375, 0.   ]])
    """
    shares = npx.softmax(best)
    if top_p is not None:
        # The first one stays whatever its share; another does while those before it fall short.
        before = np.cumsum(shares, axis=-1) - shares
        shares = np.where(before < top_p, shares, np.zeros_like(shares))
    if min_p is not None:
        shares = np.where(shares >= min_p * shares[:, :1], shares, np.zeros_like(shares))
    return shares / shares.sum(axis=-1, keepdims=True)


def warped(
    logs: ndarray,
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    min_p: float | None,
    least: int,
) -> ndarray:
    """Logarithms (N, vocabulary) over the temperature; -inf for what is not drawn from.

    least: so many of the best are always left

    >>> from weft import np
    >>> from weft.gluon.model_zoo.text.sampling import warped
    >>> logs = np.log(np.array([[0.5, 0.3, 0.2]]))
    >>> np.exp(warped(logs, 1.0, top_k=2, top_p=None, min_p=None, least=1)).round(3)
    array([[0.5, 0.3, 0. ]])
    """
    logs = logs / temperature
    if top_k is None and top_p is None and min_p is None:
        return logs
    vocabulary = logs.shape[-1]
    best, _ = npx.topk(logs, min(max(top_k or vocabulary, least), vocabulary))
    count = (kept(best, top_p, min_p) > 0).sum(axis=-1)
    count = np.clip(count, min(least, best.shape[-1]), None)
    bound = npx.pick(best, count - 1).reshape(-1, 1)
    return np.where(logs >= bound, logs, -np.inf)


def penalized(scores: ndarray, tokens: ndarray, penalty: float) -> ndarray:
    """Scores (N, vocabulary) of which those of the tokens (N, T) are divided by a penalty, or
    multiplied where they are below 0 (Keskar et al., "CTRL", 2019).

    >>> from weft import np
    >>> penalized(np.array([[2.0, 3.0, -1.0]]), np.array([[0, 2]]), 2.0).tolist()
    [[1.0, 3.0, -2.0]]
    """
    if penalty == 1:
        return scores
    met = np.zeros(scores.shape, dtype="bool")
    met[np.arange(scores.shape[0]).reshape(-1, 1), tokens] = True
    return np.where(met, np.where(scores < 0, scores * penalty, scores / penalty), scores)


def check_choice(
    temperature: float,
    top_k: int | None,
    top_p: float | None,
    min_p: float | None,
    repetition_penalty: float = 1.0,
) -> None:
    """Raises ValueError for numbers out of range.

    >>> from weft.gluon.model_zoo.text.sampling import check_choice
    >>> check_choice(temperature=0.7, top_k=5, top_p=0.9, min_p=None)
    >>> try:
    ...     check_choice(temperature=0.7, top_k=5, top_p=9, min_p=None)
    ... except ValueError as error:
    ...     print("`top_p`" in str(error))
    True
    """
    if temperature < 0:
        raise InvalidValue(f"draw: `temperature` must be at least 0; got {temperature}")
    if top_k is not None and top_k < 1:
        raise InvalidValue(f"draw: `top_k` must be at least 1; got {top_k}")
    if top_p is not None and not 0 < top_p <= 1:
        raise InvalidValue(f"draw: `top_p` must be above 0 and at most 1; got {top_p}")
    if min_p is not None and not 0 <= min_p <= 1:
        raise InvalidValue(f"draw: `min_p` must be in [0, 1]; got {min_p}")
    if repetition_penalty <= 0:
        raise InvalidValue(
            f"generate: `repetition_penalty` must be above 0; got {repetition_penalty}"
        )


__all__ = ["check_choice", "draw", "kept", "penalized", "warped"]
__dir__ = __all__.copy
