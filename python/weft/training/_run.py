"""One call of `fit`: its epochs, gradients that add up, and the place that a checkpoint keeps."""

from collections.abc import Iterator
from os import PathLike
from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft.callbacks._base import Callbacks
from weft.training._batches import Batch, Source
from weft.training._figures import Figures
from weft.training._saving import load_training
from weft.training._steps import Steps


class Run:
    """One call of `fit`: where it is."""

    def __init__(
        self, model: Any, source: Source, hooks: Callbacks, steps: int | None, accumulate: int
    ) -> None:
        self.model, self.source, self.hooks = model, source, hooks
        self.number = 0  # of the epoch that runs, or comes next
        self.batch = 0  # of this epoch, how many are done
        self.figures: Figures | None = None
        self._steps, self._accumulate = steps, accumulate
        self._continued: dict[str, Any] | None = None
        self._requests = self._begin_adding() if accumulate > 1 else {}

    def epoch(self, number: int) -> dict[str, float]:
        """All batches of an epoch, or those that are left of it. Gives the figures."""
        model, hooks = self.model, self.hooks
        self.number = number
        hooks.epoch_begin(number)
        figures = None
        for batch in self._batches():
            if figures is None:
                plans = model.plans_for(batch)
                figures = self.figures = self._figures()
            model.batch = batch
            hooks.train_batch_begin(self.batch)
            model.train_batch(plans, model.weighted(batch), figures, self._accumulate == 1)
            self.batch += 1
            if self._accumulate > 1 and self.batch % self._accumulate == 0:
                self._update(plans)
            hooks.train_batch_end(self.batch - 1, figures)
            if model.stop_training:
                break
        if figures is None:
            raise InvalidValue(
                "fit: `x` must have batches for each epoch; got none; give an iterable that begins "
                "again, or `steps_per_epoch`"
            )
        if self._accumulate > 1:
            self._update(plans)
        return dict(figures)

    def _update(self, plans: Steps) -> None:
        """An update by the gradients that were added up, if there are any."""
        if self.model.pending_samples:
            plans.update(self.model.pending_samples)
            self.model.pending_samples = 0

    def _figures(self) -> Figures:
        """Those of the epoch, or of its part before the interruption."""
        figures = Figures(self.model.objective)
        if self._continued is not None:
            figures.restore(self._continued, _doubles)
        self._continued = None
        return figures

    def _batches(self) -> Iterator[Batch]:
        steps = None if self._steps is None else max(self._steps - self.batch, 1)
        return self.source.epoch(steps)

    def done(self, epoch: int) -> None:
        """The epoch is over: what is saved now goes on with the next."""
        self.number, self.batch, self.figures = epoch + 1, 0, None

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

    def restore(self, state: dict[str, Any]) -> None:
        """Goes on from a state."""
        self.number, self.batch = state["epoch"], state["batch"]
        self.model.pending_samples = state["pending"]
        self._continued = state["figures"]

    def resume(self, path: str | PathLike[str], initial_epoch: int) -> int:
        """Takes a file, where there is one. Gives the first epoch."""
        if not load_training(path, self.model, self, must_exist=False):
            return initial_epoch
        return self.number


def _doubles(values: list[float]) -> Any:
    return np.array(values, dtype="float64")


__all__ = ["Run"]
