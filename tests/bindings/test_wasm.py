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
import weft
from weft import gluon, lr_scheduler, np, npx, optimizer, runtime
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


STEPS = 8
# Trains by the file's step; prints what each step gave, and the states, as JSON.
TRAIN = """
import { readFileSync } from "node:fs";
const [package_, path, steps] = process.argv.slice(2);
const { Engine } = await import(package_ + "/lib/engine.js");
const engine = await Engine.start({ module: readFileSync(new URL(package_ + "/lib/weft.wasm")) });
const context = engine.load(readFileSync(path)).context("train_step");
const x = Float32Array.from({ length: 20 }, (_, i) => Math.fround(((i * 7) % 11) / 5 - 1));
const losses = [];
for (let i = 0; i < steps; ++i) {
  context.setInput(0, x);
  context.setInput(1, BigInt64Array.from([0n, 1n, 2n, 1n, 0n]));
  context.run();
  losses.push([...context.output(0)]);
}
const elements = (port, i) => [port.name, [...context.state(i)].map(Number)];
console.log(JSON.stringify({ losses, states: Object.fromEntries(context.states.map(elements)) }));
"""


def trained_file(path, x, label):
    """A network with a step by Adam, whose rate follows a schedule, as a file."""
    weft.random.seed(3)
    net = gluon.nn.HybridSequential()
    net.add(gluon.nn.Dense(8, activation="relu"), gluon.nn.Dense(3))
    net.initialize()
    net(np.array(x))
    rates = lr_scheduler.CosineScheduler(STEPS, base_lr=0.05, final_lr=0.001)
    trainer = gluon.Trainer(net.collect_params(), optimizer.create("adam", lr_scheduler=rates))
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    weft.export(path, train_step=(step, np.array(x), np.array(label)))


@pytest.mark.full
def test_a_step_with_a_rate_of_float64_trains_as_in_the_library(tmp_path):
    if shutil.which("node") is None or not MODULE.exists():
        pytest.skip("node is not installed, or `make wasm` was not run")
    x = numpy.array([i * 7 % 11 / 5 - 1 for i in range(20)], "float32").reshape(5, 4)
    label = numpy.array([0, 1, 2, 1, 0])
    path = tmp_path / "net.weft"
    trained_file(path, x, label)
    context = runtime.Model(path).context("train_step")
    wanted = [numpy.array(context.run(x, label)[0]) for _ in range(STEPS)]
    assert wanted[-1].mean() < 0.9 * wanted[0].mean()

    arguments = [PACKAGE.as_uri(), str(path), str(STEPS)]
    found = json.loads(node(TRAIN, *arguments))
    # Sums of products are rounded in another order than with vectors of 512 bits.
    numpy.testing.assert_allclose(found["losses"], wanted, rtol=2e-5, atol=1e-6)
    assert len(found["states"]) == len(context.states)
    for port in context.states:
        state = numpy.array(context.read_state(port.name))
        bound = 1e-15 if port.dtype == "float64" else 1e-4
        numpy.testing.assert_allclose(
            numpy.array(found["states"][port.name]).reshape(state.shape), state, bound, 1e-6
        )


@pytest.mark.full
def test_other_operators_of_float64_are_refused_by_name(tmp_path):
    if shutil.which("node") is None or not MODULE.exists():
        pytest.skip("node is not installed, or `make wasm` was not run")
    path = tmp_path / "net.weft"
    sums = weft.hybridize(lambda x: np.exp(x).sum(axis=0))
    weft.export(path, forward=(sums, np.ones((2, 3), dtype="float64")))
    script = """
    import { readFileSync } from "node:fs";
    const [package_, path] = process.argv.slice(2);
    const { Engine } = await import(package_ + "/lib/engine.js");
    const engine = await Engine.start();
    try {
      engine.load(readFileSync(path));
    } catch (error) {
      console.log(error.code, error.message);
    }
    """
    told = node(script, PACKAGE.as_uri(), str(path))
    assert told.startswith("UNSUPPORTED")
    assert "`sum` has arrays of float64, for which this build of Weft has elementwise" in told


def node(script, *arguments):
    """What a script prints in Node."""
    done = subprocess.run(
        ["node", "--input-type=module", "-", *arguments],
        input=script,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return done.stdout


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


@pytest.fixture
def sizes(monkeypatch, finish):
    monkeypatch.setitem(sys.modules, "finish", finish)
    return program("sizes")


@pytest.mark.parametrize(
    "name, told",
    [
        ("weft::ops::(anonymous namespace)::run(weft::Shape const&)", "weft::ops::run"),
        ("void std::__2::sort<int*, weft::Less<int> >(int*, int*)", "std::__2::sort"),
        ("weft::Step<weft::Add, float, true>::run(char*)", "weft::Step::run"),
        ("emmalloc_free", "emmalloc_free"),
    ],
)
def test_instances_of_a_template_are_one_group(sizes, name, told):
    assert sizes.without_arguments(name) == told


def test_functions_have_their_names_and_bytes(sizes):
    first, second = sizes.functions_of(small_module())
    assert (first.name, first.body) == ("weft_madd_f32x4", MADD)
    assert (second.name, second.body) == ("(no name)", OTHER)
    names = ["weft::ops::run(int)", "weft::Ref<int>::get()", "std::__2::sort<int*>(int*)", "free"]
    assert list(map(sizes.namespace_of, names)) == ["weft::ops", "weft::Ref", "std", "C"]
