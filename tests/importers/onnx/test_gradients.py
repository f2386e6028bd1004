"""Gradient nodes give the derivatives of the graph before them, in a graph and of every order."""

import numpy
import onnx
import pytest
import weft
from onnx import TensorProto, helper
from weft import autograd, np

TRAINING = "ai.onnx.preview.training"


def gradient_model(nodes, inputs, outputs, weights=None):
    made = helper.make_graph(
        nodes,
        "gradients",
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in outputs],
        [onnx.numpy_helper.from_array(value, name) for name, value in (weights or {}).items()],
    )
    imports = [helper.make_opsetid("", 21), helper.make_opsetid(TRAINING, 1)]
    return helper.make_model(made, opset_imports=imports)


def gradient(inputs, outputs, xs, y, zs=()):
    more = {"zs": list(zs)} if zs else {}
    return helper.make_node("Gradient", inputs, outputs, domain=TRAINING, xs=list(xs), y=y, **more)


A, B = numpy.array([1.0, 2.0, -3.0], "float32"), numpy.array([0.5, -1.0, 2.0], "float32")
W = numpy.array([2.0, 3.0, 4.0], "float32")


def results(model, *inputs):
    """Eager and hybridized."""
    block = weft.onnx.load(model)
    found = []
    for is_hybrid in (False, True):
        block.hybridize(is_hybrid)
        values = block(*map(np.array, inputs))
        found.append([v.asnumpy() for v in (values if isinstance(values, tuple) else (values,))])
    for eager, hybrid in zip(*found, strict=True):
        numpy.testing.assert_allclose(hybrid, eager, rtol=1e-6)
    return found[0]


CUBE = [
    helper.make_node("Mul", ["a", "a"], ["square"]),
    helper.make_node("Mul", ["square", "b"], ["cube"]),
    helper.make_node("Mul", ["cube", "w"], ["y"]),
]


def test_derivatives_are_those_of_the_graph():
    nodes = [*CUBE, gradient(["a", "b"], ["da", "db"], ["a", "b"], "y")]
    da, db = results(gradient_model(nodes, ["a", "b"], ["da", "db"], {"w": W}), A, B)
    numpy.testing.assert_allclose(da, 2 * A * B * W, rtol=1e-6)
    numpy.testing.assert_allclose(db, A * A * W, rtol=1e-6)


def test_the_inputs_of_the_node_are_where_the_derivative_is_taken():
    nodes = [*CUBE, gradient(["b", "a"], ["d"], ["a"], "y", zs=["b"])]
    (d,) = results(gradient_model(nodes, ["a", "b"], ["d"], {"w": W}), A, B)
    numpy.testing.assert_allclose(d, 2 * B * A * W, rtol=1e-6)


def test_a_value_within_the_graph_can_be_a_variable():
    nodes = [*CUBE, gradient(["square"], ["d"], ["square"], "y")]
    (d,) = results(gradient_model(nodes, ["a", "b"], ["d"], {"w": W}), A, B)
    numpy.testing.assert_allclose(d, B * W, rtol=1e-6)


def test_what_does_not_follow_from_a_variable_has_derivative_0():
    nodes = [*CUBE, gradient(["b", "a"], ["d", "e"], ["b", "a"], "square")]
    d, e = results(gradient_model(nodes, ["a", "b"], ["d", "e"], {"w": W}), A, B)
    numpy.testing.assert_array_equal(d, numpy.zeros(3))
    numpy.testing.assert_allclose(e, 2 * A, rtol=1e-6)


def test_gradients_have_gradients():
    nodes = [
        *CUBE,
        gradient(["a"], ["first"], ["a"], "y"),
        helper.make_node("Mul", ["first", "first"], ["squared"]),
        gradient(["a"], ["second"], ["a"], "squared"),
    ]
    block = weft.onnx.load(gradient_model(nodes, ["a", "b"], ["second"], {"w": W}))
    found = results(gradient_model(nodes, ["a", "b"], ["second"], {"w": W}), A, B)[0]
    numpy.testing.assert_allclose(found, 2 * (2 * B * W) ** 2 * A, rtol=1e-6)
    a = np.array(A)
    a.attach_grad()
    with autograd.record():
        total = block(a, np.array(B)).sum()
    total.backward()
    numpy.testing.assert_allclose(a.grad.asnumpy(), 2 * (2 * B * W) ** 2, rtol=1e-5)


def test_a_graph_with_derivatives_is_exported(tmp_path):
    nodes = [*CUBE, gradient(["a"], ["d"], ["a"], "y")]
    block = weft.onnx.load(gradient_model(nodes, ["a", "b"], ["d"], {"w": W}))
    block.export(tmp_path / "d.weft", np.array(A), np.array(B))
    found = weft.runtime.Model(tmp_path / "d.weft").context().run(A, B)[0]
    numpy.testing.assert_allclose(found, 2 * A * B * W, rtol=1e-6)


@pytest.mark.parametrize(
    ("node", "rule"),
    [
        (gradient(["a"], ["d"], ["a"], "nothing"), "`y`, nothing, is made by no node before it"),
        (gradient(["a"], ["d"], ["a", "b"], "y"), "must name each input once"),
        (gradient(["a", "b"], ["d"], ["a", "a"], "y"), "must name each input once"),
        (gradient(["a"], ["d"], ["a"], ""), "`y` must name a value"),
    ],
)
def test_names_that_do_not_fit_are_refused(node, rule):
    with pytest.raises(ValueError, match=rule):
        weft.onnx.load(gradient_model([*CUBE, node], ["a", "b"], ["d"], {"w": W}))
