"""Arrays that lie in parts on the ranks of a group: a part each, of the same size."""

import math
from collections.abc import Sequence

from weft import np, npx
from weft._base.errors import InvalidState, InvalidValue
from weft._core import collectives
from weft._core.typing import ndarray


class Sharing:
    """How an array of `shape` is cut into as many parts as `group` has ranks."""

    def __init__(self, group: str, shape: Sequence[int]) -> None:
        self.group = group
        self.shape = tuple(shape)
        self.size = math.prod(self.shape)
        self.rank, self.ranks = collectives.place(group)

    def whole(self, part: ndarray) -> ndarray:
        """The array, from the parts of all ranks, which must all call it."""
        raise NotImplementedError

    def own(self, array: ndarray) -> ndarray:
        """This rank's part of an array that all have, as an array of its own."""
        raise NotImplementedError

    def read(self, part: ndarray, name: str) -> ndarray:
        """What `data()` of the parameter gives."""
        return self.whole(part)

    def check(self) -> None:
        """Raises ValueError where the group has other ranks now."""
        if collectives.place(self.group) != (self.rank, self.ranks):
            raise InvalidValue(
                f"Parameter: its parts are those of {self.ranks} ranks; the group `{self.group}` "
                f"has {collectives.place(self.group)[1]} now"
            )


class Pieces(Sharing):
    """The elements behind each other, with zeros at the end up to a whole number of parts. In a
    plan the whole is made anew where it is used again, and its gradient is the sum over ranks."""

    def __init__(self, group: str, shape: Sequence[int]) -> None:
        super().__init__(group, shape)
        self.length = -(-self.size // self.ranks)

    def whole(self, part: ndarray) -> ndarray:
        self.check()
        flat = npx.gather_parts(part, ranks=self.ranks, group=self.group)
        return flat[: self.size].reshape(self.shape)

    def own(self, array: ndarray) -> ndarray:
        flat = array.detach().reshape(-1)
        missing = self.length * self.ranks - self.size
        if missing:
            flat = np.concatenate([flat, np.zeros((missing,), dtype=flat.dtype)])
        return flat[self.rank * self.length : (self.rank + 1) * self.length].copy()


class Slices(Sharing):
    """Slices along an axis, which the ranks must divide."""

    def __init__(self, group: str, shape: Sequence[int], axis: int, name: str) -> None:
        super().__init__(group, shape)
        self.axis = axis
        if self.shape[axis] % self.ranks:
            raise InvalidValue(
                f"Parameter: `{name}` must have an extent along axis {axis} that {self.ranks} "
                f"ranks divide; got {self.shape[axis]}"
            )

    def whole(self, part: ndarray) -> ndarray:
        self.check()
        return npx.all_gather(part, axis=self.axis, ranks=self.ranks, group=self.group)

    def own(self, array: ndarray) -> ndarray:
        length = self.shape[self.axis] // self.ranks
        index = [slice(None)] * len(self.shape)
        index[self.axis] = slice(self.rank * length, (self.rank + 1) * length)
        return array.detach()[tuple(index)].copy()


class Placed(Sharing):
    """The whole array on one rank, the `owner`, and an array of no elements on the others."""

    def __init__(self, group: str, shape: Sequence[int], owner: int, is_trained: bool) -> None:
        super().__init__(group, shape)
        self.owner, self.is_trained = owner, is_trained

    def whole(self, part: ndarray) -> ndarray:
        self.check()
        if self.rank != self.owner:
            part = np.zeros(self.shape, dtype=part.dtype)
        return npx.broadcast(part, root=self.owner, group=self.group)

    def read(self, part: ndarray, name: str) -> ndarray:
        if self.rank == self.owner:
            return part
        raise InvalidState(
            f"Parameter: `{name}` lies on rank {self.owner} of group `{self.group}` alone, and "
            f"this is rank {self.rank}; `list_data()`, called on all ranks, brings it here"
        )

    def own(self, array: ndarray) -> ndarray:
        if self.rank == self.owner:
            return array.detach().copy()
        return np.zeros((0,), dtype=array.dtype)


__all__ = ["Pieces", "Placed", "Sharing", "Slices"]
