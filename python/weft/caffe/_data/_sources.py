"""What feeds a net: for each layer of data an object that gives one batch after the other.

Paths of a text count from the folder in which the program was started, as in Caffe; where there is
no such file, from the folder of the solver.
"""

import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import numpy

from weft._base.errors import Error, FileFailure, InvalidValue, MissingFile, Unsupported
from weft.caffe._data._records import LmdbReader, image_of
from weft.caffe._data._transform import Transform
from weft.caffe._fillers import filled
from weft.caffe._hdf5 import RAISED, library, numbers_of
from weft.caffe._layers import Layer, declared_shapes

Arrays = list[numpy.ndarray]


@dataclass
class Around:
    """What sources share.

    folder: that of the solver; data: arrays that the caller gives, by layer
    """

    folder: Path
    is_training: bool
    random: numpy.random.Generator
    data: Mapping[str, Sequence[Any]]

    def found(self, path: str) -> str:
        """A path of a text as it is found."""
        beside = self.folder / path
        return os.fspath(beside) if not os.path.exists(path) and beside.exists() else path


class Source(ABC):
    """Batches for the tops of one layer.

    shapes: of a batch, for each top
    """

    shapes: list[tuple[int, ...]]

    def __init__(self, layer: Layer, around: Around) -> None:
        self.title, self.tops, self.around = layer.title, layer.tops, around

    @abstractmethod
    def batch(self) -> Arrays:
        """The next batch, an array of float32 for each top."""

    def require_tops(self, least: int, most: int) -> None:
        """Raises ValueError for another number of tops."""
        if not least <= len(self.tops) <= most:
            raise InvalidValue(
                f"{self.title}: must have {least} to {most} tops; got {len(self.tops)}"
            )

    def require_batch(self, size: int) -> int:
        """The size of a batch. Raises ValueError where there is none."""
        if size < 1:
            raise InvalidValue(f"{self.title}: `batch_size` must be at least 1; got {size}")
        return size


class _Images(Source):
    """Pairs of image and label, one after the other, transformed."""

    def __init__(self, layer: Layer, around: Around, size: int, skip: int) -> None:
        super().__init__(layer, around)
        self.require_tops(1, 2)
        self.size = self.require_batch(size)
        self.transform = Transform(
            layer.message.transform_param,
            self.title,
            around.is_training,
            around.random,
            around.found,
        )
        first, _ = next(iter(self.pairs()))
        shape = self.transform.shape(first.shape)
        self.shapes = [(self.size, *shape), (self.size,)][: len(self.tops)]
        self.stream = self.pairs()
        if skip:
            for _ in range(around.random.integers(0, skip)):
                next(self.stream)

    def pairs(self) -> Iterator[tuple[numpy.ndarray, int]]:
        """Images (C, H, W) with their labels, without end."""
        raise NotImplementedError

    def batch(self) -> Arrays:
        images = numpy.empty(self.shapes[0], "float32")
        labels = numpy.empty(self.size, "float32")
        for place, (image, label) in enumerate(islice(self.stream, self.size)):
            made = self.transform(image)
            if made.shape != images.shape[1:]:
                raise InvalidValue(
                    f"{self.title}: images must have one shape, {images.shape[1:]}; got "
                    f"{made.shape}; `crop_size`, or `new_height` and `new_width`, make them alike"
                )
            images[place], labels[place] = made, label
        return [images, labels][: len(self.tops)]


class Records(_Images):
    """`Data`: an LMDB."""

    def __init__(self, layer: Layer, around: Around) -> None:
        options = layer.message.data_param
        title = layer.title
        if not options.source:
            raise InvalidValue(f"{title}: `source` must be given")
        self.reader = LmdbReader(options, around.found(options.source), title)
        settings = layer.message.transform_param
        self.force = None
        if settings.force_color or options.force_encoded_color:
            self.force = True
        elif settings.force_gray:
            self.force = False
        super().__init__(layer, around, options.batch_size, options.rand_skip)

    def pairs(self) -> Iterator[tuple[numpy.ndarray, int]]:
        for datum in self.reader:
            yield image_of(datum, self.title, self.force), datum.label


