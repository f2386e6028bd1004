"""All operators of symbols."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("",))

__all__: list[str] = []
