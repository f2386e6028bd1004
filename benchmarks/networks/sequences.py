"""The other networks: a perceptron, an LSTM and transformers, as sizes, parameters and inputs.

Weights of dense layers are (outputs, inputs). Attention has one weight for queries, keys and
values, in this order. N: batch, T: positions, D: features.
"""

import itertools
from typing import NamedTuple

import numpy
from arrays import Array, classes, normal, uniform

Parameters = dict[str, Array]

PERCEPTRON = (784, 256, 128, 10)
PERCEPTRON_BATCH = 64


def perceptron() -> Parameters:
    found = {}
    for number, (inputs, outputs) in enumerate(itertools.pairwise(PERCEPTRON)):
        deviation = (2.0 / inputs) ** 0.5
        found[f"{number}.weight"] = normal(f"mlp.{number}.w", (outputs, inputs), deviation)
        found[f"{number}.bias"] = numpy.zeros(outputs, numpy.float32)
    return found


def perceptron_batch() -> tuple[Array, Array]:
    shape = (PERCEPTRON_BATCH, PERCEPTRON[0])
    return normal("input.mlp", shape), classes("mlp.y", PERCEPTRON_BATCH, PERCEPTRON[-1])


class Recurrent(NamedTuple):
    layers: int = 2
    hidden: int = 256
    inputs: int = 256
    steps: int = 64
    batch: int = 16

    @property
    def multiply_adds(self) -> int:
        rows = 4 * self.hidden
        columns = self.inputs + (2 * self.layers - 1) * self.hidden
        return self.steps * self.batch * rows * columns


LSTM = Recurrent()


def lstm() -> Parameters:
    """Gates in the order input, forget, cell, output; two biases, as in cuDNN."""
    rows, found = 4 * LSTM.hidden, {}
    for layer in range(LSTM.layers):
        inputs = LSTM.hidden if layer else LSTM.inputs
        shapes = {"weight_ih": (rows, inputs), "weight_hh": (rows, LSTM.hidden)}
        shapes |= {"bias_ih": (rows,), "bias_hh": (rows,)}
        for part, shape in shapes.items():
            found[f"{part}_l{layer}"] = uniform(f"lstm.{part}{layer}", shape, -1 / 16, 1 / 16)
    return found


def lstm_input() -> Array:
    """(T, N, D)"""
    return normal("input.lstm", (LSTM.steps, LSTM.batch, LSTM.inputs))


class Transformer(NamedTuple):
    """Blocks of attention and of two dense layers with an erf GELU between, 4 D wide."""

    layers: int
    units: int
    heads: int
    steps: int
    batch: int = 1
    vocabulary: int = 0

    @property
    def multiply_adds(self) -> int:
        """Of dense layers and attention; a causal mask halves nothing here."""
        tokens = self.batch * self.steps
        block = 12 * self.units**2 + 2 * self.steps * self.units
        return tokens * (self.layers * block + self.vocabulary * self.units)


BERT = Transformer(layers=12, units=768, heads=12, steps=128)
GPT = Transformer(layers=4, units=256, heads=4, steps=128, batch=8, vocabulary=1024)
# Long rows, so that what a step keeps is most of its memory.
LONG_GPT = Transformer(layers=6, units=256, heads=4, steps=512, batch=8, vocabulary=1024)
GPTS = {"gpt_train": GPT, "gpt_long_train": LONG_GPT}
EPSILON = 1e-5  # of layer norms


def _block(prefix: str, units: int, deviation: float) -> Parameters:
    found = {}
    sizes = {"qkv": (3, 1), "proj": (1, 1), "fc1": (4, 1), "fc2": (1, 4)}
    for part, (outputs, inputs) in sizes.items():
        shape = (outputs * units, inputs * units)
        found[f"{part}.weight"] = normal(f"{prefix}.{part}.w", shape, deviation)
        found[f"{part}.bias"] = uniform(f"{prefix}.{part}.b", shape[:1], -0.02, 0.02)
    for part in ("ln1", "ln2"):
        found[f"{part}.weight"] = uniform(f"{prefix}.{part}.w", (units,), 0.9, 1.1)
        found[f"{part}.bias"] = uniform(f"{prefix}.{part}.b", (units,), -0.1, 0.1)
    return found


def bert() -> list[Parameters]:
    """Blocks with the norm after each sum, no mask and no embedding."""
    return [_block(f"bert.{number}", BERT.units, 0.04) for number in range(BERT.layers)]


def bert_input() -> Array:
    return normal("input.bert", (BERT.batch, BERT.steps, BERT.units))


class Gpt(NamedTuple):
    """Causal blocks with the norm before each part."""

    tokens: Array  # (vocabulary, D)
    positions: Array  # (T, D)
    blocks: list[Parameters]
    norm: tuple[Array, Array]
    head: Array  # (vocabulary, D), without a bias


def gpt(size: Transformer) -> Gpt:
    units, vocabulary = size.units, size.vocabulary
    return Gpt(
        normal("gpt.tok", (vocabulary, units), 0.1),
        normal("gpt.pos", (size.steps, units), 0.1),
        [_block(f"gpt.{number}", units, 0.02) for number in range(size.layers)],
        (numpy.ones(units, numpy.float32), numpy.zeros(units, numpy.float32)),
        normal("gpt.head", (vocabulary, units), 0.02),
    )


# One token through a language model of 110 million parameters, behind the keys and values of the
# tokens before it: every weight is read once, and hardly anything is computed with it.
DECODER = Transformer(layers=12, units=768, heads=12, steps=128, vocabulary=32000)
DECODER_WEIGHTS = DECODER.layers * 12 * DECODER.units**2 + DECODER.vocabulary * DECODER.units


class Decoder(NamedTuple):
    blocks: list[Parameters]
    keys: list[Array]  # (N, heads, T, D / heads) of each block; the last position is not filled
    values: list[Array]
    norm: tuple[Array, Array]
    head: Array


def decoder() -> Decoder:
    units, numbers = DECODER.units, range(DECODER.layers)
    shape = (DECODER.batch, DECODER.heads, DECODER.steps, units // DECODER.heads)
    return Decoder(
        [_block(f"decode.{number}", units, 0.02) for number in numbers],
        [normal(f"decode.{number}.keys", shape) for number in numbers],
        [normal(f"decode.{number}.values", shape) for number in numbers],
        (numpy.ones(units, numpy.float32), numpy.zeros(units, numpy.float32)),
        normal("decode.head", (DECODER.vocabulary, units), 0.02),
    )


def decoder_input() -> Array:
    """The last token, as its features."""
    return normal("input.decode", (DECODER.batch, 1, DECODER.units))


def gpt_batch(size: Transformer) -> tuple[Array, Array]:
    """Tokens and the tokens that follow them, both (N, T)."""
    shape = (size.batch, size.steps)
    count = size.batch * size.steps
    tokens, following = (classes(f"gpt.{n}", count, size.vocabulary) for n in "xy")
    return tokens.reshape(shape), following.reshape(shape)
