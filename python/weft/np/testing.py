"""NumPy's assertions for tests, which take arrays of Weft, too: see `numpy.testing`.

>>> from weft import np
>>> np.testing.assert_allclose(np.array([1.0, 2.0]), [1.0, 2.0000001])
"""

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as _numpy

from weft._base import spelling as _spelling
from weft.np._arguments import host as _host

_ARRAYS = "np.array([1.0, 2.0]), [1.0, 2.0]"
_DOC = """NumPy's `testing.{name}`, for arrays of Weft and of NumPy, and numbers.

    >>> from weft import np
    >>> {result}np.testing.{name}({arguments})
    """


def _assertion(name: str, arguments: str = _ARRAYS, result: str = "") -> Callable[..., Any]:
    """arguments, result: of the example"""
    inner: Any = getattr(_numpy.testing, name)

    @functools.wraps(inner)
    def check(*args: Any, **kwargs: Any) -> Any:
        __tracebackhide__ = True
        return inner(*map(_host, args), **{key: _host(value) for key, value in kwargs.items()})

    check.__module__ = __name__
    check.__doc__ = _DOC.format(name=name, arguments=arguments, result=result)
    return check


assert_allclose = _assertion("assert_allclose")
assert_almost_equal = _assertion("assert_almost_equal")
assert_approx_equal = _assertion("assert_approx_equal", "np.array(1.5), 1.5")
assert_array_almost_equal = _assertion("assert_array_almost_equal")
assert_array_almost_equal_nulp = _assertion("assert_array_almost_equal_nulp")
assert_array_equal = _assertion("assert_array_equal")
assert_array_less = _assertion("assert_array_less", "np.array([1.0, 2.0]), 3.0")
assert_array_max_ulp = _assertion("assert_array_max_ulp", result="apart = ")
assert_equal = _assertion("assert_equal")
assert_string_equal = _assertion("assert_string_equal", "'one', 'one'")


def assert_raises(*args: Any, **kwargs: Any) -> Any:
    """NumPy's `testing.assert_raises`: that a call, or what is in the context, raises an error.

    >>> from weft import np
    >>> with np.testing.assert_raises(ValueError):
    ...     np.ones(3).reshape(2, 2)
    """
    return _numpy.testing.assert_raises(*args, **kwargs)


def assert_raises_regex(*args: Any, **kwargs: Any) -> Any:
    """`assert_raises`, whose error has a text that fits a pattern.

    >>> from weft import np
    >>> with np.testing.assert_raises_regex(ValueError, "reshape"):
    ...     np.ones(3).reshape(2, 2)
    """
    return _numpy.testing.assert_raises_regex(*args, **kwargs)


def assert_warns(*args: Any, **kwargs: Any) -> Any:
    """NumPy's `testing.assert_warns`: that a call, or what is in the context, warns.

    >>> import warnings
    >>> from weft import np
    >>> np.testing.assert_warns(UserWarning, warnings.warn, "a warning")
    """
    return _numpy.testing.assert_warns(*args, **kwargs)


def assert_(val: Any, msg: str | Callable[[], str] = "") -> None:
    """That something is true.

    >>> from weft import np
    >>> np.testing.assert_(bool(np.ones(1) == 1))
    """
    __tracebackhide__ = True
    if not val:
        raise AssertionError(msg() if callable(msg) else msg)


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.np.testing", {})

__all__ = [
    "assert_",
    "assert_allclose",
    "assert_almost_equal",
    "assert_approx_equal",
    "assert_array_almost_equal",
    "assert_array_almost_equal_nulp",
    "assert_array_equal",
    "assert_array_less",
    "assert_array_max_ulp",
    "assert_equal",
    "assert_raises",
    "assert_raises_regex",
    "assert_string_equal",
    "assert_warns",
]
__dir__ = __all__.copy
