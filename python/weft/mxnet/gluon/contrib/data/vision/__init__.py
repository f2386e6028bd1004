"""Loaders of images, and of images with boxes around objects, that prepare what they read."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.contrib.data.vision import dataloader, transforms
from weft.mxnet.gluon.contrib.data.vision.dataloader import (
    ImageBboxDataLoader,
    ImageDataLoader,
    create_bbox_augment,
    create_image_augment,
)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.contrib.data.vision", _words.DATA, ("gluon.data.vision",)
    )

__all__ = [
    "ImageBboxDataLoader",
    "ImageDataLoader",
    "create_bbox_augment",
    "create_image_augment",
    "dataloader",
    "transforms",
]
__dir__ = __all__.copy
