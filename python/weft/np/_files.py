"""Files and buffers of NumPy's formats: NumPy reads and writes them.

Elements keep the dtype that they have in the file; text becomes float32 unless a dtype is given.
bfloat16, which NumPy lacks, is written as float32, and of a storage dtype (float8, 4 bits) the
bits as uint8: `np.load(file).view(dtype)` brings the numbers back. Files of Weft's own are
`npx.save`'s.
"""

import bz2
import gzip
import lzma
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import numpy

from weft._base.errors import InvalidType
from weft._base.writing import writing
from weft._core import native
from weft._core.dtypes import is_storage
from weft._core.typing import ArrayLike, DTypeLike, ndarray
from weft.np._arguments import array_of, host


def save(file: Any, arr: ArrayLike, allow_pickle: bool = False) -> None:
    """Writes an array as a file `.npy`.

    file: a path, to which the ending is added, or an open file

    >>> from weft import np
    >>> np.save("weights.npy", np.array([1.0, 2.0]))
    >>> np.load("weights.npy")
    array([1., 2.])
    """
    with _opened(file, "save", ".npy") as out:
        numpy.save(out, _written(arr), allow_pickle=allow_pickle)


@contextmanager
def _opened(file: Any, caller: str, ending: str) -> Iterator[Any]:
    """An open file as it is; a path with its ending as a file that is replaced in one step."""
    if not isinstance(file, str | os.PathLike):
        yield file
        return
    name = os.fspath(file)
    # Read and write: into a file that is only written NumPy writes by C's buffers, whose last
    # failure nobody sees.
    with writing(name if name.endswith(ending) else f"{name}{ending}", caller, "w+b") as out:
        yield out


def _written(value: ArrayLike) -> numpy.ndarray:
    array = array_of(value)
    return host(array.view("uint8") if is_storage(array.dtype) else array)


def _archive(name: str, doc: str) -> Callable[..., None]:
    inner: Any = getattr(numpy, name)

    def call(file: Any, *args: ArrayLike, allow_pickle: bool = False, **kwds: ArrayLike) -> None:
        arrays = {key: _written(value) for key, value in kwds.items()}
        with _opened(file, name, ".npz") as out:
            inner(out, *(_written(a) for a in args), allow_pickle=allow_pickle, **arrays)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = doc
    return call


savez = _archive(
    "savez",
    """Writes several arrays as a file `.npz`: those with names under these, others as "arr_0" and
    so on.

    >>> from weft import np
    >>> np.savez("both.npz", a=np.ones(2), b=np.zeros(1))
    >>> sorted(np.load("both.npz"))
    ['a', 'b']
    """,
)
savez_compressed = _archive(
    "savez_compressed",
    """`savez` with compression.

    >>> from weft import np
    >>> np.savez_compressed("small.npz", a=np.ones(2))
    >>> np.load("small.npz")["a"]
    array([1., 1.])
    """,
)


