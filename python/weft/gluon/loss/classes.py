"""Losses of classes and of their probabilities."""

from typing import Any

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require, require_finite
from weft._base.shapes import broadcasts_to
from weft._core import OPERATORS
from weft._core.halves import widened
from weft._trace.state import is_tracing
from weft.gluon._orders import check_axis_number
from weft.gluon.loss._base import Loss
from weft.metric import Form

_logistic = OPERATORS["logistic_elements"]  # a composite: operators one by one would be passes


def _check_indices(pred: Any, label: Any, axis: int) -> None:
    """Raises ValueError for labels that are no indices of classes, and says how to make them."""
    if label.ndim != pred.ndim:
        _check_axis("SoftmaxCrossEntropyLoss", pred, label, axis)
        require_whole_labels("SoftmaxCrossEntropyLoss", label)
        return
    if label.shape == pred.shape:
        told = (
            "with a number for each class write `y.argmax(axis=-1)`, or "
            "`gluon.loss.SoftmaxCrossEntropyLoss(sparse_label=False)`"
        )
    else:
        told = "write `y.reshape(-1)`"
    raise InvalidValue(
        "SoftmaxCrossEntropyLoss: `label` must have numbers of classes, an axis fewer than `pred` "
        f"of shape {pred.shape}; got shape {label.shape}; {told}"
    )


def require_whole_labels(where: str, label: Any) -> None:
    """Raises ValueError for class indices that are no whole numbers, which would be cut to such. In
    a plan labels have no values yet; a model looks at those of its first batch."""
    if is_tracing() or label.dtype.name[0] not in "fb" or label.dtype.name == "bool":
        return
    if bool(np.any(label != np.floor(label))):
        raise InvalidValue(
            f"{where}: `label` must have whole numbers, those of classes; got {label.min()} to "
            f"{label.max()} with others between; for numbers that are no classes write "
            "`gluon.loss.L2Loss()`"
        )


def _check_axis(where: str, pred: Any, label: Any, axis: int) -> None:
    """Raises ValueError for labels of the places of an image where the classes are in axis 1, which
    is where networks of images have them."""
    if label.ndim != pred.ndim - 1 or not -pred.ndim <= axis < pred.ndim or pred.ndim < 3:
        return
    rest = [tuple(n for k, n in enumerate(pred.shape) if k != at) for at in (axis % pred.ndim, 1)]
    if tuple(label.shape) == rest[1] != rest[0]:
        raise InvalidValue(
            f"{where}: `label` must have the axes of `pred`, of shape {pred.shape}, but {axis}, "
            f"that of the classes; got shape {label.shape}; where the classes are in axis 1, as in "
            f"networks of images, write `gluon.loss.{where}(axis=1)`"
        )


