"""`weft compile --target wasm`: a model's own module gives the library's results in Node."""

import json
import re
import shutil
import subprocess
import sys

import numpy
import pytest
import weft
from c_programs import data, filled
from weft import cli, gluon, np, runtime
from weft.gluon import nn

COMPILER = shutil.which("emcc") and shutil.which("node")
compiled = pytest.mark.skipif(not COMPILER, reason="not run: emcc or node is not installed")


def network():
    return nn.HybridSequential(
        nn.Conv2D(4, 3, padding=1, activation="relu"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(5),
    )


def exported(folder):
    x = data(1, 1, 6, 6)
    net = filled(network(), x)
    path = folder / "net.weft"
    net.export(path, x)
    return path, x.asnumpy(), net(x).asnumpy()


def module(path, folder, *flags):
    assert cli.main(["compile", str(path), "--target", "wasm", "-o", str(folder), *flags]) == 0


def node(folder, script):
    """What a script with `model` prints, as JSON."""
    text = f'import {{ load }} from "./net.mjs";\nconst model = await load();\n{script}\n'
    (folder / "script.mjs").write_text(text, "utf-8")
    done = subprocess.run(
        ["node", "script.mjs"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def floats(array):
    return f"Float32Array.from({json.dumps(array.ravel().tolist())})"


@compiled
def test_a_module_gives_the_librarys_results(tmp_path, capsys):
    path, x, wanted = exported(tmp_path)
    module(path, tmp_path)
    names = [line.rsplit("/", 1)[1] for line in capsys.readouterr().out.split()]
    assert names == ["net.wasm", "net.mjs", "net.d.mts"]
    types = (tmp_path / "net.d.mts").read_text()
    port = re.search(r"run\(inputs\?: \{ (\w+): Float32Array", types)
    outputs = f"Object.values(model.run({{ {port[1]}: {floats(x)} }}))"
    script = f"console.log(JSON.stringify({outputs}[0]))"
    found = numpy.array(list(node(tmp_path, script).values()))
    assert numpy.allclose(found, wanted.ravel(), rtol=1e-5, atol=1e-6)


@compiled
def test_wrong_inputs_are_errors_that_name_what_is_expected(tmp_path):
    path, _, _ = exported(tmp_path)
    module(path, tmp_path)
    script = """
    const said = [];
    const wrong = [new Float32Array(35), new Int32Array(36)].map((x) => ({ x }));
    const right = () => model.run({ x: new Float32Array(36).fill(1) });
    right();
    for (const inputs of [{ y: new Float32Array(36) }, {}, ...wrong])
      try { model.run(inputs); } catch (error) { said.push(`${error.name}: ${error.message}`); }
    console.log(JSON.stringify(said));
    """
    port = re.search(r"run\(inputs\?: \{ (\w+):", (tmp_path / "net.d.mts").read_text())[1]
    said = node(tmp_path, script.replace("{ x:", f"{{ {port}:"))
    assert said == [
        f"TypeError: run: there is no input `y`; there are: {port}",
        f"TypeError: run: all inputs must be given; `{port}` is missing",
        f"TypeError: run: `{port}` must be a Float32Array of 36 elements; got Float32Array of 35",
        f"TypeError: run: `{port}` must be a Float32Array of 36 elements; got Int32Array of 36",
    ]


@compiled
def test_a_module_trains_and_goes_back(tmp_path):
    x, label = data(1, 4), np.array([2], dtype="int32")
    net = filled(nn.HybridSequential(nn.Dense(3)), x)
    trainer = gluon.Trainer(net.collect_params(), "sgd", {"learning_rate": 0.5})
    step = trainer.compile(net, gluon.loss.SoftmaxCrossEntropyLoss())
    path = tmp_path / "net.weft"
    weft.export(path, train=(step, x, label), forward=(net, x))
    model = runtime.Model(path)
    training = model.context("train")
    wanted = [float(training.run(x.asnumpy(), label.asnumpy())[0].tolist()[0]) for _ in range(4)]
    module(path, tmp_path, "--train")
    types = (tmp_path / "net.d.mts").read_text()
    inputs = re.search(r"train\(inputs\?: \{ (\w+): \w+; (\w+):", types)
    script = f"""
    const given = {{ {inputs[1]}: {floats(x.asnumpy())}, {inputs[2]}: Int32Array.of(2) }};
    const loss = () => Object.values(model.train(given))[0][0];
    const begin = model.state, first = [loss(), loss(), loss(), loss()];
    model.reset();
    const again = loss();
    model.state = begin;
    console.log(JSON.stringify({{ first, again, kept: loss() }}));
    """
    found = node(tmp_path, script)
    assert numpy.allclose(found["first"], wanted, rtol=1e-5)
    assert found["again"] == found["kept"] == found["first"][0]
    assert found["first"][3] < found["first"][0]


def test_without_a_compiler_one_line_says_so(tmp_path, monkeypatch, capsys):
    path, _, _ = exported(tmp_path)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert cli.main(["compile", str(path), "--target", "wasm", "-o", str(tmp_path)]) == 1
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert "neither emcc nor zig is on the path" in said
    assert not (tmp_path / "net.wasm").exists()


@pytest.mark.parametrize("flag", ["--main", "--ports-in-arena", "--feed-rows", "--cmsis-nn"])
def test_options_of_c_are_refused(tmp_path, capsys, flag):
    path, _, _ = exported(tmp_path)
    assert cli.main(["compile", str(path), "--target", "wasm", flag]) == 1
    assert capsys.readouterr().err == f"weft: {flag} is for --target c alone\n"


def test_a_failing_compiler_is_an_error_with_its_words(tmp_path, monkeypatch, capsys):
    path, _, _ = exported(tmp_path)
    monkeypatch.setenv("WEFT_WASM_CC", f"{sys.executable} -c raise(SystemExit('out_of_order'))")
    assert cli.main(["compile", str(path), "--target", "wasm", "-o", str(tmp_path)]) == 1
    assert "failed on net.c: out_of_order" in capsys.readouterr().err
