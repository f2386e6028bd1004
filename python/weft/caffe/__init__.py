"""Caffe's nets as Weft blocks.

>>> import weft
>>> net = weft.caffe.load("deploy.prototxt", "net.caffemodel")  # doctest: +SKIP
>>> y = net(weft.np.ones((1, 3, 227, 227)))  # doctest: +SKIP

It needs the package `protobuf`: `pip install weft[caffe]`.
"""

from weft.caffe._load import load, missing

__all__ = ["load", "missing"]
__dir__ = __all__.copy
