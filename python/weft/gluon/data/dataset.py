"""Data sets: samples by number."""

from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidValue


class Dataset:
    """Base: a subclass writes `__getitem__(index)` and `__len__()`."""

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
        """The same for the first part of every sample only: the data, not the label."""
        return self.transform(_OnFirst(function), lazy)

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


class _OnFirst:
    """An object rather than a closure: worker processes are sent it."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self._function = function

    def __call__(self, first: Any, *rest: Any) -> Any:
        return (self._function(first), *rest) if rest else self._function(first)


class _Mapped(Dataset):
    def __init__(self, dataset: Dataset, function: Callable[..., Any]) -> None:
        self._dataset = dataset
        self._function = function

    def __getitem__(self, index: int) -> Any:
        sample = self._dataset[index]
        return self._function(*sample) if isinstance(sample, tuple) else self._function(sample)

    def __len__(self) -> int:
        return len(self._dataset)


class _Chosen(Dataset):
    def __init__(self, dataset: Dataset, indices: Sequence[int]) -> None:
        self._dataset = dataset
        self._indices = indices

    def __getitem__(self, index: int) -> Any:
        return self._dataset[self._indices[index]]

    def __len__(self) -> int:
        return len(self._indices)


class SimpleDataset(Dataset):
    """A list, or anything with numbers and a length, as a data set."""

    def __init__(self, data: Sequence[Any]) -> None:
        self._data = data

    def __getitem__(self, index: int) -> Any:
        return self._data[index]

    def __len__(self) -> int:
        return len(self._data)


class ArrayDataset(Dataset):
    """Arrays of the same length side by side: sample i is a tuple of their i-th rows, the row
    itself for a single array. NumPy arrays, arrays of Weft and lists can be mixed."""

    def __init__(self, *arrays: Any) -> None:
        if not arrays:
            raise InvalidValue("ArrayDataset: give at least one array")
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


__all__ = ["ArrayDataset", "Dataset", "SimpleDataset"]
__dir__ = __all__.copy
