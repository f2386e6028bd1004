"""A home for programs and files of Apache MXNet: its names, with its meaning, on Weft.

>>> from weft import mxnet as mx
>>> net = mx.gluon.SymbolBlock.imports(
...     "model-symbol.json", ["data"], "model-0000.params")  # doctest: +SKIP

Modules are imported when they are first used. What differs from MXNet, and the native names to move
to over time, are in docs/from-mxnet.md.
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words

if TYPE_CHECKING:
    from weft.mxnet import (
        gluon,
        im2rec,
        image,
        initializer,
        io,
        lr_scheduler,
        metric,
        model,
        ndarray,
        numpy_extension,
        optimizer,
        recordio,
    )
    from weft.mxnet import image as img
    from weft.mxnet import initializer as init
    from weft.mxnet import ndarray as nd
    from weft.mxnet import numpy_extension as npx

# By name: the module, and the name in it where it is not the module itself.
_ELSEWHERE: dict[str, tuple[str, str | None]] = {
    "gluon": ("gluon", None),
    "im2rec": ("im2rec", None),
    "image": ("image", None),
    "img": ("image", None),
    "init": ("initializer", None),
    "initializer": ("initializer", None),
    "io": ("io", None),
    "lr_scheduler": ("lr_scheduler", None),
    "metric": ("metric", None),
    "model": ("model", None),
    "nd": ("ndarray", None),
    "ndarray": ("ndarray", None),
    "npx": ("numpy_extension", None),
    "numpy_extension": ("numpy_extension", None),
    "optimizer": ("optimizer", None),
    "recordio": ("recordio", None),
}

__all__ = [
    "gluon",
    "im2rec",
    "image",
    "img",
    "init",
    "initializer",
    "io",
    "lr_scheduler",
    "metric",
    "model",
    "nd",
    "ndarray",
    "npx",
    "numpy_extension",
    "optimizer",
    "recordio",
]


# What is native, and not here: the same words with Weft's meaning.
_NATIVE = ["autograd", "cpu", "engine", "np", "random", "sym"]
_find = _spelling.finder(
    "weft.mxnet", _words.PACKAGE | {name: f"write `weft.{name}`" for name in _NATIVE}
)


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        return _find(name)
    module, attribute = _ELSEWHERE[name]
    found = importlib.import_module(f"weft.mxnet.{module}")
    return getattr(found, attribute) if attribute else found


__dir__ = __all__.copy
