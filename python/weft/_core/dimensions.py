"""Extents of a trace that only a run knows: they follow from values, or are dynamic dimensions."""

from typing import Any, NoReturn

from weft._base.errors import InvalidState, InvalidType, InvalidValue
from weft._core import native

_UNKNOWN = 2**63 - 1


class Dim:
    """A dimension of inputs that may have another extent at each run of an exported file.

    name: the same name means the same extent, also in several inputs
    min, max: the extents that are allowed, at least six above 1. Code may rely on them:
        `if x.shape[1] > 512` is decided when the file is written if `max` is at most 512

    >>> import weft
    >>> net = weft.gluon.nn.Dense(2, in_units=3)
    >>> net.initialize()
    >>> x = weft.np.zeros((1, 3))
    >>> net.export("any_batch.weft", x, dynamic={"x": {0: weft.Dim("batch", max=64)}})
    >>> context = weft.runtime.Model("any_batch.weft").context()
    >>> [row.shape for row in context.run(weft.np.zeros((5, 3)).asnumpy())]
    [(5, 2)]
    """

    __slots__ = ("first", "max", "min", "name")

    EXAMPLES = native.TRACE_EXAMPLES

    def __init__(self, name: str, min: int = 1, max: int | None = None) -> None:
        if not isinstance(name, str) or not name:
            raise InvalidType(f"Dim: `name` must be a string; got {name!r}")
        if min < 0:
            raise InvalidValue(f"Dim: `min` must be at least 0; got {min}")
        # Examples have extents that tell a dimension from what is broadcast: none below 2.
        self.first = min if min > 2 else 2
        if max is not None and max - self.first + 1 < self.EXAMPLES:
            raise InvalidValue(
                f"Dim: `{name}` must have at least {self.EXAMPLES} extents above 1, because it is "
                f"traced with so many; got `min` {min} and `max` {max}"
            )
        self.name, self.min, self.max = name, min, max

    def __repr__(self) -> str:
        return f"Dim({self.name!r}, min={self.min}, max={self.max})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Dim) and repr(self) == repr(other)

    def __hash__(self) -> int:
        return hash(repr(self))


class Extent(int):
    """An extent that only a run knows, as one example of a trace has it.

    It may be part of shapes, of bounds and of arithmetic; sums and products with it stay what they
    are. Only what holds in all of its range can be decided by it: another comparison raises
    RuntimeError, but for one with another such extent, which tells whether both are the same.
    """

    min: int
    max: int

    def __new__(cls, example: int, min: int = 0, max: int = _UNKNOWN) -> "Extent":
        extent = super().__new__(cls, example)
        extent.min, extent.max = min, max
        return extent

    def _undecided(self) -> NoReturn:
        raise InvalidState(
            "Extent: the number of elements of a mask, nonzero, unique or a dynamic dimension is "
            "known only when the hybridized function runs, so Python code cannot depend on it; "
            "use np.where, use slices such as x[:10], which may be shorter, give its largest "
            "extent with weft.Dim(name, max=...), or do not hybridize this part"
        )

    def __lt__(self, other: Any) -> bool:
        low, high = _range_of(other)
        if self.max < low:
            return True
        return False if self.min >= high else self._undecided()

    def __gt__(self, other: Any) -> bool:
        low, high = _range_of(other)
        if self.min > high:
            return True
        return False if self.max <= low else self._undecided()

    def __le__(self, other: Any) -> bool:
        return not self > other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def __bool__(self) -> bool:
        return self != 0

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Extent):
            return int(self).__eq__(int(other))
        if not isinstance(other, int | float):
            return False
        return False if not self.min <= other <= self.max else self._undecided()

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


def _range_of(value: Any) -> tuple[Any, Any]:
    return (value.min, value.max) if isinstance(value, Extent) else (value, value)


def _corners(sides: list[tuple[int, int]]) -> list[tuple[int, ...]]:
    corners: list[tuple[int, ...]] = [()]
    for side in sides:
        corners = [(*corner, end) for corner in corners for end in side]
    return corners


def _keeping_the_type(name: str) -> Any:
    """An operation of int whose result is an extent again. Each of them is monotone in each
    operand, so the ends of its range come from ends."""
    function = getattr(int, name)

    def method(self: Extent, *others: Any) -> Any:
        result = function(self, *others)
        if type(result) is not int:
            return result
        ends = [function(*corner) for corner in _corners([_range_of(x) for x in (self, *others)])]
        return Extent(result, min(ends), max(ends))

    method.__name__ = name
    return method


def _of_unknown_range(name: str) -> Any:
    function = getattr(int, name)

    def method(self: Extent, *others: Any) -> Any:
        result = function(self, *others)
        return Extent(result, -_UNKNOWN) if type(result) is int else result

    method.__name__ = name
    return method


for _name in ("add", "sub", "mul"):
    for _kind in (f"__{_name}__", f"__r{_name}__"):
        setattr(Extent, _kind, _keeping_the_type(_kind))
for _name in ("floordiv", "mod"):
    for _kind in (f"__{_name}__", f"__r{_name}__"):
        setattr(Extent, _kind, _of_unknown_range(_kind))
for _kind in ("__neg__", "__pos__"):
    setattr(Extent, _kind, _keeping_the_type(_kind))
Extent.__abs__ = _of_unknown_range("__abs__")

native.set_extent_type(Extent)
