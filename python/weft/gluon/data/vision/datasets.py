"""Data sets of images that lie in files. Nothing is ever downloaded: who names no folder, or one
without the files, is told where they come from.

A sample is (image, label): the image uint8 (H, W, C), the label an int32.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft._base.options import require_whole
from weft._base.spelling import named_arguments
from weft.gluon.data._folders import labelled_files
from weft.gluon.data.dataset import ArrayDataset, Dataset
from weft.gluon.data.vision._decoding import content_of, decode
from weft.gluon.data.vision.idx import read_idx


class MNIST(ArrayDataset):
    """Handwritten digits, 28 by 28: 60000 to train with, 10000 to test with.

    root: the folder that has the four idx files, plain or with .gz
    train: the larger part, or the one to test with

    Raises FileNotFoundError, which says where the files come from, and OSError for damaged ones.

    >>> import struct
    >>> from weft.gluon.data import vision
    >>> def write_zeros(name, *extents):  # in the format of the published files
    ...     head = bytes((0, 0, 8, len(extents))) + struct.pack(f">{len(extents)}I", *extents)
    ...     with open(name, "wb") as file:
    ...         written = file.write(head + bytes(extents[0] * (1 if len(extents) == 1 else 784)))
    >>> write_zeros("train-images-idx3-ubyte", 5, 28, 28)
    >>> write_zeros("train-labels-idx1-ubyte", 5)
    >>> digits = vision.MNIST(".")
    >>> image, label = digits[0]
    >>> len(digits), image.shape, int(label)
    (5, (28, 28, 1), 0)
    """

    _source = "https://github.com/cvdfoundation/mnist has the four files"

    def __init__(self, root: str | os.PathLike, train: bool = True) -> None:
        self._root = Path(root).expanduser()
        part = "train" if train else "t10k"
        images_path = self._path(f"{part}-images-idx3-ubyte")
        labels_path = self._path(f"{part}-labels-idx1-ubyte")
        images = read_idx(images_path, "uint8", 3)
        labels = read_idx(labels_path, "uint8", 1)
        if len(images) != len(labels):
            raise FileFailure(
                f"{type(self).__name__}: {images_path}, byte 4: {len(images)} images, but "
                f"{labels_path}, byte 4: {len(labels)} labels"
            )
        super().__init__(images[..., None], labels.astype("int32"))

    def _path(self, name: str) -> Path:
        for path in (self._root / name, self._root / f"{name}.gz"):
            if path.is_file():
                return path
        raise MissingFile(
            f"{type(self).__name__}: `root` must be a folder with {name} or {name}.gz; "
            f"got {self._root}; {self._source}"
        )


class FashionMNIST(MNIST):
    """Articles of clothing in the format of MNIST, ten kinds.

    root: the folder that has the four idx files, plain or with .gz. On Debian and Ubuntu the
        package dataset-fashion-mnist puts them into `FashionMNIST.DEBIAN`
    train: the larger part, or the one to test with

    >>> from weft.gluon.data import vision
    >>> vision.FashionMNIST.NAMES[:3]
    ('t-shirt', 'trouser', 'pullover')
    >>> try:
    ...     vision.FashionMNIST("nowhere")
    ... except FileNotFoundError as error:
    ...     print("dataset-fashion-mnist" in str(error))
    True
    """

    DEBIAN = "/usr/share/datasets/fashion-mnist"
    NAMES = (
        "t-shirt", "trouser", "pullover", "dress", "coat",
        "sandal", "shirt", "sneaker", "bag", "ankle boot",
    )  # fmt: skip
    _source = (
        f"`apt-get install dataset-fashion-mnist` puts the four files into {DEBIAN}, and "
        "https://github.com/zalandoresearch/fashion-mnist has them"
    )


class ImageFolderDataset(Dataset):
    """Images in folders: each folder of `root` is a class. Needs OpenCV or Pillow, and takes OpenCV
    where both are there, which decodes JPEG in half the time, to the same pixels.

    flag: 1 for images in color, (H, W, 3); 0 for gray ones, (H, W, 1)
    transform: a function of image and label that gives the sample
    min_size: JPEGs are decoded at a half, a quarter or an eighth of their size as long as no side
        becomes shorter than this, which costs far less; None for their whole size. What is then
        cropped and scaled differs from what the whole image gives

    `synsets` names the classes in order, `items` has the path and the label of each image.
    Raises OSError that names the file when an image cannot be read.

    >>> from pathlib import Path
    >>> from PIL import Image
    >>> from weft.gluon.data.vision import ImageFolderDataset
    >>> for kind in ("cat", "dog"):
    ...     Path("images", kind).mkdir(parents=True)
    ...     Image.new("RGB", (6, 4)).save(Path("images", kind, "0.png"))
    >>> images = ImageFolderDataset("images")
    >>> images.synsets, images[1][0].shape, int(images[1][1])
    (['cat', 'dog'], (4, 6, 3), 1)
    """

    SUFFIXES = (".bmp", ".gif", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")

    @named_arguments
    def __init__(
        self,
        root: str | os.PathLike,
        flag: int = 1,
        transform: Callable[[Any, Any], Any] | None = None,
        *,
        min_size: int | None = None,
    ) -> None:
        if flag not in (0, 1):
            raise InvalidValue(f"ImageFolderDataset: `flag` must be 0 or 1; got {flag}")
        if min_size is not None:
            require_whole("ImageFolderDataset", "min_size", min_size, 1)
        self._is_color, self._min_size = bool(flag), min_size
        self._function = transform
        self.synsets, self.items = labelled_files(
            "ImageFolderDataset", root, self.SUFFIXES, "images"
        )

    def __getitem__(self, index: int) -> Any:
        path, label = self.items[index]
        content = content_of(path, "ImageFolderDataset")
        image = decode(content, self._is_color, f"ImageFolderDataset: {path}", self._min_size)
        sample = image, numpy.int32(label)
        return self._function(*sample) if self._function else sample

    def __len__(self) -> int:
        return len(self.items)


__all__ = ["MNIST", "FashionMNIST", "ImageFolderDataset"]
__dir__ = __all__.copy
