"""Extents of a trace that follow from values: known when the plan runs."""

from typing import Any, NoReturn

from weft._core import native
from weft._errors import InvalidState


class Extent(int):
    """An extent that only a run knows, as one example of a trace has it.

    It may be part of shapes, of bounds and of arithmetic; sums and products with it stay what they
    are. Nothing can be decided by it: a comparison raises RuntimeError, but for one with another
    such extent, which tells whether both are the same.
    """

    __slots__ = ()

    def _decide(self, *_: Any) -> NoReturn:
        raise InvalidState(
            "Extent: how many elements a mask, nonzero or unique gives is known only when the "
            "hybridized function runs, so no Python code can be decided by it; use np.where, "
            "slices such as x[:10], which take what is there, or do not hybridize this part"
        )

    __lt__ = __le__ = __gt__ = __ge__ = __bool__ = _decide  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return int(self).__eq__(int(other)) if isinstance(other, Extent) else self._decide()

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = int.__hash__


def _keeping_the_type(name: str) -> Any:
    function = getattr(int, name)

    def method(self: Extent, *others: Any) -> Any:
        result = function(self, *others)
        return Extent(result) if type(result) is int else result

    method.__name__ = name
    return method


for _name in ("add", "sub", "mul", "floordiv", "mod"):
    for _kind in (f"__{_name}__", f"__r{_name}__"):
        setattr(Extent, _kind, _keeping_the_type(_kind))
for _kind in ("__neg__", "__pos__", "__abs__"):
    setattr(Extent, _kind, _keeping_the_type(_kind))

native.set_extent_type(Extent)
