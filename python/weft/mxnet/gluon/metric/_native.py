"""The base of metrics that Weft computes: a class lists its options in MXNet's order, and Weft's
metric of the same words is made of them."""

from dataclasses import dataclass, fields
from typing import Any

from weft.mxnet.gluon.metric._base import EvalMetric, Names, paired


class NativeMetric(EvalMetric):
    """Base of dataclasses with the fields `name`, `output_names`, `label_names`, and the options of
    Weft's metric, `native`. It has a figure since `reset_local`, and one since `reset`, which are
    one until somebody calls `reset_local`. Where a subclass of a program writes another `update`,
    its sums count."""

    native: Any

    def __post_init__(self) -> None:
        given = {field.name: getattr(self, field.name) for field in fields(self)}  # type: ignore
        names = [given.pop(word) for word in ("name", "output_names", "label_names")]
        super().__init__(*names, has_global_stats=True, **given)

    def _made(self) -> Any:
        """Weft's metric, fresh."""
        return self.native(**self._kwargs)

    def reset(self) -> None:
        super().reset()
        self._is_native = False  # until the first update
        self._now = self._ever = self._made()

    def reset_local(self) -> None:
        super().reset_local()
        self._now = self._made()

    def update(self, labels: Any, preds: Any) -> None:
        pairs = [self.prepared(label, pred) for label, pred in paired(labels, preds)]
        self._take(*sides(pairs), sum(self.counted(label) for label, _ in pairs))

    def _take(self, labels: Any, preds: Any, count: int) -> None:
        self._is_native = True
        self._now.update(labels, preds)
        if self._ever is not self._now:
            self._ever.update(labels, preds)
        self.num_inst += count

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        """Arrays as Weft's metric takes them."""
        return label, pred

    def counted(self, label: Any) -> int:
        """What an array of labels counts as in `num_inst`."""
        return int(label.shape[0]) if label.ndim else 1

    def get(self) -> tuple[Any, Any]:
        return (self.name, self._now.get()[1]) if self._is_native else super().get()

    def get_global(self) -> tuple[Any, Any]:
        return (self.name, self._ever.get()[1]) if self._is_native else super().get_global()


@dataclass(eq=False, repr=False)
class NamedMetric(NativeMetric):
    """Base of those that have their name before their options."""

    name: str = ""
    output_names: Names = None
    label_names: Names = None


def sides(pairs: Any) -> tuple[list[Any], list[Any]]:
    """The labels and the predictions of pairs."""
    return [label for label, _ in pairs], [pred for _, pred in pairs]


__all__ = ["NamedMetric", "NativeMetric", "sides"]
