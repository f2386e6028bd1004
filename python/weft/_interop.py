"""NumPy's protocols on arrays of Weft."""

from typing import Any

import numpy

from weft._core import native
from weft._errors import InvalidType

_FUNCTIONS = {function.__name__: function for function in native.operators()}
_RENAMED = {"absolute": "abs", "true_divide": "divide"}


def array_value(self: Any, dtype: Any = None, copy: bool | None = None) -> numpy.ndarray:
    """`__array__`: a read-only NumPy array of the present content, a copy where one is needed.

    Raises ValueError if `copy=False` and another dtype is asked for.
    """
    if copy or self.dtype.name == "bfloat16":
        value = self.asnumpy()
    else:
        value = numpy.asarray(memoryview(self))
    if dtype is None or value.dtype == dtype:
        return value
    if copy is False:
        raise ValueError(f"__array__: {value.dtype} to {dtype} needs a copy; got copy=False")
    return value.astype(dtype)


def array_ufunc(self: Any, ufunc: Any, method: str, *inputs: Any, **options: Any) -> Any:
    """`__array_ufunc__`: `numpy.exp(x)` is `np.exp(x)`, recorded and traced like it.

    With a NumPy array as `out` NumPy computes. Raises TypeError for a ufunc without an operator
    of the same name: a silent round trip through NumPy would lose the gradient.
    """
    out = options.pop("out", None)
    if method == "__call__" and isinstance(out, tuple) and isinstance(out[0], numpy.ndarray):
        plain = [numpy.asarray(x) if isinstance(x, native.ndarray) else x for x in inputs]
        return ufunc(*plain, out=out, **options)
    function = _FUNCTIONS.get(_RENAMED.get(ufunc.__name__, ufunc.__name__))
    if method != "__call__" or function is None or options:
        raise InvalidType(
            f"numpy.{ufunc.__name__}: no operator of Weft does this; "
            "convert explicitly with `x.asnumpy()`"
        )
    return function(*inputs) if out is None else function(*inputs, out=out[0])