class ImageList(_Images):
    """`ImageData`: a list of image files and labels."""

    def __init__(self, layer: Layer, around: Around) -> None:
        options = layer.message.image_data_param
        self.options = options
        self.entries = _image_list(around.found(options.source), layer.title)
        self.root = around.found(options.root_folder) if options.root_folder else ""
        super().__init__(layer, around, options.batch_size, options.rand_skip)

    def pairs(self) -> Iterator[tuple[numpy.ndarray, int]]:
        from weft.gluon.data.vision._decoding import decode

        while True:
            order = numpy.arange(len(self.entries))
            if self.options.shuffle:
                self.around.random.shuffle(order)
            for place in order:
                name, label = self.entries[place]
                path = os.path.join(self.root, name) if self.root else self.around.found(name)
                where = f"{self.title}: {path}"
                try:
                    content = Path(path).read_bytes()
                except OSError as error:
                    raise FileFailure(f"{where}: {error.strerror}") from None
                pixels = decode(content, self.options.is_color, where)
                yield numpy.moveaxis(self._resized(pixels)[:, :, ::-1], 2, 0), label

    def _resized(self, pixels: numpy.ndarray) -> numpy.ndarray:
        size = (self.options.new_width, self.options.new_height)
        if not all(size):
            return pixels
        from weft.gluon.data.vision._decoding import opencv

        resized = opencv(self.title).resize(pixels, size)
        return resized.reshape(size[1], size[0], -1)


def _image_list(path: str, title: str) -> list[tuple[str, int]]:
    entries = []
    for number, line in enumerate(_lines(path, title), 1):
        name, _, label = line.rpartition(" ")
        if not name or not label.lstrip("-").isdigit():
            raise InvalidValue(
                f"{title}: {path}:{number}: must be a path and a number; got {line!r}"
            )
        entries.append((name.strip(), int(label)))
    if not entries:
        raise InvalidValue(f"{title}: {path} lists no images")
    return entries


def _lines(path: str, title: str) -> list[str]:
    """The lines of a list that have something."""
    try:
        text = Path(path).read_text(encoding="utf-8")
    except FileNotFoundError:
        raise MissingFile(f"{title}: there is no file {path!r}") from None
    except (OSError, UnicodeDecodeError) as error:
        raise FileFailure(f"{title}: {path}: {error}") from None
    return [line.strip() for line in text.splitlines() if line.strip()]


class Hdf5(Source):
    """`HDF5Data`: files that a list names, with an array for each top."""

    def __init__(self, layer: Layer, around: Around) -> None:
        super().__init__(layer, around)
        options = layer.message.hdf5_data_param
        self.size = self.require_batch(options.batch_size)
        if layer.message.HasField("transform_param"):
            raise InvalidValue(f"{self.title}: `transform_param` does nothing to HDF5; remove it")
        source = around.found(options.source)
        self.files = _lines(source, self.title)
        if not self.files:
            raise InvalidValue(f"{self.title}: {source} lists no files")
        self.shuffles = options.shuffle
        first = self._arrays(self.files[0])
        self.shapes = [(self.size, *array.shape[1:]) for array in first]
        self.stream = self._rows()

    def _arrays(self, name: str) -> Arrays:
        h5py = library(self.title)
        path = self.around.found(name)
        if not os.path.exists(path):
            raise MissingFile(f"{self.title}: there is no file {path}")
        try:
            with h5py.File(path, "r") as file:
                for top in self.tops:
                    if top not in file:
                        raise InvalidValue(
                            f"{self.title}: {path} has no `{top}`; it has {', '.join(file)}"
                        )
                found = [numbers_of(file, top) for top in self.tops]
        except Error:
            raise
        except (*RAISED, MemoryError) as error:
            raise FileFailure(f"{self.title}: {path} cannot be read: {error}") from None
        counts = {len(array) if array.ndim else 0 for array in found}
        if len(counts) != 1 or 0 in counts:
            shapes = ", ".join(str(array.shape) for array in found)
            raise InvalidValue(
                f"{self.title}: {path} must have as many rows for each; got {shapes}"
            )
        return found

    def _rows(self) -> Iterator[tuple[Arrays, int]]:
        while True:
            files = numpy.arange(len(self.files))
            if self.shuffles:
                self.around.random.shuffle(files)
            for number in files:
                arrays = self._arrays(self.files[number])
                order = numpy.arange(len(arrays[0]))
                if self.shuffles:
                    self.around.random.shuffle(order)
                yield from ((arrays, row) for row in order)

    def batch(self) -> Arrays:
        batch = [numpy.empty(shape, "float32") for shape in self.shapes]
        for place, (arrays, row) in enumerate(islice(self.stream, self.size)):
            for target, array in zip(batch, arrays, strict=True):
                if array.shape[1:] != target.shape[1:]:
                    raise InvalidValue(
                        f"{self.title}: rows must have one shape, {target.shape[1:]}; got "
                        f"{array.shape[1:]}"
                    )
                target[place] = array[row]
        return batch


