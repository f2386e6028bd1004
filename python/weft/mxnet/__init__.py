"""A home for programs and files of Apache MXNet: its names, with its meaning, on Weft.

>>> import weft.mxnet as mx
>>> mx.recordio.unpack(mx.recordio.pack(mx.recordio.IRHeader(0, 3.0, 7, 0), b"data"))
(Header(flag=0, label=3.0, id=7, id2=0), b'data')

Modules are imported when they are first used. What differs from MXNet, and the native names to move
to over time, are in docs/from-mxnet.md.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from weft.mxnet import im2rec, image, io, recordio
    from weft.mxnet import image as img

# By name: the module, and the name in it where it is not the module itself.
_ELSEWHERE: dict[str, tuple[str, str | None]] = {
    "im2rec": ("im2rec", None),
    "image": ("image", None),
    "img": ("image", None),
    "io": ("io", None),
    "recordio": ("recordio", None),
}

__all__ = [
    "im2rec",
    "image",
    "img",
    "io",
    "recordio",
]


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        raise AttributeError(f"module 'weft.mxnet' has no attribute {name!r}")
    module, attribute = _ELSEWHERE[name]
    found = importlib.import_module(f"weft.mxnet.{module}")
    return getattr(found, attribute) if attribute else found


__dir__ = __all__.copy
