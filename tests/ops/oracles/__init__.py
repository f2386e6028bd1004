"""NumPy formulas for operators that NumPy and SciPy lack, or spell differently.

Each takes the inputs as NumPy arrays and the attributes by name. `NO_ORACLE` says why an operator
has none; the suite prints the reason.
"""

from oracles import (
    activations,
    attention,
    convolution,
    images,
    indexing,
    losses,
    norms,
    optimizers,
    others,
    pooling,
    quantized,
    recurrent,
    shape,
    softmax,
)

NO_ORACLE = {
    "uniform": "random numbers: tests/python/test_random.py looks at their distribution",
    "normal": "random numbers: tests/python/test_random.py compares them with the distribution",
    "exponential": "random numbers: tests/python/test_random.py compares them too",
    "randint": "random numbers: tests/python/test_random.py counts them",
    "permutation": "random order: tests/python/test_random.py looks at it",
    "outside_jitter": "random numbers: tests/python/test_register.py looks at them",
}

_MODULES = (
    activations,
    attention,
    convolution,
    images,
    indexing,
    losses,
    norms,
    optimizers,
    others,
    pooling,
    quantized,
    recurrent,
    shape,
    softmax,
)
BY_NAME = {
    name.rstrip("_"): function
    for module in _MODULES
    for name, function in vars(module).items()
    if callable(function) and not name.startswith("_")
}
