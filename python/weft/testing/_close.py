"""Are numbers close? With a message that says which are not, and by how much."""

import math
from typing import Any, NamedTuple

import numpy

from weft._base.errors import CheckFailed, InvalidType, InvalidValue
from weft._core import native

# Relative and absolute tolerance by dtype, as PyTorch has them: what rounding of some operations
# leaves. Integers and bools are to be equal.
_TOLERANCES = {
    "float16": (1e-3, 1e-5),
    "bfloat16": (1.6e-2, 1e-5),
    "float32": (1.3e-6, 1e-5),
    "float64": (1e-7, 1e-7),
    "complex64": (1.3e-6, 1e-5),
    "complex128": (1e-7, 1e-7),
}
_MOST_SHOWN = 3


def assert_close(
    actual: Any,
    expected: Any,
    *,
    rtol: float | None = None,
    atol: float | None = None,
    equal_nan: bool = False,
    check_dtype: bool = True,
    msg: str | None = None,
) -> None:
    """Raises AssertionError unless `actual` is `expected` but for rounding: each element may differ
    by `atol + rtol * abs(expected)`.

    actual, expected: arrays of Weft or NumPy, numbers, or tuples, lists and dicts of these, nested
        alike
    rtol, atol: both or none. By default those of the dtype, of two the wider: 1.3e-6 and 1e-5 for
        float32, 1e-7 and 1e-7 for float64, 1e-3 and 1e-5 for float16, 1.6e-2 and 1e-5 for bfloat16;
        0 for integers
    equal_nan: NaN is equal to NaN
    check_dtype: arrays must have the same dtype
    msg: what the error begins with

    Raises AssertionError that names the place within the containers, how many elements differ, the
    greatest differences and where they are; TypeError for what are no numbers.

    >>> from weft import np
    >>> assert_close({"x": np.array([1.0, 2.5])}, {"x": np.array([1.0, 2.0])})
    Traceback (most recent call last):
    ...
    weft.CheckFailed: assert_close: `actual['x']` is not `expected['x']`: 1 of 2 elements differ \
(50.0 %)
      greatest absolute difference 0.5 at (1,): 2.5 and 2.0; allowed are 1e-05 + 1.3e-06 * 2.0
      greatest relative difference 0.25 at (1,): 2.5 and 2.0
    """
    if (rtol is None) != (atol is None):
        missing = "rtol" if rtol is None else "atol"
        raise InvalidValue(f"assert_close: `rtol` and `atol` go together; `{missing}` is missing")
    check = _Check(rtol, atol, equal_nan, check_dtype)
    problem = check.compare(actual, expected, "")
    if problem:
        raise CheckFailed(f"{msg}: {problem}" if msg else f"assert_close: {problem}")


