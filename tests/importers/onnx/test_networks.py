"""Imported networks are blocks as any other: they hybridize, train, export and keep their names."""

import copy
import pickle

import numpy
import pytest
import weft
from onnx.reference import ReferenceEvaluator
from onnx_models import classifier, helper_node, model
from weft import autograd, gluon, np


@pytest.fixture
def network():
    return classifier(numpy.random.default_rng(3))


def images(count, seed=5):
    return numpy.random.default_rng(seed).normal(size=(count, 3, 8, 8)).astype("float32")


def wanted(network, x):
    return ReferenceEvaluator(network).run(None, {"x": x})[0]


@pytest.mark.parametrize("is_hybrid", [False, True])
def test_outputs_are_those_of_the_reference(network, is_hybrid):
    block = weft.onnx.load(network)
    if is_hybrid:
        block.hybridize()
    for count in (1, 3):
        x = images(count)
        numpy.testing.assert_allclose(
            block(np.array(x)).asnumpy(), wanted(network, x), rtol=1e-5, atol=1e-6
        )


def test_weights_are_parameters_by_their_names(network):
    block = weft.onnx.load(network)
    parameters = block.collect_params()
    assert {name for name, p in parameters.items() if p.grad_req == "write"} == {
        *("conv.weight", "conv.bias", "norm.weight", "norm.bias", "dense.weight", "dense.bias")
    }
    assert {name for name, p in parameters.items() if p.grad_req == "null"} == {
        *("norm.mean", "norm.var")
    }
    assert block.input_names == ["x"] and block.output_names == ["y"]
    assert isinstance(block, gluon.SymbolBlock)


def test_the_batch_stays_free_in_an_exported_file(network, tmp_path):
    block = weft.onnx.load(network)
    block.export(tmp_path / "net.weft", np.array(images(2)), dynamic={"x": {0: "batch"}})
    context = weft.runtime.Model(tmp_path / "net.weft").context()
    for count in (1, 2, 5):
        x = images(count)
        (found,) = context.run(x)
        numpy.testing.assert_allclose(found, wanted(network, x), rtol=1e-5, atol=1e-6)


def test_it_trains(network):
    block = weft.onnx.load(network)
    block.hybridize()
    trainer = gluon.Trainer(block.collect_params(), "sgd", {"learning_rate": 0.05})
    x, labels = np.array(images(16)), np.array(numpy.arange(16) % 5)
    before = block.collect_params()["norm.mean"].data().asnumpy()
    losses = []
    for _ in range(8):
        with autograd.record():
            loss = -np.log(np.take_along_axis(block(x), labels.reshape((-1, 1)), 1)).mean()
        loss.backward()
        trainer.step(1)
        losses.append(loss.item())
    assert losses[-1] < 0.7 * losses[0]
    assert (block.collect_params()["norm.mean"].data().asnumpy() != before).any()


def test_parameters_travel_by_name(network, tmp_path):
    first, second = weft.onnx.load(network), weft.onnx.load(network)
    first.collect_params()["dense.bias"].set_data(np.arange(5.0))
    first.save_parameters(tmp_path / "p.safetensors")
    second.load_parameters(tmp_path / "p.safetensors")
    x = np.array(images(2))
    assert (first(x) == second(x)).all()


def test_it_is_copied_and_pickled(network):
    block = weft.onnx.load(network)
    x = np.array(images(2))
    for again in (copy.deepcopy(block), pickle.loads(pickle.dumps(block))):
        assert (again(x) == block(x)).all()
        again.hybridize()
        assert again(x).shape == (2, 5)


def test_it_is_quantized(network, tmp_path):
    block = weft.onnx.load(network)
    small = weft.quantize(block, [np.array(images(4, seed)) for seed in range(4)])
    x = images(16, 9)
    found, expected = small(np.array(x)).asnumpy(), wanted(network, x)
    assert (found != expected).any() and (found.argmax(1) == expected.argmax(1)).all()
    small.export(tmp_path / "int8.weft", np.array(x))
    assert "int8" in weft.runtime.Model(tmp_path / "int8.weft").text


def test_inputs_go_by_name_and_are_checked(network):
    block = weft.onnx.load(network)
    x = np.array(images(2))
    assert (block(x=x) == block(x)).all()
    with pytest.raises(TypeError, match=r"network: takes 1 inputs, x; got 0"):
        block()
    with pytest.raises(ValueError, match=r"input `x` must have shape \(batch, 3, 8, 8\); got"):
        block(np.zeros((2, 4, 8, 8)))
    with pytest.raises(TypeError, match=r"input `x` must be float32; got float64"):
        block(x.astype("float64"))


def test_everything_that_is_missing_is_said_at_once():
    nodes = [
        helper_node("Twirl", ["x"], ["a"], name="one", domain="acme"),
        helper_node("Twirl", ["a"], ["b"], name="two", domain="acme"),
        helper_node("Relu", ["b"], ["c"], name="three", slope=1.0),
        helper_node("Sigmoidd", ["c"], ["y"], name="four"),
    ]
    foreign = model(nodes, {"x": ("float32", [2])}, {"y": ("float32", [2])}, domains={"acme": 3})
    with pytest.raises(NotImplementedError) as raised:
        weft.onnx.load(foreign)
    text = str(raised.value)
    assert "acme.Twirl (version 3): the operator is not known; 2 nodes, first in node `one`" in text
    assert "Relu (version 21): attribute `slope` is not supported; 1 node" in text
    assert "Sigmoidd (version 21): the operator is not known; is it Sigmoid?" in text
    assert len(weft.onnx.missing(foreign)) == 3


def test_an_error_names_its_node():
    nodes = [helper_node("MatMul", ["x", "w"], ["y"], name="layer7")]
    weights = {"w": numpy.zeros((3, 2), "float32")}
    block = weft.onnx.load(
        model(nodes, {"x": ("float32", ["n", "k"])}, {"y": ("float32", None)}, weights)
    )
    with pytest.raises(ValueError, match="MatMul `layer7`: matmul: "):
        block(np.zeros((4, 5)))
