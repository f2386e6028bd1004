"""NumPy's texts of arrays and numbers. Options of printing are NumPy's own, and count for both."""

from collections.abc import Callable
from typing import Any

import numpy
from numpy import (
    base_repr,
    binary_repr,
    format_float_positional,
    format_float_scientific,
    get_printoptions,
    printoptions,
    set_printoptions,
)

from weft._core.printing import represent
from weft._core.typing import ArrayLike
from weft.np._arguments import array_of, host


def _text(name: str, doc: str) -> Callable[..., str]:
    inner: Any = getattr(numpy, name)

    def call(a: ArrayLike, *args: Any, **kwargs: Any) -> str:
        return inner(host(array_of(a)), *args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return call


array2string = _text(
    "array2string",
    """The text of an array's elements, with NumPy's arguments.

    >>> from weft import np
    >>> np.array2string(np.array([1.0, 2.0]), separator=", ")
    '[1., 2.]'
    """,
)
array_str = _text(
    "array_str",
    """The text of an array's elements, as `str(x)` gives it.

    a, max_line_width, precision, suppress_small: as in NumPy

    >>> from weft import np
    >>> np.array_str(np.array([1.0, 2.0]))
    '[1. 2.]'
    """,
)


def array_repr(
    arr: ArrayLike,
    max_line_width: int | None = None,
    precision: int | None = None,
    suppress_small: bool | None = None,
) -> str:
    """The text of an array as `repr(x)` gives it, with NumPy's arguments.

    >>> from weft import np
    >>> np.array_repr(np.array([1.0, 2.0]))
    'array([1., 2.])'
    """
    given = {
        "linewidth": max_line_width,
        "precision": precision,
        "suppress": suppress_small,
    }
    with numpy.printoptions(**{k: v for k, v in given.items() if v is not None}):  # type: ignore[arg-type]
        return represent(array_of(arr))


__all__ = [
    "array2string",
    "array_repr",
    "array_str",
    "base_repr",
    "binary_repr",
    "format_float_positional",
    "format_float_scientific",
    "get_printoptions",
    "printoptions",
    "set_printoptions",
]
