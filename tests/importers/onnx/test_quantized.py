"""Quantized operators of the standard: to the bit those of the reference, in all forms."""

import ml_dtypes
import numpy
import pytest
import weft
from onnx import TensorProto
from onnx.reference import ReferenceEvaluator
from onnx_checks import check, one_node, outputs_of
from onnx_models import helper_node, model
from weft import np

GENERATOR = numpy.random.default_rng(9)


def real(*shape, scale=10.0, dtype="float32"):
    return (GENERATOR.normal(size=shape) * scale).astype(dtype)


def whole(dtype, *shape):
    limits = ml_dtypes.iinfo(dtype)
    return GENERATOR.integers(int(limits.min), int(limits.max) + 1, shape).astype(dtype)


def scales(*shape):
    return GENERATOR.uniform(0.05, 0.2, shape).astype("float32")


def exact(operator, inputs, attributes=None, **options):
    return check(operator, inputs, attributes, rtol=0, atol=0, **options)


# Shape of the scales for data (4, 6, 5), the axis, and the size of a block.
FORMS = {
    "tensor": ((), 1, 0),
    "axis": ((6,), 1, 0),
    "last": ((5,), -1, 0),
    "block": ((4, 2, 5), 1, 3),
    "short block": ((4, 2, 5), 1, 4),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
@pytest.mark.parametrize("is_constant", [False, True])
def test_there_and_back(form, dtype, is_constant):
    shape, axis, block = FORMS[form]
    attributes = {"axis": axis, "block_size": block}
    held = {"opset": 21, "constants": ("s", "z") if is_constant else ()}
    inputs = {"x": real(4, 6, 5), "s": scales(*shape), "z": whole(dtype, *shape)}
    (found,) = exact("QuantizeLinear", inputs, attributes, **held)
    exact("DequantizeLinear", inputs | {"x": found}, attributes, **held)


def test_versions_without_blocks_and_without_zero_points():
    x = real(4, 6)
    for opset in (10, 13, 19):
        inputs = {"x": x, "s": numpy.array(0.1, "float32")}
        (found,) = exact("QuantizeLinear", inputs, opset=opset)
        assert found.dtype == "uint8"
        wanted = [found * inputs["s"]]
        exact("DequantizeLinear", {"x": found, "s": inputs["s"]}, opset=opset, wanted=wanted)
    attributes = {"output_dtype": TensorProto.INT16}
    exact("QuantizeLinear", {"x": x, "s": numpy.array(0.1, "float32")}, attributes, opset=21)


def test_halves_go_to_the_even_integer():
    x = numpy.array([-2.5, -1.5, -0.5, 0.5, 1.5, 2.5, 300, -300], "float32")
    inputs = {"x": x, "s": numpy.array(1.0, "float32"), "z": numpy.array(3, "int8")}
    (found,) = exact("QuantizeLinear", inputs)
    assert found.tolist() == [1, 1, 3, 3, 5, 5, 127, -128]


@pytest.mark.parametrize("name", ["int4", "uint4", "int2", "uint2"])
def test_constants_of_few_bits_are_dequantized(name):
    """Such weights are the usual form of small language models; activations stay floats."""
    dtype = numpy.dtype(getattr(ml_dtypes, name))
    opset = 21 if "4" in name else 25
    inputs = {"w": whole(dtype, 8, 6), "s": scales(2, 6), "z": whole(dtype, 2, 6)}
    attributes = {"axis": 0, "block_size": 4}
    exact("DequantizeLinear", inputs, attributes, opset=opset, constants=("w", "s", "z"))


@pytest.mark.parametrize("name", ["float8_e4m3fn", "float8_e5m2", "int4", "uint4", "float4_e2m1fn"])
def test_results_of_few_bits_are_arrays_where_weft_has_the_dtype(name):
    dtype = numpy.dtype(getattr(ml_dtypes, name))
    inputs = {"x": real(3, 7), "s": numpy.array(0.5, "float32"), "z": numpy.zeros((), dtype)}
    network, feeds = one_node("QuantizeLinear", inputs, constants=("s", "z"), opset=23)
    block = weft.onnx.load(network)
    found = block(*map(np.array, feeds.values()))
    (wanted,) = ReferenceEvaluator(network).run(None, feeds)
    assert found.dtype == wanted.dtype
    assert isinstance(found, np.ndarray) == (name != "float4_e2m1fn")
    found = numpy.asarray(found)
    numpy.testing.assert_array_equal(found.astype("float32"), wanted.astype("float32"))
    # Such a value is also taken as an input.
    network, feeds = one_node("DequantizeLinear", {"x": found, "s": inputs["s"]}, opset=23)
    (wanted,) = ReferenceEvaluator(network).run(None, feeds)
    numpy.testing.assert_array_equal(weft.onnx.load(network)(*feeds.values()).asnumpy(), wanted)


def narrowed(name, form):
    """A model that quantizes to a dtype of few bits, with what the reference gives."""
    shape, axis, block = FORMS[form]
    dtype = numpy.dtype(getattr(ml_dtypes, name))
    nodes = [
        helper_node("QuantizeLinear", ["x", "s", "z"], ["q"], axis=axis, block_size=block),
        helper_node("DequantizeLinear", ["q", "s", "z"], ["y"], axis=axis, block_size=block),
    ]
    held = {"s": scales(*shape) * 4, "z": numpy.zeros(shape, dtype)}
    types = {"x": ("float32", ["batch", 6, 5])}, {"y": ("float32", None), "q": (name, None)}
    types[1]["q"] = (dtype, None)
    return model(nodes, *types, held, 25 if "2" in name else 23)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["int4", "uint4", "float8_e4m3fn", "float8_e5m2fnuz"])
