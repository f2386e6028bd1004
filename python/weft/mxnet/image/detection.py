"""`mx.image.detection`: where 1.x has what `mx.image` shows of images with boxes."""

from weft.mxnet.image import _detection, _detection_iterator
from weft.mxnet.image._detection import *  # noqa: F403
from weft.mxnet.image._detection_iterator import *  # noqa: F403

__all__ = [*_detection.__all__, *_detection_iterator.__all__]
__dir__ = __all__.copy
