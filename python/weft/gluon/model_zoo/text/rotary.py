"""Rotary positions: queries and keys are turned by angles that grow with the position, so that
their product depends on the distance alone (Su et al., "RoFormer", 2021)."""

import math
from typing import Any

import numpy

from weft import np
from weft.gluon.model_zoo._config import Config


class Rotary:
    """Angles of positions.

    frequencies: angle from one position to the next, of each pair of units, float32 (D / 2,)
    factor: of the turned vectors
    beyond: frequencies of texts with more than `limit` tokens; None for the same ones

    >>> import numpy
    >>> from weft import np
    >>> from weft.gluon.model_zoo.text.rotary import Rotary
    >>> cosines, sines = Rotary(numpy.array([1.0, 0.1])).turns(np.arange(3))
    >>> cosines.shape, sines.round(3)[2]
    ((3, 2), array([0.909, 0.199]))
    """

    def __init__(
        self,
        frequencies: numpy.ndarray,
        factor: float = 1.0,
        *,
        beyond: numpy.ndarray | None = None,
        limit: int | None = None,
    ) -> None:
        self.frequencies = np.array(frequencies.astype("float32"))
        self.factor = factor
        self.beyond = None if beyond is None else np.array(beyond.astype("float32"))
        self.limit = limit

    def turns(self, positions: Any) -> tuple[Any, Any]:
        """Cosines and sines (T, D / 2) of positions (T,); (N, 1, T, D / 2) of those of each row,
        (N, T)."""
        if len(positions.shape) == 2:
            positions = np.expand_dims(positions, 1)
        frequencies = self.frequencies
        if self.beyond is not None:
            frequencies = np.where(np.max(positions) >= self.limit, self.beyond, frequencies)
        angles = np.expand_dims(positions.astype("float32"), -1) * frequencies
        if self.factor == 1:
            return np.cos(angles), np.sin(angles)
        return np.cos(angles) * self.factor, np.sin(angles) * self.factor


def turned(x: Any, turns: tuple[Any, Any]) -> Any:
    """Vectors (N, H, T, D) turned: the first of D's units go with those half of the angles' number
    of pairs behind; units beyond the pairs stay.

    >>> import math
    >>> import numpy
    >>> from weft import np
    >>> from weft.gluon.model_zoo.text.rotary import Rotary, turned
    >>> turns = Rotary(numpy.array([math.pi / 2])).turns(np.arange(2))  # a quarter a position
    >>> turned(np.array([[[[1.0, 2.0], [1.0, 2.0]]]]), turns).round(3)
    array([[[[ 1.,  2.],
             [-2.,  1.]]]])
    """
    cosines, sines = (turn.astype(x.dtype) for turn in turns)
    half = cosines.shape[-1]
    a, b = x[..., :half], x[..., half : 2 * half]
    parts = [a * cosines - b * sines, b * cosines + a * sines]
    if 2 * half < x.shape[-1]:
        parts.append(x[..., 2 * half :])
    return np.concatenate(parts, axis=-1)


def rotary_of(config: Config, head_size: int) -> Rotary:
    """What a config.json of Hugging Face asks for, in its present and in its former spelling.

    >>> from weft.gluon.model_zoo._config import Config
    >>> from weft.gluon.model_zoo.text.rotary import rotary_of
    >>> rotary_of(Config("Llama", {"rope_theta": 100.0}), 4).frequencies
    array([1. , 0.1])
    """
    given = config.part("rope_parameters")
    given.assume(config.part("rope_scaling").values)
    given.assume({"rope_theta": config.number("rope_theta", 10000.0)})
    kind = given.choice("rope_type", given.get("type", "default"), _KINDS)
    part = given.number("partial_rotary_factor", config.number("partial_rotary_factor", 1.0))
    size = int(head_size * part)
    powers = numpy.arange(0, size, 2, dtype="float32") / numpy.float32(size)
    plain = numpy.float32(1) / numpy.float32(given.number("rope_theta")) ** powers
    return kind(plain, given, config)


def _default(plain: numpy.ndarray, given: Config, config: Config) -> Rotary:
    return Rotary(plain)


def _linear(plain: numpy.ndarray, given: Config, config: Config) -> Rotary:
    """Positions nearer to each other (Chen et al., "Extending Context Window", 2023)."""
    return Rotary(plain / numpy.float32(given.number("factor")))


def _llama3(plain: numpy.ndarray, given: Config, config: Config) -> Rotary:
    """Long waves alone are made longer, and a ramp between (Llama 3.1)."""
    low, high = given.number("low_freq_factor"), given.number("high_freq_factor")
    # How often each pair of units turned over the old length.
    waves = given.count(_OLD_LENGTH) * plain / (2 * numpy.pi)
    blend = numpy.clip((waves - low) / (high - low), 0, 1)
    return Rotary(plain * blend + plain / given.number("factor") * (1 - blend))


def _yarn(plain: numpy.ndarray, given: Config, config: Config) -> Rotary:
    """The same with a ramp over the units (Peng et al., "YaRN", 2023)."""
    longest, size = given.count(_OLD_LENGTH), 2 * len(plain)
    factor = given.number("factor", 0.0) or config.count("max_position_embeddings") / longest

    def unit_of(rotations: float) -> float:
        """Which pair of units turns so often over the old length."""
        ratio = longest / (rotations * 2 * math.pi)
        return size * math.log(ratio) / (2 * math.log(given.number("rope_theta")))

    low, high = unit_of(given.number("beta_fast", 32)), unit_of(given.number("beta_slow", 1))
    if given.flag("truncate", True):
        low, high = math.floor(low), math.ceil(high)
    low, high = max(low, 0), min(high, size - 1)
    ramp = numpy.arange(len(plain), dtype="float32") - numpy.float32(low)
    ramp = numpy.clip(ramp / (high - low or 0.001), 0, 1)
    return Rotary(
        plain / numpy.float32(factor) * ramp + plain * (1 - ramp), _yarn_factor(given, factor)
    )


def _yarn_factor(given: Config, factor: float) -> float:
    if given.get("attention_factor") is not None:
        return given.number("attention_factor")

    def scale(of: float) -> float:
        return 0.1 * of * math.log(factor) + 1 if factor > 1 else 1.0

    if given.get("mscale") and given.get("mscale_all_dim"):
        return scale(given.number("mscale")) / scale(given.number("mscale_all_dim"))
    return scale(1)


def _longrope(plain: numpy.ndarray, given: Config, config: Config) -> Rotary:
    """A factor for each pair of units, others where a text is longer than those of the first
    training (Ding et al., "LongRoPE", 2024)."""
    longest = config.count("max_position_embeddings")
    limit = given.count(_OLD_LENGTH, config.count(_OLD_LENGTH, longest), least=2)
    short, long = (given.numbers(key, len(plain)) for key in ("short_factor", "long_factor"))
    grown = given.number("factor", longest / limit)
    default = 1.0 if grown <= 1 else math.sqrt(1 + math.log(grown) / math.log(limit))
    return Rotary(
        plain / short, given.number("attention_factor", default), beyond=plain / long, limit=limit
    )


_OLD_LENGTH = "original_max_position_embeddings"
_KINDS = {
    "default": _default,
    "linear": _linear,
    "llama3": _llama3,
    "longrope": _longrope,
    "su": _longrope,
    "yarn": _yarn,
}

__all__ = ["Rotary", "rotary_of", "turned"]
__dir__ = __all__.copy
