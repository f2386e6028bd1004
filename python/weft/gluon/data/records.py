"""Data sets whose samples are records of a RecordIO file (`.rec`)."""

import os
from pathlib import Path

from weft.gluon.data._recordio import RecordFile, read_index
from weft.gluon.data.dataset import Dataset


class RecordFileDataset(Dataset):
    """The records of a RecordIO file as bytes, in the order of its index.

    filename: the `.rec` file. An `.idx` file of the same name beside it says where the records
        begin; without one the heads of all records are read first

    Workers may share it. Raises FileNotFoundError, and OSError that names the file and the byte
    where it is damaged.

    >>> from weft.gluon.data._recordio import frame
    >>> with open("three.rec", "wb") as file:
    ...     _ = file.write(frame(b"one") + frame(b"two") + frame(b"three"))
    >>> dataset = RecordFileDataset("three.rec")
    >>> len(dataset), dataset[2]
    (3, b'three')
    """

    def __init__(self, filename: str | os.PathLike) -> None:
        where = type(self).__name__
        self._file = RecordFile(Path(filename).expanduser(), where)
        index = Path(self._file.path).with_suffix(".idx")
        if index.is_file():
            self._offsets = list(read_index(index, where).values())
        else:
            self._offsets = self._file.offsets()

    def __getitem__(self, index: int) -> bytes:
        return self._file.read(self._offsets[index])[0]

    def __len__(self) -> int:
        return len(self._offsets)


__all__ = ["RecordFileDataset"]
__dir__ = __all__.copy
