"""What the programs learn: the handwritten digits of ../digits, and the words of ../char_lstm."""

import gzip
import re
from pathlib import Path

import numpy

_EXAMPLES = Path(__file__).resolve().parent.parent
_DIGITS = _EXAMPLES / "digits" / "data" / "digits.csv.gz"
_TEXT = _EXAMPLES / "char_lstm" / "data" / "genesis.txt.gz"


def digits():
    """((train images, train labels), (test images, test labels)).

    Images are float32 (N, 1, 8, 8) from 0 for paper to 1 for ink, labels float32 (N,).
    """
    with gzip.open(_DIGITS, "rt", encoding="ascii") as file:
        table = numpy.loadtxt(file, delimiter=",", dtype=numpy.float32)
    images, labels = table[:, :-1].reshape(-1, 1, 8, 8) / 16, table[:, -1]
    held_out = numpy.arange(len(labels)) % 5 == 4
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])


def scenes(count, size=32, seed=0):
    """Pictures with one digit each, and where it is.

    Returns images float32 (count, 1, size, size) and labels float32 (count, 1, 5): class, then
    left, top, right and bottom as parts of the picture.
    """
    (images, labels), _ = digits()
    random = numpy.random.RandomState(seed)
    pictures = 0.2 * random.rand(count, 1, size, size).astype(numpy.float32)
    boxes = numpy.zeros((count, 1, 5), numpy.float32)
    for number in range(count):
        which = random.randint(len(images))
        scale = random.randint(1, 3)
        digit = images[which, 0].repeat(scale, 0).repeat(scale, 1)
        side = digit.shape[0]
        left, top = random.randint(0, size - side, 2)
        place = pictures[number, 0, top : top + side, left : left + side]
        numpy.maximum(place, digit, out=place)
        corners = numpy.array([left, top, left + side, top + side], numpy.float32) / size
        boxes[number, 0] = [labels[which] >= 5, *corners]
    return pictures, boxes


def words(most=2000):
    """The text as numbers of words, int64 (N,), and the words; the rare ones are number 0."""
    with gzip.open(_TEXT, "rt", encoding="utf-8") as file:
        text = re.findall(r"[a-z]+", file.read().lower())
    counts: dict = {}
    for word in text:
        counts[word] = counts.get(word, 0) + 1
    kept = sorted(counts, key=lambda word: (-counts[word], word))[: most - 1]
    numbers = {word: place + 1 for place, word in enumerate(kept)}
    return numpy.array([numbers.get(word, 0) for word in text]), ["<rare>", *kept]
