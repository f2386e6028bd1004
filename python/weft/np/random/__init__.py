"""Random numbers: the same for the same seed, on any number of threads, eager or hybridized.

The functions draw from numbers that the whole program shares, which `seed` starts; a `Generator`
has numbers of its own.

>>> from weft import np
>>> np.random.seed(7)
>>> first = np.random.uniform(size=3)
>>> np.random.seed(7)
>>> bool((first == np.random.uniform(size=3)).sum() == 3)
True
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.np.random import (
    _basic,
    _bits,
    _choices,
    _continuous,
    _counts,
    _gammas,
    _state,
    _vectors,
)
from weft.np.random._basic import *  # noqa: F403
from weft.np.random._bits import *  # noqa: F403
from weft.np.random._choices import *  # noqa: F403
from weft.np.random._continuous import *  # noqa: F403
from weft.np.random._counts import *  # noqa: F403
from weft.np.random._gammas import *  # noqa: F403
from weft.np.random._state import *  # noqa: F403
from weft.np.random._vectors import *  # noqa: F403

_ONE = "write `np.random.Philox(seed)`, the one generator that there is"
_OTHERS = ("MT19937", "PCG64", "PCG64DXSM", "SFC64", "BitGenerator")

if TYPE_CHECKING:
    from numpy.random import SeedSequence as SeedSequence

    from weft.np.random._generator import Generator, RandomState, default_rng
else:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.np.random", {**_words.FUNCTIONS, **dict.fromkeys(_OTHERS, _ONE)})

    def __getattr__(name: str) -> object:
        # What not every program needs is imported when it is first asked for.
        if name == "SeedSequence":
            from numpy.random import SeedSequence

            return SeedSequence
        if name in ("Generator", "RandomState", "default_rng"):
            from weft.np.random import _generator

            return getattr(_generator, name)
        return _find(name)


__all__ = [
    *_basic.__all__,
    *_bits.__all__,
    *_choices.__all__,
    *_continuous.__all__,
    *_counts.__all__,
    *_gammas.__all__,
    "Generator",
    "RandomState",
    "default_rng",
    *_state.__all__,
    *_vectors.__all__,
]
__dir__ = __all__.copy
