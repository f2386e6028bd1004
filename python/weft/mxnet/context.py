"""Devices under their name of 1.x: contexts.

>>> from weft import mxnet as mx
>>> mx.context.current_context()
cpu(0)
"""

from weft.mxnet.device import Device as Context
from weft.mxnet.device import (
    cpu,
    cpu_pinned,
    gpu,
    gpu_memory_info,
    num_gpus,
)
from weft.mxnet.device import current_device as current_context

__all__ = [
    "Context",
    "cpu",
    "cpu_pinned",
    "current_context",
    "gpu",
    "gpu_memory_info",
    "num_gpus",
]
__dir__ = __all__.copy
