"""Training through `weft.mxnet` beside native Weft: LeNet at batch 64, ResNet-18 at batch 16.

    python benchmarks/mxnet_training.py [lenet] [resnet18] [results.json]

A program of Gluon 1.x (`hybrid_forward`, or its model zoo, on arrays of `mx.nd`), one of Gluon 2
(`mx.np`), and for LeNet a `Module` of symbols take the same parameters and batch as native Weft.
The losses of the first steps must be equal. Then all train in turn. Aim: 1.1 times native Weft.
"""

import sys
from collections.abc import Callable
from typing import Any

import lenet
import numpy
from side_by_side import Report
from weft import autograd, gluon, init, np
from weft import mxnet as mx

AIM = 1.1
RATE = 0.01
STEPS_COMPARED = 3
CLASSES = 10
IMAGES = (16, 3, 64, 64)  # of ResNet-18
SECONDS, SAMPLES = 0.1, 41
Step = Callable[[], Any]


# ---- networks ------------------------------------------------------------------------------------


class OldLeNet(mx.gluon.HybridBlock):
    """LeNet as programs of 1.x write it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        nn = mx.gluon.nn
        with self.name_scope():
            self.conv1 = nn.Conv2D(6, 5, padding=2)
            self.conv2 = nn.Conv2D(16, 5)
            self.fc1 = nn.Dense(120, activation="relu")
            self.fc2 = nn.Dense(84, activation="relu")
            self.fc3 = nn.Dense(10)

    def hybrid_forward(self, F: Any, x: Any) -> Any:  # noqa: N803
        for convolution in (self.conv1, self.conv2):
            x = F.Activation(convolution(x), act_type="relu")
            x = F.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
        return self.fc3(self.fc2(self.fc1(F.Flatten(x))))


def new_lenet() -> Any:
    """LeNet as programs of 2.0 write it."""
    nn = mx.gluon.nn
    net = nn.HybridSequential()
    net.add(nn.Conv2D(6, 5, padding=2, activation="relu"), nn.MaxPool2D())
    net.add(nn.Conv2D(16, 5, activation="relu"), nn.MaxPool2D(), nn.Flatten())
    net.add(nn.Dense(120, activation="relu"), nn.Dense(84, activation="relu"), nn.Dense(10))
    return net


def symbol_lenet() -> Any:
    """LeNet of symbols, with the output layer that is its loss."""
    sym = mx.sym
    x = sym.Variable("data")
    for number, (channels, pad) in enumerate(((6, 2), (16, 0)), 1):
        name = f"conv{number}"
        x = sym.Convolution(x, num_filter=channels, kernel=(5, 5), pad=(pad, pad), name=name)
        x = sym.Activation(x, act_type="relu")
        x = sym.Pooling(x, kernel=(2, 2), stride=(2, 2), pool_type="max")
    x = sym.Flatten(x)
    for number, units in enumerate((120, 84), 1):
        x = sym.FullyConnected(x, num_hidden=units, name=f"fc{number}")
        x = sym.Activation(x, act_type="relu")
    return sym.SoftmaxOutput(sym.FullyConnected(x, num_hidden=10, name="fc3"), name="softmax")


# ---- steps ---------------------------------------------------------------------------------------


def taught(net: Any, library: Any, array: Callable[[Any], Any], data: Any, start: Any) -> Step:
    """A step of a Gluon network: gradients and an update, from the parameters `start`."""
    images, labels = (array(part) for part in data)
    net.hybridize()
    net(images)
    parameters = list(net.collect_params().values())
    for parameter, values in zip(parameters, start or (), strict=bool(start)):
        parameter.set_data(array(values))
    loss_of = library.gluon.loss.SoftmaxCrossEntropyLoss()
    loss_of.hybridize()
    trainer = library.gluon.Trainer(
        net.collect_params(), "sgd", {"learning_rate": RATE, "momentum": 0.9}
    )

    def step() -> Any:
        with library.autograd.record():
            losses = loss_of(net(images), labels)
        losses.backward()
        trainer.step(len(images))
        return losses

    return step


def module_step(data: Any, start: Any) -> Step:
    """A step of a `Module`: what `fit` does for each batch, without the metric."""
    images, labels = data
    symbol = symbol_lenet()
    module = mx.mod.Module(symbol)
    module.bind([("data", images.shape)], [("softmax_label", labels.shape)])
    names = [n for n in symbol.list_arguments() if n not in ("data", "softmax_label")]
    module.init_params(arg_params=dict(zip(names, map(mx.nd.array, start), strict=True)))
    options = {"learning_rate": RATE, "momentum": 0.9}
    module.init_optimizer(kvstore=None, optimizer="sgd", optimizer_params=options)
    batch = mx.io.DataBatch([mx.nd.array(images)], [mx.nd.array(labels)])

    def step() -> Any:
        module.forward_backward(batch)
        module.update()
        return module

    def losses(found: Any) -> numpy.ndarray:
        chances = found.get_outputs()[0].asnumpy()
        return -numpy.log(chances[numpy.arange(len(labels)), labels])

    step.losses = losses  # type: ignore[attr-defined]
    return step


class _Native:
    """Weft's own names for what a step needs."""

    gluon, autograd = gluon, autograd


def lenet_steps() -> dict[str, Step]:
    data = lenet.data()
    net = lenet.lenet()
    net(np.array(data[0]))
    start = [p.data().asnumpy() for p in net.collect_params().values()]
    steps = {"weft": taught(net, _Native, np.array, data, None)}
    for name, made, array in (
        ("Gluon 1.x", OldLeNet(), mx.nd.array),
        ("Gluon 2", new_lenet(), mx.np.array),
    ):
        made.initialize()
        steps[name] = taught(made, mx, array, data, start)
    steps["Module"] = module_step(data, start)
    return steps


def resnet_steps() -> dict[str, Step]:
    random = numpy.random.default_rng(0)
    images = random.uniform(-1, 1, IMAGES).astype("float32")
    data = images, random.integers(0, CLASSES, len(images))
    net = gluon.model_zoo.vision.resnet18_v1(classes=CLASSES)
    net.initialize(init.Xavier())
    net(np.array(images))
    start = [p.data().asnumpy() for p in net.collect_params().values()]
    steps = {"weft": taught(net, _Native, np.array, data, None)}
    for name, array in (("Gluon 1.x", mx.nd.array), ("Gluon 2", mx.np.array)):
        made = mx.gluon.model_zoo.vision.resnet18_v1(classes=CLASSES)
        made.initialize()
        steps[name] = taught(made, mx, array, data, start)
    return steps


# ---- both ----------------------------------------------------------------------------------------


def first_losses(step: Step) -> list[float]:
    losses_of = getattr(step, "losses", lambda losses: losses.asnumpy())
    return [float(losses_of(step()).mean()) for _ in range(STEPS_COMPARED)]


def main() -> int:
    report = Report("training through weft.mxnet")
    made = {"lenet": lenet_steps, "resnet18": resnet_steps}
    asked = [word for word in sys.argv[1:] if word in made] or list(made)
    for network in asked:
        steps = made[network]()
        losses = {name: first_losses(step) for name, step in steps.items()}
        for name, found in losses.items():
            if not numpy.allclose(found, losses["weft"], rtol=1e-4):
                print(f"{network}: losses of {name} differ: {found} and {losses['weft']}")
                return 1
        report.compare(network, steps, "weft", aim=AIM, length=SECONDS, count=SAMPLES)
    report.save()
    return 0


if __name__ == "__main__":
    sys.exit(main())
