"""`weft convert` of ONNX files whose open extents hold only in part, beside the reference."""

import numpy
import onnx
import pytest
from onnx import helper
from onnx_models import model
from onnx_runs import reference
from weft import cli, runtime
from weft import onnx as importer
from weft._convert import convert

make = helper.make_node
RANDOM = numpy.random.default_rng(2)


def kernel(*shape):
    return (RANDOM.normal(size=shape) / numpy.sqrt(numpy.prod(shape[1:]))).astype("float32")


def anything():
    """Any batch, height and width."""
    nodes = [
        make("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1]),
        make("GlobalAveragePool", ["c"], ["y"]),
    ]
    return nodes, ["n", 3, "h", "w"], {"w": kernel(4, 3, 3, 3)}


def drawing():
    """As U-Nets do: what is halved is doubled again and joins the rest, so sides must be even."""
    nodes = [
        make("Conv", ["x", "w"], ["c"], pads=[1, 1, 1, 1], strides=[2, 2]),
        make("Resize", ["c", "", "s"], ["r"], mode="nearest"),
        make("Add", ["x", "r"], ["y"]),
    ]
    weights = {"w": kernel(3, 3, 3, 3), "s": numpy.array([1, 1, 2, 2], "float32")}
    return nodes, ["n", 3, "h", "w"], weights


def line():
    """Reads a line of text: the height is a column of pixels, whatever the file says."""
    nodes = [
        make("Conv", ["x", "w"], ["c"], strides=[48, 4], pads=[0, 1, 0, 1]),
        make("Squeeze", ["c", "two"], ["s"]),
        make("Transpose", ["s"], ["y"], perm=[0, 2, 1]),
    ]
    return nodes, ["n", 3, "?", "?"], {"w": kernel(5, 3, 48, 5), "two": numpy.array([2])}


def minus_one():
    """Old exporters write -1, and "?" for two extents that need not be the same."""
    nodes, _, weights = anything()
    return nodes, [-1, 3, "?", "?"], weights


def sound():
    """A window of 400 samples: there is no shorter sound."""
    nodes = [
        make("Unsqueeze", ["x", "one"], ["u"]),
        make("Conv", ["u", "w"], ["c"], strides=[160]),
        make("Relu", ["c"], ["y"]),
    ]
    return nodes, ["n", "samples"], {"w": kernel(4, 1, 400), "one": numpy.array([1])}


# What makes the network, what stays open, what the other extents become.
KINDS = {
    "anything": (anything, {"n", "h", "w"}, ("n", 3, "h", "w")),
    "drawing": (drawing, {"n"}, ("n", 3, 640, 640)),
    "line": (line, {"x_0", "x_3"}, ("n", 3, 48, "x_3")),
    "minus one": (minus_one, {"x_0", "x_2", "x_3"}, ("x_0", 3, "x_2", "x_3")),
    "sound": (sound, {"n", "samples"}, ("n", "samples")),
}


def written(name, tmp_path):
    nodes, shape, weights = KINDS[name][0]()
    network = model(nodes, {"x": ("float32", shape)}, {"y": ("float32", None)}, weights)
    path = tmp_path / "net.onnx"
    onnx.save(network, path)
    return network, path


@pytest.mark.parametrize("name", KINDS)
def test_extents_stay_open_as_far_as_the_network_holds(name, tmp_path, capsys):
    network, path = written(name, tmp_path)
    wanted = KINDS[name][2]
    assert cli.main(["convert", str(path)]) == 0
    told = capsys.readouterr().err
    fixed = [extent for extent in wanted[2:] if isinstance(extent, int)]
    context = runtime.Model(tmp_path / "net.weft").context()
    found = context.inputs[0].shape
    is_open = tuple(-1 if isinstance(extent, str) else extent for extent in wanted)
    assert found == is_open, found
    assert ("--shape" in told) == bool(fixed)
    for extent in fixed:
        assert f"is {extent}" in told
    sizes = {"n": 2, "samples": 1234, "h": 20, "w": 31, "x_0": 3, "x_2": 21, "x_3": 36}
    for more in (0, 1):
        shape = [extent if isinstance(extent, int) else sizes[extent] + more for extent in wanted]
        x = RANDOM.normal(size=shape).astype("float32")
        (want,) = reference(network, [x])
        numpy.testing.assert_allclose(context.run(x)[0], want, rtol=1e-4, atol=1e-5)


def by_rate(pieces=((16000, 512), (8000, 256))):
    """An If whose branches take sounds of different lengths."""
    (rate, then_length), (_, else_length) = pieces

    def branch(length):
        nodes = [make("Reshape", ["x", f"s{length}"], [f"r{length}"])]
        nodes += [make("ReduceMean", [f"r{length}"], [f"m{length}"], axes=[1], keepdims=1)]
        out = helper.make_tensor_value_info(f"m{length}", onnx.TensorProto.FLOAT, None)
        return helper.make_graph(nodes, f"b{length}", [], [out])

    nodes = [
        make("Equal", ["sr", "rate"], ["is_fast"]),
        make(
            "If",
            ["is_fast"],
            ["y"],
            then_branch=branch(then_length),
            else_branch=branch(else_length),
        ),
    ]
    weights = {"rate": numpy.array(rate)}
    weights |= {f"s{length}": numpy.array([1, length]) for _, length in pieces}
    inputs = {"x": ("float32", ["n", "samples"]), "sr": ("int64", [])}
    return model(nodes, inputs, {"y": ("float32", None)}, weights, opset=17)


def test_a_constant_decides_a_branch(tmp_path, capsys):
    network = by_rate()
    path = tmp_path / "net.onnx"
    onnx.save(network, path)
    assert cli.main(["convert", str(path)]) == 1
    told = capsys.readouterr().err
    assert "--shape x=N,N" in told and "--constant sr=N" in told
    for rate, length in ((16000, 512), (8000, 256)):
        assert cli.main(["convert", str(path), "--constant", f"sr={rate}"]) == 0
        context = runtime.Model(tmp_path / "net.weft").context()
        assert [port.name for port in context.inputs] == ["x"]
        assert context.inputs[0].shape == (1, length)
        x = RANDOM.normal(size=(1, length)).astype("float32")
        (want,) = reference(network, [x, numpy.array(rate)])
        numpy.testing.assert_allclose(context.run(x)[0], want, rtol=1e-4, atol=1e-6)
        block = importer.load(path, constants={"sr": rate})
        numpy.testing.assert_allclose(block(x).asnumpy(), want, rtol=1e-4, atol=1e-6)


def test_bad_constants_are_refused(tmp_path, capsys):
    path = tmp_path / "net.onnx"
    onnx.save(by_rate(), path)
    with pytest.raises(LookupError, match="must name inputs, which are x, sr; got `rate`"):
        convert(path, constants={"rate": 16000})
    with pytest.raises(ValueError, match=r"`sr` must fit shape \(\); got \(2,\)"):
        convert(path, constants={"sr": [16000, 8000]})
    with pytest.raises(TypeError, match="`sr` must be of int64; got 'fast'"):
        convert(path, constants={"sr": "fast"})
    with pytest.raises(NotImplementedError, match=r"`constants` is for \.onnx files"):
        (tmp_path / "net.tflite").write_bytes(b"")
        convert(tmp_path / "net.tflite", constants={"sr": 1})
    with pytest.raises(SystemExit):
        cli.main(["convert", str(path), "--constant", "sr"])
    assert "such as sr=16000" in capsys.readouterr().err
