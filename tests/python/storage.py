"""What tests of float8 and of integers of 4 bits have in common."""

import ml_dtypes
import numpy
import pytest
from weft import np

FLOATS = ("float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz")
INTEGERS = ("int4", "uint4")
STORED = (*FLOATS, *INTEGERS)
WIDE = {**dict.fromkeys(FLOATS, "float32"), "int4": "int8", "uint4": "uint8"}

every = pytest.mark.parametrize("dtype", STORED)
every_float = pytest.mark.parametrize("dtype", FLOATS)
every_integer = pytest.mark.parametrize("dtype", INTEGERS)


def of_ml(dtype):
    return numpy.dtype(getattr(ml_dtypes, dtype))


def bits(array):
    """The bits of an array of Weft or of ml_dtypes."""
    return array.view("uint8").asnumpy() if isinstance(array, np.ndarray) else array.view("uint8")


def codes(dtype):
    """All codes of a dtype, as ml_dtypes writes them."""
    return numpy.arange(256 if dtype in FLOATS else 16, dtype="uint8")


def stored(dtype, shape=(4, 5)):
    """An array with finite codes that differ from row to row."""
    count = int(numpy.prod(shape))
    return np.array((numpy.arange(count) * 7 % 16).astype("uint8").reshape(shape)).view(dtype)
