"""Functions that NumPy computes: arrays go there and back, without a gradient.

They are no operators: a hybridized block cannot contain them.
"""

from collections.abc import Callable
from typing import Any

import numpy

from weft.mxnet.util import numpy_fallback

# Those that `weft.np` has are not here.
_NAMES = (
    *("alltrue", "apply_along_axis", "apply_over_axes", "argpartition", "choose", "corrcoef"),
    *("correlate", "cov", "digitize", "float_power", "frexp", "histogram2d"),
    *("histogram_bin_edges", "histogramdd", "i0", "in1d", "intersect1d", "isin", "ix_", "lexsort"),
    *("min_scalar_type", "mirr", "msort", "nanargmax", "nanargmin", "nancumprod", "nancumsum"),
    *("nanmedian", "nanpercentile", "nanquantile", "nanstd", "nanvar", "npv", "packbits"),
    *("partition", "piecewise", "pmt", "poly", "polyadd", "polydiv", "polyfit", "polyint"),
    *("polymul", "polysub", "ppmt", "promote_types", "pv", "rate", "real", "roots", "select"),
    *("setdiff1d", "setxor1d", "spacing", "trapz", "tril_indices_from", "trim_zeros", "union1d"),
    *("unpackbits", "unwrap", "vander"),
)


# What NumPy 2 has dropped, by what it says to use in its place.
_DROPPED: dict[str, Callable[..., Any]] = {
    "alltrue": numpy.all,
    "in1d": lambda ar1, ar2, **options: numpy.isin(numpy.ravel(ar1), ar2, **options),
    "msort": lambda a: numpy.sort(a, axis=0),
    "trapz": getattr(numpy, "trapezoid", None) or getattr(numpy, "trapz", None),
}


def _function(name: str) -> Callable[..., Any]:
    inner = _DROPPED.get(name) or getattr(numpy, name)

    def call(*args: Any, **kwargs: Any) -> Any:
        return inner(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"NumPy's `{name}`. No gradient; not inside of hybridized blocks."
    return numpy_fallback(call)


# Some of these NumPy itself has dropped.
FUNCTIONS = {name: _function(name) for name in _NAMES if name in _DROPPED or hasattr(numpy, name)}
