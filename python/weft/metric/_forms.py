"""How predictions are read: as scores or probabilities, of one class among several or of a yes or
no for each number.

A loss says its form, and a model hands it to the metrics. Without one, shapes and values tell as
much as they can, and what they cannot tell is refused.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._base.options import require

_NUMBERS = ("scores", "probabilities", "log-probabilities")


@dataclass(frozen=True)
class Form:
    """What a loss takes for predictions and labels.

    numbers: "scores", which a sigmoid or softmax makes probabilities, "probabilities", or
        "log-probabilities"
    kind: "one" for one class, that with the largest number along `axis`; "each" for a yes or no of
        every number
    axis: of the classes
    is_signed: labels of yes and no are 1 and -1
    ignore_index: label of what does not count, None for none

    A loss of your own says it as `form`, so that metrics of a `weft.Model` know it:

    >>> from weft import gluon, metric, np, npx
    >>> class SoftLoss(gluon.loss.Loss):
    ...     form = metric.Form("scores", "each")
    ...     def elements(self, pred, label):
    ...         return np.abs(npx.sigmoid(pred) - label)
    >>> SoftLoss().form.numbers
    'scores'
    """

    numbers: str = "scores"
    kind: str = "one"
    axis: int = -1
    is_signed: bool = False
    ignore_index: float | None = None

    def __post_init__(self) -> None:
        require(self.numbers in _NUMBERS, "Form", "numbers", " or ".join(_NUMBERS), self.numbers)
        require(self.kind in ("one", "each"), "Form", "kind", "one or each", self.kind)


class Read(NamedTuple):
    """A label and a prediction in shapes that fit: where there are columns, the prediction has the
    numbers of all classes in `axis`, and the label an axis fewer; else both have one shape."""

    label: Any
    pred: Any
    axis: int | None

    @property
    def has_columns(self) -> bool:
        """Does the prediction have a number for each class?"""
        return self.axis is not None


def misfit(where: str, label: Any, pred: Any) -> InvalidValue:
    """The error for shapes that do not go together."""
    return InvalidValue(
        f"{where}: `preds` of shape {pred.shape} do not fit `labels` of shape {label.shape}"
    )


def read(label: Any, pred: Any, form: Form | None, axis: int | None, where: str) -> Read:
    """Finds the classes: (N,) goes with (N, 1), one-hot labels become class indices where the form
    is of one class. Raises ValueError for other shapes."""
    axis = axis if axis is not None else form.axis if form is not None else -1
    is_one = form is not None and form.kind == "one"
    if not (is_one and pred.ndim > 1 and label.shape == pred.shape) and _same(label, pred):
        return Read(label if label.shape == pred.shape else label.reshape(pred.shape), pred, None)
    if not -pred.ndim <= axis < pred.ndim:
        raise misfit(where, label, pred)
    axis %= pred.ndim
    rest = tuple(n for place, n in enumerate(pred.shape) if place != axis)
    if label.shape == rest:
        return Read(label, pred, axis)
    if is_one and label.shape == pred.shape:  # one-hot, or a probability of each class
        return Read(np.argmax(label, axis=axis), pred, axis)
    if label.ndim == pred.ndim and label.shape == (*rest[:axis], 1, *rest[axis:]):
        return Read(label.reshape(rest), pred, axis)
    raise misfit(where, label, pred)


def _same(label: Any, pred: Any) -> bool:
    return [n for n in label.shape if n != 1] == [n for n in pred.shape if n != 1]


def border(form: Form | None, threshold: float | None) -> float:
    """What a number has to be above for a yes.

    threshold: a probability; one outside (0, 1) can only be of the numbers themselves
    """
    share = 0.5 if threshold is None else threshold
    if form is None or form.numbers == "probabilities" or not 0 < share < 1:
        return share
    return math.log(share) if form.numbers == "log-probabilities" else math.log(share / (1 - share))


def require_all(fine: Any, where: str, rule: str, given: Any, in_plan: bool) -> None:
    """Raises ValueError where something is not fine; in a plan AssertionError, when it runs."""
    if in_plan:
        npx.check(fine, f"{where}: {rule}")
    elif not bool(np.all(fine)):
        raise InvalidValue(f"{where}: {rule}; got {given.min()} to {given.max()}")


def require_shares(
    pred: Any, form: Form | None, threshold: float | None, where: str, in_plan: bool
) -> None:
    """Raises for numbers that are no probabilities where nothing says what they are."""
    if form is None and threshold is None and pred.dtype.name[0] not in "iub":
        rule = (
            "`preds` must be probabilities, or a `threshold` must say from where scores are a yes, "
            "such as 0.0"
        )
        require_all(~((pred < 0) | (pred > 1)), where, rule, pred, in_plan)  # NaN is a figure


def truths(label: Any, form: Form | None) -> Any:
    """Which labels of yes and no are a yes: bools."""
    return label > (0 if form is not None and form.is_signed else 0.5)


def answers(
    found: Read, form: Form | None, threshold: float | None, where: str, in_plan: bool
) -> tuple[Any, Any]:
    """Which labels are a yes, and which predictions: bools of one shape. Raises ValueError for more
    than two columns."""
    label, pred, axis = found
    least = border(form, threshold)
    if axis is None:
        require_shares(pred, form, threshold, where, in_plan)
        return truths(label, form), pred > least
    if pred.shape[axis] != 2:
        raise InvalidValue(
            f"{where}: `preds` must be of two classes, or have one number for each label; got "
            f"shape {pred.shape} for `labels` of shape {label.shape}"
        )
    no, yes = (np.take(pred, k, axis=axis) for k in (0, 1))
    if form is not None and form.numbers != "probabilities":
        return label == 1, yes - no > border(Form("scores"), threshold)
    return label == 1, yes > (no if threshold is None else least)


def classes(
    found: Read, form: Form | None, threshold: float | None, where: str, in_plan: bool
) -> tuple[Any, Any]:
    """The classes of labels and of predictions, in one shape. Numbers of a floating dtype that are
    whole are classes, others the probabilities of class 1."""
    label, pred, axis = found
    if threshold is not None or (axis is None and form is not None):
        truth, chosen = answers(found, form, threshold, where, in_plan)
        is_signed = form is not None and form.is_signed
        return (truth.astype("int64") if is_signed else label), chosen.astype("int64")
    if axis is not None:
        return label, np.argmax(pred, axis=axis)
    if pred.dtype.name[0] in "iub":
        return label, pred
    is_whole = pred == np.floor(pred)
    rule = (
        "`preds` must be classes or probabilities, or a `threshold` must say from where scores are "
        "a yes, such as 0.0"
    )
    require_all(is_whole | ~((pred < 0) | (pred > 1)), where, rule, pred, in_plan)
    return label, np.where(is_whole, pred, (pred > 0.5).astype(pred.dtype))


def shares(pred: Any, form: Form | None, axis: int | None) -> Any:
    """Probabilities, of all classes in an axis or of each yes; as they are where nobody knows."""
    if form is None or form.numbers == "probabilities":
        return pred
    if form.numbers == "log-probabilities":
        return np.exp(pred)
    return npx.sigmoid(pred) if axis is None else npx.softmax(pred, axis=axis)


__all__ = ["Form"]
