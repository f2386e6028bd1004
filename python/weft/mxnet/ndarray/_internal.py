"""Operators under all names that they have, those that begin with `_` as well."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy

from weft import np
from weft._base.errors import InvalidValue
from weft.mxnet.ndarray._array import NDArray
from weft.mxnet.ndarray._creation import array
from weft.mxnet.ndarray._functions import finder, names_behind


def _sample_unique_zipfian(
    range_max: int, shape: Sequence[int], **options: Any
) -> tuple[NDArray, NDArray]:
    """Different classes in each row, drawn with the chance log((c + 2) / (c + 1)) of class c.

    shape: (rows, classes in a row), at most `range_max` classes

    Returns the classes, int64, and how many were drawn for each row until these were found.
    """
    rows, count = shape
    if count > range_max:
        raise InvalidValue(
            f"_sample_unique_zipfian: `shape` must have at most {range_max} classes in a row; got "
            f"{count}"
        )
    drawn = [_different(range_max, count) for _ in range(rows)]
    classes = numpy.stack([found for found, _ in drawn])
    return array(classes, dtype="int64"), array([trials for _, trials in drawn], dtype="int64")


def _different(range_max: int, count: int) -> tuple[numpy.ndarray, int]:
    """The first `count` different classes of a row of draws, and how many draws they took."""
    scale, drawn = math.log(range_max + 1), numpy.empty(0, "int64")
    while True:
        more = numpy.exp(np.random.uniform(0.0, scale, (count,), "float64").asnumpy())
        drawn = numpy.concatenate([drawn, (more.round().astype("int64") - 1) % range_max])
        places = numpy.sort(numpy.unique(drawn, return_index=True)[1])
        if len(places) >= count:
            return drawn[places[:count]], int(places[count - 1]) + 1


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = finder("ndarray._internal", ("",), globals())

__all__: Any = [*names_behind(("",)), "_sample_unique_zipfian"]
__dir__ = __all__.copy
