"""What an estimator does with one batch, on devices of this package."""

from typing import Any

from weft.gluon.contrib.estimator import batch_processor as _native
from weft.mxnet.gluon.utils import split_and_load


class BatchProcessor(_native.BatchProcessor):
    """Runs the network and the loss on one batch. A subclass overrides `fit_batch` and
    `evaluate_batch` for networks with other batches."""

    def _get_data_and_label(self, batch: Any, device: Any, batch_axis: int = 0) -> Any:
        devices = device if isinstance(device, list | tuple) else [device]
        return tuple(
            split_and_load(part, devices, batch_axis=batch_axis, even_split=False)
            for part in (batch[0], batch[1])
        )


__all__ = ["BatchProcessor"]
__dir__ = __all__.copy