def test_results_of_few_bits_are_part_of_graphs_and_files(name, form, tmp_path):
    network, x = narrowed(name, form), real(4, 6, 5)
    wanted = ReferenceEvaluator(network).run(None, {"x": x})
    block = weft.onnx.load(network)
    block.hybridize()
    y, q = block(np.array(x))
    assert q.dtype == name
    numpy.testing.assert_array_equal(y.asnumpy(), wanted[0])
    numpy.testing.assert_array_equal(q.astype("float32").asnumpy(), wanted[1].astype("float32"))
    block.export(tmp_path / "net.weft", np.array(x))
    found = weft.runtime.Model(tmp_path / "net.weft").context().run(x)
    numpy.testing.assert_array_equal(numpy.asarray(found[0]), wanted[0])


@pytest.mark.parametrize("name", ["int2", "uint2", "float4_e2m1fn"])
def test_results_that_no_graph_has_are_named(name):
    block = weft.onnx.load(narrowed(name, "tensor"))
    block.hybridize()
    with pytest.raises(NotImplementedError, match=f"QuantizeLinear `q`.* {name}.*hybridize"):
        block(np.array(real(2, 6, 5)))


@pytest.mark.parametrize("shape", [(5,), (3, 4), (2, 3, 4)])
def test_dynamic_quantize(shape):
    for offset in (0, 30, -30):
        exact(
            "DynamicQuantizeLinear",
            {"x": real(*shape) + numpy.float32(offset)},
            opset=11,
            outputs=("y", "scale", "zero"),
        )


# ---- products: the zero points are known, or arrive with the data -------------------------------

KINDS = [(a, b) for a in ("uint8", "int8") for b in ("uint8", "int8")]


@pytest.mark.parametrize(("left", "right"), KINDS)
@pytest.mark.parametrize("held", [(), ("b", "az", "bz")])
@pytest.mark.parametrize(
    ("a", "b", "bz"),
    [
        ((3, 5), (5, 4), ()),
        ((3, 5), (5, 4), (4,)),
        ((2, 3, 5), (5, 4), ()),
        ((2, 3, 5), (2, 5, 4), ()),
    ],
)
def test_matmul_integer(left, right, held, a, b, bz):
    inputs = {
        "a": whole(left, *a),
        "b": whole(right, *b),
        "az": whole(left),
        "bz": whole(right, *bz),
    }
    exact("MatMulInteger", inputs, constants=held, opset=10)
    exact("MatMulInteger", {"a": inputs["a"], "b": inputs["b"]}, opset=10)


