"""The errors of `mx.error`: what every error of Weft is, and the one for a defect.

>>> from weft import mxnet as mx
>>> issubclass(mx.error.InternalError, mx.MXNetError)
True
"""

from typing import Any

from weft._base.errors import Internal as InternalError
from weft._base.errors import InvalidType
from weft.mxnet.base import MXNetError, error_types


def register(func_name: Any = None, cls: Any = None) -> Any:
    """Decorator: notes a class of errors under its name, or under another one.

    func_name: the class, or the name; cls: the class, where a name is given

    Raises TypeError for what is no class of errors.
    """
    if isinstance(func_name, str):
        return _noted(func_name, cls) if cls is not None else lambda kind: _noted(func_name, kind)
    return _noted(getattr(func_name, "__name__", ""), func_name)


def _noted(name: str, kind: Any) -> Any:
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise InvalidType(f"register: `cls` must be a class of errors; got {kind!r}")
    error_types[name] = kind
    return kind


for _kind in (ValueError, TypeError, AttributeError, IndexError, NotImplementedError, OSError):
    register(_kind)
for _kind in (FloatingPointError, RuntimeError):
    register(_kind)
register("IOError", OSError)
register("InternalError", InternalError)

__all__ = ["InternalError", "MXNetError", "register"]
__dir__ = __all__.copy
