"""Layers that exporters write out are put together again, with the same results; what only looks
like one stays as it is."""

import math

import numpy
import pytest
import weft
from onnx import numpy_helper
from onnx.reference import ReferenceEvaluator
from onnx_models import helper_node, model
from weft import np

X = ("float32", [2, 3, 4])


def numbers(**values):
    return {name: numpy.array(value, "float32") for name, value in values.items()}


def gelu(order):
    """0.5 x (1 + erf(x / sqrt 2)) with its last products in an order."""
    nodes = [
        helper_node("Div", ["x", "root"], ["s"]),
        helper_node("Erf", ["s"], ["e"]),
        helper_node("Add", ["one", "e"], ["a"]),
    ]
    if order == "half first":
        nodes += [helper_node("Mul", ["x", "half"], ["h"]), helper_node("Mul", ["h", "a"], ["y"])]
    elif order == "half last":
        nodes += [helper_node("Mul", ["a", "x"], ["h"]), helper_node("Mul", ["half", "h"], ["y"])]
    else:
        nodes += [helper_node("Mul", ["a", "half"], ["h"]), helper_node("Mul", ["x", "h"], ["y"])]
    return nodes, numbers(root=math.sqrt(2), one=1, half=0.5), ["Gelu"]


def tanh_gelu(cube):
    nodes = [helper_node("Mul", ["x", "x"], ["x2"]), helper_node("Mul", ["x", "x2"], ["x3"])]
    if cube == "power":
        nodes = [helper_node("Pow", ["x", "three"], ["x3"])]
    nodes += [
        helper_node("Mul", ["x3", "share"], ["c"]),
        helper_node("Add", ["x", "c"], ["t"]),
        helper_node("Mul", ["t", "factor"], ["i"]),
        helper_node("Tanh", ["i"], ["th"]),
        helper_node("Add", ["th", "one"], ["a"]),
        helper_node("Mul", ["x", "half"], ["h"]),
        helper_node("Mul", ["h", "a"], ["y"]),
    ]
    constants = numbers(three=3, share=0.044715, factor=math.sqrt(2 / math.pi), one=1, half=0.5)
    return nodes, constants, ["Gelu"]


def swish():
    nodes = [helper_node("Sigmoid", ["x"], ["s"]), helper_node("Mul", ["s", "x"], ["y"])]
    return nodes, {}, ["Swish"]


def hard_swish():
    nodes = [
        helper_node("Add", ["x", "three"], ["a"]),
        helper_node("Clip", ["a", "zero", "six"], ["c"]),
        helper_node("Mul", ["x", "c"], ["p"]),
        helper_node("Div", ["p", "six"], ["y"]),
    ]
    return nodes, numbers(three=3, zero=0, six=6), ["HardSwish"]


def norm(kind):
    axes = {"axis": numpy.array([-1])}
    weights = numbers(eps=1e-5, two=2, one=1, gamma=[1, 2, 3, 4], beta=[4, 3, 2, 1])
    nodes, centred = [], "x"
    if kind == "layer":
        nodes = [
            helper_node("ReduceMean", ["x", "axis"], ["m"]),
            helper_node("Sub", ["x", "m"], ["d"]),
        ]
        centred = "d"
    nodes += [
        helper_node("Pow", [centred, "two"], ["q"]),
        helper_node("ReduceMean", ["q", "axis"], ["v"]),
        helper_node("Add", ["v", "eps"], ["ve"]),
        helper_node("Sqrt", ["ve"], ["r"]),
    ]
    if kind == "layer":
        nodes += [
            helper_node("Div", [centred, "r"], ["n"]),
            helper_node("Mul", ["n", "gamma"], ["g"]),
            helper_node("Add", ["g", "beta"], ["y"]),
        ]
        return nodes, weights | axes, ["LayerNormalization"]
    nodes += [
        helper_node("Div", ["one", "r"], ["i"]),
        helper_node("Mul", [centred, "i"], ["n"]),
        helper_node("Mul", ["gamma", "n"], ["y"]),
    ]
    return nodes, weights | axes, ["RMSNormalization"]


def attention(mask, guard):
    """softmax(x xᵀ / 2 + mask) x."""
    nodes = [
        helper_node("Transpose", ["x"], ["t"], perm=[0, 2, 1]),
        helper_node("MatMul", ["x", "t"], ["s"]),
        helper_node("Div", ["s", "two"], ["scaled"]),
    ]
    scores = "scaled"
    if mask:
        nodes.append(helper_node("Add", ["scaled", "mask"], ["masked"]))
        scores = "masked"
    nodes.append(helper_node("Softmax", [scores], ["p"], axis=-1))
    shares = "p"
    if guard:
        nodes += [
            helper_node("IsNaN", ["p"], ["nan"]),
            helper_node("Where", ["nan", "zero", "p"], ["safe"]),
        ]
        shares = "safe"
    nodes.append(helper_node("MatMul", [shares, "x"], ["y"]))
    weights = numbers(two=2, zero=0, mask=numpy.triu(numpy.full((3, 3), -1e4), 1))
    return nodes, weights, ["ScaledDotProductAttention"]


