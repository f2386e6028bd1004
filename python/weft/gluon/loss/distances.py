"""Losses of numbers and of distances."""

import math
from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require, require_finite
from weft._core import OPERATORS
from weft.gluon.loss._base import Loss

# Composites, because operators one by one would be a pass over all elements each.
_half_squares = OPERATORS["half_square_elements"]
_huber = OPERATORS["huber_elements"]


class L2Loss(Loss):
    """Half of the squared difference.

    >>> from weft import gluon, np
    >>> gluon.loss.L2Loss()(np.array([[1.0, 4.0], [2.0, 2.0]]), np.array([[1.0, 2.0], [2.0, 2.0]]))
    array([1., 0.])
    """

    def elements(self, pred: Any, label: Any) -> Any:
        return _half_squares(pred, np.reshape(label, pred.shape))


class L1Loss(Loss):
    """The absolute difference.

    >>> from weft import gluon, np
    >>> gluon.loss.L1Loss()(np.array([[1.0, 4.0], [2.0, 2.0]]), np.array([[1.0, 2.0], [2.0, 2.0]]))
    array([1., 0.])
    """

    def elements(self, pred: Any, label: Any) -> Any:
        return np.abs(pred - np.reshape(label, pred.shape))


class HuberLoss(Loss):
    """Half of the squared difference divided by `rho` up to `rho`, then linear.

    >>> from weft import gluon, np
    >>> gluon.loss.HuberLoss()(np.array([0.5, 3.0]), np.array([0.0, 0.0]))
    array([0.125, 2.5  ])
    """

    def __init__(self, rho: float = 1.0, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__(weight, batch_axis)
        require(rho > 0, "HuberLoss", "rho", "above 0", rho)
        self.rho = rho

    def elements(self, pred: Any, label: Any) -> Any:
        return _huber(pred, np.reshape(label, pred.shape), self.rho)


class PoissonNLLLoss(Loss):
    """The negative log likelihood of counts under Poisson distributions, but for log(label!).

    from_logits: pred holds logarithms of the means, else the means
    compute_full: adds Stirling's approximation of log(label!) for labels above 1
    epsilon: summand of the means under the logarithm

    >>> from weft import gluon, np
    >>> gluon.loss.PoissonNLLLoss()(np.array([0.0, 1.0]), np.array([2.0, 2.0])).round(4)
    array([1.    , 0.7183])
    """

    rounds_once = True

    def __init__(
        self,
        weight: float | None = None,
        from_logits: bool = True,
        batch_axis: int = 0,
        *,
        compute_full: bool = False,
        epsilon: float = 1e-8,
    ) -> None:
        super().__init__(weight, batch_axis)
        if from_logits and epsilon != 1e-8:
            raise InvalidValue(
                "PoissonNLLLoss: `epsilon` has no effect with `from_logits`, which has no "
                f"logarithm; got {epsilon}"
            )
        self.from_logits = from_logits
        self.compute_full = compute_full
        self.epsilon = epsilon

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        if self.from_logits:
            loss = np.exp(pred) - label * pred
        else:
            loss = pred - label * np.log(pred + self.epsilon)
        if not self.compute_full:
            return loss
        counts = np.maximum(label, 1.0)
        stirling = counts * np.log(counts) - counts + 0.5 * np.log(2 * math.pi * counts)
        return loss + np.where(label > 1, stirling, 0.0)


class TripletLoss(Loss):
    """max(0, margin + |pred - positive|² - |pred - negative|²) of each sample.

    >>> from weft import gluon, np
    >>> anchor, same, other = np.array([[0.0, 0.0]]), np.array([[0.0, 1.0]]), np.array([[1.0, 1.0]])
    >>> gluon.loss.TripletLoss()(anchor, same, other)
    array([0.])
    """

    rounds_once = True

    def __init__(
        self, margin: float = 1.0, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        require_finite(type(self).__name__, margin=margin)
        self.margin = margin

    def forward(self, pred: Any, positive: Any, negative: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); `positive` and `negative` have pred's elements."""
        (pred, positive, negative), dtype = self._operands(pred, positive, negative)
        nearer = np.square(np.reshape(positive, pred.shape) - pred)
        farther = np.square(np.reshape(negative, pred.shape) - pred)
        gap = np.sum(nearer - farther, axis=self._rest(pred))
        return self.by_sample(npx.relu(gap + self.margin), sample_weight, dtype=dtype)


class CosineEmbeddingLoss(Loss):
    """1 - cosine for rows that belong together, max(0, cosine - margin) for others.

    A row of zeros has no direction: its cosine with any other is 0, and it gets no gradient.

    >>> from weft import gluon, np
    >>> rows, others = np.array([[1.0, 0.0], [1.0, 0.0]]), np.array([[0.0, 2.0], [3.0, 0.0]])
    >>> gluon.loss.CosineEmbeddingLoss()(rows, others, np.array([1, -1]))
    array([1., 1.])
    """

    rounds_once = True

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, margin: float = 0.0
    ) -> None:
        super().__init__(weight, batch_axis)
        require_finite(type(self).__name__, margin=margin)
        self.margin = margin

    def forward(self, input1: Any, input2: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        input1, input2: rows of shape (N, ..., C); label: 1 where they belong together, else -1
        """
        (input1, input2), dtype = self._operands(input1, input2)
        input2 = np.reshape(input2, input1.shape)
        squares = np.sum(input1 * input1, axis=-1) * np.sum(input2 * input2, axis=-1)
        # The root has an infinite slope at 0, which would make gradients NaN.
        has_direction = squares > 0
        lengths = np.sqrt(np.where(has_direction, squares, 1.0))
        products = np.where(has_direction, np.sum(input1 * input2, axis=-1), 0.0)
        cosine = products / np.maximum(lengths, 1e-12)
        label = np.reshape(label, cosine.shape)
        loss = np.where(label == 1, 1.0 - cosine, npx.relu(cosine - self.margin))
        return self.by_sample(loss, sample_weight, dtype=dtype)


class SDMLLoss(Loss):
    """Smoothed deep metric learning (Bonadiman et al. 2019): of two rows of vectors, each vector of
    the first shall be nearest to that of the second at its place, and far from all others.

    The divergence of the softmax over minus the squared distances from a label that gives
    1 - `smoothing_parameter` to the own place and the rest evenly to the others.

    >>> from weft import gluon, np
    >>> rows = np.array([[0.0, 0.0], [9.0, 0.0]])
    >>> loss_of = gluon.loss.SDMLLoss(smoothing_parameter=0.0)
    >>> bool(loss_of(rows, rows).max() < 1e-6)
    True
    """

    rounds_once = True

    def __init__(
        self,
        smoothing_parameter: float = 0.3,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        is_part = 0 <= smoothing_parameter < 1
        require(is_part, "SDMLLoss", "smoothing_parameter", "in [0, 1)", smoothing_parameter)
        require(batch_axis == 0, "SDMLLoss", "batch_axis", "0: rows are samples", batch_axis)
        self.smoothing_parameter = smoothing_parameter

    def forward(self, x1: Any, x2: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); x1, x2: vectors of shape (N, D), those of a place belong together.

        A sample that is alone in its batch has no other to be far from: its loss is 0.
        """
        if x1.ndim != 2 or x1.shape != x2.shape:
            raise InvalidValue(
                f"SDMLLoss: `x1` and `x2` must have one shape (N, D); got {x1.shape} and {x2.shape}"
            )
        (x1, x2), dtype = self._operands(x1, x2)
        gaps = np.expand_dims(x1, 1) - np.expand_dims(x2, 0)
        logs = npx.log_softmax(np.negative(np.sum(gaps * gaps, axis=2)), axis=1)
        count = x1.shape[0]
        places = np.arange(count)
        is_own = np.expand_dims(places, 1) == np.expand_dims(places, 0)
        others = np.maximum(np.full((), count, x1.dtype) - 1, 1)
        label = np.where(is_own, 1 - self.smoothing_parameter, self.smoothing_parameter / others)
        if isinstance(count, int) and count == 1:
            label = np.ones_like(label)
        loss = np.sum(label * (np.log(label + 1e-12) - logs), axis=1)
        return self.by_sample(loss, sample_weight, dtype=dtype)


class GaussianNLLLoss(Loss):
    """Minus the logarithm of the label's normal density: (log var + (label - pred)² / var) / 2, for
    networks that say how sure they are (Nix and Weigend 1994).

    full: adds log(2 pi) / 2; eps: least variance

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.GaussianNLLLoss()
    >>> loss_of(np.array([1.0, 1.0]), np.array([1.0, 3.0]), np.array([1.0, 1.0]))
    array([0., 2.])
    """

    rounds_once = True

    def __init__(
        self,
        full: bool = False,
        eps: float = 1e-6,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        require(eps > 0, "GaussianNLLLoss", "eps", "above 0", eps)
        self.full, self.eps = full, eps

    def forward(self, pred: Any, label: Any, var: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); var: variances that broadcast to `pred`, above 0."""
        (pred, label, var), dtype = self._operands(pred, label, var)
        var = np.maximum(var, self.eps)
        gap = np.reshape(label, pred.shape) - pred
        loss = (np.log(var) + gap * gap / var) * 0.5
        if self.full:
            loss = loss + 0.5 * math.log(2 * math.pi)
        return self.by_sample(loss, sample_weight, dtype=dtype)


__all__ = [
    "CosineEmbeddingLoss",
    "GaussianNLLLoss",
    "HuberLoss",
    "L1Loss",
    "L2Loss",
    "PoissonNLLLoss",
    "SDMLLoss",
    "TripletLoss",
]
__dir__ = __all__.copy
