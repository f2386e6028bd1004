"""`mx.io`: iterators that give batches with a description of what they hold.

`NDArrayIter` has arrays in memory, `CSVIter`, `LibSVMIter` and `MNISTIter` read files of numbers,
`ImageRecordIter` and its kin read images from RecordIO files.
"""

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
