"""Data sets of images, what prepares their samples (`transforms`), and what mixes batches."""

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.gluon.data.vision import transforms
from weft.gluon.data.vision.annotated import COCODetection, VOCDetection, VOCSegmentation
from weft.gluon.data.vision.datasets import MNIST, FashionMNIST, ImageFolderDataset
from weft.gluon.data.vision.idx import read_idx
from weft.gluon.data.vision.mixing import CutMix, MixUp
from weft.gluon.data.vision.records import ImageListDataset, ImageRecordDataset
from weft.gluon.data.vision.small_images import CIFAR10, CIFAR100, SVHN

__all__ = [
    "CIFAR10",
    "CIFAR100",
    "MNIST",
    "SVHN",
    "COCODetection",
    "CutMix",
    "FashionMNIST",
    "ImageFolderDataset",
    "ImageListDataset",
    "ImageRecordDataset",
    "MixUp",
    "VOCDetection",
    "VOCSegmentation",
    "read_idx",
    "transforms",
]
__getattr__ = _spelling.finder("weft.gluon.data.vision", _words.VISION)
__dir__ = __all__.copy
