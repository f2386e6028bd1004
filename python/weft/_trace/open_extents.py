"""Which extents a trace leaves open, for code that treats an open extent otherwise than a number,
and extents that a graph computes.

The first examples of a trace see numbers, as nothing tells yet which of them will differ. So each
question is remembered by its number: where a later example has another extent in its place, the
extent is open, and the examples are traced again from the first one with this known.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from weft._core import native
from weft._core.dimensions import Extent
from weft._core.typing import ndarray
from weft._trace.state import is_tracing, running


class Answers:
    """What the examples of one trace asked, and which extents turned out to be open."""

    def __init__(self) -> None:
        self._first: list[int] | None = None  # as the first example has them
        self._asked: list[int] = []
        self._open: set[int] = set()  # by the number of the question
        self.is_complete = True  # was each answer right when it was given?

    def ask(self, extent: int) -> bool:
        """The next question: is this extent open?"""
        number = len(self._asked)
        self._asked.append(int(extent))
        first = self._first
        differs = first is not None and (number >= len(first) or first[number] != int(extent))
        if number not in self._open and (differs or isinstance(extent, Extent)):
            self._open.add(number)
            self.is_complete = self.is_complete and first is None
        return number in self._open

    def next_example(self) -> None:
        """The questions begin again; those before were of the first example, or like them."""
        if self._first is None:
            self._first = self._asked
        self._asked = []

    def begin_again(self) -> None:
        """The first example is traced again with these answers."""
        self._first, self._asked, self.is_complete = None, [], True


@contextmanager
def answering(answers: Answers) -> Iterator[None]:
    """A block whose questions `answers` answers."""
    around, running.answers = running.answers, answers
    try:
        yield
    finally:
        running.answers = around


def is_open(*extents: int) -> bool:
    """Is one of these extents known only when a graph runs? All code that a trace runs has to ask
    the same questions in the same order."""
    answers = running.answers
    if answers is None:
        return any(isinstance(extent, Extent) for extent in extents)
    told = [answers.ask(extent) for extent in extents]  # each is asked, whatever the others are
    return any(told)


def counted(number: ndarray, bound: int) -> int:
    """The extent that an int64 array without axes has in a run.

    bound: what it is at most, which may be an `Extent`
    """
    if not is_tracing():
        return int(number.item())
    most = bound.max if isinstance(bound, Extent) else bound
    return Extent(native.trace_size(number, int(bound)), 0, most)


__all__ = ["Answers", "answering", "counted", "is_open"]
