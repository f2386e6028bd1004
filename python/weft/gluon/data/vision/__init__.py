"""Data sets of images, and what prepares their samples (`transforms`)."""

from weft.gluon.data.vision import transforms
from weft.gluon.data.vision.datasets import MNIST, FashionMNIST, ImageFolderDataset
from weft.gluon.data.vision.idx import read_idx
from weft.gluon.data.vision.records import ImageListDataset, ImageRecordDataset

__all__ = [
    "MNIST",
    "FashionMNIST",
    "ImageFolderDataset",
    "ImageListDataset",
    "ImageRecordDataset",
    "read_idx",
    "transforms",
]
__dir__ = __all__.copy
