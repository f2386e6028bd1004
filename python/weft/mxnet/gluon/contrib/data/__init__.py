"""Data sets and loaders of `mx.gluon.contrib.data`: `vision`, `text`, a sampler of intervals."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data import text
from weft.mxnet.gluon.contrib.data import vision
from weft.mxnet.gluon.contrib.data.vision import (
    ImageBboxDataLoader,
    ImageDataLoader,
    create_bbox_augment,
    create_image_augment,
)
from weft.mxnet.gluon.data import IntervalSampler

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.contrib.data", _words.DATA, ("gluon.data",))

__all__ = [
    "ImageBboxDataLoader",
    "ImageDataLoader",
    "IntervalSampler",
    "create_bbox_augment",
    "create_image_augment",
    "text",
    "vision",
]
__dir__ = __all__.copy
