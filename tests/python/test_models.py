"""Model files: export, import, weft.runtime and `weft info`."""

import os
import shutil
import struct
import subprocess
import sys

import numpy
import pytest
import weft
from weft import autograd, cli, gluon, init, np, runtime
from weft.gluon import model_zoo, nn


def net_and_input():
    net = nn.HybridSequential(nn.Conv2D(3, 3, activation="relu"), nn.MaxPool2D(), nn.Dense(4))
    net.initialize(init.Xavier())
    x = np.array(numpy.random.default_rng(0).uniform(-1, 1, (2, 1, 6, 6)).astype("float32"))
    return net, x


@pytest.fixture
def exported(tmp_path):
    net, x = net_and_input()
    net.hybridize()
    scores = net(x)
    path = tmp_path / "net.weft"
    net.export(path)
    return net, x, scores.asnumpy(), path


def test_runtime_gives_the_same_bits(exported):
    _, x, scores, path = exported
    model = runtime.Model(path)
    assert model.entries == ["forward"]
    context = model.context()
    assert [(p.dtype, p.shape) for p in context.inputs] == [("float32", (2, 1, 6, 6))]
    (port,) = context.outputs
    assert (port.name, port.shape, port.nbytes) == ("output", (2, 4), 32)
    for _ in range(2):
        (out,) = context.run(x.asnumpy())
        assert out.shape == (2, 4)
        assert out.tobytes() == scores.tobytes()


def test_runtime_takes_bytes_arena_and_bound_inputs(exported):
    _, x, scores, path = exported
    model = runtime.Model(path.read_bytes())
    arena = numpy.zeros(model.arena_bytes() + 64, "uint8")
    arena = arena[-arena.ctypes.data % 64 :][: model.arena_bytes()]
    context = model.context("forward", arena=arena)
    buffer = bytearray(x.asnumpy().tobytes())
    context.bind(0, buffer)
    assert context.run()[0].tobytes() == scores.tobytes()
    buffer[:] = bytes(len(buffer))
    assert context.run()[0].tobytes() != scores.tobytes()


def test_a_context_in_an_arena_gives_the_bits_of_one_with_prepared_weights(tmp_path):
    net = model_zoo.vision.resnet18_v1(classes=10)
    net.initialize()
    x = np.random.uniform(size=(1, 3, 32, 32))
    net(x)
    net.export(tmp_path / "net.weft", x)
    model = runtime.Model(tmp_path / "net.weft")
    arena = numpy.zeros(model.arena_bytes() + 64, "uint8")
    arena = arena[-arena.ctypes.data % 64 :][: model.arena_bytes()]
    (own,) = model.context("forward", arena=arena).run(x.asnumpy())
    (shared,) = model.context("forward").run(x.asnumpy())
    assert own.tobytes() == shared.tobytes()


def test_runtime_refuses_wrong_buffers(exported):
    path = exported[3]
    context = runtime.Model(path).context()
    with pytest.raises(ValueError, match=r"must have 288 bytes, float32\(2, 1, 6, 6\); got 3"):
        context.run(b"abc")
    with pytest.raises(ValueError, match="one buffer for each of"):
        context.run(b"", b"")
    with pytest.raises(RuntimeError, match="has no data"):
        context.run()
    with pytest.raises(TypeError, match="must be an array or another buffer; got str"):
        context.run("text")
    with pytest.raises(LookupError, match="backward"):
        runtime.Model(path).context("backward")


def test_symbol_block_runs_and_trains(exported):
    net, x, scores, path = exported
    block = gluon.SymbolBlock.imports(path)
    assert list(block.collect_params()) == list(net.collect_params())
    numpy.testing.assert_array_equal(block(x).asnumpy(), scores)
    grads = []
    for model in (net, block):
        with autograd.record():
            loss = model(x).sum()
        loss.backward()
        grads.append({n: p.grad().asnumpy() for n, p in model.collect_params().items()})
    for name, grad in grads[0].items():
        numpy.testing.assert_allclose(grads[1][name], grad, rtol=1e-5, atol=1e-6)
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 0.1})
    trainer.step(2)
    assert not numpy.array_equal(block(x).asnumpy(), scores)


def test_imported_block_exports_again(exported, tmp_path):
    _, x, scores, path = exported
    block = gluon.SymbolBlock.imports(path)
    block(x)
    block.export(tmp_path / "again.weft")
    (out,) = runtime.Model(tmp_path / "again.weft").context().run(x.asnumpy())
    assert out.tobytes() == scores.tobytes()


def test_export_of_an_eager_net_and_of_examples(tmp_path):
    net, x = net_and_input()
    scores = net(x).asnumpy()
    net.export(tmp_path / "eager.weft")
    (out,) = runtime.Model(tmp_path / "eager.weft").context().run(x.asnumpy())
    assert out.tobytes() == scores.tobytes()
    net.export(tmp_path / "one.weft", x[:1])
    (one,) = runtime.Model(tmp_path / "one.weft").context().run(x[:1].asnumpy())
    assert one.shape == (1, 4)


def test_export_before_a_call_says_what_to_do(tmp_path):
    net, _ = net_and_input()
    with pytest.raises(RuntimeError, match="export: HybridSequential has not been called"):
        net.export(tmp_path / "net.weft")
    assert not (tmp_path / "net.weft").exists()


