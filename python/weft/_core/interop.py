"""What an array is to other libraries: a NumPy array of its content, memory by DLPack.

NumPy's functions on arrays are in `weft/np/_protocols.py`.
"""

import weakref
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue, Unsupported
from weft._core import native
from weft._core.dtypes import is_storage

_HOST = 1  # DLPack's number of the device that host memory is on


def array_value(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
    """`__array__`: a NumPy array on the same memory, a copy where another dtype or `copy` asks.

    An array that has to do with gradients, one on a device and one that a function being traced
    reads give a read-only value instead, so that NumPy writes nothing that they would miss.

    Raises ValueError if `copy=False` and another dtype is asked for.
    """
    if self.dtype.name == "bfloat16":
        if copy is False or dtype is None:
            raise InvalidType("__array__: NumPy has no bfloat16; use `x.astype(np.float32)`")
        return array_value(self.astype("float32"), dtype)
    if copy is False and is_storage(self.dtype):
        raise InvalidType(f"__array__: {self.dtype} needs a copy; got copy=False")
    copied = copy or is_storage(self.dtype)
    value = self.asnumpy() if copied else numpy.asarray(memoryview(self))
    if dtype is None or value.dtype == dtype:
        return value
    if copy is False:
        raise InvalidValue(f"__array__: {value.dtype} to {dtype} needs a copy; got copy=False")
    return value.astype(dtype)


def array_interface(self: Any) -> dict[str, Any]:
    """`__array_interface__`: where the elements lie, for libraries that ask NumPy's arrays so.

    The address stays good as long as the array lives. Raises AttributeError for a dtype that NumPy
    lacks.
    """
    if self.dtype.name == "bfloat16" or is_storage(self.dtype):
        raise AttributeError(f"__array_interface__: NumPy has no {self.dtype}")
    shared = array_value(self)
    weakref.finalize(self, _release, shared).atexit = False
    return shared.__array_interface__


def _release(shared: numpy.ndarray) -> None:
    """Lets go of memory whose address was told."""


def formatted(self: Any, spec: str) -> str:
    """`format(x, spec)`: an array of rank 0 as its number, others take no spec, as in NumPy."""
    if self.ndim == 0 and not native.is_traced(self):
        return format(self.item(), spec)
    return object.__format__(self, spec)


def contains(array: Any, value: Any) -> bool:
    """`value in array`: does any element equal it?"""
    return bool((array == value).any())


def shared_numpy(self: Any) -> numpy.ndarray:
    """`numpy()`: a NumPy array on the same memory."""
    if self.dtype.name == "bfloat16":
        raise InvalidType("numpy: NumPy has no bfloat16; use `x.astype(np.float32).numpy()`")
    if is_storage(self.dtype):
        raise InvalidType(f"numpy: NumPy shares no {self.dtype}; use `x.asnumpy()`, a copy")
    return numpy.from_dlpack(self)


def from_dlpack(x: Any, device: Any = None, copy: bool | None = None) -> Any:
    """An array on the memory of `x`, or a copy of it."""
    if device not in (None, "cpu"):
        raise InvalidValue(f"from_dlpack: `device` must be 'cpu'; got {device!r}")
    ours = isinstance(x, native.ndarray)
    array = x.detach() if ours else native.from_capsule(_capsule(x, copy))
    return array.copy() if copy else array


def _capsule(x: Any, copy: bool | None) -> Any:
    """DLPack's capsule of `x`: of version 1 if its producer knows it. `x` may be one itself."""
    export = getattr(x, "__dlpack__", None)
    if export is None:
        return x
    device, _ = x.__dlpack_device__()
    if device != _HOST:
        raise Unsupported(
            f"from_dlpack: the array is on a device of DLPack type {int(device)}; copy it to the "
            "host's memory first"
        )
    options: dict[str, Any] = {"max_version": (1, 0)}
    if copy is False:
        options["copy"] = False
    try:
        return export(**options)
    except TypeError:  # from before version 1
        return export()
