"""Samples that cannot be made, such as damaged images, left out of their batches and counted."""

import warnings
import zlib
from collections.abc import Callable, Generator
from contextlib import closing
from typing import Any, NamedTuple

from weft._base.errors import FileFailure

# What files that are damaged raise: an error of a program, such as a wrong name, is none of these.
DAMAGE = (OSError, ValueError, EOFError, SyntaxError, zlib.error)


class Short(NamedTuple):
    """A batch without the samples that could not be made; `batch` is None where none could.

    skipped: the number of each in the data set, and its error
    """

    batch: Any
    skipped: list[tuple[str, str]]


class Skipped(list[tuple[str, str]]):
    """Those of the last epoch, of which there may be at most `most`."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.most = most

    def left_out(
        self, batches: Generator[Any, None, None], pass_over: Callable[[], None]
    ) -> Generator[Any, None, None]:
        """The batches that are left; `pass_over` is called where all of one is skipped. Warns at
        the end, and raises OSError where too many are skipped."""
        self.clear()
        with closing(batches):
            for made in batches:
                if isinstance(made, Short):
                    self._count(made)
                    made = made.batch
                if made is None:
                    pass_over()
                else:
                    yield made
        if self:
            warnings.warn(f"DataLoader: {self._told()}", stacklevel=2)

    def _count(self, made: Short) -> None:
        self.extend(made.skipped)
        if len(self) > self.most:
            raise FileFailure(
                f"DataLoader: more samples cannot be made than `skip` allows, {self.most}; "
                f"{self._told()}"
            )

    def _told(self) -> str:
        number, why = self[0]
        what = "1 sample was skipped" if len(self) == 1 else f"{len(self)} samples were skipped"
        return f"{what}, the first of them sample {number}: {why}"


def those_that_can(
    samples: Callable[[Any], Any], indices: Any
) -> tuple[list[tuple[Any, Any]], list[tuple[str, str]]]:
    """The numbers and samples of those that can be made, and the others with their errors."""
    found, skipped = [], []
    for index in indices:
        try:
            found.append((index, samples(index)))
        except DAMAGE as error:
            skipped.append((str(index), f"{type(error).__name__}: {error}"))
    return found, skipped


__all__ = ["Short", "Skipped", "those_that_can"]
