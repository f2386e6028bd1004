"""Iterators over files of numbers: CSV, LibSVM, and the idx files of MNIST. A file is read whole
when the iterator is made; what is wrong in it is told with the line."""

import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft._base.options import require_whole
from weft._base.regular_files import regular
from weft.gluon.data.vision.idx import read_idx
from weft.mxnet.io._base import DataBatch, DataDesc, MXDataIter
from weft.mxnet.io._csr import CsrRows
from weft.mxnet.io._order import Order, part_of
from weft.mxnet.ndarray._given import made

Path = str | os.PathLike


class _RowsIter(MXDataIter):
    """Batches of rows of two arrays that a file was read into."""

    def __init__(
        self,
        rows: numpy.ndarray | CsrRows,
        labels: numpy.ndarray | CsrRows,
        order: Order,
        batch_size: int,
        names: tuple[str, str],
        drops_rest: bool = False,
    ) -> None:
        super().__init__(batch_size)
        self._rows, self._labels, self._order = rows, labels, order
        self._drops_rest = drops_rest
        self.provide_data = [_described(names[0], batch_size, rows)]
        self.provide_label = [_described(names[1], batch_size, labels)]
        self._batches: Iterator[DataBatch] = self._epoch()

    def reset(self) -> None:
        """The next batch is the first of an epoch."""
        if self.current_batch is not None:  # an epoch that has given nothing is still new
            self.current_batch = None
            self._batches = self._epoch()

    def next(self) -> DataBatch:
        """The next batch. Raises StopIteration behind the last one of an epoch."""
        self.current_batch = next(self._batches)
        return self.current_batch

    def _epoch(self) -> Iterator[DataBatch]:
        for _, samples, pad in self._order.batches():
            if pad and self._drops_rest:
                return
            missing = self.batch_size - len(samples)
            data, label = (_filled(part, samples, missing) for part in (self._rows, self._labels))
            yield DataBatch([data], [label], pad, samples)


def _filled(rows: Any, samples: numpy.ndarray, missing: int) -> Any:
    """Some rows, and rows of zeros behind them."""
    if isinstance(rows, CsrRows):
        return rows.filled(samples, missing)
    part = rows[samples]
    return made(numpy.pad(part, [(0, missing)] + [(0, 0)] * (part.ndim - 1)))


class CSVIter(_RowsIter):
    """Batches of the rows of a CSV file, numbers with commas between them.

    data_csv: the path of the file; each line has the elements of one sample
    data_shape: the shape of a sample
    label_csv: a file of labels; without it all labels are 0
    label_shape: the shape of the label of a sample
    batch_size: samples of a batch
    round_batch: the last batch is filled with the first samples, and the next epoch begins behind
        them; else with zeros
    dtype: "float32", "int32" or "int64"

    Raises OSError with file and line for what are no numbers, or too many or too few.
    """

    def __init__(
        self,
        data_csv: Path,
        data_shape: Sequence[int],
        batch_size: int,
        label_csv: Path | None = None,
        label_shape: Sequence[int] = (1,),
        round_batch: bool = True,
        dtype: Any = "float32",
        data_name: str = "data",
        label_name: str = "softmax_label",
        prefetch_buffer: int = 4,
        ctx: Any = None,
    ) -> None:
        batch_size = require_whole("CSVIter", "batch_size", batch_size, 1)
        rows = _csv(data_csv, _shape("CSVIter", "data_shape", data_shape), dtype)
        label_shape = _shape("CSVIter", "label_shape", label_shape)
        if label_csv:
            labels = _csv(label_csv, label_shape, dtype)
            _check_lengths("CSVIter", data_csv, rows, label_csv, labels)
        else:
            labels = numpy.zeros((len(rows), *label_shape), dtype)
        order = Order(len(rows), batch_size, round_batch)
        super().__init__(rows, labels, order, batch_size, (data_name, label_name))


class LibSVMIter(_RowsIter):
    """Batches of a LibSVM file: lines of a label and pairs `index:value`, indices from 0 on.

    data_libsvm: the path of the file
    data_shape: (number of columns,)
    label_libsvm: a file of labels in the same form, of which the first number of a line does not
        count; without it the label of a line is its first number
    label_shape: (number of columns,) of the labels' file
    num_parts, part_index: which part of the samples is read

    Batches are csr matrices (batch_size, columns), and so are labels of a file of their own.
    """

    def __init__(
        self,
        data_libsvm: Path,
        data_shape: Sequence[int],
        batch_size: int,
        label_libsvm: Path | None = None,
        label_shape: Sequence[int] = (1,),
        round_batch: bool = True,
        num_parts: int = 1,
        part_index: int = 0,
        data_name: str = "data",
        label_name: str = "softmax_label",
        prefetch_buffer: int = 4,
        ctx: Any = None,
    ) -> None:
        batch_size = require_whole("LibSVMIter", "batch_size", batch_size, 1)
        (columns,) = _shape("LibSVMIter", "data_shape", data_shape, rank=1)
        labels, lines = _libsvm(data_libsvm, columns)
        part = part_of("LibSVMIter", len(lines), num_parts, part_index)
        shown: Any = labels[part.start : part.stop]
        if label_libsvm:
            (width,) = _shape("LibSVMIter", "label_shape", label_shape, rank=1)
            _, label_lines = _libsvm(label_libsvm, width)
            _check_lengths("LibSVMIter", data_libsvm, lines, label_libsvm, label_lines)
            shown = _csr_rows(label_lines[part.start : part.stop], width)
        rows = _csr_rows(lines[part.start : part.stop], columns)
        order = Order(len(part), batch_size, round_batch)
        super().__init__(rows, shown, order, batch_size, (data_name, label_name))


