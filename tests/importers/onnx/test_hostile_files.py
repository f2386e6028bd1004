"""Small files that ask for much, and files that contradict themselves: refused, and by Weft."""

import tracemalloc

import numpy
import onnx
import pytest
import weft.onnx
from onnx import helper, numpy_helper
from weft import memory, np

_GIGA = 1 << 30


def _model(nodes, constants, *, sparse=(), functions=(), opsets=(("", 20),)):
    known = [helper.make_tensor_value_info("x", 1, [1, 2, 4, 4])]
    made = [helper.make_tensor_value_info("y", 1, None)]
    held = [numpy_helper.from_array(numpy.asarray(v), name) for name, v in constants.items()]
    graph = helper.make_graph(nodes, "g", known, made, held, sparse_initializer=list(sparse))
    imports = [helper.make_opsetid(*one) for one in opsets]
    model = helper.make_model(graph, opset_imports=imports, functions=list(functions))
    model.ir_version = 9
    return model.SerializeToString()


def _added(node):
    """A graph that adds the sum of what a node makes of constants."""
    return [
        node,
        helper.make_node("Cast", node.output, ["real"], to=1),
        helper.make_node("ReduceSum", ["real"], ["sum"], keepdims=0),
        helper.make_node("Add", ["x", "sum"], ["y"]),
    ]


_ONE = numpy.ones(1, "float32")
_IMAGE = numpy.ones((1, 1, 1, 1), "float32")
_COLUMN = numpy.ones((1 << 15, 1), "float32")
_LARGE = {
    "ConstantOfShape": ({"a": [_GIGA]}, {}),
    "Expand": ({"a": _ONE, "b": [_GIGA]}, {}),
    "Tile": ({"a": _ONE, "b": [_GIGA]}, {}),
    "Range": ({"a": 0, "b": _GIGA, "c": 1}, {}),
    "OneHot": ({"a": [0], "b": _GIGA, "c": numpy.float32([0, 1])}, {}),
    "Pad": ({"a": _ONE, "b": [0, _GIGA]}, {}),
    "Resize": ({"a": _IMAGE, "": None, " ": None, "b": [1, 1, 1 << 15, 1 << 15]}, {}),
    "HannWindow": ({"a": _GIGA}, {}),
    "DFT": ({"a": numpy.ones((1, 4, 1), "float32"), "b": _GIGA}, {}),
    "MatMul": ({"a": _COLUMN, "b": _COLUMN.T.copy()}, {}),
    "Add": ({"a": _COLUMN, "b": _COLUMN.T.copy()}, {}),
    "ConvTranspose": (
        {"a": numpy.ones((1, 1, 2, 2), "float32"), "b": _IMAGE},
        {"strides": [1 << 15, 1 << 15]},
    ),
    "AffineGrid": ({"a": numpy.ones((1, 2, 3), "float32"), "b": [1, 1, 1 << 15, 1 << 15]}, {}),
    "MaxUnpool": (
        {"a": _IMAGE, "b": [[[[0]]]], "c": [1, 1, 1 << 15, 1 << 15]},
        {"kernel_shape": [1, 1]},
    ),
}


@pytest.mark.parametrize("operator", _LARGE)
def test_reading_makes_no_gigabytes_of_a_few_bytes(operator):
    constants, attributes = _LARGE[operator]
    inputs = [name.strip() for name in constants]
    node = helper.make_node(operator, inputs, ["made"], **attributes)
    held = {n: numpy.asarray(v) for n, v in constants.items() if n.strip()}
    content = _model(_added(node), held)
    memory.reset_peak()
    before = memory.stats()["peak"]
    tracemalloc.start()
    try:
        weft.onnx.load(content)
        of_numpy = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert of_numpy < 1 << 26 and memory.stats()["peak"] - before < 1 << 26


def _doubling(levels):
    opsets = [helper.make_opsetid("", 17), helper.make_opsetid("f", 1)]
    calls = [helper.make_function("f", "f0", ["a"], ["b"],
                                  [helper.make_node("Tanh", ["a"], ["b"])], opsets)]  # fmt: skip
    for level in range(1, levels + 1):
        twice = [helper.make_node(f"f{level - 1}", [a], [b], domain="f") for a, b in ("at", "tb")]
        calls.append(helper.make_function("f", f"f{level}", ["a"], ["b"], twice, opsets))
    node = helper.make_node(f"f{levels}", ["x"], ["y"], domain="f")
    return _model([node], {}, functions=calls, opsets=(("", 17), ("f", 1)))