class SoftmaxCrossEntropyLoss(Loss):
    """Cross entropy of softmax(pred) and the label.

    sparse_label: labels are class indices without `axis`; else probabilities of pred's shape
    from_logits: pred holds log-probabilities already
    ignore_index: class index of what does not count, such as -1 for padding; None for none
    label_smoothing: part of each label that all classes share evenly (Szegedy et al. 2016), from 0
        to 1
    class_weight: factors of the losses of classes, one for each; with labels that are probabilities
        the mean of these by the label

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.SoftmaxCrossEntropyLoss(ignore_index=-1)
    >>> loss_of(np.zeros((2, 4)), np.array([3, -1]))
    array([1.3862944, 0.       ])
    """

    def __init__(
        self,
        axis: int = -1,
        *,
        sparse_label: bool = True,
        from_logits: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: int | None = None,
        label_smoothing: float = 0.0,
        class_weight: Any = None,
    ) -> None:
        told = "weights of classes are `class_weight`"
        check_axis_number("SoftmaxCrossEntropyLoss", axis, told)
        super().__init__(weight, batch_axis)
        self.class_weight = None if class_weight is None else np.array(class_weight, "float32")
        if self.class_weight is not None and self.class_weight.ndim != 1:
            raise InvalidValue(
                "SoftmaxCrossEntropyLoss: `class_weight` must have shape (classes,); got "
                f"{self.class_weight.shape}"
            )
        require(
            0 <= label_smoothing <= 1,
            "SoftmaxCrossEntropyLoss",
            "label_smoothing",
            "in [0, 1]",
            label_smoothing,
        )
        if ignore_index is not None and not sparse_label:
            raise InvalidValue(
                "SoftmaxCrossEntropyLoss: `ignore_index` needs labels that are class indices; got "
                "`sparse_label=False`"
            )
        self.options = {"axis": axis, "sparse_label": sparse_label, "from_logits": from_logits}
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing
        numbers = "log-probabilities" if from_logits else "scores"
        self.form = Form(numbers, "one", axis, ignore_index=ignore_index)

    def elements(self, pred: Any, label: Any) -> Any:
        options = dict(self.options)
        if self.ignore_index is not None:
            options["ignore_index"] = self.ignore_index
        if self.options["sparse_label"]:
            _check_indices(pred, label, self.options["axis"])
        loss = npx.softmax_cross_entropy(pred, label, **options)
        loss = self._smoothed(loss, pred, label) if self.label_smoothing else loss
        return loss if self.class_weight is None else loss * self._factors(pred, label, loss)

    def _factors(self, pred: Any, label: Any, loss: Any) -> Any:
        """The weights of the labels' classes, in the shape of the losses."""
        axis = self.options["axis"]
        if self.class_weight.shape[0] != pred.shape[axis]:
            raise InvalidValue(
                f"SoftmaxCrossEntropyLoss: `class_weight` must have {pred.shape[axis]} numbers, "
                f"one for each class; got {self.class_weight.shape[0]}"
            )
        if self.options["sparse_label"]:
            counted = label if self.ignore_index is None else np.maximum(label, 0)
            factors = self.class_weight[counted.astype("int64")]
        else:
            factors = np.sum(
                np.moveaxis(label, axis, -1) * self.class_weight.astype(label.dtype), axis=-1
            )
        return np.reshape(factors, loss.shape).astype(loss.dtype)

    def _smoothed(self, loss: Any, pred: Any, label: Any) -> Any:
        """The losses with a part of those of a label that is even over the classes."""
        axis, scores = self.options["axis"], widened(pred)
        even = np.negative(np.mean(scores, axis=axis))
        if not self.options["from_logits"]:
            even = even + npx.logsumexp(scores, axis=axis)
        even = np.reshape(even, loss.shape)
        if self.ignore_index is not None:
            even = np.where(np.reshape(label != self.ignore_index, loss.shape), even, 0.0)
        part = self.label_smoothing
        return (widened(loss) * (1 - part) + even * part).astype(loss.dtype)

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        pred: scores; label: class indices without `axis`, or probabilities; see `Loss.forward`
        """
        counted = None if self.ignore_index is None else label != self.ignore_index
        return self.by_sample(self.elements(pred, label), sample_weight, counted=counted)


class SigmoidBinaryCrossEntropyLoss(Loss):
    """Cross entropy of sigmoid(pred) and a label between 0 and 1.

    from_sigmoid: pred holds probabilities already
    label_smoothing: labels are moved so much of the way to 1/2, from 0 to 1
    ignore_index: label of what does not count, such as -1 for unknown places; None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.SigmoidBinaryCrossEntropyLoss()
    >>> loss_of(np.array([[0.0], [4.0]]), np.array([[1.0], [1.0]])).round(4)
    array([0.6931, 0.0181])
    """

    def __init__(
        self,
        *,
        from_sigmoid: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        label_smoothing: float = 0.0,
        ignore_index: float | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        where = "SigmoidBinaryCrossEntropyLoss"
        is_share = 0 <= label_smoothing <= 1
        require(is_share, where, "label_smoothing", "in [0, 1]", label_smoothing)
        self.from_sigmoid = from_sigmoid
        self.rounds_once = from_sigmoid
        self.label_smoothing, self.ignore_index = label_smoothing, ignore_index
        numbers = "probabilities" if from_sigmoid else "scores"
        self.form = Form(numbers, "each", ignore_index=ignore_index)

    def forward(
        self, pred: Any, label: Any, sample_weight: Any = None, pos_weight: Any = None
    ) -> Any:
        """Losses of shape (N,).

        pos_weight: factors of what the part of the label that is 1 costs, which broadcast to it:
            above 1 where too little is found; None for 1. Others: see `Loss.forward`

        >>> from weft import gluon, np
        >>> loss_of = gluon.loss.SigmoidBinaryCrossEntropyLoss()
        >>> scores, labels = np.zeros((1, 2)), np.array([[1.0, 1.0]])
        >>> bool(loss_of(scores, labels, None, np.array([3.0, 1.0])) == 2 * loss_of(scores, labels))
        True
        """
        (pred, label), dtype = self._operands(pred, label)
        label, counted = np.reshape(label, pred.shape), None
        if self.ignore_index is not None:
            counted = label != self.ignore_index
            label = np.where(counted, label, np.zeros_like(label))
        if self.label_smoothing:
            label = label * (1 - self.label_smoothing) + 0.5 * self.label_smoothing
        elements = self.elements(pred, label)
        if pos_weight is not None:
            if not broadcasts_to(tuple(np.shape(pos_weight)), pred.shape):
                raise InvalidValue(
                    f"{type(self).__name__}: `pos_weight` must broadcast to the labels, of shape "
                    f"{pred.shape}; got shape {tuple(np.shape(pos_weight))}"
                )
            # The cost where the label is 1 is that of the label 1 times the label.
            ones = self.elements(pred, np.ones_like(label))
            elements = elements + (pos_weight - 1) * label * ones
        if counted is not None:
            elements = np.where(counted, elements, np.zeros_like(elements))
        return self.by_sample(elements, sample_weight, counted=counted, dtype=dtype)

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        if self.from_sigmoid:
            tiny = 1e-12
            return -(np.log(pred + tiny) * label + np.log(1.0 - pred + tiny) * (1.0 - label))
        return _logistic(pred, label)


class LogisticLoss(Loss):
    """log(1 + exp(-pred label)), for labels of -1 and 1.

    label_format: "signed", or "binary" for labels of 0 and 1

    >>> from weft import gluon, np
    >>> gluon.loss.LogisticLoss()(np.array([0.0, 4.0]), np.array([1.0, 1.0])).round(4)
    array([0.6931, 0.0181])
    """

    def __init__(
        self, weight: float | None = None, batch_axis: int = 0, *, label_format: str = "signed"
    ) -> None:
        if label_format not in ("signed", "binary"):
            raise InvalidValue(
                f"LogisticLoss: `label_format` must be signed or binary; got {label_format!r}"
            )
        super().__init__(weight, batch_axis)
        self.label_format = label_format
        self.form = Form("scores", "each", is_signed=label_format == "signed")

    def elements(self, pred: Any, label: Any) -> Any:
        label = np.reshape(label, pred.shape)
        return _logistic(pred, (label + 1) * 0.5 if self.label_format == "signed" else label)


class HingeLoss(Loss):
    """max(0, margin - pred label), for labels of -1 and 1.

    >>> from weft import gluon, np
    >>> gluon.loss.HingeLoss()(np.array([0.5, 2.0]), np.array([1.0, -1.0]))
    array([0.5, 3. ])
    """

    form = Form("scores", "each", is_signed=True)

    def __init__(
        self, margin: float = 1.0, weight: float | None = None, batch_axis: int = 0
    ) -> None:
        super().__init__(weight, batch_axis)
        require_finite(type(self).__name__, margin=margin)
        self.margin = margin

    def elements(self, pred: Any, label: Any) -> Any:
        return npx.relu(self.margin - pred * np.reshape(label, pred.shape))


class SquaredHingeLoss(HingeLoss):
    """The square of `HingeLoss`.

    >>> from weft import gluon, np
    >>> gluon.loss.SquaredHingeLoss()(np.array([0.5, 2.0]), np.array([1.0, -1.0]))
    array([0.25, 9.  ])
    """

    def elements(self, pred: Any, label: Any) -> Any:
        return np.square(super().elements(pred, label))


class KLDivLoss(Loss):
    """label (log(label) - log-probability), whose sum is the Kullback-Leibler divergence.

    from_logits: pred holds log-probabilities; else scores, whose softmax along `axis` is taken

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.KLDivLoss(from_logits=False)
    >>> loss_of(np.array([[0.0, 0.0]]), np.array([[1.0, 0.0]])).round(4)
    array([0.3466])
    """

    rounds_once = True

    def __init__(
        self,
        from_logits: bool = True,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
    ) -> None:
        super().__init__(weight, batch_axis)
        if from_logits and axis != -1:
            raise InvalidValue(
                "KLDivLoss: `axis` has no effect with `from_logits`, which has no softmax; got "
                f"{axis}"
            )
        self.from_logits = from_logits
        self.axis = axis
        self.form = Form("log-probabilities" if from_logits else "scores", "one", axis)

    def elements(self, pred: Any, label: Any) -> Any:
        if not broadcasts_to(label.shape, pred.shape):
            raise InvalidValue(
                f"KLDivLoss: `label` must broadcast to `pred`, of shape {pred.shape}, without "
                f"enlarging it; got shape {label.shape}"
            )
        logs = pred if self.from_logits else npx.log_softmax(pred, axis=self.axis)
        return label * (np.log(label + 1e-12) - logs)


class FocalLoss(Loss):
    """Cross entropy of the sigmoid of each class, in which what is right already counts little (Lin
    et al. 2017): alpha (1 - p)^gamma (-log p), where p is the probability of what is so.

    axis: of the classes
    alpha: weight of what is of a class, 1 - alpha that of what is not; None: both 1
    gamma: how little counts what is right; 0 for cross entropy
    sparse_label: labels are class indices without `axis`, -1 or another number that is no index for
        none of the classes; else 0 or 1 for each class
    from_sigmoid: pred holds probabilities already
    ignore_index: label of what does not count at all; None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.FocalLoss()
    >>> sure, unsure = np.array([[8.0, -8.0]]), np.array([[0.1, 0.0]])
    >>> bool(loss_of(sure, np.array([0])) < 1e-4 * loss_of(unsure, np.array([0])))
    True
    """

    rounds_once = True

    def __init__(
        self,
        axis: int = -1,
        alpha: float | None = 0.25,
        gamma: float = 2.0,
        *,
        sparse_label: bool = True,
        from_sigmoid: bool = False,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        self.ignore_index = ignore_index
        is_share = alpha is None or 0 <= alpha <= 1
        require(is_share, "FocalLoss", "alpha", "in [0, 1] or None", alpha)
        require(gamma >= 0, "FocalLoss", "gamma", "at least 0", gamma)
        require_finite("FocalLoss", gamma=gamma)
        self.axis = axis
        self.alpha = alpha
        self.gamma = gamma
        self.sparse_label = sparse_label
        self.from_sigmoid = from_sigmoid
        numbers, kind = ("scores", "probabilities")[from_sigmoid], ("each", "one")[sparse_label]
        self.form = Form(numbers, kind, axis, ignore_index=ignore_index)

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,); see `Loss.forward`."""
        (scores, is_class), dtype = self._operands(pred, label)
        elements, counted = self.elements(scores, is_class), None
        if self.ignore_index is not None:
            counted = label != self.ignore_index
            counted = np.expand_dims(counted, self.axis) if self.sparse_label else counted
            counted = np.broadcast_to(counted, elements.shape)
            elements = np.where(counted, elements, np.zeros_like(elements))
        return self.by_sample(elements, sample_weight, counted=counted, dtype=dtype)

    def _operands(self, *arrays: Any) -> tuple[tuple[Any, ...], Any]:
        pred, label = arrays
        (pred,), dtype = super()._operands(pred)
        if not self.sparse_label:
            return (pred, np.reshape(label, pred.shape).astype(pred.dtype)), dtype
        is_axis = -pred.ndim <= self.axis < pred.ndim
        require(is_axis, "FocalLoss", "axis", f"in [-{pred.ndim}, {pred.ndim})", self.axis)
        rest = list(pred.shape)
        rest.pop(self.axis)
        _check_axis("FocalLoss", pred, label, self.axis)
        require_whole_labels("FocalLoss", label)
        if tuple(label.shape) != tuple(rest):
            raise InvalidValue(
                "FocalLoss: `label` must be class indices, with the axes of `pred` but that of the "
                f"classes; got shapes {label.shape} and {pred.shape}"
            )
        classes = np.arange(pred.shape[self.axis])
        shape = [1] * pred.ndim
        shape[self.axis] = pred.shape[self.axis]
        is_class = np.expand_dims(label, self.axis) == np.reshape(classes, tuple(shape))
        return (pred, is_class.astype(pred.dtype)), dtype

    def elements(self, pred: Any, label: Any) -> Any:
        if self.from_sigmoid:
            tiny = 1e-12
            right = pred * label + (1 - pred) * (1 - label)
            loss = np.negative(np.log(right + tiny))
        else:
            probability = npx.sigmoid(pred)
            right = probability * label + (1 - probability) * (1 - label)
            loss = _logistic(pred, label)
        if self.gamma:
            # A power of a number above 0: its slope at 0 would be infinite below gamma 1.
            loss = loss * np.power(np.maximum(1 - right, 1e-12), self.gamma)
        if self.alpha is not None:
            loss = loss * (label * self.alpha + (1 - label) * (1 - self.alpha))
        return loss


