"""Operators on images: `mx.sym.image`."""

import sys

from weft.mxnet.symbol._functions import fill

fill(sys.modules[__name__], ("_image_",))

__all__: list[str] = []
