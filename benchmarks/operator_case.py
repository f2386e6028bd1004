"""One row of operators.py, and the arrays that rows are given."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy

Arrays = list[numpy.ndarray]
Make = Callable[[numpy.random.Generator], Arrays]


@dataclass(frozen=True)
class Case:
    """One row: `weft` and `torch` compute the same from `make`'s arrays.

    gradient: after it comes the backward pass, with cotangents of ones, for floating inputs
    compared: results are compared by value; random ones are not
    prepared: the functions give the call that is timed, which may keep state
    """

    group: str
    name: str
    make: Make
    weft: Callable[..., Any]
    torch: Callable[..., Any]
    gradient: bool = False
    compared: bool = True
    prepared: bool = False


def normal(*shapes: tuple[int, ...]) -> Make:
    return lambda rng: [rng.standard_normal(shape, "float32") for shape in shapes]


def positive(*shapes: tuple[int, ...]) -> Make:
    return lambda rng: [rng.random(shape, "float32") + 0.1 for shape in shapes]


def indexed(shape: tuple[int, ...], count: tuple[int, ...], below: int) -> Make:
    """An array, and indices below `below`."""
    return lambda rng: [rng.standard_normal(shape, "float32"), rng.integers(0, below, count)]


FLAT, SQUARE, IMAGE = (1_048_576,), (1024, 1024), (16, 64, 32, 32)
x, xx = normal(SQUARE), normal(SQUARE, SQUARE)
image, sequence = normal(IMAGE), normal((8, 128, 768))
