"""Where the numbers of `np.random`'s functions are: a seed, and how many random operators have
run."""

from weft._base.errors import InvalidType
from weft._core import native


def seed(seed: int | None = None) -> None:
    """Starts the numbers again from `seed`, an integer of 64 bits that is at least 0; None: from a
    random place.

    >>> from weft import np
    >>> np.random.seed(7)
    >>> first = np.random.uniform(size=2)
    >>> np.random.seed(7)
    >>> bool((np.random.uniform(size=2) == first).all())
    True
    """
    if seed is None:
        from numpy.random import SeedSequence

        seed = int(SeedSequence().generate_state(1, "uint64")[0])
    native.seed(seed)


def get_state() -> tuple[int, int]:
    """Where the numbers are: the seed, and how many random operators have run since.

    >>> from weft import np
    >>> state = np.random.get_state()
    >>> first = np.random.uniform()
    >>> np.random.set_state(state)
    >>> bool(np.random.uniform() == first)
    True
    """
    return native.random_state()


def set_state(state: tuple[int, int]) -> None:
    """Continues where `get_state` was called, eager and hybridized alike.

    >>> from weft import np
    >>> state = np.random.get_state()
    >>> first = np.random.uniform(size=2)
    >>> np.random.set_state(state)
    >>> bool((np.random.uniform(size=2) == first).all())
    True
    """
    try:
        seed, ordinal = state
        native.set_random_state(seed, ordinal)
    except (TypeError, ValueError):
        raise InvalidType(
            "set_state: `state` must be what `get_state` gave, two integers of 64 bits that are at "
            f"least 0; got {state!r}"
        ) from None


__all__ = ["get_state", "seed", "set_state"]
