"""Weft's graphs written as ONNX: a table of primitive operators, one module a family.

`_graph` reads what is exported, `_extents` finds which extents only a run knows, `_scope` and
`_call` are what rules write with, `_write` goes over the nodes, `_export` is the function.
"""
