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
        amp,
        attribute,
        autograd,
        base,
        callback,
        context,
        contrib,
        device,
        engine,
        executor,
        gluon,
        im2rec,
        image,
        initializer,
        io,
        kvstore,
        lr_scheduler,
        metric,
        model,
        module,
        monitor,
        name,
        ndarray,
        numpy,
        numpy_extension,
        operator,
        optimizer,
        profiler,
        random,
        recordio,
        rnn,
        runtime,
        symbol,
        test_utils,
        util,
        visualization,
    )
    from weft.mxnet import image as img
    from weft.mxnet import initializer as init
    from weft.mxnet import kvstore as kv
    from weft.mxnet import module as mod
    from weft.mxnet import monitor as mon
    from weft.mxnet import ndarray as nd
    from weft.mxnet import numpy as np
    from weft.mxnet import numpy_extension as npx
    from weft.mxnet import random as rnd
    from weft.mxnet import symbol as sym
    from weft.mxnet import visualization as viz
    from weft.mxnet._modules import error, libinfo, library, log, registry
    from weft.mxnet._report import report
    from weft.mxnet.attribute import AttrScope
    from weft.mxnet.base import MXNetError
    from weft.mxnet.device import (
        Device,
        cpu,
        cpu_pinned,
        current_device,
        gpu,
        gpu_memory_info,
        num_gpus,
    )
    from weft.mxnet.device import Device as Context
    from weft.mxnet.device import current_device as current_context
    from weft.mxnet.monitor import Monitor
    from weft.mxnet.numpy import _dispatch as numpy_dispatch_protocol
    from weft.mxnet.numpy_extension import waitall
    from weft.mxnet.symbol import Symbol
    from weft.mxnet.util import (
        is_np_array,
        is_np_shape,
        np_array,
        np_shape,
        set_np_shape,
        use_np,
        use_np_shape,
    )

# By name: the module, and the name in it where it is not the module itself.
_ELSEWHERE: dict[str, tuple[str, str | None]] = {
    "AttrScope": ("attribute", "AttrScope"),
    "Context": ("device", "Device"),
    "Device": ("device", "Device"),
    "MXNetError": ("base", "MXNetError"),
    "Monitor": ("monitor", "Monitor"),
    "Symbol": ("symbol", "Symbol"),
    "__version__": ("_modules.libinfo", "__version__"),
    "_deferred_compute": ("_modules.deferred_compute", None),
    "_history": ("gluon._history", None),
    "_python_operators": ("_python_operators", None),
    "amp": ("amp", None),
    "attribute": ("attribute", None),
    "autograd": ("autograd", None),
    "base": ("base", None),
    "callback": ("callback", None),
    "context": ("context", None),
    "contrib": ("contrib", None),
    "cpu": ("device", "cpu"),
    "cpu_pinned": ("device", "cpu_pinned"),
    "current_context": ("device", "current_device"),
    "current_device": ("device", "current_device"),
    "device": ("device", None),
    "engine": ("engine", None),
    "error": ("_modules.error", None),
    "executor": ("executor", None),
    "gluon": ("gluon", None),
    "gpu": ("device", "gpu"),
    "gpu_memory_info": ("device", "gpu_memory_info"),
    "im2rec": ("im2rec", None),
    "image": ("image", None),
    "img": ("image", None),
    "init": ("initializer", None),
    "initializer": ("initializer", None),
    "io": ("io", None),
    "is_np_array": ("util", "is_np_array"),
    "is_np_shape": ("util", "is_np_shape"),
    "kv": ("kvstore", None),
    "kvstore": ("kvstore", None),
    "libinfo": ("_modules.libinfo", None),
    "library": ("_modules.library", None),
    "log": ("_modules.log", None),
    "lr_scheduler": ("lr_scheduler", None),
    "metric": ("metric", None),
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
    "numpy_dispatch_protocol": ("numpy._dispatch", None),
    "numpy_extension": ("numpy_extension", None),
    "numpy_op_signature": ("_modules.numpy_op_signature", None),
    "operator": ("operator", None),
    "optimizer": ("optimizer", None),
    "profiler": ("profiler", None),
    "random": ("random", None),
    "recordio": ("recordio", None),
    "registry": ("_modules.registry", None),
    "report": ("_report", "report"),
    "rnd": ("random", None),
    "rnn": ("rnn", None),
    "runtime": ("runtime", None),
    "set_np_shape": ("util", "set_np_shape"),
    "sym": ("symbol", None),
    "symbol": ("symbol", None),
    "test_utils": ("test_utils", None),
    "use_np": ("util", "use_np"),
    "use_np_shape": ("util", "use_np_shape"),
    "util": ("util", None),
    "visualization": ("visualization", None),
    "viz": ("visualization", None),
    "waitall": ("numpy_extension", "waitall"),
}

__all__ = [
    "AttrScope",
    "Context",
    "Device",
    "MXNetError",
    "Monitor",
    "Symbol",
    "amp",
    "attribute",
    "autograd",
    "base",
    "callback",
    "context",
    "contrib",
    "cpu",
    "cpu_pinned",
    "current_context",
    "current_device",
    "device",
    "engine",
    "error",
    "executor",
    "gluon",
    "gpu",
    "gpu_memory_info",
    "im2rec",
    "image",
    "img",
    "init",
    "initializer",
    "io",
    "is_np_array",
    "is_np_shape",
    "kv",
    "kvstore",
    "libinfo",
    "library",
    "log",
    "lr_scheduler",
    "metric",
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
    "numpy_dispatch_protocol",
    "numpy_extension",
    "operator",
    "optimizer",
    "profiler",
    "random",
    "recordio",
    "registry",
    "report",
    "rnd",
    "rnn",
    "runtime",
    "set_np_shape",
    "sym",
    "symbol",
    "test_utils",
    "use_np",
    "use_np_shape",
    "util",
    "visualization",
    "viz",
    "waitall",
]


_find = _spelling.finder("weft.mxnet", _words.PACKAGE)
# Short names that this package itself never uses: they tell which arrays the program works with.
_TOLD = frozenset({"nd", "np", "npx"})


def __getattr__(name: str) -> Any:
    if name not in _ELSEWHERE:
        return _find(name)
    if name in _TOLD:
        from weft.mxnet import _modes

        _modes.hear(name)
    module, attribute = _ELSEWHERE[name]
    found = importlib.import_module(f"weft.mxnet.{module}")
    found = globals()[name] = getattr(found, attribute) if attribute else found
    return found


__dir__ = __all__.copy
