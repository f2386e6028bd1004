"""Transforms of images together with boxes around what is in them."""

from weft.mxnet.gluon.contrib.data.vision.transforms import bbox
from weft.mxnet.gluon.contrib.data.vision.transforms.bbox import (
    ImageBboxCrop,
    ImageBboxRandomCropWithConstraints,
    ImageBboxRandomExpand,
    ImageBboxRandomFlipLeftRight,
    ImageBboxResize,
)

__all__ = [
    "ImageBboxCrop",
    "ImageBboxRandomCropWithConstraints",
    "ImageBboxRandomExpand",
    "ImageBboxRandomFlipLeftRight",
    "ImageBboxResize",
    "bbox",
]
__dir__ = __all__.copy
