"""Attention in a window that slides along the sequence, as Longformer has it.

Each step sees `w` steps before it, itself, and with `symmetric` `w` steps behind it, `dilation`
apart. N batch, T time, H heads, D features, K = 2 w + 1 or w + 1 steps that are seen.
"""

import functools
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray


def _places(steps: int, dilation: ndarray, w: int, symmetric: bool) -> tuple[Any, Any]:
    """Which steps each step of each head sees, (T, H, K), and whether they are there."""
    reach = numpy.arange(-w, (w if symmetric else 0) + 1)
    apart = dilation.asnumpy().astype("int64")
    seen = numpy.arange(steps)[:, None, None] + apart[None, :, None] * reach
    is_there = (seen >= 0) & (seen < steps)
    return np.array(seen.clip(0, max(steps - 1, 0))), np.array(is_there)


def _check(where: str, name: str, array: ndarray, axes: str) -> None:
    if array.ndim != 4:
        raise InvalidValue(f"{where}: `{name}` must have the axes {axes}; got shape {array.shape}")


def _seen(values: ndarray, places: ndarray) -> ndarray:
    """The values of the steps that each step sees: (N, T, H, K, D)."""
    heads = np.array(numpy.arange(values.shape[2])).reshape((1, -1, 1))
    return values[:, places, np.broadcast_to(heads, places.shape)]


def sldwin_atten_score(
    query: ndarray, key: ndarray, dilation: ndarray, w: int = 1, symmetric: bool = True
) -> ndarray:
    """Products of each step's query with the keys that it sees; 0 where these are outside.

    query, key: (N, T, H, D); dilation: (H,), integers

    Returns (N, T, H, K).
    """
    _check("sldwin_atten_score", "query", query, "(N, T, H, D)")
    places, is_there = _places(query.shape[1], dilation, int(w), bool(symmetric))
    products = np.sum(_seen(key, places) * np.expand_dims(query, 3), -1)
    return np.where(is_there, products, 0)


def sldwin_atten_context(
    score: ndarray, value: ndarray, dilation: ndarray, w: int = 1, symmetric: bool = True
) -> ndarray:
    """Sums of the values that each step sees, with the scores as factors.

    score: (N, T, H, K); value: (N, T, H, D)

    Returns (N, T, H, D).
    """
    _check("sldwin_atten_context", "score", score, "(N, T, H, K)")
    places, is_there = _places(value.shape[1], dilation, int(w), bool(symmetric))
    factors = np.where(is_there, score, 0)
    return np.sum(_seen(value, places) * np.expand_dims(factors, -1), 3)


def sldwin_atten_mask_like(
    score: ndarray,
    dilation: ndarray,
    valid_length: ndarray,
    w: int = 1,
    symmetric: bool = True,
) -> ndarray:
    """1 where a step and what it sees are inside of the sequence, else 0, in the scores' shape.

    valid_length: (N,), how many steps each sequence has
    """
    _check("sldwin_atten_mask_like", "score", score, "(N, T, H, K)")
    places, is_there = _places(score.shape[1], dilation, int(w), bool(symmetric))
    steps = np.array(numpy.arange(score.shape[1])).reshape((-1, 1, 1))
    lengths = valid_length.astype("int64").reshape((-1, 1, 1, 1))
    inside = [is_there, places < lengths, steps < lengths]
    return functools.reduce(np.logical_and, inside).astype(score.dtype)


__all__ = ["sldwin_atten_context", "sldwin_atten_mask_like", "sldwin_atten_score"]
