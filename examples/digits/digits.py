"""The 1,797 handwritten digits of data/digits.csv.gz as NumPy arrays.

Which images are held out is a rule, not a random choice: image i belongs to fold i % 5, and the
last fold is the one to test on. Neighbours in the file often share a writer; dealing them out in
turn keeps the folds alike, and every fold has every digit.
"""

import gzip
from pathlib import Path

import numpy

DATA = Path(__file__).resolve().parent / "data" / "digits.csv.gz"
FOLDS = 5


def load() -> tuple[numpy.ndarray, numpy.ndarray]:
    """All images, float32 (1797, 1, 8, 8) from 0 for paper to 1 for ink, and labels, int32 (1797,).

    The counts 0 to 16 of the file become multiples of 1/16, which float32 holds exactly.
    """
    with gzip.open(DATA, "rt", encoding="ascii") as file:
        table = numpy.loadtxt(file, delimiter=",", dtype=numpy.int32)
    images = (table[:, :-1] / 16).astype(numpy.float32).reshape(-1, 1, 8, 8)
    return images, numpy.ascontiguousarray(table[:, -1])


def split(fold: int = FOLDS - 1):
    """((train images, train labels), (test images, test labels)); `fold` is held out."""
    if not 0 <= fold < FOLDS:
        raise ValueError(f"split: `fold` must be in [0, {FOLDS}); got {fold}")
    images, labels = load()
    held_out = numpy.arange(len(labels)) % FOLDS == fold
    return (images[~held_out], labels[~held_out]), (images[held_out], labels[held_out])
