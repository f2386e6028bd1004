"""Arrays that lie in parts on the ranks of a group: a part each, of the same length."""

from collections.abc import Sequence

from weft import np, npx
from weft._base.errors import InvalidValue
from weft._core import collectives
from weft._core.typing import ndarray


class Sharing:
    """How an array of `shape` is cut: its elements behind each other, with zeros at the end up to a
    whole number of parts."""

    def __init__(self, group: str, shape: Sequence[int]) -> None:
        self.group = group
        self.shape = tuple(shape)
        self.size = 1
        for extent in shape:
            self.size *= extent
        self.rank, self.ranks = collectives.place(group)
        self.length = -(-self.size // self.ranks)

    def whole(self, part: ndarray) -> ndarray:
        """The array, from the parts of all ranks. In a plan it is made anew where it is used again,
        and its gradient is the sum over ranks."""
        if collectives.place(self.group) != (self.rank, self.ranks):
            raise InvalidValue(
                f"Parameter: its parts are those of {self.ranks} ranks; the group `{self.group}` "
                f"has {collectives.place(self.group)[1]} now"
            )
        flat = npx.gather_parts(part, ranks=self.ranks, group=self.group)
        return flat[: self.size].reshape(self.shape)

    def own(self, array: ndarray) -> ndarray:
        """This rank's part of an array that all have."""
        flat = array.detach().reshape(-1)
        missing = self.length * self.ranks - self.size
        if missing:
            flat = np.concatenate([flat, np.zeros((missing,), dtype=flat.dtype)])
        return flat[self.rank * self.length : (self.rank + 1) * self.length].copy()


__all__ = ["Sharing"]
