"""Models in QDQ form computed in integers: each result is at most one step from that of the model
as it is written, and what moves elements or is a table has the same bits."""

import shutil

import numpy
import pytest
import weft
from c_programs import FLAGS, built, run
from hypothesis import given, settings
from hypothesis import strategies as st
from int8_models import LAYERS, OTHERS, Network
from weft import cli, np, runtime


def loaded(network, **options):
    return weft.onnx.load(network.SerializeToString(), **options)


def result_of(block, feeds):
    y = block(*map(np.array, feeds.values()))
    return (y[0] if isinstance(y, tuple) else y).asnumpy()


def operators_of(block):
    return [node.operator for node in block._program.nodes]


def last_step(net):
    """What a step of the last DequantizeLinear stands for."""
    last = net.nodes[-1]
    return float(net.weights[last.input[1]]) if last.op_type == "DequantizeLinear" else 1e-4


def check(net, y, most):
    """Compares with the model as it is written, eager and hybridized; gives the int8 block."""
    made, feeds = net.model(y), net.feeds()
    wanted = result_of(loaded(made), feeds)
    block = loaded(made, int8=True)
    found = result_of(block, feeds)
    block.hybridize()
    numpy.testing.assert_array_equal(result_of(block, feeds), found)
    assert found.shape == wanted.shape and found.dtype == wanted.dtype
    steps = abs(found - wanted) / last_step(net)
    assert steps.max() < most + 0.01
    assert len(numpy.unique(wanted)) > 4  # the case tells something
    return block


@pytest.mark.parametrize("activations", ["int8", "uint8"])
@pytest.mark.parametrize("name", LAYERS)
def test_layers_are_one_step_off_at_most(name, activations):
    build, wanted = LAYERS[name]
    net = Network(activations=activations)
    block = check(net, build(net), 1)
    found = [name for name in operators_of(block) if name not in ("Transpose", "Signed")]
    end = [] if found[-1] == "Softmax" else ["DequantizeLinear"]
    assert found == ["QuantizeLinear", *wanted, *end]
    assert any(p.dtype == "int8" and p.shape for p in block.collect_params().values())
    assert not any(
        p.dtype == "float32" and len(p.shape) > 1 for p in block.collect_params().values()
    )


@pytest.mark.parametrize("activations", ["int8", "uint8"])
@pytest.mark.parametrize("name", OTHERS)
def test_other_operators(name, activations):
    build, most, wanted = OTHERS[name]
    net = Network(activations=activations)
    block = check(net, build(net), most)
    if wanted is not None:
        ways = {"Transpose", "Signed"} - {*wanted}
        found = [operator for operator in operators_of(block) if operator not in ways]
        assert found == ["QuantizeLinear", *wanted, "DequantizeLinear"]


@pytest.mark.torch
@pytest.mark.parametrize("activations", ["int8", "uint8"])
@pytest.mark.parametrize("name", [*LAYERS, *OTHERS])
def test_results_are_one_step_from_those_of_onnx_runtime(name, activations):
    runtime = pytest.importorskip("onnxruntime", reason="not run: ONNX Runtime is not installed")
    net = Network(activations=activations, opset=20)
    y = {**LAYERS, **OTHERS}[name][0](net)
    made, feeds = net.model(y), net.feeds()
    made.graph.output[0].ClearField("type")
    options = runtime.SessionOptions()
    options.log_severity_level = 3
    session = runtime.InferenceSession(
        made.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )
    found = result_of(loaded(made, int8=True), feeds)
    steps = abs(found - session.run(None, feeds)[0]) / last_step(net)
    assert steps.max() < 1.01


@given(
    st.floats(1e-3, 1e2),
    st.floats(1e-2, 1e2),
    st.integers(0, 255),
    st.integers(0, 255),
    st.sampled_from(["int8", "uint8"]),
    st.booleans(),
)
@settings(deadline=None, max_examples=40)
def test_any_scales_and_zero_points(step, share, zero, result_zero, activations, rectifies):
    net = Network(activations=activations)
    moved = 128 if activations == "int8" else 0
    x = net.rounded(net.input(1, 3, 5, 5), step, zero - moved)
    weight = net.weight(4, 3, 3, 3, axis=0)
    y = net("Conv", x, weight)
    y = net("Relu", y) if rectifies else y
    step_of_result = step * share * 0.1
    y = net.rounded(y, step_of_result, result_zero - moved)
    made = net.model(y)
    feeds = {n: v * numpy.float32(30 * step) for n, v in net.feeds().items()}
    found = result_of(loaded(made, int8=True), feeds)
    wanted = result_of(loaded(made), feeds)
    assert (abs(found - wanted) / step_of_result).max() < 1.01


