"""`mx.image.image`: where 1.x has what `mx.image` shows of images without boxes."""

from weft.mxnet.base import MXNetError  # noqa: F401 - programs catch it by this name
from weft.mxnet.image import _augmenters, _crops, _iterator, _reading
from weft.mxnet.image._augmenters import *  # noqa: F403
from weft.mxnet.image._crops import *  # noqa: F403
from weft.mxnet.image._iterator import *  # noqa: F403
from weft.mxnet.image._reading import *  # noqa: F403

__all__ = [
    *_augmenters.__all__,
    *_crops.__all__,
    *_iterator.__all__,
    *_reading.__all__,
]
__dir__ = __all__.copy
