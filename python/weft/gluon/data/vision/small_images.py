"""CIFAR-10, CIFAR-100 and SVHN, read from the files that their authors publish."""

import os
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, MissingFile, NotFound
from weft.gluon.data.dataset import ArrayDataset

_PIXELS = 3 * 32 * 32


class CIFAR10(ArrayDataset):
    """Small images in color of ten kinds, 32 by 32: 50000 to train with, 10000 to test with.

    root: the folder with the files of the *binary* version, `data_batch_1.bin` to `test_batch.bin`,
        or the one above it. The other versions are pickles, which are not read
    train: the larger part, or the one to test with

    A sample is (image, label): uint8 (32, 32, 3), int32. Raises FileNotFoundError, which says where
    the files come from, and OSError for damaged ones.

    >>> import pathlib
    >>> from weft.gluon.data import vision
    >>> one = bytes([3]) + bytes(3 * 32 * 32)  # a label and the planes of an image
    >>> written = pathlib.Path("test_batch.bin").write_bytes(2 * one)
    >>> images = vision.CIFAR10(".", train=False)
    >>> image, label = images[0]
    >>> len(images), image.shape, images.NAMES[label]
    (2, (32, 32, 3), 'cat')
    """

    NAMES: tuple[str, ...] = (
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    )  # fmt: skip
    _folder = "cifar-10-batches-bin"
    _parts: tuple[tuple[str, ...], tuple[str, ...]] = (
        tuple(f"data_batch_{number}.bin" for number in range(1, 6)),
        ("test_batch.bin",),
    )
    _source = "https://www.cs.toronto.edu/~kriz/cifar.html has the binary version"

    def __init__(self, root: str | os.PathLike, train: bool = True) -> None:
        images, labels = self._read(root, train, labels=1)
        super().__init__(images, labels[:, 0].astype("int32"))

    def _read(self, root: Any, train: bool, labels: int) -> tuple[Any, Any]:
        """All images and their bytes of labels."""
        rows = [self._rows(Path(root).expanduser(), n, labels) for n in self._parts[not train]]
        joined = numpy.concatenate(rows)
        images = joined[:, labels:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
        return numpy.ascontiguousarray(images), joined[:, :labels]

    def _rows(self, root: Path, name: str, labels: int) -> Any:
        for path in (root / name, root / self._folder / name):
            if path.is_file():
                break
        else:
            raise MissingFile(
                f"{type(self).__name__}: `root` must be a folder with {name}; got {root}; "
                f"{self._source}"
            )
        content = numpy.fromfile(path, numpy.uint8)
        size = _PIXELS + labels
        if not len(content) or len(content) % size:
            raise FileFailure(
                f"{type(self).__name__}: {path} is damaged: its size must be a multiple of {size} "
                f"bytes; got {len(content)}"
            )
        rows = content.reshape(-1, size)
        kinds = rows[:, labels - 1]
        if kinds.max() >= self._classes():
            place = int(kinds.argmax())
            raise FileFailure(
                f"{type(self).__name__}: {path} is damaged: image {place} has the label "
                f"{kinds[place]}"
            )
        return rows

    def _classes(self) -> int:
        return len(self.NAMES)


class CIFAR100(CIFAR10):
    """Small images in color of a hundred kinds, which are of twenty groups; see `CIFAR10`.

    fine: labels are kinds, else groups

    >>> import pathlib
    >>> from weft.gluon.data import vision
    >>> one = bytes([4, 30]) + bytes(3 * 32 * 32)  # group, kind and the planes of an image
    >>> written = pathlib.Path("test.bin").write_bytes(one)
    >>> [int(vision.CIFAR100(".", train=False, fine=fine)[0][1]) for fine in (True, False)]
    [30, 4]
    """

    NAMES = ()
    _folder = "cifar-100-binary"
    _parts = (("train.bin",), ("test.bin",))

    def __init__(self, root: str | os.PathLike, train: bool = True, fine: bool = True) -> None:
        images, labels = self._read(root, train, labels=2)
        ArrayDataset.__init__(self, images, labels[:, int(fine)].astype("int32"))

    def _classes(self) -> int:
        return 100


class SVHN(ArrayDataset):
    """House numbers, 32 by 32 in color, one digit in the middle: the files of "format 2".

    root: the folder with `train_32x32.mat` and `test_32x32.mat`, and `extra_32x32.mat`
    split: "train", "test" or "extra". Needs SciPy

    A sample is (image, label): uint8 (32, 32, 3), int32, 0 for the digit 0.

    >>> import numpy
    >>> from scipy.io import savemat
    >>> from weft.gluon.data import vision
    >>> images = numpy.zeros((32, 32, 3, 2), "uint8")
    >>> savemat("test_32x32.mat", {"X": images, "y": numpy.array([[10], [7]], "uint8")})
    >>> [int(label) for image, label in vision.SVHN(".", "test")]
    [0, 7]
    """

    _source = "http://ufldl.stanford.edu/housenumbers has the files"

    def __init__(self, root: str | os.PathLike, split: str = "train") -> None:
        path = Path(root).expanduser() / f"{split}_32x32.mat"
        if not path.is_file():
            raise MissingFile(f"SVHN: there is no file {path}; {self._source}")
        try:
            from scipy.io import loadmat
        except ImportError:
            raise NotFound(
                "SVHN: needs the package scipy; install it with `pip install scipy`"
            ) from None
        try:
            found = loadmat(path, variable_names=["X", "y"])
            images, labels = found["X"].transpose(3, 0, 1, 2), found["y"].ravel()
        except (ValueError, KeyError, TypeError, NotImplementedError) as error:
            raise FileFailure(f"SVHN: {path} is damaged: {error}") from None
        super().__init__(numpy.ascontiguousarray(images), (labels % 10).astype("int32"))


__all__ = ["CIFAR10", "CIFAR100", "SVHN"]
__dir__ = __all__.copy
