"""What programs test themselves with: comparisons, random arrays, checks of gradients.

>>> from weft.mxnet import np, test_utils
>>> test_utils.assert_almost_equal(np.ones(3), np.ones(3) + 1e-6)
>>> len(test_utils.rand_shape_nd(3))
3
"""

import json
import logging
import os
import sys
import time
from typing import TYPE_CHECKING, Any

import numpy as _numpy

from weft._base import spelling as _spelling
from weft.mxnet.device import Device as Context
from weft.mxnet.device import current_device
from weft.mxnet.device import current_device as current_context
from weft.mxnet.ndarray import NDArray, array
from weft.mxnet.runtime import Features
from weft.mxnet.test_utils import (
    _arrays,
    _checking,
    _comparing,
    _distributions,
    _environment,
)
from weft.mxnet.test_utils._arrays import *  # noqa: F403
from weft.mxnet.test_utils._checking import *  # noqa: F403
from weft.mxnet.test_utils._comparing import *  # noqa: F403
from weft.mxnet.test_utils._distributions import *  # noqa: F403
from weft.mxnet.test_utils._environment import *  # noqa: F403
from weft.mxnet.test_utils._environment import default_device, set_default_device
from weft.mxnet.util import (
    get_cuda_compute_capability,
    getenv,
    setenv,
    use_np,
    use_np_default_dtype,
)

default_context, set_default_context = default_device, set_default_device

# Programs that say `from mxnet.test_utils import *` have these from there, too.
_MODULES = {"mx": "mxnet", "nd": "mxnet.ndarray"}
np, npt, rnd = _numpy, _numpy.testing, _numpy.random

if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    _find = _spelling.finder("weft.mxnet.test_utils", {})

    def __getattr__(name: str) -> Any:
        if name in _MODULES:
            return _spelling.public_module(_MODULES[name])
        return _find(name)


__all__ = [
    *_arrays.__all__,
    *_checking.__all__,
    *_comparing.__all__,
    *_distributions.__all__,
    *_environment.__all__,
    "Context",
    "Features",
    "NDArray",
    "array",
    "current_context",
    "current_device",
    "default_context",
    "get_cuda_compute_capability",
    "getenv",
    "json",
    "logging",
    "mx",  # noqa: F405
    "nd",  # noqa: F405
    "np",
    "npt",
    "os",
    "rnd",
    "set_default_context",
    "setenv",
    "sys",
    "time",
    "use_np",
    "use_np_default_dtype",
]
__dir__ = __all__.copy
