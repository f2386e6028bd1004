"""Sentences as numbers, and in batches of one length each."""

import bisect
import random
from collections.abc import Hashable, Sequence
from typing import Any

import numpy

from weft._base.errors import InvalidValue, NotFound
from weft.mxnet.io import DataBatch, DataDesc, DataIter
from weft.mxnet.ndarray._given import made
from weft.mxnet.symbol._arrays import wrapped


def encode_sentences(
    sentences: Sequence[Sequence[Hashable]],
    vocab: dict[Any, int] | None = None,
    invalid_label: int = -1,
    invalid_key: Hashable = "\n",
    start_label: int = 0,
    unknown_token: Hashable | None = None,
) -> tuple[list[list[int]], dict[Any, int]]:
    """Words as numbers, and the number of each word.

    vocab: numbers of words; without it new words get numbers from `start_label` on, and
        `invalid_key` gets `invalid_label`
    unknown_token: stands for words that `vocab` lacks

    Raises LookupError for a word that a given vocabulary lacks, without `unknown_token`.

    >>> encode_sentences([["a", "b"], ["b"]])
    ([[0, 1], [1]], {'\\n': -1, 'a': 0, 'b': 1})
    """
    is_new = vocab is None
    known = {invalid_key: invalid_label} if vocab is None else vocab
    number = start_label
    found = []
    for sentence in sentences:
        coded = []
        for word in sentence:
            if word not in known:
                if not (is_new or unknown_token is not None):
                    raise NotFound(f"encode_sentences: `vocab` lacks the word {word!r}")
                if number == invalid_label:
                    number += 1
                if unknown_token is not None:
                    word = unknown_token
                if word not in known:
                    known[word] = number
                    number += 1
            coded.append(known[word])
        found.append(coded)
    return found, known


class BucketSentenceIter(DataIter):
    """Batches of sentences of about one length, for `BucketingModule`; a label is the next word.

    sentences: lists of numbers
    buckets: lengths that sentences are filled up to; by default all of which there is a batch
    invalid_label: what fills them
    layout: 'NT' or 'TN'
    """

    def __init__(
        self,
        sentences: Sequence[Sequence[int]],
        batch_size: int,
        buckets: Sequence[int] | None = None,
        invalid_label: int = -1,
        data_name: str = "data",
        label_name: str = "softmax_label",
        dtype: Any = "float32",
        layout: str = "NT",
    ) -> None:
        super().__init__()
        if layout not in ("NT", "TN"):
            raise InvalidValue(f"BucketSentenceIter: `layout` must be 'NT' or 'TN'; got {layout!r}")
        if not buckets:
            lengths = numpy.bincount([len(sentence) for sentence in sentences])
            buckets = [n for n, count in enumerate(lengths) if count >= batch_size]
        self.buckets = sorted(buckets)
        if not self.buckets:
            raise InvalidValue(
                "BucketSentenceIter: there are no buckets; give `buckets`, or a smaller batch"
            )
        self.batch_size, self.invalid_label, self.dtype = batch_size, invalid_label, dtype
        self.data_name, self.label_name = data_name, label_name
        self.layout, self.major_axis = layout, layout.find("N")
        self.data = self._filled(sentences)
        self.default_bucket_key = max(self.buckets)
        shape = (batch_size, self.default_bucket_key)
        self.provide_data = [self._description(data_name, shape)]
        self.provide_label = [self._description(label_name, shape)]
        self.idx = [
            (number, row)
            for number, rows in enumerate(self.data)
            for row in range(0, len(rows) - batch_size + 1, batch_size)
        ]
        self.curr_idx = 0
        self.nddata: list[Any] = []
        self.ndlabel: list[Any] = []
        self.reset()

    def _filled(self, sentences: Sequence[Sequence[int]]) -> list[numpy.ndarray]:
        """For each bucket its sentences; those that are too long for all are left out."""
        found: list[list[numpy.ndarray]] = [[] for _ in self.buckets]
        for sentence in sentences:
            number = bisect.bisect_left(self.buckets, len(sentence))
            if number == len(self.buckets):
                continue
            row = numpy.full(self.buckets[number], self.invalid_label, self.dtype)
            row[: len(sentence)] = sentence
            found[number].append(row)
        return [
            numpy.array(rows, self.dtype).reshape(-1, length)
            for rows, length in zip(found, self.buckets, strict=True)
        ]

    def _description(self, name: str, shape: tuple[int, int]) -> DataDesc:
        turned = shape if self.major_axis == 0 else shape[::-1]
        return DataDesc(name, turned, layout=self.layout)

    def reset(self) -> None:
        """Begins an epoch, with sentences and batches in another order."""
        self.curr_idx = 0
        random.shuffle(self.idx)
        for rows in self.data:
            numpy.random.shuffle(rows)
        self.nddata, self.ndlabel = [], []
        for rows in self.data:
            label = numpy.full_like(rows, self.invalid_label)
            label[:, :-1] = rows[:, 1:]
            self.nddata.append(rows)
            self.ndlabel.append(label)

    def next(self) -> DataBatch:
        """The next batch, with the length of its sentences as `bucket_key`."""
        if self.curr_idx == len(self.idx):
            raise StopIteration
        number, row = self.idx[self.curr_idx]
        self.curr_idx += 1
        rows = slice(row, row + self.batch_size)
        data, label = self.nddata[number][rows], self.ndlabel[number][rows]
        if self.major_axis == 1:
            data, label = data.T, label.T
        shape = (self.batch_size, self.buckets[number])
        return DataBatch(
            [wrapped(made(data))],
            [wrapped(made(label))],
            pad=0,
            bucket_key=self.buckets[number],
            provide_data=[self._description(self.data_name, shape)],
            provide_label=[self._description(self.label_name, shape)],
        )


__all__ = ["BucketSentenceIter", "encode_sentences"]
__dir__ = __all__.copy
