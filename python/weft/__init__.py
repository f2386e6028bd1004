"""Weft: deep learning with one engine, from Python to a microcontroller.

Submodules are imported when they are first used, so `import weft` costs next to nothing and
`weft.runtime` works without NumPy and without the extension module.

>>> import weft
>>> x = weft.np.array([1.0, 2.0])
>>> x.attach_grad()
>>> with weft.autograd.record():
...     y = (x * x).sum()
>>> y.backward()
>>> x.grad
array([2., 4.])
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base.errors import Error
from weft._version import __version__

if TYPE_CHECKING:
    from weft import (
        amp,
        audio,
        autograd,
        caffe,
        callbacks,
        checkpoint,
        compression,
        debug,
        device,
        distributed,
        engine,
        gluon,
        hub,
        init,
        kv,
        library,
        lr_scheduler,
        memory,
        metric,
        mxnet,
        np,
        npx,
        onnx,
        optimizer,
        profiler,
        quantization,
        runtime,
        sklearn,
        sparse,
        sym,
        testing,
        tflite,
        torch,
        training,
        viz,
    )
    from weft._batching.vmap import vmap
    from weft._core.dimensions import Dim
    from weft._core.seeding import seed
    from weft._export.export import export
    from weft._trace.planned import hybridize
    from weft.checkpoint import load_checkpoint, save_checkpoint
    from weft.device import Device, cpu
    from weft.library import register_op
    from weft.np import random
    from weft.quantization import quantize
    from weft.training import Model

# Pickles of earlier versions name modules that have moved: `_moved/` has their names.
__path__ = [*__path__, f"{__path__[0]}/_moved"]

_ELSEWHERE = {
    "Device": ("weft.device", "Device"),
    "Dim": ("weft._core.dimensions", "Dim"),
    "Model": ("weft.training", "Model"),
    "cpu": ("weft.device", "cpu"),
    "export": ("weft._export.export", "export"),
    "hybridize": ("weft._trace.planned", "hybridize"),
    "load_checkpoint": ("weft.checkpoint", "load_checkpoint"),
    "quantize": ("weft.quantization", "quantize"),
    "random": ("weft.np.random", None),
    "register_op": ("weft.library", "register_op"),
    "save_checkpoint": ("weft.checkpoint", "save_checkpoint"),
    "seed": ("weft._core.seeding", "seed"),
    "vmap": ("weft._batching.vmap", "vmap"),
}

__all__ = [
    "Device",
    "Dim",
    "Error",
    "Model",
    "__version__",
    "amp",
    "audio",
    "autograd",
    "caffe",
    "callbacks",
    "checkpoint",
    "compression",
    "cpu",
    "debug",
    "device",
    "distributed",
    "engine",
    "export",
    "gluon",
    "hub",
    "hybridize",
    "init",
    "kv",
    "library",
    "load_checkpoint",
    "lr_scheduler",
    "memory",
    "metric",
    "mxnet",
    "np",
    "npx",
    "onnx",
    "optimizer",
    "profiler",
    "quantization",
    "quantize",
    "random",
    "register_op",
    "runtime",
    "save_checkpoint",
    "seed",
    "sklearn",
    "sparse",
    "sym",
    "testing",
    "tflite",
    "torch",
    "training",
    "viz",
    "vmap",
]


def __getattr__(name: str) -> Any:
    if name in _ELSEWHERE:
        module, attribute = _ELSEWHERE[name]
        found = importlib.import_module(module)
        return getattr(found, attribute) if attribute else found
    if name in __all__:
        return _module(name)
    if name.startswith("_"):
        raise AttributeError(f"module 'weft' has no attribute {name!r}")
    from weft._base.spelling import finder
    from weft._base.words import PACKAGE

    places = ("np", "npx", "gluon", "gluon.nn", "gluon.data", "callbacks", "autograd")
    return finder("weft", PACKAGE, places)(name)


def _module(name: str) -> Any:
    """A module of the package. Raises AttributeError where it needs a package that is not
    installed, so that `hasattr` can be asked; `import weft.onnx` raises ImportError."""
    try:
        return importlib.import_module(f"weft.{name}")
    except ImportError as error:
        from weft._base.errors import MissingAttribute

        raise MissingAttribute(f"module 'weft' has no attribute {name!r} here: {error}") from error


__dir__ = __all__.copy
