"""Lists and tuples that a caller nests its values in."""

from collections.abc import Iterable
from typing import Any


def is_named_tuple(kind: type) -> bool:
    """Is it made by `typing.NamedTuple` or `collections.namedtuple`?"""
    return issubclass(kind, tuple) and getattr(kind, "_fields", None) is not None


def sequence_of(kind: type, items: Iterable[Any]) -> Any:
    """A list or tuple of this type, or a named tuple, with these items."""
    return kind(*items) if is_named_tuple(kind) else kind(items)


__all__ = ["is_named_tuple", "sequence_of"]
