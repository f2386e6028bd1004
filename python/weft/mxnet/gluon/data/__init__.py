"""Data sets, samplers, and the loader that makes batches of them, as `mx.gluon.data` has them.

>>> from weft import mxnet as mx
>>> [batch.shape for batch in mx.gluon.data.DataLoader([1.0, 2.0, 3.0], batch_size=2)]
[(2,), (1,)]
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import batchify
from weft.gluon.data.dataset import Dataset as _NativeDataset
from weft.gluon.data.records import RecordFileDataset
from weft.gluon.data.sampler import (
    BatchSampler,
    FilterSampler,
    IntervalSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
)
from weft.mxnet.gluon.data import dataloader, dataset, vision
from weft.mxnet.gluon.data.dataloader import DataLoader
from weft.mxnet.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset


def _own_handle(self: object) -> object:
    """What MXNet hands to its loader in C++; here the loader takes the object itself."""
    return self


for _kind in (_NativeDataset, batchify.Append, batchify.AsList, batchify.Group, batchify.Pad):
    _kind.__mx_handle__ = _own_handle  # type: ignore[attr-defined]
batchify.Stack.__mx_handle__ = _own_handle  # type: ignore[attr-defined]

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.data", _words.DATA, ("gluon.data",), ("sampler",)
    )

__all__ = [
    "ArrayDataset",
    "BatchSampler",
    "DataLoader",
    "Dataset",
    "FilterSampler",
    "IntervalSampler",
    "RandomSampler",
    "RecordFileDataset",
    "Sampler",
    "SequentialSampler",
    "SimpleDataset",
    "batchify",
    "dataloader",
    "dataset",
    "vision",
]
__dir__ = __all__.copy
