"""Operators of `mx.sym.contrib`."""

import math
from typing import Any

from weft.mxnet.symbol._control import cond, foreach, while_loop
from weft.mxnet.symbol._functions import finder, names_behind
from weft.mxnet.symbol._symbol import Symbol
from weft.mxnet.symbol.random import uniform as _uniform


def rand_zipfian(
    true_classes: Symbol, num_sampled: int, range_max: int
) -> tuple[Symbol, Symbol, Symbol]:
    """Classes drawn with the chance log((c + 2) / (c + 1)) / log(range_max + 1) of class c.

    Gives the classes, int64; and how often the true classes, and the drawn ones, are expected.
    """
    scale = math.log(range_max + 1)
    drawn = _uniform(0, scale, shape=(num_sampled,), dtype="float64")
    classes: Any = (drawn.exp().floor().astype("int64") - 1) % range_max

    def expected(numbers: Any) -> Any:
        found = numbers.astype("float64")
        return ((found + 2.0) / (found + 1.0)).log() * (num_sampled / scale)

    return classes, expected(true_classes), expected(classes)


_PREFIXES = ("_contrib_",)

__getattr__ = finder("weft.mxnet.symbol.contrib", _PREFIXES)
__all__ = ["cond", "foreach", "rand_zipfian", "while_loop"]
__all__ += names_behind(_PREFIXES)
__dir__ = __all__.copy
