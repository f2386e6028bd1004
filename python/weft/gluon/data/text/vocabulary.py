"""Vocabularies: which number a token has, and back.

The order is that of the counts, tokens of the same count by the alphabet, so that a vocabulary
depends on what was counted alone, never on the order of files or of sets.
"""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy

from weft._base import spelling
from weft._base.errors import FileFailure, InvalidType, InvalidValue, MissingFile, NotFound
from weft._base.options import require_whole
from weft._base.writing import writing


def count_tokens(
    texts: Iterable[str | Sequence[str]], tokenize: Callable[[str], Sequence[str]] = str.split
) -> Counter[str]:
    """How often each token occurs.

    texts: texts, or sequences of tokens, which are taken as they are
    tokenize: the tokens of a text; without it a text is cut at blanks

    >>> from weft.gluon.data import text
    >>> text.count_tokens(["to be or not to be"])["be"]
    2
    """
    counts: Counter[str] = Counter()
    for given in texts:
        counts.update(tokenize(given) if isinstance(given, str) else given)
    return counts


class Vocabulary:
    """Numbers of tokens: first those with a meaning, then the others, the most frequent first.

    counter: how often each token occurs, as `count_tokens` says; or texts as sequences of tokens,
        which are counted; None for the tokens with a meaning alone
    max_size: at most so many tokens that are counted; None for all
    min_freq: tokens that occur less often are left out
    unknown_token: stands for tokens that are not in the vocabulary; None: these are refused
    padding_token, bos_token, eos_token: fill batches, begin and end texts; None: there is none
    reserved_tokens: others that shall be there whatever is counted

    Raises KeyError for a token that is not there where there is no `unknown_token`.

    >>> from weft.gluon.data import text
    >>> vocabulary = text.Vocabulary([["a", "b", "a"], ["c", "a"]])
    >>> vocabulary.to_tokens([0, 1, 2])
    ['<unk>', '<pad>', 'a']
    >>> vocabulary(["a", "c", "nothing"])
    array([2, 4, 0], dtype=int32)
    """

    @spelling.named_arguments
    def __init__(
        self,
        counter: Mapping[str, int] | Iterable[Sequence[str]] | None = None,
        max_size: int | None = None,
        min_freq: int = 1,
        unknown_token: str | None = "<unk>",
        padding_token: str | None = "<pad>",
        bos_token: str | None = None,
        eos_token: str | None = None,
        reserved_tokens: Sequence[str] = (),
    ) -> None:
        require_whole("Vocabulary", "min_freq", min_freq, 1)
        if max_size is not None:
            require_whole("Vocabulary", "max_size", max_size, 0)
        self.unknown_token, self.padding_token = unknown_token, padding_token
        self.bos_token, self.eos_token = bos_token, eos_token
        meant = [unknown_token, padding_token, bos_token, eos_token]
        first = [*dict.fromkeys(t for t in meant if t is not None), *reserved_tokens]
        if len(set(first)) < len(first):
            raise InvalidValue(
                "Vocabulary: `reserved_tokens` must be different, and none of the tokens with a "
                f"meaning; got {list(reserved_tokens)}"
            )
        self.reserved_tokens = list(reserved_tokens)
        counts = _counts_of(counter)
        known = set(first)
        counted = sorted(
            (t for t, n in counts.items() if n >= min_freq and t not in known),
            key=lambda token: (-counts[token], token),
        )
        self._set(first + counted[:max_size])

    def _set(self, tokens: list[str]) -> None:
        self._tokens = tokens
        self._numbers = {token: number for number, token in enumerate(tokens)}
        self._unknown = None if self.unknown_token is None else self._numbers[self.unknown_token]

    # ---- numbers and tokens

    @property
    def idx_to_token(self) -> list[str]:
        """All tokens, in the order of their numbers."""
        return self._tokens

    @property
    def token_to_idx(self) -> dict[str, int]:
        """The number of each token."""
        return self._numbers

    @property
    def padding_index(self) -> int | None:
        """The number that fills batches: `batchify.Pad(vocabulary.padding_index)`."""
        return None if self.padding_token is None else self._numbers[self.padding_token]

    def __call__(self, tokens: Sequence[str]) -> numpy.ndarray:
        """Numbers of a text's tokens, int32 of shape (tokens,): a sample."""
        return numpy.array(self.to_indices(list(tokens)), "int32")

    def to_indices(self, tokens: str | Sequence[str]) -> Any:
        """The number of a token, or a list of numbers for several."""
        if isinstance(tokens, str):
            return self._number(tokens)
        return [self._number(token) for token in tokens]

    def to_tokens(self, indices: int | Sequence[int]) -> Any:
        """The token of a number, or a list of tokens for several. Raises ValueError for a number
        that no token has."""
        if isinstance(indices, int | numpy.integer):
            return self._token(int(indices))
        return [self._token(int(index)) for index in indices]

    def __getitem__(self, tokens: str | Sequence[str]) -> Any:
        return self.to_indices(tokens)

    def _number(self, token: str) -> int:
        number = self._numbers.get(token, self._unknown)
        if number is None:
            near = spelling.hint(token, {}, self._tokens)
            raise _MissingToken(f"Vocabulary: there is no token {token!r}{near}")
        return number

    def _token(self, index: int) -> str:
        if not 0 <= index < len(self._tokens):
            raise InvalidValue(
                f"Vocabulary: `indices` must be in [0, {len(self._tokens)}); got {index}"
            )
        return self._tokens[index]

    def __len__(self) -> int:
        return len(self._tokens)

    def __contains__(self, token: object) -> bool:
        return token in self._numbers

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Vocabulary) and self._state() == other._state()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Vocabulary({len(self)} tokens)"

    # ---- files

    def _state(self) -> dict[str, Any]:
        meant = ("unknown_token", "padding_token", "bos_token", "eos_token", "reserved_tokens")
        return {**{name: getattr(self, name) for name in meant}, "tokens": self._tokens}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as JSON, which `load` reads."""
        with writing(path, "save", "w") as file:
            json.dump(self._state(), file, ensure_ascii=False, indent=0)

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> "Vocabulary":
        """The vocabulary of a file that `save` wrote.

        Raises FileNotFoundError, and OSError for what is no such file.
        """
        name = os.fsdecode(path)
        if not os.path.isfile(name):
            raise MissingFile(f"Vocabulary.load: there is no file {name}")
        try:
            with open(name, encoding="utf-8") as file:
                state = json.load(file)
            tokens = state.pop("tokens")
            vocabulary = cls(**state)
            if len(set(tokens)) < len(tokens) or not set(vocabulary._tokens) <= set(tokens):
                raise ValueError("its tokens are not different, or some with a meaning are missing")
            vocabulary._set(tokens)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
            raise FileFailure(f"Vocabulary.load: {name} holds no vocabulary: {error}") from None
        return vocabulary


class _MissingToken(NotFound, KeyError):  # noqa: N818
    """A token that is not there, as a dict says it."""

    __str__ = NotFound.__str__


def _counts_of(counter: Any) -> Mapping[str, int]:
    if counter is None:
        return {}
    if isinstance(counter, Mapping):
        return counter
    if isinstance(counter, str):
        raise InvalidType(
            "Vocabulary: `counter` must be counts or several texts as lists of tokens; got one "
            "text; write `count_tokens([text])`"
        )
    texts = list(counter)
    if any(isinstance(text, str) for text in texts):
        raise InvalidType(
            "Vocabulary: `counter` must be counts or texts as lists of tokens; got texts; write "
            "`count_tokens(texts)`"
        )
    return count_tokens(texts)


__all__ = ["Vocabulary", "count_tokens"]
__dir__ = __all__.copy
