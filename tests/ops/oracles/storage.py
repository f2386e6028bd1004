"""Storage dtypes, as ml_dtypes has them."""

import numpy

_WIDE = {"int4": "int8", "uint4": "uint8"}


def widen(x):
    return x.astype(_WIDE.get(x.dtype.name, "float32"))


def narrow(x, dtype):
    with numpy.errstate(all="ignore"):
        return x.astype("float32").astype(dtype)


def reinterpret(x, dtype):
    return x.view(dtype)
