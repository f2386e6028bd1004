"""Data sets of images, and what prepares their samples (`transforms`)."""

from weft.gluon.data.vision import transforms
from weft.gluon.data.vision.datasets import MNIST, FashionMNIST, ImageFolderDataset
from weft.gluon.data.vision.idx import read_idx

__all__ = ["MNIST", "FashionMNIST", "ImageFolderDataset", "read_idx", "transforms"]
__dir__ = __all__.copy
