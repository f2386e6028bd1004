"""What `fit` calls after batches and epochs: speeds, checkpoints, progress."""

import logging
import math
import sys
import time
from collections.abc import Callable
from os import PathLike
from typing import Any

from weft._base.options import require_whole
from weft.mxnet import _checkpoints as model


def module_checkpoint(
    mod: Any, prefix: str | PathLike[str], period: int = 1, save_optimizer_states: bool = False
) -> Callable[..., None]:
    """An epoch's callback that saves a module each `period` epochs."""
    every = int(max(1, period))

    def save(iter_no: int, sym: Any = None, arg: Any = None, aux: Any = None) -> None:
        if (iter_no + 1) % every == 0:
            mod.save_checkpoint(prefix, iter_no + 1, save_optimizer_states)

    return save


def do_checkpoint(prefix: str | PathLike[str], period: int = 1) -> Callable[..., None]:
    """An epoch's callback that saves the symbol and the parameters each `period` epochs."""
    every = int(max(1, period))

    def save(iter_no: int, sym: Any, arg: Any, aux: Any) -> None:
        if (iter_no + 1) % every == 0:
            model.save_checkpoint(prefix, iter_no + 1, sym, arg, aux)

    return save


def log_train_metric(period: int, auto_reset: bool = False) -> Callable[[Any], None]:
    """A batch's callback that logs the metric each `period` batches."""

    def log(param: Any) -> None:
        if param.nbatch % period == 0 and param.eval_metric is not None:
            for name, value in param.eval_metric.get_name_value():
                logging.info(
                    "Iter[%d] Batch[%d] Train-%s=%f", param.epoch, param.nbatch, name, value
                )
            if auto_reset:
                _reset(param.eval_metric)

    return log


def _reset(metric: Any) -> None:
    """Begins a metric's local figures anew, where it has such; else the metric."""
    getattr(metric, "reset_local", metric.reset)()


class Speedometer:
    """A batch's callback that logs samples per second and the metric each `frequent` batches.

    auto_reset: does the metric begin anew each time?
    """

    def __init__(self, batch_size: int, frequent: int = 50, auto_reset: bool = True) -> None:
        self.batch_size, self.auto_reset = batch_size, auto_reset
        self.frequent = require_whole("Speedometer", "frequent", frequent, 1)
        self.init = False
        self.tic = 0.0
        self.last_count = 0

    def __call__(self, param: Any) -> None:
        count = param.nbatch
        if self.last_count > count:
            self.init = False
        self.last_count = count
        if not self.init:
            self.init, self.tic = True, time.time()
            return
        if count % self.frequent:
            return
        elapsed = time.time() - self.tic
        speed = self.frequent * self.batch_size / elapsed if elapsed else float("inf")
        text = f"Speed: {speed:.2f} samples/sec"
        if param.eval_metric is None:
            logging.info("Iter[%d] Batch [%d]\t%s", param.epoch, count, text)
        else:
            figures = param.eval_metric.get_name_value()
            shown = "".join(f"\t{name}={value:f}" for name, value in figures)
            first = count - self.frequent if self.auto_reset else 0
            logging.info("Epoch[%d] Batch [%d-%d]\t%s%s", param.epoch, first, count, text, shown)
            if self.auto_reset:
                _reset(param.eval_metric)
        self.tic = time.time()


class ProgressBar:
    """A batch's callback that draws a bar. total: the batches of an epoch; length: of the bar."""

    def __init__(self, total: int, length: int = 80) -> None:
        self.total, self.bar_len = total, length

    def __call__(self, param: Any) -> None:
        done = round(self.bar_len * param.nbatch / float(self.total))
        percent = math.ceil(100.0 * param.nbatch / float(self.total))
        sys.stdout.write(f"[{'=' * done}{'-' * (self.bar_len - done)}] {percent}%\r")


class LogValidationMetricsCallback:
    """An evaluation's callback that logs the figures of its metric."""

    def __call__(self, param: Any) -> None:
        if param.eval_metric is None:
            return
        for name, value in param.eval_metric.get_name_value():
            logging.info("Epoch[%d] Validation-%s=%f", param.epoch, name, value)


__all__ = [
    "LogValidationMetricsCallback",
    "ProgressBar",
    "Speedometer",
    "do_checkpoint",
    "log_train_metric",
    "module_checkpoint",
]
__dir__ = __all__.copy
