"""Text as numbers: read, split, and cut into streams whose segments follow one another."""

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy

GENESIS = Path(__file__).resolve().parent / "data" / "genesis.txt.gz"
HELD_OUT = 0.1
SHORTEST = 20_000  # characters; less holds out too few to say anything


class Corpus(NamedTuple):
    """Texts as places in the alphabet, int32: the last tenth is held out."""

    alphabet: str
    train: numpy.ndarray
    validation: numpy.ndarray


def load(path: Path) -> Corpus:
    """A text file in UTF-8, plain or with .gz. Raises ValueError where it is too short."""
    data = path.read_bytes()
    text = (gzip.decompress(data) if path.suffix == ".gz" else data).decode()
    if len(text) < SHORTEST:
        raise ValueError(f"{path}: needs {SHORTEST} characters at least; got {len(text)}")
    letters, numbers = numpy.unique(numpy.array(list(text)), return_inverse=True)
    numbers = numbers.astype("int32")
    held_out = int(len(numbers) * HELD_OUT)
    return Corpus("".join(letters), numbers[:-held_out], numbers[-held_out:])


def segments(
    text: numpy.ndarray, streams: int, steps: int
) -> Iterator[tuple[numpy.ndarray, numpy.ndarray]]:
    """Inputs and targets, the characters that come next, both (streams, steps).

    The text is cut into `streams` pieces that are read side by side; a row goes on where it ended
    in the segment before. The last segment is shorter if need be.
    """
    length = (len(text) - 1) // streams
    inputs = text[: streams * length].reshape(streams, length)
    targets = text[1 : streams * length + 1].reshape(streams, length)
    for begin in range(0, length, steps):
        yield inputs[:, begin : begin + steps], targets[:, begin : begin + steps]
