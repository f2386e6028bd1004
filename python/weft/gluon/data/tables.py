"""Data sets of Parquet files: by number, in whole columns, and as a stream.

A file consists of groups of rows, which are read and decoded as a whole: whoever picks rows keeps
the groups that were read last, and a stream goes from group to group.
"""

import copy
import os
import threading
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import Any

import numpy

from weft import np
from weft._base.errors import FileFailure, IndexOutOfRange, InvalidValue, MissingFile
from weft._base.options import require, require_whole
from weft._base.spelling import named_arguments
from weft.gluon.data._columns import array_of_column, arrow, chosen
from weft.gluon.data.dataset import ArrayDataset, Dataset
from weft.gluon.data.sampler import Sampler
from weft.gluon.data.streams import IterableDataset

Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]
Row = dict[str, Any]


class _Groups:
    """Groups of rows of one or several files of the same columns. Files are opened when they are
    read, by each process for itself."""

    def __init__(self, where: str, paths: Paths, columns: Any) -> None:
        self.where = where
        self._local = threading.local()
        given = [paths] if isinstance(paths, str | os.PathLike) else list(paths)
        if not given:
            raise InvalidValue(f"{where}: `paths` must have a file; got none")
        self._paths = [os.path.abspath(os.fsdecode(path)) for path in given]
        self.groups: list[tuple[int, int]] = []  # file, and group within it
        self.rows: list[int] = []
        for number, path in enumerate(self._paths):
            file = self._file(number)
            names = list(file.schema_arrow.names)
            if number == 0:
                self.columns = chosen(where, names, columns)
            missing = [name for name in self.columns if name not in names]
            if missing:
                raise InvalidValue(
                    f"{where}: {path} must have the columns of {self._paths[0]}; it lacks {missing}"
                )
            for group in range(file.num_row_groups):
                self.groups.append((number, group))
                self.rows.append(file.metadata.row_group(group).num_rows)

    def read(self, group: tuple[int, int], columns: Sequence[str] | None = None) -> Any:
        """A group as a table of Arrow."""
        number, inner = group
        try:
            return self._file(number).read_row_group(inner, list(columns or self.columns))
        except (arrow(self.where).ArrowException, OSError) as error:
            raise FileFailure(
                f"{self.where}: {self._paths[number]}, row group {inner}: it cannot be read: "
                f"{error}"
            ) from None

    def arrays(self, table: Any) -> dict[str, numpy.ndarray]:
        return {name: array_of_column(self.where, name, table[name]) for name in table.column_names}

    def _file(self, number: int) -> Any:
        opened = self._opened()
        if number not in opened:
            path = self._paths[number]
            if not os.path.isfile(path):
                raise MissingFile(f"{self.where}: there is no file {path}")
            library = arrow(self.where)
            from pyarrow import parquet

            try:
                opened[number] = parquet.ParquetFile(path, memory_map=True)
            except (library.ArrowException, OSError) as error:
                raise FileFailure(
                    f"{self.where}: {path} is no Parquet file, or damaged: {error}"
                ) from None
        return opened[number]

    def _opened(self) -> dict[int, Any]:
        """The files of this thread: none is shared."""
        opened = getattr(self._local, "files", None)
        if opened is None:
            opened = self._local.files = {}
        return opened  # type: ignore[no-any-return]

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name != "_local"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _local=threading.local())