class _Check(NamedTuple):
    """How two values are compared. What a method gives is None, or says what is wrong."""

    rtol: float | None
    atol: float | None
    equal_nan: bool
    check_dtype: bool

    def compare(self, actual: Any, expected: Any, path: str) -> str | None:
        """Two values of any kind, at a path in the containers."""
        if isinstance(actual, dict) or isinstance(expected, dict):
            return self._dicts(actual, expected, path)
        if isinstance(actual, list | tuple) and isinstance(expected, list | tuple):
            return self._sequences(actual, expected, path)
        return self._arrays(actual, expected, path)

    def _dicts(self, actual: Any, expected: Any, path: str) -> str | None:
        if not (isinstance(actual, dict) and isinstance(expected, dict)):
            kinds = f"a {type(actual).__name__} and a {type(expected).__name__}"
            return f"{_named(path)} must both be dicts; got {kinds}"
        lacking = [key for key in expected if key not in actual]
        extra = [key for key in actual if key not in expected]
        if lacking or extra:
            return f"`actual{path}` lacks the keys {lacking} and has {extra} beyond `expected`"
        found = (self.compare(actual[k], expected[k], f"{path}[{k!r}]") for k in expected)
        return next(filter(None, found), None)

    def _sequences(self, actual: Any, expected: Any, path: str) -> str | None:
        if len(actual) != len(expected):
            return f"`actual{path}` has {len(actual)} elements, and `expected` {len(expected)}"
        pairs = enumerate(zip(actual, expected, strict=True))
        found = (self.compare(a, e, f"{path}[{number}]") for number, (a, e) in pairs)
        return next(filter(None, found), None)

    def _arrays(self, actual: Any, expected: Any, path: str) -> str | None:
        pair = [_content(value, name, path) for value, name in ((actual, "a"), (expected, "e"))]
        (a, a_dtype), (e, e_dtype) = pair
        if a.shape != e.shape:
            return f"{_named(path)} have shapes {a.shape} and {e.shape}"
        both = a_dtype is not None and e_dtype is not None
        if both and self.check_dtype and a_dtype != e_dtype:
            return (
                f"{_named(path)} have dtypes {a_dtype} and {e_dtype}; give `check_dtype=False` if "
                "that is right"
            )
        rtol, atol = self._tolerances(a_dtype or e_dtype, e_dtype or a_dtype, a, e)
        return self._numbers(a, e, (rtol, atol), path)

    def _tolerances(self, first: str | None, second: str | None, a: Any, e: Any) -> Any:
        if self.rtol is not None and self.atol is not None:
            return self.rtol, self.atol
        names = [first or a.dtype.name, second or e.dtype.name]
        pairs = [_TOLERANCES.get(name, (0.0, 0.0)) for name in names]
        return max(p[0] for p in pairs), max(p[1] for p in pairs)

    def _numbers(self, a: Any, e: Any, limits: tuple[float, float], path: str) -> str | None:
        rtol, atol = limits
        with numpy.errstate(all="ignore"):
            is_equal, difference = _distance(a, e)
            is_right = is_equal | (
                (difference <= atol + rtol * abs(e)) & numpy.isfinite(a) & numpy.isfinite(e)
            )
            nan_in_both = numpy.isnan(a) & numpy.isnan(e)
            if self.equal_nan:
                is_right |= nan_in_both
            if is_right.all():
                return None
            wrong = int((~is_right).sum())
            share = 100 * wrong / a.size
            lines = [
                f"`actual{path}` is not `expected{path}`: {wrong} of {a.size} elements differ "
                f"({share:.1f} %)"
            ]
            if (~is_right & ~nan_in_both).any():
                lines += _greatest(a, e, difference, is_right | nan_in_both, limits)
        if nan_in_both.any() and not self.equal_nan:
            count = int(nan_in_both.sum())
            lines.append(f"{count} are NaN in both; give `equal_nan=True` if that is right")
        return "\n  ".join(lines)


def _distance(a: Any, e: Any) -> tuple[Any, Any]:
    """Which elements are equal, and how far apart they are; of integers exactly."""
    if a.dtype.kind in "iu" and e.dtype.kind in "iu":
        gaps = [abs(int(x) - int(y)) for x, y in zip(a.ravel(), e.ravel(), strict=True)]
        difference = numpy.array(gaps, dtype="float64").reshape(a.shape)
        return difference == 0, difference
    return a == e, abs(a - e)


def _greatest(a: Any, e: Any, difference: Any, is_right: Any, limits: tuple[float, float]) -> Any:
    """Lines about the greatest differences among those that are wrong."""
    relative = difference / abs(e)
    lines = []
    for name, size in (("absolute", difference), ("relative", relative)):
        size = numpy.where(is_right, -1.0, numpy.where(numpy.isnan(size), math.inf, size))
        place = numpy.unravel_index(int(size.argmax()), size.shape)
        where = f" at {tuple(int(i) for i in place)}" if size.ndim else ""
        pair = f"{a[place]} and {e[place]}"
        line = f"greatest {name} difference {_short(size[place])}{where}: {pair}"
        if name == "absolute":
            line += f"; allowed are {limits[1]:g} + {limits[0]:g} * {abs(e[place])}"
        lines.append(line)
    return lines


def _short(number: Any) -> str:
    return f"{float(number):.6g}"


def _content(value: Any, which: str, path: str) -> tuple[Any, str | None]:
    """The elements in float64, complex128 or as integers, and the name of the own dtype; None of
    what has none."""
    name = {"a": "actual", "e": "expected"}[which]
    if isinstance(value, native.ndarray):
        own = value.dtype.name
        found = (value.astype("float32") if own == "bfloat16" else value).asnumpy()
    elif hasattr(value, "__array__"):
        found = numpy.asarray(value)
        own = found.dtype.name
    else:
        try:
            found = numpy.asarray(value)
        except ValueError:
            found = numpy.asarray(None)
        own = None
    if found.dtype.kind not in "biufc":
        raise InvalidType(
            f"assert_close: `{name}{path}` must hold numbers; got {type(value).__name__}"
        )
    if found.dtype.kind == "c":
        return found.astype("complex128"), own
    return found if found.dtype.kind in "iu" else found.astype("float64"), own


def _named(path: str) -> str:
    return f"`actual{path}` and `expected{path}`"


__all__ = ["assert_close"]
