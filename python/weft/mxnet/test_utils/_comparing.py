"""Comparing arrays within tolerances that follow from their dtypes."""

from typing import Any, Protocol, runtime_checkable

import numpy

from weft._base.protocols import HasDtype
from weft.mxnet._made import to_numpy

_RTOLS = {
    **dict.fromkeys(("bool", "int8", "uint8", "int32", "int64"), 0.0),
    **{"float16": 1e-2, "float32": 1e-4, "float64": 1e-5},
}
_ATOLS = {
    **dict.fromkeys(("bool", "int8", "uint8", "int32", "int64"), 0.0),
    **{"float16": 1e-1, "float32": 1e-3, "float64": 1e-20},
}
# Powers of two: a step that is added to an element loses no bits.
_EPS = {"float16": 2**-6, "float32": 2**-9, "float64": 2**-14}


@runtime_checkable
class OnHost(Protocol):
    """An array, dense or sparse, that NumPy's array can be had of."""

    def asnumpy(self) -> numpy.ndarray: ...


def _by_dtype(table: dict[str, float]) -> dict[Any, float]:
    return {numpy.dtype(name): value for name, value in table.items()}


def default_rtols() -> dict[Any, float]:
    """Relative tolerances by dtype."""
    return _by_dtype(_RTOLS)


def default_atols() -> dict[Any, float]:
    """Absolute tolerances by dtype."""
    return _by_dtype(_ATOLS)


def default_numeric_eps() -> dict[Any, float]:
    """Steps of numeric gradients by dtype."""
    return _by_dtype(_EPS)


def default_dtype() -> Any:
    """Of arrays that tests make."""
    return numpy.float32


def effective_dtype(dat: Any) -> Any:
    """The dtype whose precision an array has."""
    found = getattr(dat, "dtype", None)
    return numpy.dtype(numpy.float64 if found is None else found)


def get_tolerance(dat: Any, tol: Any, default_tol: dict[Any, float]) -> float:
    """A tolerance: as given, by the dtype in a table that is given, or by its default."""
    if isinstance(tol, int | float | numpy.number):
        return float(tol)
    dtype = effective_dtype(dat)
    table = {numpy.dtype(key): value for key, value in (tol or {}).items()}
    return table.get(dtype, default_tol.get(dtype, 0.0))


def get_tols(x: Any, y: Any, rtol: Any, atol: Any) -> tuple[float, float]:
    """The greater ones of the tolerances of two arrays."""
    pairs = [
        (get_tolerance(one, rtol, default_rtols()), get_tolerance(one, atol, default_atols()))
        for one in _numeric(x, y)
    ]
    return max(pair[0] for pair in pairs), max(pair[1] for pair in pairs)


def _numeric(x: Any, y: Any) -> list[Any]:
    """The operands that have a dtype; numbers are as exact as the other one needs."""
    found = [one for one in (x, y) if isinstance(one, HasDtype)]
    return found or [numpy.asarray(x)]


def get_rtol(rtol: Any = None, dtype: Any = "float64") -> float:
    """A relative tolerance, by default that of a dtype."""
    return default_rtols().get(numpy.dtype(dtype), 0.0) if rtol is None else rtol


def get_atol(atol: Any = None, dtype: Any = "float64") -> float:
    """An absolute tolerance, by default that of a dtype."""
    return default_atols().get(numpy.dtype(dtype), 0.0) if atol is None else atol


def get_etol(etol: Any = None) -> float:
    """The share of elements that may differ; none by default."""
    return 0.0 if etol is None else etol


def host_values(x: Any) -> numpy.ndarray:
    """What an array, or lists of arrays, have as elements, as an array of NumPy."""
    if isinstance(x, OnHost):
        return x.asnumpy()
    return numpy.asarray(to_numpy(x))


def _as_numbers(x: numpy.ndarray) -> numpy.ndarray:
    """Of dtypes that NumPy cannot subtract: float32 of bfloat16, integers of bools."""
    if x.dtype.kind == "b":
        return x.astype("int8")
    return x if x.dtype.kind in "iufc" else x.astype("float32")


def same(a: Any, b: Any) -> bool:
    """Are all elements equal?"""
    return bool(numpy.array_equal(host_values(a), host_values(b)))


def same_array(array1: Any, array2: Any) -> bool:
    """Do two arrays share their memory? Their elements are changed on the way."""
    array1[...] += 1
    if not same(array1, array2):
        array1[...] -= 1
        return False
    array1[...] -= 1
    return same(array1, array2)


def almost_equal(
    a: Any,
    b: Any,
    rtol: Any = None,
    atol: Any = None,
    equal_nan: bool = False,
    use_broadcast: bool = True,
) -> bool:
    """Are all elements equal within the tolerances? Without `use_broadcast` shapes must agree.

    rtol, atol: those of float64 by default, whatever the dtypes are; `assert_almost_equal` has
        those of the dtypes
    """
    rtol, atol = get_rtol(rtol), get_atol(atol)
    first, second = _as_numbers(host_values(a)), _as_numbers(host_values(b))
    if not use_broadcast and first.shape != second.shape:
        return False
    return bool(numpy.allclose(first, second, rtol, atol, equal_nan))


