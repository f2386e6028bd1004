"""Data sets, samplers, and the loader that makes batches of them."""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import batchify
from weft.gluon.data._columns import table_arrays
from weft.gluon.data.batchify import default_batchify_fn
from weft.gluon.data.buckets import BucketSampler
from weft.gluon.data.dataloader import DataLoader
from weft.gluon.data.dataset import (
    ArrayDataset,
    ConcatDataset,
    Dataset,
    SimpleDataset,
    random_split,
)
from weft.gluon.data.mapped import MappedArray
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
from weft.gluon.data.tables import ParquetDataset, ParquetStream

_find = _spelling.finder(
    "weft.gluon.data", _words.DATA, ("gluon.data.vision", "gluon.data.vision.transforms")
)

_PARTS = ("text", "vision")

if TYPE_CHECKING:
    from weft.gluon.data import text, vision
else:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        # Imported when it is first asked for: most programs have data of one kind.
        is_part = name in _PARTS
        return importlib.import_module(f"weft.gluon.data.{name}") if is_part else _find(name)


__all__ = [
    "ArrayDataset",
    "BatchSampler",
    "BucketSampler",
    "ConcatDataset",
    "DataLoader",
    "Dataset",
    "FilterSampler",
    "IntervalSampler",
    "IterableDataset",
    "MappedArray",
    "ParquetDataset",
    "ParquetStream",
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
    "table_arrays",
    "text",
    "vision",
]
__dir__ = __all__.copy
