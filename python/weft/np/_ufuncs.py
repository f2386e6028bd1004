"""Functions of elements with what NumPy's ufuncs have beside their arrays: `out` in any place,
`where`, `dtype`, `casting`, and the methods `reduce`, `accumulate`, `reduceat`, `outer` and `at`.

A call with arrays alone goes straight to the operator.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import OPERATORS, native
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np import _bits, _elementwise, _ops
from weft.np._arguments import (
    array_of,
    axes_of,
    axis_of,
    host,
    refuse_gradients,
    returned,
    written,
)
from weft.np._dtype_functions import can_cast, result_type
from weft.np._reducing import _reductions, _running

# What a reduction is faster by than by the function itself.
_REDUCTIONS: dict[str, Callable[..., ndarray]] = {
    "add": _reductions.sum,
    "multiply": _reductions.prod,
    "maximum": _reductions.max,
    "minimum": _reductions.min,
}
_ACCUMULATIONS = {"add": _running.cumsum, "multiply": _running.cumprod}
# Joined in any grouping they give the same, so they may be joined by halves.
_ASSOCIATIVE = frozenset(
    (
        *("add", "multiply", "maximum", "minimum", "fmax", "fmin", "logical_and", "logical_or"),
        *("logical_xor", "bitwise_and", "bitwise_or", "bitwise_xor", "gcd", "lcm"),
        *("logaddexp", "logaddexp2", "hypot"),
    )
)
_BESIDE = frozenset(("out", "where", "casting", "order", "dtype", "subok", "signature"))


def _computed(
    function: Callable[..., Any], name: str, inputs: tuple[Any, ...], options: dict[str, Any]
) -> ndarray:
    """A call with options of ufuncs."""
    where, dtype = options.get("where", True), options.get("dtype")
    casting, out = options.get("casting", "same_kind"), options.get("out")
    if isinstance(out, tuple):
        if len(out) != 1:
            raise InvalidValue(f"{name}: `out` must be one array; got {len(out)}")
        out = out[0]
    more = {key: value for key, value in options.items() if key not in _BESIDE}
    if dtype is not None:
        inputs = tuple(_cast(name, value, dtype, casting) for value in inputs)
    if where is True and isinstance(out, ndarray) and dtype is None:
        like = function(*inputs, **more) if _differs(inputs, out) else None
        if like is None:
            return function(*inputs, out=out, **more)
        found = like
    else:
        found = function(*inputs, **more)
    if out is not None and not isinstance(out, ndarray):
        raise InvalidType(f"{name}: `out` must be an array; got {type(out).__name__}")
    if where is not True:
        shape = numpy.broadcast_shapes(found.shape, array_of(where).shape)
        rest = native.array(numpy.zeros(shape)).astype(found.dtype) if out is None else out
        return _put(name, _ops.where(where, found.astype(rest.dtype), rest), found, out, casting)
    return _put(name, found, found, out, casting)


def _differs(inputs: tuple[Any, ...], out: ndarray) -> bool:
    """May the result have another dtype than `out`?"""
    arrays = (value for value in inputs if isinstance(value, ndarray | numpy.ndarray))
    return any(array.dtype != out.dtype for array in arrays)


def _put(name: str, value: ndarray, found: ndarray, out: ndarray | None, casting: str) -> ndarray:
    if out is None:
        return value
    if not can_cast(found.dtype, out.dtype, casting):
        raise InvalidType(
            f"{name}: `out` must have a dtype that {found.dtype.name} can be cast to by "
            f"{casting!r}; got {out.dtype.name}"
        )
    return written(value.astype(out.dtype), out)


def _cast(name: str, value: ArrayLike, dtype: DTypeLike, casting: str) -> ndarray:
    array = array_of(value)
    if not isinstance(value, bool | int | float) and not can_cast(array.dtype, dtype, casting):
        raise InvalidType(
            f"{name}: `dtype` must be one that {array.dtype.name} can be cast to by {casting!r}; "
            f"got {dtype}"
        )
    return array.astype(dtype)


def ufunc(function: Callable[..., Any], name: str, nin: int) -> Callable[..., Any]:
    """A function of elements as a ufunc.

    nin: how many arrays it takes
    """

    def call(*args: Any, **options: Any) -> Any:
        if len(args) == nin + 1:
            args, options = args[:nin], {"out": args[nin], **options}
        if options.get("out", call) is None:
            options.pop("out")
        if len(args) == nin and not options.keys().isdisjoint(_BESIDE):
            return _computed(function, name, args, options)
        return function(*args, **options)

    found: Any = native.Shortcut(function, call, nin, ())
    found.__name__ = found.__qualname__ = call.__name__ = call.__qualname__ = name
    found.__module__, found.__wrapped__ = "weft.np", function
    theirs = getattr(numpy, name)
    for attribute in ("nin", "nout", "nargs", "identity", "signature"):
        setattr(found, attribute, getattr(theirs, attribute))
    for method in (reduce, accumulate, reduceat, outer, at):
        setattr(found, method.__name__, _method(method, found))
    return found  # type: ignore[no-any-return]


def _method(method: Callable[..., Any], function: Any) -> Callable[..., Any]:
    def bound(*args: Any, **options: Any) -> Any:
        if method is not at and function.nin != 2:
            raise InvalidValue(
                f"{function.__name__}: `{method.__name__}` is for functions of two arrays"
            )
        return method(function, *args, **options)

    bound.__name__ = method.__name__
    bound.__qualname__ = f"{function.__name__}.{method.__name__}"
    bound.__module__, bound.__doc__ = "weft.np", method.__doc__
    return bound


def reduce(
    function: Any,
    array: ArrayLike,
    axis: Any = 0,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
    keepdims: bool = False,
    initial: ArrayLike | None = None,
    where: ArrayLike = True,
) -> ndarray:
    """All elements along axes joined by the function, from the first on.

    axis: the first one by default, None for all; others as for `np.sum`
    """
    name, whole = function.__name__, array_of(array)
    if whole.ndim == 0 and axis in (0, -1):  # as NumPy, which gives the element
        axis = ()
    if name in _REDUCTIONS:
        given = {} if name in ("maximum", "minimum") else {"dtype": dtype}
        if dtype is not None and not given:
            whole = whole.astype(dtype)
        return _REDUCTIONS[name](
            whole, axis, out=out, keepdims=keepdims, initial=initial, where=where, **given
        )
    axes = axes_of(name, whole, axis)
    if len(axes) > 1 and name not in _ASSOCIATIVE:
        raise InvalidValue(f"{name}: `axis` must be one axis; got {axis}")
    whole = whole if dtype is None else whole.astype(dtype)
    fold = _joined if name in _ASSOCIATIVE else _one_by_one
    found = fold(function, whole, axes, initial, where)
    if keepdims:
        shape = [1 if place in axes else n for place, n in enumerate(whole.shape)]
        found = found.reshape(shape)
    return written(found, out)


def _neutral(function: Any, array: ndarray) -> Any:
    if function.__name__ == "bitwise_and":
        return True if array.dtype.kind == "b" else -1
    return function.identity


def _of_none(function: Any, initial: Any, like: ndarray, shape: tuple[int, ...]) -> ndarray:
    """What no elements give: a number for each result."""
    if initial is None:
        raise InvalidValue(
            f"{function.__name__}: `array` must have elements along `axis`; got extent 0"
        )
    kind = result_type(like.dtype, array_of(initial).dtype)
    kind = kind if like.dtype.kind == "b" else like.dtype
    if function.__name__.startswith("logical"):
        kind = numpy.dtype(bool)
    return _ops.broadcast_to(array_of(initial).astype(kind), shape)


def _joined(function: Any, whole: ndarray, axes: list[int], initial: Any, where: Any) -> ndarray:
    """All elements, in any grouping."""
    neutral = _neutral(function, whole)
    if where is not True:
        if neutral is None and initial is None:
            raise InvalidValue(f"{function.__name__}: `initial` must be given with `where`")
        filler = neutral if neutral is not None else initial
        whole = _ops.where(array_of(where) != 0, whole, array_of(filler).astype(whole.dtype))
    if function.__name__.startswith("logical"):
        whole = whole != 0
    found, is_joined = whole, initial is None
    for place in sorted(axes, reverse=True):
        rows = _ops.moveaxis(found, place, 0)
        if rows.shape[0]:
            found = _halves(function, rows)
        else:
            first = initial if neutral is None else neutral
            is_joined = is_joined or neutral is None
            found = _of_none(function, first, rows, rows.shape[1:])
    return found if is_joined else function(initial, found)


def _halves(function: Any, rows: ndarray) -> ndarray:
    count = rows.shape[0]
    while count > 1:  # by halves; what is left over goes on
        half = count // 2
        joined = function(rows[:half], rows[half : 2 * half])
        rest = rows[2 * half :].astype(joined.dtype)
        rows = _ops.concatenate([joined, rest], 0) if count % 2 else joined
        count = half + count % 2
    return rows[0]


def _one_by_one(
    function: Any, whole: ndarray, axes: list[int], initial: Any, where: Any
) -> ndarray:
    """From `initial` or the first element on, in their order."""
    if not axes:
        return whole if initial is None else function(initial, whole)
    if where is not True and initial is None:
        raise InvalidValue(f"{function.__name__}: `initial` must be given with `where`")
    rows = _ops.moveaxis(whole, axes[0], 0)
    if not rows.shape[0]:
        first = _neutral(function, whole) if initial is None else initial
        return _of_none(function, first, rows, rows.shape[1:])
    counts = None
    if where is not True:
        counts = _ops.moveaxis(_ops.broadcast_to(array_of(where) != 0, whole.shape), axes[0], 0)
    found = rows[0] if initial is None else _of_none(function, initial, rows, rows.shape[1:])
    for place in range(1 if initial is None else 0, rows.shape[0]):
        more = function(found, rows[place])
        if counts is not None:
            more = _ops.where(counts[place], more, found.astype(more.dtype))
        found = more
    return found


def accumulate(
    function: Any,
    array: ArrayLike,
    axis: int = 0,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """The elements along an axis up to each one, joined by the function."""
    name, whole = function.__name__, array_of(array)
    if whole.ndim == 0:
        raise InvalidType(f"{name}: `array` must have at least one axis")
    axis = axis_of(name, whole, axis)
    if name in _ACCUMULATIONS:
        return _ACCUMULATIONS[name](whole, axis, dtype, out)
    rows = _ops.moveaxis(whole if dtype is None else whole.astype(dtype), axis, 0)
    if name.startswith("logical"):
        rows = rows != 0
    count = rows.shape[0]
    if name in _ASSOCIATIVE:
        step = 1
        while step < count:  # each joins what the element `step` before it has joined
            more = function(rows[:-step], rows[step:])
            rows = _ops.concatenate([rows[:step].astype(more.dtype), more], 0)
            step *= 2
    elif count:
        parts = [rows[0]]
        for place in range(1, count):
            parts.append(function(parts[-1], rows[place]))
        kind = parts[-1].dtype
        rows = _ops.stack([part.astype(kind) for part in parts], 0)
    return written(_ops.moveaxis(rows, 0, axis), out)


def reduceat(
    function: Any,
    array: ArrayLike,
    indices: ArrayLike,
    axis: int = 0,
    dtype: DTypeLike = None,
    out: ndarray | None = None,
) -> ndarray:
    """Parts along an axis reduced: each from an index up to the next one, or a single element where
    the next one is not above it. Indices are read."""
    name, whole = function.__name__, array_of(array)
    axis = axis_of(name, whole, axis)
    rows, places = _ops.moveaxis(whole, axis, 0), host(array_of(indices)).tolist()
    count = rows.shape[0]
    for place in places:
        if not 0 <= place < count:
            raise InvalidValue(f"{name}: `indices` must be from 0 to {count - 1}; got {place}")
    parts = []
    for place, end in zip(places, [*places[1:], count], strict=True):
        part = rows[place:end] if end > place else rows[place : place + 1]
        parts.append(reduce(function, part, 0, dtype))
    return written(_ops.moveaxis(_ops.stack(parts, 0), 0, axis), out)


def outer(function: Any, A: ArrayLike, B: ArrayLike, **options: Any) -> ndarray:  # noqa: N803
    """The function of each element of `A` with each of `B`: the axes of `A`, then those of `B`."""
    first, second = array_of(A), array_of(B)
    return function(first.reshape(first.shape + (1,) * second.ndim), second, **options)


def at(function: Any, a: ndarray, indices: Any, b: ArrayLike | None = None) -> None:
    """Writes the function of elements at indices into the array; an element that is named several
    times is computed as often. Gradients pass `add.at` and `subtract.at` alone."""
    name = function.__name__
    if not isinstance(a, ndarray):
        raise InvalidType(f"{name}: `a` must be an array; got {type(a).__name__}")
    if (b is None) != (function.nin == 1):
        raise InvalidValue(f"{name}: `at` must be given {function.nin} arrays")
    key = host(indices)
    if name in ("add", "subtract") and can_cast(array_of(b).dtype, a.dtype, "same_kind"):
        places = numpy.arange(a.size).reshape(a.shape)[key]
        flat = native.array(places.reshape(1, -1))
        rows = _ops.broadcast_to(array_of(b).astype(a.dtype), places.shape).reshape(-1)
        total = OPERATORS["scatter_nd"](rows, flat, (a.size,)).reshape(a.shape)
        a[...] = function(a, total)
        return
    refuse_gradients(f"{name}.at", a, b)
    values = host(a).copy()
    # A fraction meets integers as one; what comes of it is rounded toward 0, as in NumPy.
    more = () if b is None else (host(array_of(b)),)
    getattr(numpy, name).at(values, key, *more)
    a[...] = returned(values).astype(a.dtype)


# NumPy's second names, most of them the array API's.
_SECOND = {
    "absolute": "abs",
    "acos": "arccos",
    "acosh": "arccosh",
    "asin": "arcsin",
    "asinh": "arcsinh",
    "atan": "arctan",
    "atan2": "arctan2",
    "atanh": "arctanh",
    "bitwise_invert": "invert",
    "bitwise_left_shift": "left_shift",
    "bitwise_not": "invert",
    "bitwise_right_shift": "right_shift",
    "conjugate": "conj",
    "mod": "remainder",
    "pow": "power",
    "true_divide": "divide",
}


def _made() -> dict[str, Callable[..., Any]]:
    found: dict[str, Callable[..., Any]] = {}
    for module in (_ops, _elementwise, _bits):
        for name in module.__all__:
            theirs = getattr(numpy, name, None)
            if isinstance(theirs, numpy.ufunc) and theirs.signature is None and theirs.nout == 1:
                found[name] = ufunc(getattr(module, name), name, theirs.nin)
    found |= {second: found[first] for second, first in _SECOND.items()}
    return found


FUNCTIONS = _made()
globals().update(FUNCTIONS)
__all__ = list(FUNCTIONS)
