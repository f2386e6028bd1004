"""Fourier transforms, frames, windows and mel filters beside NumPy and the reference."""

import numpy
import pytest
import weft
from onnx_checks import check, check_gradients, one_node, outputs_of
from weft import np

GENERATOR = numpy.random.default_rng(8)


def signal(*shape, dtype="float32"):
    return GENERATOR.normal(size=shape).astype(dtype)


def parts(z):
    return numpy.stack((z.real, z.imag), -1).astype("float32")


# One, primes, lengths of one product, those that are taken apart once and twice, and a large prime.
LENGTHS = (1, 2, 7, 64, 67, 72, 128, 509, 2304, 1031, 2062)


@pytest.mark.parametrize("length", LENGTHS)
def test_dft_of_complex_signals(length):
    x = signal(2, length, 2)
    z = x[..., 0].astype("complex128") + 1j * x[..., 1]
    held = {"opset": 20, "atol": 1e-5 * max(length, 8)}
    check("DFT", {"x": x}, wanted=[parts(numpy.fft.fft(z))], **held)
    check("DFT", {"x": x}, {"inverse": 1}, wanted=[parts(numpy.fft.ifft(z))], **held)


@pytest.mark.parametrize("length", LENGTHS[1:])
def test_dft_of_real_signals_there_and_back(length):
    x = signal(2, length, 1)
    z = numpy.fft.rfft(x[..., 0].astype("float64"))
    held = {"opset": 20, "atol": 1e-5 * max(length, 8)}
    (found,) = check("DFT", {"x": x}, {"onesided": 1}, wanted=[parts(z)], **held)
    inputs = {"x": found, "length": numpy.array(length)}
    attributes = {"onesided": 1, "inverse": 1}
    check("DFT", inputs, attributes, wanted=[x], constants=("length",), **held)


@pytest.mark.parametrize("length", [5, 9, 12])
@pytest.mark.parametrize("axis", [0, 1, -2])
def test_signals_are_cut_and_filled_along_any_axis(length, axis):
    x = signal(3, 9, 4, 2)
    z = numpy.fft.fft(x[..., 0] + 1j * x[..., 1], length, axis % 4)
    wanted, count = [parts(z)], numpy.array(length)
    inputs = {"x": x, "length": count, "axis": numpy.array(axis)}
    check("DFT", inputs, constants=("length", "axis"), opset=20, wanted=wanted)
    inputs.pop("axis")
    check("DFT", inputs, {"axis": axis}, constants=("length",), opset=17, wanted=wanted)


def test_dft_has_gradients():
    x = signal(2, 72, 2, dtype="float64")
    check_gradients("DFT", {"x": x}, opset=20)
    check_gradients("DFT", {"x": x[:, :, :1]}, {"onesided": 1}, opset=20)
    check_gradients("DFT", {"x": x}, {"onesided": 1, "inverse": 1}, opset=20)


@pytest.mark.parametrize("has_window", [False, True])
@pytest.mark.parametrize("onesided", [0, 1])
@pytest.mark.parametrize("step", [3, 8])
def test_stft(has_window, onesided, step):
    inputs = {
        "x": signal(2, 50, 1),
        "step": numpy.array(step),
        "window": numpy.hanning(16).astype("float32") if has_window else None,
        "length": numpy.array(16),
    }
    held = {"constants": ("step", "length"), "opset": 17, "atol": 1e-4}
    check("STFT", inputs, {"onesided": onesided}, **held)


def test_frames_that_do_not_fit_are_an_error():
    inputs = {"x": signal(1, 10, 1), "step": numpy.array(2), "w": None, "n": numpy.array(16)}
    network, feeds = one_node("STFT", inputs, constants=("step", "n"), opset=17)
    with pytest.raises(ValueError, match="do not fit"):
        outputs_of(network, feeds)


@pytest.mark.parametrize("name", ["HannWindow", "HammingWindow", "BlackmanWindow"])
@pytest.mark.parametrize("periodic", [0, 1])
@pytest.mark.parametrize("count", [2, 5, 16])
def test_windows(name, periodic, count):
    inputs = {"n": numpy.array(count)}
    check(name, inputs, {"periodic": periodic}, constants=("n",), opset=17)
    found = check(name, inputs, {"output_datatype": 11}, constants=("n",), opset=17)
    assert found[0].dtype == "float64"


@pytest.mark.parametrize("bins", [4, 12])
def test_mel_weight_matrix(bins):
    numbers = {"n": bins, "length": 64, "rate": 16000}
    inputs = {name: numpy.array(value) for name, value in numbers.items()}
    inputs |= {"low": numpy.array(20.0, "float32"), "high": numpy.array(7500.0, "float32")}
    check("MelWeightMatrix", inputs, constants=tuple(inputs), opset=17)


def test_bodies_of_windows_get_defaults():
    """Without a rule the standard's body is read, whose constants are attributes of the node."""
    from weft.onnx import _expand

    network, _ = one_node("HannWindow", {"n": numpy.array(8)}, constants=("n",), opset=17)
    _expand._give_defaults(network, {("", "HannWindow")})
    given = {attribute.name: attribute.i for attribute in network.graph.node[0].attribute}
    assert given == {"output_datatype": 1, "periodic": 1}
    assert weft.onnx.missing(network) == []


@pytest.mark.parametrize("step", [1, 3, 4, 7])
def test_frames_of_signals_of_any_length(step, tmp_path):
    window = numpy.hanning(4).astype("float32")
    inputs = {"signal": signal(2, 12, 1), "step": numpy.array(step), "window": window}
    network, _ = one_node("STFT", inputs, constants=("step", "window"), opset=17)
    for axis, name in enumerate(("batch", "length")):
        network.graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    block = weft.onnx.load(network)
    dynamic = {"signal": {0: "batch", 1: "length"}}
    block.export(tmp_path / "net.weft", np.array(inputs["signal"]), dynamic=dynamic)
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for length in (4, 5, 12, 31):
        x = signal(2, length, 1)
        starts = range(0, length - 3, step)
        frames = numpy.stack([x[:, start : start + 4, 0] * window for start in starts], 1)
        found = numpy.asarray(context.run(x)[0])
        numpy.testing.assert_allclose(found, parts(numpy.fft.rfft(frames)), rtol=1e-4, atol=1e-5)
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), found, rtol=1e-4, atol=1e-5)
