"""Utterances of keywords by speakers who never were: no recordings are at hand here.

A word is a smooth path through ten cepstral coefficients; a speaker says it faster or slower,
through a vocal tract and a microphone that mix and shift the coefficients; an accent is a tract
that is far from those of the others. What recordings have beside, noise of a street or a second
voice, these have not: they are for sizes, costs and the way to go, not for accuracies that a real
product would have.
"""

from dataclasses import dataclass

import numpy

FRAMES, COEFFICIENTS, WORDS = 49, 10, 12
LANGUAGE = 11  # the seed of how words are said


def _paths(generator: numpy.random.Generator) -> numpy.ndarray:
    """Of each word, amplitudes (WORDS, 5, COEFFICIENTS) of slow waves."""
    return generator.normal(0, 1, (WORDS, 5, COEFFICIENTS)) / numpy.arange(1, 6)[:, None] ** 0.5


@dataclass
class Speaker:
    """tract: a matrix of the coefficients; offset: of each of them; pace: 1 is the common one"""

    tract: numpy.ndarray
    offset: numpy.ndarray
    pace: float

    @classmethod
    def drawn(cls, generator: numpy.random.Generator, accent: float) -> "Speaker":
        """One whose tract differs from the common one by `accent`."""
        tract = numpy.eye(COEFFICIENTS)
        tract += accent * generator.normal(size=tract.shape) / COEFFICIENTS**0.5
        offset = 0.5 * accent * generator.normal(size=COEFFICIENTS)
        return cls(tract, offset, float(generator.uniform(0.8, 1.2)))

    def says(
        self, words: numpy.ndarray, paths: numpy.ndarray, generator: numpy.random.Generator
    ) -> numpy.ndarray:
        """An utterance of each word: (N, 1, FRAMES, COEFFICIENTS), float32."""
        features = []
        for word in words:
            begin, length = generator.uniform(0, 0.2), self.pace * generator.uniform(0.65, 0.8)
            time = (numpy.arange(FRAMES) / FRAMES - begin) / length
            waves = numpy.cos(numpy.pi * time[:, None] * numpy.arange(5))
            loudness = numpy.where((time >= 0) & (time <= 1), generator.uniform(0.8, 1.2), 0.1)
            said = (waves @ paths[word] * loudness[:, None]) @ self.tract + self.offset
            features.append(said + generator.normal(0, 0.6, said.shape))
        return numpy.array(features, "float32")[:, None]


Utterances = tuple[numpy.ndarray, numpy.ndarray]


def _utterances(
    speaker: Speaker, each: int, paths: numpy.ndarray, generator: numpy.random.Generator
) -> Utterances:
    """Each word so often, in any order, with its number (N,), int32."""
    words = generator.permutation(numpy.tile(numpy.arange(WORDS, dtype="int32"), each))
    return speaker.says(words, paths, generator), words


def everybody(speakers: int, each: int, seed: int) -> Utterances:
    """Utterances of many speakers."""
    paths = _paths(numpy.random.default_rng(LANGUAGE))
    generator = numpy.random.default_rng(seed)
    parts = [
        _utterances(Speaker.drawn(generator, 0.25), each, paths, generator) for _ in range(speakers)
    ]
    order = generator.permutation(sum(len(words) for _, words in parts))
    features, words = (numpy.concatenate(part) for part in zip(*parts, strict=True))
    return features[order], words[order]


def somebody(own: int, new: int, seed: int) -> tuple[Utterances, Utterances]:
    """Of one speaker with an accent, who says the same words: utterances to learn from, and new
    ones to be tested with."""
    paths = _paths(numpy.random.default_rng(LANGUAGE))
    generator = numpy.random.default_rng(seed)
    speaker = Speaker.drawn(generator, 1.2)
    return (
        _utterances(speaker, own, paths, generator),
        _utterances(speaker, new, paths, generator),
    )
