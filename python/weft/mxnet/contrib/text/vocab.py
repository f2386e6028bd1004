"""Tokens and their numbers."""

from collections.abc import Hashable, Mapping, Sequence
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet.base import RefusedError

Token = Hashable


class Vocabulary:
    """Numbers of tokens: 0 is the unknown one, then come reserved ones, then those of a counter,
    the most frequent first and equally frequent ones in their order.

    counter: how often each token comes; most_freq_count: how many of them are kept at most
    min_freq: how often a token must come; reserved_tokens: such as padding

    Raises AssertionError for a `min_freq` below 1, and for reserved tokens that come twice or are
    the unknown one.
    """

    def __init__(
        self,
        counter: Mapping[Any, int] | None = None,
        most_freq_count: int | None = None,
        min_freq: int = 1,
        unknown_token: Token = "<unk>",
        reserved_tokens: Sequence[Token] | None = None,
    ) -> None:
        if min_freq < 1:
            raise RefusedError(f"Vocabulary: `min_freq` must be at least 1; got {min_freq}")
        first = [unknown_token, *(reserved_tokens or ())]
        if len(set(first)) < len(first):
            raise RefusedError(
                "Vocabulary: `reserved_tokens` must differ from each other and from "
                f"`unknown_token`; got {first[1:]} and {unknown_token!r}"
            )
        self._unknown_token = unknown_token
        self._reserved_tokens = None if reserved_tokens is None else list(reserved_tokens)
        known = set(first)
        pairs = sorted((counter or {}).items())
        pairs.sort(key=lambda pair: -pair[1])
        often = [token for token, count in pairs if count >= min_freq and token not in known]
        self._set_tokens([*first, *often[:most_freq_count]])

    def _set_tokens(self, tokens: list[Any]) -> None:
        self._idx_to_token = tokens
        self._token_to_idx = {token: number for number, token in enumerate(tokens)}

    def __len__(self) -> int:
        return len(self._idx_to_token)

    def __contains__(self, token: Token) -> bool:
        return token in self._token_to_idx

    @property
    def token_to_idx(self) -> dict[Any, int]:
        """The number of each token."""
        return self._token_to_idx

    @property
    def idx_to_token(self) -> list[Any]:
        """The tokens in the order of their numbers."""
        return self._idx_to_token

    @property
    def unknown_token(self) -> Any:
        """What stands for tokens that are not known."""
        return self._unknown_token

    @property
    def reserved_tokens(self) -> list[Any] | None:
        """Tokens that are there whatever was counted."""
        return self._reserved_tokens

    def to_indices(self, tokens: Any) -> Any:
        """The number of a token, or those of a list; unknown ones have 0."""
        if isinstance(tokens, list):
            return [self._token_to_idx.get(token, 0) for token in tokens]
        return self._token_to_idx.get(tokens, 0)

    def to_tokens(self, indices: Any) -> Any:
        """The token of a number, or those of a list. Raises ValueError for other numbers."""
        several = indices if isinstance(indices, list) else [indices]
        for index in several:
            if isinstance(index, bool) or not hasattr(index, "__index__"):
                raise InvalidType(f"to_tokens: `indices` must be integers; got {index!r}")
            if not 0 <= index < len(self):
                raise InvalidValue(
                    f"to_tokens: `indices` must be at least 0 and below {len(self)}; got {index}"
                )
        found = [self._idx_to_token[index] for index in several]
        return found if isinstance(indices, list) else found[0]


__all__ = ["Vocabulary"]
__dir__ = __all__.copy
