"""Metrics as `mx.gluon.metric` of 2.0 has them: `update(labels, preds)`, then `get()`.

`mx.metric` has those of 1.x, of which some take means in another way.

>>> from weft import np
>>> from weft import mxnet as mx
>>> accuracy = mx.gluon.metric.create("acc")
>>> accuracy.update([np.array([1, 0])], [np.array([[0.1, 0.9], [0.2, 0.8]])])
>>> accuracy.get()
('accuracy', 0.5)
"""

import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from weft import metric as _weft
from weft import np as _np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import InvalidValue, NotFound
from weft._base.registry import Registry
from weft._core.typing import ndarray

Names = Sequence[str] | None


class UnknownMetricError(NotFound, AssertionError):
    """The name of no metric."""

    __module__ = "weft.mxnet"


class WrongChoiceError(InvalidValue, AssertionError):
    """An option that MXNet asserts to be another."""

    __module__ = "weft.mxnet"


class EvalMetric:
    """Base: the mean of what `update` adds to `sum_metric` and `num_inst`.

    name: or several in a list; output_names, label_names: which outputs and labels `update_dict`
    takes, None for all; options: what `get_config` has beside these
    """

    sum_metric: Any
    num_inst: int

    def __init__(
        self,
        name: Any,
        output_names: Names = None,
        label_names: Names = None,
        has_global_stats: bool = False,
        **options: Any,
    ) -> None:
        self.name = str(name)
        self.output_names = output_names
        self.label_names = label_names
        self._has_global_stats = has_global_stats
        self._kwargs = options
        self.reset()

    def __str__(self) -> str:
        return f"EvalMetric: {dict(self.get_name_value())}"

    __repr__ = __str__

    def get_config(self) -> dict[str, Any]:
        """What `create` makes an equal metric of, as JSON."""
        return self._kwargs | {
            "metric": type(self).__name__,
            "name": self.name,
            "output_names": self.output_names,
            "label_names": self.label_names,
        }

    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        """Adds a batch of arrays by name."""
        names, outputs = self.label_names, self.output_names
        preds = list(pred.values()) if outputs is None else [pred[name] for name in outputs]
        labels = list(label.values()) if names is None else [label[name] for name in names]
        self.update(labels, preds)

    def update(self, labels: Any, preds: Any) -> None:
        """Adds a batch."""
        raise NotImplementedError(f"{type(self).__name__}: `update` is not written")

    def reset(self) -> None:
        """Starts again."""
        self.num_inst = 0
        self.sum_metric = 0.0

    def reset_local(self) -> None:
        """1.x: starts again, but for what `get_global` gives."""
        self.reset()

    def get(self) -> tuple[Any, Any]:
        """Name and value; the value is nan before the first update."""
        return self.name, self.sum_metric / self.num_inst if self.num_inst else math.nan

    def get_global(self) -> tuple[Any, Any]:
        """1.x: name and value since the last `reset`."""
        return self.get()

    def get_name_value(self) -> list[tuple[str, Any]]:
        """Pairs of name and value."""
        return _paired(*self.get())

    def get_global_name_value(self) -> list[tuple[str, Any]]:
        """Pairs of name and value since the last `reset`."""
        return _paired(*self.get_global())


def _paired(name: Any, value: Any) -> list[tuple[str, Any]]:
    names = name if isinstance(name, list) else [name]
    values = value if isinstance(value, list) else [value]
    return list(zip(names, values, strict=True))


