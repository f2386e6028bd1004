"""What a public module shows: its own names, and nothing that it imports for itself."""

import importlib
import pkgutil
import types

import pytest
import weft
from weft._core import native

# NumPy and modules of Python, which programs of MXNet have by the star import of its test_utils.
OF_TESTS = {"json", "logging", "np", "npt", "os", "rnd", "sys", "time"}


def public_modules():
    found = [info.name for info in pkgutil.walk_packages(weft.__path__, "weft.")]
    is_public = [not any(part.startswith("_") for part in name.split(".")) for name in found]
    return ["weft", *(name for name, keep in zip(found, is_public, strict=True) if keep)]


_WITH_DTYPES = ("weft.mxnet.numpy", "weft.np")  # NumPy's own dtypes are public there


@pytest.mark.parametrize("name", public_modules())
def test_a_public_module_lists_its_own_names(name):
    module = importlib.import_module(name)
    listed, own = set(dir(module)), set(module.__all__)
    later = {function.__name__ for function in native.operators()} if name == "weft.npx" else set()
    assert own <= listed <= own | later
    for public in module.__all__:
        value = getattr(module, public)
        if name == "weft.mxnet.test_utils" and public in OF_TESTS:
            continue
        if isinstance(value, types.ModuleType):
            assert value.__name__.startswith("weft."), public
        elif isinstance(value, type) or callable(value):
            # Dtypes, and how NumPy prints and warns.
            is_numpys = name in ("weft.np", "weft.mxnet.numpy") and value.__module__ == "numpy"
            assert value.__module__.partition(".")[0] == "weft" or is_numpys, public


@pytest.mark.parametrize("name", public_modules())
def test_a_star_import_gives_the_names_that_are_listed(name):
    found = {}
    exec(f"from {name} import *", found)
    assert found.keys() - {"__builtins__"} == set(importlib.import_module(name).__all__)


def test_operators_that_are_registered_later_are_listed():
    from weft import np, npx

    weft.register_op("listed_later", inputs=["x"], compose=lambda x: x + 1)
    assert npx.listed_later(np.zeros(1)) == 1
    assert "listed_later" in dir(npx)