# ---- operators of integers ----------------------------------------------------------------------


def convolution_of_integers(net):
    """QLinearConv, MaxPool of integers, QLinearAdd and a mean, as tools write them."""
    scale, other = net.scale(0.05, 131), net.scale(0.08, 120)
    q = net("QuantizeLinear", net.input(1, 3, 8, 8), *scale)
    numbers = net.constant(net.generator.integers(-127, 128, (4, 3, 3, 3)), "int8")
    steps = net.constant(net.generator.uniform(0.002, 0.006, 4))
    zeros = net.constant(numpy.zeros(4), "int8")
    bias = net.constant(net.generator.integers(-900, 900, 4), "int32")
    y = net("QLinearConv", q, *scale, numbers, steps, zeros, *other, bias, pads=[1, 1, 1, 1])
    y = net("MaxPool", y, kernel_shape=[2, 2], strides=[2, 2])
    sums = net.scale(0.1, 128)
    y = net("QLinearAdd", y, *other, y, *other, *sums, domain="com.microsoft")
    mean = net.scale(0.03, 110)
    return net("QLinearGlobalAveragePool", y, *sums, *mean, domain="com.microsoft"), mean


def test_operators_of_integers():
    net = Network()
    y, mean = convolution_of_integers(net)
    y = net("DequantizeLinear", net("Flatten", y), *mean)
    made, feeds = net.model(y), net.feeds()
    block = loaded(made, int8=True)
    found = [name for name in operators_of(block) if name not in ("Transpose", "Signed")]
    wanted = ["Convolution", "Pool", "Lookup", "Mean", "Flatten", "DequantizeLinear"]
    assert found == ["QuantizeLinear", *wanted]
    steps = abs(result_of(block, feeds) - result_of(loaded(made), feeds)) / 0.03
    assert steps.max() < 2.01  # of four operators in a row


def test_integers_of_graph_inputs_and_outputs_stay_what_they_are():
    net = Network()
    x = net.input(2, 10, dtype="uint8")
    scale, result = net.scale(0.05, 131), net.scale(0.07, 90)
    y = net("MatMul", net("DequantizeLinear", x, *scale), net.weight(10, 5, axis=1))
    y = net("QuantizeLinear", y, *result)
    made, feeds = net.model(y), net.feeds()
    made.graph.output[0].type.tensor_type.elem_type = 2
    block = loaded(made, int8=True)
    found, wanted = result_of(block, feeds), result_of(loaded(made), feeds)
    assert found.dtype == wanted.dtype == "uint8"
    assert abs(found.astype(int) - wanted.astype(int)).max() <= 1
    assert operators_of(block) == ["Signed", "Dense", "Unsigned"]


# ---- what stays as it is written ----------------------------------------------------------------


def with_zero_points(net):
    scale = net.scale(0.004, 100, "uint8")
    numbers = net.constant(net.generator.integers(0, 256, (10, 5)), "uint8")
    x = net.rounded(net.input(3, 10))
    return net.rounded(net("MatMul", x, net("DequantizeLinear", numbers, *scale)))


def computed_scale(net):
    x, step = net.input(3, 10), net.input(1)
    zero = net.constant(128, "uint8")
    step = net("Add", net("Abs", net("ReduceMax", step, keepdims=0)), net.constant(0.01))
    whole = net("QuantizeLinear", x, step, zero)
    real = net("DequantizeLinear", whole, step, zero)
    return net("MatMul", real, net.weight(10, 5, axis=1))


def huge_bias(net):
    x = net.rounded(net.input(3, 10), 1e-4)
    bias = net.constant(net.generator.normal(size=5) * 1e5)
    return net.rounded(net("Gemm", x, net.weight(10, 5, steps=1e-4), bias), 1e4)


def two_arrays(net):
    a, b = net.rounded(net.input(2, 3, 4)), net.rounded(net.input(2, 4, 5))
    return net.rounded(net("MatMul", a, b))


@pytest.mark.parametrize("build", [with_zero_points, computed_scale, huge_bias, two_arrays])
def test_what_has_no_int8_form_stays_as_it_is_written(build):
    net = Network()
    y = build(net)
    made, feeds = net.model(y), net.feeds()
    block = loaded(made, int8=True)
    assert {"MatMul", "Gemm"} & {*operators_of(block)}
    numpy.testing.assert_allclose(
        result_of(block, feeds), result_of(loaded(made), feeds), rtol=1e-5, atol=1e-5
    )


