"""Data sets: samples by number."""

import os
from collections.abc import Callable
from os import PathLike
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data.dataset import ArrayDataset, Dataset, SimpleDataset
from weft.gluon.data.records import RecordFileDataset


class _DownloadedDataset(Dataset):
    """Base of data sets that are read as a whole from files in a folder: a subclass writes
    `_get_data`, which sets `_data` and `_label`.

    root: the folder, which is made if it is missing; transform: a function of data and label
    """

    def __init__(self, root: str | PathLike[str], transform: Callable[..., Any] | None) -> None:
        self._transform = transform
        self._data: Any = None
        self._label: Any = None
        self._root = os.path.expanduser(root)
        os.makedirs(self._root, exist_ok=True)
        self._get_data()

    def _get_data(self) -> None:
        """Reads the files. A subclass writes it."""
        raise NotImplementedError(f"{type(self).__name__}: `_get_data` is not written")

    def __getitem__(self, index: Any) -> Any:
        data, label = self._data[index], self._label[index]
        return (data, label) if self._transform is None else self._transform(data, label)

    def __len__(self) -> int:
        return len(self._label)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__: Any = _spelling.finder(
        "weft.mxnet.gluon.data.dataset", _words.DATA, ("gluon.data",)
    )

__all__ = ["ArrayDataset", "Dataset", "RecordFileDataset", "SimpleDataset"]
__dir__ = __all__.copy
