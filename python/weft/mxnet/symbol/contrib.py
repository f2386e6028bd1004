"""Operators of `mx.sym.contrib`."""

import math

from weft.mxnet.symbol._control import cond, foreach, while_loop
from weft.mxnet.symbol._functions import finder, function_of, names_behind
from weft.mxnet.symbol._symbol import Symbol
from weft.mxnet.symbol.random import uniform as _uniform

_cast, _exp, _floor, _log = (function_of(name, name) for name in ("Cast", "exp", "floor", "log"))


def rand_zipfian(
    true_classes: Symbol, num_sampled: int, range_max: int
) -> tuple[Symbol, Symbol, Symbol]:
    """Classes drawn with the chance log((c + 2) / (c + 1)) / log(range_max + 1) of class c.

    Returns the classes, int64; and how often the true classes, and the drawn ones, are expected.
    """
    scale = math.log(range_max + 1)
    drawn = _uniform(0, scale, shape=(num_sampled,), dtype="float64")
    exact = _cast(_floor(_exp(drawn) + 0.5) - 1, dtype="int64")
    classes = exact % range_max

    def expected(numbers: Symbol) -> Symbol:
        found = _cast(numbers, dtype="float64")
        chance = _log((found + 2) / (found + 1)) / scale
        return chance * num_sampled

    return classes, expected(true_classes), expected(classes)


_PREFIXES = ("_contrib_",)

__getattr__ = finder("weft.mxnet.symbol.contrib", _PREFIXES)
__all__ = ["cond", "foreach", "rand_zipfian", "while_loop"]
__all__ += names_behind(_PREFIXES)
__dir__ = __all__.copy