class NativeMetric(EvalMetric):
    """Base of metrics that Weft computes; what came since `reset_local`, and since `reset`."""

    native: Any

    def _made(self) -> Any:
        """Weft's metric, fresh."""
        return self.native()

    def reset(self) -> None:
        super().reset()
        self._now, self._ever = self._made(), self._made()

    def reset_local(self) -> None:
        super().reset()
        self._now = self._made()

    def update(self, labels: Any, preds: Any) -> None:
        pairs = [self.prepared(label, pred) for label, pred in paired(labels, preds)]
        for label, _ in pairs:
            self.num_inst += int(label.shape[0]) if label.ndim else 1
        found = [label for label, _ in pairs], [pred for _, pred in pairs]
        self._now.update(*found)
        self._ever.update(*found)

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        """Arrays as Weft's metric takes them."""
        return label, pred

    def get(self) -> tuple[Any, Any]:
        return self.name, self._now.get()[1] if self.num_inst else math.nan

    def get_global(self) -> tuple[Any, Any]:
        return self.name, self._ever.get()[1]


def paired(labels: Any, preds: Any) -> list[tuple[Any, Any]]:
    """Labels and predictions side by side. Raises ValueError if their numbers differ."""
    labels, preds = check_label_shapes(labels, preds, wrap=True)
    return list(zip(map(_array, labels), map(_array, preds), strict=True))


def _array(value: Any) -> Any:
    """As `mx.np.ndarray`: what a metric computes is NumPy's, whichever kind it gets."""
    if not isinstance(value, ndarray):
        return _np.array(numpy.asarray(value))
    return value if type(value) is _np.ndarray else value.as_np_ndarray()


def check_label_shapes(
    labels: Any, preds: Any, wrap: bool = False, shape: bool = False
) -> tuple[Any, Any]:
    """Raises ValueError where labels and predictions differ in number, or in shape.

    wrap: give single arrays as lists of one
    """
    counts = (labels.shape, preds.shape) if shape else (len(labels), len(preds))
    if counts[0] != counts[1]:
        raise InvalidValue(
            f"metric: shape of labels {counts[0]} does not match shape of predictions {counts[1]}"
        )
    if wrap:
        labels = [labels] if isinstance(labels, ndarray) else labels
        preds = [preds] if isinstance(preds, ndarray) else preds
    return labels, preds


# ---- finding them by name

registry = Registry("metric")
_ALIASES = {
    "acc": "accuracy",
    "top_k_accuracy": "topkaccuracy",
    "top_k_acc": "topkaccuracy",
    "ce": "crossentropy",
    "nll_loss": "negativeloglikelihood",
    "pearsonr": "pearsoncorrelation",
    "composite": "compositeevalmetric",
}


def register(klass: type, name: str | None = None) -> type:
    """Decorator: makes an own metric known by its lower-case name, or by another."""
    return registry.add(klass, *([name] if name else []))


def alias(*aliases: str) -> Callable[[type], type]:
    """Decorator: makes an own metric known by other names."""
    return lambda klass: registry.add(klass, *aliases)


def create(metric: Any, *args: Any, **options: Any) -> EvalMetric:
    """The metric of a name, of what `get_config` gave as JSON, or of a function of NumPy arrays; of
    a list, all of them. Raises AssertionError for an unknown name."""
    return created(registry, CompositeEvalMetric, CustomMetric, metric, args, options)


def created(
    known: Registry, composite: Any, custom: Any, metric: Any, args: tuple[Any, ...], options: Any
) -> Any:
    """`create` among the classes of a registry."""
    if isinstance(metric, EvalMetric):
        return metric
    if isinstance(metric, list | tuple):
        found = composite()
        for one in metric:
            found.add(created(known, composite, custom, one, args, options))
        return found
    if callable(metric) and not isinstance(metric, type):
        return custom(metric, *args, **options)
    is_text = isinstance(metric, str) and metric.startswith("{")
    if is_text or isinstance(metric, dict):
        config = json.loads(metric) if is_text else dict(metric)
        return created(known, composite, custom, config.pop("metric"), (), config)
    word = _ALIASES.get(str(metric).lower(), str(metric).lower())
    if word not in known:
        raise UnknownMetricError(*_spelling.unknown("metric", str(metric), sorted(known)).args)
    return known[word](*args, **options)


# ---- several, and functions


