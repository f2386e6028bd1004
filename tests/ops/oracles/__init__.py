"""NumPy formulas for operators that NumPy and SciPy lack, or spell differently.

Each takes the inputs as NumPy arrays and the attributes by name. `NO_ORACLE` says why an operator
has none; the suite prints the reason.
"""

import importlib
import pkgutil

NO_ORACLE = {
    "uniform": "random numbers: tests/python/test_random.py looks at their distribution",
    "normal": "random numbers: tests/python/test_random.py compares them with the distribution",
    "exponential": "random numbers: tests/python/test_random.py compares them too",
    "randint": "random numbers: tests/python/test_random.py counts them",
    "poisson": "random numbers: tests/ops/test_distributions.py counts them",
    "binomial": "random numbers: tests/ops/test_distributions.py counts them",
    **dict.fromkeys(
        ("hypergeometric", "logseries", "zipf", "standard_gamma", "log_standard_gamma", "wald"),
        "random numbers: tests/ops/test_distributions.py compares them with the distribution",
    ),
    "vonmises": "random angles: tests/ops/test_distributions.py compares them, too",
    "permutation": "random order: tests/python/test_random.py looks at it",
    **dict.fromkeys(
        ("svd", "svd_whole", "qr", "qr_whole", "eig", "eigh"),
        "signs of vectors are free: tests/python/test_linalg.py puts the factors together",
    ),
    **dict.fromkeys(
        ("lapack_svd", "lapack_svd_whole", "lapack_qr", "lapack_qr_whole", "lapack_eig"),
        "signs of vectors are free: tests/python/test_linalg.py puts the factors together",
    ),
    **dict.fromkeys(
        ("lapack_eigh", "small_eigh"),
        "signs of vectors are free: tests/python/test_small_systems.py looks at them",
    ),
    "outside_jitter": "random numbers: tests/python/test_register.py looks at them",
}

_MODULES = [importlib.import_module(f"oracles.{m.name}") for m in pkgutil.iter_modules(__path__)]
BY_NAME = {
    name.rstrip("_"): function
    for module in _MODULES
    for name, function in vars(module).items()
    if callable(function) and not name.startswith("_")
}
