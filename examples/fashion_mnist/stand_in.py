"""Where Fashion-MNIST is not installed, the quick run learns the digits of examples/digits instead:
written as the four idx files, 28 by 28, so that everything else stays as it is."""

import csv
import gzip
import struct
from pathlib import Path

import numpy

DIGITS = Path(__file__).resolve().parents[1] / "digits" / "data" / "digits.csv.gz"
TESTED = 5  # every fifth digit is to test with


def write_idx(path: Path, array: numpy.ndarray) -> None:
    """uint8 elements of any rank; compressed if the name ends in .gz."""
    header = bytes((0, 0, 0x08, array.ndim)) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + array.astype(numpy.uint8).tobytes()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


def write(folder: Path) -> Path:
    """Writes the four files; returns the folder."""
    with gzip.open(DIGITS, "rt", encoding="ascii", newline="") as file:
        table = numpy.array(list(csv.reader(file)), dtype=numpy.int32)
    small = (table[:, :-1] * 255 // 16).reshape(-1, 8, 8)
    images = numpy.pad(small.repeat(3, 1).repeat(3, 2), ((0, 0), (2, 2), (2, 2)))
    is_tested = numpy.arange(len(table)) % TESTED == 0
    folder.mkdir(parents=True, exist_ok=True)
    for part, chosen in (("train", ~is_tested), ("t10k", is_tested)):
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", images[chosen])
        write_idx(folder / f"{part}-labels-idx1-ubyte", table[chosen, -1])
    return folder
