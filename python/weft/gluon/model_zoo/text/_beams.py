"""Beam search: of each row the most probable texts so far are kept, and all of them continued.

Which texts count as over, when a search stops and how scores of texts of unequal lengths compare
is as in transformers, so that results are the same.

N: rows, K: beams of a row, C: candidates of a row at a step, V: the vocabulary.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

import numpy

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core.typing import ndarray
from weft.gluon.model_zoo.text._generation import Choice, Stop
from weft.gluon.model_zoo.text.sampling import warped

_LOW = numpy.float32(-1e9)  # the logarithm of a probability that nothing reaches


@dataclass(frozen=True)
class Beams:
    """How a search goes.

    count: K; returned: how many texts of each row are results, the best first
    length_penalty: texts are compared by their logarithms over length to this power: above 0 it
        favours long ones
    early_stopping: is a row over when it has K texts that are? False waits until no other can be
        better, if it were as long as now; "never" until none can be, however long it grows
    choice: how continuations are drawn; those of temperature 0 are the best ones
    """

    count: int
    length_penalty: float = 1.0
    early_stopping: bool | Literal["never"] = False
    returned: int = 1
    choice: Choice = field(default_factory=lambda: Choice(0.0))

    def __post_init__(self) -> None:
        if self.count < 1 or not 1 <= self.returned <= self.count:
            raise InvalidValue(
                "generate: `beams` must be at least 1 and `returned` in [1, beams]; got "
                f"{self.count} and {self.returned}"
            )
        if self.early_stopping not in (True, False, "never"):
            raise InvalidValue(
                "generate: `early_stopping` must be True, False or 'never'; got "
                f"{self.early_stopping!r}"
            )

    @property
    def is_drawn(self) -> bool:
        """Are continuations drawn, rather than the best ones taken?"""
        return self.choice.temperature > 0

    def value(self, logs: numpy.ndarray, length: int) -> numpy.ndarray:
        """What texts of a length are compared by."""
        return logs / numpy.float32(length**self.length_penalty)


def beams_of(
    owner: str,
    beams: int,
    length_penalty: float,
    early_stopping: bool | Literal["never"],
    returned: int,
    choice: Choice,
) -> Beams | None:
    """What the arguments of `generate` say; None without a search."""
    if beams == 1 and returned > 1 and choice.temperature > 0:
        return None  # texts that are drawn each for itself
    found = Beams(beams, length_penalty, early_stopping, returned, choice)
    limits = (choice.top_k, choice.top_p, choice.min_p)
    if beams > 1 and choice.temperature == 0 and limits != (None, None, None):
        raise InvalidValue(
            f"{owner}.generate: with `beams` and a `temperature` of 0 the best texts are taken, so "
            f"`top_k`, `top_p` and `min_p` must be None; got {limits}"
        )
    return found if beams > 1 else None


class _Done:
    """The best texts of each row that are over: tokens (N, K, T), and what they are compared by."""

    def __init__(self, texts: numpy.ndarray, beams: Beams) -> None:
        self.beams, self.texts = beams, texts.copy()
        self.values = numpy.full(texts.shape[:2], _LOW)
        self.lengths = numpy.zeros(texts.shape[:2], dtype=int)
        self.is_over = numpy.zeros(texts.shape[:2], dtype=bool)

    def add(
        self,
        texts: numpy.ndarray,
        logs: numpy.ndarray,
        over: numpy.ndarray,
        length: int,
        is_open: numpy.ndarray,
    ) -> None:
        """Keeps the best of those there are and of the candidates, (N, C).

        over: which are over; length: their steps; is_open: rows that may still get better, (N, 1)
        """
        over = over & (numpy.arange(over.shape[1]) < self.beams.count)  # the others are spare
        full = self.is_over.all(axis=1, keepdims=True) & (self.beams.early_stopping is True)
        values = self.beams.value(logs, length)
        for hopeless in (full, ~is_open, ~over):
            values = values + hopeless * _LOW
        values = numpy.concatenate([self.values, values], axis=1)
        best = _best_of(values, self.beams.count)
        lengths = numpy.broadcast_to(numpy.array(length), over.shape)
        self.values = _gathered(values, best)
        self.texts = _gathered(numpy.concatenate([self.texts, texts], axis=1), best)
        self.lengths = _gathered(numpy.concatenate([self.lengths, lengths], axis=1), best)
        self.is_over = _gathered(numpy.concatenate([self.is_over, over], axis=1), best)

    def may_improve(self, logs: numpy.ndarray, length: int, longest: int) -> numpy.ndarray:
        """Rows whose best running text, of logarithm (N, 1), may yet beat a kept one: (N, 1)."""
        never = self.beams.early_stopping == "never" and self.beams.length_penalty > 0
        hoped = self.beams.value(logs, longest if never else length)
        worst = numpy.where(self.is_over, self.values.min(axis=1, keepdims=True), _LOW)
        return (hoped > worst).any(axis=1, keepdims=True)


def search(
    tokens: numpy.ndarray,
    steps: int,
    beams: Beams,
    stop: Stop,
    pad: int,
    scores_behind: Callable[[ndarray | None], ndarray],
    reorder: Callable[[ndarray], None],
    adjust: Callable[[ndarray, ndarray, int], ndarray],
) -> numpy.ndarray:
    """Tokens (N, B) and up to `steps` more, the best `returned` texts of each row: (N · returned,
    B + steps), or shorter where all results are.

    scores_behind: scores (N · K, V) of the token behind these, (N · K, 1); at first, for None, of
        that behind `tokens`, each row K times
    reorder: has the network go on from other rows, (N · K,), than those of its last call
    adjust: changes logarithms of probabilities (N · K, V), by tokens so far and the step's number
    """
    rows, begun = tokens.shape
    count = beams.count
    running = numpy.full((rows, count, begun + steps), pad, dtype=tokens.dtype)
    running[:, :, :begun] = tokens[:, None]
    done = _Done(running, beams)
    logs = numpy.zeros((rows, count), dtype="float32")
    logs[:, 1:] = _LOW  # at first all beams are the same text: only one of them is continued
    is_open = numpy.ones((rows, 1), dtype=bool)
    candidates = max(2, 1 + len(stop.ends)) * count
    last = None
    for step in range(steps):
        place, length = begun + step, step + 1
        so_far = np.array(running[:, :, :place].reshape(rows * count, place))
        behind = npx.log_softmax(scores_behind(last).astype("float32"))
        adjusted = _warped(adjust(behind, so_far, step), beams, stop)
        found, origin, chosen = _candidates(adjusted, logs, candidates, beams.is_drawn)
        texts = _gathered(running, origin)
        texts[:, :, place] = chosen
        flat = texts[:, :, : place + 1].reshape(-1, place + 1)
        over = stop.met(flat).reshape(found.shape) | (length == steps)
        going = found + over * _LOW
        best = _best_of(going, count)
        running, logs = _gathered(texts, best), _gathered(going, best)
        done.add(texts, found, over, length, is_open)
        is_open &= done.may_improve(logs[:, :1], length, steps)
        all_over = beams.early_stopping is True and done.is_over.all()
        if all_over or over.all() or not is_open.any():
            break
        first = numpy.arange(rows)[:, None] * count
        reorder(np.array((_gathered(origin, best) + first).reshape(-1)))
        last = np.array(running[:, :, place].reshape(-1, 1))
    longest = begun + int(done.lengths[:, : beams.returned].max(initial=0))
    return done.texts[:, : beams.returned, :longest].reshape(rows * beams.returned, longest)


def _warped(logs: ndarray, beams: Beams, stop: Stop) -> ndarray:
    """Logarithms (N · K, V) of what is drawn from: enough of each for a search to go on when all
    end tokens are drawn."""
    if not beams.is_drawn:
        return logs
    choice = beams.choice
    least = 1 + max(1, len(stop.ends))
    return warped(logs, choice.temperature, choice.top_k, choice.top_p, choice.min_p, least)


def _candidates(
    behind: ndarray, logs: numpy.ndarray, count: int, is_drawn: bool
) -> tuple[numpy.ndarray, numpy.ndarray, numpy.ndarray]:
    """Of the best continuations of each row, or of those that are drawn, the best of them first,
    (N, C): logarithms, beams and tokens."""
    rows, beams = logs.shape
    vocabulary = behind.shape[-1]
    sums = behind.reshape(rows, beams, vocabulary) + np.array(logs[:, :, None])
    sums = sums.reshape(rows, beams * vocabulary)
    most = min(count, beams * vocabulary)
    if not is_drawn:
        found, places = npx.topk(sums, most)
        return found.asnumpy(), *numpy.divmod(places.asnumpy(), vocabulary)
    places = npx.topk(sums + noise(sums.shape), most)[1].asnumpy()
    found = numpy.take_along_axis(sums.asnumpy(), places, axis=1)
    order = numpy.argsort(-found, axis=1, kind="stable")
    found, places = (numpy.take_along_axis(x, order, axis=1) for x in (found, places))
    return found, *numpy.divmod(places, vocabulary)


def noise(shape: tuple[int, ...]) -> ndarray:
    """Summands with which the largest sums are as if drawn by softmax, none of them twice (Kool et
    al., "Stochastic Beams and Where to Find Them", 2019)."""
    return np.random.gumbel(size=shape).astype("float32")


def _best_of(values: numpy.ndarray, count: int) -> numpy.ndarray:
    """Places of the largest in each row, (N, count), the largest first."""
    return numpy.argsort(-values, axis=1, kind="stable")[:, :count]


def _gathered(arrays: numpy.ndarray, places: numpy.ndarray) -> numpy.ndarray:
    """Of arrays (N, C, …) those at the places (N, K) of each row."""
    return arrays[numpy.arange(len(arrays))[:, None], places]


__all__ = ["Beams", "beams_of", "search"]
__dir__ = __all__.copy
