"""Callbacks that write files while training goes on: checkpoints, averages, tables."""

import csv
import io
import os
from collections import ChainMap
from collections.abc import Mapping
from os import PathLike
from pathlib import Path
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require, require_whole
from weft._base.writing import write_text
from weft._trace.planned import hybridize
from weft.callbacks._base import Callback, Logs, figure, is_better_by, is_quiet


class Checkpoint(Callback):
    """Writes all that training depends on, so that `fit(resume=path)` goes on with the same bits.

    path: the file; it always holds the last state, complete or not at all. A name such as
        "run-{epoch}-{val_loss:.3f}.ckpt" gives a file for each epoch, counted from 1, with any of
        its figures; with `every_batches` there is "{batch}", too
    best: a second file, which is written when `monitor` is better than ever; NaN never is
    monitor, mode: as for `EarlyStopping`
    every: write after so many epochs
    every_batches: write after so many batches, too
    weights_only: the files have the parameters alone, as `save_parameters` writes them

    Of several processes that train together all take part, and rank 0 writes.

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> saving = callbacks.Checkpoint("run.ckpt", best="best.ckpt", monitor="loss")
    >>> history = model.fit(x, y, epochs=2, callbacks=saving, verbose=0)
    >>> history = model.fit(x, y, epochs=5, resume="run.ckpt", callbacks=saving, verbose=0)
    >>> history.epoch
    [0, 1, 2, 3, 4]
    """

    order = 2  # it keeps what the others have made of an epoch, the history among them
    stops_alike = True

    def __init__(
        self,
        path: str | PathLike[str] | None,
        *,
        best: str | PathLike[str] | None = None,
        monitor: str = "val_loss",
        mode: str = "auto",
        every: int = 1,
        every_batches: int | None = None,
        weights_only: bool = False,
    ) -> None:
        if path is None and best is None:
            raise InvalidValue("Checkpoint: `path` or `best` must be given; got none")
        self.path, self.best_path, self.monitor = path, best, monitor
        self.every = require_whole("Checkpoint", "every", every, 1)
        if every_batches is not None:
            require_whole("Checkpoint", "every_batches", every_batches, 1)
        self.every_batches, self.weights_only = every_batches, weights_only
        self._is_better = is_better_by(mode, monitor)
        self.best: float | None = None

    def on_train_begin(self) -> None:
        self.best = None
        self._epoch = 0

    def on_epoch_begin(self, epoch: int) -> None:
        self._epoch = epoch

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        if self.every_batches and self.path and (batch + 1) % self.every_batches == 0:
            self._write(self.path, ChainMap({"batch": batch + 1}, logs))

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        if self.best_path is not None:
            value = figure(self, self.monitor, logs)
            is_number = value is not None and value == value  # nothing would be better than NaN
            if is_number and (self.best is None or self._is_better(value, self.best)):
                self.best = value
                self._write(self.best_path, logs)
        if self.path is not None and (epoch + 1) % self.every == 0:
            self._write(self.path, logs)

    def _write(self, pattern: str | PathLike[str], logs: Mapping[str, Any]) -> None:
        path = _named(pattern, ChainMap({"epoch": self._epoch + 1}, logs))
        if not is_quiet():
            os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
        if not self.weights_only:
            self.model.save_with_others(path)
        elif not is_quiet():
            self.model.net.save_parameters(path)
        else:
            for parameter in self.model.net.collect_params().values():
                parameter.list_data()  # brings together what is kept in parts

    def state_dict(self) -> dict[str, Any]:
        return {"best": self.best}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.best = state["best"]


def _named(pattern: str | PathLike[str], figures: Mapping[str, Any]) -> str:
    """The name of a file, with what stands in braces put in."""
    text = os.fsdecode(pattern)
    if "{" not in text:
        return text
    try:
        return text.format_map(figures)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError) as error:
        raise InvalidValue(
            f"Checkpoint: what is in braces in {text!r} must be of {', '.join(figures)}, such as "
            f"{{epoch:02}}; {type(error).__name__}: {error}"
        ) from None


