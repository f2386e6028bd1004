"""The generators of random numbers that training may use: Weft's, NumPy's global one and Python's.

Data sets and samplers draw from any of them, so whoever continues a program sets all three.
"""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy

from weft import np
from weft._base.errors import FileFailure
from weft._core import native

State = dict[str, Any]


def state() -> State:
    """Where all generators are, as plain values: `restore` continues there."""
    version, words, pending = random.getstate()
    return {
        "weft": list(np.random.get_state()),
        "numpy": _plain(numpy.random.get_state(legacy=False)),
        "python": [version, list(words), pending],
    }


def restore(state: State) -> None:
    """Sets all generators to what `state` gave."""
    np.random.set_state(state["weft"])
    numpy.random.set_state(state["numpy"])
    random.setstate(_python_state(state))


def seed(epoch: int, batch: int) -> None:
    """Sets all generators to what a batch of an epoch begins with, whoever makes it."""
    words = _words(epoch, batch)
    np.random.seed(_seed_of(words))
    numpy.random.seed(words)
    random.seed(words.tobytes())


@contextmanager
def seeded(epoch: int, batch: int) -> Iterator[None]:
    """A block that draws from these seeds, and behind which all generators are as before."""
    before = np.random.get_state(), numpy.random.get_state(legacy=False), random.getstate()
    seed(epoch, batch)
    try:
        yield
    finally:
        np.random.set_state(before[0])
        numpy.random.set_state(before[1])
        random.setstate(before[2])


@contextmanager
def seeded_thread(epoch: int, batch: int) -> Iterator[None]:
    """A block of one thread among others: `np.random` draws in it what it does in `seeded`. The
    other generators have one state for all threads and are left alone."""
    stream = native.RandomStream(_seed_of(_words(epoch, batch)), 0)
    before = stream.enter()
    try:
        yield
    finally:
        stream.leave(before)


def _words(epoch: int, batch: int) -> Any:
    return numpy.random.SeedSequence(epoch, spawn_key=(batch,)).generate_state(4)


def _seed_of(words: Any) -> int:
    """That of `np.random`."""
    return int.from_bytes(words[:2].tobytes(), "little")


def check(state: State, complaint: str) -> None:
    """Raises OSError for what `state` did not give, without setting anything."""
    try:
        seed, ordinal = state["weft"]
        if not all(isinstance(n, int) and 0 <= n < 1 << 64 for n in (seed, ordinal)):
            raise ValueError(f"no numbers of 64 bits: {seed}, {ordinal}")
        kind = numpy.random.get_state(legacy=False)["bit_generator"]
        numpy.random.RandomState(getattr(numpy.random, kind)()).set_state(state["numpy"])
        random.Random().setstate(_python_state(state))
    except (ValueError, TypeError, KeyError, IndexError, OverflowError) as error:
        raise FileFailure(
            f"{complaint}: the states of random generators do not fit: {error}"
        ) from error


def _python_state(state: State) -> tuple[Any, ...]:
    version, words, pending = state["python"]
    return version, tuple(words), pending


def _plain(value: Any) -> Any:
    """NumPy's bit generators keep arrays in dicts."""
    if isinstance(value, dict):
        return {key: _plain(inner) for key, inner in value.items()}
    return value.tolist() if isinstance(value, numpy.ndarray | numpy.generic) else value


__all__ = ["State", "check", "restore", "seed", "seeded", "seeded_thread", "state"]
