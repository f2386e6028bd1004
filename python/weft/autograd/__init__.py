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

from typing import TYPE_CHECKING

from weft._base import later as _later
from weft._base import spelling as _spelling
from weft._base import words as _words
from weft.autograd._recording import (
    backward,
    is_recording,
    is_training,
    pause,
    predict_mode,
    record,
    train_mode,
)

# Which module has which name of what not every program needs.
_PLACES = {
    "Function": "_function",
    "check_gradient": "_checking",
    "custom_jvp": "_custom",
    "custom_vjp": "_custom",
    "detect_anomaly": "_anomaly",
    "grad": "_derivatives",
    "hessian": "_matrices",
    "hvp": "_derivatives",
    "jacfwd": "_matrices",
    "jacobian": "_matrices",
    "jacrev": "_matrices",
    "jvp": "_derivatives",
    "value_and_grad": "_derivatives",
    "vjp": "_derivatives",
}

if TYPE_CHECKING:
    from weft.autograd._anomaly import detect_anomaly
    from weft.autograd._checking import check_gradient
    from weft.autograd._custom import custom_jvp, custom_vjp
    from weft.autograd._derivatives import grad, hvp, jvp, value_and_grad, vjp
    from weft.autograd._function import Function
    from weft.autograd._matrices import hessian, jacfwd, jacobian, jacrev
else:  # a type checker shall still see a misspelt name
    __getattr__ = _later.names_of(
        "weft.autograd", _PLACES, _spelling.finder("weft.autograd", _words.AUTOGRAD)
    )

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
