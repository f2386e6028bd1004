"""What a callback hears, and the list of those that hear it."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from weft._base.errors import InvalidType, NotFound
from weft._base.spelling import ChecksOptions, hint
from weft._base.words import FIGURE_NAMES
from weft._core import collectives
from weft._processes import session
from weft.lr_scheduler import LRScheduler

Logs = Mapping[str, float]


class Callback(ChecksOptions):
    """Base of all callbacks: a subclass writes the methods of what it wants to hear.

    `model` is the `weft.Model`. `model.stop_training = True` ends the training after this batch.
    `logs` are the figures by name; in the middle of an epoch they are means so far, and reading one
    waits for the batch. `params` has "epochs", "steps", the number of batches of an epoch,
    which is None where nobody knows it, and "validates".

    >>> from weft import callbacks
    >>> class Print(callbacks.Callback):
    ...     def on_epoch_end(self, epoch, logs):
    ...         print(epoch, logs["loss"])
    """

    model: Any = None
    params: Mapping[str, Any] = {}
    order = 0  # those with a higher one hear of an event later
    of_rank_0 = False  # of several processes, only rank 0's hears of events; what it calls is alone
    stops_alike = False  # whether, if at all, it ends the training at the same batch on all ranks

    def set_model(self, model: Any) -> None:
        """Is told the model."""
        self.model = model

    def set_params(self, params: Mapping[str, Any]) -> None:
        """Is told the number of epochs and of batches."""
        self.params = params

    def on_train_begin(self) -> None:
        """`fit` begins."""

    def on_train_end(self) -> None:
        """`fit` ends, with all epochs or early."""

    def on_epoch_begin(self, epoch: int) -> None:
        """An epoch begins."""

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """An epoch, and the validation after it, is over."""

    def on_train_batch_begin(self, batch: int) -> None:
        """A batch of training begins."""

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        """The update for a batch has been made."""

    def on_test_begin(self) -> None:
        """`evaluate`, or a validation, begins."""

    def on_test_end(self, logs: dict[str, float]) -> None:
        """It ends."""

    def on_test_batch_begin(self, batch: int) -> None:
        """A batch of evaluation begins."""

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        """It is over."""

    def on_close(self) -> None:
        """The call ends, also by an error: the place to close files."""

    def state_dict(self) -> dict[str, Any]:
        """What a checkpoint keeps of it: numbers, texts, lists and dicts."""
        return {}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Goes on from a state, after `on_train_begin`."""


_EVENTS = (
    *("on_train_begin", "on_train_end", "on_epoch_begin", "on_epoch_end"),
    *("on_train_batch_begin", "on_train_batch_end", "on_test_begin", "on_test_end"),
    *("on_test_batch_begin", "on_test_batch_end", "on_close"),
)


