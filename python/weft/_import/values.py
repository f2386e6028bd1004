"""What a value of an imported program can be while its block runs, and how rules ask for it.

- An array of Weft: what the network computes on.
- A host value, a `numpy.ndarray`: constants, shapes, and what Weft has no dtype for, such as texts
  and integers of 2 bits. While shapes are dynamic, an element may be an `Extent`; then the array's
  dtype is object. Shape arithmetic on host values leaves no trace in the graph.
- A list: a sequence.
- `EMPTY`: an optional without an element; one with an element is that element.
- None: an input that is absent.

A rule's annotations say which of these it takes: see `Kind`.
"""

from typing import Annotated, Any

import numpy

from weft import np
from weft._base.errors import InvalidType, Unsupported
from weft._core import composing, native
from weft._core.dimensions import Extent
from weft._core.dtypes import CODES, dtype_of_ml_dtypes
from weft._core.typing import ndarray
from weft._trace.state import is_tracing

# Annotations of a rule's parameters. Without one, a parameter gets the value as it is.
Array = Annotated[ndarray, "array"]  # an array of Weft; host values are converted
Ints = Annotated[tuple[int, ...], "ints"]  # numbers that decide shapes: axes, extents, bounds
Floats = Annotated[tuple[float, ...], "floats"]  # factors that decide shapes, as of a resize
Scalar = Annotated[Any, "scalar"]  # a Python number where the value is a host value, else an array
Host = Annotated[numpy.ndarray, "host"]  # a NumPy array

KINDS = {Array: "array", Ints: "ints", Floats: "floats", Scalar: "scalar", Host: "host"}
HOST_KINDS = ("ints", "floats", "host")


class Empty:
    """The class of `EMPTY`."""

    def __repr__(self) -> str:
        return "EMPTY"


EMPTY = Empty()  # an optional without an element


def is_array(value: Any) -> bool:
    """Is it an array of Weft, or a symbol that stands for one while a graph is composed?"""
    symbols = composing.symbols
    return isinstance(value, native.ndarray) or (
        symbols is not None and isinstance(value, symbols.type)
    )


def is_host(value: Any) -> bool:
    """Is it a host value?"""
    return isinstance(value, numpy.ndarray)


def has_dtype(value: numpy.ndarray) -> bool:
    """Has Weft the dtype of a host value?"""
    return value.dtype.name in CODES


def array_of(value: Any) -> ndarray:
    """The array that a host value is as part of a network."""
    if is_array(value):
        return value
    if not is_host(value):
        raise InvalidType(f"must be a tensor; got {_described(value)}")
    if value.dtype == object and _is_shape(value):
        return _array_of_extents(value)
    if not has_dtype(value):
        raise Unsupported(f"a tensor of dtype {value.dtype} cannot be computed with")
    return np.array(numpy.ascontiguousarray(value).reshape(value.shape))


def host_of(value: Any) -> numpy.ndarray:
    """The host value that an array has. Eager code alone can know it."""
    if is_host(value):
        return value
    if not is_array(value):
        raise InvalidType(f"must be a tensor; got {_described(value)}")
    if is_tracing():
        raise Unsupported(
            "must be known when the network is traced, because shapes depend on it; here it "
            "depends on the inputs' values. Do not hybridize, or make it a constant of the model"
        )
    if value.dtype.name == "bfloat16":
        return value.view("uint16").asnumpy().view(dtype_of_ml_dtypes(value.dtype))
    return value.asnumpy()


def ints_of(value: Any) -> tuple[int, ...]:
    """The integers of a host value, in the order of its elements."""
    numbers = host_of(value).reshape(-1)
    if numbers.dtype == object:
        return tuple(numbers)
    if numbers.dtype.kind not in "iub":
        raise InvalidType(f"must be integers; got {numbers.dtype}")
    return tuple(numbers.tolist())


def floats_of(value: Any) -> tuple[float, ...]:
    """The numbers of a host value, in the order of its elements."""
    return tuple(host_of(value).astype("float64").reshape(-1).tolist())


def scalar_of(value: Any) -> Any:
    """A Python number for a host value of one element; another value is an array.

    A number leaves the other operand's dtype and shape as they are, and becomes an attribute of
    the graph instead of an array.
    """
    if not is_host(value) or value.size != 1 or value.ndim > 0 or not has_dtype(value):
        return array_of(value)
    number = value.item()
    return number if isinstance(number, int | float | Extent) else array_of(value)


CONVERSIONS = {
    "array": array_of,
    "ints": ints_of,
    "floats": floats_of,
    "scalar": scalar_of,
    "host": host_of,
}


def _is_shape(value: numpy.ndarray) -> bool:
    return all(isinstance(number, int) for number in value.reshape(-1))


def _array_of_extents(value: numpy.ndarray) -> ndarray:
    """Extents as elements: each is the extent of an array, which the graph can read."""
    if any(isinstance(number, Extent) for number in value.reshape(-1)):
        raise Unsupported(
            "a dynamic extent is used as a number of the network, which only shapes may use"
        )
    return np.array(value.astype("int64"))


def _described(value: Any) -> str:
    if value is None:
        return "nothing"
    if value is EMPTY:
        return "an optional without an element"
    return "a sequence" if isinstance(value, list) else type(value).__name__


__all__ = [
    "CONVERSIONS",
    "EMPTY",
    "HOST_KINDS",
    "KINDS",
    "Array",
    "Floats",
    "Host",
    "Ints",
    "Scalar",
    "array_of",
    "floats_of",
    "has_dtype",
    "host_of",
    "ints_of",
    "is_array",
    "is_host",
    "is_tracing",
    "scalar_of",
]
