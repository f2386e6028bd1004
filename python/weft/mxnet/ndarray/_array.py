"""`NDArray`, the array of 1.x: Weft's array with 1.x's meaning where that differs.

Arithmetic is native and gives the class back: comparisons give numbers, integers divide to integers
and cut a number that they meet. What else differs is here: an array has at least one axis, indices
may be floats, arrays can be keys of a dict. Methods that are operators are in `_methods`; what both
kinds of arrays have, such as `context`, is in `weft/mxnet/_array_methods.py`.
"""

from collections.abc import Iterator
from typing import Any

import numpy

from weft._base.errors import InvalidType, InvalidValue
from weft._core import native as _native
from weft._core.printing import print_elements
from weft._core.typing import ndarray
from weft.mxnet import autograd as _autograd
from weft.mxnet._made import wrapping
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet.device import Device, native_of

_item = ndarray.__getitem__
_put = ndarray.__setitem__


def whole_key(key: Any) -> Any:
    """An index with integers where 1.x allows floats and bools."""
    if isinstance(key, tuple):
        return tuple(map(whole_key, key))
    if isinstance(key, list):
        key = numpy.array(key)
    if isinstance(key, ndarray | numpy.ndarray) and key.dtype.kind not in "iu":
        return key.astype("int64")
    if isinstance(key, numpy.generic):
        return int(key)
    return key


def _part(key: Any) -> Any:
    """An index of integers with `...` behind it: one element is a view as well, as 1.x has it."""
    if type(key) is int:
        return key, ...
    if isinstance(key, tuple) and all(type(item) is int for item in key):
        return *key, ...
    return key


def _is_contiguous(array: ndarray) -> bool:
    wanted = array.itemsize
    for extent, stride in zip(reversed(array.shape), reversed(array.strides), strict=True):
        if extent != 1 and stride != wanted:
            return False
        wanted *= extent
    return True


class _Arrays(type):
    """Lets `isinstance(x, mx.nd.NDArray)` hold for every array, as in MXNet, where arrays of
    `mx.np` and sparse ones derive from it. `is_nd` asks for arrays of 1.x alone."""

    def __instancecheck__(cls, instance: Any) -> bool:
        kinds = ndarray | Sparse if cls is NDArray else ()
        return isinstance(instance, kinds) or super().__instancecheck__(instance)

    def __subclasscheck__(cls, kind: type) -> bool:
        return super().__subclasscheck__(kind) or (cls is NDArray and issubclass(kind, Sparse))


