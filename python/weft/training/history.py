"""What a training gave, epoch by epoch."""

from collections.abc import Iterator, Mapping
from html import escape
from os import PathLike
from typing import Any

from weft._base.errors import InvalidValue, NotFound
from weft._base.packages import installing
from weft._base.spelling import unknown
from weft._base.words import FIGURE_NAMES
from weft._base.writing import replacing
from weft._pages.curves import chart
from weft._pages.page import table
from weft.callbacks import Callback

_MOST_COLUMNS = 3  # of panels in a picture: wider ones fit no page


class Record(Callback):
    """Appends each epoch to the model's history, with the figures that other callbacks added.

    >>> import weft
    >>> from weft import np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy", "adam")
    >>> history = model.fit(x, y, epochs=2, verbose=0)  # `fit` adds a Record by itself
    >>> history.epoch, list(history)
    ([0, 1], ['loss'])
    """

    order = 1

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self.model.history.append(epoch, logs)


class History(Mapping[str, list[float]]):
    """The figures of each epoch: `history["loss"]` is a list, `history.epoch` has their numbers.

    >>> from weft.training import History
    >>> history = History()
    >>> history.append(0, {"loss": 1.5, "val_loss": 1.75})
    >>> history["loss"], history.epoch, history.best("val_loss")
    ([1.5], [0], 0)
    """

    def __init__(self) -> None:
        self.epoch: list[int] = []
        self.history: dict[str, list[float]] = {}

    def append(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Adds an epoch. A figure that it lacks, such as of a validation that is not made after
        every epoch, is NaN there."""
        for name in logs:
            self.history.setdefault(name, [float("nan")] * len(self.epoch))
        self.epoch.append(epoch)
        for name, values in self.history.items():
            values.append(float(logs.get(name, float("nan"))))

    def __getitem__(self, name: str) -> list[float]:
        if name not in self.history:
            raise unknown("History", name, self.history, FIGURE_NAMES)
        return self.history[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.history)

    def __len__(self) -> int:
        return len(self.history)

    def best(self, name: str, mode: str = "min") -> int:
        """The epoch with the least figure of this name, or the greatest with `mode="max"`.

        Raises ValueError where the figure is NaN in all epochs.
        """
        pairs = [(v, e) for v, e in zip(self[name], self.epoch, strict=True) if v == v]
        if not pairs:
            raise InvalidValue(
                f"History.best: `{name}` must have a number in some epoch; it is NaN in all "
                f"{len(self.epoch)}"
            )
        return (min if mode == "min" else max)(pairs)[1]

    def state(self) -> dict[str, Any]:
        """What `restore` takes, as plain values."""
        return {"epoch": list(self.epoch), "history": {k: list(v) for k, v in self.history.items()}}

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a state."""
        self.epoch = list(state["epoch"])
        self.history = {name: list(values) for name, values in state["history"].items()}

    # ---- seeing

    def plot(
        self, path: str | PathLike[str] | None = None, *, names: list[str] | None = None
    ) -> Any:
        """Draws the curves with Matplotlib: a panel for each figure, with that of validation, three
        in a row.

        path: a picture to write (.png, .svg, .pdf); None gives the figure to the caller
        names: which figures; all of them by default

        Returns Matplotlib's figure. Raises LookupError where Matplotlib is missing.
        """
        shown = [n for n in (names or self.history) if not n.startswith("val_")]
        columns = max(min(len(shown), _MOST_COLUMNS), 1)
        rows = -(-len(shown) // columns)
        figure = _figure(columns, max(rows, 1))
        epochs = [number + 1 for number in self.epoch]
        for place, name in enumerate(shown):
            panel = figure.add_subplot(rows, columns, place + 1)
            for label, values in self._lines(name).items():
                panel.plot(epochs, values, marker=".", label=label)
            panel.set_xlabel("epoch")
            panel.set_title(name)
            panel.grid(alpha=0.3)
            panel.xaxis.get_major_locator().set_params(integer=True)
            if f"val_{name}" in self.history:
                panel.legend()
        if path is not None:
            with replacing(path, "plot") as inside:
                figure.savefig(inside, dpi=100)
        return figure

    def __repr__(self) -> str:
        last = ", ".join(
            f"{name}={values[-1]:.4g}" for name, values in self.history.items() if values
        )
        return f"History({len(self.epoch)} epochs{'; ' if last else ''}{last})"

    def _repr_html_(self) -> str:
        epochs = [number + 1 for number in self.epoch]
        charts = "".join(
            chart(name, epochs, self._lines(name))
            for name in self.history
            if not name.startswith("val_")
        )
        rows = [
            [str(number), *(f"{values[place]:.4g}" for values in self.history.values())]
            for place, number in enumerate(epochs)
        ]
        names = [escape(name) for name in ("epoch", *self.history)]
        return f"<div>{charts}</div>{table(names, rows, range(len(names)))}"

    def _lines(self, name: str) -> dict[str, list[float]]:
        """A figure and that of validation, if there is one."""
        found = {"training": name, "validation": f"val_{name}"}
        return {label: self.history[key] for label, key in found.items() if key in self.history}


def _figure(columns: int, rows: int) -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NotFound(f"History.plot: it needs matplotlib: {installing('viz')}") from None
    return Figure(figsize=(4.2 * columns, 3.0 * rows), layout="constrained")


__all__ = ["History", "Record"]
__dir__ = __all__.copy
