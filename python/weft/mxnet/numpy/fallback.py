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
from weft.mxnet.util import numpy_fallback

_OF_WEFT = (
    *("allclose", "argwhere", "array_equal", "array_equiv", "compress", "count_nonzero"),
    *("cumprod", "divmod", "extract", "heaviside", "isclose", "modf", "nanmax", "nanmin"),
    *("nanprod", "nansum", "ndim", "positive", "ptp", "searchsorted", "signbit", "size"),
    "take_along_axis",
)
_OF_NUMPY = (
    *("apply_along_axis", "apply_over_axes", "argpartition", "choose", "corrcoef"),
    *("correlate", "cov", "digitize", "float_power", "frexp", "histogram2d"),
    *("histogram_bin_edges", "histogramdd", "i0", "intersect1d", "isin", "ix_", "lexsort"),
    *("min_scalar_type", "mirr", "nanargmax", "nanargmin", "nancumprod", "nancumsum"),
    *("nanmedian", "nanpercentile", "nanquantile", "nanstd", "nanvar", "npv", "packbits"),
    *("partition", "piecewise", "pmt", "poly", "polyadd", "polydiv", "polyfit", "polyint"),
    *("polymul", "polysub", "ppmt", "promote_types", "pv", "rate", "real", "roots", "select"),
    *("setdiff1d", "setxor1d", "spacing", "tril_indices_from", "trim_zeros", "union1d"),
    *("unpackbits", "unwrap", "vander"),
)


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
    name: _function(name, getattr(numpy, name)) for name in _OF_NUMPY if hasattr(numpy, name)
}
FUNCTIONS |= {name: _function(name, inner) for name, inner in _DROPPED.items()}

_own = globals()
_own.update(FUNCTIONS)
_own.update({name: getattr(np, name) for name in _OF_WEFT})

__all__ = sorted({*_OF_WEFT, *FUNCTIONS})
__dir__ = __all__.copy
