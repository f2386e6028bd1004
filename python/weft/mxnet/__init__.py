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
        autograd,
        base,
        context,
        device,
        engine,
        gluon,
        im2rec,
        image,
        io,
        model,
        ndarray,
        numpy,
        numpy_extension,
        profiler,
        random,
        recordio,
        runtime,
        test_utils,
        util,
    )
    from weft.mxnet import image as img
    from weft.mxnet import ndarray as nd
    from weft.mxnet import numpy as np
    from weft.mxnet import numpy_extension as npx
    from weft.mxnet import random as rnd
    from weft.mxnet.base import (
        MXNetError,
    )
    from weft.mxnet.device import (
        Device as Context,
        Device,
        cpu,
        cpu_pinned,
        current_device as current_context,
        current_device,
        gpu,
        gpu_memory_info,
        num_gpus,
    )
    from weft.mxnet.numpy_extension import (
        waitall,
    )
    from weft.mxnet.util import (
        is_np_array,
        is_np_shape,
        np_array,
        np_shape,
        set_np_shape,
        use_np,
    )
    from weft.mxnet._report import report

# By name: the module, and the name in it where it is not the module itself.
_ELSEWHERE: dict[str, tuple[str, str | None]] = {
    "Context": ("device", "Device"),
    "Device": ("device", "Device"),
    "MXNetError": ("base", "MXNetError"),
    "autograd": ("autograd", None),
    "base": ("base", None),
    "context": ("context", None),
    "cpu": ("device", "cpu"),
    "cpu_pinned": ("device", "cpu_pinned"),
    "current_context": ("device", "current_device"),
    "current_device": ("device", "current_device"),
    "device": ("device", None),
    "engine": ("engine", None),
    "AttrScope": ("attribute", "AttrScope"),
    "Monitor": ("monitor", "Monitor"),
    "Symbol": ("symbol", "Symbol"),
    "attribute": ("attribute", None),
    "callback": ("callback", None),
    "executor": ("executor", None),
    "gluon": ("gluon", None),
    "gpu": ("device", "gpu"),
    "gpu_memory_info": ("device", "gpu_memory_info"),
    "im2rec": ("im2rec", None),
    "image": ("image", None),
    "img": ("image", None),
    "io": ("io", None),
    "is_np_array": ("util", "is_np_array"),
    "is_np_shape": ("util", "is_np_shape"),
    "kv": ("kvstore", None),
    "kvstore": ("kvstore", None),
    "mod": ("module", None),
    "model": ("model", None),
    "module": ("module", None),
    "mon": ("monitor", None),
    "monitor": ("monitor", None),
    "name": ("name", None),
    "nd": ("ndarray", None),
    "ndarray": ("ndarray", None),
    "np": ("numpy", None),
    "np_array": ("util", "np_array"),
    "np_shape": ("util", "np_shape"),
    "npx": ("numpy_extension", None),
    "num_gpus": ("device", "num_gpus"),
    "numpy": ("numpy", None),
    "numpy_extension": ("numpy_extension", None),
    "profiler": ("profiler", None),
    "random": ("random", None),
    "recordio": ("recordio", None),
    "report": ("_report", "report"),
    "rnd": ("random", None),
    "runtime": ("runtime", None),
    "set_np_shape": ("util", "set_np_shape"),
    "test_utils": ("test_utils", None),
    "use_np": ("util", "use_np"),
    "util": ("util", None),
    "waitall": ("numpy_extension", "waitall"),
}

__all__ = [
    "Context",
    "Device",
    "MXNetError",
    "autograd",
    "base",
    "context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "current_device",
    "device",
    "engine",
    "rnn": ("rnn", None),
    "sym": ("symbol", None),
    "symbol": ("symbol", None),
    "visualization": ("visualization", None),
    "viz": ("visualization", None),
}

__all__ = [
    "AttrScope",
    "Monitor",
    "Symbol",
    "attribute",
    "callback",
    "executor",
    "gluon",
    "gpu",
    "gpu_memory_info",
    "im2rec",
    "image",
    "img",
    "io",
    "is_np_array",
    "is_np_shape",
    "kv",
    "kvstore",
    "mod",
    "model",
    "module",
    "mon",
    "monitor",
    "name",
    "nd",
    "ndarray",
    "np",
    "np_array",
    "np_shape",
    "npx",
    "num_gpus",
    "numpy",
    "numpy_extension",
    "profiler",
    "random",
    "recordio",
    "report",
    "rnd",
    "runtime",
    "set_np_shape",
    "test_utils",
    "use_np",
    "util",
    "waitall",
    "rnn",
    "sym",
    "symbol",
    "visualization",
    "viz",
]


# What is native, and not here: the same words with Weft's meaning.
_NATIVE = [
    "init",
    "lr_scheduler",
    "metric",
    "optimizer",
    "sym",
    "random",
]
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
