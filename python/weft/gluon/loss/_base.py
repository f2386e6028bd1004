"""What all losses have in common: weights, and the mean of the elements of each sample."""

from typing import Any

from weft import np
from weft._base.errors import InvalidValue
from weft._base.options import require_finite
from weft._base.shapes import broadcasts_to
from weft._core.halves import HALVES, widened
from weft.gluon.hybrid_block import HybridBlock
from weft.metric import Form


class Loss(HybridBlock):
    """Base of all losses. A subclass writes `elements`, and where predictions are of classes
    `form`, a `metric.Form`, by which metrics know scores from probabilities.

    weight: factor of the loss, None for 1
    batch_axis: the axis of samples

    >>> from weft import gluon, np
    >>> class CubeLoss(gluon.loss.Loss):
    ...     def elements(self, pred, label):
    ...         return np.abs(pred - label) ** 3
    >>> CubeLoss()(np.array([[1.0, 3.0]]), np.array([[1.0, 1.0]]))
    array([4.])
    """

    rounds_once = False  # computes halves in float32
    form: Form | None = None  # of predictions and labels; None where they are no classes

    def __init__(self, weight: float | None = None, batch_axis: int = 0) -> None:
        super().__init__()
        require_finite(type(self).__name__, weight=weight)
        self.weight = weight
        self.batch_axis = batch_axis

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        # Lists are arrays; hybridized, their numbers would be part of the signature.
        given = [np.array(a) if type(a) is list else a for a in args]
        return super().__call__(*given, **kwargs)

    def elements(self, pred: Any, label: Any) -> Any:
        """The loss of each element."""
        raise NotImplementedError

    def forward(self, pred: Any, label: Any, sample_weight: Any = None) -> Any:
        """Losses of shape (N,).

        sample_weight: factors that broadcast to the elements, or of shape (N, 1) where there is one
            for each sample; None for 1
        """
        (pred, label), dtype = self._operands(pred, label)
        return self.by_sample(self.elements(pred, label), sample_weight, dtype=dtype)

    def _operands(self, *arrays: Any) -> tuple[tuple[Any, ...], Any]:
        """What is computed with, and the dtype to round to; None: no rounding."""
        dtype = np.result_type(*(a.dtype for a in arrays)) if self.rounds_once else None
        if dtype is None or dtype.name not in HALVES:
            return arrays, None
        return tuple(widened(a) for a in arrays), dtype

    def by_sample(
        self, loss: Any, sample_weight: Any = None, *, counted: Any = None, dtype: Any = None
    ) -> Any:
        """The losses of elements weighted, and their mean for each sample: shape (N,).

        counted: bools of the elements that are in the mean, the others being 0; None for all
        dtype: of the result, None for that of the losses

        Raises ValueError where `sample_weight` would enlarge the losses.
        """
        if sample_weight is not None:
            loss = loss * self._fitted(sample_weight, loss)
        if self.weight is not None:
            loss = loss * self.weight
        rest = self._rest(loss)
        if rest and counted is not None:
            number = np.sum(counted, axis=rest, dtype="float32")
            loss = np.sum(loss, axis=rest) / np.maximum(number, 1.0).astype(loss.dtype)
        elif rest:
            is_empty = any(isinstance(n, int) and n == 0 for n in (loss.shape[a] for a in rest))
            loss = np.sum(loss, axis=rest) if is_empty else np.mean(loss, axis=rest)
        return loss if dtype is None else loss.astype(dtype)

    def _fitted(self, sample_weight: Any, loss: Any) -> Any:
        """Factors in a shape that broadcasts to that of the losses."""
        shape = given = tuple(getattr(sample_weight, "shape", ()))
        while len(shape) > loss.ndim and shape[-1] == 1:  # (N, 1) for losses of shape (N,)
            shape = shape[:-1]
        if not broadcasts_to(shape, loss.shape):
            raise InvalidValue(
                f"{type(self).__name__}: `sample_weight` must broadcast to the losses, of shape "
                f"{loss.shape}, without enlarging them; got shape {given}"
            )
        return sample_weight if shape == given else np.reshape(sample_weight, shape)

    def _rest(self, array: Any) -> tuple[int, ...]:
        """All axes but that of samples."""
        return tuple(axis for axis in range(array.ndim) if axis != self.batch_axis % array.ndim)


__all__ = ["Loss"]
