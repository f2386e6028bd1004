"""What networks that write text share: how the next token is chosen, and where a text is over.

`drawn` gives token by token, `finished` puts them together until all texts are over. Beam search is
in `_beams.py`.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.gluon.model_zoo.text.sampling import check_choice, draw

Tokens = int | Sequence[int]
TextOf = Callable[[list[int]], str]


@dataclass(frozen=True)
class Choice:
    """How the next token is drawn from its scores, as for `draw`.

    repetition_penalty: what divides the scores of tokens that the text has; multiplies those below
        0; 1 for nothing
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float | None = None
    min_p: float | None = None
    repetition_penalty: float = 1.0

    def __post_init__(self) -> None:
        numbers = (self.temperature, self.top_k, self.top_p, self.min_p)
        check_choice(*numbers, self.repetition_penalty)

    def drawn(self, scores: ndarray) -> ndarray:
        """Tokens (N,) by scores (N, vocabulary), in which the penalty is."""
        return draw(scores, self.temperature, self.top_k, self.top_p, self.min_p)


@dataclass(frozen=True)
class Rules:
    """Which tokens must come, and which must not.

    forced: tokens by the number of the step; suppressed: never; suppressed_first: not at step 0
    ends: not before step `least`
    no_repeat: no token that would end so many tokens which the text has already; 0 for any
    """

    forced: Mapping[int, int]
    suppressed: Sequence[int] = ()
    suppressed_first: Sequence[int] = ()
    ends: Sequence[int] = ()
    least: int = 0
    no_repeat: int = 0

    def before(self, scores: ndarray, tokens: ndarray, step: int) -> ndarray:
        """Scores (N, vocabulary) behind tokens (N, T), without those that must not come."""
        unwanted = [*self.suppressed, *(self.suppressed_first if step == 0 else ())]
        unwanted += self.ends if step < self.least else ()
        if unwanted:
            scores[:, np.array(unwanted)] = -np.inf
        if self.no_repeat:
            met = _repeated(tokens.asnumpy(), self.no_repeat, scores.shape[1])
            scores = np.where(np.array(met), -np.inf, scores)
        return scores

    def after(self, chosen: ndarray, step: int) -> ndarray:
        """Tokens (N,), or the one that must come."""
        return np.full_like(chosen, self.forced[step]) if step in self.forced else chosen

    def alone(self, logs: ndarray, step: int) -> ndarray:
        """Logarithms of probabilities, of which the token that must come has all."""
        if step not in self.forced:
            return logs
        sure = np.full_like(logs, -np.inf)
        sure[:, self.forced[step]] = 0
        return sure


def _repeated(tokens: numpy.ndarray, size: int, vocabulary: int) -> numpy.ndarray:
    """Which tokens would complete `size` tokens that a row has already: bools (N, vocabulary)."""
    found = numpy.zeros((len(tokens), vocabulary), dtype=bool)
    if tokens.shape[1] < size:
        return found
    runs = numpy.lib.stride_tricks.sliding_window_view(tokens, size, axis=1)
    last = tokens[:, tokens.shape[1] - size + 1 :]
    for row, (ones, behind) in enumerate(zip(runs, last, strict=True)):
        found[row, ones[(ones[:, :-1] == behind).all(axis=1), -1]] = True
    return found


@dataclass(frozen=True)
class Stop:
    """Where a text is over: behind an end token, behind some tokens, behind a string.

    text_of: the string of some tokens, which a tokenizer knows
    """

    ends: Sequence[int] = ()
    tokens: Sequence[Sequence[int]] = ()
    strings: Sequence[str] = ()
    text_of: TextOf | None = None

    @property
    def is_there(self) -> bool:
        """May a text be over before its last step?"""
        return bool(self.ends or self.tokens or self.strings)

    def met(self, texts: numpy.ndarray) -> numpy.ndarray:
        """Which of the texts (N, T) are over with their last token: bools (N,)."""
        over = numpy.isin(texts[:, -1], numpy.array(self.ends, dtype=texts.dtype))
        for some in self.tokens:
            if len(some) <= texts.shape[1]:
                over = over | (texts[:, -len(some) :] == numpy.array(some)).all(axis=1)
        if self.strings:
            over = over | numpy.array([self._ends_a_string(row.tolist()) for row in texts])
        return over

    def _ends_a_string(self, row: list[int]) -> bool:
        """Does the last token complete a string? It may go on behind the string's end."""
        assert self.text_of is not None  # `stop_of` made sure of it
        whole, before = self.text_of(row), len(self.text_of(row[:-1]))
        return any(whole.find(s, max(before - len(s) + 1, 0)) >= 0 for s in self.strings)


