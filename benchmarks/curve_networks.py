"""What loss_curves.py trains: networks of Weft, and batches; torch_twins.py has their twins."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy
from weft import gluon, np
from weft.gluon.model_zoo import text

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
sys.path += [str(EXAMPLES / "digits"), str(EXAMPLES / "char_lstm")]
import corpus  # noqa: E402
import digits  # noqa: E402

BATCH = 16
WINDOW = 24  # characters
UNITS, HEADS, LAYERS = 32, 4, 2
Batches = Iterator[tuple[numpy.ndarray, numpy.ndarray]]


class Case(NamedTuple):
    """A network and how it is trained."""

    network: Callable[[int], Any]  # of the number of classes
    twin: str  # in torch_twins.py
    batches: Callable[[], tuple[int, Batches]]  # the number of classes, and the batches, endless
    optimizer: str
    options: dict[str, float]
    dtypes: tuple[str, ...] = ("float32", "float64")
    steps: int = 200


def digit_batches() -> tuple[int, Batches]:
    """Handwritten digits of 8×8, each pixel repeated to 32×32, with noise.

    Without noise the background is one number, and where a filter gives 0 there, rounding decides
    about the gradients of all of it at once.
    """
    images, labels = digits.load()
    images = numpy.kron(images, numpy.ones((4, 4))) - 0.5
    images += numpy.random.default_rng(1).normal(0, 0.1, images.shape)

    def drawn():
        generator = numpy.random.default_rng(0)
        while True:
            chosen = generator.integers(0, len(labels), BATCH)
            yield images[chosen], labels[chosen]

    return 10, drawn()


def _windows(last_only: bool) -> tuple[int, Batches]:
    genesis = corpus.load(corpus.GENESIS)

    def drawn():
        generator = numpy.random.default_rng(0)
        while True:
            first = generator.integers(0, len(genesis.train) - WINDOW, BATCH)
            found = genesis.train[first[:, None] + numpy.arange(WINDOW + 1)]
            yield found[:, :-1], found[:, -1] if last_only else found[:, 1:]

    return len(genesis.alphabet), drawn()


def line_batches() -> tuple[int, Batches]:
    """Text, and what follows each of its characters."""
    return _windows(last_only=False)


def window_batches() -> tuple[int, Batches]:
    """Text, and the character behind it."""
    return _windows(last_only=True)


class LanguageModel(gluon.HybridBlock):
    """The model zoo's, from states of zeros."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        self.model = text.RNNModel(classes, UNITS, 2 * UNITS, LAYERS)

    def forward(self, characters):
        return self.model(characters, self.model.begin_state(characters.shape[0]))[0]


class Encoder(gluon.HybridBlock):
    """Encoder layers over characters and their places; scores from the mean of all."""

    def __init__(self, classes: int) -> None:
        super().__init__()
        nn = gluon.nn
        self.characters = nn.Embedding(classes, UNITS)
        self.places = nn.Embedding(WINDOW, UNITS)
        self.layers = nn.HybridSequential(
            *(nn.TransformerEncoderLayer(UNITS, 2 * UNITS, HEADS) for _ in range(LAYERS))
        )
        self.scores = nn.Dense(classes)

    def forward(self, characters):
        places = np.arange(0, WINDOW, 1, dtype="int64")
        x = self.layers(self.characters(characters) + self.places(places))
        return self.scores(x.mean(axis=1))