CASES = {
    "gelu, half first": lambda: gelu("half first"),
    "gelu, half last": lambda: gelu("half last"),
    "gelu, half within": lambda: gelu("half within"),
    "gelu by tanh": lambda: tanh_gelu("power"),
    "gelu by tanh and products": lambda: tanh_gelu("products"),
    "swish": swish,
    "hard swish": hard_swish,
    "layer norm": lambda: norm("layer"),
    "rms norm": lambda: norm("rms"),
    "attention": lambda: attention(False, False),
    "attention, masked": lambda: attention(True, False),
    "attention, guarded": lambda: attention(True, True),
}


def built(nodes, constants, outputs=("y",)):
    used = {name for node in nodes for name in node.input}
    weights = {name: value for name, value in constants.items() if name in used}
    return model(nodes, {"x": X}, dict.fromkeys(outputs, ("float32", None)), weights)


@pytest.mark.parametrize("name", CASES)
def test_a_layer_is_found_and_gives_the_same(name):
    nodes, constants, wanted = CASES[name]()
    network = built(nodes, constants)
    x = numpy.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    block = weft.onnx.load(network)
    assert [node.operator for node in block._program.nodes] == wanted
    expected = ReferenceEvaluator(network).run(None, {"x": x})[0]
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", CASES)
def test_what_something_else_reads_stays(name):
    """An inner value is an output, too: the layer may not swallow it."""
    nodes, constants, _ = CASES[name]()
    inner = nodes[-2].output[0]
    network = built(nodes, constants, ("y", inner))
    x = numpy.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    block = weft.onnx.load(network)
    expected = ReferenceEvaluator(network).run(None, {"x": x})
    for found, value in zip(block(np.array(x)), expected, strict=True):
        numpy.testing.assert_allclose(found.asnumpy(), value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", ["gelu, half first", "hard swish", "gelu by tanh"])
def test_other_numbers_are_no_layer(name):
    nodes, constants, wanted = CASES[name]()
    changed = {n: value * numpy.float32(1.1) for n, value in constants.items()}
    network = built(nodes, changed)
    x = numpy.random.default_rng(1).normal(size=(2, 3, 4)).astype("float32")
    block = weft.onnx.load(network)
    assert [node.operator for node in block._program.nodes] != wanted
    expected = ReferenceEvaluator(network).run(None, {"x": x})[0]
    numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), expected, rtol=1e-5, atol=1e-6)


# ---- attention as PyTorch's exporter writes it --------------------------------------------------

N, T, H, D = 2, 5, 3, 4
MASKS = {
    "none": numpy.zeros((1, 1, T, T), "float32"),
    "causal": numpy.triu(numpy.full((1, 1, T, T), -numpy.inf, "float32"), 1),
    "causal, finite": numpy.triu(numpy.full((T, T), -3e38, "float32"), 1),
    "half": numpy.triu(numpy.full((1, 1, T, T), -1e4, "float32"), 1),
    "of samples": numpy.zeros((N, 1, T, T), "float32"),
    "hidden rows": numpy.full((1, 1, T, T), -numpy.inf, "float32"),
}


def written_out(mask, view=(N, T, -1, D), flat=(-1, T, D), turned=(N, H, D, T)):
    """Attention of x to itself: keys are turned in three axes, both operands are scaled."""
    scale = numpy.float32(D**-0.25)
    weights = {
        "view": numpy.array(view),
        "flat": numpy.array(flat),
        "turned": numpy.array(turned),
        "scale": numpy.array(scale),
        "mask": mask,
        "zero": numpy.array(0, "float32"),
    }
    nodes = [
        helper_node("Reshape", ["x", "view"], ["viewed"]),
        helper_node("Transpose", ["viewed"], ["heads"], perm=[0, 2, 1, 3]),
        helper_node("Reshape", ["heads", "flat"], ["k3"]),
        helper_node("Transpose", ["k3"], ["k3t"], perm=[0, 2, 1]),
        helper_node("Reshape", ["k3t", "turned"], ["kt"]),
        helper_node("Mul", ["heads", "scale"], ["q"]),
        helper_node("Mul", ["kt", "scale"], ["k"]),
        helper_node("MatMul", ["q", "k"], ["s"]),
        helper_node("Add", ["s", "mask"], ["masked"]),
        helper_node("Softmax", ["masked"], ["p"], axis=-1),
        helper_node("IsNaN", ["p"], ["nan"]),
        helper_node("Where", ["nan", "zero", "p"], ["safe"]),
        helper_node("MatMul", ["safe", "heads"], ["y"]),
    ]
    inputs = {"x": ("float32", [N, T, H * D])}
    return model(nodes, inputs, {"y": ("float32", None)}, weights)


