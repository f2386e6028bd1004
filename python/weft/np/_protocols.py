"""NumPy's functions and ufuncs on arrays of Weft: each is the one of the same name of `weft.np`."""

from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType
from weft._core import native

# Where functions of NumPy are found, by the module that has them there; and others, by name.
_NAMESPACES = {"numpy": "", "numpy.linalg": "linalg", "numpy.fft": "fft"}
_added: dict[str, dict[str, Any]] = {}


def add_functions(module: str, functions: dict[str, Any]) -> None:
    """Adds functions for arrays that are given to NumPy's functions which `weft.np` lacks, or whose
    arguments it does not take.

    module: that of NumPy's functions, such as "numpy.linalg"
    """
    _added.setdefault(module, {}).update(functions)


# Functions of NumPy that read values and give no array, so no gradient can be lost: they get
# NumPy's view of an array.
_READERS = frozenset(
    (
        *("allclose", "array_equal", "array_equiv", "array_repr", "array_str", "array2string"),
        *("iscomplexobj", "isrealobj", "min_scalar_type", "save", "savez", "savez_compressed"),
        "savetxt",
    )
)


# Ufuncs that NumPy has for itself.
_PRIVATE = {"_ones_like": "ones_like"}

# Functions that write into their first argument: into NumPy's array NumPy writes.
_WRITERS = frozenset(("copyto", "fill_diagonal", "place", "put", "put_along_axis", "putmask"))

# Those that ask where elements lie: `x.numpy()` lies where the array does, a view may not.
_OF_MEMORY = frozenset({"may_share_memory", "shares_memory"})


def _in_place(value: Any) -> Any:
    return value.numpy() if isinstance(value, native.ndarray) else value


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
    """`__array_ufunc__`: `numpy.exp(x)` is `np.exp(x)`, recorded and traced like it, and
    `numpy.add.reduce(x)` is `np.add.reduce(x)`.

    Into a NumPy array, as `out` or by `at`, NumPy computes. Raises TypeError for a ufunc without
    a function of the same name: a silent round trip through NumPy would lose the gradient.
    """
    out = options.pop("out", None)
    if isinstance(out, tuple) and isinstance(out[0], numpy.ndarray):
        return getattr(ufunc, method)(*_plain(inputs), out=out, **_plain(options))
    if method == "at" and isinstance(inputs[0], numpy.ndarray):
        return ufunc.at(*_plain(inputs))
    function = _ufunc(ufunc.__name__)
    called = function if method == "__call__" else getattr(function, method, None)
    if called is None:
        raise _no_function(f"numpy.{ufunc.__name__}")
    return called(*inputs, **options) if out is None else called(*inputs, out=out[0], **options)


def _ufunc(name: str) -> Any:
    """What computes a ufunc: the function of its name; None if there is none."""
    name = _PRIVATE.get(name, name)
    if name in np.__all__:
        return getattr(np, name)
    return _added.get("numpy", {}).get(name)


def array_function(self: Any, function: Any, types: Any, args: Any, kwargs: Any) -> Any:
    """`__array_function__`: `numpy.sum(x)` is `np.sum(x)`, recorded and traced like it.

    Functions that give no array, such as `numpy.allclose` and `numpy.save`, get NumPy's view of
    the values, and so do those that write into an array of NumPy (`out=`, `numpy.copyto`). What
    `weft.np` refuses, functions of `add_functions` may take. Raises TypeError for all others, for
    the reason that `array_ufunc` has.
    """
    name, module = function.__name__, function.__module__
    if module == "numpy" and name in _OF_MEMORY:
        return function(*map(_in_place, args), **kwargs)
    if module == "numpy" and name in _READERS:
        return function(*_plain(args), **_plain(kwargs))
    if isinstance(kwargs.get("out"), numpy.ndarray) or _writes_outside(module, name, args, kwargs):
        return function(*_plain(args), **_plain(kwargs))
    place = _NAMESPACES.get(module)
    namespace = None if place is None else getattr(np, place) if place else np
    added = _added.get(module, {}).get(name)
    if namespace is not None and name in namespace.__all__:
        own = getattr(namespace, name)
        try:
            return own(*args, **kwargs)
        except (TypeError, ValueError, NotImplementedError):
            if added is None or added is own:
                raise
    if added is None:
        raise _no_function(f"{module}.{name}")
    return added(*args, **kwargs)


def _writes_outside(module: str, name: str, args: Any, kwargs: Any) -> bool:
    """Does the function write into an array of NumPy that is given first?"""
    if module != "numpy" or name not in _WRITERS:
        return False
    target = (
        args[0] if args else next((kwargs[k] for k in ("dst", "a", "arr") if k in kwargs), None)
    )
    return isinstance(target, numpy.ndarray)


def _no_function(name: str) -> Exception:
    return InvalidType(
        f"{name}: no operator of Weft does this; convert explicitly with `x.asnumpy()`"
    )
