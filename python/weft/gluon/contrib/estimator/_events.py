"""The six events of training. A handler derives from the classes of those that it hears."""

from typing import Any


class EventHandler:
    """Base of all handlers.

    Handlers with a lower `priority` hear of an event earlier; it is 0 where they have none.

    >>> from weft.gluon.contrib.estimator import BatchEnd, EpochEnd
    >>> from weft.gluon.contrib.estimator.event_handler import EventHandler
    >>> issubclass(BatchEnd, EventHandler), issubclass(EpochEnd, EventHandler)
    (True, True)
    """


class TrainBegin(EventHandler):
    """Hears when `fit` begins.

    >>> from weft.gluon.contrib.estimator import TrainBegin
    >>> class Told(TrainBegin):
    ...     def train_begin(self, estimator, *args, **kwargs):
    ...         print("up to", estimator.max_epoch, "epochs")
    >>> isinstance(Told(), TrainBegin)
    True
    """

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """Before the first epoch."""


class TrainEnd(EventHandler):
    """Hears when `fit` ends.

    >>> from weft.gluon.contrib.estimator import TrainEnd
    >>> class Saving(TrainEnd):
    ...     def train_end(self, estimator, *args, **kwargs):
    ...         estimator.net.save_parameters("last.safetensors")
    >>> isinstance(Saving(), TrainEnd)
    True
    """

    def train_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        """After the last epoch."""


class EpochBegin(EventHandler):
    """Hears when an epoch begins.

    >>> from weft.gluon.contrib.estimator import EpochBegin
    >>> class Counting(EpochBegin):
    ...     epochs = 0
    ...     def epoch_begin(self, estimator, *args, **kwargs):
    ...         self.epochs += 1
    >>> isinstance(Counting(), EpochBegin)
    True
    """

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
    """Hears when a batch begins.

    >>> from weft.gluon.contrib.estimator import BatchBegin
    >>> class Looking(BatchBegin):
    ...     def batch_begin(self, estimator, *args, **kwargs):
    ...         self.batch = kwargs["batch"]
    >>> isinstance(Looking(), BatchBegin)
    True
    """

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
