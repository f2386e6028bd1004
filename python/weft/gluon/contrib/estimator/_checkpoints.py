"""The handler that saves parameters and the trainer's states now and then, and goes on from
them.

What it saves is in two files for each checkpoint, so that either can be used alone.
"""

import os
import re
import warnings
from typing import Any

from weft._base.errors import InvalidValue
from weft._core import collectives
from weft.gluon.contrib.estimator._events import BatchEnd, EpochEnd, TrainBegin
from weft.gluon.contrib.estimator._monitored import Monitored
from weft.gluon.hybrid_block import HybridBlock
from weft.metric import EvalMetric


class CheckpointHandler(TrainBegin, BatchEnd, EpochEnd):
    """Saves parameters and the trainer's states, after each epoch unless told otherwise.

    Files are `<model_dir>/<model_prefix>-epoch<E>batch<B>.params` and `.states`: E and B begin at
    0. B is the number of the batch, at the end of an epoch that of batches until then. The graph of
    a hybridized network goes into `<model_prefix>.weft` after the first batch.

    monitor: the metric that says which checkpoint is the best
    verbose: 1 logs each checkpoint
    save_best: keep the best one also as `<model_prefix>-best`
    mode: 'min', 'max' or 'auto': is less or more better? More of accuracies and F1, for 'auto'
    epoch_period, batch_period: after how many epochs, after how many batches; None: not so
    max_checkpoints: how many are kept; the best one does not count
    resume_from_checkpoint: load the latest of `model_dir` first and train only what is left of the
        epochs, or batches. Only that period may be given then

    Raises ValueError where the checkpoint found has all of the training already.

    >>> import tempfile
    >>> CheckpointHandler(tempfile.mkdtemp(), epoch_period=2).epoch_period
    2
    """

    def __init__(
        self,
        model_dir: str | os.PathLike[str],
        model_prefix: str = "model",
        monitor: EvalMetric | None = None,
        verbose: int = 0,
        save_best: bool = False,
        mode: str = "auto",
        epoch_period: int | None = 1,
        batch_period: int | None = None,
        max_checkpoints: int = 5,
        resume_from_checkpoint: bool = False,
    ) -> None:
        self.model_dir = os.fsdecode(model_dir)
        os.makedirs(self.model_dir, exist_ok=True)
        self.model_prefix = model_prefix
        self.monitor = monitor
        self.verbose = verbose
        self.save_best = save_best
        self.epoch_period = epoch_period
        self.batch_period = batch_period
        self.max_checkpoints = max_checkpoints
        self.resume_from_checkpoint = resume_from_checkpoint
        self.current_batch = self.current_epoch = 0
        self.saved_checkpoints: list[str] = []
        if save_best:
            self._monitored = Monitored("CheckpointHandler", monitor, mode)
            self.best = self._monitored.worst

    # ---- events

    def train_begin(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        self.current_batch = self.current_epoch = 0
        self._is_graph_saved = False
        if self.save_best:
            self.best = self._monitored.worst
        if self.resume_from_checkpoint:
            self._resume(estimator)

    def batch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        if not self._is_graph_saved:
            self._is_graph_saved = True
            self._save_symbol(estimator)
        if self.batch_period and (self.current_batch + 1) % self.batch_period == 0:
            self._save_checkpoint(estimator)
        self.current_batch += 1

    def epoch_end(self, estimator: Any, *args: Any, **kwargs: Any) -> None:
        if self.epoch_period and (self.current_epoch + 1) % self.epoch_period == 0:
            self._save_checkpoint(estimator)
        self.current_epoch += 1

    # ---- writing

    def _path(self, name: str) -> str:
        return os.path.join(self.model_dir, name)

    def _save_checkpoint(self, estimator: Any) -> None:
        name = f"{self.model_prefix}-epoch{self.current_epoch}batch{self.current_batch}"
        self._save_params_and_trainer(estimator, name)
        if self.verbose > 0 and _writes(estimator):
            estimator.logger.info(
                "[Epoch %d] CheckpointHandler: saved %s", self.current_epoch, self._path(name)
            )
        if name in self.saved_checkpoints:
            self.saved_checkpoints.remove(name)
        self.saved_checkpoints.append(name)
        while len(self.saved_checkpoints) > self.max_checkpoints:
            old = self.saved_checkpoints.pop(0)
            if not _writes(estimator):
                continue
            for ending in (".params", ".states"):
                if os.path.exists(self._path(old + ending)):
                    os.remove(self._path(old + ending))
        if self.save_best:
            self._keep_best(estimator)

    def _keep_best(self, estimator: Any) -> None:
        name, value = self._monitored.metric.get()
        if value != value:
            warnings.warn(
                f"CheckpointHandler: {name} has no value yet, so the best checkpoint is not "
                "updated; a handler must update it before",
                RuntimeWarning,
                stacklevel=4,
            )
        elif self._monitored.is_better(value, self.best):
            self._save_params_and_trainer(estimator, f"{self.model_prefix}-best")
            if self.verbose > 0 and _writes(estimator):
                estimator.logger.info(
                    "[Epoch %d] CheckpointHandler: %s improved from %0.5f to %0.5f",
                    *(self.current_epoch, name, self.best, value),
                )
            self.best = value

    def _save_symbol(self, estimator: Any) -> None:
        """The graph of a network that is one."""
        net = estimator.net
        if not _writes(estimator):
            return
        if isinstance(net, HybridBlock) and net._is_active:
            self._write_graph(net)
        elif self.verbose > 0:
            estimator.logger.info(
                "CheckpointHandler: the network is not hybridized, so its graph is not saved"
            )

    def _write_graph(self, net: Any) -> None:
        net.export(self._path(f"{self.model_prefix}.weft"))

    def _save_params_and_trainer(self, estimator: Any, file_prefix: str) -> None:
        if not _writes(estimator):
            return
        estimator.net.save_parameters(self._path(file_prefix + ".params"))
        estimator.trainer.save_states(self._path(file_prefix + ".states"))

    # ---- going on

    def _found(self) -> list[tuple[int, int]]:
        """Epochs and batches of the checkpoints that are there, and whose states are."""
        pattern = re.compile(rf"{re.escape(self.model_prefix)}-epoch(\d+)batch(\d+)\.params")
        found = []
        for match in filter(None, map(pattern.fullmatch, os.listdir(self.model_dir))):
            if os.path.exists(self._path(match[0].removesuffix(".params") + ".states")):
                found.append((int(match[1]), int(match[2])))
        return sorted(found)

    def _resume(self, estimator: Any) -> None:
        by_epochs = estimator.max_epoch is not None
        asked, other = (
            ("epoch_period", "batch_period") if by_epochs else ("batch_period", "epoch_period")
        )
        if getattr(self, other) or not getattr(self, asked):
            raise InvalidValue(
                f"CheckpointHandler: to go on, `{asked}` must be given and `{other}` must be None "
                f"where training is counted in {'epochs' if by_epochs else 'batches'}"
            )
        limit = estimator.max_epoch if by_epochs else estimator.max_batch
        unit = "epochs" if by_epochs else "batches"
        found = self._found()
        if not found:
            estimator.logger.info(
                "CheckpointHandler: no checkpoint in %s, training from the start for %d %s",
                *(self.model_dir, limit, unit),
            )
            return
        epoch, batch = found[-1]
        done = epoch + 1 if by_epochs else batch + 1
        name = f"{self.model_prefix}-epoch{epoch}batch{batch}"
        if done >= limit:
            raise InvalidValue(
                f"CheckpointHandler: {name} has all {limit} {unit} already; ask `fit` for more, "
                "or leave out `resume_from_checkpoint` to begin again"
            )
        estimator.net.load_parameters(self._path(name + ".params"))
        estimator.trainer.load_states(self._path(name + ".states"))
        if by_epochs:
            estimator.max_epoch -= done
        else:
            estimator.max_batch -= done
        # An epoch that was left in its middle is over.
        self.current_epoch, self.current_batch = epoch + 1, batch if by_epochs else done
        estimator.logger.info(
            "CheckpointHandler: going on from %s for %d more %s", name, limit - done, unit
        )


def _writes(estimator: Any) -> bool:
    """Does this process write: is it alone, or the first one of those that train together?"""
    return getattr(estimator, "ranks", None) is None or collectives.place()[0] == 0
