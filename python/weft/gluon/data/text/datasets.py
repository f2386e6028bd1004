"""Data sets of texts: lines of files, files in folders, and tables of texts and labels."""

import csv
import mmap
import os
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import numpy

from weft._base import spelling
from weft._base.errors import FileFailure, IndexOutOfRange, InvalidValue, MissingFile
from weft._base.regular_files import regular
from weft.gluon.data._folders import labelled_files
from weft.gluon.data.dataset import Dataset


def paths_of(where: str, given: Any) -> list[str]:
    """One path or several, all of which are files."""
    paths = [os.fsdecode(p) for p in ([given] if isinstance(given, str | os.PathLike) else given)]
    if not paths:
        raise InvalidValue(f"{where}: `paths` must have a file; got none")
    for path in paths:
        if not os.path.isfile(path):
            raise MissingFile(f"{where}: there is no file {path!r}")
    return paths


class TextLineDataset(Dataset):
    """Lines of text files, without their ends: sample i is a text.

    paths: one or several files, one behind the other
    encoding: of the files, one in which a line ends with byte 10, such as utf-8
    skip_empty: leaves out lines of blanks alone

    The files stay on the disk: only where lines begin is kept, and workers map the same memory.
    Raises FileNotFoundError, and OSError that names file and line where a text cannot be decoded.

    >>> from weft.gluon.data import text
    >>> with open("two.txt", "w") as file:
    ...     _ = file.write("to be\\nor not\\n")
    >>> list(text.TextLineDataset("two.txt"))
    ['to be', 'or not']
    """

    @spelling.named_arguments
    def __init__(
        self,
        paths: str | os.PathLike[str] | Sequence[str | os.PathLike[str]],
        encoding: str = "utf-8",
        skip_empty: bool = False,
    ) -> None:
        self._files = [_Lines(path, skip_empty) for path in paths_of("TextLineDataset", paths)]
        self._encoding = encoding
        self._ends = list(accumulate(len(file.places) for file in self._files))

    def __getitem__(self, index: int) -> str:
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexOutOfRange(
                f"TextLineDataset: there is no line {index}; there are {len(self)}"
            )
        number = bisect_right(self._ends, place)
        file = self._files[number]
        line = place - (self._ends[number - 1] if number else 0)
        try:
            return file.line(line).decode(self._encoding)
        except UnicodeDecodeError as error:
            raise FileFailure(
                f"TextLineDataset: {file.path}, byte {file.places[line][0] + error.start}: it is "
                f"no {self._encoding}"
            ) from None

    def __len__(self) -> int:
        return self._ends[-1]


class _Lines:
    """A mapped file and the begins and ends of its lines."""

    def __init__(self, path: str, skips_empty: bool) -> None:
        self.path = path
        self._content: mmap.mmap | bytes | None = None
        size = len(self._bytes())
        content = numpy.frombuffer(self._bytes(), numpy.uint8)
        ends = numpy.flatnonzero(content == 10)
        if size and content[-1] != 10:
            ends = numpy.append(ends, size)
        begins = numpy.concatenate([[0], ends[:-1] + 1]) if len(ends) else ends
        self.places = numpy.stack([begins, ends], 1).astype("int64")
        if skips_empty:
            keep = [bool(self.line(i).strip()) for i in range(len(self.places))]
            self.places = self.places[numpy.array(keep, bool)]

    def line(self, number: int) -> bytes:
        begin, end = self.places[number].tolist()
        return bytes(self._bytes()[begin:end]).removesuffix(b"\r")

    def _bytes(self) -> Any:
        if self._content is None:
            with open(self.path, "rb", opener=regular) as file:
                is_empty = os.fstat(file.fileno()).st_size == 0
                self._content = (
                    b"" if is_empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
                )
        return self._content

    def __getstate__(self) -> dict[str, Any]:
        return {**self.__dict__, "_content": None}  # a worker maps the file itself


class TextFolderDataset(Dataset):
    """Texts in folders: each folder of `root` is a class, each of its files a sample (text, label),
    the label an int32.

    suffixes: of the files that count

    `synsets` names the classes in order, `items` has the path and the label of each text. Raises
    OSError that names the file that cannot be read.

    >>> from pathlib import Path
    >>> from weft import gluon
    >>> for kind in ("bad", "good"):
    ...     Path("texts", kind).mkdir(parents=True)
    ...     written = Path("texts", kind, "0.txt").write_text(f"a {kind} film")
    >>> texts = gluon.data.text.TextFolderDataset("texts")
    >>> texts.synsets, texts[1][0]
    (['bad', 'good'], 'a good film')
    """

    @spelling.named_arguments
    def __init__(
        self,
        root: str | os.PathLike[str],
        suffixes: Sequence[str] = (".txt",),
        encoding: str = "utf-8",
    ) -> None:
        self.synsets, self.items = labelled_files("TextFolderDataset", root, suffixes, "texts")
        self._encoding = encoding

    def __getitem__(self, index: int) -> tuple[str, numpy.int32]:
        path, label = self.items[index]
        try:
            with open(path, encoding=self._encoding, opener=regular) as file:
                return file.read(), numpy.int32(label)
        except UnicodeDecodeError as error:
            raise FileFailure(
                f"TextFolderDataset: {path}, byte {error.start}: it is no {self._encoding}"
            ) from None

    def __len__(self) -> int:
        return len(self.items)


