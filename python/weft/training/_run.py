"""What the loop does in a call of `fit`, and in one of `evaluate`; gradients that add up, and the
place that a checkpoint keeps."""

import warnings
from collections.abc import Iterator, Mapping
from os import PathLike
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.callbacks._base import Callbacks
from weft.gluon._ranks import found_by_first, scale_gradients
from weft.gluon._training_loop import Loop
from weft.gluon.data import _generators
from weft.training._batches import Batch
from weft.training._figures import Figures
from weft.training._rank_figures import EvaluationFigures, TrainingFigures
from weft.training._saving import load_training
from weft.training._steps import Steps
from weft.training._together import SharedSource


class Run(Loop[Batch]):
    """One call of `fit`: where it is.

    judge: the validation; it comes after each `every` epochs
    """

    def __init__(
        self,
        model: Any,
        source: SharedSource,
        hooks: Callbacks,
        steps: int | None,
        accumulate: int,
        judge: "Judge | None" = None,
        every: int = 1,
    ) -> None:
        self.model, self.source, self.hooks = model, source, hooks
        self.number = 0  # of the epoch that runs, or comes next
        self.batch = 0  # of this epoch, how many are done
        self.figures: Figures | None = None
        self._plans: Steps | None = None
        self._steps, self._accumulate = steps, accumulate
        self._judge, self._every = judge, every
        self._is_heard = hooks.hears_batches
        self._ranks = source.ranks
        self._asks_all = self._ranks is not None and hooks.stops_anywhere
        self._has_own_step = model.has_own_train_step
        self._is_plain = not (accumulate > 1 or self._has_own_step or model.has_class_weights)
        self._continued: dict[str, Any] | None = None
        self._has_warned = False
        self._requests = self._begin_adding() if accumulate > 1 else {}

    # ---- the loop

    def begin_epoch(self, epoch: int) -> None:
        self.number, self.figures = epoch, None
        self.hooks.epoch_begin(epoch)

    def batches(self) -> Iterator[Batch]:
        """All batches of an epoch, or those that are left of it."""
        steps = None if self._steps is None else max(self._steps - self.batch, 1)
        return self.source.epoch(steps)

    def run_batch(self, batch: Batch) -> bool:
        # What the loop costs beside the plan is here, so what is not asked for is not called.
        model, figures = self.model, self.figures
        if figures is None:
            self._plans = model.plans_for(batch)
            figures = self.figures = self._figures()
        model.batch = batch
        model.see(batch)
        if self._is_heard:
            self.hooks.train_batch_begin(self.batch)
        if self._is_plain:
            sums, outputs = self._plans.train(batch)  # type: ignore[union-attr]
            figures.add(sums, outputs, batch.labels, batch.size)
        else:
            self._train(model.weighted(batch), figures)
        self.batch += 1
        if self._accumulate > 1 and self.batch % self._accumulate == 0:
            self._update()
        if self._is_heard:
            self.hooks.train_batch_end(self.batch - 1, figures)
        if self._asks_all:
            self._stop_together()
        return bool(model.stop_training)

    def _stop_together(self) -> None:
        """Where one rank wants to end the training, all do."""
        if self._ranks is not None:
            self.model.stop_training = self._ranks.any(bool(self.model.stop_training))

    def end_epoch(self, epoch: int) -> bool:
        if self.figures is None:
            raise InvalidValue(
                "fit: `x` must have batches for each epoch; got none; give an iterable that begins "
                "again, or `steps_per_epoch`"
            )
        if self._accumulate > 1:
            self._update()
        if self._ranks is not None:
            self._ranks.average_statistics(self.model.net)
        logs = dict(self.figures)
        if self._judge is not None and (epoch + 1) % self._every == 0:
            logs |= {f"val_{name}": value for name, value in self._judge.judged().items()}
        if self.model.trainer.optimizer.lr_scheduler is not None:
            logs["learning_rate"] = self.model.learning_rate
        self._warn_of_nan(epoch, logs)
        # The epoch is over: what is saved now goes on with the next.
        self.number, self.batch, self.figures = epoch + 1, 0, None
        self.hooks.epoch_end(epoch, logs)
        self._stop_together()
        return bool(self.model.stop_training)

    def _warn_of_nan(self, epoch: int, logs: dict[str, Any]) -> None:
        """Says once that the numbers are none any more."""
        loss = float(logs.get("loss", 0.0))
        if self._has_warned or self.model.stop_training or loss == loss:
            return
        self._has_warned = True
        warnings.warn(
            f"fit: the loss is NaN since epoch {epoch + 1}; `callbacks.TerminateOnNaN()` ends the "
            "training there and names the operator that made the first one; are there NaN in the "
            "data?",
            stacklevel=2,
        )

    def _train(self, batch: Batch, figures: Figures) -> None:
        """Trains on a batch and adds what it gives to the figures."""
        assert self._plans is not None
        if self._has_own_step:
            logs = self.model.train_step(batch.inputs, batch.labels, batch.weights)
            figures.add_own(logs, batch.size)
            return
        if self._accumulate > 1:
            self.model.pending_samples += batch.size
            found = self._plans.add(batch)
        else:
            found = self._plans.train(batch)
        figures.add(*found, batch.labels, batch.size)

    def _update(self) -> None:
        """An update by the gradients that were added up, if there are any."""
        if self.model.pending_samples:
            assert self._plans is not None
            self._plans.update(self.model.pending_samples)
            self.model.pending_samples = 0

    def _figures(self) -> Figures:
        """Those of the epoch, or of its part before the interruption."""
        figures = Figures(self.model.objective)
        if self._ranks is not None:
            figures = TrainingFigures(self.model.objective, self._ranks)
        if self._continued is not None:
            figures.restore(self._continued, _doubles)
        self._continued = None
        return figures

    # ---- gradients that add up

    def _begin_adding(self) -> dict[str, str]:
        """Makes gradients add up; gives what parameters asked for before."""
        parameters = self.model.net.collect_params()
        before = {name: p.grad_req for name, p in parameters.items() if p.grad_req == "write"}
        for name in before:
            parameters[name].grad_req = "add"
        return before

    def close(self) -> None:
        """Makes the network as it was."""
        parameters = self.model.net.collect_params()
        for name, request in self._requests.items():
            parameters[name].grad_req = request
        self.model._run = None

    # ---- going on

    def state(self) -> dict[str, Any]:
        """Where it is, as plain values."""
        figures = None if self.figures is None else self.figures.state()
        pending = self.model.pending_samples
        return {"epoch": self.number, "batch": self.batch, "pending": pending, "figures": figures}

    def settle(self) -> dict[str, Any] | None:
        """What each rank has of its own, for a file that rank 0 writes: random numbers and samples
        that no update has used. The rest becomes the same on all: statistics, and sums of gradients
        under way. All ranks call it; None for a process that is alone."""
        ranks = self._ranks
        if ranks is None:
            return None
        ranks.average_statistics(self.model.net)
        if self.model.pending_samples:
            ranks.average_gradients(self.model.net)
        own = [_generators.state(), self.model.pending_samples]
        random, pending = zip(*ranks.gathered(own), strict=True)
        return {"random": list(random), "pending": list(pending)}

    def take_own(self, found: dict[str, Any] | None) -> None:
        """Takes this rank's part of what `settle` gave, also where it was on other ranks."""
        ranks, before = self._ranks, 1 if found is None else len(found["random"])
        size, rank = (1, 0) if ranks is None else (ranks.size, ranks.rank)
        if ranks is not None and found is not None and before == size:
            _generators.restore(found["random"][rank])
            self.model.pending_samples = found["pending"][rank]
            return
        if ranks is not None and rank:
            ranks.draw_own(_generators.state())
        pending = self.model.pending_samples
        if pending and before != size:
            scale_gradients(self.model.net, before / size)
        self.model.pending_samples = pending * (rank + 1) // size - pending * rank // size

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a state."""
        self.number, self.batch = state["epoch"], state["batch"]
        self.model.pending_samples = state["pending"]
        self._continued = state["figures"]

    def resume(self, path: str | PathLike[str]) -> int | None:
        """Takes a file, where there is one. Gives the first epoch."""
        with found_by_first(self._ranks, path) as found:
            has_it = load_training(found, self.model, self, must_exist=False)
        return self.number if has_it else None


class Judge(Loop[Batch]):
    """One call of `evaluate`, or the validations of one call of `fit`."""

    def __init__(
        self, model: Any, source: SharedSource, hooks: Callbacks, steps: int | None
    ) -> None:
        self._model, self._source, self._hooks, self._steps = model, source, hooks, steps

    def judged(self) -> Mapping[str, float]:
        """The figures over the batches."""
        self.run_epoch(0)
        return self._logs

    def begin_epoch(self, epoch: int) -> None:
        self._figures: Figures | None = None
        self._number = 0
        self._hooks.test_begin()

    def batches(self) -> Iterator[Batch]:
        return self._source.epoch(self._steps, evenly=False)

    def run_batch(self, batch: Batch) -> None:
        model, figures = self._model, self._figures
        if figures is None:
            self._plans: Steps = model.plans_for(batch)
            figures = self._figures = self._new_figures()
        model.see(batch)
        self._hooks.test_batch_begin(self._number)
        if model.has_own_test_step:
            logs = model.test_step(batch.inputs, batch.labels, batch.weights)
            figures.add_own(logs, batch.size)
        else:
            figures.add(*self._plans.evaluate(batch), batch.labels, batch.size)
        self._hooks.test_batch_end(self._number, figures)
        self._number += 1

    def end_epoch(self, epoch: int) -> None:
        figures, ranks = self._figures, self._source.ranks
        is_empty = figures is None
        if ranks is not None:
            is_empty = ranks.any(is_empty)
        if figures is None or is_empty:
            raise InvalidValue("evaluate: `x` must have batches; got none")
        if isinstance(figures, EvaluationFigures):
            figures.settle()
        self._logs = dict(self._figures)
        self._hooks.test_end(self._logs)

    def _new_figures(self) -> Figures:
        source, objective = self._source, self._model.objective
        if source.ranks is None:
            return Figures(objective)
        return EvaluationFigures(objective, source.ranks, source.is_cut)


def _doubles(values: list[float]) -> Any:
    return np.array(values, dtype="float64")


__all__ = ["Judge", "Run"]