@pytest.mark.parametrize("levels", [13, 40, 200])
def test_functions_that_double_each_other_are_refused(levels):
    with pytest.raises(ValueError, match=r"functions written out are \d+ nodes; the file may have"):
        weft.onnx.load(_doubling(levels))


def test_functions_of_functions_are_written_out():
    x = np.array(numpy.linspace(-1, 1, 32, dtype="float32").reshape(1, 2, 4, 4))
    wanted = x.asnumpy()
    for _ in range(8):
        wanted = numpy.tanh(wanted)
    numpy.testing.assert_allclose(weft.onnx.load(_doubling(3))(x).asnumpy(), wanted, rtol=1e-5)


def test_a_function_that_calls_itself_is_refused():
    opsets = [helper.make_opsetid("f", 1)]
    calls = [
        helper.make_function("f", name, ["a"], ["b"],
                             [helper.make_node(other, ["a"], ["b"], domain="f")], opsets)
        for name, other in ("pq", "qp")
    ]  # fmt: skip
    node = helper.make_node("p", ["x"], ["y"], domain="f")
    with pytest.raises(ValueError, match="calls itself"):
        weft.onnx.load(_model([node], {}, functions=calls, opsets=(("", 17), ("f", 1))))


@pytest.mark.parametrize("dims", [[-5], [2**62, 2**62], [0], [], [2**40]])
def test_a_sparse_tensor_that_fits_no_shape_is_refused(dims):
    sparse = onnx.SparseTensorProto()
    sparse.values.CopyFrom(numpy_helper.from_array(_ONE, "w"))
    places = numpy.zeros((1, max(1, len(dims))), "int64")
    sparse.indices.CopyFrom(numpy_helper.from_array(places, "i"))
    sparse.dims.extend(dims)
    with pytest.raises(OSError, match="sparse tensor `w`"):
        weft.onnx.load(_model([helper.make_node("Identity", ["w"], ["y"])], {}, sparse=[sparse]))


@pytest.mark.parametrize("linear", [False, True])
def test_a_sparse_tensor_has_its_values_where_they_are(linear):
    wanted = numpy.zeros((3, 4), "float32")
    wanted[[0, 2], [3, 1]] = [5, 6]
    places = numpy.flatnonzero(wanted) if linear else numpy.argwhere(wanted)
    sparse = onnx.SparseTensorProto()
    sparse.values.CopyFrom(numpy_helper.from_array(wanted[wanted != 0], "w"))
    sparse.indices.CopyFrom(numpy_helper.from_array(places.astype("int64"), "i"))
    sparse.dims.extend(wanted.shape)
    net = weft.onnx.load(_model([helper.make_node("Identity", ["w"], ["y"])], {}, sparse=[sparse]))
    numpy.testing.assert_array_equal(net(np.ones((1, 2, 4, 4))).asnumpy(), wanted)


def test_a_name_that_is_no_text_is_damage():
    content = _model([helper.make_node("Tanh", ["x"], ["y"])], {}).replace(b"Tanh", b"\xffanh")
    with pytest.raises(OSError, match="no UTF-8"):
        weft.onnx.load(content)


_CONTRADICTIONS = {
    "kernel_shape": helper.make_node("Conv", ["x", "w"], ["y"], kernel_shape=[2**40, 3]),
    "axis": helper.make_node("Flatten", ["x"], ["y"], axis=-99),
}


@pytest.mark.parametrize("what", _CONTRADICTIONS)
def test_an_attribute_that_contradicts_the_shapes_is_refused(what):
    weight = numpy.ones((2, 2, 3, 3), "float32")
    net = _model([_CONTRADICTIONS[what]], {"w": weight} if what == "kernel_shape" else {})
    with pytest.raises(ValueError, match=rf"`{what}` must be"):
        weft.onnx.load(net)(np.ones((1, 2, 4, 4)))


@pytest.mark.parametrize("operator", ["Range", "Expand"])
def test_a_run_that_has_no_memory_says_so(operator):
    held = {"a": _ONE, "b": [1 << 40]} if operator == "Expand" else {"a": 0, "b": 1 << 39, "c": 1}
    node = helper.make_node(operator, list(held), ["y"])
    net = weft.onnx.load(_model([node], held))
    with pytest.raises(MemoryError, match=operator) as caught:
        net(np.ones((1, 2, 4, 4)))
    assert isinstance(caught.value, weft.Error)
