"""What makes a batch of a list of samples: `DataLoader(..., batchify_fn=...)`.

They can be sent to worker processes, where the batch is made in the memory that travels.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy

from weft import np
from weft._base.containers import is_named_tuple, sequence_of
from weft._base.errors import InvalidValue
from weft._core import native
from weft.gluon.data._blocks import shared_out

__all__ = ["Append", "AsList", "Group", "Pad", "Stack", "default_batchify_fn"]


class Stack:
    """Stacks samples along a new first axis; tuples of parts give a list of batches, named tuples
    and dicts one with their names. Texts, such as names of files, stay a list.

    Raises ValueError where shapes, names, or the numbers of parts, differ.

    >>> from weft.gluon.data import batchify
    >>> batchify.Stack()([(1.0, 2), (3.0, 4)])
    [array([1., 3.]), array([2, 4])]
    """

    def __call__(self, samples: Sequence[Any]) -> Any:
        return self.of(samples, len(samples))

    def of(self, samples: Iterable[Any], count: int) -> Any:
        """The batch of `count` samples, each of which is put into its place as it comes: a list of
        large samples would be memory that is asked for and given back with every batch."""
        if count == 0:
            raise InvalidValue("Stack: `samples` must be at least one; got none")
        remaining = iter(samples)
        first = next(remaining)
        stack = _stack_for(first, count)
        stack.add(first)
        for sample in remaining:
            stack.add(sample)
        return stack.batch()


default_batchify_fn = Stack()


class Pad:
    """Pads samples at the end of every axis to the largest extent, and stacks them.

    val: what the padding is
    dtype: of the batch; that of the samples by default
    round_to: extents become multiples of it

    Raises ValueError where ranks differ.

    >>> from weft.gluon.data import batchify
    >>> batchify.Pad(val=-1)([[1, 2, 3], [4]])
    array([[ 1,  2,  3],
           [ 4, -1, -1]])
    """

    def __init__(self, val: float = 0, dtype: Any = None, round_to: int | None = None) -> None:
        if round_to is not None and round_to < 1:
            raise InvalidValue(f"Pad: `round_to` must be at least 1; got {round_to}")
        self._val = val
        self._dtype = dtype
        self._round_to = round_to or 1

    def __call__(self, samples: Sequence[Any]) -> np.ndarray:
        if not samples:
            raise InvalidValue("Pad: `samples` must be at least one; got none")
        arrays = [_as_numpy(sample) for sample in samples]
        shapes = [array.shape for array in arrays]
        if len({len(shape) for shape in shapes}) > 1:
            raise InvalidValue(f"Pad: samples must have one rank; got shapes {_some(shapes)}")
        extents = [
            -(-max(axis) // self._round_to) * self._round_to for axis in zip(*shapes, strict=True)
        ]
        dtype = self._dtype or numpy.result_type(*arrays)
        batch, memory = _empty((len(arrays), *extents), dtype)
        memory[...] = self._val
        for number, array in enumerate(arrays):
            memory[(number, *map(slice, array.shape))] = array
        _mend_bools(memory)
        return batch


class Append:
    """A list with an array for each sample, whose shapes may differ.

    expand: give each an axis of extent 1 for the batch; batch_axis: where

    >>> from weft import gluon, np
    >>> arrays = gluon.data.batchify.Append()([np.ones(3), np.ones(5)])
    >>> [array.shape for array in arrays]
    [(1, 3), (1, 5)]
    """

    def __init__(self, expand: bool = True, batch_axis: int = 0) -> None:
        self._expand = expand
        self._batch_axis = batch_axis

    def __call__(self, samples: Sequence[Any]) -> list[np.ndarray]:
        arrays = [np.array(sample) for sample in samples]
        return (
            [np.expand_dims(array, self._batch_axis) for array in arrays]
            if self._expand
            else arrays
        )


class AsList:
    """The samples as they are.

    >>> from weft import gluon
    >>> gluon.data.batchify.AsList()(["a cat", "a dog"])
    ['a cat', 'a dog']
    """

    def __call__(self, samples: Sequence[Any]) -> list[Any]:
        return list(samples)


class Group:
    """A function for each part of the samples, which are tuples: part i is batched by function i.

    >>> from weft.gluon.data import batchify
    >>> batchify.Group(batchify.Pad(), batchify.AsList())([([1, 2], "a"), ([3], "b")])
    (array([[1, 2],
           [3, 0]]), ['a', 'b'])
    """

    def __init__(self, *functions: Callable[[list[Any]], Any]) -> None:
        if not functions:
            raise InvalidValue("Group: give a function for each part of a sample; got none")
        self._functions = functions

    def __call__(self, samples: Sequence[Any]) -> tuple[Any, ...]:
        for sample in samples:
            _check_parts("Group", sample, len(self._functions))
        parts = zip(self._functions, zip(*samples, strict=True), strict=True)
        return tuple(function(list(part)) for function, part in parts)


# ---- samples that become one array


def _stack_for(first: Any, count: int) -> "_Parts | _Named | _Texts | _Rows | _Several":
    if isinstance(first, Mapping):
        return _Named({name: _stack_for(part, count) for name, part in first.items()})
    if isinstance(first, tuple | list):
        return _Parts([_stack_for(part, count) for part in first], type(first))
    if isinstance(first, str | bytes):
        return _Texts(type(first))
    if isinstance(first, numpy.ndarray) and _is_dtype_of_weft(first.dtype):
        return _Rows(first, count)
    return _Several()


class _Parts:
    """Samples that are tuples."""

    def __init__(self, stacks: list[Any], kind: type) -> None:
        self._stacks = stacks
        self._kind = kind
        self._added = 0

    def add(self, sample: Any) -> None:
        given = len(sample) if isinstance(sample, tuple | list) else type(sample).__name__
        if given != len(self._stacks):
            why = f"must be a tuple of {len(self._stacks)} parts, as the first; got {given}"
            raise OddSample(self._added, why)
        self._added += 1
        for stack, part in zip(self._stacks, sample, strict=True):
            stack.add(part)

    def batch(self) -> Any:
        parts = [stack.batch() for stack in self._stacks]
        return sequence_of(self._kind, parts) if is_named_tuple(self._kind) else parts


class _Texts:
    """Samples that are texts or bytes, of which there are no arrays."""

    def __init__(self, kind: type) -> None:
        self._kind = str if issubclass(kind, str) else bytes
        self._texts: list[Any] = []

    def add(self, sample: Any) -> None:
        if not isinstance(sample, self._kind):
            what = "a text" if self._kind is str else "bytes"
            why = f"must be {what}, as the first; got {type(sample).__name__}"
            raise OddSample(len(self._texts), why)
        self._texts.append(sample)

    def batch(self) -> list[Any]:
        return self._texts


class _Named:
    """Samples that are dicts."""

    def __init__(self, stacks: dict[str, Any]) -> None:
        self._stacks = stacks
        self._added = 0

    def add(self, sample: Any) -> None:
        if not isinstance(sample, Mapping) or sample.keys() != self._stacks.keys():
            given = list(sample) if isinstance(sample, Mapping) else type(sample).__name__
            names = list(self._stacks)
            raise OddSample(self._added, f"must have the names of the first, {names}; got {given}")
        self._added += 1
        for name, stack in self._stacks.items():
            stack.add(sample[name])

    def batch(self) -> dict[str, Any]:
        return {name: stack.batch() for name, stack in self._stacks.items()}


class _Rows:
    """NumPy arrays, as long as they are alike, are written into the batch."""

    def __init__(self, first: numpy.ndarray, count: int) -> None:
        self._shape, self._dtype = first.shape, first.dtype
        self._batch, self._memory = _empty((count, *first.shape), first.dtype)
        self._filled = 0
        self._different: _Several | None = None

    def add(self, sample: Any) -> None:
        if self._different is not None:
            self._different.add(sample)
        elif (
            isinstance(sample, numpy.ndarray)
            and sample.shape == self._shape
            and sample.dtype == self._dtype
        ):
            self._memory[self._filled] = sample
            self._filled += 1
        else:
            self._different = _Several([*self._memory[: self._filled], sample])

    def batch(self) -> np.ndarray:
        if self._different is not None:
            return self._different.batch()
        _mend_bools(self._memory)
        return self._batch


class _Several:
    """What else can be stacked; NumPy, or Weft for its arrays, finds what is wrong with it."""

    def __init__(self, samples: Sequence[Any] = ()) -> None:
        self._samples = list(samples)

    def add(self, sample: Any) -> None:
        self._samples.append(sample)

    def batch(self) -> np.ndarray:
        first = self._samples[0]
        _check_shapes(self._samples)
        if isinstance(first, native.ndarray):
            shape = (len(self._samples), *first.shape)
            return np.stack(self._samples, out=shared_out(shape, first.dtype))
        if isinstance(first, int | float):
            return np.array(self._samples)
        if all(isinstance(sample, numpy.generic) for sample in self._samples):
            return np.array(numpy.array(self._samples))  # `stack` makes an array of each first
        return np.array(numpy.stack(self._samples))


# ---- memory of batches


def gather_rows(rows: numpy.ndarray, indices: Sequence[int]) -> np.ndarray:
    """A batch of these rows."""
    places = numpy.asarray(indices, numpy.int64)
    in_range = len(places) and places.min() >= 0 and places.max() < len(rows)
    if not in_range or not _is_dtype_of_weft(rows.dtype):
        return np.array(rows[indices])
    batch, memory = _empty((len(places), *rows.shape[1:]), rows.dtype)
    # With mode "raise" NumPy would go through a buffer of its own.
    rows.take(places, 0, memory, "clip")
    _mend_bools(memory)
    return batch


def _empty(shape: Sequence[int], dtype: Any) -> tuple[np.ndarray, numpy.ndarray]:
    """A batch to be filled, and NumPy's view of it."""
    batch = shared_out(shape, dtype)
    if batch is None:
        batch = np.empty(shape, dtype)
    return batch, batch.numpy()


