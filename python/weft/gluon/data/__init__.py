"""Data sets, samplers, and the loader that makes batches of them."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import batchify, vision
from weft.gluon.data.batchify import default_batchify_fn
from weft.gluon.data.dataloader import DataLoader
from weft.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from weft.gluon.data.records import RecordFileDataset
from weft.gluon.data.sampler import (
    BatchSampler,
    FilterSampler,
    IntervalSampler,
    RandomSampler,
    Sampler,
    SequentialSampler,
    WeightedRandomSampler,
)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.gluon.data", _words.DATA)

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
    "WeightedRandomSampler",
    "batchify",
    "default_batchify_fn",
    "vision",
]
__dir__ = __all__.copy
