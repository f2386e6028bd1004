"""`mx.contrib.io`: loaders of Gluon as iterators for modules.

>>> from weft import mxnet as mx
>>> rows = mx.gluon.data.ArrayDataset(mx.nd.ones((5, 3)), mx.nd.zeros((5,)))
>>> loader = mx.gluon.data.DataLoader(rows, batch_size=2)
>>> [(batch.data[0].shape, batch.pad) for batch in mx.contrib.io.DataLoaderIter(loader)]
[((2, 3), 0), ((2, 3), 0), ((2, 3), 1)]
"""

from collections.abc import Iterator
from typing import Any

from weft.mxnet.io import DataBatch, DataDesc, DataIter
from weft.mxnet.ndarray import concat, zeros


class DataLoaderIter(DataIter):
    """Batches of a `DataLoader` whose samples are pairs of data and label.

    loader: the loader; its first batch says the shapes, so it has one at least
    data_name, label_name: the variables of the symbol that batches are for
    dtype: of data and labels

    A last batch of fewer samples is filled with zeros, which `pad` counts.
    """

    def __init__(
        self,
        loader: Any,
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: str = "float32",
    ) -> None:
        self._loader, self.dtype = loader, dtype
        data, label = next(iter(loader))
        super().__init__(data.shape[0])
        self.provide_data = [DataDesc(data_name, data.shape, dtype)]
        self.provide_label = [DataDesc(label_name, label.shape, dtype)]
        self._batches: Iterator[Any] = iter(loader)
        self._batch: Any = None

    def reset(self) -> None:
        """The next batch is the first of an epoch."""
        self._batches = iter(self._loader)

    def iter_next(self) -> bool:
        """Goes to the next batch. False if there is none."""
        self._batch = next(self._batches, None)
        return self._batch is not None

    def getdata(self) -> list[Any]:
        """The data of this batch."""
        return [self._filled(self._batch[0])]

    def getlabel(self) -> list[Any]:
        """The labels of this batch."""
        return [self._filled(self._batch[1])]

    def getpad(self) -> int:
        """How many rows of zeros fill the batch."""
        return self.batch_size - int(self._batch[0].shape[0])

    def _filled(self, array: Any) -> Any:
        array, pad = array.astype(self.dtype), self.getpad()
        if not pad:
            return array
        return concat(array, zeros((pad, *array.shape[1:]), dtype=self.dtype), dim=0)


__all__ = ["DataBatch", "DataLoaderIter"]
__dir__ = __all__.copy
