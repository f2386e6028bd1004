"""Output layers of 1.x, which are a prediction forward and a loss backward.

Their gradient is written down, and does not depend on the one that comes from behind: it is
(softmax - label), say, whatever is done with the output. One operator, `mxnet_own_gradient`, has
this: its result is its first input, and its second input is the gradient of the third. Where
nothing is recorded the layer is its prediction alone, so exported files have no such operator.
"""

from functools import cache
from typing import Any

import numpy

from weft import autograd, np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft._import.values import Array
from weft.library import ArrayType, Attribute, register_op
from weft.mxnet._operators._attributes import flag
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted, is_np_shape, labelled

_OPERATOR = "mxnet_own_gradient"


@cache
def _own_gradient() -> Any:
    """The operator, which is registered when it is first needed."""

    def infer(
        prediction: ArrayType, grad: ArrayType, data: ArrayType, *, scaled: bool
    ) -> ArrayType:
        return prediction

    def kernel(prediction: Any, grad: Any, data: Any, *, scaled: bool) -> numpy.ndarray:
        return prediction

    def gradient(inputs: Any, outputs: Any, cotangents: Any, *, scaled: bool) -> Any:
        found = inputs[1]
        return None, None, found * cotangents[0].reshape(found.shape) if scaled else found

    return register_op(
        _OPERATOR,
        inputs={
            "prediction": "any floats: the result",
            "grad": "the gradient of data",
            "data": "what has this gradient, shape of grad",
        },
        attributes={"scaled": Attribute("bool", False, "times the gradient of the result")},
        infer=infer,
        kernel=kernel,
        gradient=gradient,
        promotion="exact",
        doc="The first array, with a gradient of its own: that of the third is the second.",
    )


def with_gradient(out: ndarray, data: ndarray, grad: Any, is_scaled: bool = False) -> ndarray:
    """A prediction whose backward gives `data` a gradient that is written down.

    grad: a function that makes it, called where something is recorded
    """
    if not autograd.is_recording():
        return out
    found = npx.stop_gradient(grad().astype(data.dtype))
    return _own_gradient()(npx.stop_gradient(out), found, data, scaled=is_scaled)


# ---- softmax -------------------------------------------------------------------------------------


@rules("SoftmaxOutput", "Softmax")
def _softmax_output(
    data: Array,
    label: Array = None,
    *,
    grad_scale: float = 1.0,
    ignore_label: float = -1.0,
    multi_output: Any = False,
    use_ignore: Any = False,
    preserve_shape: Any = False,
    normalization: str = "null",
    out_grad: Any = False,
    smooth_alpha: float = 0.0,
) -> ndarray:
    if normalization not in ("null", "batch", "valid"):
        raise InvalidValue(
            f"`normalization` must be 'null', 'batch' or 'valid'; got {normalization!r}"
        )
    scores, axis = data, 1
    if flag(preserve_shape):
        axis = data.ndim - 1
    elif not flag(multi_output):
        scores = data.reshape((data.shape[0], -1))
    out = npx.softmax(scores, axis)
    if label is None:
        return out.reshape(data.shape)

    def gradient() -> ndarray:
        if label.shape == data.shape:  # probabilities of classes
            return (out - label.reshape(out.shape)).reshape(data.shape) * grad_scale
        classes = label.reshape((*out.shape[:axis], *out.shape[axis + 1 :]))
        found = out - _targets(classes, out.shape[axis], axis, smooth_alpha)
        is_wanted = classes != ignore_label
        if flag(use_ignore):
            found = np.where(np.expand_dims(is_wanted, axis), found, 0)
        places = classes.size // data.shape[0] if flag(multi_output) else 1
        found = found * (grad_scale / (1 if normalization == "valid" else places))
        return _shared(found, normalization, data.shape[0], is_wanted).reshape(data.shape)

    return with_gradient(out.reshape(data.shape), data, gradient, flag(out_grad))


