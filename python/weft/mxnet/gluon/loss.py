"""Losses, as `mx.gluon.loss` has them: one value a sample, the mean over all other axes.

>>> from weft import np
>>> from weft import mxnet as mx
>>> loss = mx.gluon.loss.L2Loss()
>>> loss(np.array([[1.0], [3.0]]), np.array([[0.0], [0.0]]))
array([0.5, 4.5])
"""

import functools
from types import ModuleType
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._core.typing import ndarray
from weft.gluon import loss as _native
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet.gluon import _losses as _on_symbols
from weft.mxnet.gluon._layers import layer as _layer
from weft.mxnet.gluon.block import HybridBlock, register_counterpart
from weft.mxnet.ndarray._array import is_nd


class Loss(HybridBlock, _native.Loss):
    """Base of losses.

    weight: factor of all; batch_axis: the axis of samples
    """

    def __init__(
        self,
        weight: float | None = None,
        batch_axis: int = 0,
        prefix: str | None = None,
        params: Any = None,
    ) -> None:
        self._begin_names(prefix, params)
        _native.Loss.__init__(self, weight, batch_axis)

    # What subclasses of programs read.
    _weight = property(lambda self: self.weight, lambda self, to: setattr(self, "weight", to))
    _batch_axis = property(
        lambda self: self.batch_axis, lambda self, to: setattr(self, "batch_axis", to)
    )


def _apply_weighting(*arguments: Any, **options: Any) -> Any:
    """A loss times `weight` and `sample_weight`: `(loss, weight, sample_weight)`, or with `F`
    before them as in 1.x."""
    values = [a for a in arguments if not isinstance(a, ModuleType)]
    loss, weight, sample_weight = (*values, None, None)[:3]
    weight = options.get("weight", weight)
    sample_weight = options.get("sample_weight", sample_weight)
    if sample_weight is not None:
        loss = loss * sample_weight
    return loss if weight is None else loss * weight


def _reshape_like(*arguments: Any) -> Any:
    """The second-last argument in the shape of the last: `(x, y)`, or `(F, x, y)` as in 1.x."""
    x, y = arguments[-2:]
    return x.reshape(y.shape)


def _is_of_1(found: Any) -> bool:
    """Is a loss that of a program of 1.x?"""
    return is_nd(found) and not asks_for_numpy_shapes()


def _loss(native: type, arguments: str, compose: Any = None, **defaults: Any) -> type:
    """The class of a loss, which is a `Loss` of this module, too; `compose` is it on symbols."""
    made = _layer(native, arguments, base=Loss, **defaults)
    compute = native.forward  # type: ignore[attr-defined]

    @functools.wraps(compute)
    def forward(self: Any, *arrays: Any) -> Any:
        # Arrays of 1.x compare to numbers, where the native loss needs bools.
        kind = next((type(a) for a in arrays if isinstance(a, ndarray)), ndarray)
        if kind is ndarray:
            return compute(self, *arrays)
        plain = [ndarray(a) if isinstance(a, ndarray) else a for a in arrays]
        return kind(compute(self, *plain))

    made.forward, made._compose = forward, compose  # type: ignore[attr-defined]
    return made


L2Loss = _loss(_native.L2Loss, "weight batch_axis", _on_symbols.squared, weight=1.0)
L1Loss = _loss(_native.L1Loss, "weight batch_axis", _on_symbols.absolute)
SigmoidBinaryCrossEntropyLoss = _loss(
    _native.SigmoidBinaryCrossEntropyLoss,
    "from_sigmoid weight batch_axis",
    _on_symbols.binary,
)
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss


class SoftmaxCrossEntropyLoss(
    _loss(  # type: ignore[misc]
        _native.SoftmaxCrossEntropyLoss, "axis sparse_label from_logits weight batch_axis"
    )
):
    """Minus the logarithm of the probability of the label's class.

    sparse_label: labels are class indices, without the axis of classes or with an extent of 1
    there; else probabilities. from_logits: predictions are logarithms of probabilities
    """

    _compose = _on_symbols.classes

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        axis = self.options["axis"]
        if self.options["sparse_label"] and isinstance(label, ndarray):
            has_axis = label.ndim == pred.ndim and label.shape[axis] == 1
            label = label.squeeze(axis) if has_axis else label
        return super().forward(pred, label, sample_weight)


register_counterpart(_native.SoftmaxCrossEntropyLoss, SoftmaxCrossEntropyLoss)
SoftmaxCELoss = SoftmaxCrossEntropyLoss
KLDivLoss = _loss(_native.KLDivLoss, "from_logits axis weight batch_axis", _on_symbols.divergence)
CTCLoss = _loss(_native.CTCLoss, "layout label_layout weight", _on_symbols.alignment)
HuberLoss = _loss(_native.HuberLoss, "rho weight batch_axis", _on_symbols.huber)
HingeLoss = _loss(_native.HingeLoss, "margin weight batch_axis", _on_symbols.hinge)
SquaredHingeLoss = _loss(
    _native.SquaredHingeLoss, "margin weight batch_axis", _on_symbols.squared_hinge
)
LogisticLoss = _loss(_native.LogisticLoss, "weight batch_axis label_format", _on_symbols.logistic)
TripletLoss = _loss(_native.TripletLoss, "margin weight batch_axis", _on_symbols.triplet)


class PoissonNLLLoss(
    _loss(  # type: ignore[misc]
        _native.PoissonNLLLoss, "weight from_logits batch_axis compute_full"
    )
):
    """The negative log likelihood of counts under Poisson distributions, but for log(label!).

    from_logits: pred holds logarithms of the means, else the means; compute_full: adds Stirling's
    approximation of log(label!) for labels above 1

    Of arrays of 1.x it is the mean of the whole batch, one number; of others one a sample.
    """

    _compose = _on_symbols.counts

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        found = super().forward(pred, label, sample_weight)
        return found.mean() if _is_of_1(found) else found


register_counterpart(_native.PoissonNLLLoss, PoissonNLLLoss)


class CosineEmbeddingLoss(
    _loss(_native.CosineEmbeddingLoss, "weight batch_axis margin")  # type: ignore[misc]
):
    """1 - cos(input1, input2) where the label is 1, else max(0, cos - margin).

    Of arrays of 1.x it has shape (N, 1), of others (N,).
    """

    _compose = _on_symbols.cosine

    def forward(self, input1: Any, input2: Any, label: Any, sample_weight: Any = None) -> Any:
        found = super().forward(input1, input2, label, sample_weight)
        return found.reshape((-1, 1)) if _is_of_1(found) else found


register_counterpart(_native.CosineEmbeddingLoss, CosineEmbeddingLoss)
SDMLLoss = _loss(_native.SDMLLoss, "smoothing_parameter weight batch_axis")

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder("weft.mxnet.gluon.loss", _words.LOSSES)

__all__ = [
    "CTCLoss",
    "CosineEmbeddingLoss",
    "HingeLoss",
    "HuberLoss",
    "KLDivLoss",
    "L1Loss",
    "L2Loss",
    "LogisticLoss",
    "Loss",
    "PoissonNLLLoss",
    "SDMLLoss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
    "TripletLoss",
]
__dir__ = __all__.copy
