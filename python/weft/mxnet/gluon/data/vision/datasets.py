"""Data sets of images that lie in files: samples are an array of the image and the label.

Nothing is downloaded: who has no files in `root` is told where they come from. Without `root` they
are looked for where MXNet put them, below `$MXNET_HOME/datasets` or `~/.mxnet/datasets`.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft._base.errors import FileFailure, MissingFile
from weft.gluon.data.dataset import Dataset as _Dataset
from weft.gluon.data.vision import MNIST as _MNIST
from weft.gluon.data.vision import FashionMNIST as _FashionMNIST
from weft.gluon.data.vision import ImageFolderDataset as _Folder
from weft.gluon.data.vision import ImageListDataset as _List
from weft.gluon.data.vision import ImageRecordDataset as _Record
from weft.mxnet import _modes
from weft.mxnet.ndarray._given import made, shown

Transform = Callable[[Any, Any], Any]


def _root(root: str | os.PathLike[str] | None, name: str) -> Path:
    """The folder of a data set."""
    if root is not None:
        return Path(root).expanduser()
    home = os.environ.get("MXNET_HOME", os.path.join("~", ".mxnet"))
    return Path(home, "datasets", name).expanduser()


def _as_labels(found: numpy.ndarray) -> numpy.ndarray | np.ndarray:
    """Labels as MXNet has them: once the program has called `set_np()` they are its own arrays."""
    labels = found.astype("int32")
    return np.array(labels, device="cpu") if _modes.asks_for_numpy_shapes() else labels


class _Images(_Dataset):
    """Images and labels in memory; a subclass reads them."""

    _data: np.ndarray
    _label: numpy.ndarray | np.ndarray
    _transform: Transform | None = None

    def __getitem__(self, index: Any) -> Any:
        image = shown(self._data[index])
        label = shown(self._label[index])
        return (image, label) if self._transform is None else self._transform(image, label)

    def __len__(self) -> int:
        return len(self._label)


class MNIST(_Images):
    """Handwritten digits: 60000 images of 28 by 28 by 1 to train with, 10000 to test with.

    transform: a function of image and label that gives the sample
    """

    _native: type = _MNIST
    _folder = "mnist"

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        found = self._native(_root(root, self._folder), train)
        images, labels = found.arrays
        self._data = np.array(numpy.asarray(images), device="cpu")
        self._label = _as_labels(numpy.asarray(labels))
        self._transform = transform


class FashionMNIST(MNIST):
    """Articles of clothing in the format of MNIST, ten kinds.

    Without `root`, and without files where MXNet put them, those of the Debian package
    dataset-fashion-mnist are taken.
    """

    _native = _FashionMNIST
    _folder = "fashion-mnist"

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        usual = _root(None, self._folder)
        if root is None and not usual.is_dir() and Path(_FashionMNIST.DEBIAN).is_dir():
            root = _FashionMNIST.DEBIAN
        super().__init__(root, train, transform)


class CIFAR10(_Images):
    """Small photographs of ten kinds: 50000 of 32 by 32 by 3 to train with, 10000 to test with.

    root: the folder with `data_batch_1.bin` to `data_batch_5.bin` and `test_batch.bin`
    """

    _folder = "cifar10"
    _labels = 1  # bytes before the pixels of an image
    _place = 0  # of that which counts
    _files = (tuple(f"data_batch_{n}.bin" for n in range(1, 6)), ("test_batch.bin",))
    _source = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz has the files"

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self._read(_root(root, self._folder), self._files[0 if train else 1])
        self._transform = transform

    def _read(self, folder: Path, names: tuple[str, ...]) -> None:
        parts = [self._records(folder, name) for name in names]
        records = numpy.concatenate(parts)
        self._label = _as_labels(records[:, self._place])
        pixels = records[:, self._labels :].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        self._data = np.array(numpy.ascontiguousarray(pixels), device="cpu")

    def _records(self, folder: Path, name: str) -> numpy.ndarray:
        title = type(self).__name__
        if not (path := folder / name).is_file():
            raise MissingFile(
                f"{title}: `root` must be a folder with {name}; got {folder}; {self._source}"
            )
        content = numpy.fromfile(path, "uint8")
        size = 3072 + self._labels
        if not content.size or content.size % size:
            raise FileFailure(
                f"{title}: {path} must have records of {size} bytes; it has {content.size} bytes"
            )
        return content.reshape(-1, size)


class CIFAR100(CIFAR10):
    """Small photographs of a hundred kinds, or of twenty coarse ones.

    root: the folder with `train.bin` and `test.bin`; fine_label: which of the two labels
    """

    _folder = "cifar100"
    _labels = 2  # of twenty kinds, of a hundred
    _files = (("train.bin",), ("test.bin",))
    _source = "https://www.cs.toronto.edu/~kriz/cifar-100-binary.tar.gz has the files"

    def __init__(
        self,
        root: str | os.PathLike[str] | None = None,
        fine_label: bool = False,
        train: bool = True,
        transform: Transform | None = None,
    ) -> None:
        self._place = 1 if fine_label else 0
        super().__init__(root, train, transform)


class _Decoded(_Dataset):
    """Images that are read one by one, as arrays of Weft; MXNet's are its own, too."""

    _transform: Transform | None = None

    def __getitem__(self, index: Any) -> Any:
        image, label = super().__getitem__(index)
        image = made(image)
        return (image, label) if self._transform is None else self._transform(image, label)


class ImageFolderDataset(_Decoded, _Folder):
    """Images in a folder for each class; `synsets` names the classes.

    flag: 1 for images in color, 0 for gray ones; transform: a function of image and label
    """

    def __init__(
        self, root: str | os.PathLike[str], flag: int = 1, transform: Transform | None = None
    ) -> None:
        _Folder.__init__(self, root, flag)
        self._root, self._transform = root, transform


class ImageRecordDataset(_Decoded, _Record):
    """Images of a RecordIO file, as `im2rec` makes them.

    flag: 1 for images in color, 0 for gray ones; transform: a function of image and label
    """

    def __init__(
        self, filename: str | os.PathLike[str], flag: int = 1, transform: Transform | None = None
    ) -> None:
        _Record.__init__(self, filename, flag)
        self._transform = transform


class ImageListDataset(_Decoded, _List):
    """Images of a list: the path of a `.lst` file, or a list of labels and paths."""


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.data.vision.datasets", _words.DATA, ("gluon.data.vision",)
    )

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "MNIST",
    "FashionMNIST",
    "ImageFolderDataset",
    "ImageListDataset",
    "ImageRecordDataset",
]
__dir__ = __all__.copy