class ParquetDataset(Dataset):
    """Rows of Parquet files by number: sample i is a dict of values by the names of columns.

    paths: one or several files of the same columns, one behind the other
    columns: names of those that are read; None for all
    cached_groups: how many groups of rows are kept as they were read last. An order that stays
        within groups, such as that of `sampler()`, reads each of them once in each process

    Numbers are scalars of NumPy, fixed-size lists arrays, texts `str`. `arrays` has whole columns,
    `ParquetStream` reads from begin to end. Workers open the files themselves. Needs
    `pip install '.[arrow]'`. Raises FileNotFoundError, OSError for a damaged file, ValueError
    for a column that is not there.

    >>> from weft.gluon import data
    >>> import pyarrow, pyarrow.parquet
    >>> table = pyarrow.table({"x": [1.5, 2.5, 3.5], "name": ["a", "b", "c"]})
    >>> pyarrow.parquet.write_table(table, "three.parquet")
    >>> rows = data.ParquetDataset("three.parquet")
    >>> len(rows), rows[1]
    (3, {'x': np.float64(2.5), 'name': 'b'})
    """

    @named_arguments
    def __init__(
        self, paths: Paths, columns: str | Sequence[str] | None = None, *, cached_groups: int = 4
    ) -> None:
        self._groups = _Groups("ParquetDataset", paths, columns)
        self._ends = list(accumulate(self._groups.rows))
        self._most = require_whole("ParquetDataset", "cached_groups", cached_groups, 1)
        self._kept: OrderedDict[int, dict[str, numpy.ndarray]] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def columns(self) -> list[str]:
        """Names of the columns that are read."""
        return self._groups.columns

    @property
    def row_groups(self) -> list[int]:
        """The number of rows of each group."""
        return self._groups.rows

    def __getitem__(self, index: int) -> Row:
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexOutOfRange(f"ParquetDataset: there is no row {index}; there are {len(self)}")
        group = bisect_right(self._ends, place)
        row = place - (self._ends[group - 1] if group else 0)
        return {name: values[row] for name, values in self._group(group).items()}

    def _group(self, number: int) -> dict[str, numpy.ndarray]:
        with self._lock:
            found = self._kept.get(number)
            if found is not None:
                self._kept.move_to_end(number)
                return found
        found = self._groups.arrays(self._groups.read(self._groups.groups[number]))
        with self._lock:
            self._kept[number] = found
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return found

    def __len__(self) -> int:
        return self._ends[-1] if self._ends else 0

    def sampler(self, shuffle: bool = True) -> Sampler:
        """An order that reads each group of rows once: groups in random order, and `cached_groups`
        of them mixed; without `shuffle` from the first row to the last."""
        return _GroupSampler(self._groups.rows, self._most if shuffle else 0)

    def arrays(self, *columns: str) -> ArrayDataset:
        """Whole columns in memory, side by side: a loader gathers their rows, with no Python for
        each of them. Without names, all columns."""
        names = chosen("ParquetDataset", self.columns, columns or None)
        tables = [self._groups.read(group, names) for group in self._groups.groups]
        if not tables:
            raise InvalidValue("ParquetDataset: the files have no rows")
        whole = arrow("ParquetDataset").concat_tables(tables)
        found = self._groups.arrays(whole)
        return ArrayDataset(*(found[name] for name in names))

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_lock": None, "_kept": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _lock=threading.Lock(), _kept=OrderedDict())


class _GroupSampler(Sampler):
    """Numbers of rows, of few groups at a time. mixed: groups whose rows are mixed; 0 for none."""

    def __init__(self, rows: Sequence[int], mixed: int) -> None:
        self._rows, self._mixed = list(rows), mixed

    def __iter__(self) -> Iterator[int]:
        ends = list(accumulate(self._rows))
        parts = [numpy.arange(end - n, end) for n, end in zip(self._rows, ends, strict=True)]
        if not self._mixed:
            return (int(i) for part in parts for i in part)
        generator = numpy.random.default_rng(int(np.random.uniform(0, 2**31).item()))
        order = generator.permutation(len(parts))
        return self._drawn(parts, order, generator)

    def _drawn(self, parts: list[Any], order: Any, generator: Any) -> Iterator[int]:
        for begin in range(0, len(order), self._mixed):
            some = numpy.concatenate([parts[i] for i in order[begin : begin + self._mixed]])
            yield from generator.permutation(some).tolist()

    def __len__(self) -> int:
        return sum(self._rows)


