"""Names in a file: of inputs and outputs, and of the arrays that entry points use."""

import inspect
from collections.abc import Callable, Hashable, Iterator, Mapping
from typing import Any

from weft._base.containers import is_named_tuple
from weft._base.errors import InvalidType
from weft._core import native
from weft._trace.block_tree import BlockTree
from weft._trace.planned import Planned
from weft._trace.structure import unflatten

Named = list[tuple[str, native.ndarray]]


class NamedArrays:
    """A parameter or a trainer: it says itself what a file calls its arrays."""

    def _arrays_named(self, name: str) -> Iterator[tuple[str, native.ndarray]]:
        """Its arrays by their names in a file, where it is called `name` itself."""
        raise NotImplementedError


# ---- names of inputs and outputs ----------------------------------------------------------------


class _Position(int):
    """The number of an array among the arguments."""


def input_names(function: Planned, call: Hashable, count: int) -> list[str]:
    """Inputs are called as the function calls them; within lists and dicts, with their place."""
    args, kwargs = unflatten(call, [_Position(i) for i in range(count)])
    bound = inspect.signature(function._named_code).bind(*args, **kwargs).arguments
    found = dict(sorted((place, name) for name, place in _positions("", bound)))
    return list(found.values())


def output_names(entry: str, result: Hashable, count: int) -> list[str]:
    """Members of a dict or named tuple have its names; others are numbered."""
    value = unflatten(result, [_Position(i) for i in range(count)])
    for leaf in _leaves(value):
        if leaf is not None and not isinstance(leaf, _Position):
            raise InvalidType(
                f"export: `{entry}` returns {leaf!r}, which files cannot hold; return arrays"
            )
    if isinstance(value, _Position):
        return ["output"]
    if isinstance(value, dict) or is_named_tuple(type(value)):
        return [name for name, _ in _positions("", value)]
    return ["output"] if count == 1 else [f"output{number}" for number in range(count)]


def _positions(name: str, value: Any) -> Iterator[tuple[str, _Position]]:
    if isinstance(value, _Position):
        yield name, value
        return
    for key, member in _members(value):
        yield from _positions(f"{name}.{key}" if name else str(key), member)


def _leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, list | tuple | Mapping):
        for _, member in _members(value):
            yield from _leaves(member)
    else:
        yield value


def _members(value: Any) -> Iterator[tuple[Any, Any]]:
    if is_named_tuple(type(value)):
        yield from zip(value._fields, value, strict=True)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from enumerate(value)


# ---- names of captures --------------------------------------------------------------------------


def names_in(functions: dict[str, Any]) -> Named:
    """The arrays that entry points use, by name: parameters by their paths in the one block that
    has them all, or, if there is none, by the name of a block and the path in it."""
    used: list[tuple[str, Any]] = []
    for name, function in functions.items():
        is_block = isinstance(function, BlockTree)
        found = [(name, function)] if is_block else _variables(function.__wrapped__)
        used += [(n, v) for n, v in found if all(v is not known for _, known in used)]
    blocks = [(n, v) for n, v in used if isinstance(v, BlockTree) and v.collect_params()]
    others = [(name, value) for name, value in used if not isinstance(value, BlockTree)]
    roots = [(name, block) for name, block in blocks if not _is_within(block, blocks)]
    named: Named = []
    for name, block in roots:
        named += named_in("" if len(roots) == 1 else name, block)
    for name, value in others:
        named += named_in(name, value)
    return named


def _is_within(block: Any, blocks: list[tuple[str, Any]]) -> bool:
    """Does one of the other blocks contain it?"""
    around = (other for _, other in blocks if other is not block)
    return any(part is block for other in around for part in _parts(other))


def _parts(block: Any) -> list[Any]:
    parts: list[Any] = []
    block.apply(parts.append)
    return parts


def _variables(function: Callable[..., Any]) -> list[tuple[str, Any]]:
    """What a function uses from around it, by name."""
    found = inspect.getclosurevars(function)
    return [*found.nonlocals.items(), *found.globals.items()]


def named_in(name: str, value: Any) -> Iterator[tuple[str, native.ndarray]]:
    """The arrays in a value, by their paths."""
    if isinstance(value, native.ndarray):
        yield name, value
    elif isinstance(value, BlockTree):
        for path, parameter in value.collect_params().items():
            yield from named_in(f"{name}.{path}" if name else path, parameter)
    elif isinstance(value, NamedArrays):
        yield from value._arrays_named(name)
    else:
        for key, member in _members(value):
            yield from named_in(f"{name}.{key}" if name else str(key), member)


def name_of(
    array: native.ndarray,
    named: Named,
    unnamed: list[native.ndarray],
    gradients: list[native.ndarray],
) -> str | None:
    """None for a gradient that each run of `backward` overwrites: it is of no use to a file."""
    if any(native.shares_box(array, gradient) for gradient in gradients):
        return None
    for name, known in named:
        if native.shares_box(array, known):
            return name
    for number, known in enumerate(unnamed):
        if native.shares_box(array, known):
            return f"constant{number}"
    unnamed.append(array)
    return f"constant{len(unnamed) - 1}"