class NDArray(ndarray, metaclass=_Arrays):
    """An array of 1.x: `NDArray(array)` is any array of Weft as one, in the same memory.

    >>> from weft import mxnet as mx
    >>> x = mx.nd.array([[1, 2], [3, 4]])
    >>> x.sum().shape, (x > 2).dtype.name
    ((1,), 'float32')
    """

    __slots__ = ()
    __hash__ = object.__hash__

    # ---- elements --------------------------------------------------------------------------------

    def __getitem__(self, key: Any) -> "NDArray":
        """Elements by an index of NumPy's kinds.

        Parts that lie together share the array's memory, others are copies. One element is an array
        of one axis.
        """
        kind = type(key)
        if kind is int:
            if self.ndim != 1:
                return _item(self, key)
            found = _item(self, (key, ...))  # with `...` a view, as 1.x has it
            return found if asks_for_numpy_shapes() else found.reshape((1,))
        if kind is slice and key.step in (None, 1):
            return _item(self, key)
        found = _item(self, _part(whole_key(key)))
        if found.ndim == 0:
            return found if asks_for_numpy_shapes() else found.reshape((1,))
        return found if _is_contiguous(found) else found.copy()

    def __setitem__(self, key: Any, value: Any) -> None:
        """Writes a number or an array, which broadcasts, into elements."""
        if type(key) is not int and type(key) is not slice:
            key = whole_key(key)
        if isinstance(value, ndarray | numpy.ndarray):
            if value.dtype.kind == "b" and self.dtype.kind != "b":
                value = value.astype("uint8")
            elif value.dtype.kind == "f" and self.dtype.kind in "iu":
                value = wrapping(value, self.dtype) if isinstance(value, ndarray) else value
            if value.ndim > self.ndim and value.shape[0] == 1:
                value = value.reshape(value.shape[value.ndim - self.ndim :])
        _put(self, key, value)

    def __iter__(self) -> Iterator["NDArray"]:
        return (self[place] for place in range(len(self)))

    def __bool__(self) -> bool:
        if self.size > 1:
            raise InvalidValue(
                "The truth value of an NDArray with multiple elements is ambiguous: use "
                f"`x.sum()` or compare one element; got shape {self.shape}"
            )
        return bool(self.size and self.asnumpy().item())

    def asscalar(self) -> Any:
        """The only element, as a number of NumPy. Raises ValueError for more than one."""
        if self.size != 1:
            raise InvalidValue(
                f"asscalar: The current array is not a scalar; got shape {self.shape}"
            )
        return self.asnumpy().reshape(-1)[0]

    # ---- what an array is ------------------------------------------------------------------------

    @property
    def handle(self) -> int:
        """A number that is this object's alone."""
        return id(self)

    def __repr__(self) -> str:
        extents = "x".join(map(str, self.shape))
        return f"\n{print_elements(self)}\n<{type(self).__name__} {extents} @{self.context}>"

    __str__ = __repr__

    # ---- copies ----------------------------------------------------------------------------------

    def as_in_context(self, context: Device) -> "NDArray":
        """The array on a device: itself if it is there already."""
        where = native_of(context)
        return self if where is None or context == self.context else self.to_device(where)

    as_in_ctx = as_in_context

    def copyto(self, other: Any) -> "NDArray":
        """Writes the elements into another array, or a copy on a device; gives that array.

        Raises TypeError for anything else.
        """
        if isinstance(other, Device):
            place = other.native()
            return self.copy() if place == self.device else self.to_device(place)
        if isinstance(other, Sparse):
            other[:] = self
            return other  # type: ignore[return-value]
        if not isinstance(other, ndarray):
            raise InvalidType(
                f"copyto: `other` must be an array or a device; got {type(other).__name__}"
            )
        if other is not self:
            other[...] = self
        return other

    def astype(self, dtype: Any, copy: bool = True) -> "NDArray":
        """The elements in another dtype; the array itself for its own one and `copy=False`."""
        if not copy and self.dtype == dtype:
            return self
        return wrapping(self, dtype, _astype)  # type: ignore[return-value]

    def as_nd_ndarray(self) -> "NDArray":
        """The array itself."""
        return self

    def as_np_ndarray(self) -> ndarray:
        """The array as one of `mx.np`, in the same memory and with the same gradient."""
        return plain(self)

    # ---- gradients -------------------------------------------------------------------------------

    def attach_grad(self, grad_req: str = "write", stype: str | None = None) -> None:
        """Makes the array a variable, which gets a gradient: `grad`, zeros at first.

        A result of recorded operators keeps its history and gets its gradient beside it; while the
        thread records, it becomes a variable without a history, as in 1.x.

        grad_req: 'write', 'add' or 'null'; stype: 'row_sparse' for the gradient of looked-up rows
        """
        while _autograd.is_recording() and _native.is_recorded(self):
            _attach(self, "null")
        if stype in (None, "default", "csr"):
            _attach(self, grad_req)
        else:
            _attach(self, grad_req, stype=stype)

    def backward(
        self, out_grad: Any = None, retain_graph: bool = False, train_mode: bool = True
    ) -> None:
        """Gradients of this recorded array into the variables that it was made of.

        out_grad: the gradient with respect to this array; ones by default
        """
        if isinstance(out_grad, Sparse):
            out_grad = out_grad.todense()
        given = None if out_grad is None else [out_grad]
        _autograd.backward([self], given, retain_graph, train_mode)


class Sparse:
    """What the classes of sparse arrays derive from."""

    stype = "default"

    def todense(self) -> NDArray:
        """The whole array, zeros included."""
        raise NotImplementedError

    def __setitem__(self, key: Any, value: Any) -> None:
        raise NotImplementedError


def is_nd(value: Any) -> bool:
    """Is the value an array of 1.x, neither one of `mx.np` nor a sparse one?"""
    return type.__subclasscheck__(NDArray, type(value))


def plain(array: Any) -> Any:
    """An `NDArray` as an array of Weft, in the same memory and with the same gradient. Rules of
    operators are written for those: their comparisons give bools."""
    if type(array) is not NDArray:
        return array
    return ndarray(array)


_native.set_dtype_keeper(NDArray)

_attach = ndarray.attach_grad
_astype = ndarray.astype


def shaped(array: Any) -> Any:
    """An array of Weft as an `NDArray` with at least one axis, unless the program has turned
    NumPy's shapes on."""
    if type(array) is not NDArray:
        if not isinstance(array, ndarray):
            return array
        array = NDArray(array)
    return array if array.ndim or asks_for_numpy_shapes() else array.reshape((1,))


__all__ = ["NDArray", "Sparse", "is_nd", "plain", "shaped", "whole_key"]
