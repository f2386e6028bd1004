"""Which version of MXNet's interface this package says that it has.

>>> from weft import mxnet as mx
>>> mx.__version__
'2.0.0'
"""

import os

# Programs choose between words of 1.x and of 2.0 by it, and libraries refuse versions that they do
# not know. Both kinds of words are here; `WEFT_MXNET_VERSION=1.9.1` says another version.
__version__ = os.environ.get("WEFT_MXNET_VERSION") or "2.0.0"

__all__ = ["__version__"]
__dir__ = __all__.copy
