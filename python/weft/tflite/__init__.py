"""TensorFlow Lite models as Weft blocks: float models, and int8 models with the same integers.

>>> import weft
>>> net = weft.tflite.load("model.tflite")  # doctest: +SKIP
>>> net.hybridize()  # doctest: +SKIP
>>> net.export("model.weft", *examples)  # doctest: +SKIP

It needs the package `tflite`: `pip install '.[tflite]'`.
"""

from weft.tflite._load import load, missing

__all__ = ["load", "missing"]
__dir__ = __all__.copy
