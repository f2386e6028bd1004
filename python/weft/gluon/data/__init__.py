"""Data sets, samplers, and the loader that makes batches of them."""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import batchify
from weft.gluon.data.batchify import default_batchify_fn
from weft.gluon.data.dataloader import DataLoader
from weft.gluon.data.dataset import (
    ArrayDataset,
    ConcatDataset,
    Dataset,
    SimpleDataset,
    random_split,
)
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
from weft.gluon.data.streams import IterableDataset, TarDataset

_find = _spelling.finder("weft.gluon.data", _words.DATA)

if TYPE_CHECKING:
    from weft.gluon.data import vision
else:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        # Imported when it is first asked for: most programs have data that is no images.
        return (
            importlib.import_module("weft.gluon.data.vision") if name == "vision" else _find(name)
        )


__all__ = [
    "ArrayDataset",
    "BatchSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "FilterSampler",
    "IntervalSampler",
    "IterableDataset",
    "RandomSampler",
    "RecordFileDataset",
    "Sampler",
    "SequentialSampler",
    "SimpleDataset",
    "TarDataset",
    "WeightedRandomSampler",
    "batchify",
    "default_batchify_fn",
    "random_split",
    "vision",
]
__dir__ = __all__.copy
