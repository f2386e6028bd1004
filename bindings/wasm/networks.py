"""Writes the networks whose functions a page loads first (split.py): one of each family that pages
run usually. Weights are random; sizes are those that kernels choose by.

    python bindings/wasm/networks.py build/wasm/networks
"""

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy
import weft
from weft import np, npx
from weft.gluon import HybridBlock, model_zoo, nn, rnn

PICTURE = (1, 3, 224, 224)
WORDS = 50
vision = model_zoo.vision


def sequence(*layers: HybridBlock) -> HybridBlock:
    net = nn.HybridSequential()
    net.add(*layers)
    return net


def scores(net: HybridBlock) -> HybridBlock:
    """The network with the probability of each class."""
    return sequence(net, nn.HybridLambda(npx.softmax))


def dense() -> HybridBlock:
    layers = [nn.Dense(units, activation=name) for units, name in ACTIVATIONS.items()]
    return sequence(*layers, nn.Dropout(0.5), nn.LayerNorm(), nn.GELU(), nn.Dense(10))


ACTIVATIONS = {64: "relu", 33: "tanh", 16: "sigmoid"}


def texts() -> HybridBlock:
    layers = [nn.TransformerEncoderLayer(64, 128, 4) for _ in range(2)]
    return sequence(nn.Embedding(WORDS, 64), *layers, nn.Dense(2))


def recurrent(layer: type[HybridBlock]) -> HybridBlock:
    return sequence(
        nn.Embedding(WORDS, 32), layer(48, layout="NTC"), nn.Dense(WORDS, flatten=False)
    )


def signal() -> HybridBlock:
    return sequence(
        nn.Conv1D(16, 5, activation="relu"),
        nn.MaxPool1D(),
        nn.Conv1D(32, 3),
        nn.BatchNorm(),
        nn.Activation("sigmoid"),
        nn.GlobalAvgPool1D(),
        nn.Dense(5),
    )


def picture() -> HybridBlock:
    """A picture of a picture, as segmentation and styles make it."""
    both = nn.HybridConcatenate(axis=1)
    both.add(nn.Conv2D(12, 3, padding=1), nn.Conv2D(12, 5, padding=2, activation="relu"))
    return sequence(
        both,
        nn.AvgPool2D(2),
        nn.Conv2D(24, 3, padding=1, groups=24),
        nn.LeakyReLU(0.1),
        nn.MaxPool2D(2),
        nn.InstanceNorm(),
        nn.Conv2DTranspose(12, 2, strides=2),
        nn.Swish(),
        nn.Upsample(scale_factor=2),
        nn.Conv2D(3, 1),
        nn.Activation("sigmoid"),
    )


# What makes a network, the shapes of its input, whether it is made int8, too.
Maker = tuple[Callable[[], HybridBlock], tuple[tuple[int, ...], ...], bool]
NETWORKS: dict[str, Maker] = {
    "dense": (dense, ((4, 20), (1, 7), (8, 8), (32, 100)), True),
    "digits": (lambda: scores(vision.lenet()), ((1, 1, 28, 28), (8, 1, 28, 28)), True),
    "mobilenet": (lambda: scores(vision.mobilenet_v2_1_0()), (PICTURE, (1, 3, 96, 96)), True),
    "mobilenet3": (vision.mobilenet_v3_small, (PICTURE,), False),
    "resnet": (vision.resnet18_v1, (PICTURE, (1, 3, 64, 64)), True),
    "resnet50": (vision.resnet50_v1, (PICTURE,), False),
    "picture": (picture, ((1, 3, 64, 64), (2, 3, 30, 20)), False),
    "signal": (signal, ((1, 6, 100), (5, 6, 33)), False),
    "texts": (texts, ((1, 16), (3, 7)), False),
    "lstm": (lambda: recurrent(rnn.LSTM), ((1, 12), (4, 3)), False),
    "gru": (lambda: recurrent(rnn.GRU), ((1, 12),), False),
}
OF_WORDS = ("texts", "lstm", "gru")


def input_of(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Words or numbers for a network."""
    random = numpy.random.default_rng(0)
    if name in OF_WORDS:
        return np.array(random.integers(0, WORDS, shape).astype("int32"))
    return np.array(random.normal(size=shape).astype("float32"))


def variants(name: str, shape: tuple[int, ...]) -> Iterator[tuple[str, HybridBlock, np.ndarray]]:
    """A network as float32 and, where it says so, as int8."""
    make, _, is_small = NETWORKS[name]
    x = input_of(name, shape)
    net = make()
    net.initialize()
    net(x)
    if is_small:
        yield f"{name}-int8", weft.quantization.quantize(net, [x]), x
    yield name, net, x


def _input(net: HybridBlock) -> str:
    """What an exported file calls the input of a network."""
    return "args.0" if isinstance(net, weft.quantization.Int8Block) else "x"


def write(folder: Path) -> None:
    """Writes all into a folder: NAME-SIZES.weft, NAME-int8-SIZES.weft; with any batch, -nxSIZES."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (_, shapes, _) in NETWORKS.items():
        for shape in shapes:
            for told, net, x in variants(name, shape):
                net.hybridize()
                net(x)
                sizes = "x".join(map(str, shape))
                net.export(folder / f"{told}-{sizes}.weft", x)
                if shape[0] > 1:
                    net.export(
                        folder / f"{told}-nx{sizes}.weft", x, dynamic={_input(net): {0: "n"}}
                    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    write(parser.parse_args().folder)


if __name__ == "__main__":
    main()