# What stands in the shapes of the keys: the ends of slices of the shape that they have.
WIDTH, STEPS, LEAD = (("minus_one", "last"), ("minus_two", "minus_one"), ("first", "minus_two"))


def with_open_extents(flat=(STEPS, WIDTH), turned=(LEAD, WIDTH, STEPS)):
    """The same with an open batch and open steps: the shapes in which keys are turned are computed
    from that of the keys."""
    network = written_out(MASKS["none"])
    graph = network.graph
    bounds = {"minus_one": -1, "minus_two": -2, "first": -(1 << 63), "last": (1 << 63) - 1}
    for name, bound in bounds.items():
        graph.initializer.append(numpy_helper.from_array(numpy.array([bound]), name))
    kept = [node for node in graph.node if node.output[0] not in ("masked", "viewed")]
    next(node for node in kept if node.op_type == "Softmax").input[0] = "s"
    for tensor in [t for t in graph.initializer if t.name in ("flat", "turned", "view", "mask")]:
        graph.initializer.remove(tensor)
    graph.initializer.append(numpy_helper.from_array(numpy.array([0, 0, H, D]), "view"))
    made = [
        helper_node("Reshape", ["x", "view"], ["viewed"]),
        *[node for node in kept if node.output[0] == "heads"],
        helper_node("Shape", ["heads"], ["shape"]),
    ]
    for name, parts in (("flat", flat), ("turned", turned)):
        cuts = [f"{name}{number}" for number in range(len(parts))]
        made += [helper_node("Slice", ["shape", *p], [c]) for p, c in zip(parts, cuts, strict=True)]
        lead = ["minus_one"] if name == "flat" else []
        made.append(helper_node("Concat", [*lead, *cuts], [name], axis=0))
    rest = [node for node in kept if node.output[0] != "heads"]
    del graph.node[:]
    graph.node.extend(made + rest)
    for axis, name in enumerate(("batch", "steps")):
        graph.input[0].type.tensor_type.shape.dim[axis].dim_param = name
    return network


def test_attention_of_open_extents_is_found(tmp_path):
    network = with_open_extents()
    nodes = same_as_reference(network)
    assert nodes[-1].operator == "ScaledDotProductAttention"
    assert not {"Shape", "Softmax"} & {node.operator for node in nodes}
    block, x = weft.onnx.load(network), numpy.zeros((N, T, H * D), "float32")
    block.export(tmp_path / "net.weft", np.array(x), dynamic={"x": {0: "batch", 1: "steps"}})
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for shape in ((1, 7), (3, 2)):
        x = numpy.random.default_rng(3).normal(size=(*shape, H * D)).astype("float32")
        (expected,) = ReferenceEvaluator(network).run(None, {"x": x})
        numpy.testing.assert_allclose(context.run(x)[0], expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(
    "changed", [{"flat": (WIDTH, STEPS)}, {"turned": (LEAD, STEPS, WIDTH)}], ids=["flat", "turned"]
)
def test_other_parts_of_a_shape_are_no_swap(changed):
    nodes = weft.onnx.load(with_open_extents(**changed))._program.nodes
    assert "ScaledDotProductAttention" not in {node.operator for node in nodes}


def same_as_reference(network):
    x = numpy.random.default_rng(1).normal(size=(N, T, H * D)).astype("float32")
    block = weft.onnx.load(network)
    with numpy.errstate(invalid="ignore"):
        expected = ReferenceEvaluator(network).run(None, {"x": x})[0]
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), expected, rtol=1e-5, atol=1e-6)
    return block._program.nodes


@pytest.mark.parametrize("view", [(N, T, -1, D), (-1, T, H, D), (N, T, H, D)])
@pytest.mark.parametrize("name", MASKS)
def test_attention_in_three_axes_is_found(name, view):
    last = same_as_reference(written_out(MASKS[name], view))[-1]
    assert last.operator == "ScaledDotProductAttention"
    assert bool(last.attributes["causal"]) == name.startswith("causal")
    assert len(last.inputs) == (3 if name == "none" or name.startswith("causal") else 4)


