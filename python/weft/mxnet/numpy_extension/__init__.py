"""What NumPy lacks, as `mx.npx` has it: operators of layers, modes, devices, files, control flow.

Functions that Weft has with MXNet's meaning are its own; the others call MXNet's operators.

>>> from weft.mxnet import np, npx
>>> npx.set_np()
>>> npx.topk(np.array([1.0, 3.0, 2.0]), k=2)
array([1., 2.])
"""

from typing import TYPE_CHECKING, Any

from weft import npx as _npx
from weft._base import spelling as _spelling
from weft.mxnet import _array_methods  # noqa: F401 - arrays get MXNet's methods
from weft.mxnet._npx_functions import FUNCTIONS as _FUNCTIONS
from weft.mxnet.device import (
    Device,
    cpu,
    cpu_pinned,
    current_device,
    gpu,
    gpu_memory_info,
    num_gpus,
)
from weft.mxnet.numpy_extension import _more, _sliding, random
from weft.mxnet.numpy_extension._control import cond, foreach, while_loop
from weft.mxnet.numpy_extension._files import load, save, savez
from weft.mxnet.numpy_extension._more import *  # noqa: F403
from weft.mxnet.numpy_extension._sliding import *  # noqa: F403
from weft.mxnet.util import (
    get_cuda_compute_capability,
    is_np_array,
    is_np_default_dtype,
    is_np_shape,
    np_array,
    np_shape,
    reset_np,
    set_np,
    set_np_default_dtype,
    use_np,
    use_np_array,
    use_np_shape,
)
from weft.npx import waitall

current_context = current_device

# Weft's own operators of this kind under one roof; those of MXNet's table count.
_OWN = {*_more.__all__, *_sliding.__all__, "load", "save", "random"}
_OWN |= {"cond", "foreach", "while_loop"}
_WEFTS = {name: getattr(_npx, name) for name in _npx.__all__ if name not in _OWN}
globals().update(_WEFTS)
globals().update({name: f for name, f in _FUNCTIONS.items() if name not in _OWN})

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.numpy_extension", {}, ("np", "npx"))

    def __getattr__(name: str) -> Any:
        if name == "image":
            import weft.mxnet.numpy_extension.image as image

            return image
        return _find(name)


_NAMED = {"cond", "foreach", "load", "random", "save", "savez", "waitall", "while_loop"}
_COMPUTED = {*_more.__all__, *_sliding.__all__, *_WEFTS, *_FUNCTIONS}

__all__ = [
    *sorted(_COMPUTED - _NAMED),
    "Device",
    "cond",
    "cpu",
    "cpu_pinned",
    "current_context",
    "current_device",
    "foreach",
    "get_cuda_compute_capability",
    "gpu",
    "gpu_memory_info",
    "is_np_array",
    "is_np_default_dtype",
    "is_np_shape",
    "load",
    "np_array",
    "np_shape",
    "num_gpus",
    "random",
    "reset_np",
    "save",
    "savez",
    "set_np",
    "set_np_default_dtype",
    "use_np",
    "use_np_array",
    "use_np_shape",
    "waitall",
    "while_loop",
]
__dir__ = __all__.copy