class Callbacks:
    """Several callbacks. Only those are called for an event that have a method of their own for it,
    so that a loop without them costs nothing."""

    def __init__(
        self, model: Any, callbacks: Iterable[Callback], params: Mapping[str, Any]
    ) -> None:
        self._all = sorted(callbacks, key=lambda c: c.order)
        for each in self._all:
            each.set_model(model)
            each.set_params(params)
        self._model = model
        hearing = [c for c in self._all if not (c.of_rank_0 and is_quiet())]
        self._hearing: dict[str, list[Callable[..., None]]] = {
            event: [self._method(c, event) for c in hearing if _hears(c, event)]
            for event in _EVENTS
        }

    def _method(self, callback: Callback, event: str) -> Callable[..., None]:
        """What hears of the event. What one rank does alone, such as to predict for a picture, must
        not wait for the others."""
        method: Callable[..., None] = getattr(callback, event)
        if not callback.of_rank_0 or collectives.place()[1] == 1:
            return method

        def alone(*arguments: Any) -> None:
            self._model.is_alone = True
            try:
                method(*arguments)
            finally:
                self._model.is_alone = False

        return alone

    @property
    def hears_batches(self) -> bool:
        """Does any of them hear of batches of training?"""
        return bool(self._hearing["on_train_batch_begin"] or self._hearing["on_train_batch_end"])

    @property
    def stops_anywhere(self) -> bool:
        """Could one of them end the training at a batch on some of the ranks alone?"""
        batches = ("on_train_batch_begin", "on_train_batch_end")
        return any(
            not each.stops_alike and any(_hears(each, event) for event in batches)
            for each in self._all
        )

    def _tell(self, event: str, *arguments: Any) -> None:
        for method in self._hearing[event]:
            method(*arguments)

    def train_begin(self) -> None:
        """See `Callback`; so are the others."""
        self._tell("on_train_begin")

    def train_end(self) -> None:
        self._tell("on_train_end")

    def epoch_begin(self, epoch: int) -> None:
        self._tell("on_epoch_begin", epoch)

    def epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self._tell("on_epoch_end", epoch, logs)

    def train_batch_begin(self, batch: int) -> None:
        self._tell("on_train_batch_begin", batch)

    def train_batch_end(self, batch: int, logs: Logs) -> None:
        self._tell("on_train_batch_end", batch, logs)

    def test_begin(self) -> None:
        self._tell("on_test_begin")

    def test_end(self, logs: dict[str, float]) -> None:
        self._tell("on_test_end", logs)

    def test_batch_begin(self, batch: int) -> None:
        self._tell("on_test_batch_begin", batch)

    def test_batch_end(self, batch: int, logs: Logs) -> None:
        self._tell("on_test_batch_end", batch, logs)

    def close(self) -> None:
        self._tell("on_close")

    # ---- in a file

    def state(self) -> dict[str, Any]:
        """The states of all, by kind and place."""
        return {key: each.state_dict() for key, each in self._named()}

    def restore(self, states: Mapping[str, Any]) -> None:
        """Goes on from these; a callback that was not there begins new."""
        for key, each in self._named():
            if key in states:
                each.load_state_dict(states[key])

    def _named(self) -> list[tuple[str, Callback]]:
        counts: dict[str, int] = {}
        found = []
        for each in self._all:
            kind = type(each).__name__
            counts[kind] = counts.get(kind, -1) + 1
            found.append((f"{kind}:{counts[kind]}", each))
        return found


def is_quiet() -> bool:
    """Does another process, rank 0, show and write what concerns all?"""
    return session.is_quiet() or collectives.place()[0] != 0


def _hears(callback: Callback, event: str) -> bool:
    return getattr(type(callback), event) is not getattr(Callback, event) or event in vars(callback)


def listed(where: str, given: Any) -> list[Callback]:
    """The callbacks that a caller gave. Raises TypeError for anything else."""
    is_one = isinstance(given, Callback | type) or not isinstance(given, Iterable)
    found = [] if given is None else [given] if is_one else list(given)
    for each in found:
        if not isinstance(each, Callback):
            raise InvalidType(
                f"{where}: `callbacks` must be of weft.callbacks; got {type(each).__name__}"
                + _instead_of_callback(each)
            )
    return found


def _instead_of_callback(given: Any) -> str:
    """What to write where something else was given."""
    if isinstance(given, type):
        return "; call the class"
    if isinstance(given, LRScheduler):
        return '; it goes to the optimizer: `optimizer_params={"lr_scheduler": scheduler}`'
    if callable(given):
        return "; write a class of `callbacks.Callback` with `on_epoch_end(self, epoch, logs)`"
    return ""


def figure(callback: Callback, monitor: str, logs: Logs) -> float | None:
    """A figure of an epoch; None where the epoch had no validation, but others have.

    Raises LookupError where there is none of this name.
    """
    if monitor in logs:
        return logs[monitor]
    of_validation = monitor.startswith("val_")
    if (
        of_validation
        and callback.params.get("validates")
        and not any(n[:4] == "val_" for n in logs)
    ):
        return None
    near = hint(monitor, FIGURE_NAMES, list(logs))
    if of_validation and not callback.params.get("validates"):
        near = "; give `fit` data for validation"
    raise NotFound(
        f"{type(callback).__name__}: `monitor` must be a figure of the epoch; there is none named "
        f"{monitor!r}{near}; known are {', '.join(logs)}"
    )


_GROWING = (
    *("acc", "auc", "f1", "fbeta", "precision", "recall", "iou", "map", "bleu"),
    *("mcc", "pcc", "pearson", "cos_sim", "r2"),
)


def is_better_by(mode: str, monitor: str) -> Callable[[float, float], bool]:
    """Is a figure better than another: smaller, or greater? `mode` is "min", "max" or "auto", which
    goes by the name of the figure."""
    if mode == "auto":
        mode = "max" if any(part in monitor.lower() for part in _GROWING) else "min"
    return (lambda new, old: new > old) if mode == "max" else (lambda new, old: new < old)


__all__ = ["Callback", "Callbacks", "Logs", "figure", "is_better_by", "is_quiet", "listed"]
