"""`mx.recordio`: files of records, and records with a header and an image.

The format is in `weft.gluon.data._recordio`; here are MXNet's names for it.

>>> record = MXRecordIO("numbers.rec", "w")
>>> for i in range(3):
...     record.write(f"record {i}".encode())
>>> record.close()
>>> record = MXRecordIO("numbers.rec", "r")
>>> record.read()
b'record 0'
"""

import os
from collections.abc import Callable
from typing import IO, Any

import numpy

from weft._base.errors import FileFailure, InvalidState, InvalidValue, NotFound
from weft.gluon.data import _recordio as recordio
from weft.gluon.data.vision._decoding import opencv
from weft.gluon.data.vision._extents import require_size
from weft.mxnet._made import host

IRHeader = recordio.Header


class MXRecordIO:
    """A file of records, one behind the other.

    uri: the path of the `.rec` file
    flag: "r" to read it, "w" to write it anew

    A reader can be pickled, and goes on where it was; forked processes each go on by themselves. A
    writer belongs to the process that opened it. Damaged files raise OSError with the byte.
    """

    def __init__(self, uri: str | os.PathLike, flag: str) -> None:
        if flag not in ("r", "w"):
            raise InvalidValue(f'{type(self).__name__}: `flag` must be "r" or "w"; got {flag!r}')
        self.uri, self.flag = uri, flag
        self.writable = flag == "w"
        self.is_open = False
        self.open()

    def open(self) -> None:
        """Opens the file, at its begin; one that is written becomes empty."""
        self.pid = os.getpid()
        self._offset = 0
        if self.writable:
            self._written: IO[bytes] = _created(self.uri, type(self).__name__)
        else:
            self._file = recordio.RecordFile(self.uri, type(self).__name__)
        self.is_open = True

    def close(self) -> None:
        """Closes the file. It may be closed already."""
        if not self.is_open:
            return
        self.is_open = False
        if not self.writable:
            self._file.close()
        elif self.pid == os.getpid():
            self._written.close()

    def reset(self) -> None:
        """Closes the file and opens it again: a reader is at the first record."""
        self.close()
        self.open()

    def write(self, buf: bytes) -> None:
        """Adds a record: bytes, or anything that has bytes."""
        self._check_writer("write")
        where = f"{type(self).__name__}.write"
        self._written.write(recordio.frame(recordio.as_bytes(buf, where, "buf"), where))

    def read(self) -> bytes | None:
        """The next record, None behind the last one."""
        self._check_reader("read")
        if self._offset == self._file.size:
            return None
        record, self._offset = self._file.read(self._offset)
        return record

    def tell(self) -> int:
        """Where the next record will begin, in bytes."""
        self._check_open("tell")
        return self._written.tell() if self.writable else self._offset

    def _check_open(self, what: str) -> None:
        if not self.is_open:
            raise InvalidState(f"{type(self).__name__}.{what}: {self.uri} is closed")

    def _check_reader(self, what: str) -> None:
        self._check_open(what)
        if self.writable:
            raise InvalidState(
                f'{type(self).__name__}.{what}: {self.uri} is open for writing, flag "w"'
            )

    def _check_writer(self, what: str) -> None:
        self._check_open(what)
        if not self.writable:
            raise InvalidState(
                f'{type(self).__name__}.{what}: {self.uri} is open for reading, flag "r"'
            )
        if self.pid != os.getpid():
            raise InvalidState(
                f"{type(self).__name__}.{what}: {self.uri} is written by process {self.pid}; a "
                "forked process must open a file of its own"
            )

    def __getstate__(self) -> dict[str, Any]:
        if self.writable:
            raise InvalidState(
                f"{type(self).__name__}: {self.uri} is being written, and the copy would empty it"
            )
        return {key: value for key, value in self.__dict__.items() if key != "_file"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self.pid = os.getpid()
        if self.is_open:
            self._file = recordio.RecordFile(self.uri, type(self).__name__)

    def __del__(self) -> None:
        if self.__dict__.get("is_open"):  # not where opening has failed
            self.close()


class MXIndexedRecordIO(MXRecordIO):
    """A file of records with an index beside it: records by key, in any order.

    idx_path: the path of the `.idx` file, lines of key and byte
    uri: the path of the `.rec` file
    flag: "r" to read, "w" to write both anew
    key_type: makes a key of a text

    `keys` has the keys in order, `idx` by key the byte where its record begins.

    >>> record = MXIndexedRecordIO("words.idx", "words.rec", "w")
    >>> for i, word in enumerate(["zero", "one", "two"]):
    ...     record.write_idx(i, word.encode())
    >>> record.close()
    >>> record = MXIndexedRecordIO("words.idx", "words.rec", "r")
    >>> record.keys, record.read_idx(2)
    ([0, 1, 2], b'two')
    """

    def __init__(
        self,
        idx_path: str | os.PathLike,
        uri: str | os.PathLike,
        flag: str,
        key_type: Callable[[Any], Any] = int,
    ) -> None:
        self.idx_path, self.key_type = idx_path, key_type
        self.idx: dict[Any, int] = {}
        self.keys: list[Any] = []
        super().__init__(uri, flag)

    def open(self) -> None:
        """Opens both files; those that are written become empty."""
        where = type(self).__name__
        if self.writable:
            self.idx, self.keys = {}, []
        else:
            self.idx = recordio.read_index(self.idx_path, where, self.key_type)
            self.keys = list(self.idx)
        super().open()
        if self.writable:
            self._index: IO[bytes] = _created(self.idx_path, where)

    def close(self) -> None:
        """Closes both files."""
        if self.is_open and self.writable and self.pid == os.getpid():
            self._index.close()
        super().close()

    def seek(self, idx: Any) -> None:
        """The record of this key is the next one to be read."""
        self._check_reader("seek")
        try:
            self._offset = self.idx[self.key_type(idx)]
        except (KeyError, ValueError, TypeError):
            near = f"{self.keys[0]} to {self.keys[-1]}" if self.keys else "none"
            raise NotFound(
                f"{type(self).__name__}: {self.idx_path} has no key {idx!r}; its "
                f"{len(self.keys)} keys are {near}"
            ) from None

    def read_idx(self, idx: Any) -> bytes | None:
        """The record of a key."""
        self.seek(idx)
        return self.read()

    def write_idx(self, idx: Any, buf: bytes) -> None:
        """Adds a record with a key."""
        self._check_writer("write_idx")
        key, offset = self.key_type(idx), self.tell()
        self.write(buf)
        self._index.write(f"{key}\t{offset}\n".encode())
        self.idx[key] = offset
        self.keys.append(key)


def pack(header: IRHeader, s: bytes) -> bytes:
    """A header and data as one record.

    header: an `IRHeader`. Its label is a number, or several; its flag does not count, because it
        follows from the label

    Raises ValueError for ids that are no integers from 0 to 2^64 - 1.

    >>> label, id = 4.0, 2574
    >>> record = pack(IRHeader(0, label, id, 0), b"data")
    >>> len(record)
    28
    """
    return recordio.pack(header, recordio.as_bytes(s, "pack", "s"))


def unpack(s: bytes) -> tuple[IRHeader, bytes]:
    """The header of a record, and the data behind it.

    >>> unpack(pack(IRHeader(0, [1, 2], 7, 0), b"data"))
    (Header(flag=2, label=array([1., 2.], dtype=float32), id=7, id2=0), b'data')
    """
    return recordio.unpack(recordio.as_bytes(s, "unpack", "s"))


def unpack_img(s: bytes, iscolor: int = -1) -> tuple[IRHeader, numpy.ndarray]:
    """The header of a record and its image: a NumPy array uint8 (H, W, 3) in the order blue, green,
    red, or (H, W) in gray. Needs OpenCV.

    iscolor: 1 in color, 0 in gray, -1 as the image is
    """
    header, content = unpack(s)
    image = None
    if content:
        module = opencv("unpack_img")
        require_size(content, "unpack_img")
        image = module.imdecode(numpy.frombuffer(content, numpy.uint8), iscolor)
    if image is None:
        raise FileFailure(
            f"unpack_img: the {len(content)} bytes behind the header are no image that OpenCV "
            "knows, or a damaged one"
        )
    return header, image


def pack_img(header: IRHeader, img: Any, quality: int = 95, img_fmt: str = ".jpg") -> bytes:
    """A header and an image as one record. Needs OpenCV.

    img: an array uint8 (H, W, 3) in the order blue, green, red, or (H, W) in gray
    quality: of JPEG from 1 to 100; of PNG how much is compressed, from 0 to 9
    img_fmt: ".jpg" or ".png"
    """
    return pack(header, encoded(host(img), quality, img_fmt, "pack_img"))


def encoded(image: numpy.ndarray, quality: int, img_fmt: str, where: str) -> bytes:
    """The file of an image whose colors are blue, green, red. Raises ValueError for a quality or a
    format that there is not."""
    module = opencv(where)
    kind = img_fmt.lower()
    if kind in (".jpg", ".jpeg"):
        option, limits = module.IMWRITE_JPEG_QUALITY, (1, 100)
    elif kind == ".png":
        option, limits = module.IMWRITE_PNG_COMPRESSION, (0, 9)
    else:
        raise InvalidValue(f'{where}: `img_fmt` must be ".jpg" or ".png"; got {img_fmt!r}')
    if not limits[0] <= quality <= limits[1]:
        raise InvalidValue(f"{where}: `quality` of {kind} must be in {list(limits)}; got {quality}")
    try:
        is_encoded, content = module.imencode(img_fmt, image, [option, int(quality)])
    except module.error as error:
        raise InvalidValue(
            f"{where}: an image must be uint8 (H, W, 3) or (H, W); got {image.dtype} "
            f"{image.shape}: {error.err}"
        ) from None
    if not is_encoded:
        raise FileFailure(f"{where}: OpenCV cannot write {image.shape} as {img_fmt}")
    return content.tobytes()


def _created(path: str | os.PathLike, where: str) -> IO[bytes]:
    try:
        return open(path, "wb")
    except OSError as error:
        raise FileFailure(f"{where}: {path} cannot be written: {error.strerror}") from None


__all__ = [
    "IRHeader",
    "MXIndexedRecordIO",
    "MXRecordIO",
    "pack",
    "pack_img",
    "unpack",
    "unpack_img",
]
__dir__ = __all__.copy
