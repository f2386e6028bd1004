"""Data sets of images, and what prepares their samples (`transforms`)."""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.mxnet.gluon.data.vision import datasets, transforms
from weft.mxnet.gluon.data.vision.datasets import (
    CIFAR10,
    CIFAR100,
    MNIST,
    FashionMNIST,
    ImageFolderDataset,
    ImageListDataset,
    ImageRecordDataset,
)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder(
        "weft.mxnet.gluon.data.vision", _words.DATA, ("gluon.data.vision",)
    )

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "MNIST",
    "FashionMNIST",
    "ImageFolderDataset",
    "ImageListDataset",
    "ImageRecordDataset",
    "datasets",
    "transforms",
]
__dir__ = __all__.copy