class DistillationLoss(Loss):
    """How far scores are from those of a larger network, the teacher, and from the labels (Hinton
    et al. 2015): alpha T² KL(softmax(teacher / T) ‖ softmax(pred / T)) + (1 - alpha) cross entropy.

    temperature: T, which makes distributions flat so that small scores count; alpha: share of the
    teacher, 0 to 1; axis: of the classes; ignore_index: label of what does not count, None for none

    >>> from weft import gluon, np
    >>> loss_of = gluon.loss.DistillationLoss(alpha=1.0)
    >>> scores = np.array([[1.0, 2.0]])
    >>> bool(abs(loss_of(scores, scores)).max() < 1e-6)
    True
    """

    rounds_once = True

    def __init__(
        self,
        temperature: float = 4.0,
        alpha: float = 0.9,
        *,
        axis: int = -1,
        weight: float | None = None,
        batch_axis: int = 0,
        ignore_index: int | None = None,
    ) -> None:
        super().__init__(weight, batch_axis)
        if not temperature > 0:
            raise InvalidValue(
                f"DistillationLoss: `temperature` must be positive; got {temperature}"
            )
        if not 0 <= alpha <= 1:
            raise InvalidValue(f"DistillationLoss: `alpha` must be in [0, 1]; got {alpha}")
        self.temperature, self.alpha, self.axis = temperature, alpha, axis
        self.ignore_index = ignore_index
        self.form = Form("scores", "one", axis, ignore_index=ignore_index)

    def forward(self, pred: Any, teacher: Any, label: Any = None, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        pred, teacher: scores of one shape, before any softmax; the teacher gets no gradient
        label: class indices without `axis`; needed unless alpha is 1
        """
        needs_label = self.alpha < 1 or self.ignore_index is not None
        if needs_label and label is None:
            raise InvalidValue(
                "DistillationLoss: `label` must be given where `alpha` is not 1 or there is an "
                "`ignore_index`"
            )
        if teacher.shape != pred.shape:
            raise InvalidValue(
                f"DistillationLoss: `teacher` must have the shape of `pred`, {pred.shape}; got "
                f"{teacher.shape}"
            )
        (pred, teacher), dtype = self._operands(pred, teacher)
        scaled = npx.log_softmax(pred / self.temperature, axis=self.axis)
        wanted = npx.log_softmax(npx.stop_gradient(teacher) / self.temperature, axis=self.axis)
        gap = np.sum(np.exp(wanted) * (wanted - scaled), axis=self.axis)
        loss = gap * (self.alpha * self.temperature**2)
        if self.alpha < 1:
            hard = npx.softmax_cross_entropy(
                pred, label, axis=self.axis, ignore_index=self.ignore_index
            )
            loss = loss + np.reshape(hard, loss.shape) * (1 - self.alpha)
        counted = None
        if self.ignore_index is not None:
            counted = np.reshape(label != self.ignore_index, loss.shape)
            loss = np.where(counted, loss, 0.0)
        return self.by_sample(loss, sample_weight, counted=counted, dtype=dtype)


SoftmaxCELoss = SoftmaxCrossEntropyLoss
SigmoidBCELoss = SigmoidBinaryCrossEntropyLoss

__all__ = [
    "DistillationLoss",
    "FocalLoss",
    "HingeLoss",
    "KLDivLoss",
    "LogisticLoss",
    "SigmoidBCELoss",
    "SigmoidBinaryCrossEntropyLoss",
    "SoftmaxCELoss",
    "SoftmaxCrossEntropyLoss",
    "SquaredHingeLoss",
]
__dir__ = __all__.copy