@pytest.mark.parametrize(
    ("flat", "turned"),
    [((-1, D, T), (N, H, T, D)), ((-1, T, D), (H, N, D, T)), ((-1, T, D), (1, N * H, D, T))],
)
def test_other_reshapes_are_no_swap(flat, turned):
    """What cannot be attention of x to itself is left as it is, and fails or runs as it is."""
    network = written_out(MASKS["none"], (N, T, H, D), flat, turned)
    operators = [node.operator for node in weft.onnx.load(network)._program.nodes]
    assert "ScaledDotProductAttention" not in operators and "Softmax" in operators


BATCH = 2


def from_one_product(swapped=(BATCH, H, D, T)):
    """Attention as PyTorch's MultiheadAttention is exported: queries, keys and values are places of
    an axis of one product, and tokens come before the batch."""
    units = H * D
    rng = numpy.random.default_rng(3)
    weights = {
        "w": rng.normal(size=(units, 3 * units)).astype("float32") / 4,
        "b": rng.normal(size=3 * units).astype("float32"),
        "parts": numpy.array([T, BATCH, 3, units]),
        "front": numpy.array([0]),
        "behind": numpy.array([-2]),
        "heads": numpy.array([T, BATCH * H, D]),
        "four": numpy.array([BATCH, H, T, D]),
        "swapped": numpy.array(swapped),
        "scale": numpy.array(D**-0.25, "float32"),
    }
    nodes = [
        helper_node("Transpose", ["x"], ["xt"], perm=[1, 0, 2]),
        helper_node("MatMul", ["xt", "w"], ["p"]),
        helper_node("Add", ["p", "b"], ["linear"]),
        helper_node("Reshape", ["linear", "parts"], ["viewed"]),
        helper_node("Unsqueeze", ["viewed", "front"], ["wide"]),
        helper_node("Transpose", ["wide"], ["turned"], perm=[3, 1, 2, 0, 4]),
        helper_node("Squeeze", ["turned", "behind"], ["three"]),
    ]
    for place, name in enumerate("qkv"):
        weights[f"{name}_place"] = numpy.array(place)
        nodes += [
            helper_node("Gather", ["three", f"{name}_place"], [f"{name}0"], axis=0),
            helper_node("Reshape", [f"{name}0", "heads"], [f"{name}1"]),
            helper_node("Transpose", [f"{name}1"], [f"{name}2"], perm=[1, 0, 2]),
        ]
    nodes += [
        helper_node("Reshape", ["q2", "four"], ["q"]),
        helper_node("Reshape", ["v2", "four"], ["v"]),
        helper_node("Transpose", ["k2"], ["kt"], perm=[0, 2, 1]),
        helper_node("Reshape", ["kt", "swapped"], ["k"]),
        helper_node("Mul", ["q", "scale"], ["qs"]),
        helper_node("Mul", ["k", "scale"], ["ks"]),
        helper_node("MatMul", ["qs", "ks"], ["s"]),
        helper_node("Softmax", ["s"], ["shares"], axis=-1),
        helper_node("MatMul", ["shares", "v"], ["y"]),
    ]
    inputs = {"x": ("float32", [BATCH, T, units])}
    return model(nodes, inputs, {"y": ("float32", None)}, weights)


def test_attention_from_one_product_is_found_and_takes_views_of_it():
    network = from_one_product()
    x = numpy.random.default_rng(1).normal(size=(BATCH, T, H * D)).astype("float32")
    expected = ReferenceEvaluator(network).run(None, {"x": x})[0]
    block = weft.onnx.load(network)
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        found = block(np.array(x)).asnumpy()
        numpy.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-6)
    assert block._program.nodes[-1].operator == "ScaledDotProductAttention"
    assert "take_rows" not in block.plan_text()


def test_another_split_of_keys_is_no_swap():
    operators = [
        node.operator
        for node in weft.onnx.load(from_one_product(swapped=(BATCH, H, T, D)))._program.nodes
    ]
    assert "ScaledDotProductAttention" not in operators and "Softmax" in operators


@pytest.mark.parametrize("place", [0, 2, -1])
def test_one_known_place_is_gathered_without_a_copy(place):
    weights = {"place": numpy.array(place)}
    nodes = [
        helper_node("Gather", ["x", "place"], ["g"], axis=-1),
        helper_node("Relu", ["g"], ["y"]),
    ]
    network = model(nodes, {"x": ("float32", ["n", 3])}, {"y": ("float32", None)}, weights)
    x = numpy.random.default_rng(1).normal(size=(4, 3)).astype("float32")
    block = weft.onnx.load(network)
    block.hybridize()
    found = block(np.array(x)).asnumpy()
    numpy.testing.assert_array_equal(found, numpy.maximum(x[:, place], 0))
    assert block.plan_memory()["nodes"] == 1
