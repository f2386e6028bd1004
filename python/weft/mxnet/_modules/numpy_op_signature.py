"""Functions of `mx.np` and `mx.npx` by the names of MXNet's operators.

>>> from weft import mxnet as mx
>>> mx.numpy_op_signature._get_builtin_op("_npx_relu") is mx.npx.relu
True
"""

from typing import Any

from weft._base.errors import NotFound
from weft._base.spelling import public_module

_HOMES = {"_np_": "numpy", "_npx_": "numpy_extension"}
_INNER = ("random", "linalg", "image")  # modules below, as in `_npx_image_resize`


def _get_builtin_op(op_name: str) -> Any:
    """The function of an operator `_np_…` or `_npx_…`; None for other operators.

    Raises LookupError where there is none.
    """
    prefix = next((one for one in _HOMES if op_name.startswith(one)), None)
    if prefix is None:
        return None
    module: Any = public_module(f"mxnet.{_HOMES[prefix]}")
    name = op_name.removeprefix(prefix)
    for inner in _INNER:
        if name.startswith(f"_{inner}_") or name.startswith(f"{inner}_"):
            module, name = getattr(module, inner), name.lstrip("_").removeprefix(f"{inner}_")
            break
    found = getattr(module, name, None)
    if found is None:
        raise NotFound(f"_get_builtin_op: there is no function for the operator {op_name!r}")
    return found


__all__ = ["_get_builtin_op"]
__dir__ = __all__.copy
