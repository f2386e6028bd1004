"""docs/numpy.md: every name of NumPy's namespace, there or why not, and NumPy's arguments."""

import inspect
import re
from pathlib import Path

import numpy
import pytest
from weft import np

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "numpy.md").read_text("utf-8")
HERE, ABSENT = PAGE.split("\n## There\n")[1].split("\n## Not there\n")
NUMPYS = {name for name in dir(numpy) if not name.startswith("_")}


def names_of(rows, column):
    cells = [row.split("|")[column] for row in rows.splitlines() if row.startswith("| ")]
    return [name for cell in cells for name in re.findall(r"`(\w+)`", cell)]


def test_the_page_says_what_is_there():
    listed = names_of(HERE, 2)
    assert len(listed) == len(set(listed))
    assert set(listed) == {name for name in NUMPYS if name in np.__all__}
    beside = set(re.findall(r"`(\w+)`", HERE.split("Beside NumPy's names")[1]))
    assert beside == set(np.__all__) - NUMPYS


def test_the_page_says_why_the_rest_is_not_there():
    listed = names_of(ABSENT, 1)
    assert len(listed) == len(set(listed))
    # Releases of NumPy differ by a few names.
    assert {name for name in NUMPYS if name not in np.__all__} <= set(listed)
    assert not set(listed) & set(np.__all__)


# What means nothing here: memory layouts, classes of arrays, loops of C; and lists of arguments.
MEANINGLESS = {"order", "subok", "like", "signature", "kwargs", "args", "arys", "start_or_stop"}
LEFT_OUT = {"arange": {"stop", "step"}, "array": {"ndmax"}, "asanyarray": {"copy", "device"}}


def functions():
    for name in sorted(np.__all__):
        theirs, ours = getattr(numpy, name, None), getattr(np, name)
        if isinstance(theirs, type | numpy.ufunc) or not callable(ours):
            continue
        try:
            pair = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
        except (TypeError, ValueError):
            continue
        if not any(p.kind is p.VAR_KEYWORD for p in pair[0].values()):
            yield pytest.param(name, *pair, id=name)


@pytest.mark.parametrize(("name", "ours", "theirs"), functions())
def test_arguments_are_numpys_in_numpys_order(name, ours, theirs):
    wanted = [p for p in theirs if p not in MEANINGLESS | LEFT_OUT.get(name, set())]
    assert [p for p in wanted if p not in ours] == []
    placed = [p for p in wanted if theirs[p].kind in (0, 1)]
    mine = [p for p in ours if ours[p].kind in (0, 1) and p not in MEANINGLESS]
    assert mine[: len(placed)] == placed
