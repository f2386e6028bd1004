"""Apache MXNet 1.9.1: Gluon hybridized with static memory, in its synchronous engine.

Its asynchronous engine (`async`) gives the operators one of two cores here. For inference, oneDNN
fuses convolutions.
"""

import os
import sys
from typing import Any

# The engine is chosen when the library is loaded.
if sys.argv[3:4] != ["async"]:
    os.environ["MXNET_ENGINE_TYPE"] = "NaiveEngine"

import mxnet
from arrays import Array, classes
from convnets import EPSILON, NETWORKS, Node, images
from mxnet import autograd, gluon, nd
from running import Run, training
from sequences import LSTM, lstm, lstm_input, perceptron, perceptron_batch
from workloads import SMALL, WORKLOADS, inputs

version = mxnet.__version__
NAMES = {"weight": "gamma", "bias": "beta"}  # of a norm


def _layer(node: Node) -> Any:
    nn = gluon.nn
    if node.kind == "convolution":
        window = (node.kernel, node.stride, node.padding)
        options = {"groups": node.groups, "use_bias": node.has_bias}
        return nn.Conv2D(node.shape[0], *window, in_channels=node.in_channels, **options)
    if node.kind == "batch_norm":
        return nn.BatchNorm(epsilon=EPSILON, in_channels=node.shape[0], momentum=0.9)
    if node.kind == "dense":
        return nn.Dense(node.shape[0], in_units=node.in_channels, flatten=False)
    if node.kind == "max_pool":
        return nn.MaxPool2D(node.kernel, node.stride, node.padding)
    return nn.GlobalAvgPool2D() if node.kind == "mean" else None


class _ConvNet(gluon.HybridBlock):
    def __init__(self, network: str, is_folded: bool) -> None:
        super().__init__()
        net = NETWORKS[network]()
        self.net, given = net.folded() if is_folded else (net, net.parameters())
        with self.name_scope():
            self.layers = [_layer(node) for node in self.net.nodes]
            for layer in filter(None, self.layers):
                self.register_child(layer)
        self.initialize()
        for name, value in given.items():
            layer_name, _, part = name.rpartition(".")
            place = next(i for i, node in enumerate(self.net.nodes) if node.name == layer_name)
            is_norm = self.net.nodes[place].kind == "batch_norm"
            own = NAMES.get(part, part) if is_norm else part
            getattr(self.layers[place], own).set_data(nd.array(value))

    def hybrid_forward(self, f: Any, x: Any) -> Any:
        values = [x]
        for node, layer in zip(self.net.nodes, self.layers, strict=True):
            a = values[node.inputs[0]]
            if node.kind == "add":
                y = a + values[node.inputs[1]]
            elif node.kind in ("relu", "relu6"):
                y = f.clip(a, 0, 6) if node.kind == "relu6" else f.Activation(a, act_type="relu")
            else:
                y = a if layer is None else layer(a)
                if node.kind in ("mean", "flatten"):
                    y = f.flatten(y)
            values.append(y)
        return values[-1]


def _recurrent() -> Any:
    block = gluon.rnn.LSTM(LSTM.hidden, LSTM.layers, input_size=LSTM.inputs)
    block.initialize()
    for name, value in lstm().items():
        kind, part, layer = name.split("_")
        own = {"ih": "i2h", "hh": "h2h"}[part]
        getattr(block, f"{layer}_{own}_{kind}").set_data(nd.array(value))
    return block


def _static(block: Any) -> Any:
    block.hybridize(static_alloc=True, static_shape=True)
    return block


def _inference(name: str, variant: str) -> Run:
    x = nd.array(inputs(name)["x"])
    if name.startswith("lstm"):
        net = _static(_recurrent())
    else:
        net = _static(_ConvNet(name.split("_")[0], is_folded=True))
        options = {"static_alloc": True, "static_shape": True}
        net.optimize_for(x, backend="MKLDNN", **options)
    return _called(lambda: net(x))


def _called(function: Any) -> Run:
    last: list[Any] = []

    def step() -> None:
        last[:] = [function()]

    return Run(step, lambda: function().asnumpy(), lambda: last[0].wait_to_read())


def _training(name: str, variant: str) -> Run:
    if name == "lstm_train":
        net, x, y = _recurrent(), nd.array(lstm_input()), None
        options: Any = ("sgd", {"learning_rate": 0.1})
        loss_of: Any = lambda out, _: out.square().mean()  # noqa: E731
    else:
        cross_entropy = gluon.loss.SoftmaxCrossEntropyLoss()
        cross_entropy.hybridize(static_alloc=True)
        loss_of = lambda out, y: cross_entropy(out, y).mean()  # noqa: E731
        if name == "mlp_train":
            net, options = _perceptron(), ("adam", {"learning_rate": 1e-3})
            x, y = map(nd.array, perceptron_batch())
        else:
            network, batch = name.split("_")[0], int(WORKLOADS[name].per_call)
            net, x = _ConvNet(network, is_folded=False), nd.array(images(network, batch))
            y = nd.array(classes(f"{network}.y", batch, 10))
            momentum = 0.9 if network == "resnet18" else 0.0
            options = ("sgd", {"learning_rate": 0.01, "momentum": momentum})
    _static(net)
    trainer = gluon.Trainer(net.collect_params(), *options)

    def step() -> Any:
        with autograd.record():
            loss = loss_of(net(x), y)
        loss.backward()
        trainer.step(1)
        return loss

    steps = WORKLOADS[name].training_steps
    return training(step, lambda loss: float(loss.asscalar()), steps, nd.waitall)


def _perceptron() -> Any:
    given, net = perceptron(), gluon.nn.HybridSequential()
    count = len(given) // 2
    for number in range(count):
        outputs, units = given[f"{number}.weight"].shape
        activation = "relu" if number < count - 1 else None
        net.add(gluon.nn.Dense(outputs, in_units=units, activation=activation))
    net.initialize()
    for number, layer in enumerate(net):
        layer.weight.set_data(nd.array(given[f"{number}.weight"]))
        layer.bias.set_data(nd.array(given[f"{number}.bias"]))
    return net


def _small(name: str) -> Run:
    a, b = (nd.array(value) for value in inputs(name).values())
    if name == "matmul8":
        return _called(lambda: nd.dot(a, b))
    return _called(lambda: SMALL[name](a, b))


def _product(name: str) -> Run:
    a, b = (nd.array(value) for value in inputs(name).values())
    out = nd.empty((a.shape[0], b.shape[1]))

    def output() -> Array:
        return nd.dot(a, b).asnumpy()

    return Run(lambda: nd.dot(a, b, out=out), output, nd.waitall)


def create(name: str, variant: str, threads: int) -> Run:
    if name in SMALL:
        return _small(name)
    if name.startswith("gemm"):
        return _product(name)
    return _training(name, variant) if WORKLOADS[name].training_steps else _inference(name, variant)
