"""`mx.io`: iterators that give batches with a description of what they hold.

`NDArrayIter` has arrays in memory, `CSVIter`, `LibSVMIter` and `MNISTIter` read files of numbers,
`ImageRecordIter` and its kin read images from RecordIO files.
"""

from typing import TYPE_CHECKING

from weft._base import spelling as _spelling
from weft.mxnet.io._arrays import NDArrayIter
from weft.mxnet.io._base import DataBatch, DataDesc, DataIter, MXDataIter, ResizeIter
from weft.mxnet.io._detection_records import ImageDetRecordIter
from weft.mxnet.io._files import CSVIter, LibSVMIter, MNISTIter
from weft.mxnet.io._image_records import (
    ImageRecordInt8Iter,
    ImageRecordIter,
    ImageRecordUInt8Iter,
)
from weft.mxnet.io._prefetching import PrefetchingIter

ImageRecordIter_v1 = ImageRecordIter
ImageRecordUInt8Iter_v1 = ImageRecordUInt8Iter

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.io", {}, (), ("io",))

__all__ = [
    "CSVIter",
    "DataBatch",
    "DataDesc",
    "DataIter",
    "ImageDetRecordIter",
    "ImageRecordInt8Iter",
    "ImageRecordIter",
    "ImageRecordIter_v1",
    "ImageRecordUInt8Iter",
    "ImageRecordUInt8Iter_v1",
    "LibSVMIter",
    "MNISTIter",
    "MXDataIter",
    "NDArrayIter",
    "PrefetchingIter",
    "ResizeIter",
]
__dir__ = __all__.copy
