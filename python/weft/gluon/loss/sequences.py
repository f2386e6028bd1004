"""Losses of sequences."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft.gluon.loss._base import Loss


class CTCLoss(Loss):
    """Minus the logarithm of the probability of a label over all ways to align it with the steps
    (Graves et al. 2006). The last class is the blank.

    layout: "NTC" or "TNC", the axes of the scores; label_layout: "NT" or "TN"

    >>> from weft import gluon, np
    >>> scores = np.zeros((1, 4, 3))  # one sequence of 4 steps, 2 classes and the blank
    >>> gluon.loss.CTCLoss()(scores, np.array([[0, 1]])).round(4)
    array([1.6864])
    """

    def __init__(
        self, layout: str = "NTC", label_layout: str = "NT", weight: float | None = None
    ) -> None:
        if layout not in ("NTC", "TNC") or label_layout not in ("NT", "TN"):
            raise InvalidValue(
                "CTCLoss: `layout` must be NTC or TNC and `label_layout` NT or TN; got "
                f"{layout!r} and {label_layout!r}"
            )
        super().__init__(weight)
        self.layout = layout
        self.label_layout = label_layout

    def forward(
        self,
        pred: Any,
        label: Any,
        pred_lengths: Any = None,
        label_lengths: Any = None,
        sample_weight: Any = None,
    ) -> Any:
        """Losses of shape (N,).

        pred: scores, whose softmax is taken; label: classes, padded with -1
        pred_lengths, label_lengths: steps (1 to T) and labels (0 to L) of each sample, (N,), all of
            them if None

        Raises ValueError for lengths out of range and labels that are no class.
        """
        if self.layout == "NTC":
            pred = np.swapaxes(pred, 0, 1)
        if self.label_layout == "TN":
            label = np.swapaxes(label, 0, 1)
        loss = npx.ctc_loss(pred, label, pred_lengths, label_lengths, blank_label="last")
        return self.by_sample(loss, sample_weight)


__all__ = ["CTCLoss"]
__dir__ = __all__.copy
