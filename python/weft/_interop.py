"""What arrays of Weft are to NumPy and to other libraries: NumPy's protocols, DLPack."""

from typing import Any

import numpy

from weft._core import native
from weft._errors import InvalidType, InvalidValue, Unsupported

_FUNCTIONS = {function.__name__: function for function in native.operators()}
_RENAMED = {"absolute": "abs", "true_divide": "divide"}

# Functions of NumPy that read values and give no array, so no gradient can be lost: they get
# NumPy's view of an array.
_READERS = frozenset(
    (
        *("allclose", "array_equal", "array_equiv", "array_repr", "array_str", "array2string"),
        *("iscomplexobj", "isrealobj", "min_scalar_type", "may_share_memory", "shares_memory"),
        *("save", "savez", "savez_compressed", "savetxt"),
    )
)

_HOST = 1  # DLPack's number of the device that host memory is on


def array_value(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
    """`__array__`: a read-only NumPy array of the present content, a copy where one is needed.

    Raises ValueError if `copy=False` and another dtype is asked for.
    """
    if self.dtype.name == "bfloat16":
        if copy is False or dtype is None:
            raise InvalidType("__array__: NumPy has no bfloat16; use `x.astype(np.float32)`")
        return array_value(self.astype("float32"), dtype)
    value = self.asnumpy() if copy else numpy.asarray(memoryview(self))
    if dtype is None or value.dtype == dtype:
        return value
    if copy is False:
        raise InvalidValue(f"__array__: {value.dtype} to {dtype} needs a copy; got copy=False")
    return value.astype(dtype)


def _plain(value: Any) -> Any:
    """`value` with NumPy's view in place of every array of Weft."""
    if isinstance(value, native.ndarray):
        return numpy.asarray(value)
    if isinstance(value, list | tuple):
        return type(value)([_plain(item) for item in value])
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    return value


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """`__array_ufunc__`: `numpy.exp(x)` is `np.exp(x)`, recorded and traced like it.

    With a NumPy array as `out` NumPy computes. Raises TypeError for a ufunc without an operator
    of the same name: a silent round trip through NumPy would lose the gradient.
    """
    out = options.pop("out", None)
    if method == "__call__" and isinstance(out, tuple) and isinstance(out[0], numpy.ndarray):
        return ufunc(*_plain(inputs), out=out, **options)
    function = _FUNCTIONS.get(_RENAMED.get(ufunc.__name__, ufunc.__name__))
    if method != "__call__" or function is None or options:
        raise _no_function(f"numpy.{ufunc.__name__}")
    return function(*inputs) if out is None else function(*inputs, out=out[0])


def array_function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """`__array_function__`: `numpy.sum(x)` is `np.sum(x)`, recorded and traced like it.

    Functions that give no array, such as `numpy.allclose` and `numpy.save`, get NumPy's view of
    the values. Raises TypeError for all others, for the reason that `array_ufunc` has.
    """
    from weft import np

    name, module = function.__name__, function.__module__
    if module == "numpy" and name in _READERS:
        return function(*_plain(args), **_plain(kwargs))
    namespace = {"numpy": np, "numpy.linalg": np.linalg}.get(module)
    if namespace is None or name not in namespace.__all__:
        raise _no_function(f"{module}.{name}")
    return getattr(namespace, name)(*args, **kwargs)


def _no_function(name: str) -> Exception:
    return InvalidType(
        f"{name}: no operator of Weft does this; convert explicitly with `x.asnumpy()`"
    )


def formatted(self: Any, spec: str) -> str:
    """`format(x, spec)`: an array of rank 0 as its number, others take no spec, as in NumPy."""
    if self.ndim == 0 and not native.is_traced(self):
        return format(self.item(), spec)
    return object.__format__(self, spec)


def contains(array: Any, value: Any) -> bool:
    """`value in array`: does any element equal it?"""
    return bool(numpy.asarray(array == value).any())


def shared_numpy(self: Any) -> numpy.ndarray:
    """`numpy()`: a NumPy array on the same memory."""
    if self.dtype.name == "bfloat16":
        raise InvalidType("numpy: NumPy has no bfloat16; use `x.astype(np.float32).numpy()`")
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
