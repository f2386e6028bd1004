"""Training steps on an emulated Cortex-M4: the library's losses, in the memory that is promised."""

import ds_cnn
import keywords
import machine
import numpy
import pytest
import steps
import tiny
import weft
from weft import gluon, np, runtime
from weft.gluon import nn

pytestmark = pytest.mark.skipif(bool(machine.missing_tools()), reason=machine.why_not())

ENTROPY = gluon.loss.SoftmaxCrossEntropyLoss()


def written(net, x, label, folder, kind, options, **compiled):
    trainer = gluon.Trainer(net.collect_params(), kind, options)
    path = folder / "net.weft"
    weft.export(path, train=(trainer.compile(net, ENTROPY), x, label), forward=(net, x))
    runtime.Model(path).write_c(folder, name="net", train="*", **compiled)


@pytest.mark.parametrize("kind", ["sgd", "adam"])
def test_a_float_network_learns_all_its_parameters(kind, tmp_path):
    net = nn.HybridSequential(
        nn.Conv2D(4, 3, strides=2, padding=1, activation="relu"),
        nn.Conv2D(4, 3, padding=1, groups=4),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(3),
    )
    net.initialize(weft.init.Xavier())
    x = np.array(numpy.random.default_rng(0).normal(size=(2, 1, 12, 10)).astype("float32"))
    net(x)
    label = np.array([0, 2])
    written(net, x, label, tmp_path, kind, {"learning_rate": 0.01})
    cost = steps.run("net", tmp_path, x.asnumpy(), label.asnumpy(), 5)
    assert cost.difference < 1e-4
    assert cost.step > 2 * cost.run
    assert cost.memory < 16 << 10


def test_a_head_for_keywords_learns_in_a_few_kilobytes(tmp_path):
    x = tiny.examples(ds_cnn, 2)
    int8 = weft.quantize(tiny.untrained(ds_cnn, x), x, keep=["29"])
    label = np.array([3], dtype="int32")
    written(int8, x[:1], label, tmp_path, "sgd", {"learning_rate": 0.01, "momentum": 0.9})
    cost = steps.run("net", tmp_path, x[:1].asnumpy(), label.asnumpy())
    assert cost.difference < 1e-4
    # The head's gradient and update are a hundredth of the network's own work.
    assert cost.step < 1.02 * cost.run
    assert cost.memory < 18 << 10
    assert cost.code < 16 << 10


class Encoder(gluon.HybridBlock):
    """A transformer's layer over frames, and a dense layer on their mean."""

    def __init__(self):
        super().__init__()
        self.embed = nn.Dense(16, flatten=False)
        self.layer = nn.TransformerEncoderLayer(16, 32, 2)
        self.output = nn.Dense(4)

    def forward(self, x):
        return self.output(self.layer(self.embed(x)).mean(axis=1))


NETWORKS = {"gru": lambda: keywords.build(16, 4), "transformer": Encoder}


@pytest.mark.parametrize("name", NETWORKS)
def test_steps_through_time_and_attention(name, tmp_path):
    """Of 49 frames: all that backpropagation reads of them stays in the arena."""
    net = NETWORKS[name]()
    net.initialize(weft.init.Xavier())
    x = np.array(numpy.random.default_rng(0).normal(size=(1, *keywords.SHAPE)).astype("float32"))
    net(x)
    label = np.array([3], dtype="int32")
    written(net, x, label, tmp_path, "sgd", {"learning_rate": 0.05})
    cost = steps.run("net", tmp_path, x.asnumpy(), label.asnumpy(), 4)
    assert cost.difference < 1e-3
    assert cost.step < 5 * cost.run
    assert cost.memory < 64 << 10
    assert cost.code < 16 << 10
