"""Networks and what the tests of quantization and compression ask of them."""

import numpy
import weft
from weft import gluon, init, np, npx
from weft.gluon import nn


def data(shape, seed=0):
    return np.array(numpy.random.default_rng(seed).normal(size=shape).astype("float32"))


def filled(net, x):
    """Norms with statistics and factors of their own."""
    net.initialize(init.Uniform(0.07))
    net(x)
    generator = numpy.random.default_rng(1)
    for name, parameter in net.collect_params().items():
        kind = name.rsplit(".")[-1]
        if kind in ("gamma", "running_var"):
            parameter.set_data(np.array(generator.uniform(0.5, 1.5, parameter.shape), "float32"))
        elif kind in ("beta", "running_mean", "bias"):
            parameter.set_data(np.array(generator.normal(0, 0.2, parameter.shape), "float32"))
    return net


def operators(block):
    return [node["op"] for node in weft.sym._files.json.loads(block._symbol.tojson())["nodes"]]


def error(block, net, x):
    """The largest difference over the largest output."""
    wanted = net(x).asnumpy()
    return abs(block(x).asnumpy() - wanted).max() / abs(wanted).max()


class Residual(gluon.HybridBlock):
    """Two convolutions, the input or a third one added, and a ReLU."""

    def __init__(self, channels, is_plain=False):
        super().__init__()
        self.first = nn.Conv2D(channels, 3, padding=1, use_bias=False)
        self.norms = nn.HybridSequential(nn.BatchNorm(), nn.BatchNorm())
        self.second = nn.Conv2D(channels, 3, padding=1)
        self.beside = None if is_plain else nn.Conv2D(channels, 1)

    def forward(self, x):
        y = npx.relu(self.norms[0](self.first(x)))
        y = self.norms[1](self.second(y))
        return npx.relu(y + (x if self.beside is None else self.beside(x)))


def plain():
    """Convolutions, a norm, dropout, an average, dense layers."""
    return nn.HybridSequential(
        nn.Conv2D(16, 3, use_bias=False),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Dropout(0.3),
        nn.AvgPool2D(2),
        nn.Conv2D(8, 3),
        nn.Activation("relu"),
        nn.MaxPool2D(2),
        nn.Flatten(),
        nn.Dense(16, activation="relu"),
        nn.Dense(7),
    )


def residual():
    """Sums of convolutions, with a norm and without, and an average over all places."""
    return nn.HybridSequential(
        nn.Conv2D(8, 3), Residual(8), Residual(8, is_plain=True), nn.GlobalAvgPool2D(), nn.Dense(3)
    )


def separable():
    """A depthwise convolution between two of one place."""
    return nn.HybridSequential(
        nn.Conv2D(12, 1),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(12, 3, groups=12),
        nn.BatchNorm(),
        nn.Activation("relu"),
        nn.Conv2D(8, 1),
        nn.Flatten(),
        nn.Dense(4),
    )


NETWORKS = {"plain": plain, "residual": residual, "separable": separable}
IMAGES = (4, 3, 10, 10)


def made(name):
    """A network of `NETWORKS`, and images for it."""
    weft.random.seed(3)
    x = data(IMAGES)
    return filled(NETWORKS[name](), x), x
