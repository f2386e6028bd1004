"""The data of a net that is trained: LMDB, HDF5, lists of images, arrays of the caller."""

from weft.caffe._data._sources import Around, Source, source_of

__all__ = ["Around", "Source", "source_of"]
