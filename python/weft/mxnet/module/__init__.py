"""Networks as modules of 1.x: a symbol with arrays, an optimizer and a training loop, `mx.mod`.

>>> from weft import mxnet as mx
>>> net = mx.sym.FullyConnected(mx.sym.Variable("data"), num_hidden=2, name="fc")
>>> module = mx.mod.Module(mx.sym.SoftmaxOutput(net, name="softmax"))
>>> module.bind([("data", (4, 3))], [("softmax_label", (4,))])
>>> module.output_shapes
[('softmax_output', (4, 2))]
"""

from weft.mxnet.module import (  # noqa: F401  # noqa: F401
    base_module,
    bucketing_module,
    executor_group,
    python_module,
    sequential_module,
)
from weft.mxnet.module import module as module
from weft.mxnet.module.base_module import BaseModule
from weft.mxnet.module.bucketing_module import BucketingModule
from weft.mxnet.module.module import Module
from weft.mxnet.module.python_module import PythonLossModule, PythonModule
from weft.mxnet.module.sequential_module import SequentialModule

__all__ = [
    "BaseModule",
    "BucketingModule",
    "Module",
    "PythonLossModule",
    "PythonModule",
    "SequentialModule",
]
__dir__ = __all__.copy
