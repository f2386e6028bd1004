"""Losses: one value per sample, the mean over all axes but the batch axis.

`backward` on the vector of losses sums them; `Trainer.step(batch_size)` divides by their number.
"""

from typing import Any

from weft import np, npx
from weft.gluon.block import HybridBlock


class Loss(HybridBlock):
    """Base of all losses. A subclass writes `elements`.

    weight: factor of the loss, None for 1
    batch_axis: the axis of samples
    """

    def __init__(self, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__()
        self.weight = weight
        self.batch_axis = batch_axis

    def elements(self, pred: Any, label: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        sample_weight: factors that broadcast to the elements, None for 1
        """
        loss = self.elements(pred, label)
        if sample_weight is not None:
            loss = loss * sample_weight
        if self.weight is not None:
            loss = loss * self.weight
        rest = tuple(axis for axis in range(loss.ndim) if axis != self.batch_axis % loss.ndim)
        return np.mean(loss, axis=rest) if rest else loss


class L2Loss(Loss):
    """Half of the squared difference."""

    def elements(self, pred: Any, label: Any) -> Any:
        return np.square(pred - np.reshape(label, pred.shape)) * 0.5


class L1Loss(Loss):
    """The absolute difference."""

    def elements(self, pred: Any, label: Any) -> Any:
        return np.abs(pred - np.reshape(label, pred.shape))


class HuberLoss(Loss):
    """Half of the squared difference divided by `rho` up to `rho`, then linear."""

    def __init__(self, rho: float = 1.0, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__(weight, batch_axis)
        self.rho = rho

    def elements(self, pred: Any, label: Any) -> Any:
        gap = np.abs(pred - np.reshape(label, pred.shape))
        inside = np.square(gap) * (0.5 / self.rho)
        return np.where(gap > self.rho, gap - 0.5 * self.rho, inside)


class SoftmaxCrossEntropyLoss(Loss):
    """Cross entropy of softmax(pred) and the label.

    sparse_label: labels are class indices without `axis`; else probabilities of pred's shape
    from_logits: pred holds log-probabilities already
    """

    def __init__(
        self,
        axis: int = -1,
        *,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        self.options = {"axis": axis, "sparse_label": sparse_label, "from_logits": from_logits}

    def elements(self, pred: Any, label: Any) -> Any:
        return npx.softmax_cross_entropy(pred, label, **self.options)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """Cross entropy of sigmoid(pred) and a label between 0 and 1.

    from_sigmoid: pred holds probabilities already
    """

    def __init__(
        self, *, from_sigmoid: bool = False, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        self.from_sigmoid = from_sigmoid

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        if self.from_sigmoid:
            tiny = 1e-12
            return -(np.log(pred + tiny) * label + np.log(1.0 - pred + tiny) * (1.0 - label))
        # log(1 + exp(-|pred|)) never overflows.
        return npx.relu(pred) - pred * label + np.log(np.exp(-np.abs(pred)) + 1.0)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss

__all__ = [
    "HuberLoss",
    "L1Loss",
    "L2Loss",
    "Loss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
]
