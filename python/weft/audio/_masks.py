"""Masks of spectrograms, for training (Park et al., "SpecAugment", 2019)."""

from weft import np
from weft._base.options import require_whole
from weft._core.typing import ArrayLike, ndarray
from weft.audio._arrays import floats


def _masked(x: ndarray, axis: int, most: int, value: float) -> ndarray:
    """Sets a random stretch of at most `most` elements along an axis, one for each sample."""
    extent = x.shape[axis]
    batch = x.shape[0] if x.ndim > 2 else 1
    shape = (batch, *[1] * (x.ndim - 1))
    width = np.floor(np.random.uniform(size=shape) * (most + 1))
    start = np.floor(np.random.uniform(size=shape) * np.maximum(extent - width + 1, 1))
    places = np.arange(extent).reshape([-1 if i == axis % x.ndim else 1 for i in range(x.ndim)])
    return np.where((places >= start) & (places < start + width), value, x)


def _all_masked(
    S: ArrayLike, axis: int, most: int, count: int, value: float, where: str
) -> ndarray:
    x = floats(S, where, "S", 2)
    most = require_whole(where, "most", most, 0)
    for _ in range(require_whole(where, "count", count, 0)):
        x = _masked(x, axis, most, value)
    return x


def mask_time(S: ArrayLike, most: int, count: int = 1, value: float = 0.0) -> ndarray:
    """Sets random stretches of frames to a value.

    S: (..., frequencies, frames); with three axes or more each sample has stretches of its own
    most: how many frames a stretch has at most; its length and place are uniformly distributed
    count: how many stretches

    >>> from weft import audio, np
    >>> audio.mask_time(np.ones((2, 8, 20)), most=4).shape
    (2, 8, 20)
    """
    return _all_masked(S, -1, most, count, value, "mask_time")


def mask_frequency(S: ArrayLike, most: int, count: int = 1, value: float = 0.0) -> ndarray:
    """Sets random stretches of frequencies to a value, as `mask_time` does with frames.

    >>> from weft import audio, np
    >>> audio.mask_frequency(np.ones((2, 8, 20)), most=3, count=2).shape
    (2, 8, 20)
    """
    return _all_masked(S, -2, most, count, value, "mask_frequency")


__all__ = ["mask_frequency", "mask_time"]
