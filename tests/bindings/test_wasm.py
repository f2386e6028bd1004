"""The package of bindings/wasm, in Node, with the modules that `make wasm` built."""

import importlib.util
import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy
import pytest
import weft
from weft import gluon, lr_scheduler, np, npx, optimizer, runtime
from weft.gluon import nn

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "bindings" / "wasm"
MODULE = PACKAGE / "lib" / "weft.wasm"


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
const engine = await Engine.start({ module: new URL(package_ + "/lib/weft.wasm") });
const context = engine.load(readFileSync(path)).context("train_step");
const x = Float32Array.from({ length: 20 }, (_, i) => Math.fround(((i * 7) % 11) / 5 - 1));
const losses = [];
for (let i = 0; i < steps; ++i) {
  const outputs = context.run({ 0: x, 1: BigInt64Array.from([0n, 1n, 2n, 1n, 0n]) });
  losses.push([...Object.values(outputs)[0]]);
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


# Runs files on an engine whose second file is where the second argument says; prints the first
# output of each as JSON, or an error's code and text.
OUTPUTS = """
import { readFileSync } from "node:fs";
const [package_, rest, ...paths] = process.argv.slice(2);
const { Engine } = await import(package_ + "/lib/engine.js");
const { ownModule } = await import(package_ + "/lib/module.js");
const engine = await Engine.start({ module: ownModule().module, rest: rest || undefined });
const told = paths.map((path) => {
  try {
    const context = engine.load(readFileSync(path), "net").context();
    context.inputs.forEach(({ dtype, shape }, i) => {
      if (shape[0] < 0) context.setInputShape(i, [3, ...shape.slice(1)]);
      context.input(i).fill(dtype === "int64" ? 1n : 1);
    });
    return Array.from(Object.values(context.run())[0]);
  } catch (error) {
    return [error.code, error.message];
  }
});
console.log(JSON.stringify(told));
"""
NOWHERE = "file:///nowhere-rest.wasm"
needs_modules = pytest.mark.skipif(
    shutil.which("node") is None or not MODULE.exists(),
    reason="node is not installed, or `make wasm` was not run",
)


def networks():
    """bindings/wasm/networks.py as a module."""
    spec = importlib.util.spec_from_file_location("networks", PACKAGE / "networks.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.full
@needs_modules
def test_usual_networks_run_on_the_first_file_alone(tmp_path):
    networks().write(tmp_path)
    files = sorted(map(str, tmp_path.glob("*.weft")))
    assert len(files) > 10
    outputs = json.loads(node(OUTPUTS, PACKAGE.as_uri(), NOWHERE, *files))
    for path, output in zip(files, outputs, strict=True):
        assert all(isinstance(number, float | int) for number in output), (path, output)
        wanted = runtime.Model(path).context("forward")
        shapes = [[3 if extent < 0 else extent for extent in port.shape] for port in wanted.inputs]
        ones = [numpy.ones(shapes[i], port.dtype) for i, port in enumerate(wanted.inputs)]
        expected = numpy.array(wanted.run(*ones)[0]).ravel()
        numpy.testing.assert_allclose(output, expected, rtol=0, atol=2e-3 * abs(expected).max())


@pytest.mark.full
@needs_modules
def test_others_take_the_rest(tmp_path):
    """Spectra, orders, sums of products by letters and halves are in the second file."""
    path = tmp_path / "odd.weft"

    def odd(x):
        tangents = np.tan(x.astype("float16")).astype("float32")
        return (
            np.sort(np.abs(np.fft.rfft(tangents)), axis=-1) + np.einsum("ij,kj->i", x, x)[:, None]
        )

    x = np.ones((3, 8))
    weft.export(path, forward=(weft.hybridize(odd), x))
    wanted = odd(x).asnumpy().ravel()
    (found,) = json.loads(node(OUTPUTS, PACKAGE.as_uri(), "", str(path)))
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    ((code, message),) = json.loads(node(OUTPUTS, PACKAGE.as_uri(), NOWHERE, str(path)))
    assert code == "IO"
    assert f"the model needs {NOWHERE}, which could not be read" in message


@pytest.mark.full
@needs_modules
@pytest.mark.parametrize("kind", ["", "-fused", "-threads", "-threads-fused"])
def test_pages_load_300_kb_first(kind):
    """After Brotli, as servers send it."""
    script = """
    import { readFileSync } from "node:fs";
    import { brotliCompressSync } from "node:zlib";
    console.log(brotliCompressSync(readFileSync(process.argv[2])).length);
    """
    assert int(node(script, str(MODULE.with_stem(f"weft{kind}")))) <= 300_000
