"""Values that arrays are nested in: tuples, lists, dicts, None and dataclasses.

A tree is taken apart into its leaves, whatever is no container, and a function that puts other
leaves in their places. `prefix` spreads one value over the leaves below it, as `in_axes` asks.
"""

import dataclasses
from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import Any, NamedTuple

from weft._base.containers import sequence_of
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native


class Leaf(NamedTuple):
    """A value that is no container, and where it is: `["w"][0]`."""

    path: str
    value: Any


def _children(tree: Any) -> list[tuple[str, Any]] | None:
    """Paths and items of a container; None for a leaf. A None is a container without items."""
    if tree is None:
        return []
    if isinstance(tree, list | tuple):
        return [(f"[{i}]", item) for i, item in enumerate(tree)]
    if isinstance(tree, dict):
        return [(f"[{key!r}]", item) for key, item in tree.items()]
    if dataclasses.is_dataclass(tree) and not isinstance(tree, type):
        return [(f".{f.name}", getattr(tree, f.name)) for f in dataclasses.fields(tree)]
    return None


def _rebuilt(tree: Any, items: Sequence[Any]) -> Any:
    """The container with other items."""
    if tree is None:
        return None
    if isinstance(tree, list | tuple):
        return sequence_of(type(tree), list(items))
    if isinstance(tree, dict):
        return type(tree)(zip(tree, items, strict=True))
    made = object.__new__(type(tree))  # its __init__ may take other arguments, or check them
    for field, item in zip(dataclasses.fields(tree), items, strict=True):
        object.__setattr__(made, field.name, item)
    return made


def leaves_of(tree: Any, path: str = "") -> list[Leaf]:
    """The leaves, from the first to the last."""
    children = _children(tree)
    if children is None:
        return [Leaf(path, tree)]
    return [leaf for step, item in children for leaf in leaves_of(item, path + step)]


def like(tree: Any, leaves: Sequence[Any]) -> Any:
    """The tree with these leaves in the place of its own."""
    waiting = iter(leaves)

    def build(part: Any) -> Any:
        children = _children(part)
        if children is None:
            return next(waiting)
        return _rebuilt(part, [build(item) for _, item in children])

    return build(tree)


def mapped(change: Callable[[Any], Any], tree: Any) -> Any:
    """The tree with every leaf changed."""
    return like(tree, [change(leaf.value) for leaf in leaves_of(tree)])


def joined(outer: Any, inner: Sequence[Any]) -> Any:
    """A tree whose leaves are trees, one for each leaf of `outer`."""
    return like(outer, inner)


def arrays_of(tree: Any, where: str, name: str) -> list[Any]:
    """The leaves, all of which must be arrays of Weft. Raises TypeError for another."""
    found = leaves_of(tree, name)
    for leaf in found:
        if not isinstance(leaf.value, native.ndarray):
            raise InvalidType(
                f"{where}: `{leaf.path}` must be an array; got {type(leaf.value).__name__}"
            )
    return [leaf.value for leaf in found]


def form_of(tree: Any, of_leaf: Callable[[Any], Hashable]) -> Hashable:
    """Equal for trees that are nested alike, of the same types, with leaves that are told equal."""
    children = _children(tree)
    if children is None:
        return of_leaf(tree)
    return type(tree), tuple([(step, form_of(item, of_leaf)) for step, item in children])


def is_leaf(tree: Any) -> bool:
    """Is it no container?"""
    return _children(tree) is None


def prefix(given: Any, tree: Any, where: str, name: str) -> list[Any]:
    """For each leaf of `tree` what `given` says: a number or None holds for all leaves below it, a
    container for containers of its form."""
    return list(_spread(given, tree, where, name))


def _spread(given: Any, tree: Any, where: str, name: str) -> Iterator[Any]:
    if given is None or isinstance(given, int):
        yield from [given] * len(leaves_of(tree))
        return
    wanted = _children(given)
    if wanted is None:
        raise InvalidType(
            f"{where}: `{name}` must be an integer, None or a container of such; got "
            f"{type(given).__name__}"
        )
    children = _children(tree)
    if (
        children is None
        or isinstance(given, dict) != isinstance(tree, dict)
        or ({step for step, _ in wanted} != {step for step, _ in children})
    ):
        got = "a leaf" if children is None else f"{type(tree).__name__} of {len(children)}"
        raise InvalidValue(
            f"{where}: `{name}` must be nested like what it is for; it is a "
            f"{type(given).__name__} of {len(wanted)} there; got {got}"
        )
    by_step = dict(wanted)
    for step, item in children:
        yield from _spread(by_step[step], item, where, name + step)


__all__ = [
    "Leaf",
    "arrays_of",
    "form_of",
    "is_leaf",
    "joined",
    "leaves_of",
    "like",
    "mapped",
    "prefix",
]
