"""Parameters of which each process keeps a part: shared, split along an axis, or on one rank."""

from collections.abc import Callable
from typing import Any

from weft import autograd
from weft._base.errors import InvalidState, InvalidValue
from weft._core import collectives, native
from weft._core.typing import ndarray
from weft._trace.state import outside_trace
from weft.gluon._sharing import Pieces, Placed, Sharing, Slices


class InParts:
    """What `Parameter` does with parts of its values; the rest of it is the parameter's."""

    name: str
    dtype: Any
    grad_req: str
    list_data: Callable[[], list[ndarray]]
    list_grad: Callable[[], list[Any]]
    _attach: Callable[[], None]
    _copies: list[ndarray]
    _grad_req: str
    _grad_stype: str
    _mask: ndarray | None
    _note_change: Callable[[], None]
    _shape: Any
    _sharing: Sharing | None

    def share(self, group: str) -> None:
        """Keeps only this process's part of the values, of as many parts as `group` has ranks. All
        ranks must call it, and have the same values.

        `data()` then brings the parts of all ranks together, in a new array each time, and so all
        ranks must call it: to write values use `set_data`. The gradient of the part is the sum over
        ranks, as soon as it is made.

        Raises ValueError without values, on several devices, or with a mask.
        """
        self._keep_part(lambda: Pieces(group, self._shape))

    def split(self, axis: int, group: str) -> None:
        """Keeps only this process's slice along an axis, of as many as `group` has ranks: for a
        layer that computes with `part`, a slice of its result. All ranks must call it, and have the
        same values. `data()` and files have the whole array, as for `share`.

        Raises ValueError as `share` does, and for an extent that the ranks do not divide.
        """
        self._keep_part(lambda: Slices(group, self._shape, axis, self.name))

    def place(self, owner: int, group: str) -> None:
        """Keeps the values on one rank of `group` alone, where `data()` gives them. All ranks must
        call it, and have the same values. Files and `list_data()`, which all ranks must call, have
        the array on all ranks.

        Raises ValueError as `share` does.
        """
        is_trained = self._grad_req != "null"
        self._keep_part(lambda: Placed(group, self._shape, owner, is_trained))
        if collectives.place(group)[0] != owner:
            self.grad_req = "null"  # there is nothing to train here

    def _keep_part(self, cut: Callable[[], Sharing]) -> None:
        if len(self._copies) != 1 or self._mask is not None or self._grad_stype != "default":
            raise InvalidValue(
                f"Parameter: `{self.name}` must have values on one device, a dense gradient and no "
                "mask to be kept in parts"
            )
        if self._sharing is not None:
            if type(self._sharing) is type(cut()):
                return
            raise InvalidState(f"Parameter: `{self.name}` is kept in parts already")
        with outside_trace(), autograd.pause():
            sharing = cut()
            self._copies = [sharing.own(self._copies[0])]
            self._sharing = sharing
            self._attach()
        self._note_change()

    def _share_anew(self, group: str) -> None:
        """A part for the ranks that `group` has now, whose contents are still to come."""
        self._replace_part(Pieces(group, self._shape))

    def _become_whole(self) -> None:
        """The whole array, whose contents are still to come."""
        self._replace_part(None)

    def _replace_part(self, sharing: Pieces | None) -> None:
        with outside_trace(), autograd.pause():
            shape = self._shape if sharing is None else (sharing.length,)
            self._copies = [native.empty(shape, self.dtype)]
            self._sharing = sharing
            self._attach()
        self._note_change()

    def _require_whole(self, what: str) -> None:
        if self._sharing is not None:
            raise InvalidState(
                f"Parameter: `{self.name}` is kept in parts on {self._sharing.ranks} ranks, so it "
                f"cannot be given {what}"
            )

    @property
    def part(self) -> ndarray | None:
        """This process's part of the values, behind each other, after `share`; else None."""
        return None if self._sharing is None else self._copies[0]

    @property
    def sharing(self) -> Sharing | None:
        """How it is kept in parts; None: it is whole."""
        return self._sharing

    def list_own(self) -> list[ndarray]:
        """The arrays that this process keeps and updates: the whole ones, or the part."""
        return self.list_data() if self._sharing is None else list(self._copies)

    def list_own_grad(self) -> list[Any]:
        """The gradients of `list_own()`."""
        return self.list_grad() if self._sharing is None else [c.grad for c in self._copies]


__all__ = ["InParts"]
