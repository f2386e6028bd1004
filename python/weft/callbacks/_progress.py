"""What `fit` shows: a bar on a terminal or in a notebook, a line after each epoch elsewhere."""

import builtins
import os
import sys
import time
from collections.abc import Callable
from typing import Any

from weft._base.errors import InvalidType
from weft._base.spelling import hint
from weft.callbacks._base import Callback, Logs, is_quiet
from weft.callbacks._lines import cells_of, last_lines, running_line, text_of, width_of


class ProgressBar(Callback):
    """A line with a bar for the epoch that runs, and one with all figures for each that is over.

    They are fitted to the width of the terminal: names become short, such as `acc`, before figures
    do not fit. They are written to the standard error, in a notebook to the standard output; where
    that is neither, such as a file, only the lines of epochs that are over. Figures of the running
    epoch are read a few times a second, because reading waits for the batch.

    >>> from weft import callbacks
    >>> bar = callbacks.ProgressBar()
    """

    stops_alike = True

    def __init__(self) -> None:
        self._line: _Line | None = None
        self._in_epoch = False

    def on_epoch_begin(self, epoch: int) -> None:
        self._title = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._line = self._line or _Line()
        self._began = self._drawn = self._read = time.monotonic()
        self._done, self._logs, self._in_epoch = 0, {}, True
        self._draw()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self._done += 1
        now = time.monotonic()
        if now - self._drawn < 0.1:
            return
        self._drawn = now
        if now - self._read > 0.25:
            self._read, self._logs = now, dict(logs)
        self._draw()

    def on_test_batch_end(self, batch: int, logs: Logs) -> None:
        now = time.monotonic()
        if self._in_epoch and now - self._drawn > 0.1:
            self._drawn = now
            self._write(f"{self._title}  validation {batch + 1}")

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        seconds, self._in_epoch = time.monotonic() - self._began, False
        if self._line is not None:
            self._line.end(last_lines(self._title, seconds, logs, self._line.width()))

    def on_close(self) -> None:
        if self._line is not None and self._in_epoch:
            self._line.end([])
        self._line, self._in_epoch = None, False

    def _draw(self) -> None:
        line, steps = self._line, self.params["steps"]
        if line is None or not line.is_live:
            return
        seconds = time.monotonic() - self._began
        left = seconds * (steps - self._done) / self._done if steps and self._done else None
        now = self._title, self._done, steps, left, self._logs
        line.write(running_line(*now, line.width(), line.cells))

    def _write(self, text: str) -> None:
        if self._line is not None and self._line.is_live:
            self._line.write(text[: self._line.width()])


class EpochLines(Callback):
    """A line after each epoch: its number, seconds and figures.

    write: gets the line; `print` by default

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy")
    >>> lines = []
    >>> history = model.fit(x, y, epochs=2, callbacks=callbacks.EpochLines(lines.append), verbose=0)
    >>> len(lines)
    2
    """

    def __init__(self, write: Callable[[str], None] | None = None) -> None:
        self._write = write or print

    def on_epoch_begin(self, epoch: int) -> None:
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        seconds = time.monotonic() - self._began
        self._write(f"epoch {epoch + 1}/{self.params['epochs']}, {seconds:.1f} s: {text_of(logs)}")


class LambdaCallback(Callback):
    """Functions as a callback: `LambdaCallback(on_epoch_end=lambda epoch, logs: print(logs))`.

    Raises TypeError for an event that there is not.

    >>> import weft
    >>> from weft import callbacks, np
    >>> from weft.gluon import nn
    >>> x, y = np.random.normal(size=(64, 4)), np.ones(64, "int64")
    >>> model = weft.Model(nn.Dense(2), "softmax_cross_entropy")
    >>> shown = callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: print(epoch, list(logs)))
    >>> history = model.fit(x, y, epochs=2, callbacks=shown, verbose=0)
    0 ['loss']
    1 ['loss']
    """

    def __init__(self, **events: Callable[..., None]) -> None:
        known = [name for name in dir(Callback) if name.startswith("on_")]
        for name, function in events.items():
            if name not in known:
                raise InvalidType(
                    f"LambdaCallback: there is no event {name!r}{hint(name, {}, known)}; known are "
                    f"{', '.join(known)}"
                )
            setattr(self, name, function)


def shown_by(verbose: int | None) -> list[Callback]:
    """What shows the progress: nothing for 0, a bar for 1, lines for 2; for None a bar where
    somebody looks. Of several processes that train together rank 0 alone shows it."""
    if is_quiet():
        return []
    if verbose is None:
        verbose = 1 if _is_watched() else 2
    return [[], [ProgressBar()], [EpochLines()]][verbose]


def tell_resumed(path: Any, done: int, epochs: int) -> None:
    """Says that a training goes on from a file, or that nothing is left of it."""
    if is_quiet():
        return
    name = os.fsdecode(path)
    if done >= epochs:
        print(f"fit: {name} has {done} epochs already, and `epochs` is {epochs}: nothing is left")
    else:
        print(f"fit: goes on from {name}, in epoch {done + 1} of {epochs}")


def _is_watched() -> bool:
    # `weft launch` passes on what its processes print, and says whether somebody looks.
    return sys.stderr.isatty() or "WEFT_TERMINAL" in os.environ or _in_notebook()


def _in_notebook() -> bool:
    shell = getattr(builtins, "get_ipython", None)  # IPython puts it there
    return shell is not None and "IPKernelApp" in getattr(shell(), "config", {})


class _Line:
    """A line that is written over, where somebody looks, until it ends."""

    def __init__(self) -> None:
        self._stream = sys.stdout if _in_notebook() else sys.stderr
        self.is_live = _is_watched()
        self.cells = cells_of(self._stream)
        self._length = 0  # of what stands there

    def width(self) -> int:
        """What fits; the last column is left free, in which some terminals begin a new line. A file
        has lines of any length."""
        return width_of(self._stream) - 1 if self.is_live else sys.maxsize

    def write(self, text: str) -> None:
        """Writes over what stands there; blanks are what notebooks know, too."""
        self._stream.write("\r" + text.ljust(self._length))
        self._stream.flush()
        self._length = len(text)

    def end(self, lines: list[str]) -> None:
        """Leaves lines there, or what stands there."""
        if self.is_live and lines:
            self.write(lines[0])
            lines = lines[1:]
        if self.is_live:
            self._stream.write("\n")
        self._stream.write("".join(f"{line}\n" for line in lines))
        self._stream.flush()
        self._length = 0


__all__ = ["EpochLines", "LambdaCallback", "ProgressBar", "shown_by", "tell_resumed"]
