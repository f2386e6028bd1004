"""Data sets: samples by number."""

from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from weft.gluon.data.records import RecordFileDataset

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.data.dataset", _words.DATA, ("gluon.data",)
    )

__all__ = ["ArrayDataset", "Dataset", "RecordFileDataset", "SimpleDataset"]
__dir__ = __all__.copy
