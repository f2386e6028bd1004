"""Data sets of images that are listed: in a RecordIO file, or in a list of paths.

A sample is (image, label): the image uint8 (H, W, C), the label a float32, or an array of several.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft._base.regular_files import regular
from weft.gluon.data._recordio import unpack
from weft.gluon.data.dataset import Dataset
from weft.gluon.data.records import RecordFileDataset
from weft.gluon.data.vision._decoding import content_of, decode

Transform = Callable[[Any, Any], Any]


class ImageRecordDataset(RecordFileDataset):
    """Images of a RecordIO file, as `im2rec` makes them. Needs OpenCV or Pillow.

    filename: the `.rec` file; an `.idx` file beside it gives the order
    flag: 1 for images in color, (H, W, 3); 0 for gray ones, (H, W, 1)
    transform: a function of image and label that gives the sample

    Raises OSError that names file and record when one cannot be read.

    >>> import numpy
    >>> from weft.gluon.data import vision
    >>> from weft.mxnet import recordio
    >>> file = recordio.MXRecordIO("images.rec", "w")
    >>> picture = numpy.zeros((8, 6, 3), "uint8")
    >>> file.write(recordio.pack_img((0, 2.0, 0, 0), picture))
    >>> file.close()
    >>> image, label = vision.ImageRecordDataset("images.rec")[0]
    >>> image.shape, float(label)
    ((8, 6, 3), 2.0)
    """

    def __init__(
        self, filename: str | os.PathLike, flag: int = 1, transform: Transform | None = None
    ) -> None:
        super().__init__(filename)
        self._is_color = _is_color("ImageRecordDataset", flag)
        self._function = transform

    def __getitem__(self, index: int) -> Any:
        where = f"ImageRecordDataset: {self._file.path}, record {index}"
        header, content = unpack(super().__getitem__(index), where)
        image = decode(content, self._is_color, where)
        label = numpy.float32(header.label) if header.flag == 0 else header.label
        return self._function(image, label) if self._function else (image, label)


class ImageListDataset(Dataset):
    """Images of a list. Needs OpenCV or Pillow.

    root: the folder that paths begin at
    imglist: the path of a `.lst` file, whose lines are a number, labels and a path, with tabs
        between them; or a list of (label, path), where a label may be several numbers
    flag: 1 for images in color, (H, W, 3); 0 for gray ones, (H, W, 1)

    `items` has the path and the label of each image.

    >>> from PIL import Image
    >>> from weft.gluon.data.vision import ImageListDataset
    >>> Image.new("RGB", (6, 4)).save("0.png")
    >>> images = ImageListDataset(".", [(3, "0.png")])
    >>> images[0][0].shape
    (4, 6, 3)
    """

    def __init__(
        self,
        root: str | os.PathLike = ".",
        imglist: str | os.PathLike | Sequence[Sequence[Any]] | None = None,
        flag: int = 1,
    ) -> None:
        self._is_color = _is_color("ImageListDataset", flag)
        folder = Path(root).expanduser()
        if imglist is None:
            raise InvalidValue(
                "ImageListDataset: `imglist` must be the path of a .lst file or a list of "
                "(label, path); got None"
            )
        if isinstance(imglist, str | os.PathLike):
            entries = [(labels, name) for _, labels, name in read_list(imglist, "ImageListDataset")]
        else:
            entries = [_entry(number, item) for number, item in enumerate(imglist)]
        self.items = [(str(folder / name), _label(labels)) for labels, name in entries]

    def __getitem__(self, index: int) -> tuple[numpy.ndarray, Any]:
        path, label = self.items[index]
        return decode(content_of(path, "ImageListDataset"), self._is_color, path), label

    def __len__(self) -> int:
        return len(self.items)


def read_list(path: str | os.PathLike, where: str) -> list[tuple[int, list[float], str]]:
    """The lines of a `.lst` file: number, labels and path. Raises OSError with the line."""
    try:
        with open(path, encoding="utf-8", opener=regular) as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        raise MissingFile(f"{where}: there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailure(f"{where}: {path} cannot be read: {error}") from None
    found = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            index, *labels, name = line.split("\t")
            found.append((int(float(index)), [float(label) for label in labels], name.strip()))
        except (ValueError, OverflowError):
            raise FileFailure(
                f"{where}: {path}, line {number}: a line must be a number, labels and a path "
                f"with tabs between them; got {line!r}"
            ) from None
    return found


def _entry(number: int, item: Sequence[Any]) -> tuple[list[float], str]:
    try:
        *labels, name = item
        flat = numpy.asarray(labels, "float32").ravel().tolist()
    except (TypeError, ValueError):
        raise InvalidValue(
            f"ImageListDataset: entry {number} of `imglist` must be (label, path); got {item!r}"
        ) from None
    return flat, os.fsdecode(name)


def _label(labels: Sequence[float]) -> Any:
    values = numpy.asarray(labels, "float32")
    return values[0] if len(values) == 1 else values


def _is_color(where: str, flag: int) -> bool:
    if flag not in (0, 1):
        raise InvalidValue(f"{where}: `flag` must be 0 or 1; got {flag}")
    return bool(flag)


__all__ = ["ImageListDataset", "ImageRecordDataset"]
__dir__ = __all__.copy