class Dummy(Source):
    """`DummyData`: what fillers give; random ones anew for each batch."""

    def __init__(self, layer: Layer, around: Around) -> None:
        super().__init__(layer, around)
        options = layer.message.dummy_data_param
        shapes = declared_shapes(layer)
        fillers = list(options.data_filler)
        count = len(self.tops)
        for name, given in (("shape", shapes), ("data_filler", fillers)):
            if len(given) not in (1, count) and not (name == "data_filler" and not given):
                raise InvalidValue(
                    f"{self.title}: `{name}` must be one, or one for each of {count} tops; got "
                    f"{len(given)}"
                )
        self.shapes = shapes
        self.fillers = (fillers or [None]) * (count if len(fillers) < 2 else 1)
        self.constant = [
            self._filled(place) if self._is_constant(place) else None for place in range(count)
        ]

    def _is_constant(self, place: int) -> bool:
        return self.fillers[place] is None or self.fillers[place].type == "constant"

    def _filled(self, place: int) -> numpy.ndarray:
        name = self.tops[place]
        return filled(self.fillers[place], self.shapes[place], self.around.random, name)

    def batch(self) -> Arrays:
        return [
            self._filled(place) if value is None else value
            for place, value in enumerate(self.constant)
        ]


class Given(Source):
    """`MemoryData` and `Input`: arrays of the caller, of which each batch is some rows."""

    def __init__(self, layer: Layer, around: Around) -> None:
        super().__init__(layer, around)
        if layer.name not in around.data:
            raise InvalidValue(
                f"{self.title}: has no file; give its arrays to `weft.caffe.Solver`: "
                f'`data={{"{layer.name}": (images, labels)}}`'
            )
        given = around.data[layer.name]
        parts = given if isinstance(given, list | tuple) else (given,)
        arrays = [numpy.asarray(part, "float32") for part in parts]
        if len(arrays) != len(self.tops) or any(array.ndim == 0 for array in arrays):
            raise InvalidValue(
                f"{self.title}: `data` must have an array of rows for each of {len(self.tops)} "
                f"tops; got {len(arrays)}"
            )
        if len({len(array) for array in arrays}) > 1:
            shapes = ", ".join(str(array.shape) for array in arrays)
            raise InvalidValue(
                f"{self.title}: `data` must have as many rows for each; got {shapes}"
            )
        self.arrays, self.place = arrays, 0
        self.size = self._batch_size(layer)
        if any(len(array) < self.size for array in arrays):
            raise InvalidValue(f"{self.title}: `data` must have {self.size} rows at least")
        self.shapes = [(self.size, *array.shape[1:]) for array in arrays]

    def _batch_size(self, layer: Layer) -> int:
        if layer.type == "MemoryData":
            return self.require_batch(layer.message.memory_data_param.batch_size)
        shapes = layer.message.input_param.shape
        return self.require_batch(shapes[0].dim[0] if len(shapes) and len(shapes[0].dim) else 0)

    def batch(self) -> Arrays:
        rows = numpy.arange(self.place, self.place + self.size)
        self.place += self.size
        return [array[rows % len(array)] for array in self.arrays]


_SOURCES: dict[str, Callable[[Layer, Around], Source]] = {
    "Data": Records,
    "ImageData": ImageList,
    "HDF5Data": Hdf5,
    "DummyData": Dummy,
    "MemoryData": Given,
    "Input": Given,
}


def source_of(layer: Layer, around: Around) -> Source:
    """The source of a layer of data. Raises NotImplementedError for a kind that there is not."""
    if layer.type not in _SOURCES:
        raise Unsupported(
            f"{layer.title}: data of this kind is not supported; kinds are {', '.join(_SOURCES)}"
        )
    return _SOURCES[layer.type](layer, around)


__all__ = ["Around", "Source", "source_of"]
