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


@pytest.mark.parametrize("path", _stubgen.files(), ids=lambda p: f"{p.parent.name}/{p.name}")
def test_generated_files_are_what_registry_and_modules_give(path):
    wanted = _stubgen.files()[path]
    assert path.read_text("utf-8") == wanted, "run `python -m weft._stubgen` and commit the result"
    compile(wanted, str(path), "exec")


PAGES = [
    "audio",
    "bring-your-model",
    "coming-from/README",
    "coming-from/jax",
    "coming-from/keras",
    "coming-from/mxnet",
    "coming-from/pytorch",
    "control-flow",
    "data",
    "debugging",
    "derivatives",
    "pictures",
    "from-caffe",
    "from-mxnet",
    "install",
    "languages",
    "plan",
    "probability",
    "profiling",
    "quantization",
    "recipes/arrays",
    "recipes/data",
    "recipes/files",
    "recipes/networks",
    "recipes/training",
    "symbols",
    "ten-minutes",
    "training",
    "tutorial/arrays",
    "tutorial/deploy",
    "tutorial/fine-tuning",
    "tutorial/images",
    "tutorial/profiling",
    "tutorial/small",
    "tutorial/stop-and-go-on",
    "tutorial/tabular",
    "tutorial/text",
    "tutorial/vae",
]
# A block of Python, and the block of text behind it, if there is one: what it prints.
PROGRAM = re.compile(
    r"^```python\n(?P<code>.*?)^```\n(?:\n```text\n(?P<printed>.*?)^```$)?",
    re.DOTALL | re.MULTILINE,
)
NUMBER = re.compile(r"\d+\.\d+")


@pytest.mark.parametrize("page", PAGES)
def test_programs_on_pages_print_what_they_say(page, root, tmp_path, monkeypatch, capsys):
    text = (root / "docs" / f"{page}.md").read_text("utf-8")
    programs = list(PROGRAM.finditer(text))
    assert programs
    monkeypatch.chdir(tmp_path)
    shutil.copy(root / "tests/models/tflite/hello_world_int8.tflite", "model.tflite")
    for path in (root / "tests/models/mxnet/mlp").glob("mlp-*"):
        shutil.copy(path, path.name)
    names = {}
    for program in programs:
        line = text.count("\n", 0, program.start("code"))
        exec(compile("\n" * line + program["code"], f"{page}.md", "exec"), names)
        printed = capsys.readouterr().out.splitlines()
        wanted = re.findall(r"^ *(?:print.*|\))  # (.*)$", program["code"], re.MULTILINE)
        assert [line for line in printed if line in wanted] == wanted
        if program["printed"] is not None:
            shown = program["printed"].splitlines()
            assert len(printed) == len(shown)
            for one, other in zip(printed, shown, strict=True):
                assert_prints(one, other)


def assert_prints(line: str, shown: str) -> None:
    """A line is the one that the page shows; decimals differ by what other processors round."""
    assert NUMBER.sub("#", line) == NUMBER.sub("#", shown)
    numbers = [[float(number) for number in NUMBER.findall(text)] for text in (line, shown)]
    assert numbers[0] == pytest.approx(numbers[1], rel=0.05, abs=0.011)
