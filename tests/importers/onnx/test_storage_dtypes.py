"""float8 and integers of 4 bits to ONNX and back: weights are stored as they are."""

import numpy
import onnx
import pytest
import weft
from onnx import TensorProto
from onnx.reference import ReferenceEvaluator
from weft import gluon, np

STORED = {
    "float8_e4m3fn": TensorProto.FLOAT8E4M3FN,
    "float8_e5m2": TensorProto.FLOAT8E5M2,
    "float8_e4m3fnuz": TensorProto.FLOAT8E4M3FNUZ,
    "float8_e5m2fnuz": TensorProto.FLOAT8E5M2FNUZ,
    "int4": TensorProto.INT4,
    "uint4": TensorProto.UINT4,
}
every = pytest.mark.parametrize("dtype", STORED)


class Stored(gluon.HybridBlock):
    """Stored weights, and a cast to their dtype of what is computed."""

    def __init__(self, dtype):
        super().__init__()
        self.dtype = dtype
        wide = numpy.random.default_rng(2).normal(size=(5, 3)).astype("float32") * 4
        self.weight = gluon.Constant(np.array(wide).astype(dtype))

    def forward(self, x):
        product = np.matmul(x, self.weight.data().astype("float32"))
        rounded = np.clip(product, 0, 7).astype(self.dtype)
        return np.concatenate([rounded.T.reshape(4, 3).astype("float32"), product], axis=1)


@every
def test_a_network_goes_to_onnx_and_back(tmp_path, dtype):
    net = Stored(dtype)
    net.initialize()
    x = np.array(numpy.random.default_rng(1).normal(size=(4, 5)).astype("float32"))
    wanted = net(x).asnumpy()
    weft.onnx.export(net, tmp_path / "net.onnx", x, opset=21)
    model = onnx.load(tmp_path / "net.onnx")
    onnx.checker.check_model(model, full_check=True)
    assert STORED[dtype] in [tensor.data_type for tensor in model.graph.initializer]
    (found,) = ReferenceEvaluator(model).run(None, {model.graph.input[0].name: x.asnumpy()})
    numpy.testing.assert_allclose(found, wanted, rtol=1e-5, atol=1e-5)
    block = weft.onnx.load(tmp_path / "net.onnx")
    for _ in range(2):
        numpy.testing.assert_allclose(block(x).asnumpy(), wanted, rtol=1e-5, atol=1e-5)
        block.hybridize()
    block.export(tmp_path / "again.weft", x)
    (found,) = weft.runtime.Model(tmp_path / "again.weft").context().run(x.asnumpy())
    numpy.testing.assert_allclose(numpy.asarray(found), wanted, rtol=1e-5, atol=1e-5)


@every
def test_quantized_weights_of_a_model_stay_as_they_are(tmp_path, dtype):
    generator = numpy.random.default_rng(5)
    weight = np.array(generator.integers(0, 8, (16, 3)).astype("float32")).astype(dtype).asnumpy()
    scale = generator.uniform(0.1, 1, 3).astype("float32")
    nodes = [
        onnx.helper.make_node("DequantizeLinear", ["w", "s"], ["wide"], axis=1),
        onnx.helper.make_node("MatMul", ["x", "wide"], ["y"]),
    ]
    constants = [
        onnx.helper.make_tensor("w", STORED[dtype], weight.shape, weight.astype("float32")),
        onnx.numpy_helper.from_array(scale, "s"),
    ]
    ports = [
        onnx.helper.make_tensor_value_info("x", TensorProto.FLOAT, [2, 16]),
        onnx.helper.make_tensor_value_info("y", TensorProto.FLOAT, [2, 3]),
    ]
    graph = onnx.helper.make_graph(nodes, "stored", ports[:1], ports[1:], constants)
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)])
    block = weft.onnx.load(model)
    assert dtype in [str(p.dtype) for p in block.collect_params().values()]
    x = generator.normal(size=(2, 16)).astype("float32")
    (wanted,) = ReferenceEvaluator(model).run(None, {"x": x})
    for _ in range(2):
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), wanted, rtol=1e-5, atol=1e-5)
        block.hybridize()
    block.export(tmp_path / "net.weft", np.array(x))
    (found,) = weft.runtime.Model(tmp_path / "net.weft").context().run(x)
    numpy.testing.assert_allclose(numpy.asarray(found), wanted, rtol=1e-5, atol=1e-5)


@every
def test_older_opsets_have_no_such_types(tmp_path, dtype):
    net = Stored(dtype)
    net.initialize()
    with pytest.raises(weft.Error, match=r"needs opset 21"):
        weft.onnx.export(net, tmp_path / "net.onnx", np.ones((4, 5)), opset=17)


@every
def test_what_onnx_cannot_move_is_refused(tmp_path, dtype):
    net = gluon.nn.HybridLambda(lambda x: x.astype(dtype)[::-1].astype("float32"))
    with pytest.raises(weft.Error, match=rf"no such operator for {dtype}; cast the array"):
        weft.onnx.export(net, tmp_path / "net.onnx", np.ones((4, 5)), opset=21)


@pytest.mark.parametrize("saturate", [0, 1])
def test_a_cast_to_float8_saturates_where_the_model_says_so(saturate):
    node = onnx.helper.make_node("Cast", ["x"], ["y"], to=TensorProto.FLOAT8E5M2, saturate=saturate)
    x = numpy.array([1e6, -numpy.inf, numpy.nan, 61440, 3.1], "float32")
    ports = [
        onnx.helper.make_tensor_value_info("x", TensorProto.FLOAT, [5]),
        onnx.helper.make_tensor_value_info("y", TensorProto.FLOAT8E5M2, [5]),
    ]
    graph = onnx.helper.make_graph([node], "cast", ports[:1], ports[1:])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 21)])
    (wanted,) = ReferenceEvaluator(model).run(None, {"x": x})
    block = weft.onnx.load(model)
    for _ in range(2):
        found = block(np.array(x))
        numpy.testing.assert_array_equal(found.view("uint8").asnumpy(), wanted.view("uint8"))
        block.hybridize()
