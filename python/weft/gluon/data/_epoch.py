"""One epoch of a loader: which batches it has given, and what the order of the rest follows from.

The order of an epoch is not kept but made again: a sampler decides it when it begins, from its own
state and from generators of random numbers whose states are kept. A checksum of the batches that
were given tells whether what is made again is the same.
"""

from collections import deque
from collections.abc import Generator, Iterable, Iterator
from itertools import islice
from typing import Any
from zlib import crc32

from weft._base.errors import InvalidValue
from weft._base.protocols import HasState, TakesState
from weft.gluon.data import _generators
from weft.profiler._notes import waiting


class Place:
    """How far an epoch is.

    sampler, random: states of the sampler and of the generators when the epoch began
    seed: of what is random in its batches, where workers make them
    """

    def __init__(
        self, sampler: dict[str, Any], random: _generators.State, seed: int, order: Iterable[Any]
    ) -> None:
        self.sampler = sampler
        self.random = random
        self.seed = seed
        self.given = 0
        self.checksum = 0
        self.is_over = False
        self._order = iter(order)
        self._ahead: deque[int] = deque()  # checksums after batches that are started

    def rest(self) -> Iterator[tuple[int, Any]]:
        """Numbers and samples of the batches to come."""
        checksum = self.checksum
        for number, samples in enumerate(self._order, self.given):
            checksum = crc32(repr(samples).encode(), checksum)
            self._ahead.append(checksum)
            yield number, samples

    def advance(self) -> None:
        """One more batch of `rest` has been given."""
        self.given += 1
        self.checksum = self._ahead.popleft()

    def skip(self, count: int) -> None:
        """`count` batches, or as many as there are, have been given elsewhere."""
        for _ in islice(self.rest(), count):
            self.advance()


class Epoch(Iterator[Any]):
    """The batches of an epoch. It is left when nobody holds it any more."""

    def __init__(self, place: Place, batches: Generator[Any, None, None]) -> None:
        self.place = place
        self._batches = batches

    def __next__(self) -> Any:
        try:
            with waiting("waiting for a batch"):
                batch = next(self._batches)
        except BaseException:
            self.place.is_over = True
            raise
        self.place.advance()
        return batch

    def close(self) -> None:
        """Leaves the epoch: what is made ahead is given up."""
        self.place.is_over = True
        self._batches.close()


def sampler_state(sampler: Any) -> dict[str, Any]:
    """What a sampler keeps from epoch to epoch; nothing if it does not say."""
    return sampler.state_dict() if isinstance(sampler, HasState) else {}


def set_sampler_state(sampler: Any, state: dict[str, Any]) -> None:
    """Sets what `sampler_state` gave. Raises ValueError for the state of another kind."""
    if isinstance(sampler, TakesState):
        sampler.load_state_dict(state)
    elif state:
        raise InvalidValue(
            f"{type(sampler).__name__}: has no state to restore; got one with {sorted(state)}"
        )