@pytest.mark.parametrize("activations", ["int8", "uint8"])
@pytest.mark.parametrize("operator", ["Identity", "Log"])
def test_what_is_no_number_becomes_the_integer_0(operator, activations):
    """As masks of -inf leave it, which tools give a scale of inf."""
    net = Network(activations=activations)
    x = net.input(2, 3, 4)
    x = net.rounded(x) if operator == "Log" else net("Sqrt", x)
    check(net, net.rounded(net(operator, x), 0.01, 5), 0)


def test_a_model_without_integers_is_the_same():
    net = Network()
    y = net("Relu", net("MatMul", net.input(2, 3), net.constant(numpy.ones((3, 2)))))
    made, feeds = net.model(y), net.feeds()
    block = loaded(made, int8=True)
    assert operators_of(block) == ["MatMul", "Relu"]
    numpy.testing.assert_array_equal(result_of(block, feeds), result_of(loaded(made), feeds))


# ---- files --------------------------------------------------------------------------------------


def small_network(net):
    """Two convolutions with a sum around one, a table, a mean and a dense layer."""
    x = net.rounded(net.input("batch", 3, 12, 12))
    y = net("Relu", net("Conv", x, net.weight(8, 3, 3, 3, axis=0), net.bias(8), strides=[2, 2]))
    y = net.rounded(y, 0.05, 0)
    z = net("Conv", y, net.weight(8, 1, 3, 3, axis=0), net.bias(8), group=8, pads=[1, 1, 1, 1])
    y = net.rounded(net("Add", net.rounded(z, 0.02), y), 0.06)
    y = net.rounded(net("HardSwish", y), 0.03, 20)
    y = net("Flatten", net.rounded(net("GlobalAveragePool", y), 0.01, 10))
    return net.rounded(net("Gemm", y, net.weight(8, 5, axis=1)), 0.02)


def exported(folder, **options):
    """The network as a .weft file, with its block and an image."""
    net = Network(activations="uint8")
    made = net.model(small_network(net))
    block = loaded(made, int8=True)
    image = (numpy.random.default_rng(3).normal(size=(1, 3, 12, 12)) * 2).astype("float32")
    block.export(folder / "net.weft", np.array(image), **options)
    return folder / "net.weft", block, image


def test_a_file_keeps_its_batch_open(tmp_path):
    path, block, image = exported(tmp_path, dynamic={"in0": {0: "batch"}})
    again = weft.gluon.SymbolBlock.imports(path)
    for batch in (1, 3):
        images = np.array(numpy.repeat(image, batch, axis=0) * numpy.float32(0.5))
        numpy.testing.assert_array_equal(again(images).asnumpy(), block(images).asnumpy())


def test_a_file_keeps_all_extents_open(tmp_path):
    """Also of means, and of sums with what is repeated."""
    net = Network()
    x = net.rounded(net.input("batch", 4, "height", "width"))
    mean = net.rounded(net("GlobalAveragePool", x), 0.03)
    y = net("Conv", mean, net.weight(4, 4, 1, 1, axis=0), net.bias(4))
    y = net.rounded(net("Add", net.rounded(net("Add", y, x), 0.06), mean), 0.07)
    block = loaded(net.model(y), int8=True)
    dynamic = {"in0": {0: "batch", 2: "height", 3: "width"}}
    block.export(tmp_path / "net.weft", np.zeros((1, 4, 8, 8)), dynamic=dynamic)
    again = weft.gluon.SymbolBlock.imports(tmp_path / "net.weft")
    for shape in ((1, 4, 8, 8), (2, 4, 3, 5)):
        images = np.array(net.generator.normal(size=shape).astype("float32"))
        numpy.testing.assert_array_equal(again(images).asnumpy(), block(images).asnumpy())


@pytest.mark.skipif(not shutil.which("cc"), reason="not run: cc is not installed")
def test_the_c_of_a_network_gives_the_same_integers(tmp_path):
    path, _, _ = exported(tmp_path)
    files = runtime.Model(path).write_c(tmp_path, name="net", main=True)
    run(built(files, tmp_path / "net", FLAGS))


def test_weft_convert_has_an_option(tmp_path, capsys):
    net = Network()
    (tmp_path / "net.onnx").write_bytes(net.model(small_network(net)).SerializeToString())
    path = str(tmp_path / "net.onnx")
    assert cli.main(["convert", path, "--int8", "--shape", "in0=1,3,12,12"]) == 0
    names = runtime.operators(tmp_path / "net.weft")
    assert "quantized_convolution" in names and " convolution" not in names
    (tmp_path / "net.tflite").write_bytes(b"")
    assert cli.main(["convert", str(tmp_path / "net.tflite"), "--int8"]) == 1
    assert "`int8` is for .onnx files" in capsys.readouterr().err
