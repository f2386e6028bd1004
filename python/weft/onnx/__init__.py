"""ONNX models as Weft blocks, and Weft networks as ONNX models.

>>> import weft
>>> net = weft.onnx.load("model.onnx")  # doctest: +SKIP
>>> net.hybridize()  # doctest: +SKIP
>>> y = net(weft.np.ones((1, 3, 224, 224)))  # doctest: +SKIP

It needs the package `onnx`: `pip install '.[onnx]'`.
"""

from weft._base.packages import package as _package

_package("weft.onnx", "onnx", "onnx")

from weft.onnx._export._export import export  # noqa: E402 - it imports what is asked for above
from weft.onnx._load import load, missing  # noqa: E402

__all__ = ["export", "load", "missing"]
__dir__ = __all__.copy