@register
class CompositeEvalMetric(EvalMetric):
    """Several metrics that are updated together; `get` gives lists of names and values."""

    def __init__(
        self,
        metrics: Iterable[Any] | None = None,
        name: str = "composite",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        self.metrics = [self._create(metric) for metric in metrics or ()]
        super().__init__(name, output_names, label_names)

    _create: Callable[..., Any] = staticmethod(create)

    def add(self, metric: Any) -> None:
        """Adds a metric, or the one that a name stands for."""
        self.metrics.append(self._create(metric))

    def get_metric(self, index: int) -> Any:
        """The metric of a number; a ValueError, which is not raised, for another."""
        if index < len(self.metrics):
            return self.metrics[index]
        return ValueError(f"there are {len(self.metrics)} metrics, and no number {index}")

    def update_dict(self, label: Mapping[str, Any], pred: Mapping[str, Any]) -> None:
        if self.label_names is not None:
            label = {name: label[name] for name in label if name in self.label_names}
        if self.output_names is not None:
            pred = {name: pred[name] for name in pred if name in self.output_names}
        for metric in self.metrics:
            metric.update_dict(label, pred)

    def update(self, labels: Any, preds: Any) -> None:
        for metric in self.metrics:
            metric.update(labels, preds)

    def reset(self) -> None:
        for metric in getattr(self, "metrics", ()):
            metric.reset()

    def reset_local(self) -> None:
        for metric in self.metrics:
            metric.reset_local()

    def get(self) -> tuple[list[str], list[Any]]:
        found = [pair for metric in self.metrics for pair in metric.get_name_value()]
        return [name for name, _ in found], [value for _, value in found]

    def get_global(self) -> tuple[list[str], list[Any]]:
        found = [pair for metric in self.metrics for pair in metric.get_global_name_value()]
        return [name for name, _ in found], [value for _, value in found]

    def get_config(self) -> dict[str, Any]:
        return super().get_config() | {"metrics": [m.get_config() for m in self.metrics]}


@register
class CustomMetric(EvalMetric):
    """The mean over batches of a function of NumPy arrays.

    feval: (label, pred) to a number, or to (sum, count)
    allow_extra_outputs: outputs without labels are left out, and no error
    """

    def __init__(
        self,
        feval: Callable[[Any, Any], Any],
        name: str | None = None,
        allow_extra_outputs: bool = False,
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        if name is None:
            name = getattr(feval, "__name__", "feval")
            name = f"custom({name})" if "<" in name else name
        self._feval = feval
        self._allow_extra_outputs = allow_extra_outputs
        self._total = [0.0, 0]
        super().__init__(
            name, output_names, label_names, feval=feval, allow_extra_outputs=allow_extra_outputs
        )

    def reset(self) -> None:
        super().reset()
        self._total = [0.0, 0]

    def reset_local(self) -> None:
        super().reset()

    def update(self, labels: Any, preds: Any) -> None:
        if not self._allow_extra_outputs:
            labels, preds = check_label_shapes(labels, preds, True)
        for pred, label in zip(preds, labels, strict=False):
            found = self._feval(label.asnumpy(), pred.asnumpy())
            total, count = found if isinstance(found, tuple) else (found, 1)
            self.sum_metric += total
            self.num_inst += count
            self._total = [self._total[0] + total, self._total[1] + count]

    def get_global(self) -> tuple[Any, Any]:
        total, count = self._total
        return self.name, total / count if count else math.nan

    def get_config(self) -> dict[str, Any]:
        raise NotImplementedError("CustomMetric: a function cannot be written as JSON")


def numpy_function(
    numpy_feval: Callable[[Any, Any], Any],
    name: str | None = None,
    allow_extra_outputs: bool = False,
) -> CustomMetric:
    """`mx.metric.np`: the metric of a function of NumPy arrays."""
    return CustomMetric(numpy_feval, name, allow_extra_outputs)


# ---- classes


@register
class Accuracy(NativeMetric):
    """Share of right predictions: class indices, or scores with the classes along `axis`."""

    native = _weft.Accuracy

    def __init__(
        self,
        axis: int = 1,
        name: str = "accuracy",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        self.axis = axis
        super().__init__(name, output_names, label_names, axis=axis)

    def update(self, labels: Any, preds: Any) -> None:
        for label, pred in paired(labels, preds):
            chosen = _np.argmax(pred, axis=self.axis) if pred.shape != label.shape else pred
            chosen, wanted = chosen.reshape(-1), label.reshape(-1)
            check_label_shapes(wanted, chosen, shape=True)
            self.num_inst += wanted.size
            self._now.update(wanted, chosen)
            self._ever.update(wanted, chosen)


@register
class TopKAccuracy(NativeMetric):
    """Share of labels among the `top_k` classes of the highest scores."""

    def __init__(
        self,
        top_k: int = 1,
        name: str = "top_k_accuracy",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        if top_k <= 1:
            raise WrongChoiceError(
                f"TopKAccuracy: `top_k` must be above 1; got {top_k}; use Accuracy"
            )
        self.top_k = top_k
        super().__init__(name, output_names, label_names, top_k=top_k)
        self.name += f"_{top_k}"

    def _made(self) -> Any:
        return _weft.TopKAccuracy(self.top_k)


@register
class BinaryAccuracy(NativeMetric):
    """Share of right predictions of two classes: 1 where a score is above `threshold`."""

    def __init__(
        self,
        name: str = "binary_accuracy",
        output_names: Names = None,
        label_names: Names = None,
        threshold: float = 0.5,
    ) -> None:
        self.threshold = threshold
        super().__init__(name, output_names, label_names)

    def _made(self) -> Any:
        return _weft.BinaryAccuracy(self.threshold)

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        return label.reshape(-1), pred.reshape(-1)


@register
class Fbeta(NativeMetric):
    """Harmonic mean of precision and recall, recall counting `beta` times as much.

    class_type: 'binary', 'multiclass' or 'multilabel'; average: 'micro' or 'macro'
    """

    def __init__(
        self,
        name: str = "fbeta",
        output_names: Names = None,
        label_names: Names = None,
        class_type: str = "binary",
        beta: float = 1,
        threshold: float = 0.5,
        average: str = "micro",
    ) -> None:
        self._options = (class_type, float(beta), threshold, average)
        self.average = average
        super().__init__(name, output_names, label_names)

    def _made(self) -> Any:
        return _weft.Fbeta(*self._options)


@register
class F1(Fbeta):
    """Harmonic mean of precision and recall."""

    def __init__(
        self,
        name: str = "f1",
        output_names: Names = None,
        label_names: Names = None,
        class_type: str = "binary",
        threshold: float = 0.5,
        average: str = "micro",
    ) -> None:
        super().__init__(name, output_names, label_names, class_type, 1, threshold, average)


class _Plain(NativeMetric):
    """Without options."""

    usual = ""

    def __init__(
        self, name: str | None = None, output_names: Names = None, label_names: Names = None
    ) -> None:
        super().__init__(name or self.usual, output_names, label_names)


@register
class MCC(_Plain):
    """Matthews' correlation of two classes."""

    native, usual = _weft.MCC, "mcc"


@register
class PCC(_Plain):
    """Pearson's correlation of any number of classes; that of `MCC` for two."""

    native, usual = _weft.PCC, "pcc"


@register
class PearsonCorrelation(_Plain):
    """Pearson's correlation of labels and predictions."""

    native, usual = _weft.PearsonCorrelation, "pearsonr"


@register
class CrossEntropy(NativeMetric):
    """Mean of minus the logarithm of the probability of the label's class.

    ignore_label: a label that does not count; from_logits: predictions are scores
    """

    _native: Any = _weft.CrossEntropy

    def __init__(
        self,
        eps: float = 1e-12,
        ignore_label: int | None = None,
        axis: int = -1,
        from_logits: bool = False,
        name: str = "cross-entropy",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        self._options = (eps, ignore_label, axis, from_logits)
        super().__init__(name, output_names, label_names)

    def _made(self) -> Any:
        return self._native(*self._options)

    def prepared(self, label: Any, pred: Any) -> tuple[Any, Any]:
        wanted = tuple(n for a, n in enumerate(pred.shape) if a != self._options[2] % pred.ndim)
        return label.reshape(wanted), pred


@register
class Perplexity(CrossEntropy):
    """The exponential of the mean cross-entropy."""

    _native = _weft.Perplexity

    def __init__(
        self,
        eps: float = 1e-12,
        ignore_label: int | None = None,
        axis: int = -1,
        from_logits: bool = False,
        name: str = "perplexity",
        output_names: Names = None,
        label_names: Names = None,
    ) -> None:
        super().__init__(eps, ignore_label, axis, from_logits, name, output_names, label_names)


# ---- distances


@register
class MAE(_Plain):
    """Mean absolute error."""

    native, usual = _weft.MAE, "mae"


@register
class MSE(_Plain):
    """Mean squared error."""

    native, usual = _weft.MSE, "mse"


@register
class RMSE(_Plain):
    """Root of the mean squared error."""

    native, usual = _weft.RMSE, "rmse"


@register
class MeanPairwiseDistance(NativeMetric):
    """Mean distance of labels and predictions by the norm of power `p`."""

    def __init__(
        self,
        name: str = "mpd",
        output_names: Names = None,
        label_names: Names = None,
        p: float = 2,
    ) -> None:
        self.p = p
        super().__init__(name, output_names, label_names)

    def _made(self) -> Any:
        return _weft.MeanPairwiseDistance(self.p)


@register
class MeanCosineSimilarity(NativeMetric):
    """Mean cosine of the angle between labels and predictions."""

    def __init__(
        self,
        name: str = "cos_sim",
        output_names: Names = None,
        label_names: Names = None,
        eps: float = 1e-8,
    ) -> None:
        self.eps = eps
        super().__init__(name, output_names, label_names)

    def _made(self) -> Any:
        return _weft.MeanCosineSimilarity(self.eps)


@register
class Loss(NativeMetric):
    """Mean of all elements of the predictions, which are losses."""

    native = _weft.Loss

    def __init__(
        self, name: str = "loss", output_names: Names = None, label_names: Names = None
    ) -> None:
        super().__init__(name, output_names, label_names)

    def update(self, _: Any, preds: Any) -> None:
        for pred in [preds] if isinstance(preds, ndarray) else preds:
            self.num_inst += int(pred.size)
            self._now.update(None, _array(pred))
            self._ever.update(None, _array(pred))


@register
class Torch(Loss):
    """The same under another name."""

    def __init__(
        self, name: str = "torch", output_names: Names = None, label_names: Names = None
    ) -> None:
        super().__init__(name, output_names, label_names)


def predict_with_threshold(pred: Any, threshold: Any = 0.5) -> Any:
    """1 where a prediction is above its threshold, else 0."""
    return (pred > threshold).astype("int32")


def one_hot(idx: Any, num: int) -> Any:
    """Class indices as rows with one 1."""
    return (idx.reshape((*idx.shape, 1)) == _np.arange(num).astype("int32")).astype("int32")


np = numpy_function

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.metric", _words.LOSSES, ("metric",))

__all__ = [
    "F1",
    "MAE",
    "MCC",
    "MSE",
    "PCC",
    "RMSE",
    "Accuracy",
    "BinaryAccuracy",
    "CompositeEvalMetric",
    "CrossEntropy",
    "CustomMetric",
    "EvalMetric",
    "Fbeta",
    "Loss",
    "MeanCosineSimilarity",
    "MeanPairwiseDistance",
    "PearsonCorrelation",
    "Perplexity",
    "TopKAccuracy",
    "Torch",
    "check_label_shapes",
    "create",
    "np",
    "one_hot",
    "predict_with_threshold",
    "register",
]
__dir__ = __all__.copy
