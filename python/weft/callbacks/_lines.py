"""Lines about an epoch, fitted to a width: none hides a figure of an epoch that is over."""

import os
import re
import shutil
from collections.abc import Iterable
from typing import Any

from weft.callbacks._base import Logs

# What is shown where whole names do not fit.
_SHORT = {
    "accuracy": "acc",
    "binary_accuracy": "bin_acc",
    "average_precision": "ap",
    "calibration_error": "ece",
    "cohen_kappa": "kappa",
    "cross-entropy": "ce",
    "learning_rate": "lr",
    "mean_average_precision": "map",
    "nll-loss": "nll",
    "perplexity": "ppl",
    "pearsonr": "pear",
    "precision": "prec",
    "recall": "rec",
    "roc_auc": "auc",
}
_BAR = 20  # cells; half of them where that is too much
_GAP = "  "


def figures_of(logs: Logs, is_short: bool = False) -> list[str]:
    """Each figure as a name and a value."""
    return [f"{_short(name) if is_short else name} {value:.4g}" for name, value in logs.items()]


def text_of(logs: Logs) -> str:
    """The figures as one line of any length."""
    return ", ".join(figures_of(logs))


def _short(name: str) -> str:
    of, rest = ("val_", name[4:]) if name.startswith("val_") else ("", name)
    rest = re.sub(r"^top_k_accuracy_(\d+)$", r"top\1", rest)
    return of + _SHORT.get(rest, rest)


def running_line(
    title: str, done: int, steps: int | None, left: float | None, logs: Logs, width: int, cells: str
) -> str:
    """The line of an epoch that runs, at most as wide as `width`: title, bar, time, figures. What
    does not fit is left out: first whole names, then the bar, the time, and the last figures.

    steps: of the epoch, None where nobody knows; left: seconds, None where nobody knows
    cells: what a bar is made of: a cell that is done, and one that is not
    """
    count = f"{done}/{steps}" if steps else str(done)
    time = "" if left is None else f"{_seconds(left)} left"
    long, short = figures_of(logs), figures_of(logs, is_short=True)
    for size, when, figures in (
        (_BAR, time, long),
        (_BAR, time, short),
        (_BAR // 2, time, short),
        (0, time, short),
        (0, "", short),
    ):
        bar = _bar(done, steps, size, cells)
        line = _GAP.join(part for part in (title, count, bar, when, *figures) if part)
        if len(line) <= width:
            return line
    return _GAP.join(_that_fit([title, count], short, width))[:width]


def _that_fit(parts: list[str], figures: Iterable[str], width: int) -> list[str]:
    for figure in figures:
        if len(_GAP.join([*parts, figure])) > width - 2:
            return [*parts, ".."]
        parts = [*parts, figure]
    return parts


def _bar(done: int, steps: int | None, size: int, cells: str) -> str:
    if not steps or not size:
        return ""
    full = min(size * done // steps, size)
    return cells[0] * full + cells[1] * (size - full)


def last_lines(title: str, seconds: float, logs: Logs, width: int) -> list[str]:
    """The lines of an epoch that is over, none wider than `width` if it can be: one where names may
    be short, else more, the later ones indented."""
    head = [title, _seconds(seconds)]
    for is_short in (False, True):
        line = _GAP.join([*head, *figures_of(logs, is_short)])
        if len(line) <= width:
            return [line]
    lines = [_GAP.join(head)]
    is_training = True
    for figure in figures_of(logs, is_short=True):
        has_room = len(lines[-1]) + len(_GAP) + len(figure) <= width
        is_first = is_training and figure.startswith("val_")  # of validation: on a line of its own
        is_training = is_training and not is_first
        if has_room and not is_first:
            lines[-1] += _GAP + figure
        else:
            lines.append(_GAP + figure)
    return lines


def _seconds(seconds: float) -> str:
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def width_of(stream: Any) -> int:
    """Columns of the terminal that a stream writes to, or those of the environment, or 80."""
    try:
        columns = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError, AttributeError):  # a pipe, or no file at all
        columns = 0
    return columns or shutil.get_terminal_size().columns or 80


def cells_of(stream: Any) -> str:
    """What a bar is made of, in the characters that a stream has."""
    try:
        "━─".encode(getattr(stream, "encoding", None) or "ascii")
    except UnicodeEncodeError:
        return "=-"
    return "━─"


__all__ = ["cells_of", "figures_of", "last_lines", "running_line", "text_of", "width_of"]
