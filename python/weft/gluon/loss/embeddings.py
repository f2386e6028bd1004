"""Losses that make vectors of the same kind near and others far."""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require
from weft.gluon.loss._base import Loss


class InfoNCELoss(Loss):
    """Cross entropy of finding one's partner among the whole batch (van den Oord et al. 2018), as
    SimCLR and CLIP have it: similarities are cosines over `temperature`.

    symmetric: the mean of both directions, each vector looking for its partner

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.InfoNCELoss(temperature=0.01)
    >>> rows = np.array([[1.0, 0.0], [0.0, 1.0]])
    >>> bool(loss_of(rows, rows).max() < 1e-6)
    True
    """

    rounds_once = True

    def __init__(
        self,
        temperature: float = 0.07,
        symmetric: bool = True,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        require(temperature > 0, "InfoNCELoss", "temperature", "above 0", temperature)
        require(batch_axis == 0, "InfoNCELoss", "batch_axis", "0: rows are samples", batch_axis)
        self.temperature, self.symmetric = temperature, symmetric

    def forward(self, x1: Any, x2: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        x1, x2: vectors of shape (N, D), those of a place belong together
        """
        if x1.ndim != 2 or x1.shape != x2.shape:
            raise InvalidValue(
                "InfoNCELoss: `x1` and `x2` must have one shape (N, D); got "
                f"{x1.shape} and {x2.shape}"
            )
        (x1, x2), dtype = self._operands(x1, x2)
        scores = np.matmul(_unit(x1), _unit(x2).T) / self.temperature
        places = np.arange(x1.shape[0])
        loss = npx.softmax_cross_entropy(scores, places)
        if self.symmetric:
            loss = (loss + npx.softmax_cross_entropy(scores.T, places)) * 0.5
        return self.by_sample(np.reshape(loss, (x1.shape[0],)), sample_weight, dtype=dtype)


class ArcFaceLoss(Loss):
    """Cross entropy of angles to the classes, the right one `margin` farther away than it is (Deng
    et al. 2019): faces of a person come nearer to each other than to all others.

    margin: radians; scale: what cosines are multiplied by before the softmax
    pred: cosines of shape (N, classes), as of `nn.Dense` on vectors and weights of length 1
    label: class indices

    >>> from weft import gluon, np
    >>> cosines = np.array([[0.9, 0.1], [0.9, 0.1]])
    >>> gluon.loss.ArcFaceLoss(scale=8.0)(cosines, np.array([0, 1])).round(3)
    array([ 0.021, 10.314])
    """

    rounds_once = True

    def __init__(
        self,
        margin: float = 0.5,
        scale: float = 64.0,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        require(0 <= margin < math.pi, "ArcFaceLoss", "margin", "in [0, pi)", margin)
        require(scale > 0, "ArcFaceLoss", "scale", "above 0", scale)
        self.margin, self.scale = margin, scale

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,)."""
        if pred.ndim != 2 or tuple(label.shape) != tuple(pred.shape[:1]):
            raise InvalidValue(
                "ArcFaceLoss: `pred` must have shape (N, classes) and `label` (N,); got "
                f"{pred.shape} and {label.shape}"
            )
        (pred,), dtype = self._operands(pred)
        # The sine has an infinite slope where the cosine is 1.
        cosine = np.clip(pred, -1 + 1e-7, 1 - 1e-7)
        sine = np.sqrt(1 - cosine * cosine)
        farther = cosine * math.cos(self.margin) - sine * math.sin(self.margin)
        # Beyond the angle of pi the cosine would grow again: go on along a line instead.
        is_inside = cosine > math.cos(math.pi - self.margin)
        beyond = cosine - self.margin * math.sin(self.margin)
        is_own = np.expand_dims(label, 1) == np.arange(pred.shape[1])
        scores = np.where(is_own, np.where(is_inside, farther, beyond), cosine) * self.scale
        loss = npx.softmax_cross_entropy(scores, label)
        return self.by_sample(np.reshape(loss, (pred.shape[0],)), sample_weight, dtype=dtype)


def _unit(rows: Any) -> Any:
    """Rows of length 1; a row of zeros stays one, with a gradient of 0."""
    squares = np.sum(rows * rows, axis=1, keepdims=True)
    lengths = np.sqrt(np.where(squares > 0, squares, 1.0))
    return rows / lengths


__all__ = ["ArcFaceLoss", "InfoNCELoss"]
__dir__ = __all__.copy
