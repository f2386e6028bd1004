"""Modules of MXNet that few programs import: `mxnet.log` and its like. The package shows them under
their own names, so that its folder keeps what most programs use."""

__all__: list[str] = []
__dir__ = __all__.copy
