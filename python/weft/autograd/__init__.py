"""Recording operators and differentiating what they computed.

>>> from weft import autograd, np
>>> x = np.array([3.0])
>>> x.attach_grad()
>>> with autograd.record():
...     y = x * x
>>> y.backward()
>>> x.grad
array([6.])

Functions are differentiated as such:

>>> autograd.grad(lambda x: (x * x).sum())(np.array([3.0]))
array([6.])
"""

import importlib
from typing import TYPE_CHECKING, Any

from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.autograd._derivatives import grad, hvp, jvp, value_and_grad, vjp
from weft.autograd._function import Function
from weft.autograd._recording import (
    backward,
    is_recording,
    is_training,
    pause,
    predict_mode,
    record,
    train_mode,
)

_find = _spelling.finder("weft.autograd", _words.AUTOGRAD)

# What is imported when a program first asks for it, and where it is. JAX and PyTorch have the
# Jacobian under two names.
_LATER = {
    "check_gradient": "_checking",
    "custom_jvp": "_custom",
    "custom_vjp": "_custom",
    "detect_anomaly": "_anomaly",
    "hessian": "_matrices",
    "jacfwd": "_matrices",
    "jacobian": "_matrices",
    "jacrev": "_matrices",
}

if TYPE_CHECKING:
    from weft.autograd._anomaly import detect_anomaly
    from weft.autograd._checking import check_gradient
    from weft.autograd._custom import custom_jvp, custom_vjp
    from weft.autograd._matrices import hessian, jacfwd, jacrev
    from weft.autograd._matrices import jacrev as jacobian
else:  # a type checker shall still see a misspelt name

    def __getattr__(name: str) -> Any:
        if name not in _LATER:
            return _find(name)
        module = importlib.import_module(f"weft.autograd.{_LATER[name]}")
        found = getattr(module, "jacrev" if name == "jacobian" else name)
        globals()[name] = found
        return found


__all__ = [
    "Function",
    "backward",
    "check_gradient",
    "custom_jvp",
    "custom_vjp",
    "detect_anomaly",
    "grad",
    "hessian",
    "hvp",
    "is_recording",
    "is_training",
    "jacfwd",
    "jacobian",
    "jacrev",
    "jvp",
    "pause",
    "predict_mode",
    "record",
    "train_mode",
    "value_and_grad",
    "vjp",
]
__dir__ = __all__.copy
