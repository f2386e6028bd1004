"""One seed for all generators of random numbers that a program of Weft draws from."""

import random

import numpy

from weft._base.options import require_whole
from weft._core import native


def seed(number: int) -> None:
    """Starts Weft's random numbers, NumPy's global ones and Python's again from one number.

    number: an integer that is at least 0

    Generators of one's own (`numpy.random.default_rng`, `random.Random`) keep their place. Raises
    TypeError for anything that is no integer, ValueError below 0.

    >>> import random
    >>> import weft
    >>> weft.seed(7)
    >>> first = random.random(), weft.np.random.uniform().item()
    >>> weft.seed(7)
    >>> (random.random(), weft.np.random.uniform().item()) == first
    True
    """
    require_whole("seed", "number", number, 0)
    native.seed(number % (1 << 64))
    numpy.random.seed(numpy.random.SeedSequence(number).generate_state(4))
    random.seed(number)


__all__ = ["seed"]
