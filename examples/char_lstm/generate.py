"""Writes text with char_lstm.weft: needs weft.runtime, and neither NumPy nor the rest of Weft.

    python generate.py char_lstm.weft [--start TEXT] [--length N] [--seed N]

The file's entry `step` takes one character and gives the probabilities of the next. What it
remembers is state of the context.
"""

import argparse
import random
import struct
import sys
from collections.abc import Callable, Sequence

from weft import runtime

START, LENGTH, SEED = "And ", 300, 7


def sample(
    step: Callable[[int], Sequence[float]], alphabet: str, start: str, length: int, seed: int
) -> str:
    """`start` and `length` drawn characters; `step` gives the probabilities behind a character."""
    unknown = set(start) - set(alphabet)
    if not start or unknown:
        raise ValueError(
            f"sample: `start` must have characters of the alphabet; got {start!r}"
            + (f", whose {''.join(sorted(unknown))!r} is not in it" if unknown else "")
        )
    generator = random.Random(seed)
    places = range(len(alphabet))
    for character in start:
        probabilities = step(alphabet.index(character))
    found = list(start)
    for _ in range(length):
        (place,) = generator.choices(places, probabilities)
        found.append(alphabet[place])
        probabilities = step(place)
    return "".join(found)


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description="Text from a .weft file.")
    parser.add_argument("model")
    parser.add_argument("--start", default=START)
    parser.add_argument("--length", type=int, default=LENGTH)
    parser.add_argument("--seed", type=int, default=SEED)
    options = parser.parse_args(arguments)
    model = runtime.Model(options.model)
    context = model.context("step")

    def step(place: int) -> Sequence[float]:
        return context.run(struct.pack("=i", place))[0].tolist()

    alphabet = model.metadata["alphabet"]
    text = sample(step, alphabet, options.start, options.length, options.seed)
    sys.stdout.buffer.write(text.encode())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
