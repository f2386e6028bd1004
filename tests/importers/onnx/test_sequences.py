"""Sequences and optionals as inputs, outputs and values between nodes."""

import numpy
import pytest
import weft
from onnx import TensorProto, helper
from onnx_models import model
from onnx_runs import listed, reference
from weft import np

make = helper.make_node


def numbers(*shape):
    return numpy.random.default_rng(0).normal(size=shape).astype("float32")


def check(nodes, feeds, outputs=("y",), constants=None, hybridizes=True):
    """Compares a network whose outputs may be sequences with the reference."""
    inputs = {f"x{place}": (x.dtype.name, x.shape) for place, x in enumerate(feeds)}
    network = model(nodes, inputs, dict.fromkeys(outputs, (None, None)), constants)
    block = weft.onnx.load(network)
    for is_hybrid in (False, True) if hybridizes else (False,):
        if is_hybrid:
            block.hybridize()
        found = listed(block(*map(np.array, feeds)))
        for one, other in zip(found, reference(network, feeds), strict=True):
            pairs = zip(one, other, strict=True) if isinstance(one, list) else [(one, other)]
            for a, b in pairs:
                assert a.shape == b.shape
                numpy.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("position", [None, 0, 1, -1])
def test_insert_at_and_erase(position):
    place = [] if position is None else ["place"]
    nodes = [
        make("SequenceConstruct", ["x0", "x1"], ["s"]),
        make("SequenceInsert", ["s", "x2", *place], ["longer"]),
        make("SequenceErase", ["longer", *place], ["y"]),
        make("SequenceLength", ["longer"], ["n"]),
        make("SequenceAt", ["longer", *(place or ["last"])], ["one"]),
    ]
    held = {"last": numpy.array(-1)} | (
        {} if position is None else {"place": numpy.array(position)}
    )
    feeds = [numbers(2), numbers(3), numbers(1, 2)]
    check(nodes, feeds, ("longer", "y", "n", "one"), held)


@pytest.mark.parametrize("split", [None, numpy.array(2), numpy.array([1, 3, 1])])
@pytest.mark.parametrize("axis", [0, 1, -1])
def test_a_tensor_is_split_and_joined(split, axis):
    names = ["x0"] if split is None else ["x0", "sizes"]
    nodes = [
        make("SplitToSequence", names, ["s"], axis=axis),
        make("ConcatFromSequence", ["s"], ["y"], axis=axis),
    ]
    held = {} if split is None else {"sizes": split}
    check(nodes, [numbers(5, 5)], ("s", "y"), held)


@pytest.mark.parametrize("axis", [0, 1, -1])
def test_parts_without_their_axis_are_stacked(axis):
    nodes = [
        make("SplitToSequence", ["x0"], ["s"], axis=axis, keepdims=0),
        make("ConcatFromSequence", ["s"], ["y"], axis=axis, new_axis=1),
    ]
    check(nodes, [numbers(3, 4)], ("s", "y"))


def test_an_empty_sequence_grows():
    nodes = [
        make("SequenceEmpty", [], ["s"]),
        make("SequenceInsert", ["s", "x0"], ["one"]),
        make("SequenceInsert", ["one", "x0"], ["two"]),
        make("ConcatFromSequence", ["two"], ["y"], axis=0),
    ]
    check(nodes, [numbers(2)])


@pytest.mark.parametrize(
    ("operator", "place", "text"),
    [
        ("SequenceAt", 2, r"`position` must be in \[-2, 2\)"),
        ("SequenceErase", -3, r"`position` must be in \[-2, 2\)"),
    ],
)
def test_a_position_outside_is_an_error(operator, place, text):
    nodes = [make("SequenceConstruct", ["x", "x"], ["s"]), make(operator, ["s", "p"], ["y"])]
    held = {"p": numpy.array(place)}
    block = weft.onnx.load(model(nodes, {"x": ("float32", [2])}, {"y": (None, None)}, held))
    with pytest.raises(ValueError, match=text):
        block(np.ones(2))


# ---- optionals ----------------------------------------------------------------------------------


def optional_network(operators):
    """A network whose input is an optional tensor."""
    element = helper.make_tensor_type_proto(TensorProto.FLOAT, [2])
    given = helper.make_value_info("x", helper.make_optional_type_proto(element))
    outputs = [helper.make_tensor_value_info(o, 0, None) for o in operators.values()]
    nodes = [make(operator, ["x"], [name]) for operator, name in operators.items()]
    graph = helper.make_graph(nodes, "optional", [given], outputs)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)])


def test_an_optional_input_may_be_empty():
    has = weft.onnx.load(optional_network({"OptionalHasElement": "has"}))
    assert not bool(has(None)) and bool(has(np.ones(2)))
    get = weft.onnx.load(optional_network({"OptionalGetElement": "y"}))
    assert get(np.ones(2)).tolist() == [1, 1]
    with pytest.raises(ValueError, match="the optional has no element"):
        get(None)


def test_an_optional_output_without_an_element_is_none():
    element = helper.make_tensor_type_proto(TensorProto.FLOAT, [2])
    optional = helper.make_optional_type_proto(element)
    graph = helper.make_graph(
        [make("Optional", [], ["y"], type=element), make("OptionalHasElement", ["y"], ["has"])],
        "optional",
        [],
        [helper.make_value_info("y", optional), helper.make_tensor_value_info("has", 9, [])],
    )
    y, has = weft.onnx.load(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)]))()
    assert y is None and not bool(has)
