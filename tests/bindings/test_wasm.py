"""The package of bindings/wasm, in Node, with the module that `make wasm` built; how it is made."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest
from weft import np, npx
from weft.gluon import nn

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "wasm"
MODULE = PACKAGE / "lib" / "weft.wasm"


def program(name):
    """A file of bindings/wasm as a module."""
    spec = importlib.util.spec_from_file_location(name, PACKAGE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def finish(monkeypatch):
    monkeypatch.setitem(sys.modules, "fused", program("fused"))  # which finish.py imports
    return program("finish")


def convolutions():
    """A network whose convolutions are worth several threads, and its input."""
    net = nn.HybridSequential()
    net.add(
        nn.Conv2D(32, 3, padding=1, activation="relu"),
        nn.Conv2D(32, 3, padding=1, groups=32),
        nn.BatchNorm(),
        nn.Conv2D(64, 1, activation="relu"),
        nn.MaxPool2D(2),
        nn.Conv2D(64, 3, strides=2, padding=1),
        nn.GlobalAvgPool2D(),
        nn.Dense(10),
    )
    return net, (1, 3, 64, 64)


def products():
    """The same of matrix products, normalizations and a softmax."""
    net = nn.HybridSequential()
    net.add(
        nn.Dense(512, activation="relu"),
        nn.LayerNorm(),
        nn.Dense(384, activation="relu"),
        nn.Dense(100),
        nn.HybridLambda(npx.softmax),
    )
    return net, (96, 256)


@pytest.fixture(scope="module")
def nets(tmp_path_factory):
    """A folder with networks, inputs, and what the native library gives."""
    folder = tmp_path_factory.mktemp("nets")
    for make in (convolutions, products):
        net, shape = make()
        net.initialize()
        net.hybridize()
        x = np.array(numpy.random.default_rng(0).normal(size=shape).astype("float32"))
        y = net(x)
        net.export(folder / f"{make.__name__}.weft", x)
        x.asnumpy().tofile(folder / f"{make.__name__}.x")
        y.asnumpy().tofile(folder / f"{make.__name__}.y")
    return folder


@pytest.mark.full
def test_cases_and_mistakes_in_node(nets):
    if shutil.which("node") is None or not MODULE.exists():
        pytest.skip("node is not installed, or `make wasm` was not run")
    done = subprocess.run(
        ["node", "--test", "test/"],
        cwd=PACKAGE,
        env=os.environ | {"WEFT_NETS": str(nets)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]


def test_the_version_is_the_librarys():
    package = json.loads((PACKAGE / "package.json").read_text("utf-8"))
    assert package["version"] == (ROOT / "VERSION").read_text("utf-8").strip()


def test_a_missing_tool_is_named(monkeypatch, finish):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(finish.FinishError, match="no-such-tool is not here: install Binaryen"):
        finish.find_tool("no-such-tool")


# A module that imports a function and has two: `weft_madd_f32x4` as a product and a sum, and one
# with 22525, whose bytes are those of the old number, as a constant and as an offset.
LOOKS_ALIKE = b"\xfd\xaf\x01"
MADD = bytes.fromhex("00 2000 2001 fde601 2002 fde401 0b")
OTHER = b"\x01\x01\x7b\x41" + LOOKS_ALIKE + b"\x1a\x41\x00\xfd\x00\x04" + LOOKS_ALIKE + b"\x1a\x0b"


def section(kind, content):
    return bytes([kind, len(content)]) + content


def small_module():
    types = bytes.fromhex("03 60017f00 60037b7b7b017b 600000")
    names = b"\x04name\x01\x15\x02\x00\x01b\x01\x0f" + b"weft_madd_f32x4"
    code = b"\x02" + b"".join(bytes([len(body)]) + body for body in (MADD, OTHER))
    parts = [(1, types), (2, b"\x01\x01a\x01b\x00\x00"), (3, b"\x02\x01\x02"), (5, b"\x01\x00\x01")]
    parts += [(10, code), (0, names)]
    return b"\0asm\x01\0\0\0" + b"".join(section(*part) for part in parts)


def test_the_function_becomes_one_instruction():
    fused = program("fused")
    module = fused.fuse(small_module(), fused.NUMBER)
    code = dict(fused.sections(module))[fused.CODE]
    assert fused.bodies(code) == [bytes.fromhex("00 2000 2001 2002 fd8502 0b"), OTHER]


def test_old_numbers_are_changed_where_they_are_instructions():
    fused = program("fused")
    old = fused.fuse(small_module(), fused.OLD_NUMBER)
    module, count = fused.renumber(old)
    assert count == 1
    assert module == fused.fuse(small_module(), fused.NUMBER)
    assert old.count(LOOKS_ALIKE) == 3


def test_shared_memory_is_seen():
    fused = program("fused")
    header = b"\0asm\1\0\0\0"
    for flags, limits in ((0, b"\1"), (1, b"\1\2"), (3, b"\1\2")):
        content = b"\1\1a\1b\2" + bytes([flags]) + limits
        module = header + section(2, content)
        assert fused.shares_memory(module) == (flags == 3)
    assert not fused.shares_memory(small_module())


def test_operands_of_atomic_instructions_are_passed():
    fused = program("fused")
    # No locals; i32.const 0, memory.atomic.notify with its memory, a fence, drop, end.
    body = bytes.fromhex("00 4100 fe000280af01 fe0300 1a 0b")
    assert list(fused.instructions(body)) == [1, 3, 9, 12, 13]


def test_a_module_without_the_function_is_refused():
    fused = program("fused")
    with pytest.raises(ValueError, match="names no function weft_madd_f32x4"):
        fused.fuse(small_module().replace(b"weft_madd", b"weft_mads"), fused.NUMBER)
