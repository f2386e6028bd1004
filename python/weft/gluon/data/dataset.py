"""Data sets: samples by number."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from itertools import accumulate, pairwise
from typing import Any

import numpy

from weft import np
from weft._base.containers import sequence_of
from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue
from weft._base.protocols import HasRows
from weft._base.spelling import ChecksOptions, knows_words
from weft._base.words import DATASET


@knows_words(DATASET)
class Dataset(ChecksOptions):
    """Base: a subclass writes `__getitem__(index)` and `__len__()`.

    >>> from weft import gluon
    >>> class Squares(gluon.data.Dataset):
    ...     def __len__(self):
    ...         return 4
    ...     def __getitem__(self, index):
    ...         return index**2
    >>> [batch.tolist() for batch in gluon.data.DataLoader(Squares(), batch_size=2)]
    [[0, 1], [4, 9]]
    """

    def __getitem__(self, index: int) -> Any:
        raise NotImplementedError

    def __len__(self) -> int:
        raise NotImplementedError

    def transform(self, function: Callable[..., Any], lazy: bool = True) -> "Dataset":
        """The data set with `function` applied to every sample (its parts as arguments), when the
        sample is asked for, or at once."""
        mapped = _Mapped(self, function)
        return mapped if lazy else SimpleDataset([mapped[i] for i in range(len(mapped))])

    def transform_first(self, function: Callable[[Any], Any], lazy: bool = True) -> "Dataset":
        """The same for the first part of every sample only: the data, not the label. Named tuples
        stay what they are."""
        mapped = _OnFirst(self, function)
        return mapped if lazy else SimpleDataset([mapped[i] for i in range(len(mapped))])

    def filter(self, keeps: Callable[[Any], bool]) -> "Dataset":
        """The samples that `keeps` is true for."""
        return _Chosen(self, [i for i in range(len(self)) if keeps(self[i])])

    def take(self, count: int | None) -> "Dataset":
        """The first `count` samples; all if there are fewer, or for None."""
        whole = len(self)
        return _Chosen(self, range(whole if count is None else min(count, whole)))

    def shard(self, num_shards: int, index: int) -> "Dataset":
        """Part `index` of `num_shards` parts whose sizes differ by at most one sample."""
        if not 0 <= index < num_shards:
            raise InvalidValue(f"shard: `index` must be in [0, {num_shards}); got {index}")
        size, rest = divmod(len(self), num_shards)
        begin = size * index + min(index, rest)
        return _Chosen(self, range(begin, begin + size + (index < rest)))

    def sample(self, indices: Sequence[int]) -> "Dataset":
        """The samples with these numbers, or those that a sampler gives."""
        return _Chosen(self, list(indices))


class _Mapped(Dataset):
    def __init__(self, dataset: Dataset, function: Callable[..., Any]) -> None:
        self._dataset = dataset
        self._function = function

    def __getitem__(self, index: int) -> Any:
        sample = self._dataset[index]
        return self._function(*sample) if isinstance(sample, tuple) else self._function(sample)

    def __len__(self) -> int:
        return len(self._dataset)


class _OnFirst(_Mapped):
    def __getitem__(self, index: int) -> Any:
        sample = self._dataset[index]
        if not isinstance(sample, tuple):
            return self._function(sample)
        return sequence_of(type(sample), (self._function(sample[0]), *sample[1:]))


class _Chosen(Dataset):
    def __init__(self, dataset: Dataset, indices: Sequence[int]) -> None:
        self._dataset = dataset
        self._indices = indices

    def __getitem__(self, index: int) -> Any:
        return self._dataset[self._indices[index]]

    def __len__(self) -> int:
        return len(self._indices)


class SimpleDataset(Dataset):
    """A list, or anything with numbers and a length, as a data set.

    >>> from weft import gluon
    >>> words = gluon.data.SimpleDataset(["one", "two", "three"])
    >>> len(words), words.transform(str.upper)[2]
    (3, 'THREE')
    """

    def __init__(self, data: Sequence[Any]) -> None:
        self._data = data

    def __getitem__(self, index: int) -> Any:
        return self._data[index]

    def __len__(self) -> int:
        return len(self._data)


class ArrayDataset(Dataset):
    """Arrays of the same length side by side: sample i is a tuple of their i-th rows, the row
    itself for a single array. NumPy arrays, arrays of Weft and lists can be mixed.

    >>> from weft import gluon, np
    >>> rows = gluon.data.ArrayDataset(np.ones((4, 2)), [0, 1, 2, 3])
    >>> len(rows), rows[2][1]
    (4, 2)
    >>> for x, y in gluon.data.DataLoader(rows, batch_size=2):
    ...     print(x.shape, y)
    (2, 2) [0 1]
    (2, 2) [2 3]
    """

    def __init__(self, *arrays: Any) -> None:
        if not arrays:
            raise InvalidValue("ArrayDataset: give at least one array")
        for array in arrays:
            if isinstance(array, HasRows):
                raise InvalidType(
                    f"ArrayDataset: an array must be dense; got a sparse matrix, "
                    f"{type(array).__name__} of shape {array.shape}; write `.toarray()`"
                )
        lengths = [len(array) for array in arrays]
        if len(set(lengths)) > 1:
            raise InvalidValue(f"ArrayDataset: all arrays must have the same length; got {lengths}")
        self.arrays = arrays

    def __getitem__(self, index: int) -> Any:
        if len(self.arrays) == 1:
            return self.arrays[0][index]
        return tuple(array[index] for array in self.arrays)

    def __len__(self) -> int:
        return len(self.arrays[0])


class ConcatDataset(Dataset):
    """Data sets one behind the other.

    >>> from weft.gluon.data import ConcatDataset
    >>> list(ConcatDataset([1, 2], [3]))
    [1, 2, 3]
    """

    def __init__(self, *datasets: Any) -> None:
        if not datasets:
            raise InvalidValue("ConcatDataset: give at least one data set")
        self._datasets = [d if isinstance(d, Dataset) else SimpleDataset(d) for d in datasets]
        self._ends = list(accumulate(len(d) for d in self._datasets))

    def __getitem__(self, index: int) -> Any:
        count = len(self)
        place = index + count if index < 0 else index
        if not 0 <= place < count:
            raise IndexOutOfRange(f"ConcatDataset: there is no sample {index}; there are {count}")
        number = bisect_right(self._ends, place)
        return self._datasets[number][place - (self._ends[number - 1] if number else 0)]

    def __len__(self) -> int:
        return self._ends[-1]


def random_split(dataset: Any, lengths: Sequence[float], seed: int | None = None) -> list[Dataset]:
    """Data sets of samples drawn at random, none of which is in two of them.

    lengths: the number of samples of each, which together are all; or shares, which together are 1
    seed: for the same samples each time; None draws by `np.random.seed`

    Raises ValueError where the lengths are not those of the data set.

    >>> from weft.gluon.data import random_split
    >>> train, test = random_split(list(range(10)), [0.8, 0.2], seed=1)
    >>> len(train), len(test), sorted([*train, *test]) == list(range(10))
    (8, 2, True)
    """
    whole = dataset if isinstance(dataset, Dataset) else SimpleDataset(dataset)
    counts = _counts_of(lengths, len(whole))
    if seed is None:
        seed = int(np.random.uniform(0, 2**31).item())
    order = numpy.random.default_rng(seed).permutation(len(whole)).tolist()
    ends = list(accumulate(counts))
    return [whole.sample(order[e - n : e]) for n, e in zip(counts, ends, strict=True)]


def _counts_of(lengths: Sequence[float], count: int) -> list[int]:
    if any(n < 0 for n in lengths):
        raise InvalidValue(f"random_split: `lengths` must be at least 0; got {list(lengths)}")
    if any(isinstance(n, float) for n in lengths):
        if abs(sum(lengths) - 1) > 1e-6:
            raise InvalidValue(
                f"random_split: `lengths` that are shares must add up to 1; got {list(lengths)}"
            )
        ends = [round(share * count) for share in accumulate(lengths)]
        return [end - begin for begin, end in pairwise([0, *ends])]
    if sum(lengths) != count:
        raise InvalidValue(
            f"random_split: `lengths` must add up to the {count} samples; got {list(lengths)}"
        )
    return [int(n) for n in lengths]


__all__ = ["ArrayDataset", "ConcatDataset", "Dataset", "SimpleDataset", "random_split"]
__dir__ = __all__.copy
