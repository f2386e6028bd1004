"""Operators of the domain com.microsoft, which ONNX Runtime writes into optimized files."""

import numpy
import pytest
from microsoft_cases import cases
from onnx_checks import check, check_gradients, one_node, outputs_of
from onnx_models import helper_node, model

DOMAIN = "com.microsoft"
CASES = cases()


def options(case):
    return {
        "constants": case.constants,
        "outputs": case.outputs,
        "domain": DOMAIN,
        "opset": 17,
    }


def assert_close(found, wanted, steps):
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape and one.dtype == other.dtype
        tolerance = {"rtol": 1e-4, "atol": 1e-4} if one.dtype.kind == "f" else {"atol": steps}
        numpy.testing.assert_allclose(one.astype("float64"), other.astype("float64"), **tolerance)


@pytest.mark.parametrize("name", CASES)
def test_it_is_what_it_was_fused_of(name):
    case = CASES[name]
    network, feeds = one_node(case.operator, case.inputs, case.attributes, **options(case))
    found = outputs_of(network, feeds)
    wanted = [numpy.asarray(y, found[n].dtype) for n, y in enumerate(case.wanted)]
    assert_close(found, wanted, case.steps)


@pytest.mark.torch
@pytest.mark.parametrize("name", [n for n, case in CASES.items() if case.is_in_runtime])
def test_it_is_that_of_onnx_runtime(name):
    runtime = pytest.importorskip("onnxruntime", reason="not run: ONNX Runtime is not installed")
    case = CASES[name]
    network, feeds = one_node(case.operator, case.inputs, case.attributes, **options(case))
    network.ir_version = 10
    for value in network.graph.output:
        value.ClearField("type")
    session = runtime.InferenceSession(
        network.SerializeToString(), providers=["CPUExecutionProvider"]
    )
    assert_close(outputs_of(network, feeds), session.run(None, feeds), case.steps)


def test_a_simplified_norm_stands_without_a_domain():
    x = numpy.random.default_rng(13).normal(size=(2, 3, 8)).astype("float32")
    gamma = numpy.linspace(0.5, 2, 8).astype("float32")
    wanted = x / numpy.sqrt((x**2).mean(-1, keepdims=True) + 1e-5) * gamma
    check("SimplifiedLayerNormalization", {"x": x, "g": gamma}, opset=17, wanted=[wanted])


@pytest.mark.parametrize(
    ("operator", "shapes", "attributes"),
    [
        ("BiasGelu", [(2, 3, 8), (8,)], {}),
        ("FusedMatMul", [(2, 3, 5), (2, 3, 4)], {"transA": 1, "alpha": 0.5}),
        ("SkipLayerNormalization", [(2, 3, 8), (2, 3, 8), (8,)], {"epsilon": 1e-5}),
        ("MultiHeadAttention", [(2, 3, 8), (2, 4, 8), (2, 4, 8)], {"num_heads": 2}),
        ("Attention", [(2, 3, 8), (8, 24), (24,)], {"num_heads": 2, "unidirectional": 1}),
    ],
)
def test_gradients_reach_all_inputs(operator, shapes, attributes):
    generator = numpy.random.default_rng(14)
    inputs = {f"x{n}": generator.normal(size=shape) for n, shape in enumerate(shapes)}
    check_gradients(operator, inputs, attributes, domain=DOMAIN, opset=17)


def test_what_is_not_supported_is_said():
    x = numpy.zeros((1, 2, 8), "float32")
    for attributes in ({"scale": 2.0}, {"is_packed_batching": 1}):
        inputs = {"x": x, "p": numpy.array([0]), "cos": x[0], "sin": x[0]}
        network, feeds = one_node("RotaryEmbedding", inputs, attributes, domain=DOMAIN)
        with pytest.raises(NotImplementedError, match="RotaryEmbedding"):
            outputs_of(network, feeds)
    nodes = [helper_node("FusedConv", ["x", "w"], ["y"], domain=DOMAIN, activation="Sine")]
    given = {"x": ("float32", [1, 2, 4]), "w": ("float32", [2, 2, 1])}
    network = model(nodes, given, {"y": ("float32", [1, 2, 4])}, domains={DOMAIN: 1})
    feeds = {"x": numpy.zeros((1, 2, 4), "float32"), "w": numpy.zeros((2, 2, 1), "float32")}
    with pytest.raises(NotImplementedError, match="Sine"):
        outputs_of(network, feeds)
