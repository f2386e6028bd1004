"""Operators of symbols that have an underscore before their names."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("", "_"))

__all__: list[str] = []
