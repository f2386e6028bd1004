"""Arguments of a function of which some are differentiated."""

from collections.abc import Sequence
from typing import Any

import numpy

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._transforms import trees

ArgNums = int | Sequence[int]


def has_gradient(value: Any) -> bool:
    """Is it an array of a floating or complex dtype?"""
    if not isinstance(value, native.ndarray):
        return False
    name: str = value.dtype.name  # `np.isdtype` makes an array, which a trace would note
    return name.startswith(("float", "bfloat", "complex"))


def inexact(value: Any, where: str, name: str) -> Any:
    """The array of a leaf that is differentiated. Raises TypeError for what has no gradient."""
    if isinstance(value, float | complex | numpy.ndarray | numpy.inexact):
        value = np.array(value)
    if not isinstance(value, native.ndarray):
        raise InvalidType(f"{where}: `{name}` must be an array; got {type(value).__name__}")
    if not has_gradient(value):
        raise InvalidType(f"{where}: `{name}` must have a floating dtype; got {value.dtype}")
    return value


class Differentiated:
    """Positional arguments, some of which, by number, are differentiated."""

    def __init__(self, where: str, args: tuple[Any, ...], argnums: ArgNums) -> None:
        self.where, self._args = where, args
        self.is_single = isinstance(argnums, int) and not isinstance(argnums, bool)
        self.numbers = _numbers(where, argnums, len(args))
        self._tree = [args[number] for number in self.numbers]
        self.leaves = [
            inexact(leaf.value, where, leaf.path)
            for number in self.numbers
            for leaf in trees.leaves_of(args[number], f"args[{number}]")
        ]

    def variables(self) -> list[Any]:
        """Copies of the arrays, to be differentiated; to be called while the thread records. What
        the arrays were computed from stays known."""
        copies = [leaf.copy() for leaf in self.leaves]
        for copy in copies:
            if not native.is_recorded(copy):
                copy.attach_grad()
        return copies

    def args(self, leaves: Sequence[Any]) -> list[Any]:
        """The arguments with these leaves."""
        args = list(self._args)
        for number, tree in zip(self.numbers, trees.like(self._tree, leaves), strict=True):
            args[number] = tree
        return args

    def like(self, leaves: Sequence[Any]) -> Any:
        """Leaves, or trees in their places, nested like the arguments: of one number like that
        argument, of several a tuple."""
        found = trees.like(self._tree, leaves)
        return found[0] if self.is_single else tuple(found)


def check_argnums(where: str, argnums: Any) -> list[int]:
    """The numbers as a list. Raises TypeError for something else, such as arrays to differentiate
    at."""
    listed = list(argnums) if isinstance(argnums, list | tuple) else [argnums]
    if any(isinstance(number, bool) or not isinstance(number, int) for number in listed):
        raise InvalidType(
            f"{where}: `argnums` must be an integer or a tuple of integers; got "
            f"{type(argnums).__name__}; call what {where} returns with the arrays"
        )
    return listed


def _numbers(where: str, argnums: ArgNums, count: int) -> list[int]:
    listed = check_argnums(where, argnums)
    if not listed or any(not -count <= number < count for number in listed):
        raise InvalidValue(
            f"{where}: `argnums` must be numbers of the {count} positional arguments; got {argnums}"
        )
    found = [number % count for number in listed]
    if len(set(found)) < len(found):
        raise InvalidValue(f"{where}: `argnums` must differ; got {argnums}")
    return found


def outputs_of(result: Any, has_aux: bool, where: str) -> tuple[Any, list[Any], Any]:
    """What a function gave: the tree, its arrays, and what is beside it. Raises TypeError for what
    has no derivative."""
    aux = None
    if has_aux:
        if not isinstance(result, tuple) or len(result) != 2:
            raise InvalidType(
                f"{where}: with `has_aux` `fun` must return a pair (result, aux); got "
                f"{type(result).__name__}"
            )
        result, aux = result
    arrays = trees.arrays_of(result, where, "fun(...)")
    for leaf in trees.leaves_of(result, "fun(...)"):
        inexact(leaf.value, where, leaf.path)
    return result, arrays, aux


def vectors(given: Any, like: Any, where: str, name: str) -> list[Any]:
    """The arrays of a tree that must be nested and shaped like another."""
    wanted = trees.leaves_of(like, name)
    found = trees.leaves_of(given, name)
    if [leaf.path for leaf in found] != [leaf.path for leaf in wanted]:
        listed = ", ".join(f"`{leaf.path}`" for leaf in wanted)
        raise InvalidValue(
            f"{where}: `{name}` must be nested like what it is for, with the arrays {listed}; got "
            f"{', '.join(f'`{leaf.path}`' for leaf in found) or 'none'}"
        )
    arrays = []
    for leaf, model in zip(found, wanted, strict=True):
        value = leaf.value
        if isinstance(value, float | int | complex | numpy.ndarray | numpy.number):
            value = np.array(value, dtype=model.value.dtype)
        if not isinstance(value, native.ndarray):
            raise InvalidType(
                f"{where}: `{leaf.path}` must be an array; got {type(value).__name__}"
            )
        if value.shape != model.value.shape:
            raise InvalidValue(
                f"{where}: `{leaf.path}` must have shape {model.value.shape}; got {value.shape}"
            )
        arrays.append(value)
    return arrays


__all__ = [
    "ArgNums",
    "Differentiated",
    "check_argnums",
    "has_gradient",
    "inexact",
    "outputs_of",
    "vectors",
]
