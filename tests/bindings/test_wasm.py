"""The package of bindings/wasm, in Node, with the module that `make wasm` built; how it is made."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "wasm"
MODULE = PACKAGE / "lib" / "weft.wasm"


def finish():
    """bindings/wasm/finish.py as a module."""
    spec = importlib.util.spec_from_file_location("finish", PACKAGE / "finish.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
def test_cases_and_mistakes_in_node():
    if shutil.which("node") is None or not MODULE.exists():
        pytest.skip("node is not installed, or `make wasm` was not run")
    done = subprocess.run(
        ["node", "--test", "test/"], cwd=PACKAGE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_version_is_the_librarys():
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["version"] == (ROOT / "VERSION").read_text("utf-8").strip()


def test_a_missing_tool_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    program = finish()
    with pytest.raises(program.FinishError, match="no-such-tool is not here: install Binaryen"):
        program.find_tool("no-such-tool")
