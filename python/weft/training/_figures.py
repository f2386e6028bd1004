"""Figures of an epoch: sums that the plans gave, read only when somebody asks."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

from weft.training._objective import Objective, is_planned


class Figures(Mapping[str, float]):
    """Losses and metrics over the batches so far, by name. Reading one waits for the last batch.

    Means of losses are over samples; those of metrics are their own.
    """

    def __init__(self, objective: Objective) -> None:
        self._objective = objective
        self._sums: Any = None
        self._samples = 0
        self._read: dict[str, float] | None = {}
        self._extra: dict[str, tuple[float, int]] = {}
        self._last: tuple[Any, int] | None = None
        for found in objective.all_metrics():
            found.reset()

    def add(self, sums: Any, outputs: Any, labels: Any, samples: int) -> None:
        """Adds a batch: the sums of its plan, and its outputs where a metric has to see them."""
        self._sums = sums if self._sums is None else self._sums + sums
        self._samples += samples
        self._last = (sums, samples)
        self._read = None
        if outputs is not None and labels is not None:
            self._objective.update_others(outputs, labels)

    def add_own(self, logs: Mapping[str, Any], samples: int) -> None:
        """Adds what a `train_step` of the user gave: means over the batch."""
        self._samples += samples
        self._last = (logs, samples)
        for name, value in logs.items():
            total, count = self._extra.get(name, (0.0, 0))
            self._extra[name] = (total + float(value) * samples, count + samples)
        self._read = None

    # ---- reading

    @property
    def batch_loss(self) -> float:
        """The mean loss of the last batch, NaN where it has none."""
        found, samples = self._last or ({}, 1)
        if isinstance(found, Mapping):
            return float(found.get("loss", math.nan))
        has_loss = bool(self._objective.loss_names())
        return float(found[0]) / self._count(found, samples) if has_loss else math.nan

    def _count(self, sums: Any, samples: int) -> float:
        """The number of samples that sums are of."""
        return samples

    def _figures(self) -> dict[str, float]:
        if self._read is None:
            self._read = self._found()
        return self._read

    def _found(self) -> dict[str, float]:
        found = {name: total / count for name, (total, count) in self._extra.items() if count}
        if self._sums is None:
            return found
        values = iter(self._sums.tolist())
        samples = self._count(self._sums, self._samples)
        for name in self._objective.loss_names():
            found[name] = next(values) / samples
        for head in self._objective.heads:
            for each in head.metrics:
                self._take(each, values)
                for name, value in each.get_name_value():
                    found[f"{head.name}_{name}" if head.name else name] = value
        return found

    def _take(self, each: Any, values: Iterator[float]) -> None:
        total = next(values, None) if is_planned(each) else None
        if total is not None:
            each.reset()
            each.add_sums(total, int(next(values)))

    def __getitem__(self, name: str) -> float:
        return self._figures()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._figures())

    def __len__(self) -> int:
        return len(self._figures())

    # ---- going on

    def state(self) -> dict[str, Any]:
        """What `restore` takes, as plain values."""
        sums = None if self._sums is None else self._sums.tolist()
        own = {name: list(pair) for name, pair in self._extra.items()}
        return {"sums": sums, "samples": self._samples, "own": own}

    def restore(self, state: dict[str, Any], as_array: Any) -> None:
        """Goes on from a state."""
        self._sums = None if state["sums"] is None else as_array(state["sums"])
        self._samples = state["samples"]
        self._extra = {name: (total, count) for name, (total, count) in state["own"].items()}
        self._read = None


__all__ = ["Figures"]