Column = str | int


class CSVDataset(Dataset):
    """Rows of a table in a text file, as (text, label), the label an int32; several columns of
    texts as (text, text, label), and without `label` only texts.

    path: a file of values with `delimiter` between them: a tab for files that end with .tsv, else a
        comma; quotes as in RFC 4180
    text: the column of the text, or several; label: that of the label; None for none
    classes: the names of labels in order; None: those of the file, sorted, as numbers where all are
    header: whether the first row has the names of the columns; columns are then asked for by name,
        else by number. By default it has where a column is asked for by name

    `classes` has the names of the labels. Raises OSError that names file and line of a row that is
    too short, ValueError for a column or a label that is not there.

    >>> from weft.gluon.data import text
    >>> with open("mood.csv", "w") as file:
    ...     _ = file.write('review,mood\\n"Good, really",yes\\nBad,no\\n')
    >>> reviews = text.CSVDataset("mood.csv", text="review", label="mood")
    >>> reviews.classes, reviews[0]
    (['no', 'yes'], ('Good, really', np.int32(1)))
    """

    @spelling.named_arguments
    def __init__(
        self,
        path: str | os.PathLike[str],
        text: Column | Sequence[Column],
        label: Column | None = None,
        *,
        classes: Sequence[str] | None = None,
        delimiter: str | None = None,
        header: bool | None = None,
        encoding: str = "utf-8",
    ) -> None:
        (self._path,) = paths_of("CSVDataset", path)
        texts = [text] if isinstance(text, str | int) else list(text)
        wanted = [*texts, *([] if label is None else [label])]
        has_header = any(isinstance(c, str) for c in wanted) if header is None else header
        if delimiter is None:
            delimiter = "\t" if Path(self._path).suffix.lower() == ".tsv" else ","
        rows = self._read(delimiter, encoding)
        names = rows.pop(0)[1] if has_header and rows else None
        places = [self._place(column, names) for column in wanted]
        parts = list(zip(*(self._parts(row, places) for row in rows), strict=True))
        if not rows:
            raise InvalidValue(f"CSVDataset: {self._path} has no rows")
        self._texts = parts[: len(texts)]
        self.classes: list[str] = []
        self._labels: numpy.ndarray | None = None
        if label is not None:
            self.classes = _sorted_classes(parts[-1]) if classes is None else list(classes)
            self._labels = self._numbers(parts[-1], rows)

    def _read(self, delimiter: str, encoding: str) -> list[tuple[int, list[str]]]:
        """Rows that are not empty, with the numbers of their lines."""
        try:
            with open(self._path, encoding=encoding, newline="", opener=regular) as file:
                reader = csv.reader(file, delimiter=delimiter)
                return [(reader.line_num, row) for row in reader if row]
        except UnicodeDecodeError as error:
            raise FileFailure(
                f"CSVDataset: {self._path}, byte {error.start}: it is no {encoding}"
            ) from None
        except csv.Error as error:
            raise FileFailure(f"CSVDataset: {self._path} is no table: {error}") from None

    def _place(self, column: Column, names: list[str] | None) -> int:
        if isinstance(column, int):
            return column
        if names is None:
            raise InvalidValue(
                f"CSVDataset: column {column!r} needs names in the first row: `header` must not be "
                "False"
            )
        if column not in names:
            near = spelling.hint(column, {}, names)
            raise InvalidValue(
                f"CSVDataset: {self._path} has no column {column!r}{near}; it has {names}"
            )
        return names.index(column)

    def _parts(self, numbered: tuple[int, list[str]], places: list[int]) -> list[str]:
        line, row = numbered
        if not -len(row) <= min(places) or max(places) >= len(row):
            raise FileFailure(
                f"CSVDataset: {self._path}, line {line}: it has {len(row)} columns, and number "
                f"{max(places)} is asked for"
            )
        return [row[place] for place in places]

    def _numbers(self, labels: Sequence[str], rows: list[tuple[int, list[str]]]) -> numpy.ndarray:
        numbers = {name: number for number, name in enumerate(self.classes)}
        for (line, _), label in zip(rows, labels, strict=True):
            if label not in numbers:
                near = spelling.hint(label, {}, self.classes)
                raise InvalidValue(
                    f"CSVDataset: {self._path}, line {line}: {label!r} is none of `classes`, "
                    f"{self.classes}{near}"
                )
        return numpy.array([numbers[label] for label in labels], "int32")

    def __getitem__(self, index: int) -> Any:
        found: tuple[Any, ...] = tuple(column[index] for column in self._texts)
        if self._labels is not None:
            found = (*found, self._labels[index])
        return found if len(found) > 1 else found[0]

    def __len__(self) -> int:
        return len(self._texts[0])


def _sorted_classes(labels: Sequence[str]) -> list[str]:
    """Names that are all numbers in the order of these."""
    names = set(labels)
    try:
        return sorted(names, key=lambda name: (float(name), name))
    except ValueError:
        return sorted(names)


__all__ = ["CSVDataset", "TextFolderDataset", "TextLineDataset"]
__dir__ = __all__.copy