class ParquetStream(IterableDataset):
    """Rows of Parquet files one after another, or batches of them: of a file that is larger than
    memory, a group of rows is held at a time.

    paths, columns: as for `ParquetDataset`
    batch_size: None for rows, dicts of values; else for batches, dicts of arrays of so many rows,
        which are parts of what was read: no Python runs for each row
    last_batch: "keep" or "discard" a batch of fewer rows
    shuffle: groups of rows in random order, and rows within each, by `np.random.seed`

    `shard` gives each of several processes its own groups of rows where there are enough of them.
    Columns of texts stay NumPy's arrays of objects.

    >>> import pyarrow
    >>> from pyarrow import parquet
    >>> from weft import gluon
    >>> table = pyarrow.table({"x": list(range(6)), "y": [0, 1] * 3})
    >>> parquet.write_table(table, "rows.parquet")
    >>> stream = gluon.data.ParquetStream("rows.parquet", batch_size=4)
    >>> [batch["x"].tolist() for batch in stream]
    [[0, 1, 2, 3], [4, 5]]
    """

    @named_arguments
    def __init__(
        self,
        paths: Paths,
        columns: str | Sequence[str] | None = None,
        *,
        batch_size: int | None = None,
        last_batch: str = "keep",
        shuffle: bool = False,
    ) -> None:
        super().__init__()
        if batch_size is not None:
            require_whole("ParquetStream", "batch_size", batch_size, 1)
        known = ("keep", "discard")
        require(last_batch in known, "ParquetStream", "last_batch", "keep or discard", last_batch)
        self._groups = _Groups("ParquetStream", paths, columns)
        self._chosen = list(range(len(self._groups.groups)))
        self._size, self._keeps_last, self._shuffles = batch_size, last_batch == "keep", shuffle

    @property
    def columns(self) -> list[str]:
        """Names of the columns that are read."""
        return self._groups.columns

    def shard(self, num_shards: int, index: int) -> IterableDataset:
        """Some of the groups of rows, where there are enough; else every `num_shards`-th sample."""
        require_whole("shard", "num_shards", num_shards, 1)
        require(0 <= index < num_shards, "shard", "index", f"in [0, {num_shards})", index)
        if len(self._chosen) < num_shards:
            return super().shard(num_shards, index)
        part = copy.copy(self)
        part._chosen = self._chosen[index::num_shards]
        return part

    def __iter__(self) -> Iterator[Any]:
        parts = self._parts()
        return self._rows(parts) if self._size is None else self._batches(parts, self._size)

    def _parts(self) -> Iterator[dict[str, numpy.ndarray]]:
        """Arrays of each group."""
        order: Any = self._chosen
        generator = None
        if self._shuffles:
            generator = numpy.random.default_rng(int(np.random.uniform(0, 2**31).item()))
            order = generator.permutation(order).tolist()
        for number in order:
            found = self._groups.arrays(self._groups.read(self._groups.groups[number]))
            if generator is not None:
                mixed = generator.permutation(self._groups.rows[number])
                found = {name: values[mixed] for name, values in found.items()}
            yield found

    @staticmethod
    def _rows(parts: Iterator[dict[str, numpy.ndarray]]) -> Iterator[Row]:
        for part in parts:
            for row in zip(*part.values(), strict=True):
                yield dict(zip(part, row, strict=True))

    def _batches(self, parts: Iterator[dict[str, numpy.ndarray]], size: int) -> Iterator[Row]:
        held: dict[str, numpy.ndarray] = {}
        for part in parts:
            if held:
                part = {name: numpy.concatenate([held[name], part[name]]) for name in part}
            count = len(next(iter(part.values())))
            whole = count - count % size
            for begin in range(0, whole, size):
                yield {name: _batch(values[begin : begin + size]) for name, values in part.items()}
            held = {name: values[whole:] for name, values in part.items()} if whole < count else {}
        if held and self._keeps_last:
            yield {name: _batch(values) for name, values in held.items()}


def _batch(values: numpy.ndarray) -> Any:
    return values if values.dtype.kind not in "biuf" else np.array(values)


__all__ = ["ParquetDataset", "ParquetStream"]
__dir__ = __all__.copy
