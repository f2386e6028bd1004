"""Figures of several ranks that train together: those of all, the same on each of them.

In training the plans add up over ranks, so that whoever reads figures in the middle of an epoch
finds the same ones everywhere. In evaluation each rank adds up its own, and `settle` brings them
together.
"""

from collections.abc import Mapping
from typing import Any

from weft import np
from weft.gluon._ranks import Ranks
from weft.training._figures import Figures
from weft.training._objective import Objective


class RankFigures(Figures):
    """Sums that have the number of samples behind them."""

    def __init__(self, objective: Objective, ranks: Ranks) -> None:
        super().__init__(objective)
        self._ranks = ranks

    def _count(self, sums: Any, samples: int) -> float:
        return float(sums[-1])

    # ---- going on: as one process has it, so that any number of ranks can

    def state(self) -> dict[str, Any]:
        found = super().state()
        if found["sums"] is not None:
            *found["sums"], samples = found["sums"]
            found["samples"] = int(samples)
        return found

    def restore(self, state: dict[str, Any], as_array: Any) -> None:
        sums = state["sums"]
        behind = None if sums is None else [*sums, float(state["samples"])]
        super().restore({**state, "sums": behind}, as_array)


class TrainingFigures(RankFigures):
    """Those of training: what is added is of all ranks already, but for outputs and labels."""

    def add(self, sums: Any, outputs: Any, labels: Any, samples: int) -> None:
        if outputs is not None and labels is not None:
            outputs, labels = self._ranks.all_rows(outputs), self._ranks.all_rows(labels)
        super().add(sums, outputs, labels, samples)

    def add_own(self, logs: Mapping[str, Any], samples: int) -> None:
        totals = [float(value) * samples for value in logs.values()]
        *totals, count = self._ranks.sums([*totals, samples])
        means = {name: total / count for name, total in zip(logs, totals, strict=True)}
        super().add_own(means, int(count))


class EvaluationFigures(RankFigures):
    """Those of evaluation, of this rank's batches until they are settled.

    is_cut: the ranks have parts of the same batches, so metrics that look at outputs see each whole
        batch; else they see, at the end, what every rank had
    """

    def __init__(self, objective: Objective, ranks: Ranks, is_cut: bool) -> None:
        super().__init__(objective, ranks)
        self._is_cut = is_cut
        self._seen: list[tuple[Any, Any]] = []

    def add(self, sums: Any, outputs: Any, labels: Any, samples: int) -> None:
        seen = outputs, labels
        if outputs is None or labels is None:
            seen = None, None
        elif self._is_cut:
            seen = self._ranks.all_rows(outputs), self._ranks.all_rows(labels)
        else:
            self._seen.append(seen)
            seen = None, None
        super().add(sums, *seen, samples)

    def settle(self) -> None:
        """Makes them those of all ranks, each of which calls it."""
        if self._extra:
            pairs = [number for pair in self._extra.values() for number in pair]
            found = iter(self._ranks.sums(pairs))
            self._extra = {name: (next(found), int(next(found))) for name in self._extra}
        if self._sums is not None:
            self._sums = np.array(self._ranks.sums(self._sums.tolist()), dtype="float64")
        if self._seen:
            outputs, labels = _behind_each_other(self._seen)
            self._objective.update_others(
                self._ranks.all_rows(outputs), self._ranks.all_rows(labels)
            )
            self._seen = []
        self._read = None


def _behind_each_other(parts: list[Any]) -> Any:
    """Arrays of several batches, in their structure, joined along the samples."""
    first = parts[0]
    if isinstance(first, dict):
        return {key: _behind_each_other([part[key] for part in parts]) for key in first}
    if isinstance(first, list | tuple):
        return tuple(_behind_each_other(list(some)) for some in zip(*parts, strict=True))
    return np.concatenate(parts)


__all__ = ["EvaluationFigures", "TrainingFigures"]
