"""What `fit`, `evaluate` and `predict` take as data, as batches of inputs, labels and weights.

Arrays, NumPy's arrays and lists become an `ArrayDataset`, so that order, workers and the place in
an epoch are the loader's. Doubles of NumPy become float32, which is what networks are made of.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import islice
from operator import length_hint
from typing import Any, NamedTuple

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require, require_whole
from weft._base.protocols import HasRows
from weft._core.typing import ndarray
from weft.gluon.data import ArrayDataset, DataLoader, Dataset
from weft.gluon.data._epoch import Epoch
from weft.profiler._notes import waiting
from weft.training._frames import table_numbers

DEFAULT_BATCH_SIZE = 32
_END = object()  # what comes behind the last batch


class Batch(NamedTuple):
    """One batch: `weights` is None where there are none, `labels` where the data has none."""

    inputs: Any
    labels: Any
    weights: Any
    size: int  # the number of samples

    @classmethod
    def of(cls, inputs: Any, labels: Any = None, weights: Any = None) -> "Batch":
        """The batch of arrays in the structure of the data."""
        return cls(inputs, labels, weights, int(leaves(inputs)[0].shape[0]))


class Source(NamedTuple):
    """Batches for several epochs."""

    loader: Iterable[Any]
    make: Callable[[Any], Batch]  # of what the loader gives

    @property
    def steps(self) -> int | None:
        """The number of batches of an epoch, where it is known."""
        known = length_hint(self.loader, -1) if isinstance(self.loader, DataLoader) else -1
        return known if known >= 0 else None

    def epoch(self, steps: int | None) -> Iterator[Batch]:
        """The batches of one epoch, at most `steps`."""
        given = iter(self.loader)
        if not isinstance(given, Epoch):  # which notes its own waits
            given = _noted(given)
        batches = map(self.make, given)
        return batches if steps is None else islice(batches, steps)


def _noted(batches: Iterator[Any]) -> Iterator[Any]:
    """The same, with the waits for them in profiles."""
    while True:
        with waiting("waiting for a batch"):
            given = next(batches, _END)
        if given is _END:
            return
        yield given


class ArrayData(NamedTuple):
    """Data in memory, of which a part can be set aside."""

    inputs: Any
    labels: Any
    weights: Any

    def split(self, where: str, share: float) -> tuple["ArrayData", "ArrayData"]:
        """The first samples, and the last ones, whose share of all is `share`."""
        require(0 < share < 1, where, "validation_split", "between 0 and 1", share)
        count = leaves(self.inputs)[0].shape[0]
        first = count - round(count * share)
        if first in (0, count):
            raise InvalidValue(
                f"{where}: `validation_split` must leave samples on both sides; got {share} of "
                f"{count} samples"
            )
        return self._part(slice(0, first)), self._part(slice(first, count))

    def _part(self, rows: slice) -> "ArrayData":
        return ArrayData(*(mapped(lambda a: a[rows], part) for part in self))


def leaves(value: Any) -> list[Any]:
    """The arrays of an array, or of a list, tuple or dict of such, in order."""
    if isinstance(value, dict):
        return [leaf for part in value.values() for leaf in leaves(part)]
    if isinstance(value, list | tuple):
        return [leaf for part in value for leaf in leaves(part)]
    return [] if value is None else [value]


def mapped(function: Any, value: Any) -> Any:
    """The same structure with `function` of each array."""
    if isinstance(value, dict):
        return {key: mapped(function, part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return tuple(mapped(function, part) for part in value)
    return None if value is None else function(value)


def arrays_of(where: str, name: str, given: Any) -> Any:
    """Arrays of Weft in the structure of what was given: an array-like, or several in a tuple, a
    dict, or a list of arrays."""
    if isinstance(given, dict):
        return {key: array_of(where, f"{name}[{key!r}]", part) for key, part in given.items()}
    if isinstance(given, tuple) or (isinstance(given, list) and given and _are_arrays(given)):
        return tuple(array_of(where, f"{name}[{i}]", part) for i, part in enumerate(given))
    return None if given is None else array_of(where, name, given)


def _are_arrays(given: Sequence[Any]) -> bool:
    return all(isinstance(part, ndarray | numpy.ndarray) and part.ndim > 0 for part in given)


def array_of(where: str, name: str, given: Any) -> Any:
    """An array of Weft with at least one axis; doubles of NumPy and lists become float32."""
    if isinstance(given, HasRows):
        raise InvalidType(
            f"{where}: `{name}` must be an array; got a sparse matrix, {type(given).__name__} of "
            f"shape {given.shape}; write `{name}.toarray()`, or give batches of rows: "
            "`[(rows.toarray(), labels), ...]`"
        )
    if isinstance(given, ndarray):
        found = given
    else:
        try:
            rows = numpy.asarray(table_numbers(where, name, given))
        except ValueError as error:
            raise InvalidValue(f"{where}: `{name}` must be an array; {error}") from None
        if rows.dtype.kind not in "biufc":
            raise InvalidType(
                f"{where}: `{name}` must hold numbers; got dtype {rows.dtype} of "
                f"{type(given).__name__}{_classes_hint(rows)}"
            )
        found = np.array(rows.astype("float32") if rows.dtype == "float64" else rows)
    if found.ndim == 0:
        raise InvalidValue(f"{where}: `{name}` must have an axis of samples; got one number")
    return found


def _classes_hint(rows: numpy.ndarray) -> str:
    """What to do with names of classes."""
    if rows.ndim != 1 or rows.dtype.kind not in "UOST" or not isinstance(rows.flat[0], str):
        return ""
    return "; names of classes become numbers by `numpy.unique(names, return_inverse=True)[1]`"


def array_data(where: str, x: Any, y: Any, sample_weight: Any) -> ArrayData:
    """Checked arrays of the same number of samples."""
    data = ArrayData(
        arrays_of(where, "x", x),
        arrays_of(where, "y", y),
        arrays_of(where, "sample_weight", sample_weight),
    )
    counts = [
        (name, leaf.shape[0])
        for name, part in zip(("x", "y", "sample_weight"), data, strict=True)
        for leaf in leaves(part)
    ]
    if not counts:
        raise InvalidValue(f"{where}: `x` must have an array; got none")
    for name, count in counts:
        if count != counts[0][1]:
            raise InvalidValue(
                f"{where}: `{name}` must have {counts[0][1]} samples, as `x` has; got {count}"
            )
    if counts[0][1] == 0:
        raise InvalidValue(f"{where}: `x` must have samples; got none")
    return data


def is_source(given: Any) -> bool:
    """Does it give batches, so that it is no data in memory?"""
    if isinstance(given, Dataset | DataLoader) or is_batches(given):
        return True
    in_memory = isinstance(given, ndarray | list | tuple | dict | HasRows)
    in_memory = in_memory or hasattr(given, "__array__")
    return isinstance(given, Iterable) and not in_memory


def is_batches(given: Any) -> bool:
    """Is it a list of batches (inputs, labels) or (inputs, labels, weights)?"""
    return (
        isinstance(given, list)
        and len(given) > 0
        and all(
            isinstance(part, tuple) and len(part) in (2, 3) and _are_arrays(leaves(part))
            for part in given
        )
    )


def source_of(
    where: str, data: Any, batch_size: int | None, shuffle: bool, workers: int = 0
) -> Source:
    """Batches of checked arrays, of a data set, of a loader, or of an iterable of batches."""
    if batch_size is not None:
        require_whole(where, "batch_size", batch_size, 1)
    size = DEFAULT_BATCH_SIZE if batch_size is None else batch_size
    if isinstance(data, ArrayData):
        loader = DataLoader(ArrayDataset(*leaves(data)), size, shuffle=shuffle)
        is_pair = all(isinstance(part, ndarray) for part in data[:2]) and data.weights is None
        return Source(loader, _pair if is_pair else partial(_rows_as, data))
    make = partial(batch_of, where)
    if isinstance(data, Dataset):
        return Source(DataLoader(data, size, shuffle=shuffle, num_workers=workers), make)
    if batch_size is not None:
        raise InvalidValue(
            f"{where}: `batch_size` must not be given with {type(data).__name__}, which gives "
            f"whole batches; got {batch_size}"
        )
    if workers:
        raise InvalidValue(
            f"{where}: `workers` must not be given with {type(data).__name__}, which makes its own "
            f"batches; got {workers}; a DataLoader has `num_workers`"
        )
    return Source(data, make)


def _pair(rows: Any) -> Batch:
    """Rows of one array of inputs and one of labels: what there is most often, and quick."""
    inputs, labels = rows
    return Batch(inputs, labels, None, len(inputs))


def _rows_as(structure: ArrayData, rows: Any) -> Batch:
    """Rows of all arrays, in the structure of the data."""
    left = iter(rows if isinstance(rows, list | tuple) else (rows,))
    return Batch.of(*(mapped(lambda _: next(left), part) for part in structure))


def batch_of(where: str, given: Any) -> Batch:
    """A batch that somebody gave: (inputs, labels, weights), (inputs, labels), or inputs."""
    parts = given if isinstance(given, list | tuple) else (given,)
    if len(parts) == 3 and _are_names(parts[2]):  # as of files; they weigh nothing
        parts = parts[:2]
    if not 0 < len(parts) <= 3:
        raise InvalidValue(
            f"{where}: a batch must be (inputs, labels) or (inputs, labels, weights); got "
            f"{len(parts)} parts; give several inputs as a tuple in the first place"
        )
    made = [arrays_of(where, name, p) for name, p in zip(("x", "y", "weight"), parts, strict=False)]
    return Batch.of(*made)


def _are_names(given: Any) -> bool:
    return isinstance(given, list | tuple) and all(isinstance(each, str) for each in given)


__all__ = [
    "ArrayData",
    "Batch",
    "Source",
    "array_data",
    "array_of",
    "is_batches",
    "is_source",
    "leaves",
    "source_of",
]
