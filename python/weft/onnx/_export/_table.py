"""The one table: primitive operators of Weft as nodes of ONNX. The families' modules fill it."""

from weft.onnx._export._call import Table

rules = Table()
