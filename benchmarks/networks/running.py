"""What an adapter gives: one network of one framework, ready to be timed."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
from arrays import Array


def _nothing() -> None:
    pass


class Run(NamedTuple):
    """`step` is one inference or one training step; `output` what is compared, called before any
    timing; `wait` returns when the steps so far are done. `allocated` gives the largest number of
    bytes that the framework's own allocator has lent while a call runs, parameters included;
    `arena` the bytes that its plan takes."""

    step: Callable[[], Any]
    output: Callable[[], Array]
    wait: Callable[[], Any] = _nothing
    allocated: Callable[[], int] | None = None
    arena: Callable[[], int] | None = None


class UnsupportedError(Exception):
    """A framework lacks what a workload needs; the text says what."""


def training(
    step: Callable[[], Any], loss: Callable[[Any], float], steps: int, wait=_nothing
) -> Run:
    """The run of a training step that returns its loss; compared is that of step `steps`."""

    def output() -> Array:
        for _ in range(steps - 1):
            step()
        return numpy.array([loss(step())])

    return Run(step, output, wait)
