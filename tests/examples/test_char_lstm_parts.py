"""Parts of the character-level example: its text, its segments, and the model it has to beat."""

import hashlib
import importlib.util
import math
from collections import Counter
from pathlib import Path

import numpy
import pytest

EXAMPLE = Path(__file__).resolve().parents[2] / "examples" / "char_lstm"


def part(name):
    spec = importlib.util.spec_from_file_location(f"char_lstm_{name}", EXAMPLE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


corpus, ngram, generate = part("corpus"), part("ngram"), part("generate")


def test_file_is_the_one_its_readme_describes():
    readme = corpus.GENESIS.with_name("README.md").read_text("utf-8")
    assert hashlib.sha256(corpus.GENESIS.read_bytes()).hexdigest() in readme
    text = corpus.load(corpus.GENESIS)
    found = "".join(text.alphabet[i] for i in text.train[:28])
    assert found == "In the beginning God created"
    assert len(text.train) + len(text.validation) == 196_818


def test_segments_of_a_stream_follow_one_another():
    text = numpy.arange(50, dtype="int32")
    parts = list(corpus.segments(text, streams=3, steps=5))
    inputs = numpy.concatenate([inputs for inputs, _ in parts], axis=1)
    targets = numpy.concatenate([targets for _, targets in parts], axis=1)
    assert [len(i[0]) for i, _ in parts] == [5, 5, 5, 1]
    numpy.testing.assert_array_equal(inputs.ravel(), text[:48])
    numpy.testing.assert_array_equal(targets, inputs + 1)


def witten_bell(train, context, character, alphabet):
    """The probability as the formula has it, from counts in a dictionary."""
    length = len(context)
    behind = Counter(
        train[i + length]
        for i in range(len(train) - length)
        if tuple(train[i : i + length]) == tuple(context)
    )
    if length == 0:
        shorter = 1 / alphabet
    else:
        shorter = witten_bell(train, context[1:], character, alphabet)
    if not behind:
        return shorter
    total = sum(behind.values()) + len(behind)
    return (behind[character] + len(behind) * shorter) / total


@pytest.mark.parametrize("order", [1, 2, 4])
def test_perplexity_follows_the_formula(order):
    text = numpy.random.default_rng(0).geometric(0.4, 120).clip(0, 6) - 1
    text[-7] = 6  # seen by nobody before
    train, validation = text[:90].tolist(), text[90:].tolist()
    whole = train + validation
    logs = [
        math.log(witten_bell(train, whole[i - order + 1 : i], whole[i], 7))
        for i in range(len(train) + 1, len(whole))
    ]
    found = ngram.perplexity(numpy.array(train), numpy.array(validation), 7, order)
    assert found == pytest.approx(math.exp(-sum(logs) / len(logs)), rel=1e-12)


def test_bad_arguments_are_named(tmp_path):
    short = tmp_path / "short.txt"
    short.write_text("too short", "utf-8")
    with pytest.raises(ValueError, match=r"needs 20000 characters at least; got 9"):
        corpus.load(short)
    with pytest.raises(ValueError, match=r"`start` must have .* got 'aé', whose 'é' is not in it"):
        generate.sample(lambda _: [1.0, 0.0], "ab", "aé", 3, seed=1)
    with pytest.raises(ValueError, match="100000 characters make too many groups of 5"):
        ngram.perplexity(numpy.zeros(9, int), numpy.zeros(9, int), 100_000)
