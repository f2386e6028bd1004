"""A mesh: the ranks as a block with named axes, and a group along each of them."""

import math

from weft._base.errors import InvalidType, InvalidValue
from weft._base.options import require_whole
from weft._base.spelling import unknown
from weft._processes import session as sessions
from weft.distributed._groups import Group, new_group


class Mesh:
    """The ranks of `world` as a block. Ranks that differ in one axis alone are a group with the
    name of that axis, so that all ranks record the same graph. The last axis given is the one whose
    ranks are neighbours: put there what talks most, such as "tensor".

    axes: by name the number of ranks along an axis; -1 for one of them is what the others leave

    >>> from weft import distributed
    >>> distributed.init()
    >>> mesh = distributed.Mesh(data=-1, tensor=1)
    >>> mesh.axes, mesh.place, mesh["tensor"].name
    ({'data': 1, 'tensor': 1}, {'data': 0, 'tensor': 0}, 'tensor')
    >>> distributed.shutdown()

    Raises ValueError where the axes do not make up the number of ranks.
    """

    def __init__(self, **axes: int) -> None:
        session = sessions.needed("Mesh")
        self.axes = _sizes(axes, session.size)
        self.place = _coordinates(session.rank, self.axes)
        self._groups = {name: self._group(name) for name in self.axes}

    def _group(self, axis: str) -> Group:
        """This rank's group along an axis. A group of the same name is made by all ranks, so those
        of the others need not be known here."""
        ranks = []
        for number in range(self.axes[axis]):
            ranks.append(_rank({**self.place, axis: number}, self.axes))
        return new_group(ranks, axis)

    def __getitem__(self, axis: str) -> Group:
        if axis not in self._groups:
            raise unknown("Mesh", axis, self._groups)
        return self._groups[axis]

    def __contains__(self, axis: str) -> bool:
        return axis in self._groups

    def size(self, axis: str) -> int:
        """The number of ranks along an axis; 1 for one that the mesh does not have."""
        return self.axes.get(axis, 1)

    def __repr__(self) -> str:
        return f"Mesh({', '.join(f'{name}={count}' for name, count in self.axes.items())})"


def _sizes(axes: dict[str, int], ranks: int) -> dict[str, int]:
    if not axes:
        raise InvalidType("Mesh: name at least one axis, as in `Mesh(data=2, tensor=2)`")
    for name, count in axes.items():
        if count != -1:
            require_whole("Mesh", name, count, 1)
    known = math.prod(count for count in axes.values() if count != -1)
    rest = [name for name, count in axes.items() if count == -1]
    if len(rest) > 1:
        raise InvalidValue(f"Mesh: only one axis may be -1; got {', '.join(rest)}")
    if ranks % known or (not rest and known != ranks):
        shown = " × ".join(str(count) for count in axes.values())
        raise InvalidValue(
            f"Mesh: the axes must make up the {ranks} ranks of this job; got {shown}"
        )
    return {name: ranks // known if count == -1 else count for name, count in axes.items()}


def _coordinates(rank: int, axes: dict[str, int]) -> dict[str, int]:
    place = {}
    for name, count in reversed(axes.items()):
        rank, place[name] = divmod(rank, count)
    return {name: place[name] for name in axes}


def _rank(place: dict[str, int], axes: dict[str, int]) -> int:
    rank = 0
    for name, count in axes.items():
        rank = rank * count + place[name]
    return rank


__all__ = ["Mesh"]
__dir__ = __all__.copy
