"""Losses of masks: overlaps of what is predicted with what is there, whatever its size."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require
from weft.gluon.loss._base import Loss
from weft.metric import Form


class TverskyLoss(Loss):
    """1 minus the overlap of two masks over it and what is wrong, weighted (Salehi et al. 2017):
    1 - (TP + smooth) / (TP + alpha FP + beta FN + smooth), for each sample and class.

    from_sigmoid: pred holds probabilities already; else their sigmoid is taken
    alpha, beta: weights of what is predicted too much and too little; 0.5 and 0.5 for Dice
    smooth: keeps samples without a mask from dividing by 0
    axis: of the classes, which each have an overlap of their own; None for none
    ignore_index: label of places that do not count, such as 255; None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.TverskyLoss(from_sigmoid=True)
    >>> loss_of(np.array([[1.0, 1.0, 0.0]]), np.array([[1.0, 0.0, 0.0]])).round(4)
    array([0.1304])
    """

    rounds_once = True

    def __init__(
        self,
        alpha: float = 0.3,
        beta: float = 0.7,
        *,
        from_sigmoid: bool = False,
        smooth: float = 1.0,
        axis: int | None = None,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: float | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        where = type(self).__name__
        require(alpha >= 0, where, "alpha", "at least 0", alpha)
        require(beta >= 0, where, "beta", "at least 0", beta)
        require(smooth > 0, where, "smooth", "above 0", smooth)
        require(batch_axis == 0, where, "batch_axis", "0", batch_axis)
        self.alpha, self.beta, self.smooth = alpha, beta, smooth
        self.from_sigmoid, self.axis, self.ignore_index = from_sigmoid, axis, ignore_index
        numbers = "probabilities" if from_sigmoid else "scores"
        self.form = Form(numbers, "each", ignore_index=ignore_index)

    def elements(self, pred: Any, label: Any) -> Any:
        """The loss of each sample, of shape (N,), or of each of its classes, (N, classes)."""
        if pred.shape != label.shape:
            raise InvalidValue(
                f"{type(self).__name__}: `label` must have the shape of `pred`, {pred.shape}; got "
                f"{label.shape}"
            )
        share = pred if self.from_sigmoid else npx.sigmoid(pred)
        if self.ignore_index is not None:
            counted = label != self.ignore_index
            share = np.where(counted, share, np.zeros_like(share))
            label = np.where(counted, label, np.zeros_like(label))
        label = label.astype(share.dtype)
        classes = None if self.axis is None else self.axis % pred.ndim
        axes = tuple(axis for axis in range(1, pred.ndim) if axis != classes)
        right = np.sum(share * label, axis=axes)
        much, little = np.sum(share, axis=axes) - right, np.sum(label, axis=axes) - right
        whole = right + much * self.alpha + little * self.beta + self.smooth
        return 1 - (right + self.smooth) / whole


class DiceLoss(TverskyLoss):
    """1 minus twice the overlap of two masks over the sum of their sizes (Milletari et al. 2016).

    pred: scores before the sigmoid, or probabilities with `from_sigmoid`; label: 0 and 1, of the
    same shape. Other arguments as for `TverskyLoss`.

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.DiceLoss(from_sigmoid=True)
    >>> mask = np.array([[1.0, 0.0, 1.0]])
    >>> loss_of(mask, mask).item()
    0.0
    """

    def __init__(
        self,
        *,
        from_sigmoid: bool = False,
        smooth: float = 1.0,
        axis: int | None = None,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: float | None = None,
    ) -> None:
        super().__init__(
            *(0.5, 0.5),
            from_sigmoid=from_sigmoid,
            smooth=smooth / 2,  # of twice the overlap
            axis=axis,
            weight=weight,
            batch_axis=batch_axis,
            ignore_index=ignore_index,
        )


__all__ = ["DiceLoss", "TverskyLoss"]
__dir__ = __all__.copy
