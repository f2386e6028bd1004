"""Counts of the tokens of a text."""

import re
from collections import Counter


def count_tokens_from_str(
    source_str: str,
    token_delim: str = " ",
    seq_delim: str = "\n",
    to_lower: bool = False,
    counter_to_update: "Counter[str] | None" = None,
) -> "Counter[str]":
    """How often each token comes.

    token_delim, seq_delim: regular expressions of what stands between tokens and sequences
    to_lower: count tokens in small letters; counter_to_update: counts to add to, which are changed

    >>> count_tokens_from_str("a b\\nA", to_lower=True)
    Counter({'a': 2, 'b': 1})
    """
    tokens = (token for token in re.split(f"{token_delim}|{seq_delim}", source_str) if token)
    counts: Counter[str] = Counter() if counter_to_update is None else counter_to_update
    counts.update(token.lower() if to_lower else token for token in tokens)
    return counts


__all__ = ["count_tokens_from_str"]
__dir__ = __all__.copy
