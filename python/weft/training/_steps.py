"""What a model does with one batch: training, gradients that add up, evaluation, each a plan."""

import inspect
from contextlib import AbstractContextManager, nullcontext
from typing import Any

from weft import amp, autograd, np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import hint
from weft._core.typing import ndarray
from weft._trace.planned import hybridize
from weft.gluon._ranks import Ranks
from weft.gluon.block import Block
from weft.gluon.trainer import Trainer
from weft.gluon.training_step import TrainingStep
from weft.training._batches import Batch
from weft.training._objective import Objective, is_planned, parts_of

Figures = tuple[Any, Any]  # sums of losses and metrics in one array; outputs, or None


class Steps:
    """The plans of a model.

    Sums of losses and metrics come back as one array of doubles, which nobody has to wait for. With
    other ranks the number of samples is behind them, and in training they are those of all ranks.
    """

    def __init__(
        self,
        net: Block,
        trainer: Trainer,
        objective: Objective,
        *,
        is_compiled: bool,
        most_norm: float | None,
        dtype: str | None,
        keeps_gradients: bool = False,
        ranks: Ranks | None = None,
    ) -> None:
        self._ranks = ranks
        self.net, self.trainer, self.objective = net, trainer, objective
        self.keeps_gradients = keeps_gradients
        self._added_up: dict[str, Any] = {}  # gradients of several batches, before they became 0
        self._samples = 1  # of the last update
        self._most_norm, self._dtype = most_norm, dtype
        self._is_compiled = is_compiled
        self._step = self._made_step(self._loss, self._training_figures)
        # For batches of one array of inputs and one of labels, which are most: the arguments of a
        # plan are compared at each call, and those that are nested take longer.
        self._pair_step = self._made_step(self._pair_loss, self._pair_figures)
        self._searches = not trainer.optimizer.is_traceable
        self._takes_pairs = is_compiled and dtype is None and not self._searches
        self._gradients = hybridize(self._added) if is_compiled else self._added
        self._judge = hybridize(self._judged) if is_compiled else self._judged
        self._run = hybridize(self._outputs) if is_compiled else self._outputs

    def _made_step(self, loss: Any, figures: Any) -> TrainingStep:
        return TrainingStep(
            self.trainer,
            self.net,
            loss,
            outputs=figures,
            clip_global_norm=self._most_norm,
            keep_gradients=self.keeps_gradients,
            memory=None,
            gives_loss=False,
        )

    # ---- called for a batch

    def train(self, batch: Batch) -> Figures:
        """One update."""
        inputs, labels, weights, size = batch
        self._samples = size * self.trainer.ranks
        if self._takes_pairs and weights is None and type(inputs) is type(labels) is ndarray:
            return self._split(self._pair_step(inputs, labels))
        if self._searches:
            return self._searched(batch)
        step = self._step if self._is_compiled else self._step.__wrapped__
        with self._precision():
            figures = self._split(step(self._inputs(batch), _judges(batch), batch_size=size))
        if self.keeps_gradients and self._ranks is not None and not self._is_compiled:
            self._samples = int(figures[0][-1].item())  # parts of a batch may differ by one
        return figures

    def _searched(self, batch: Batch) -> Figures:
        """An update by an optimizer that asks for the loss in several places."""
        if self._most_norm is not None:
            raise InvalidValue(
                f"Model: `clip_global_norm` is not for {type(self.trainer.optimizer).__name__}, "
                "which needs the gradients of the loss itself"
            )
        found: list[Figures] = []

        def closure() -> Any:
            found.append(self._split(self._gradients(self._inputs(batch), _judges(batch))))
            return found[-1][0][0]

        with self._precision():
            self.trainer.step(batch.size, closure)
        return found[0]

    def add(self, batch: Batch) -> Figures:
        """Adds the gradients of a batch to those that are there."""
        with self._precision():
            figures = self._gradients(self._inputs(batch), _judges(batch))
        if self.trainer.loss_scaler is not None:
            self.trainer.loss_scaler.is_scaled = True
        return self._split(figures)

    def update(self, size: int) -> None:
        """One update by the gradients of `size` samples, which are 0 afterwards."""
        trainer = self.trainer
        trainer.allreduce_grads()
        if trainer.loss_scaler is not None:
            amp.unscale(trainer)
        if self._most_norm is not None:
            trainer.clip_global_norm(self._most_norm * trainer.samples_of_all(size))
        if self.keeps_gradients:
            self._samples = trainer.samples_of_all(size)
            self._added_up = {name: p.grad().copy() for name, p in self._trained()}
        trainer.update(size)
        self.net.zero_grad()

    def gradients(self) -> dict[str, Any]:
        """Those of the last update by name, as means over its samples."""
        found = self._added_up or {name: p.grad() for name, p in self._trained()}
        return {name: gradient / self._samples for name, gradient in found.items()}

    def _trained(self) -> list[tuple[str, Any]]:
        parameters = self.net.collect_params().items()
        return [(name, p) for name, p in parameters if p.grad_req != "null"]

    def evaluate(self, batch: Batch) -> Figures:
        """Losses and metrics, in predict mode."""
        with self._precision():
            figures = self._judge(self._inputs(batch), _judges(batch))
        return self._split(figures)

    def predict(self, batch: Batch) -> Any:
        """What the network gives, in predict mode."""
        with self._precision():
            return self._run(self._inputs(batch))

    def anomaly(self, batch: Batch) -> str | None:
        """What made the first NaN or infinity of the loss or its gradients: a sentence that names
        the operator, its line and its inputs; None where all is finite."""
        try:
            with self._precision():
                autograd.detect_anomaly(self._add_gradients)(self._inputs(batch), _judges(batch))
        except FloatingPointError as error:
            return str(error)
        return None

    def _inputs(self, batch: Batch) -> Any:
        return in_order(self.net, batch.inputs)

    def _precision(self) -> AbstractContextManager[Any]:
        return amp.autocast(self._dtype) if self._dtype else nullcontext()

    def _split(self, figures: Any) -> Figures:
        return figures if isinstance(figures, tuple) else (figures, None)

    # ---- what the plans compute

    def _loss(self, *given: Any) -> Any:
        *outs, labels, weights = given
        outputs = _together(outs)
        self.objective.prepare(outputs)
        return self.objective.totals(outputs, *_or_none(labels, weights))[0]

    def _pair_loss(self, *given: Any) -> Any:
        return self._loss(*given, ())

    def _pair_figures(self, *given: Any) -> Any:
        return self._training_figures(*given, ())

    def _training_figures(self, *given: Any) -> Any:
        """The figures of a batch, of all ranks."""
        found = self._figures(*given)
        if self._ranks is None:
            return found
        vector, outputs = self._split(found)
        vector = npx.all_reduce(vector, group=self._ranks.group)
        return vector if outputs is None else (vector, outputs)

    def _figures(self, *given: Any) -> Any:
        *outs, labels, weights = given
        outputs = _together(outs)
        objective = self.objective
        objective.prepare(outputs)
        labels, weights = _or_none(labels, weights)
        sums = objective.totals(outputs, labels, weights) if objective.has_loss else []
        if labels is not None:
            sums += objective.sums(outputs, labels, weights)
        if self._ranks is not None:
            sums.append(np.array(float(parts_of(outputs)[0].shape[0]), dtype="float64"))
        vector = np.stack([one.astype("float64") for one in sums]) if sums else np.zeros((0,))
        if all(is_planned(found) for found in objective.all_metrics()):
            return vector
        return vector, outputs

    def _added(self, inputs: Any, judges: Any) -> Any:
        return self._training_figures(*_listed(self._add_gradients(inputs, judges)), *judges)

    def _add_gradients(self, inputs: Any, judges: Any) -> Any:
        """Adds the gradients of a batch; gives the outputs."""
        with autograd.record():
            outs = self.net(*inputs)
            value = self._loss(*_listed(outs), *judges)
        scaler = self.trainer.loss_scaler
        if scaler is None:
            value.backward()
        else:
            scaler.scaled(value).backward()
        return outs

    def _judged(self, inputs: Any, judges: Any) -> Any:
        return self._figures(*_listed(self.net(*inputs)), *judges)

    def _outputs(self, inputs: Any) -> Any:
        return self.net(*inputs)


