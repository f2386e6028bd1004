"""Imported networks are planned as well as those written in Gluon."""

import numpy
import pytest
import weft
from onnx.reference import ReferenceEvaluator
from onnx_models import helper_node, model
from weft import gluon, np
from weft.gluon import nn


def weights():
    generator = numpy.random.default_rng(0)
    shapes = {"first": (16, 3, 3, 3), "second": (32, 16, 3, 3), "squeeze": (8, 32, 1, 1)}
    shapes |= {"excite": (32, 8, 1, 1), "dense": (5, 32)}
    return {name: generator.normal(size=s).astype("float32") / 4 for name, s in shapes.items()}


def exported():
    """As PyTorch writes it: a pooling with `ceil_mode`, and means for average poolings."""
    held = weights() | {"planes": numpy.array([-1, -2]), "flat": numpy.array([1, 32])}
    nodes = [
        helper_node("Conv", ["x", "first"], ["a"], pads=[1] * 4),
        helper_node("MaxPool", ["a"], ["b"], kernel_shape=[3, 3], strides=[2, 2], ceil_mode=1),
        helper_node("Conv", ["b", "second"], ["c"], pads=[1] * 4),
        helper_node("Sigmoid", ["c"], ["gate"]),
        helper_node("Mul", ["c", "gate"], ["d"]),
        helper_node("ReduceMean", ["d", "planes"], ["mean"]),
        helper_node("Conv", ["mean", "squeeze"], ["e"]),
        helper_node("Relu", ["e"], ["f"]),
        helper_node("Conv", ["f", "excite"], ["g"]),
        helper_node("Sigmoid", ["g"], ["h"]),
        helper_node("Mul", ["d", "h"], ["i"]),
        helper_node("ReduceMean", ["i", "planes"], ["j"]),
        helper_node("Reshape", ["j", "flat"], ["k"]),
        helper_node("Gemm", ["k", "dense"], ["y"], transB=1),
    ]
    types = {"x": ("float32", (1, 3, 16, 16))}, {"y": ("float32", (1, 5))}
    return model(nodes, *types, held, 21, {})


class Written(gluon.HybridBlock):
    """The same in Gluon."""

    def __init__(self):
        super().__init__()
        self.first = nn.Conv2D(16, 3, padding=1, use_bias=False, in_channels=3)
        self.second = nn.Conv2D(32, 3, padding=1, use_bias=False, in_channels=16)
        self.squeeze = nn.Conv2D(8, 1, use_bias=False, in_channels=32, activation="relu")
        self.excite = nn.Conv2D(32, 1, use_bias=False, in_channels=8, activation="sigmoid")
        self.dense = nn.Dense(5, use_bias=False, in_units=32)
        self.pool = nn.MaxPool2D(3, 2, ceil_mode=True)
        self.mean, self.swish = nn.GlobalAvgPool2D(), nn.SiLU()

    def forward(self, x):
        x = self.swish(self.second(self.pool(self.first(x))))
        return self.dense(self.mean(x * self.excite(self.squeeze(self.mean(x)))))


def steps_of(block):
    """The operators of a plan's steps, in their order."""
    text = block.plan_text()
    lines = text[text.index("forward: ") :].splitlines()[1:]
    return [line.split(":")[0].split(None, 1)[1] for line in lines if line[:4].strip().isdigit()]


def test_a_plan_has_the_steps_of_the_same_network_in_gluon():
    imported, written = weft.onnx.load(exported()), Written()
    written.initialize()
    for name, value in weights().items():
        getattr(written, name).weight.set_data(np.array(value))
    x = numpy.random.default_rng(1).normal(size=(1, 3, 16, 16)).astype("float32")
    (wanted,) = ReferenceEvaluator(exported()).run(None, {"x": x})
    for block in (imported, written):
        block.hybridize()
        numpy.testing.assert_allclose(block(np.array(x)).asnumpy(), wanted, rtol=1e-4, atol=1e-5)
    assert steps_of(imported) == steps_of(written)
    assert "kernel pooling_blocked" in steps_of(imported)


@pytest.mark.parametrize("keepdims", [True, False])
def test_means_of_planes_in_gluon_are_poolings(keepdims):
    class Means(gluon.HybridBlock):
        def __init__(self):
            super().__init__()
            self.first = nn.Conv2D(16, 3, in_channels=3)

        def forward(self, x):
            return np.tanh(self.first(x)).mean((2, 3), keepdims=keepdims)

    net = Means()
    net.initialize()
    x = np.array(numpy.random.default_rng(1).normal(size=(2, 3, 8, 8)).astype("float32"))
    wanted = net(x).asnumpy()
    net.hybridize()
    numpy.testing.assert_allclose(net(x).asnumpy(), wanted, rtol=1e-5, atol=1e-6)
    assert "kernel pooling_blocked" in steps_of(net)
