"""Sparse arrays in autograd: what computes reads the whole array, and that is what is recorded.

A sparse variable keeps its whole array beside its parts, and so does a sparse result of recorded
operators; the gradient of the whole array is stored as the variable is.
"""

from typing import Any
from weakref import WeakSet

from weft import autograd as _native
from weft._base.errors import InvalidState
from weft._core import native
from weft.mxnet.autograd import after_backward
from weft.mxnet.ndarray._array import NDArray, Sparse, plain
from weft.mxnet.ndarray._functions import CAST


class RecordedSparse(Sparse):
    """Base of sparse arrays. A subclass has `_dense`, which makes the whole array of the parts."""

    shape: tuple[int, ...]
    _whole: NDArray | None = None
    _follows: NDArray | None = None
    _grad_stype: str | None = None  # how the gradient of a variable is stored

    def _dense(self) -> NDArray:
        raise NotImplementedError

    def todense(self) -> NDArray:
        """The whole array, zeros included; a variable's own, which is recorded."""
        return self._dense() if self._whole is None else self._whole

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Makes the array a variable, which gets a gradient: `grad`, zeros at first.

        grad_req: 'write', 'add' or 'null'; stype: how the gradient is stored, by default as the
            array is. The whole array is kept in memory from now on.
        """
        leaf = NDArray(plain(self._dense()).detach().copy())
        leaf.attach_grad(grad_req)
        self._whole, self._grad_stype = leaf, stype or self.stype

    def attach_given_grad(self, gradient: Any, adds: bool) -> None:
        """Makes the array a variable whose gradient goes into an array of any storage.

        adds: gradients add up there
        """
        leaf = NDArray(plain(self._dense()).detach().copy())
        into = NDArray(plain(gradient.todense() if isinstance(gradient, Sparse) else gradient))
        native.attach_given_grad(leaf, into, adds)
        self._whole, self._grad_stype = leaf, gradient.stype
        if isinstance(gradient, RecordedSparse):
            gradient._follows = into
            _followers.add(gradient)

    @property
    def grad(self) -> Any:
        """The gradient; None before `attach_grad()`."""
        if self._grad_stype is None or self._whole is None or self._whole.grad is None:
            return None
        return CAST[0](NDArray(plain(self._whole.grad)), self._grad_stype)

    def zero_grad(self) -> None:
        """Sets the gradient to zeros."""
        if self._grad_stype is None or self._whole is None:
            raise InvalidState(f"{type(self).__name__}: call `attach_grad()` first")
        native.zero_grad(self._whole)

    def backward(
        self, out_grad: Any = None, retain_graph: bool = False, train_mode: bool = True
    ) -> None:
        """Gradients of this recorded array into the variables that it was made of.

        out_grad: the gradient with respect to this array; ones by default
        """
        self.todense().backward(out_grad, retain_graph, train_mode)

    def detach(self) -> Any:
        """The same without its history."""
        return self.copy()  # type: ignore[attr-defined]

    def _parts_changed(self) -> None:
        """Tells that the parts are others: a variable's whole array gets their elements."""
        if self._grad_stype is None:
            self._whole = None
        elif self._whole is not None:
            with _native.pause():
                self._whole[...] = self._dense()


# Sparse arrays that take what backward writes into whole ones.
_followers: WeakSet[RecordedSparse] = WeakSet()


def _refresh() -> None:
    for gradient in list(_followers):
        gradient[:] = gradient._follows


after_backward.append(_refresh)


def remembered(found: Any, whole: Any) -> Any:
    """A sparse result that remembers the recorded array that it was made of."""
    if isinstance(found, RecordedSparse) and native.is_recorded(whole):
        found._whole = whole
    return found


__all__ = ["RecordedSparse", "remembered"]
