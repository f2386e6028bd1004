"""Which version of MXNet's interface this package has.

>>> from weft import mxnet as mx
>>> mx.__version__
'2.0.0'
"""

# Programs choose between words of 1.x and of 2.0 by it. Both are here; the later ones count.
__version__ = "2.0.0"

__all__ = ["__version__"]
__dir__ = __all__.copy
