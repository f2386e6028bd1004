"""What an estimator does with one batch. A subclass does something else."""

from typing import Any

from weft import autograd, np
from weft._core.typing import ndarray
from weft.gluon.utils import split_and_load

Arrays = list[ndarray]


class BatchProcessor:
    """Runs the network and the loss on one batch.

    `fit_batch` ends with `backward`; the update is the work of `GradientUpdateHandler`. A subclass
    overrides one or both for networks that take and give something else:

    >>> class Autoencoder(BatchProcessor):
    ...     def fit_batch(self, estimator, train_batch, batch_axis=0):
    ...         data, _ = self._get_data_and_label(train_batch, estimator.device, batch_axis)
    ...         with autograd.record():
    ...             pred = [estimator.net(x) for x in data]
    ...             loss = [estimator.loss(y, x) for y, x in zip(pred, data)]
    ...         for each in loss:
    ...             each.backward()
    ...         return data, data, pred, loss
    """

    def _get_data_and_label(
        self, batch: Any, device: Any, batch_axis: int = 0
    ) -> tuple[Arrays, Arrays]:
        """Data and label of a batch, each in one part for each device."""
        devices = device if isinstance(device, list | tuple) else [device]
        data, label = batch[0], batch[1]
        return tuple(  # type: ignore[return-value]
            split_and_load(part, devices, batch_axis, even_split=False) for part in (data, label)
        )

    def fit_batch(
        self, estimator: Any, train_batch: Any, batch_axis: int = 0
    ) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """Gradients of the loss on a batch of training data.

        Returns data, label, prediction and loss, each a list with one array for each device.
        """
        data, label = self._get_data_and_label(train_batch, estimator.device, batch_axis)
        if getattr(estimator.trainer, "shares", None) is not None:
            return data, label, *self._fit_shares(estimator, data[0], label[0])
        with autograd.record():
            pred = [estimator.net(x) for x in data]
            loss = [estimator.loss(y, t) for y, t in zip(pred, label, strict=True)]
        for each in loss:
            each.backward()
        return data, label, pred, loss

    def _fit_shares(self, estimator: Any, data: ndarray, label: ndarray) -> tuple[Arrays, Arrays]:
        """Predictions and losses of a batch whose gradients are computed share by share."""
        preds, losses = [], []
        for x, y in estimator.trainer.each_share(data, label):
            with autograd.record():
                preds.append(estimator.net(x))
                losses.append(estimator.loss(preds[-1], y))
            losses[-1].backward()
        with autograd.pause():
            return [np.concatenate(preds)], [np.concatenate(losses)]

    def evaluate_batch(
        self, estimator: Any, val_batch: Any, batch_axis: int = 0
    ) -> tuple[Arrays, Arrays, Arrays, Arrays]:
        """The same on a batch of validation data, without gradients."""
        data, label = self._get_data_and_label(val_batch, estimator.device, batch_axis)
        pred = [estimator.val_net(x) for x in data]
        loss = [estimator.val_loss(y, t) for y, t in zip(pred, label, strict=True)]
        return data, label, pred, loss


__all__ = ["BatchProcessor"]
__dir__ = __all__.copy
