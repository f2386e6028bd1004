"""ONNX models as Weft blocks, and Weft networks as ONNX models.

>>> import weft
>>> net = weft.onnx.load("model.onnx")  # doctest: +SKIP
>>> net.hybridize()  # doctest: +SKIP
>>> y = net(weft.np.ones((1, 3, 224, 224)))  # doctest: +SKIP

It needs the package `onnx`: `pip install weft[onnx]`.
"""

from weft.onnx._export._export import export
from weft.onnx._load import load, missing

__all__ = ["export", "load", "missing"]
__dir__ = __all__.copy
