"""What the models of `ai.onnx.ml` make of their scores: transforms and labels of classes."""

import math
from typing import Any

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.onnx._rules.text import known, objects

TRANSFORMS = ("NONE", "SOFTMAX", "LOGISTIC", "SOFTMAX_ZERO", "PROBIT")


def floats_of(x: ndarray) -> ndarray:
    """The data of a model: float64 stays, all else is float32."""
    return x if x.dtype == "float64" else x.astype("float32")


def transformed(scores: ndarray, transform: str) -> ndarray:
    """Scores (N, C) after a transform of the last axis."""
    if transform == "NONE":
        return scores
    if transform == "LOGISTIC":
        return npx.sigmoid(scores)
    if transform == "SOFTMAX":
        return npx.softmax(scores, axis=-1)
    if transform == "SOFTMAX_ZERO":
        return _softmax_zero(scores)
    if transform == "PROBIT":
        return _probit(scores)
    raise InvalidValue(
        f"`post_transform` must be one of {', '.join(TRANSFORMS)}; got {transform!r}"
    )


def _softmax_zero(scores: ndarray) -> ndarray:
    """A softmax in which scores of zero stay zero."""
    highest = np.max(scores, axis=-1, keepdims=True)
    powers = np.where(np.abs(scores) > 1e-7, np.exp(scores - highest), scores * np.exp(-highest))
    total = np.sum(powers, axis=-1, keepdims=True)
    return np.where(total == 0, 0.5, powers / np.where(total == 0, 1, total))


def _probit(scores: ndarray) -> ndarray:
    """The quantile of the normal distribution, by the approximation that other runtimes use:
    Winitzki, A handy approximation for the error function and its inverse (2008)."""
    x = scores * 2 - 1
    product = (1 - x) * (1 + x)
    log = np.log(np.where(product == 0, 1, product))
    v = log * 0.5 + 2 / (math.pi * 0.147)
    c = log / -0.147
    root = np.sqrt(c / (np.sqrt(v * v + c) + v))  # of sqrt(v² + c) - v, which would lose digits
    return np.where(product == 0, 0, np.sign(x) * root) * 1.41421356


def labels_of(
    places: ndarray, numbers: list[int] | None, texts: list[str] | None, is_wanted: bool = True
) -> Any:
    """The labels of classes that are given by their places. Texts are a host value."""
    if not is_wanted:
        return None
    if texts:
        host = known(places)
        return objects([texts[place] for place in host.reshape(-1).tolist()], host.shape)
    if numbers:
        return np.take(np.array(numpy.array(numbers, "int64")), places, axis=0)
    return places.astype("int64")