def _targets(classes: ndarray, count: int, axis: int, smooth_alpha: float) -> ndarray:
    """One at each class's place, less what smoothing gives to the others."""
    high, low = 1 - smooth_alpha, smooth_alpha / max(count - 1, 1)
    return np.moveaxis(npx.one_hot(classes.astype("int32"), count, high, low), -1, axis)


def _shared(grad: ndarray, normalization: str, batch: Any, is_wanted: ndarray) -> ndarray:
    """A gradient divided by the batch, or by the elements that count."""
    if normalization == "batch":
        return grad / batch
    if normalization == "valid":
        return grad / np.maximum(np.sum(is_wanted.astype("float32")), 1)
    return grad


# ---- regression ----------------------------------------------------------------------------------


def _regression(predict: Any, slope: Any) -> Any:
    def rule(data: Array, label: Array = None, *, grad_scale: float = 1.0) -> ndarray:
        out = predict(data)
        if label is None:
            return out

        def gradient() -> ndarray:
            each = max(label.size // label.shape[0], 1)
            return slope(out - label.reshape(out.shape)) * (grad_scale / each)

        return with_gradient(out, data, gradient)

    return rule


def _same(x: ndarray) -> ndarray:
    return x


rules("LinearRegressionOutput")(_regression(_same, _same))
rules("LogisticRegressionOutput")(_regression(npx.sigmoid, _same))
rules("MAERegressionOutput")(_regression(_same, np.sign))


@rules("SVMOutput")
def _svm_output(
    data: Array,
    label: Array = None,
    *,
    margin: float = 1.0,
    regularization_coefficient: float = 1.0,
    use_linear: Any = False,
) -> ndarray:
    """The scores; backward each class against the others, by hinges or their squares."""
    if label is None:
        return data

    def gradient() -> ndarray:
        # +1 for the class of a sample, -1 for the others.
        side = npx.one_hot(label.astype("int32"), data.shape[1], 1.0, -1.0)
        lack = margin - side * data
        slope = lack > 0 if flag(use_linear) else 2 * npx.relu(lack)
        return slope.astype(data.dtype) * side * -regularization_coefficient

    return with_gradient(data, data, gradient)


labelled(
    1,
    *("SoftmaxOutput", "Softmax", "LinearRegressionOutput", "LogisticRegressionOutput"),
    *("MAERegressionOutput", "SVMOutput"),
)

# ---- losses --------------------------------------------------------------------------------------


@rules("MakeLoss")
def _make_loss(
    data: Array,
    *,
    grad_scale: float = 1.0,
    valid_thresh: float = 0.0,
    normalization: str = "null",
) -> ndarray:
    def gradient() -> ndarray:
        each = np.full(data.shape, grad_scale, data.dtype)
        return _shared(each, normalization, data.shape[0], data > valid_thresh)

    return with_gradient(data, data, gradient)


@rules("make_loss")
def _plain_make_loss(data: Array) -> ndarray:
    return with_gradient(data, data, lambda: np.ones_like(data))


@rules("softmax_cross_entropy")
def _softmax_cross_entropy(data: Array, label: Array, *, _: Any) -> ndarray:
    total = np.sum(npx.softmax_cross_entropy(data, label))
    return total if is_np_shape(_) else total.reshape((1,))


@rules("CTCLoss", "ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss", "_npx_ctc_loss")
def _ctc_loss(
    data: Array,
    label: Array,
    data_lengths: Array = None,
    label_lengths: Array = None,
    *,
    use_data_lengths: Any = False,
    use_label_lengths: Any = False,
    blank_label: str = "first",
) -> ndarray:
    if flag(use_label_lengths) and not flag(use_data_lengths):
        data_lengths, label_lengths = None, data_lengths  # the third input is the only one
    return npx.ctc_loss(data, label, data_lengths, label_lengths, blank_label)


counted(("CTCLoss", "ctc_loss", "_contrib_CTCLoss", "_contrib_ctc_loss", "_npx_ctc_loss"), 2)
