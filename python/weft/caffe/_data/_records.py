"""Images from LMDB, where Caffe's tools put them: one `Datum` for each key, in the keys' order."""

import os
from collections.abc import Iterator
from typing import Any
from weakref import WeakValueDictionary

import numpy

from weft._base.errors import FileFailure, InvalidValue, MissingFile, Unsupported
from weft._base.packages import installing
from weft.caffe._messages import message


def image_of(datum: Any, title: str, force: bool | None = None) -> numpy.ndarray:
    """The image (C, H, W) of a `Datum`, an encoded one in the order blue, green, red.

    force: True for colours, False for gray; None: as the datum says
    """
    if datum.encoded:
        from weft.gluon.data.vision._decoding import decode

        pixels = decode(datum.data, force is not False, title)
        return numpy.moveaxis(pixels[:, :, ::-1], 2, 0)
    shape = (datum.channels, datum.height, datum.width)
    if min(shape) < 1:
        raise FileFailure(f"{title}: a datum has shape {shape}")
    values = (
        numpy.frombuffer(datum.data, "uint8")
        if datum.data
        else numpy.array(datum.float_data, "float32")
    )
    if values.size != numpy.prod(shape):
        raise FileFailure(
            f"{title}: a datum of shape {shape} needs {numpy.prod(shape)} numbers; got "
            f"{values.size}"
        )
    return values.reshape(shape)


class _Base:
    """An LMDB that is open: a process may open each only once, and several layers read one."""

    def __init__(self, environment: Any) -> None:
        self.environment = environment


_open: WeakValueDictionary[str, _Base] = WeakValueDictionary()


class LmdbReader:
    """The records of an LMDB, again and again.

    message: the layer's `DataParameter`; source: the folder
    """

    def __init__(self, options: Any, source: str, title: str) -> None:
        if options.backend == 0:
            raise Unsupported(
                f"{title}: `backend` LEVELDB is not supported; make an LMDB of it, as "
                "convert_imageset --backend=lmdb does, and say `backend: LMDB`"
            )
        try:
            import lmdb
        except ImportError:
            raise ImportError(f"{title}: it needs lmdb: {installing('caffe')}") from None
        if not os.path.exists(source):
            raise MissingFile(f"{title}: there is no LMDB {source}")
        is_folder = os.path.isdir(source)
        real = os.path.realpath(source)
        base = _open.get(real)
        try:
            if base is None:
                opened = lmdb.open(
                    source, readonly=True, lock=False, readahead=True, subdir=is_folder
                )
                base = _open[real] = _Base(opened)
            count = base.environment.stat()["entries"]
        except lmdb.Error as error:
            raise FileFailure(f"{title}: {source} cannot be read as an LMDB: {error}") from None
        if not count:
            raise InvalidValue(f"{title}: {source} is empty")
        self.base, self.title, self.source = base, title, source

    def __iter__(self) -> Iterator[Any]:
        """Each datum, from the first on again after the last."""
        datum_class = message("Datum")
        from google.protobuf.message import DecodeError

        while True:
            with self.base.environment.begin(buffers=False) as transaction:
                for key, value in transaction.cursor():
                    try:
                        yield datum_class.FromString(value)
                    except DecodeError:
                        raise FileFailure(
                            f"{self.title}: record {key!r} of {self.source} is no Datum"
                        ) from None


__all__ = ["LmdbReader", "image_of"]