def _mend_bools(memory: numpy.ndarray) -> None:
    """NumPy copies bools as they are, also those whose byte is neither 0 nor 1, as of a view of a
    mask of 0 and 255; Weft's are 0 and 1."""
    if memory.dtype == bool:
        bits = memory.view(numpy.uint8)
        numpy.minimum(bits, 1, out=bits)


def _check_shapes(samples: Sequence[Any]) -> None:
    shapes = [numpy.shape(sample) for sample in samples]
    for number, shape in enumerate(shapes):
        if shape != shapes[0]:
            raise OddSample(number, f"must have the shape of the first, {shapes[0]}; got {shape}")


class OddSample(InvalidValue):
    """A sample that does not fit the others of its batch.

    number: which one in the batch
    """

    def __init__(self, number: int, why: str) -> None:
        self.number, self.why = number, why
        super().__init__(f"Stack: sample {number} of the batch {why}")

    def __reduce__(self) -> Any:
        return type(self), (self.number, self.why)

    def of(self, indices: Sequence[int]) -> InvalidValue:
        """The same, with the number in the data set."""
        return InvalidValue(
            f"DataLoader: sample {indices[self.number]} {self.why}; the batch begins with sample "
            f"{indices[0]}; samples of different shapes need a `batchify_fn`, such as "
            "`batchify.Pad()`"
        )


def _is_dtype_of_weft(dtype: numpy.dtype) -> bool:
    return dtype.kind in "biuf" and dtype.itemsize <= 8 and dtype.isnative


def _as_numpy(sample: Any) -> numpy.ndarray:
    array = numpy.asarray(sample)
    # As in all of Weft, Python's floats are float32 and NumPy's keep their dtype.
    is_python = isinstance(sample, list | tuple | float)
    return array.astype(numpy.float32) if is_python and array.dtype == float else array


def _check_parts(function: str, sample: Any, count: int) -> None:
    given = len(sample) if isinstance(sample, tuple | list) else type(sample).__name__
    if given != count:
        raise InvalidValue(f"{function}: samples must be tuples of {count} parts; got {given}")


def _some(shapes: list[tuple[int, ...]]) -> str:
    different = list(dict.fromkeys(shapes))
    return ", ".join(map(str, different[:4])) + (", ..." if len(different) > 4 else "")


__dir__ = __all__.copy
