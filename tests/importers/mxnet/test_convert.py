"""`weft convert model-symbol.json model-0000.params` makes a file that libweft runs."""

import shutil

import mxnet_files
import numpy
import pytest
import weft
from mxnet_files import node, symbol
from weft import cli


@pytest.fixture
def copied(root, tmp_path):
    def copy(name):
        folder = root / "tests" / "models" / "mxnet" / name
        for path in folder.glob("*-*"):
            shutil.copy(path, tmp_path)
        with numpy.load(folder / "io.npz") as found:
            return tmp_path / f"{name}-symbol.json", found["in0"], found["out0"]

    return copy


def ran(path, x, shape):
    context = weft.runtime.Model(path).context("forward")
    return numpy.asarray(context.run(x)[0]).reshape(shape)


@pytest.mark.parametrize("name", ["resnet18_v1", "module_convnet", "lstm_text", "v2_attention"])
def test_goldens_are_converted(name, copied, tmp_path, capsys):
    path, x, wanted = copied(name)
    params = tmp_path / f"{name}-0000.params"
    extents = ",".join(map(str, x.shape))
    target = tmp_path / "out.weft"
    command = ["convert", str(path), str(params), "-o", str(target), "--shape", f"data={extents}"]
    assert cli.main(command) == 0
    assert capsys.readouterr().out.strip() == str(target)
    numpy.testing.assert_allclose(ran(target, x, wanted.shape), wanted, rtol=1e-4, atol=1e-5)


def test_parameters_beside_the_symbol_are_found(copied, tmp_path, capsys):
    path = copied("mlp")[0]
    command = ["convert", str(path), "--shape", "data=8,20"]
    assert cli.main(command) == 0
    assert capsys.readouterr().out.strip() == str(tmp_path / "mlp.weft")
    shutil.copy(tmp_path / "mlp-0000.params", tmp_path / "mlp-0010.params")
    assert cli.main(command) == 1
    assert "mlp-0000.params, mlp-0010.params; name one of them" in capsys.readouterr().err
    for params in tmp_path.glob("*.params"):
        params.unlink()
    assert cli.main(command) == 1
    assert "there is no mlp-0000.params beside" in capsys.readouterr().err


def test_shapes_are_asked_for_where_the_symbol_does_not_say_them(copied, tmp_path, capsys):
    path, _, _ = copied("mlp")
    assert cli.main(["convert", str(path)]) == 1
    assert "the file does not say how many axes input `data` has" in capsys.readouterr().err
    nodes = [node("null", "data", attrs={"__shape__": "(2, 3)"}), node("exp", "y", [[0, 0, 0]])]
    (tmp_path / "exp-symbol.json").write_text(symbol(nodes))
    mxnet_files.parameters(tmp_path / "exp-0000.params", {"arg:unused": numpy.ones(1, "float32")})
    assert cli.main(["convert", str(tmp_path / "exp-symbol.json")]) == 0
    x = numpy.ones((2, 3), "float32")
    numpy.testing.assert_allclose(ran(tmp_path / "exp.weft", x, (2, 3)), numpy.exp(x), rtol=1e-6)


def test_other_formats_have_no_parameters_beside_them(tmp_path, capsys):
    (tmp_path / "net.onnx").write_bytes(b"")
    assert cli.main(["convert", str(tmp_path / "net.onnx"), "x.params"]) == 1
    assert "a .prototxt of Caffe have a file of parameters beside them" in capsys.readouterr().err
