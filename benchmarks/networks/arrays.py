"""Arrays that every framework is fed: each is drawn from a seed that follows from its name.

NumPy promises that the stream of `RandomState` never changes, so a name gives the same numbers with
every version of NumPy.
"""

import zlib

import numpy

Array = numpy.ndarray


def _stream(name: str) -> numpy.random.RandomState:
    return numpy.random.RandomState(zlib.crc32(name.encode()) & 0x7FFFFFFF)


def normal(name: str, shape: tuple[int, ...], deviation: float = 1.0) -> Array:
    return (_stream(name).standard_normal(shape) * deviation).astype(numpy.float32)


def uniform(name: str, shape: tuple[int, ...], low: float, high: float) -> Array:
    return _stream(name).uniform(low, high, shape).astype(numpy.float32)


def classes(name: str, count: int, number: int) -> Array:
    """`count` labels below `number`, int64."""
    return _stream(name).randint(0, number, count).astype(numpy.int64)