class MNISTIter(_RowsIter):
    """Batches of handwritten digits, float32 from 0 to 1.

    image, label: the paths of the idx files, plain or with .gz
    shuffle: the order follows from `seed`, the same in each epoch
    flat: a sample is (784,) and not (1, 28, 28); input_shape, or data_shape: another shape of it
    num_parts, part_index: which part of the samples is read

    The rest that fills no batch is left out.
    """

    def __init__(
        self,
        image: Path = "./train-images-idx3-ubyte",
        label: Path = "./train-labels-idx1-ubyte",
        batch_size: int = 128,
        shuffle: bool = True,
        flat: bool = False,
        seed: int = 0,
        silent: bool = False,
        num_parts: int = 1,
        part_index: int = 0,
        input_shape: Sequence[int] | None = None,
        data_name: str = "data",
        label_name: str = "softmax_label",
        prefetch_buffer: int = 4,
        ctx: Any = None,
        data_shape: Sequence[int] | None = None,
    ) -> None:
        batch_size = require_whole("MNISTIter", "batch_size", batch_size, 1)
        images, labels = read_idx(image, "uint8", 3), read_idx(label, "uint8", 1)
        _check_lengths("MNISTIter", image, images, label, labels)
        part = part_of("MNISTIter", len(images), num_parts, part_index)
        chosen = numpy.arange(part.start, part.stop)
        if shuffle:
            numpy.random.RandomState(seed).shuffle(chosen)
        shape = (-1,) if flat else (1, *images.shape[1:])
        for name, given in (("input_shape", input_shape), ("data_shape", data_shape)):
            if given is not None:
                shape = _shape("MNISTIter", name, given)
        rows = numpy.divide(images[chosen], 255, dtype="float32")
        rows = rows.reshape(len(chosen), *shape) if len(chosen) else rows
        order = Order(len(chosen), batch_size, round_batch=False)
        names = data_name, label_name
        labels = labels[chosen].astype("float32")
        super().__init__(rows, labels, order, batch_size, names, drops_rest=True)


def _csr_rows(lines: list[Any], columns: int) -> CsrRows:
    """The rows of a LibSVM file; the numbers of a line are sorted."""
    orders = [numpy.argsort(places, kind="stable") for places, _ in lines]
    ordered = [(p[order], v[order]) for (p, v), order in zip(lines, orders, strict=True)]
    places = [numpy.zeros(0, "int64"), *(places for places, _ in ordered)]
    values = [numpy.zeros(0, "float32"), *(values for _, values in ordered)]
    starts = numpy.cumsum([0, *(len(places) for places, _ in ordered)])
    return CsrRows(numpy.concatenate(values), numpy.concatenate(places), starts, columns)


def _described(name: str, batch_size: int, rows: Any) -> DataDesc:
    return DataDesc(name, (batch_size, *rows.shape[1:]), rows.dtype.type)


def _lines(path: Path, where: str) -> Iterator[tuple[int, str]]:
    try:
        with open(path, encoding="utf-8", opener=regular) as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except FileNotFoundError:
        raise MissingFile(f"{where}: there is no file {path}") from None
    except (OSError, UnicodeDecodeError) as error:
        if isinstance(error, FileFailure):
            raise
        raise FileFailure(f"{where}: {path} cannot be read: {error}") from None


def _csv(path: Path, shape: tuple[int, ...], dtype: Any) -> numpy.ndarray:
    size, kind = int(numpy.prod(shape)), numpy.dtype(dtype)
    rows = []
    for number, line in _lines(path, "CSVIter"):
        try:
            row = numpy.array(line.rstrip("\n,").split(","), kind)
        except ValueError as error:
            raise FileFailure(f"CSVIter: {path}, line {number}: {error}") from None
        if row.size != size:
            raise FileFailure(
                f"CSVIter: {path}, line {number}: shape {shape} needs {size} numbers; "
                f"got {row.size}"
            )
        rows.append(row)
    return numpy.array(rows, kind).reshape(len(rows), *shape)


def _libsvm(path: Path, columns: int) -> tuple[numpy.ndarray, list[Any]]:
    labels, lines = [], []
    for number, line in _lines(path, "LibSVMIter"):
        first, *pairs = line.split()
        try:
            labels.append(float(first))
            split = [pair.split(":") for pair in pairs]
            indices = numpy.array([int(index) for index, _ in split], "int64")
            values = numpy.array([float(value) for _, value in split], "float32")
        except ValueError:
            raise FileFailure(
                f"LibSVMIter: {path}, line {number}: a line must be a label and pairs "
                f"index:value; got {line.strip()[:60]!r}"
            ) from None
        if ((indices < 0) | (indices >= columns)).any():
            raise FileFailure(
                f"LibSVMIter: {path}, line {number}: indices must be in [0, {columns}), as the "
                f"shape says; got {indices[(indices < 0) | (indices >= columns)][0]}"
            )
        lines.append((indices, values))
    return numpy.array(labels, "float32"), lines


def _shape(where: str, name: str, given: Any, rank: int | None = None) -> tuple[int, ...]:
    shape = tuple(given) if isinstance(given, list | tuple) else (given,)
    for extent in shape:
        require_whole(where, name, extent, 1)
    if rank is not None and len(shape) != rank:
        raise InvalidValue(f"{where}: `{name}` must have {rank} axis; got {shape}")
    return shape


def _check_lengths(where: str, path: Path, rows: Any, label_path: Path, labels: Any) -> None:
    if len(rows) != len(labels):
        raise FileFailure(
            f"{where}: {path} has {len(rows)} samples, but {label_path} has {len(labels)} labels"
        )


__all__ = ["CSVIter", "LibSVMIter", "MNISTIter"]
