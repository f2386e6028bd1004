"""What pytest needs to run MXNet's own suites: names that they expect, time limits, and results.

`run.py` loads it by `-p suite_plugin`. `import mxnet` then means `weft.mxnet`, unless
`MXNET_SUITE_REAL` is set. The suites were written for NumPy 1: names that NumPy 2 dropped are put
back for these processes. Tests that are marked by a seed begin with it. Each test may take
`MXNET_SUITE_LIMIT` seconds. At the end one JSON object with the counts of each function goes to the
file `MXNET_SUITE_RESULTS`.
"""

import ast
import json
import os
import random
import signal
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import Any

import numpy
import pytest

_LIMIT = int(os.environ.get("MXNET_SUITE_LIMIT", "120"))
_RESULTS = os.environ["MXNET_SUITE_RESULTS"]

# Names of NumPy 1 and what they are in NumPy 2.
_PYTHON_TYPES = {
    name: getattr(__import__("builtins"), name)
    for name in ("bool", "complex", "float", "int", "object", "str")
}
_RENAMED = {
    **{"Inf": "inf", "NaN": "nan", "PINF": "inf", "infty": "inf", "NINF": "-inf"},
    **{"alltrue": "all", "sometrue": "any", "product": "prod", "cumproduct": "cumprod"},
    **{"asfarray": "asarray", "in1d": "isin", "row_stack": "vstack", "trapz": "trapezoid"},
    **{"float_": "float64", "round_": "round", "string_": "bytes_", "unicode_": "str_"},
}


def _put_back() -> None:
    """Gives NumPy the names that the suites use and that it has no more."""
    known = vars(numpy)
    for name, kind in _PYTHON_TYPES.items():
        if name not in known:
            setattr(numpy, name, kind)
    for old, new in _RENAMED.items():
        if old not in known:
            value = getattr(numpy, new.removeprefix("-"), None)
            setattr(numpy, old, -value if new.startswith("-") else value)
    if "msort" not in known:
        numpy.msort = lambda a: numpy.sort(a, axis=0)


_put_back()
if not os.environ.get("MXNET_SUITE_REAL"):
    from weft.mxnet import _alias

    _alias.install()


def _late(number: int, frame: FrameType | None) -> None:
    raise TimeoutError(f"the test took more than {_LIMIT} seconds")


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item: Any, nextitem: Any) -> Iterator[None]:
    """Ends a test that takes too long by an exception in it."""
    signal.signal(signal.SIGALRM, _late)
    signal.alarm(_LIMIT)
    yield
    signal.alarm(0)


def pytest_runtest_setup(item: Any) -> None:
    """Seeds all generators for a test that asks for a seed."""
    mark = item.get_closest_marker("seed")
    if mark is None:
        return
    for seed in (random.seed, numpy.random.seed, sys.modules["mxnet"].random.seed):
        seed(mark.args[0])


def pytest_configure(config: Any) -> None:
    """Makes the marks of the suites known."""
    for mark in ("serial", "integration", "garbage_expected", "remote_required", "seed(value)"):
        config.addinivalue_line("markers", f"{mark}: of MXNet's suite")


_found: dict[str, Counter[str]] = {}


def pytest_runtest_logreport(report: Any) -> None:
    """Counts the cases of each function by what became of them."""
    function = report.nodeid.partition("::")[2].split("[")[0]
    if report.when == "call" or report.failed or report.skipped:
        _found.setdefault(function, Counter())[report.outcome] += 1


def pytest_collectreport(report: Any) -> None:
    """Where a file cannot be imported, all its functions have failed."""
    if not report.failed:
        return
    tree = ast.parse(Path(report.nodeid).read_text("utf-8"))
    names = (node.name for node in tree.body if isinstance(node, ast.FunctionDef))
    for name in names:
        if name.startswith("test"):
            _found.setdefault(name, Counter())["failed"] += 1


def pytest_sessionfinish(session: Any) -> None:
    """Writes the counts."""
    Path(_RESULTS).write_text(json.dumps(_found), "utf-8")