def stop_of(
    owner: str,
    end: Tokens | None,
    stop: str | Sequence[str | Sequence[int]],
    text_of: TextOf | None,
) -> Stop:
    """What the arguments of `generate` say."""
    given = [stop] if isinstance(stop, str) else list(stop)
    strings = [part for part in given if isinstance(part, str)]
    tokens = [list(part) for part in given if not isinstance(part, str | int)]
    if len(strings) + len(tokens) < len(given) or "" in strings or [] in tokens:
        raise InvalidType(
            f"{owner}.generate: `stop` must have strings, or sequences of tokens, none of them "
            f"empty; got {stop!r}"
        )
    if strings and text_of is None:
        raise InvalidValue(
            f"{owner}.generate: `text_of` must be the function that makes a string of a list of "
            f"tokens, such as a tokenizer's `decode`, where `stop` has strings; got None"
        )
    ends = [] if end is None else [end] if isinstance(end, int) else list(end)
    return Stop(ends, tokens, strings, text_of)


@dataclass
class Texts:
    """Tokens (N, T) that grow.

    stop: where a text is over; pad: what follows
    """

    tokens: ndarray
    stop: Stop
    pad: int
    over: numpy.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.over = numpy.zeros(self.tokens.shape[0], dtype=bool)

    def add(self, chosen: ndarray) -> None:
        """Appends tokens (N,)."""
        if self.over.any():
            pad = np.array(self.pad, dtype=self.tokens.dtype)
            chosen = np.where(np.array(self.over), pad, chosen)
        self.tokens = np.concatenate([self.tokens, chosen.reshape(-1, 1)], axis=1)
        if self.stop.is_there:
            self.over |= self.stop.met(self.tokens.asnumpy())


def drawn(
    scores_behind: Callable[[ndarray], ndarray],
    tokens: ndarray,
    steps: int,
    choose: Callable[[ndarray, ndarray, int], ndarray],
) -> Iterator[ndarray]:
    """The tokens (N,) behind `tokens` (N, T), one step after the other.

    scores_behind: of tokens (N, T) that come behind those of the calls before
    choose: tokens (N,) by scores, all tokens so far and the number of the step
    """
    last = whole = tokens
    for step in range(steps):
        chosen = choose(scores_behind(last), whole, step).astype(tokens.dtype)
        yield chosen
        last = chosen.reshape(-1, 1)
        whole = np.concatenate([whole, last], axis=1)


def finished(tokens: ndarray, steps: Iterator[ndarray], stop: Stop, pad: int) -> ndarray:
    """Tokens (N, T) and those of the steps, until all rows are over; `pad` follows an end."""
    texts = Texts(tokens, stop, pad)
    for chosen in steps:
        texts.add(chosen)
        if stop.is_there and texts.over.all():
            break
    return texts.tokens


def filler_of(owner: str, stop: Stop, pad: int | None, texts: int) -> int:
    """What follows the end of a text: `pad`, else the first end token. One text of its own needs
    none."""
    if pad is None and not stop.ends and stop.is_there and texts > 1:
        raise InvalidValue(
            f"{owner}.generate: `pad` must be a token where there is no `end` and `stop` may end "
            "one of several texts before the others; got None"
        )
    return pad if pad is not None else stop.ends[0] if stop.ends else 0


__all__ = [
    "Choice",
    "Rules",
    "Stop",
    "TextOf",
    "Tokens",
    "drawn",
    "filler_of",
    "finished",
    "stop_of",
]
__dir__ = __all__.copy
