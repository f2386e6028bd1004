"""What language models read: one long row of numbers, cut into pieces, whose labels are the numbers
that come next."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy

from weft import np
from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft.gluon.data.dataset import Dataset
from weft.gluon.data.streams import IterableDataset


def _row(where: str, tokens: Any) -> Any:
    row = tokens if isinstance(tokens, numpy.ndarray) else numpy.asarray(tokens)
    if row.ndim != 1 or row.dtype.kind not in "iu":
        raise InvalidType(
            f"{where}: `tokens` must be integers of shape (tokens,); got {row.dtype} of shape "
            f"{row.shape}"
        )
    return row


class CorpusDataset(Dataset):
    """Pieces of a long text: sample i is (inputs, labels), both of shape (length,), where labels
    are the inputs one later.

    tokens: integers of shape (tokens,); a `MappedArray` stays on the disk
    length: numbers of a piece
    stride: from the begin of a piece to that of the next; `length` unless given

    >>> from weft.gluon.data import text
    >>> pieces = text.CorpusDataset([1, 2, 3, 4, 5], length=2)
    >>> [(x.tolist(), y.tolist()) for x, y in pieces]
    [([1, 2], [2, 3]), ([3, 4], [4, 5])]
    """

    def __init__(self, tokens: Any, length: int, stride: int | None = None) -> None:
        self._tokens = _row("CorpusDataset", tokens)
        self._length = require_whole("CorpusDataset", "length", length, 1)
        self._stride = require_whole("CorpusDataset", "stride", stride or length, 1)
        if len(self._tokens) <= length:
            raise InvalidValue(
                f"CorpusDataset: `tokens` must be more than `length`, {length}; got "
                f"{len(self._tokens)}"
            )

    def __getitem__(self, index: int) -> tuple[numpy.ndarray, numpy.ndarray]:
        number = operator.index(index)
        number += len(self) if number < 0 else 0
        if not 0 <= number < len(self):
            raise IndexOutOfRange(
                f"CorpusDataset: there is no piece {index}; there are {len(self)}"
            )
        begin = number * self._stride
        piece = numpy.asarray(self._tokens[begin : begin + self._length + 1])
        return piece[:-1], piece[1:]

    def __len__(self) -> int:
        return (len(self._tokens) - 1 - self._length) // self._stride + 1


class CorpusBatches(IterableDataset):
    """Batches of a long text whose rows go on from one batch to the next, for networks that carry
    their states: (inputs, labels) of `length` steps each, the last batch of what is left.

    tokens: integers of shape (tokens,), which are cut into `batch_size` rows of the same length;
        the rest of less than a row is left out
    layout: "NT" for batches (batch_size, length), "TN" for (length, batch_size)

    >>> from weft.gluon.data import text
    >>> batches = text.CorpusBatches(list(range(9)), batch_size=2, length=3)
    >>> [x.tolist() for x, _ in batches]
    [[[0, 1, 2], [4, 5, 6]]]
    """

    def __init__(self, tokens: Any, batch_size: int, length: int, layout: str = "NT") -> None:
        super().__init__(self._batches)
        row = _row("CorpusBatches", tokens)
        require_whole("CorpusBatches", "batch_size", batch_size, 1)
        self._length = require_whole("CorpusBatches", "length", length, 1)
        require(layout in ("NT", "TN"), "CorpusBatches", "layout", "NT or TN", repr(layout))
        steps = len(row) // batch_size
        if steps < 2:
            raise InvalidValue(
                f"CorpusBatches: `tokens` must be at least 2 for each of {batch_size} rows; got "
                f"{len(row)}"
            )
        self._rows = row[: steps * batch_size].reshape(batch_size, steps)
        self._is_steps_first = layout == "TN"

    def _batches(self) -> Iterator[Any]:
        last = self._rows.shape[1] - 1
        for begin in range(0, last, self._length):
            end = min(begin + self._length, last)
            parts = self._rows[:, begin:end], self._rows[:, begin + 1 : end + 1]
            yield [np.array(part.T if self._is_steps_first else part) for part in parts]

    def __len__(self) -> int:
        return -(-(self._rows.shape[1] - 1) // self._length)


__all__ = ["CorpusBatches", "CorpusDataset"]
__dir__ = __all__.copy
