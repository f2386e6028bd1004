"""The loop of training, which `weft.Model` and Gluon's estimator run alike: epochs of batches.

Who has a loop derives from `Loop` and writes what its four events do. Their order is here, and
nowhere else; evaluation is a loop of one epoch.
"""

from collections.abc import Iterable
from typing import Generic, TypeVar

B = TypeVar("B")


class Loop(Generic[B]):
    """Epochs of batches. Only `batches` and `run_batch` must be written."""

    def batches(self) -> Iterable[B]:
        """The batches of the next epoch."""
        raise NotImplementedError

    def begin_epoch(self, epoch: int) -> None:
        """Before the first batch of an epoch."""

    def run_batch(self, batch: B) -> bool | None:
        """What is done with a batch. What is true ends the epoch."""
        raise NotImplementedError

    def end_epoch(self, epoch: int) -> bool | None:
        """After the last batch of an epoch. What is true ends the loop."""

    def run(self, first: int = 0, last: int | None = None) -> None:
        """Epochs `first` and on, before `last`, or until one of them ends the loop."""
        epoch = first
        while last is None or epoch < last:
            if self.run_epoch(epoch):
                return
            epoch += 1

    def run_epoch(self, epoch: int) -> bool | None:
        """One epoch; true where it ends the loop."""
        self.begin_epoch(epoch)
        for batch in self.batches():
            if self.run_batch(batch):
                break
        return self.end_epoch(epoch)


__all__ = ["Loop"]
