"""Trains a network on handwritten digits in C++ alone, and runs the file that it exports.

    python demo.py            15 epochs, a few seconds
    python demo.py --quick    4 epochs, for the tests

Writes digits.csv, digits.weft and the program train into the folder it is started in. Ends with a
non-zero status if the accuracy is lower than promised, or Python finds another one in the file.
"""

import argparse
import gzip
import shlex
import subprocess
import sys
from pathlib import Path

import numpy
from weft import cli, runtime

HERE = Path(__file__).resolve().parent
DATA = HERE.parent / "digits" / "data" / "digits.csv.gz"
PROGRAM = Path("train")
TABLE = Path("digits.csv")
MODEL = Path("digits.weft")


def compile_program() -> None:
    flags = shlex.split(f"{cli.cflags()} {cli.libs()}")
    print("$ c++ -std=c++17 -O2 train.cpp $(weft --cflags --libs) -o train")
    source = str(HERE / "train.cpp")
    subprocess.run(["c++", "-std=c++17", "-O2", source, "-o", str(PROGRAM), *flags], check=True)


def train(epochs: int, wanted: float) -> float:
    """Runs the program; returns the accuracy that it prints."""
    command = [f"./{PROGRAM}", str(TABLE), str(epochs), str(wanted)]
    print("$", shlex.join(command))
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"train: status {done.returncode}; it printed: {done.stdout}")
    return float(done.stdout)


def accuracy_of_file() -> float:
    """The accuracy of the exported file on the images that the program held out."""
    table = numpy.loadtxt(TABLE, delimiter=",", dtype=numpy.int32)[4::5]
    images = (table[:, :-1] / 16).astype(numpy.float32)
    (scores,) = runtime.Model(MODEL).context("forward").run(images.tobytes())
    return float((numpy.asarray(scores).argmax(axis=1) == table[:, -1]).mean())


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Handwritten digits, in C++ alone.")
    parser.add_argument("--quick", action="store_true", help="fewer epochs")
    options = parser.parse_args(arguments)

    TABLE.write_bytes(gzip.decompress(DATA.read_bytes()))
    compile_program()
    accuracy = train(4, 0.93) if options.quick else train(15, 0.96)
    print(f"accuracy on held-out digits: {accuracy:.2%}")
    found = accuracy_of_file()
    is_same = found == accuracy
    print(f"{MODEL} in Python: {found:.2%}, {'the same' if is_same else 'NOT the same'}")
    return 0 if is_same else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
