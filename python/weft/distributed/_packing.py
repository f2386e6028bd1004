"""Named arrays and plain values as bytes, and back: a JSON text, then the elements of the arrays.

Nothing in it can be anything but numbers and texts, and lengths are checked before they are used.
"""

import json
import struct
from collections.abc import Mapping
from typing import Any

from weft._base.errors import FileFailure
from weft._core import native
from weft._core.typing import ndarray

_LENGTH = struct.Struct("!Q")


def packed(arrays: Mapping[str, ndarray], plain: Any = None) -> bytes:
    """The bytes of arrays and of what JSON can say."""
    contents, described = [], []
    for name, array in arrays.items():
        dtype, shape, content = _parts(array)
        contents.append(content)
        described.append([name, dtype, list(shape), len(content)])
    text = json.dumps({"arrays": described, "plain": plain}).encode()
    return b"".join([_LENGTH.pack(len(text)), text, *contents])


def _parts(array: ndarray) -> tuple[str, tuple[int, ...], bytes]:
    """Dtype, shape and the elements as they are, of any dtype. An array of a derived class, such as
    MXNet's, is one with an array in it."""
    parts = array.__reduce_ex__(2)[1]
    return parts if len(parts) == 3 else _parts(parts[0])


def unpacked(data: bytes) -> tuple[dict[str, ndarray], Any]:
    """What was packed. Raises OSError for what `packed` did not make."""
    try:
        (length,) = _LENGTH.unpack_from(data)
        told = json.loads(data[_LENGTH.size : _LENGTH.size + length])
        place, arrays = _LENGTH.size + length, {}
        for name, dtype, shape, count in told["arrays"]:
            arrays[str(name)] = native.tensor_from_bytes(dtype, shape, data[place : place + count])
            place += count
        return arrays, told["plain"]
    except (struct.error, ValueError, TypeError, KeyError) as error:
        raise FileFailure(f"a message of arrays is damaged: {error}") from error


__all__ = ["packed", "unpacked"]
