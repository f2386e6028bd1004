"""An object's attributes as plain values, which JSON has: what a file keeps of its options."""

from collections.abc import Collection
from typing import Any

import numpy


def plain_attributes(value: Any, without: Collection[str] = ()) -> dict[str, Any]:
    """Attributes that are numbers, texts, None, or lists, tuples and dicts of these."""
    attributes = {
        name: found.item() if isinstance(found, numpy.generic) else found
        for name, found in vars(value).items()
    }
    return {n: v for n, v in attributes.items() if n not in without and _is_plain(v)}


def set_attributes(value: Any, attributes: dict[str, Any]) -> None:
    """Sets them again; JSON's lists become tuples where there is one now."""
    for name, found in attributes.items():
        is_tuple = isinstance(getattr(value, name, None), tuple)
        setattr(value, name, tuple(found) if is_tuple else found)


def _is_plain(value: Any) -> bool:
    if isinstance(value, list | tuple):
        return all(map(_is_plain, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and _is_plain(inner) for key, inner in value.items())
    return value is None or isinstance(value, bool | int | float | str)


__all__ = ["plain_attributes", "set_attributes"]