def test_several_inputs_and_outputs(tmp_path):
    class Two(nn.HybridBlock):
        def forward(self, left, right):
            return left + right, [left * right]

    block = Two()
    a, b = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    block(a, b)
    block.export(tmp_path / "two.weft")
    context = runtime.Model(tmp_path / "two.weft").context()
    assert [p.name for p in context.inputs] == ["left", "right"]
    assert [p.name for p in context.outputs] == ["output0", "output1"]
    total, product = context.run(a.asnumpy(), b.asnumpy())
    assert total.tolist() == [4, 6]
    assert product.tolist() == [3, 8]


def test_info_describes_the_file(exported, capsys):
    assert cli.main(["info", str(exported[3])]) == 0
    printed = capsys.readouterr().out
    assert "forward" in printed
    assert "0.weight" in printed
    assert cli.main(["info", "/nowhere.weft"]) == 1
    assert "/nowhere.weft" in capsys.readouterr().err


def test_model_is_a_safetensors_file(exported):
    safetensors = pytest.importorskip("safetensors.numpy")
    net, _, _, path = exported
    arrays = safetensors.load_file(path)
    for name, parameter in net.collect_params().items():
        numpy.testing.assert_array_equal(arrays[name], parameter.data().asnumpy())


# ---- damaged files: an error, never a crash or a large allocation


def damaged(data):
    """Named variants of a file, each wrong in one way."""
    (size,) = struct.unpack("<Q", data[:8])
    header = data[8 : 8 + size]
    yield "empty", b""
    yield "seven bytes", data[:7]
    yield "header cut", data[: 8 + size // 2]
    yield "data cut", data[:-1]
    yield "huge header", struct.pack("<Q", 100 << 20) + data[8:]
    yield "endless header", struct.pack("<Q", 2**64 - 1) + data[8:]
    yield "no JSON", data[:8] + b"x" * size + data[8 + size :]
    yield "unknown operator", data.replace(b"convolution", b"konvolution")
    for old, new in ((b'"data_offsets":[0', b'"data_offsets":[9'), (b'"F32"', b'"F33"')):
        assert old in header
        yield f"{old!r} is {new!r}", data.replace(old, new)


@pytest.mark.parametrize("reader", ["runtime", "imports", "load_parameters"])
def test_damaged_file_is_refused(exported, tmp_path, reader):
    net, _, _, path = exported
    data = path.read_bytes()
    for what, content in damaged(data):
        bad = tmp_path / "bad.weft"
        bad.write_bytes(content)
        before = weft.memory.stats()["peak"]
        if reader == "load_parameters" and what == "unknown operator":
            continue  # parameters alone need no operators
        with pytest.raises((OSError, NotImplementedError, LookupError, ValueError)) as error:
            {
                "runtime": runtime.Model,
                "imports": gluon.SymbolBlock.imports,
                "load_parameters": net.load_parameters,
            }[reader](bad)
        assert isinstance(error.value, weft.Error), what
        assert weft.memory.stats()["peak"] - before < 1 << 20, what


def test_every_altered_byte_of_the_header_is_refused_or_harmless(exported):
    data = exported[3].read_bytes()
    (size,) = struct.unpack("<Q", data[:8])
    generator = numpy.random.default_rng(0)
    for place in generator.choice(8 + size, 300, replace=False):
        content = bytearray(data)
        content[place] ^= int(generator.integers(1, 256))
        try:
            context = runtime.Model(bytes(content)).context()
            context.run(*[bytes(port.nbytes) for port in context.inputs])
        except (weft.Error, UnicodeDecodeError):
            pass


def test_failed_save_leaves_the_old_file_whole(exported, tmp_path):
    net, _, _, path = exported
    before = path.read_bytes()
    folder = tmp_path / "missing" / "net.weft"
    with pytest.raises(OSError, match=r"net\.weft"):
        net.export(folder)
    with pytest.raises(OSError, match=r"/proc/nothing/net"):
        net.save_parameters("/proc/nothing/net")
    assert path.read_bytes() == before


def test_a_host_with_a_decimal_comma_writes_and_reads_the_same(tmp_path):
    made = shutil.which("localedef") and subprocess.run(
        ["localedef", "-i", "de_DE", "-f", "UTF-8", tmp_path / "de_DE.UTF-8"],
        capture_output=True, check=False,
    )  # fmt: skip
    if not made or made.returncode:
        pytest.skip("not run: localedef or its sources are missing (package `locales`)")
    program = f"""
import locale, numpy, weft
from weft import np, runtime
from weft.gluon import nn
net, x = nn.HybridSequential(nn.LeakyReLU(0.5), nn.GELU()), np.array([[-1.0, -2.0, 3.0]])
wanted = net(x).asnumpy()
locale.setlocale(locale.LC_NUMERIC, "de_DE.UTF-8")
assert locale.str(0.5) == "0,5"
net.export("{tmp_path}/net.weft", x)
numpy.testing.assert_allclose(runtime.Model("{tmp_path}/net.weft").context().run(x.asnumpy())[0],
                              wanted, rtol=1e-6)
"""
    environment = {**os.environ, "LOCPATH": str(tmp_path)}
    subprocess.run([sys.executable, "-c", program], env=environment, check=True)
