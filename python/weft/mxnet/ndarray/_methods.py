"""Methods of `NDArray` that are operators: `x.softmax(axis=1)` is `nd.softmax(x, axis=1)`.

Most are made of the table when the class is. Those with arguments of their own, such as
`reshape(0, -1)`, are written out.
"""

from collections.abc import Callable
from typing import Any

from weft import np
from weft._base.errors import InvalidType, InvalidValue
from weft._core.typing import ndarray
from weft.mxnet._operators.reshapes import legacy_shape
from weft.mxnet.ndarray import _creation, _sparse
from weft.mxnet.ndarray._array import NDArray
from weft.mxnet.ndarray._functions import function_of
from weft.sparse import RowSparseArray

_NAMES = """
    abs arccos arccosh arcsin arcsinh arctan arctanh argmax argmax_channel argmin argsort
    broadcast_axes broadcast_like cbrt ceil clip cos cosh degrees depth_to_space diag exp
    expm1 fix flip floor log log10 log1p log2 log_softmax max mean min nanprod
    nansum norm one_hot ones_like pad pick prod radians rcbrt reciprocal relu repeat reshape_like
    rint round rsqrt shape_array sigmoid sign sin sinh size_array slice slice_axis slice_like
    softmax softmin sort space_to_depth split sqrt square sum swapaxes take tan tanh tile
    topk trunc zeros_like
"""


def _method(name: str) -> Callable[..., Any]:
    """A method that makes its function when it is first called."""

    def method(self: NDArray, *args: Any, **kwargs: Any) -> Any:
        return function_of(name, name)(self, *args, **kwargs)

    return method


def _of_native(name: str) -> Callable[..., Any]:
    return lambda self: function_of(name, name)(self)


def _reshape(self: NDArray, *shape: Any, **kwargs: Any) -> NDArray:
    """The elements in another shape, in the same memory.

    Codes: 0 keeps an extent, -1 follows from the others, -2 keeps all that are left, -3 merges two,
    -4 splits one into the two numbers behind it; `reverse=True` counts from the end.
    """
    if len(shape) == 1 and not kwargs and type(shape[0]) is tuple:
        codes = shape[0]
        if codes and 0 not in codes and min(codes) >= -1:
            return _native_reshape(self, codes)
    reverse = kwargs.pop("reverse", False)
    if not shape:
        shape = (kwargs.pop("shape", ()),)
    if kwargs:
        raise InvalidType(f"reshape: accepts `shape` and `reverse`; got `{next(iter(kwargs))}`")
    codes = shape[0] if len(shape) == 1 and isinstance(shape[0], list | tuple) else shape
    codes = tuple(map(int, codes))
    if min(codes, default=1) <= 0:
        codes = legacy_shape(self.shape, codes, bool(reverse))
    return _native_reshape(self, codes)


_native_reshape = ndarray.reshape


def _transpose(self: NDArray, *axes: Any, **kwargs: Any) -> NDArray:
    """The array with its axes in another order; reversed where none is given."""
    if not axes and "axes" in kwargs:
        axes = (kwargs["axes"],)
    order = axes[0] if len(axes) == 1 and isinstance(axes[0], list | tuple) else axes
    return np.transpose(self, tuple(order) if order else None).copy()


def _broadcast_to(self: NDArray, shape: Any) -> NDArray:
    """The array repeated along axes of 1 until it has a shape."""
    return function_of("broadcast_to", "broadcast_to")(self, shape)


def _split_v2(self: NDArray, indices_or_sections: Any, axis: int = 0, squeeze_axis: Any = False):
    """Parts along an axis: so many equal ones, or those between indices."""
    return _creation.split_v2(self, indices_or_sections, axis, squeeze_axis)


def _slice_assign(self: NDArray, rhs: NDArray, begin: Any, end: Any, step: Any = None) -> NDArray:
    """A copy with a part replaced."""
    return function_of("_slice_assign", "slice_assign")(self, rhs, begin, end, step or ())


def _slice_assign_scalar(self: NDArray, value: Any, begin: Any, end: Any, step: Any = None) -> Any:
    """A copy with a part set to a number."""
    options = {"scalar": value, "begin": begin, "end": end, "step": step or ()}
    return function_of("_slice_assign_scalar", "slice_assign_scalar")(self, **options)


def _flatten(self: NDArray, inplace: bool = False) -> NDArray:
    """The elements with the first axis kept and the others as one; `inplace` shares the memory."""
    extent = self.shape[0] if self.ndim else 1
    return _viewed(self, (extent, self.size // max(extent, 1)), inplace)


def _expand_dims(self: NDArray, axis: int, inplace: bool = False) -> NDArray:
    """The array with one more axis, of 1, at a place; `inplace` shares the memory.

    Raises ValueError for a place that it lacks.
    """
    if not -self.ndim - 1 <= axis <= self.ndim:
        raise InvalidValue(
            f"expand_dims: `axis` must be in [{-self.ndim - 1}, {self.ndim}]; got {axis}"
        )
    place = axis % (self.ndim + 1)
    return _viewed(self, (*self.shape[:place], 1, *self.shape[place:]), inplace)


def _squeeze(self: NDArray, axis: Any = None, inplace: bool = False) -> NDArray:
    """The array without axes of 1, all or those that are named; `inplace` shares the memory."""
    found = function_of("squeeze", "squeeze")(self, axis=axis)
    return _viewed(self, found.shape, True) if inplace else found


def _viewed(array: NDArray, shape: tuple[int, ...], inplace: bool) -> NDArray:
    found = _native_reshape(array, shape)
    return found if inplace else found.copy()


def _tostype(self: NDArray, stype: str) -> Any:
    """The array as it is ('default'), or of the rows or elements that are not zero ('row_sparse',
    'csr')."""
    return self if stype == "default" else _sparse.cast_storage(self, stype)


def _grad(self: NDArray) -> Any:
    """The gradient, always the same array; None before `attach_grad()`. A `RowSparseNDArray` where
    that asked for one."""
    found = _native_grad(self)
    if isinstance(found, RowSparseArray):
        return _sparse.RowSparseNDArray(found.data, found.indices, found.shape)
    return found


_native_grad = ndarray.grad.__get__  # type: ignore[attr-defined]


def _add_methods() -> None:
    for name in _NAMES.split():
        method = _method(name)
        method.__name__, method.__qualname__ = name, f"NDArray.{name}"
        method.__doc__ = f"`nd.{name}` of this array, with the same arguments."
        setattr(NDArray, name, method)
    own = {
        "broadcast_to": _broadcast_to,
        "expand_dims": _expand_dims,
        "flatten": _flatten,
        "reshape": _reshape,
        "squeeze": _squeeze,
        "slice_assign": _slice_assign,
        "slice_assign_scalar": _slice_assign_scalar,
        "split_v2": _split_v2,
        "tostype": _tostype,
        "T": property(_transpose, doc="The array with its axes reversed."),
        "transpose": _transpose,
        "grad": property(_grad, doc=_grad.__doc__),
    }
    for name, method in own.items():
        setattr(NDArray, name, method)


_add_methods()

__all__: list[str] = []
