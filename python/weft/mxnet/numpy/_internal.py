"""Operators behind `mx.np`, by MXNet's names for them: `mxnet.ndarray.numpy._internal`.

>>> from weft.mxnet import np
>>> np._internal.boolean_mask(np.array([1.0, 2.0, 3.0]), np.array([0, 1, 1]))
array([2., 3.])
"""

from typing import TYPE_CHECKING, Any

from weft._base.errors import MissingAttribute
from weft._base.spelling import hint
from weft.mxnet._npx_functions import function_of
from weft.mxnet._operators import RULES, rule_of

_PREFIX = "_npi_"


def _names() -> list[str]:
    return [name.removeprefix(_PREFIX) for _, name in RULES.names() if name.startswith(_PREFIX)]


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        if name.startswith("__") or rule_of(_PREFIX + name) is None:
            raise MissingAttribute(
                f"module 'weft.mxnet.numpy._internal' has no operator {name!r}"
                f"{hint(name, {}, _names())}"
            )
        found = globals()[name] = function_of(name, _PREFIX + name)
        return found


__all__: Any = _names()
__dir__ = __all__.copy
