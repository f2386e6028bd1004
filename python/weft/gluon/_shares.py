"""Batches in shares, whose gradients are added up in a tree: the same bits on 1, 2, 4, … ranks.

With `Trainer(deterministic=n)` the batch of all ranks is n shares, of which a rank has some that
lie behind each other. It computes their gradients one by one and adds them up in a tree; its sum is
then a subtree of that over all shares, and the ranks' reduction is the rest of the tree.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from weft import autograd, np
from weft._base.errors import InvalidValue, Unsupported
from weft._core.typing import ndarray
from weft.gluon._data_parallel import tree_sum
from weft.sparse import RowSparseArray


class Shares:
    """The shares of a trainer's batches.

    Gradients that add up over several batches (`grad_req="add"`) do so share by share, so that the
    tree is over shares then, too.
    """

    def __init__(self) -> None:
        self.are_added = False  # are the present gradients sums of shares?
        self._kept: list[list[ndarray]] = []  # by share: gradients that add up

    def clear(self) -> None:
        """An update has used the gradients."""
        self.are_added, self._kept = False, []

    def each(self, trainer: Any, arrays: Sequence[ndarray]) -> Iterator[tuple[ndarray, ...]]:
        """The parts of arrays; behind the last one, gradients are the sum of those of all."""
        count = trainer.shares or 1
        _check(count, arrays)
        if count == 1:
            yield tuple(arrays)
            return
        pieces = [np.split(array, count) for array in arrays]
        found = []
        for number, part in enumerate(zip(*pieces, strict=True)):
            self._begin(trainer, number)
            yield part
            with autograd.pause():
                found.append([_dense(gradient).copy() for gradient in trainer.gradients()])
        with autograd.pause():
            for target, *parts in zip(trainer.gradients(), *found, strict=True):
                target[...] = tree_sum(parts)
        self._kept = found if trainer.adds_gradients else []
        self.are_added = True

    def _begin(self, trainer: Any, number: int) -> None:
        """Gradients that add up go on from those of this share in the batches before."""
        if not trainer.adds_gradients:
            return
        with autograd.pause():
            for place, gradient in enumerate(trainer.gradients()):
                _dense(gradient)[...] = self._kept[number][place] if self._kept else 0


def _dense(gradient: Any) -> ndarray:
    if isinstance(gradient, RowSparseArray):
        raise Unsupported(
            "Trainer: `deterministic` is not for parameters with row-sparse gradients; make the "
            "layer with `sparse_grad=False`"
        )
    return gradient


def _check(count: int, arrays: Sequence[ndarray]) -> None:
    for array in arrays:
        if array.shape[0] % count:
            raise InvalidValue(
                f"Trainer: `deterministic` cuts a batch into {count} shares here, which must be "
                f"equal; got a batch of {array.shape[0]}"
            )


__all__ = ["Shares"]
