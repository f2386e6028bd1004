"""Imported control flow, recurrent networks and trees as files that libweft runs alone, with a
batch whose extent is left open."""

import numpy
import pytest
import weft
from onnx import TensorProto, helper
from onnx_models import model
from weft import np, runtime

make = helper.make_node


def numbers(*shape):
    return numpy.random.default_rng(0).normal(size=shape).astype("float32")


def recurrent(kind, rows, **options):
    held = {"W": numbers(1, rows * 3, 4), "R": numbers(1, rows * 3, 3), "B": numbers(1, rows * 6)}
    node = make(kind, ["x", *held], ["y"], hidden_size=3, **options)
    return model([node], {"x": ("float32", [5, "batch", 4])}, {"y": ("float32", None)}, held), 1


def trees():
    """x[0] <= 0: 1, else x[1] > 0.5: 2, else 3; and x[2] < 0: 10, else 20."""
    node = make(
        "TreeEnsembleRegressor",
        ["x"],
        ["y"],
        domain="ai.onnx.ml",
        nodes_treeids=[0, 0, 0, 0, 0, 1, 1, 1],
        nodes_nodeids=[0, 1, 2, 3, 4, 0, 1, 2],
        nodes_featureids=[0, 0, 1, 0, 0, 2, 0, 0],
        nodes_values=[0.0, 0, 0.5, 0, 0, 0, 0, 0],
        nodes_modes=[
            "BRANCH_LEQ",
            "LEAF",
            "BRANCH_GT",
            "LEAF",
            "LEAF",
            "BRANCH_LT",
            "LEAF",
            "LEAF",
        ],
        nodes_truenodeids=[1, 0, 3, 0, 0, 1, 0, 0],
        nodes_falsenodeids=[2, 0, 4, 0, 0, 2, 0, 0],
        target_treeids=[0, 0, 0, 1, 1],
        target_nodeids=[1, 3, 4, 1, 2],
        target_ids=[0] * 5,
        target_weights=[1.0, 2.0, 3.0, 10.0, 20.0],
        n_targets=1,
    )
    inputs = {"x": ("float32", ["batch", 3])}
    return model([node], inputs, {"y": ("float32", None)}, domains={"ai.onnx.ml": 3}), 0


def loop():
    """The rows are halved until the largest element is below 0.1."""
    value = helper.make_tensor_value_info
    body = helper.make_graph(
        [
            make("Mul", ["s", "half"], ["t"]),
            make("ReduceMax", ["t"], ["most"], keepdims=0),
            make("Greater", ["most", "limit"], ["more"]),
        ],
        "body",
        [value("i", TensorProto.INT64, []), value("go", TensorProto.BOOL, []), value("s", 1, None)],
        [value("more", TensorProto.BOOL, []), value("t", 1, None)],
    )
    held = {"half": numpy.float32(0.5).reshape(()), "limit": numpy.float32(0.1).reshape(())}
    held |= {"go": numpy.array(True)}
    node = make("Loop", ["", "go", "x"], ["y"], body=body)
    return model([node], {"x": ("float32", ["batch", 4])}, {"y": ("float32", None)}, held), 0


NETWORKS = {
    "LSTM": lambda: recurrent("LSTM", 4),
    "GRU": lambda: recurrent("GRU", 3, linear_before_reset=1),
    "GRU by steps": lambda: recurrent("GRU", 3, clip=1.0),
    "trees": trees,
    "loop": loop,
}


@pytest.mark.parametrize("name", NETWORKS)
def test_a_file_gives_what_the_network_gave(name, tmp_path):
    network, axis = NETWORKS[name]()
    block = weft.onnx.load(network)
    shape = [2 if isinstance(n, str) else n for n in block.ports[0].shape]
    path = tmp_path / "network.weft"
    block.export(path, np.array(numbers(*shape)), dynamic={"x": {axis: "batch"}})
    context = runtime.Model(path).context("forward")
    for batch in (2, 5):
        shape[axis] = batch
        x = numbers(*shape)
        context.set_shape(0, shape)
        found = numpy.array(context.run(x)[0])
        numpy.testing.assert_allclose(found, block(np.array(x)).asnumpy(), rtol=1e-5, atol=1e-6)


def test_trees_add_what_their_leaves_say():
    x = numpy.array([[0, 0, 0], [1, 1, -1], [1, 0.5, -1]], "float32")
    assert weft.onnx.load(trees()[0])(np.array(x)).tolist() == [[21], [12], [13]]
