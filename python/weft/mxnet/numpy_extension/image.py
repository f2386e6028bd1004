"""Pictures as `mx.npx.image` has them: the operators of `mx.nd.image` on arrays of `mx.np`, and
what `mx.image` has.

>>> from weft import mxnet as mx
>>> mx.npx.image.to_tensor(mx.np.array([[[255], [0]]])).tolist()
[[[1.0, 0.0]]]
"""

from typing import TYPE_CHECKING, Any

from weft._base.spelling import public_module
from weft.mxnet._npx_functions import function_of
from weft.mxnet._operators import RULES

_PREFIX = "_npx__image_"
_OPERATORS = sorted(name[len(_PREFIX) :] for _, name in RULES.names() if name.startswith(_PREFIX))

globals().update({name: function_of(name, _PREFIX + name) for name in _OPERATORS})

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        return getattr(public_module("mxnet.image"), name)


__all__: Any = [*_OPERATORS]
__dir__ = __all__.copy
