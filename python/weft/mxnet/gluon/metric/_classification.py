"""Metrics of classes."""

from dataclasses import dataclass
from typing import Any

from weft import metric, np
from weft.mxnet.gluon.metric._base import Names, WrongChoiceError, check_label_shapes
from weft.mxnet.gluon.metric._named import known
from weft.mxnet.gluon.metric._native import NamedMetric, NativeMetric


@known.register
@dataclass(eq=False, repr=False)
class Accuracy(NativeMetric):
    """Share of right predictions: class indices, or scores with the classes along `axis`."""

    axis: int = 1
    name: str = "accuracy"
    output_names: Names = None
    label_names: Names = None
    native = metric.Accuracy

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        chosen = np.argmax(pred, axis=self.axis) if pred.shape != label.shape else pred
        return check_label_shapes(label.reshape(-1), chosen.reshape(-1), shape=True)


@known.register
@dataclass(eq=False, repr=False)
class TopKAccuracy(NativeMetric):
    """Share of labels among the `top_k` classes of the highest scores."""

    top_k: int = 1
    name: str = "top_k_accuracy"
    output_names: Names = None
    label_names: Names = None
    native = metric.TopKAccuracy

    def __post_init__(self) -> None:
        if self.top_k <= 1:
            raise WrongChoiceError(
                f"TopKAccuracy: `top_k` must be above 1; got {self.top_k}; use Accuracy"
            )
        super().__post_init__()
        self.name += f"_{self.top_k}"


@known.register
@dataclass(eq=False, repr=False)
class BinaryAccuracy(NamedMetric):
    """Share of right predictions of two classes: 1 where a score is above `threshold`."""

    name: str = "binary_accuracy"
    threshold: float = 0.5
    native = metric.BinaryAccuracy

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        return label.reshape(-1), pred.reshape(-1)


@known.register
@dataclass(eq=False, repr=False)
class Fbeta(NamedMetric):
    """Harmonic mean of precision and recall, recall counting `beta` times as much.

    class_type: 'binary', 'multiclass' or 'multilabel'; average: 'micro' or 'macro'
    """

    name: str = "fbeta"
    class_type: str = "binary"
    beta: float = 1
    threshold: float = 0.5
    average: str = "micro"
    native = metric.Fbeta


@known.register
@dataclass(eq=False, repr=False)
class F1(NamedMetric):
    """Harmonic mean of precision and recall."""

    name: str = "f1"
    class_type: str = "binary"
    threshold: float = 0.5
    average: str = "micro"
    native = metric.F1


@known.register
@dataclass(eq=False, repr=False)
class MCC(NamedMetric):
    """Matthews' correlation of two classes."""

    name: str = "mcc"
    native = metric.MCC


@known.register
@dataclass(eq=False, repr=False)
class PCC(NamedMetric):
    """Pearson's correlation of any number of classes; that of `MCC` for two."""

    name: str = "pcc"
    native = metric.PCC


class OfProbabilities(NativeMetric):
    """Base of those that take the probabilities, or scores, of all classes along `axis`."""

    axis = -1

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        wanted = tuple(n for a, n in enumerate(pred.shape) if a != self.axis % pred.ndim)
        return label.reshape(wanted), pred


@known.register
@dataclass(eq=False, repr=False)
class CrossEntropy(OfProbabilities):
    """Mean of minus the logarithm of the probability of the label's class.

    ignore_label: a label that does not count; from_logits: predictions are scores
    """

    eps: float = 1e-12
    ignore_label: int | None = None
    axis: int = -1
    from_logits: bool = False
    name: str = "cross-entropy"
    output_names: Names = None
    label_names: Names = None
    native = metric.CrossEntropy


@known.register
@dataclass(eq=False, repr=False)
class Perplexity(CrossEntropy):
    """The exponential of the mean cross-entropy."""

    name: str = "perplexity"
    native = metric.Perplexity


def predict_with_threshold(pred: Any, threshold: Any = 0.5) -> Any:
    """1 where a prediction is above its threshold, else 0."""
    return (pred > threshold).astype("int32")


def one_hot(idx: Any, num: int) -> Any:
    """Class indices as rows with one 1."""
    return (idx.reshape((*idx.shape, 1)) == np.arange(num).astype("int32")).astype("int32")


__all__ = [
    "F1",
    "MCC",
    "PCC",
    "Accuracy",
    "BinaryAccuracy",
    "CrossEntropy",
    "Fbeta",
    "OfProbabilities",
    "Perplexity",
    "TopKAccuracy",
    "one_hot",
    "predict_with_threshold",
]
