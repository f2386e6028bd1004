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


class ProgressBar(Callback):
    """A bar for the batches of each epoch, by `tqdm` where it is installed.

    The bar is written to the standard error and ends as one line with the figures. Figures of the
    running epoch are read a few times a second, because reading waits for the batch.

    >>> from weft import callbacks
    >>> bar = callbacks.ProgressBar()
    """

    stops_alike = True

    def __init__(self) -> None:
        self._bar: Any = None

    def on_epoch_begin(self, epoch: int) -> None:
        title = f"epoch {epoch + 1}/{self.params['epochs']}"
        self._bar = _bar(title, self.params["steps"])
        self._shown = time.monotonic()

    def on_train_batch_end(self, batch: int, logs: Logs) -> None:
        self._bar.update(1)
        now = time.monotonic()
        if now - self._shown > 0.25:
            self._shown = now
            self._bar.set_postfix_str(text_of(logs), refresh=False)

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        self._bar.set_postfix_str(text_of(logs))
        self._bar.close()
        self._bar = None

    def on_close(self) -> None:
        if self._bar is not None:
            self._bar.close()


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


def text_of(logs: Logs) -> str:
    """The figures as one line."""
    return ", ".join(f"{name} {value:.4g}" for name, value in logs.items())


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
    """The bar where `tqdm` is missing: one line that is written over."""

    def __init__(self, title: str, steps: int | None) -> None:
        self._title, self._steps, self._done, self._text = title, steps, 0, ""
        self._drawn = 0.0

    def update(self, count: int) -> None:
        self._done += count
        now = time.monotonic()
        if now - self._drawn > 0.1:
            self._drawn = now
            self._draw()

    def set_postfix_str(self, text: str, refresh: bool = True) -> None:
        self._text = text
        if refresh:
            self._draw()

    def _draw(self) -> None:
        of = f"/{self._steps}" if self._steps else ""
        sys.stderr.write(f"\r\x1b[K{self._title}: {self._done}{of} {self._text}")
        sys.stderr.flush()

    def close(self) -> None:
        self._draw()
        sys.stderr.write("\n")


def _bar(title: str, steps: int | None) -> Any:
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Line(title, steps)
    return tqdm(total=steps, desc=title, unit="batch", leave=True)


__all__ = ["EpochLines", "LambdaCallback", "ProgressBar", "shown_by", "tell_resumed", "text_of"]
