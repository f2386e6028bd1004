"""Losses: one value per sample, the mean over all axes but the batch axis.

`backward` on the vector of losses sums them; `Trainer.step(batch_size)` divides by their number.
Of `loss.mean()` the gradients are those of the mean already: then it is `Trainer.step(1)`.

Class labels are at least 0: others are refused, but for an `ignore_index`, whose elements have a
loss of 0 and no gradient, and do not count in the mean, and in `FocalLoss`, where a sample may have
no class. A sample of no elements has a loss of 0.

Losses of halves that add up, have exponents or an epsilon are computed in float32 and rounded once:
in float16 epsilons are 0, and squares soon infinite.
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.loss._base import Loss
from weft.gluon.loss._names import create, register
from weft.gluon.loss.classes import (
    DistillationLoss,
    FocalLoss,
    HingeLoss,
    KLDivLoss,
    LogisticLoss,
    SigmoidBCELoss,
    SigmoidBinaryCrossEntropyLoss,
    SoftmaxCELoss,
    SoftmaxCrossEntropyLoss,
    SquaredHingeLoss,
)
from weft.gluon.loss.distances import (
    CosineEmbeddingLoss,
    GaussianNLLLoss,
    HuberLoss,
    L1Loss,
    L2Loss,
    PoissonNLLLoss,
    SDMLLoss,
    TripletLoss,
)
from weft.gluon.loss.embeddings import ArcFaceLoss, InfoNCELoss
from weft.gluon.loss.masks import DiceLoss, TverskyLoss
from weft.gluon.loss.sequences import CTCLoss

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.gluon.loss", _words.LOSSES)

__all__ = [
    "ArcFaceLoss",
    "CTCLoss",
    "CosineEmbeddingLoss",
    "DiceLoss",
    "DistillationLoss",
    "FocalLoss",
    "GaussianNLLLoss",
    "HingeLoss",
    "HuberLoss",
    "InfoNCELoss",
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
    "TverskyLoss",
    "create",
    "register",
]
__dir__ = __all__.copy
