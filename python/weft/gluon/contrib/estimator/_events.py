"""The six events of training. A handler derives from the classes of those that it hears."""

from typing import Any


class EventHandler:
    """Base of all handlers.

    Handlers with a lower `priority` hear of an event earlier; it is 0 where they have none.
    """


class TrainBegin(EventHandler):
    """Hears when `fit` begins."""

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """Before the first epoch."""


class TrainEnd(EventHandler):
    """Hears when `fit` ends."""

    def train_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """After the last epoch."""


class EpochBegin(EventHandler):
    """Hears when an epoch begins."""

    def epoch_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """Before the first batch."""


class EpochEnd(EventHandler):
    """Hears when an epoch ends.

    >>> from weft.gluon.contrib.estimator import EpochEnd
    >>> class Halving(EpochEnd):
    ...     def epoch_end(self, estimator, *args, **kwargs):
    ...         trainer = estimator.trainer
    ...         trainer.set_learning_rate(trainer.learning_rate / 2)
    >>> isinstance(Halving(), EpochEnd)
    True
    """

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> bool | None:
        """After the last batch. What is true ends the training."""
        return False


class BatchBegin(EventHandler):
    """Hears when a batch begins."""

    def batch_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """Before the network runs; `batch` is what the loader gave."""


class BatchEnd(EventHandler):
    """Hears when a batch ends.

    >>> from weft.gluon.contrib.estimator import BatchEnd
    >>> class First(BatchEnd):
    ...     def batch_end(self, estimator, *args, **kwargs):
    ...         return True  # the epoch ends behind its first batch
    >>> isinstance(First(), BatchEnd)
    True
    """

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> bool | None:
        """After `backward`; `batch`, `pred`, `label` and `loss` are given by name, the last three
        as lists with one array for each device. What is true ends the epoch."""
        return False


EVENTS = (TrainBegin, EpochBegin, BatchBegin, BatchEnd, EpochEnd, TrainEnd)