class ExponentialMovingAverage(Callback):
    """Keeps averages of the parameters, which often predict better than the last values (Polyak
    and Juditsky 1992). Validations run on the averages, and the network has them at the end.

    decay: weight of the earlier average; in early updates it is (1 + n) / (10 + n) where that is
        less
    keep: the network has its own values again at the end where this is false

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> average = callbacks.ExponentialMovingAverage(decay=0.99)
    >>> history = model.fit(x, y, epochs=2, validation_split=0.25, callbacks=average, verbose=0)
    >>> list(history)
    ['loss', 'val_loss']
    """

    stops_alike = True

    def __init__(self, decay: float = 0.999, *, keep: bool = True) -> None:
        require(
            0 <= decay < 1, "ExponentialMovingAverage", "decay", "at least 0 and below 1", decay
        )
        self.decay, self.keep = decay, keep
        self.averages: dict[str, Any] = {}
        self._own: dict[str, Any] | None = None

    def on_train_begin(self) -> None:
        self.averages, self._count, self._own = {}, 0, None
        self._update = hybridize(self._updated)

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        parameters = self.model.net.collect_params()
        if not self.averages:
            self.averages = {name: p.data().copy() for name, p in parameters.items()}
        self._count += 1
        decay = min(self.decay, (1 + self._count) / (10 + self._count))
        values = [p.data() for p in parameters.values()]
        found = self._update(list(self.averages.values()), values, np.array(1 - decay))
        self.averages = dict(zip(self.averages, found, strict=True))

    def _updated(self, averages: list[Any], values: list[Any], share: Any) -> list[Any]:
        return [
            old + (new - old) * share.astype(new.dtype)
            if new.dtype.name.startswith(("float", "bf"))
            else new
            for old, new in zip(averages, values, strict=True)
        ]

    def _exchange(self, values: dict[str, Any]) -> None:
        parameters = self.model.net.collect_params()
        for name, value in values.items():
            parameters[name].set_data(value)

    def on_test_begin(self) -> None:
        if self.averages and self._own is None:
            parameters = self.model.net.collect_params()
            self._own = {name: p.data().copy() for name, p in parameters.items()}
            self._exchange(self.averages)

    def on_test_end(self, logs: dict[str, float]) -> None:
        self._give_back()

    def _give_back(self) -> None:
        if self._own is not None:
            self._exchange(self._own)
            self._own = None

    def on_train_end(self) -> None:
        if self.keep:
            self._exchange(self.averages)

    def on_close(self) -> None:
        self._give_back()

    def state_dict(self) -> dict[str, Any]:
        return {"averages": dict(self.averages), "count": self._count}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        self.averages, self._count = dict(state["averages"]), state["count"]


class CSVLogger(Callback):
    """Writes the figures of each epoch into a table: a line for each, the epoch first.

    separator: between the columns
    append: goes on with a file that is there

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> history = model.fit(x, y, epochs=2, callbacks=callbacks.CSVLogger("run.csv"), verbose=0)
    >>> open("run.csv").readline().strip()
    'epoch,loss'
    """

    of_rank_0 = True

    def __init__(
        self, path: str | PathLike[str], separator: str = ",", append: bool = False
    ) -> None:
        self.path, self.separator, self.append = path, separator, append

    def on_train_begin(self) -> None:
        path = Path(self.path)
        if not self.append:
            write_text(path, "", "CSVLogger")
        self._names: list[str] | None = None  # of the columns
        if path.exists() and path.stat().st_size > 0:
            self._names, _ = self._read(path)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        path, row = Path(self.path), {"epoch": epoch, **logs}
        known = self._names or []
        new = [name for name in row if name not in known]
        rows = [row]
        if known and new:  # such as of a validation that is not made after every epoch
            rows = [*self._read(path)[1], row]
        self._names = [*known, *new]
        text = io.StringIO(newline="")
        table = csv.DictWriter(text, self._names, delimiter=self.separator)
        if new:
            table.writeheader()
        table.writerows(rows)
        if new:
            write_text(path, text.getvalue(), "CSVLogger")
            return
        with path.open("a", newline="", encoding="utf-8") as file:
            file.write(text.getvalue())

    def _read(self, path: Path) -> tuple[list[str], list[dict[str, str]]]:
        """The columns and rows that the file has."""
        with path.open(newline="", encoding="utf-8") as file:
            table = csv.DictReader(file, delimiter=self.separator)
            return list(table.fieldnames or []), list(table)


__all__ = ["CSVLogger", "Checkpoint", "ExponentialMovingAverage"]
