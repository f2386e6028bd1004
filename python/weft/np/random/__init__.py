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

from typing import TYPE_CHECKING, Any

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.np.random._names import PLACES as _PLACES

_ONE = "write `np.random.Philox(seed)`, the one generator that there is"
_OTHERS = ("MT19937", "PCG64", "PCG64DXSM", "SFC64", "BitGenerator")

if TYPE_CHECKING:  # what `_names` says
    from numpy.random import SeedSequence as SeedSequence

    from weft.np.random._basic import *  # noqa: F403
    from weft.np.random._bits import *  # noqa: F403
    from weft.np.random._choices import *  # noqa: F403
    from weft.np.random._continuous import *  # noqa: F403
    from weft.np.random._counts import *  # noqa: F403
    from weft.np.random._gammas import *  # noqa: F403
    from weft.np.random._generator import Generator as Generator
    from weft.np.random._generator import RandomState as RandomState
    from weft.np.random._generator import default_rng as default_rng
    from weft.np.random._state import *  # noqa: F403
    from weft.np.random._vectors import *  # noqa: F403
else:  # a type checker shall still see a misspelt name
    __all__ = list(_PLACES)
    _find = _spelling.finder("weft.np.random", {**_words.FUNCTIONS, **dict.fromkeys(_OTHERS, _ONE)})

    def _of_numpy(name: str) -> Any:
        if name == "SeedSequence":
            from numpy.random import SeedSequence

            return SeedSequence
        return _find(name)

    __getattr__ = _later.names_of("weft.np.random", _PLACES, _of_numpy)
    __dir__ = __all__.copy