def _judges(batch: Batch) -> tuple[Any, Any]:
    """Labels and weights; an empty tuple for what is not there, which is an argument of a plan."""
    return (
        () if batch.labels is None else batch.labels,
        () if batch.weights is None else batch.weights,
    )


def _or_none(labels: Any, weights: Any) -> tuple[Any, Any]:
    return (
        None if isinstance(labels, tuple) and not labels else labels,
        None if isinstance(weights, tuple) and not weights else weights,
    )


def _listed(outs: Any) -> tuple[Any, ...]:
    return tuple(outs) if isinstance(outs, list | tuple) else (outs,)


def _together(outs: list[Any]) -> Any:
    return outs[0] if len(outs) == 1 else tuple(outs)


def in_order(net: Block, inputs: Any) -> tuple[Any, ...]:
    """The arguments of the network: an input, several in order, or a dict by the names of its
    `forward`. Raises TypeError for names that it does not have."""
    if not isinstance(inputs, dict):
        return inputs if isinstance(inputs, tuple) else (inputs,)
    names = inspect.signature(net.forward).parameters
    for name in inputs:
        if name not in names:
            raise InvalidType(
                f"{type(net).__name__}: `forward` has no input {name!r}{hint(name, {}, names)}; it "
                f"takes {', '.join(names)}"
            )
    return tuple(inputs[name] for name in names if name in inputs)


__all__ = ["Figures", "Steps", "in_order"]
