"""Which rows `row_sparse_pull` gives to which array."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import IndexOutOfRange, InvalidType, InvalidValue


def rows_of(pairs: list[tuple[Any, list[Any]]], key: Any, row_ids: Any) -> list[list[Any]]:
    """For each key the numbers of rows for each of its arrays: `row_ids` is one array for all, or
    a list with one for each key, or for each array of a key.

    Raises TypeError without numbers, ValueError where their count is another one.
    """
    if row_ids is None:
        raise InvalidType("row_sparse_pull: `row_ids` must be given")
    given = list(row_ids) if isinstance(row_ids, list | tuple) else [row_ids]
    several = isinstance(key, list | tuple)
    if len(given) == 1:
        given *= len(pairs) if several else 1
    by_key = given if several else [given]
    if len(by_key) != len(pairs):
        raise InvalidValue(
            f"row_sparse_pull: `row_ids` must be one array, or one for each of {len(pairs)} keys; "
            f"got {len(by_key)}"
        )
    found = []
    for (name, targets), one in zip(pairs, by_key, strict=True):
        rows = list(one) if isinstance(one, list | tuple) else [one]
        rows = rows * len(targets) if len(rows) == 1 else rows
        if len(rows) != len(targets):
            raise InvalidValue(
                f"row_sparse_pull: `row_ids` must be one array, or one for each of {len(targets)} "
                f"of `out` for the key {name!r}; got {len(rows)}"
            )
        found.append(rows)
    return found


def numbers_of(rows: Any, count: int, name: Any) -> Any:
    """Numbers of rows, each once and in order. Raises IndexError for one that is none."""
    numbers = numpy.unique(numpy.asarray(rows)).astype("int64")
    if numbers.size and not 0 <= numbers[0] <= numbers[-1] < count:
        raise IndexOutOfRange(
            f"row_sparse_pull: `row_ids` must be from 0 to {count - 1} for the key {name!r}; got "
            f"{numbers[0] if numbers[0] < 0 else numbers[-1]}"
        )
    return np.array(numbers)


__all__ = ["numbers_of", "rows_of"]
