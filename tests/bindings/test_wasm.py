"""The package of bindings/wasm, in Node, with the modules that `make wasm` built; how they are made."""

import importlib.util
import json
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "wasm"
MODULES = [PACKAGE / "lib" / name for name in ("weft.wasm", "weft-relaxed.wasm")]


def finish():
    """bindings/wasm/finish.py as a module."""
    spec = importlib.util.spec_from_file_location("finish", PACKAGE / "finish.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
def test_cases_and_mistakes_in_node():
    if shutil.which("node") is None or not MODULES[0].exists():
        pytest.skip("node is not installed, or `make wasm` was not run")
    done = subprocess.run(
        ["node", "--test", "test/"], cwd=PACKAGE, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_version_is_the_librarys():
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["version"] == (ROOT / "VERSION").read_text("utf-8").strip()


def test_the_product_of_the_relaxed_module_is_one_instruction():
    before = "(module\n (func $f (result v128) (nop))\n"
    plain = (
        " (func $weft_madd_f32x4 (param $0 v128) (param $1 v128) (param $2 v128) (result v128)\n"
        "  (f32x4.add (f32x4.mul (local.get $0) (local.get $1)) (local.get $2)))\n"
    )
    after = " (func $g (call $f))\n)\n"
    assert finish().relaxed(before + plain + after) == (
        before + " (func $weft_madd_f32x4 (param v128 v128 v128) (result v128) "
        "(f32x4.relaxed_madd (local.get 0) (local.get 1) (local.get 2)))\n" + after
    )


def test_a_module_without_the_product_is_refused():
    with pytest.raises(finish().Failed, match="no function weft_madd_f32x4, or no names"):
        finish().relaxed("(module)")
