"""Caffe's nets as Weft blocks, and Caffe's solvers, which train them as they stand.

>>> import weft
>>> net = weft.caffe.load("deploy.prototxt", "net.caffemodel")  # doctest: +SKIP
>>> y = net(weft.np.ones((1, 3, 227, 227)))  # doctest: +SKIP
>>> solver = weft.caffe.Solver("solver.prototxt")  # doctest: +SKIP

It needs the package `protobuf`, and training those of its data: `pip install '.[caffe]'`.
"""

from weft.caffe._load import load, missing
from weft.caffe._solver import Solver
from weft.caffe._train import train

__all__ = ["Solver", "load", "missing", "train"]
__dir__ = __all__.copy
