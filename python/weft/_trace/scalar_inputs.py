"""Python numbers among the arguments of a hybridized call that become inputs of its plan.

A number is part of the signature, so each value of a learning rate or a temperature would be a
trace of its own. Where calls differ in numbers alone for the third time, the function is traced
with a `Scale` for each number that differs: an array of rank 0, which may be added to, subtracted
from, multiplied with and divided into what is computed, with the same bits. Whatever else the code
does with it (compares it, counts with it, gives it to an operator) ends that trace, and the numbers
of such calls stay constants.
"""

import dis
import sys
from collections.abc import Callable, Hashable
from typing import Any, NoReturn

from weft._base.containers import sequence_of
from weft._base.errors import InvalidType
from weft._core import OPERATORS, native

_TRIES = 3  # calls that differ in numbers alone before they become inputs
_LARGEST = 2**53  # integers up to here are float64s
_BINARY = dis.opmap["BINARY_OP"]
_IN_PLACE = 13  # the first of BINARY_OP's operations that write into their left operand


class _Hole:
    """Where a number was in a structure."""

    __slots__ = ("index",)

    def __init__(self, index: int) -> None:
        self.index = index

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Hole) and other.index == self.index

    def __hash__(self) -> int:
        return hash((_Hole, self.index))


def _is_number(structure: Any) -> bool:
    if structure[0] is not None or structure[1] not in (float, int):
        return False
    return structure[1] is float or abs(structure[2]) <= _LARGEST


def without_numbers(
    structure: Any, numbers: list[float], holes: frozenset[int] | None = None
) -> Hashable:
    """The structure with a hole for each number, or for those of these positions; appends all
    numbers, in order, to `numbers`."""
    if structure is native.ARRAY or isinstance(structure, type):
        return structure
    if _is_number(structure):
        numbers.append(structure[2])
        index = len(numbers) - 1
        if holes is not None and index not in holes:
            return structure
        return (None, structure[1], _Hole(index))
    kind = structure[0]
    if kind is None:
        return structure
    if kind is dict:
        items = [(key, without_numbers(item, numbers, holes)) for key, item in structure[1]]
        return (dict, tuple(items))
    return (kind, tuple([without_numbers(item, numbers, holes) for item in structure[1]]))


class Varying:
    """What calls that differ in numbers alone have shown so far."""

    __slots__ = ("calls", "first", "holes", "is_refused")

    def __init__(self, first: tuple[float, ...]) -> None:
        self.first = first
        self.holes: frozenset[int] = frozenset()
        self.calls = 1
        self.is_refused = False

    def meet(self, numbers: tuple[float, ...]) -> bool:
        """One more call. Are its numbers inputs?"""
        self.calls += 1
        different = {
            i
            for i, pair in enumerate(zip(self.first, numbers, strict=True))
            if repr(pair[0]) != repr(pair[1])
        }
        if not different <= self.holes:
            self.holes |= different
        return self.calls >= _TRIES and bool(self.holes) and not self.is_refused


class NoScale(InvalidType):
    """Something was done with a number that an input of a plan cannot do."""


def _refuse(*_: Any) -> NoReturn:
    raise NoScale("a number that is an input can only be added, subtracted, multiplied and divided")


class Scale:
    """A number that is an input: an array of rank 0 and of float64."""

    __slots__ = ("_array", "_kind")
    __array_ufunc__ = None

    def __init__(self, array: Any, kind: type) -> None:
        self._array, self._kind = array, kind

    @property
    def __class__(self) -> type:  # type: ignore[override]
        return self._kind  # what isinstance says of the number

    def _with(self, name: str, other: Any, is_second: bool) -> Any:
        if type(other) is native.ndarray:
            _check_not_in_place()
            mine = self._array.astype(self._dtype_with(other))
        elif type(other) is Scale:
            if name == "divide":
                _refuse()  # by zero it is an error in Python
            kind = float if float in (self._kind, other._kind) else int
            return _scale(name, self._array, other._array, kind)
        elif type(other) in (int, float):
            if name == "divide" and (is_second or other == 0):
                _refuse()
            kind = float if name == "divide" or type(other) is float else self._kind
            other = native.array(other, "float64", True)
            pair = (other, self._array) if is_second else (self._array, other)
            return _scale(name, *pair, kind)
        else:
            return NotImplemented
        pair = (other, mine) if is_second else (mine, other)
        return OPERATORS[name](*pair)

    def _dtype_with(self, array: Any) -> Any:
        if array.dtype.kind not in "iub":
            return array.dtype
        if self._kind is int:
            _refuse()  # whether it fits the dtype is for every number to see
        return "float32"

    def __neg__(self) -> Any:
        return _scale("multiply", self._array, native.array(-1.0, "float64", True), self._kind)

    __hash__ = None  # type: ignore[assignment]


def _scale(name: str, a: Any, b: Any, kind: type) -> Scale:
    if kind is int:
        _refuse()  # Python's integers have no bounds
    return Scale(OPERATORS[name](a, b), kind)


def _check_not_in_place() -> None:
    """`x *= scale` writes into x, which no result can stand for."""
    frame = sys._getframe(3)
    code, at = frame.f_code.co_code, frame.f_lasti
    if code[at] != _BINARY or code[at + 1] >= _IN_PLACE:
        _refuse()


def _operation(name: str, is_second: bool) -> Callable[[Scale, Any], Any]:
    return lambda self, other: self._with(name, other, is_second)


for _name, _operator in (
    ("add", "add"),
    ("sub", "subtract"),
    ("mul", "multiply"),
    ("truediv", "divide"),
):
    setattr(Scale, f"__{_name}__", _operation(_operator, False))
    setattr(Scale, f"__r{_name}__", _operation(_operator, True))
for _name in ("bool", "float", "int", "index", "eq", "ne", "lt", "le", "gt", "ge", "hash"):
    setattr(Scale, f"__{_name}__", _refuse)
for _name in ("repr", "str", "format", "round", "abs", "pow", "rpow", "complex"):
    setattr(Scale, f"__{_name}__", _refuse)


def call_with_scales(structure: Any, holes: list[int], kinds: tuple[type, ...]) -> Hashable:
    """The structure of the arguments of `with_scales(function)`: arrays for the numbers first."""
    (_, (args, kwargs)) = structure
    arrays = (list, (native.ARRAY,) * len(holes))
    plain = ((None, list, holes), (None, tuple, kinds))
    return (tuple, ((tuple, (arrays, args, kwargs, *plain)), (dict, ())))


def with_scales(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function of arrays for the holes, arguments with holes, and keyword arguments."""

    def filled(arrays: list[Any], args: Any, kwargs: Any, holes: list[int], kinds: Any) -> Any:
        scales = {h: Scale(a, k) for h, a, k in zip(holes, arrays, kinds, strict=True)}
        return function(*_filled(args, scales), **_filled(kwargs, scales))

    return filled


def _filled(value: Any, scales: dict[int, Scale]) -> Any:
    if type(value) is _Hole:
        return scales[value.index]
    if isinstance(value, dict):
        return {key: _filled(item, scales) for key, item in value.items()}
    if isinstance(value, list | tuple):
        items = [_filled(item, scales) for item in value]
        return sequence_of(type(value), items)
    return value