@pytest.mark.parametrize(("left", "right"), KINDS)
@pytest.mark.parametrize("held", [(), ("w", "xz", "wz")])
@pytest.mark.parametrize("group", [1, 2])
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_conv_integer(left, right, held, group, rank):
    inputs = {
        "x": whole(left, 2, 4, *(7, 6, 5)[:rank]),
        "w": whole(right, 6, 4 // group, *(3, 2, 2)[:rank]),
        "xz": whole(left),
        "wz": whole(right),
    }
    attributes = {
        "group": group,
        "pads": [1, 0, 1][:rank] + [2, 1, 0][:rank],
        "strides": [2, 1, 1][:rank],
        "dilations": [1, 2, 1][:rank],
    }
    exact("ConvInteger", inputs, attributes, constants=held, opset=10)


def rounded(sums, factor, zero):
    """As the standard says: to even in float32, then the zero point."""
    limits = numpy.iinfo(zero.dtype)
    found = numpy.rint(sums.astype("float32") * factor) + zero.astype("float32")
    return numpy.clip(found, limits.min, limits.max).astype(zero.dtype)


@pytest.mark.parametrize(("left", "right"), KINDS)
@pytest.mark.parametrize("is_constant", [False, True])
@pytest.mark.parametrize("is_per_column", [False, True])
def test_qlinear_matmul(left, right, is_constant, is_per_column):
    columns = (4,) if is_per_column else ()
    inputs = {
        "a": whole(left, 3, 5),
        "as": scales(),
        "az": whole(left),
        "b": whole(right, 5, 4),
        "bs": scales(*columns),
        "bz": whole(right, *columns),
        "ys": numpy.array(6.0, "float32"),
        "yz": whole(left),
    }
    left_part = inputs["a"].astype("int32") - inputs["az"]
    sums = left_part @ (inputs["b"].astype("int32") - inputs["bz"])
    factor = inputs["as"] * inputs["bs"] / inputs["ys"]
    held = tuple(inputs)[1:] if is_constant else ()
    wanted = [rounded(sums, factor, inputs["yz"])]
    exact("QLinearMatMul", inputs, constants=held, opset=21, wanted=wanted)


@pytest.mark.parametrize(("left", "right"), KINDS)
@pytest.mark.parametrize("is_constant", [False, True])
@pytest.mark.parametrize("is_per_filter", [False, True])
def test_qlinear_conv(left, right, is_constant, is_per_filter):
    filters = (6,) if is_per_filter else ()
    inputs = {
        "x": whole(left, 2, 4, 7, 6),
        "xs": scales(),
        "xz": whole(left),
        "w": whole(right, 6, 2, 3, 2),
        "ws": scales(*filters),
        "wz": whole(right, *filters),
        "ys": numpy.array(9.0, "float32"),
        "yz": whole(left),
        "b": GENERATOR.integers(-999, 999, 6).astype("int32"),
    }
    attributes = {"group": 2, "pads": [1, 0, 2, 1], "strides": [2, 1]}
    plain = {name: inputs[name] for name in ("x", "w", "xz", "wz")}
    each = inputs["wz"].reshape((-1, 1, 1, 1)) if is_per_filter else inputs["wz"]
    plain["w"] = inputs["w"].astype("int32") - each
    network, feeds = one_node(
        "Conv",
        {
            "x": (inputs["x"].astype("int32") - inputs["xz"]).astype("float64"),
            "w": plain["w"].astype("float64"),
            "b": inputs["b"].astype("float64"),
        },
        attributes,
    )
    (sums,) = ReferenceEvaluator(network).run(None, feeds)
    factor = inputs["xs"] * inputs["ws"] / inputs["ys"]
    factor = factor.reshape((-1, 1, 1)) if is_per_filter else factor
    held = tuple(inputs)[1:] if is_constant else ()
    wanted = [rounded(sums.astype("int32"), factor, inputs["yz"])]
    exact("QLinearConv", inputs, attributes, constants=held, opset=10, wanted=wanted)


# ---- as part of a network -----------------------------------------------------------------------


def test_weights_stay_integers_and_are_not_trained(tmp_path):
    weights = {
        "w": whole("int8", 16, 8, 3, 3),
        "ws": scales(16),
        "wz": numpy.zeros(16, "int8"),
        "bias": real(16),
    }
    nodes = [
        helper_node("DequantizeLinear", ["w", "ws", "wz"], ["weight"], axis=0),
        helper_node("Conv", ["x", "weight", "bias"], ["y"], pads=[1, 1, 1, 1]),
    ]
    x = real(2, 8, 6, 6)
    given, made = {"x": ("float32", [None, 8, 6, 6])}, {"y": ("float32", [None, 16, 6, 6])}
    network = model(nodes, given, made, weights)
    block = weft.onnx.load(network)
    parameters = block.collect_params()
    assert parameters["w"].dtype == "int8"
    assert {n for n, p in parameters.items() if p.grad_req == "write"} == {"bias"}
    (wanted,) = ReferenceEvaluator(network).run(None, {"x": x})
    numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), wanted, rtol=1e-4, atol=1e-3)
    block.export(tmp_path / "net.weft", np.array(x))
    (found,) = weft.runtime.Model(tmp_path / "net.weft").context().run(x)
    numpy.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-3)


@pytest.mark.parametrize(
    ("inputs", "attributes", "message"),
    [
        ({"s": scales(4)}, {"axis": 1}, r"`scale` must have shape"),
        ({"s": scales(6)}, {"axis": 7}, "axis"),
        ({"s": scales(6)}, {"block_size": 2}, "blocks"),
        ({"s": scales(4), "z": whole("int16", 4)}, {}, "one scale for each"),
        ({"s": scales(), "z": whole("int8")}, {"output_dtype": TensorProto.INT16}, "output_dtype"),
    ],
)
def test_wrong_forms_are_named(inputs, attributes, message):
    network, feeds = one_node("QuantizeLinear", {"x": real(4, 6, 5), **inputs}, attributes)
    with pytest.raises((ValueError, TypeError, IndexError), match=message):
        outputs_of(network, feeds)
