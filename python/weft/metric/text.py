"""Metrics of texts, which are lists of words or of their numbers."""

import math
from collections import Counter
from collections.abc import Sequence
from typing import Any

from weft._base.errors import InvalidValue
from weft._base.options import require_whole
from weft.metric._base import EvalMetric, register

Words = Sequence[Any]


class BLEU(EvalMetric):
    """Overlap of translations with reference translations, over the whole corpus (Papineni et al.
    2002): the geometric mean of the precisions of 1 to `order` words, times a penalty of what is
    too short.

    labels: for each text its references in a list, each a text, which is cut at blanks, or a list
        of words or numbers
    preds: for each text the translation, in the form of a reference
    smooth: counts of more than one word are one larger (Lin and Och 2004), for short texts

    >>> from weft import metric
    >>> bleu = metric.BLEU()
    >>> bleu.update([["the cat is on the mat"]], ["the cat is on the mat"])
    >>> bleu.get()
    ('bleu', 1.0)
    """

    def __init__(self, order: int = 4, smooth: bool = False, name: str = "bleu") -> None:
        self.order, self.smooth = require_whole("BLEU", "order", order, 1), smooth
        super().__init__(name)

    def reset(self) -> None:
        self._hits, self._found = [0] * self.order, [0] * self.order
        self._length, self._reference = 0, 0

    def update(self, labels: Any, preds: Any) -> None:
        labels, preds = list(labels), list(preds)
        if len(labels) != len(preds):
            raise InvalidValue(
                "BLEU: `labels` and `preds` must be of the same number of texts; got "
                f"{len(labels)} and {len(preds)}"
            )
        for given, translation in zip(labels, preds, strict=True):
            references = _references(given)
            words = _words(translation)
            if not references:
                raise InvalidValue("BLEU: `labels` must have a reference for each text; got none")
            self._length += len(words)
            nearest = min(references, key=lambda r: (abs(len(r) - len(words)), len(r)))
            self._reference += len(nearest)
            for size in range(1, self.order + 1):
                found = _groups(words, size)
                most: Counter[Any] = Counter()
                for reference in references:
                    most |= _groups(reference, size)
                self._hits[size - 1] += sum((found & most).values())
                self._found[size - 1] += sum(found.values())

    def get(self) -> tuple[str, float]:
        if not self._reference:
            return self.name, math.nan
        total = 0.0
        for size, (hits, found) in enumerate(zip(self._hits, self._found, strict=True)):
            more = 1 if self.smooth and size else 0
            if hits + more == 0 or found + more == 0:
                return self.name, 0.0
            total += math.log((hits + more) / (found + more))
        short = min(0.0, 1 - self._reference / self._length)
        return self.name, math.exp(total / self.order + short)


def _references(given: Any) -> list[list[Any]]:
    """The references of one text."""
    is_one = isinstance(given, str) or (len(given) and not isinstance(given[0], str | list | tuple))
    return [_words(one) for one in ([given] if is_one else given)]


def _words(text: Any) -> list[Any]:
    if isinstance(text, str):
        return text.split()
    return text.tolist() if not isinstance(text, list | tuple) else list(text)


def _groups(words: list[Any], size: int) -> Counter[Any]:
    return Counter(tuple(words[i : i + size]) for i in range(len(words) - size + 1))


register(BLEU)

__all__ = ["BLEU"]
__dir__ = __all__.copy
