"""Arrays that stay in their file, which the processes that read them map."""

import os
from typing import Any

import numpy

from weft._base.errors import FileFailure, MissingFile


class MappedArray(numpy.memmap):
    """The array of a `.npy` file, read-only, of which memory holds what was read lately:
    `ArrayDataset(MappedArray("x.npy"), MappedArray("y.npy"))`.

    Worker processes map the file themselves: neither they nor this process holds a copy. Parts and
    what is computed are plain arrays of NumPy.

    Raises FileNotFoundError, and OSError for what is no such file, or is shorter than it says.

    >>> import numpy
    >>> from weft.gluon import data
    >>> numpy.save("x.npy", numpy.arange(6).reshape(3, 2))
    >>> data.MappedArray("x.npy")[1]
    array([2, 3])
    """

    def __new__(cls, path: str | os.PathLike[str]) -> "MappedArray":
        name = os.path.abspath(os.fsdecode(path))
        if not os.path.isfile(name):
            raise MissingFile(f"MappedArray: there is no file {name}")
        try:
            array = numpy.load(name, mmap_mode="r", allow_pickle=False).view(cls)
        except (ValueError, EOFError, OSError, TypeError, AttributeError) as error:
            raise FileFailure(f"MappedArray: {name} is no .npy file to map: {error}") from None
        array.path = name
        return array  # type: ignore[no-any-return]

    def __array_finalize__(self, source: Any) -> None:
        super().__array_finalize__(source)
        self.path: str | None = None  # of the whole file alone

    def __getitem__(self, index: Any) -> Any:
        found = super().__getitem__(index)
        return found.view(numpy.ndarray) if isinstance(found, MappedArray) else found

    def __reduce__(self) -> Any:
        if self.path is None:
            return numpy.array(self).__reduce__()
        return MappedArray, (self.path,)

    def __reduce_ex__(self, protocol: Any) -> Any:
        return self.__reduce__()


__all__ = ["MappedArray"]
__dir__ = __all__.copy
