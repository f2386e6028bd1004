"""Examples in docstrings run, and generated files are up to date."""

import doctest
import importlib
import pkgutil
import re
from pathlib import Path

import pytest
import weft
from weft import _stubgen

MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(weft.__path__, "weft.")
    if "_native" not in info.name
)


@pytest.mark.parametrize("name", ["weft", *MODULES])
def test_examples_run(name):
    result = doctest.testmod(importlib.import_module(name), report=True)
    assert result.failed == 0


def test_program_of_the_page_on_symbols_prints_what_it_says(tmp_path, monkeypatch, capsys):
    page = Path(__file__).resolve().parents[2] / "docs" / "symbols.md"
    program = "".join(re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL))
    monkeypatch.chdir(tmp_path)
    exec(program, {})
    wanted = re.findall(r"^print.*  # (.*)$", program, re.MULTILINE)
    assert wanted
    assert capsys.readouterr().out.splitlines() == wanted


@pytest.mark.parametrize("place", ["np", "npx"])
def test_stubs_are_what_the_registry_gives(place):
    path = _stubgen.FOLDER / place / "_ops.pyi"
    wanted = _stubgen.text(place)
    assert path.read_text("utf-8") == wanted, "run `python -m weft._stubgen` and commit the result"
    compile(wanted, str(path), "exec")
