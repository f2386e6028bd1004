"""Examples in docstrings and on pages run, and generated files are up to date."""

import doctest
import gc
import importlib
import pkgutil
import re
import shutil

import pytest
import weft
from weft import _stubgen
from weft.mxnet import _modes

MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(weft.__path__, "weft.")
    if "_native" not in info.name
)


@pytest.fixture(autouse=True)
def modes_of_mxnet():
    """What an example says of all threads, such as `npx.set_np()`, is not for the next one."""
    kept = [(table, dict(table)) for table in (_modes._defaults, _modes._asked)]
    yield
    for table, before in kept:
        table.update(before)


@pytest.mark.parametrize("name", ["weft", *MODULES])
def test_examples_run(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # for what they write
    if name.startswith("weft.torch._"):  # what converts PyTorch's programs imports it
        pytest.importorskip("torch", reason="not run: PyTorch is not installed")
    gc.disable()  # what other libraries do after a collection would be part of a trace
    try:
        result = doctest.testmod(importlib.import_module(name), report=True)
    finally:
        gc.enable()
    assert result.failed == 0


@pytest.mark.parametrize("place", ["np", "npx"])
def test_stubs_are_what_the_registry_gives(place):
    path = _stubgen.FOLDER / place / "_ops.pyi"
    wanted = _stubgen.text(place)
    assert path.read_text("utf-8") == wanted, "run `python -m weft._stubgen` and commit the result"
    compile(wanted, str(path), "exec")


PAGES = [
    "audio",
    "bring-your-model",
    "control-flow",
    "data",
    "debugging",
    "derivatives",
    "from-caffe",
    "from-mxnet",
    "probability",
    "profiling",
    "quantization",
    "symbols",
    "ten-minutes",
    "training",
]


@pytest.mark.parametrize("page", PAGES)
def test_programs_on_pages_print_what_they_say(page, root, tmp_path, monkeypatch, capsys):
    text = (root / "docs" / f"{page}.md").read_text("utf-8")
    programs = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.DOTALL | re.MULTILINE))
    assert programs
    monkeypatch.chdir(tmp_path)
    shutil.copy(root / "tests/models/tflite/hello_world_int8.tflite", "model.tflite")
    for path in (root / "tests/models/mxnet/mlp").glob("mlp-*"):
        shutil.copy(path, path.name)
    exec(compile(programs, f"{page}.md", "exec"), {})
    wanted = re.findall(r"^print.*  # (.*)$", programs, re.MULTILINE)
    printed = capsys.readouterr().out.splitlines()
    assert [line for line in printed if line in wanted] == wanted
