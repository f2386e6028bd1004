"""The one generator that Weft has, as an object with a key and a counter of its own."""

import threading
from collections.abc import Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._core import native


def _sequence(seed: Any) -> Any:
    """NumPy's SeedSequence of a seed."""
    from numpy.random import SeedSequence

    if isinstance(seed, SeedSequence):
        return seed
    try:
        return SeedSequence(seed)
    except (TypeError, ValueError) as error:
        kind = InvalidValue if isinstance(error, ValueError) else InvalidType
        raise kind(
            "default_rng: `seed` must be an integer of at least 0, integers, a SeedSequence or "
            f"None; got {seed!r}"
        ) from None


class Philox:
    """Philox4x32-10, a generator that computes each number from a key and its place (Salmon et al.,
    2011): what `Generator` draws from. Its numbers are not those of NumPy's Philox, which has 64
    bits.

    seed: an integer of at least 0, integers, a SeedSequence of NumPy, or None for a random one

    While it is entered, everything that the thread runs draws from it, programs of hybridized
    functions and dropout, too; what is traced then draws from whatever it is run in.

    >>> from weft import np
    >>> bits = np.random.Philox(7)
    >>> with bits:
    ...     first = np.random.uniform()
    >>> bits.state["state"]["counter"]
    1
    """

    def __init__(self, seed: int | Sequence[int] | Any = None) -> None:
        self.seed_seq = _sequence(seed)
        key = int(self.seed_seq.generate_state(1, "uint64")[0])
        self._stream = native.RandomStream(key, 0)
        self._around: list[int] = []
        self.lock = threading.RLock()

    @property
    def state(self) -> dict[str, Any]:
        """Where the numbers are: a key, and how many random operators have drawn."""
        place = {"key": self._stream.seed, "counter": self._stream.ordinal}
        return {"bit_generator": "Philox", "state": place}

    @state.setter
    def state(self, value: Mapping[str, Any]) -> None:
        try:
            with self.lock:
                self._stream.set(value["state"]["key"], value["state"]["counter"])
        except (KeyError, TypeError):
            raise InvalidType(
                f"Philox: `state` must be what `state` of another one is; got {value!r}"
            ) from None

    def spawn(self, n_children: int) -> list["Philox"]:
        """`n_children` generators that are independent of this one and of each other."""
        require_whole("spawn", "n_children", n_children, 0)
        return [Philox(child) for child in self.seed_seq.spawn(n_children)]

    def __enter__(self) -> "Philox":
        self.lock.acquire()
        self._around.append(self._stream.enter())
        return self

    def __exit__(self, *_: object) -> None:
        self._stream.leave(self._around.pop())
        self.lock.release()

    def __getstate__(self) -> tuple[Any, dict[str, Any]]:
        return self.seed_seq, self.state

    def __setstate__(self, given: tuple[Any, dict[str, Any]]) -> None:
        self.__init__(given[0])  # type: ignore[misc]
        self.state = given[1]


def refuse_a_trace(where: str, is_traced: bool) -> None:
    """Raises RuntimeError where the numbers of a generator would become part of a program."""
    if is_traced:
        raise InvalidState(
            f"{where}: a generator's numbers are no part of a trace, whose programs draw when they "
            "run; draw outside and give the numbers as an argument, or write "
            f"`np.random.{where}` and run the program inside of `with generator.bit_generator:`"
        )


__all__ = ["Philox"]
