"""Operators of 2.0 by their own names: `_internal.add` is the operator `_npi_add`.

Programs of 2.0 that write operators of their own import them from here.

>>> from weft import mxnet as mx
>>> from weft.mxnet.numpy import _internal
>>> _internal.squeeze(mx.np.ones((1, 2))).shape
(2,)
"""

from typing import TYPE_CHECKING, Any

from weft._base.errors import MissingAttribute
from weft._base.spelling import hint
from weft.mxnet._npx_functions import function_of
from weft.mxnet._operators import RULES, rule_of

_PREFIXES = ("_npi_", "_np_")
_NAMES = sorted(
    {name[len(p) :] for _, name in RULES.names() for p in _PREFIXES if name.startswith(p)}
)

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        for prefix in _PREFIXES:
            if not name.startswith("__") and rule_of(prefix + name) is not None:
                globals()[name] = found = function_of(name, prefix + name)
                return found
        near = hint(name, {}, _NAMES)
        raise MissingAttribute(
            f"module 'weft.mxnet.numpy._internal' has no attribute '{name}'{near}"
        )


__all__: Any = [*_NAMES]
__dir__ = __all__.copy
