"""How arguments and results of a module are nested, without PyTorch's own classes, so that a block
needs no PyTorch when it runs.

A tree is a list, a tuple or a dict of trees, a `Leaf`, or a literal that the module had there.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from weft._base.errors import InvalidType, InvalidValue


@dataclass(frozen=True)
class Leaf:
    """Stands for the array of this number."""

    number: int


def tree_of(spec: Any, leaves: Iterator[Any]) -> Any:
    """The tree that a `TreeSpec` of PyTorch describes, with its leaves filled in."""
    if spec.is_leaf():
        return next(leaves)
    children = [tree_of(child, leaves) for child in spec.children()]
    keys = spec.context
    has_names = isinstance(keys, list | tuple) and all(isinstance(key, str) for key in keys)
    if spec.type is dict or (has_names and keys and len(keys) == len(children)):
        return dict(zip(keys, children, strict=True))
    return tuple(children) if spec.type is tuple else children


def built(tree: Any, arrays: list[Any]) -> Any:
    """A tree with arrays in the place of its leaves."""
    if isinstance(tree, Leaf):
        return arrays[tree.number]
    if isinstance(tree, dict):
        return {key: built(item, arrays) for key, item in tree.items()}
    if isinstance(tree, list | tuple):
        return type(tree)(built(item, arrays) for item in tree)
    return tree


def has_leaves(tree: Any) -> bool:
    """Is there an array in the tree?"""
    if isinstance(tree, dict):
        return any(map(has_leaves, tree.values()))
    if isinstance(tree, list | tuple):
        return any(map(has_leaves, tree))
    return isinstance(tree, Leaf)


def _taken(tree: Any, value: Any, name: str) -> Iterator[Any]:
    """The arrays of a value that is nested as a tree is."""
    if isinstance(tree, Leaf):
        yield value
    elif isinstance(tree, dict):
        if not isinstance(value, dict) or set(value) != set(tree):
            raise InvalidValue(f"`{name}` must be a dict with {', '.join(map(repr, tree))}")
        for key, item in tree.items():
            yield from _taken(item, value[key], f"{name}[{key!r}]")
    elif isinstance(tree, list | tuple):
        if not isinstance(value, list | tuple) or len(value) != len(tree):
            raise InvalidValue(f"`{name}` must be a list or tuple of {len(tree)}")
        for place, (item, member) in enumerate(zip(tree, value, strict=True)):
            yield from _taken(item, member, f"{name}[{place}]")
    elif type(value) is not type(tree) or value != tree:
        raise InvalidValue(f"`{name}` must be {tree!r}, as it was when the module was exported")


def arranged(
    title: str, arguments: dict[str, Any], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> list[Any]:
    """The arrays of a call in the order of the program's inputs.

    arguments: the trees of the module's arguments by name
    """
    names = list(arguments)
    if len(args) > len(names):
        raise InvalidType(f"{title}: takes {len(names)} arguments at most; got {len(args)}")
    given = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in arguments or name in given:
            wrong = "twice" if name in given else "which it has not"
            raise InvalidType(
                f"{title}: got argument `{name}` {wrong}; arguments are {', '.join(names)}"
            )
        given[name] = value
    found: list[Any] = []
    for name, tree in arguments.items():
        if name in given:
            found += _arrays(title, tree, given[name], name)
        elif has_leaves(tree):
            raise InvalidType(f"{title}: argument `{name}` is missing")
    return found


def _arrays(title: str, tree: Any, value: Any, name: str) -> list[Any]:
    try:
        return list(_taken(tree, value, name))
    except InvalidValue as error:
        raise InvalidValue(f"{title}: {error}") from None


__all__ = ["Leaf", "arranged", "built", "has_leaves", "tree_of"]
