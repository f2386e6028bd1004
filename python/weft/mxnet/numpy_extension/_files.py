"""Files of arrays as `mx.npx` reads and writes them: NumPy's .npy and .npz.

>>> from weft import np
>>> from weft import mxnet as mx
>>> mx.npx.savez("pair.npz", w=np.ones((2, 2)), b=np.zeros(2))
>>> sorted(mx.npx.load("pair.npz"))
['b', 'w']
"""

from collections.abc import Mapping
from os import PathLike
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft._mxnet_files import content as _files
from weft._mxnet_files import numpy_files as _numpy_files
from weft._mxnet_files.records import record_of as _record_of
from weft.mxnet import _modes
from weft.mxnet import ndarray as _lists
from weft.mxnet.ndarray._array import Sparse as _Sparse
from weft.mxnet.ndarray._array import plain
from weft.mxnet.ndarray._files import record as _record
from weft.mxnet.ndarray._files import stored as _stored


def save(file: str | PathLike[str], arr: Any) -> None:
    """Writes one array as a .npy; a list or a dict of arrays as a list file, as 1.x does."""
    if isinstance(arr, Mapping | list | tuple):
        _lists.save(file, arr)
        return
    if not isinstance(arr, ndarray):
        raise InvalidType(f"save: `arr` must be an array; got {type(arr).__name__}")
    _files.write_bytes(file, _numpy_files.write_npy(_record_of(arr)))


def savez(file: str | PathLike[str], *args: ndarray, **kwds: ndarray) -> None:
    """Writes arrays as a .npz, an uncompressed zip; those without a name are `arr_0`, `arr_1`, …"""
    named: dict[str, Any] = dict(kwds)
    for number, array in enumerate(args):
        if f"arr_{number}" in named:
            raise InvalidValue(f"savez: the name `arr_{number}` is that of an array without a name")
        named[f"arr_{number}"] = array
    for name, array in named.items():
        if not isinstance(array, ndarray | _Sparse):
            raise InvalidType(f"savez: `{name}` must be an array; got {type(array).__name__}")
    records = {name: _record(array, "savez") for name, array in named.items()}
    _files.write_bytes(file, _numpy_files.write_npz(records))


def load(file: str | PathLike[str]) -> Any:
    """The array of a .npy, the arrays of a .npz by name, or what a list file has.

    Raises OSError for a file that is missing, damaged or of another kind; objects are never read.
    """
    found = _files.read(file, "load")
    if found.kind == "npz":
        named = zip(found.names, found.records, strict=True)
        return {n: r.array() if r.stype == "default" else _stored(r) for n, r in named if r}
    if found.kind == "npy":
        return found.records[0].array() if found.records[0] else None
    return _plain(_lists.load(file)) if _modes.read("array") else _lists.load(file)


def _plain(found: Any) -> Any:
    """Arrays of a list file as those of `mx.np`; sparse ones stay."""
    if isinstance(found, dict):
        return {name: plain(array) for name, array in found.items()}
    return [plain(array) for array in found] if isinstance(found, list) else plain(found)


__all__ = ["load", "save", "savez"]