class NpzFile(Mapping[str, ndarray]):
    """The arrays of a file `.npz`, by name, each read when it is asked for."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner
        self.files: list[str] = list(inner.files)

    def __getitem__(self, key: str) -> ndarray:
        return _read(self._inner[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self.files)

    def __len__(self) -> int:
        return len(self.files)

    def close(self) -> None:
        """Closes the file."""
        self._inner.close()

    def __enter__(self) -> "NpzFile":
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _read(found: Any) -> ndarray:
    if not isinstance(found, numpy.ndarray):  # NumPy gives the bytes of what is no array
        raise InvalidType(f"load: the file must hold arrays; got {type(found).__name__}")
    if found.dtype.kind not in "biufc" or found.dtype.itemsize > (
        16 if found.dtype.kind == "c" else 8
    ):
        raise InvalidType(f"load: the file must hold numbers of at most 64 bits; got {found.dtype}")
    own = found.astype(found.dtype.newbyteorder("="), copy=False)
    return native.array(numpy.ascontiguousarray(own).reshape(found.shape))


def load(
    file: Any,
    mmap_mode: str | None = None,
    allow_pickle: bool = False,
    fix_imports: bool = True,
    encoding: str = "ASCII",
    **options: Any,
) -> Any:
    """The array of a file `.npy`, or the arrays of a file `.npz` by name.

    Pickles are refused by NumPy unless `allow_pickle`. Raises TypeError for other elements than
    numbers.

    >>> from weft import np
    >>> np.save("zeros.npy", np.zeros(2))
    >>> np.load("zeros.npy")
    array([0., 0.])
    """
    found = numpy.load(  # type: ignore[call-overload]
        file, mmap_mode, allow_pickle, fix_imports, encoding, **options
    )
    return NpzFile(found) if isinstance(found, numpy.lib.npyio.NpzFile) else _read(found)


def _dtype(dtype: DTypeLike) -> Any:
    """The dtype of what a file or buffer holds, in the order of bytes that is asked for."""
    kind = native.empty(0, dtype).dtype
    if not isinstance(kind, numpy.dtype) or not isinstance(dtype, str | numpy.dtype):
        return kind
    given = numpy.dtype(dtype) if isinstance(dtype, str) else dtype
    return kind if given.isnative else given


def _call(name: str) -> Callable[..., ndarray]:
    inner: Any = getattr(numpy, name)

    def read(source: Any, dtype: DTypeLike, *args: Any, **kwargs: Any) -> ndarray:
        return _read(inner(source, _dtype(dtype), *args, **kwargs))

    return read


def fromfile(
    file: Any, dtype: DTypeLike = "float32", count: int = -1, sep: str = "", offset: int = 0
) -> ndarray:
    """The elements of a file of bytes, or of text where `sep` is between them, as a vector.

    dtype: of the elements in the file; count: how many, all by default; offset: bytes before them

    >>> from weft import np
    >>> np.array([1.0, 2.0]).tofile("raw.bin")
    >>> np.fromfile("raw.bin")
    array([1., 2.])
    """
    return _call("fromfile")(file, dtype, count, sep, offset)


def frombuffer(
    buffer: Any, dtype: DTypeLike = "float32", count: int = -1, offset: int = 0
) -> ndarray:
    """The elements of a buffer such as bytes, as a vector; a copy.

    >>> from weft import np
    >>> np.frombuffer(bytes([1, 2]), "uint8").tolist()
    [1, 2]
    """
    return _call("frombuffer")(buffer, dtype, count, offset)


def fromstring(string: str, dtype: DTypeLike = "float32", count: int = -1, *, sep: str) -> ndarray:
    """The numbers of a text, with `sep` between them, as a vector.

    >>> from weft import np
    >>> np.fromstring("1 2", sep=" ")
    array([1., 2.])
    """
    return _call("fromstring")(string, dtype, count, sep=sep)


def loadtxt(fname: Any, dtype: DTypeLike = "float32", *args: Any, **kwargs: Any) -> Any:
    """The numbers of a file of text, a row for each line, with NumPy's arguments.

    >>> from weft import np
    >>> np.loadtxt(["1 2", "3 4"]).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    found = numpy.loadtxt(fname, _dtype(dtype), *args, **kwargs)
    return [_read(f) for f in found] if isinstance(found, list) else _read(found)


def genfromtxt(fname: Any, dtype: DTypeLike = "float32", *args: Any, **kwargs: Any) -> Any:
    """The numbers of a file of text with gaps, which become NaN, with NumPy's arguments.

    >>> from weft import np
    >>> np.genfromtxt(["1,2", "3,"], delimiter=",").tolist()
    [[1.0, 2.0], [3.0, nan]]
    """
    found = numpy.genfromtxt(fname, _dtype(dtype), *args, **kwargs)
    return [_read(f) for f in found] if isinstance(found, list) else _read(found)


def savetxt(fname: Any, X: ArrayLike, *args: Any, **kwargs: Any) -> None:  # noqa: N803
    """Writes a vector or a matrix as text, a line for each row, with NumPy's arguments.

    >>> from weft import np
    >>> np.savetxt("table.txt", np.array([[1.0, 2.0]]), fmt="%.1f")
    >>> open("table.txt").read().strip()
    '1.0 2.0'
    """
    values = host(array_of(X))
    packing = {".gz": gzip.open, ".bz2": bz2.open, ".xz": lzma.open}
    is_path = isinstance(fname, str | os.PathLike)
    ending = os.path.splitext(os.fspath(fname))[1] if is_path else ""
    with _opened(fname, "savetxt", "") as out:
        if ending not in packing:
            numpy.savetxt(out, values, *args, **kwargs)
            return
        with packing[ending](out, "wb") as packed:
            numpy.savetxt(packed, values, *args, **kwargs)


def to_file(a: ndarray, fid: Any, sep: str = "", format: str = "%s") -> None:
    """The array's method `tofile`."""
    values = numpy.ascontiguousarray(host(a))
    if not isinstance(fid, str | os.PathLike):
        values.tofile(fid, sep, format)
        return
    with _opened(fid, "tofile", "") as out:
        if sep:
            out.write(sep.join(format % number for number in values.reshape(-1).tolist()).encode())
        else:
            out.write(values.data)


def to_bytes(a: ndarray, order: str = "C") -> bytes:
    """The array's method `tobytes`."""
    return host(a).tobytes(order)


__all__ = [
    "frombuffer",
    "fromfile",
    "fromstring",
    "genfromtxt",
    "load",
    "loadtxt",
    "save",
    "savetxt",
    "savez",
    "savez_compressed",
]
