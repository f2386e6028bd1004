"""Functions that MXNet left to NumPy. Many of them Weft has; the others NumPy computes here, too:
arrays go there and back, without a gradient, and a hybridized block cannot contain them.

>>> from weft.mxnet import np
>>> np.fallback.vander(np.array([1.0, 2.0])).tolist()
[[1.0, 1.0], [2.0, 1.0]]
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft import np
from weft.mxnet.numpy import _reductions
from weft.mxnet.util import numpy_fallback

_NAMES = (
    *("allclose", "apply_along_axis", "apply_over_axes", "argpartition", "argwhere"),
    *("array_equal", "array_equiv", "choose", "compress", "corrcoef", "correlate"),
    *("count_nonzero", "cov", "cumprod", "digitize", "divmod", "extract", "float_power"),
    *("frexp", "heaviside", "histogram2d", "histogram_bin_edges", "histogramdd", "i0"),
    *("intersect1d", "isclose", "isin", "ix_", "lexsort", "min_scalar_type", "mirr", "modf"),
    *("nanargmax", "nanargmin", "nancumprod", "nancumsum", "nanmax", "nanmedian", "nanmin"),
    *("nanpercentile", "nanprod", "nanquantile", "nanstd", "nansum", "nanvar", "ndim", "npv"),
    *("packbits", "partition", "piecewise", "pmt", "poly", "polyadd", "polydiv", "polyfit"),
    *("polyint", "polymul", "polysub", "positive", "ppmt", "promote_types", "ptp", "pv"),
    *("rate", "real", "roots", "searchsorted", "select", "setdiff1d", "setxor1d", "signbit"),
    *("size", "spacing", "take_along_axis", "tril_indices_from", "trim_zeros", "union1d"),
    *("unpackbits", "unwrap", "vander"),
)
# They call functions of the program, which get arrays of NumPy as in MXNet: its mean of integers is
# float64, say.
_CALLING = ("apply_along_axis", "apply_over_axes", "piecewise")
_OF_WEFT = tuple(name for name in _NAMES if name in np.__all__ and name not in _CALLING)


def _in1d(ar1: Any, ar2: Any, assume_unique: bool = False, invert: bool = False) -> Any:
    return numpy.isin(numpy.ravel(ar1), ar2, assume_unique=assume_unique, invert=invert)


def _msort(a: Any) -> Any:
    return numpy.sort(a, axis=0)


def _trapezoid(y: Any, x: Any = None, dx: float = 1.0, axis: int = -1) -> Any:
    return numpy.trapezoid(y, x, dx, axis)


# Names that NumPy 2 has dropped, by what they stood for.
_DROPPED: dict[str, Callable[..., Any]] = {
    "alltrue": numpy.all,
    "in1d": _in1d,
    "msort": _msort,
    "trapz": _trapezoid,
}


def _function(name: str, inner: Callable[..., Any]) -> Callable[..., Any]:
    def call(*args: Any, **kwargs: Any) -> Any:
        return inner(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"NumPy's `{name}`. No gradient; not inside of hybridized blocks."
    return numpy_fallback(call)


# By name. Those for interest and payments are in NumPy before 1.20 alone.
FUNCTIONS = {
    name: _function(name, getattr(numpy, name))
    for name in _NAMES
    if name not in _OF_WEFT and hasattr(numpy, name)
}
FUNCTIONS |= {name: _function(name, inner) for name, inner in _DROPPED.items()}

_own = globals()
_own.update(FUNCTIONS)
_own.update({name: getattr(np, name) for name in _OF_WEFT})
_own.update({name: getattr(_reductions, name) for name in ("nanpercentile", "nanquantile")})

__all__ = sorted({*_OF_WEFT, *FUNCTIONS})
__dir__ = __all__.copy