def assert_allclose(
    a: Any, b: Any, rtol: float = 1e-7, atol: float = 0, equal_nan: bool = True
) -> None:
    """Raises AssertionError unless all elements are equal within the tolerances."""
    assert_almost_equal(a, b, rtol, atol, equal_nan=equal_nan)


def locationError(
    a: Any,
    b: Any,
    index: tuple[int, ...],
    names: tuple[str, str],
    maxError: bool = False,  # noqa: N803
) -> str:
    """A line that shows two elements that differ."""
    what = "Location of maximum error" if maxError else "Location of error"
    return f"{what}: {index}, {names[0]}={a[index]:.8f}, {names[1]}={b[index]:.8f}"


def _excess(
    a: numpy.ndarray, b: numpy.ndarray, rtol: float, atol: float, equal_nan: bool
) -> numpy.ndarray:
    """How many times as large as allowed each difference is."""
    with numpy.errstate(all="ignore"):
        found = numpy.abs(a - b) / (atol + rtol * numpy.abs(b) + 1e-300)
    found = numpy.where(a == b, 0.0, found)
    both = numpy.isnan(a) & numpy.isnan(b) if equal_nan else numpy.zeros(a.shape, bool)
    return numpy.where(both, 0.0, numpy.where(numpy.isnan(found), numpy.inf, found))


def assert_almost_equal(
    a: Any,
    b: Any,
    rtol: Any = None,
    atol: Any = None,
    names: tuple[str, str] = ("a", "b"),
    equal_nan: bool = False,
    use_broadcast: bool = True,
    mismatches: tuple[int, int] = (10, 10),
) -> None:
    """Raises AssertionError unless all elements are equal within tolerances.

    rtol, atol: numbers, tables by dtype, or by default those of the dtypes
    mismatches: how many differing elements the error shows, and how many of the largest
    """
    assert_almost_equal_with_err(
        a, b, rtol, atol, 0, names, equal_nan, mismatches, use_broadcast=use_broadcast
    )


def assert_almost_equal_with_err(
    a: Any,
    b: Any,
    rtol: Any = None,
    atol: Any = None,
    etol: Any = None,
    names: tuple[str, str] = ("a", "b"),
    equal_nan: bool = False,
    mismatches: tuple[int, int] = (10, 10),
    *,
    use_broadcast: bool = True,
) -> None:
    """Raises AssertionError if a larger share of the elements than `etol` differs."""
    rtol, atol = get_tols(a, b, rtol, atol)
    first, second = _as_numbers(host_values(a)), _as_numbers(host_values(b))
    if not use_broadcast and first.shape != second.shape:
        raise AssertionError(f"shapes differ: {names[0]} {first.shape}, {names[1]} {second.shape}")
    if numpy.allclose(first, second, rtol, atol, equal_nan):
        return
    first, second = numpy.broadcast_arrays(first, second)
    excess = _excess(first.astype("float64"), second.astype("float64"), rtol, atol, equal_nan)
    share = float((excess > 1).mean()) if excess.size else 0.0
    if share <= get_etol(etol):
        return
    places = numpy.argsort(-excess, axis=None)[: max(1, mismatches[1])]
    lines = [
        f"Error {excess.max():f} exceeds tolerance rtol={rtol:e}, atol={atol:e} "
        f"(mismatch {share:%}).",
        locationError(first, second, numpy.unravel_index(places[0], excess.shape), names, True),
    ]
    for place in places[1:]:
        index = numpy.unravel_index(place, excess.shape)
        if excess[index] > 1:
            lines.append(locationError(first, second, index, names))
    raise AssertionError("\n".join(lines))


def assert_almost_equal_ignore_nan(
    a: Any, b: Any, rtol: Any = None, atol: Any = None, names: tuple[str, str] = ("a", "b")
) -> None:
    """`assert_almost_equal` for elements that are numbers in both arrays."""
    first, second = numpy.copy(host_values(a)), numpy.copy(host_values(b))
    missing = numpy.logical_or(numpy.isnan(first), numpy.isnan(second))
    first[missing] = second[missing] = 0
    assert_almost_equal(first, second, rtol, atol, names)


def assert_exception(f: Any, exception_type: Any, *args: Any, **kwargs: Any) -> None:
    """Raises AssertionError unless the call raises that exception."""
    try:
        f(*args, **kwargs)
    except exception_type:
        return
    raise AssertionError(f"{f} did not raise {exception_type}")


def compare_ndarray_tuple(t1: Any, t2: Any, rtol: Any = None, atol: Any = None) -> None:
    """Compares arrays inside of nested tuples."""
    if t1 is None or t2 is None:
        return
    if isinstance(t1, tuple | list):
        for one, other in zip(t1, t2, strict=True):
            compare_ndarray_tuple(one, other, rtol, atol)
    else:
        assert_almost_equal(t1, t2, rtol=rtol, atol=atol)


__all__ = [
    "almost_equal",
    "assert_allclose",
    "assert_almost_equal",
    "assert_almost_equal_ignore_nan",
    "assert_almost_equal_with_err",
    "assert_exception",
    "compare_ndarray_tuple",
    "default_atols",
    "default_dtype",
    "default_numeric_eps",
    "default_rtols",
    "effective_dtype",
    "get_atol",
    "get_etol",
    "get_rtol",
    "get_tolerance",
    "get_tols",
    "locationError",
    "same",
    "same_array",
]
