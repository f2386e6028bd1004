"""What MXNet's arrays have beyond Weft's: added to the native type when `weft.mxnet` is used.

Most are functions of `mx.np` and `mx.npx` whose first argument is the array. Methods that Weft has
as well are its own, and give what they cannot do to MXNet's.
"""

from collections.abc import Callable
from typing import Any

from weft import device as _devices
from weft import np, npx
from weft._base.errors import InvalidType, InvalidValue
from weft._base.spelling import public_module
from weft._core import native
from weft._core.typing import ndarray
from weft.mxnet._modes import default_dtype
from weft.mxnet._npx_functions import FUNCTIONS as _FUNCTIONS
from weft.mxnet.device import Device, current_device, native_of


def _as_in_ctx(self: ndarray, ctx: Any) -> ndarray:
    """The array on a device: itself if it is there."""
    where = native_of(ctx)
    return self if where is None or where == self.device else self.to_device(where)


def _copyto(self: ndarray, other: Any) -> ndarray:
    """The elements in another array, or a copy on a device; the array that they are in.

    Raises TypeError for anything else.
    """
    if isinstance(other, native.ndarray):
        if other is not self:
            other[...] = self.astype(other.dtype) if other.dtype != self.dtype else self
        return other
    if isinstance(other, Device | _devices.Device):
        return self.copy().to_device(native_of(other))
    raise InvalidType(f"copyto: `other` must be an array or a device; got {type(other).__name__}")


def _asscalar(self: ndarray) -> Any:
    """The only element as a number. Raises ValueError for arrays of more."""
    if self.size != 1:
        raise InvalidValue(f"asscalar: the array must have one element; got shape {self.shape}")
    return self.item()


def _as_nd_ndarray(self: ndarray) -> Any:
    """The array as one of `mx.nd`, on the same memory."""
    kind = public_module("mxnet.ndarray").NDArray
    return self if issubclass(type(self), kind) else kind(self)


def _as_np_ndarray(self: ndarray) -> ndarray:
    """The array as one of `mx.np`."""
    return self


def _drop_grad(self: ndarray) -> None:
    """Says that no gradient of the array is wanted."""
    self.attach_grad("null")


def _zero_grad(self: ndarray) -> None:
    """Sets the array's gradient to zeros."""
    native.zero_grad(self)


def _is_fresh(self: ndarray) -> bool:
    """Has a backward written the gradient since it was used?"""
    return bool(native.grad_version(self))


def _set_fresh(self: ndarray, fresh: bool) -> None:
    """Says that the gradient has been used: False."""
    if not fresh:
        native.use_up_grad(self)


def _tostype(self: ndarray, stype: str) -> Any:
    """The array in another storage: 'default', 'row_sparse' or 'csr'."""
    if stype == "default":
        return self
    return public_module("mxnet.ndarray").cast_storage(self, stype)


def _slice_assign(self: ndarray, rhs: Any, begin: Any, end: Any, step: Any) -> ndarray:
    """Writes an array into a part of this one."""
    places = zip(begin, end, step or [None] * len(begin), strict=True)
    self[tuple(slice(*place) for place in places)] = rhs
    return self


def _split(self: ndarray, indices_or_sections: Any, axis: int = 0) -> Any:
    """Parts along an axis."""
    return np.split(self, indices_or_sections, axis)


def _reshape_view(self: ndarray, *shape: Any) -> ndarray:
    """The same elements under another shape."""
    return self.reshape(*shape)


# Weft's own methods take no dtype that is narrower or of another kind than the elements', and no
# axis of an array without axes.
_WITH_DTYPE = ("sum", "prod", "mean", "std", "var", "cumsum")
_WITH_AXIS = ("sum", "prod", "max", "min", "all", "any", "argmax", "argmin")


def _reducing(name: str) -> Callable[..., Any]:
    """A method of Weft's that gives what it cannot do to the function of `mx.np`."""
    own = getattr(native.ndarray, name)
    has_dtype, has_axis = name in _WITH_DTYPE, name in _WITH_AXIS

    def method(self: ndarray, *args: Any, **kwargs: Any) -> Any:
        is_typed = has_dtype and (
            kwargs.get("dtype") is not None or (len(args) > 1 and not isinstance(args[1], bool))
        )
        if has_axis and not self.ndim and (args[0] if args else kwargs.get("axis")) in (0, -1):
            args, kwargs = (None, *args[1:]), {k: v for k, v in kwargs.items() if k != "axis"}
        if is_typed or kwargs.get("out") is not None:
            return getattr(public_module("mxnet.numpy"), name)(self, *args, **kwargs)
        return own(self, *args, **kwargs)

    method.__name__ = method.__qualname__ = name
    method.__doc__ = own.__doc__
    method.__wrapped__ = own  # type: ignore[attr-defined]  # what symbols have
    return method


_own_astype = native.ndarray.astype


def _astype(
    self: ndarray,
    dtype: Any,
    order: str = "K",
    casting: str = "unsafe",
    subok: bool = True,
    copy: bool = True,
) -> ndarray:
    """The elements as another dtype; None is the default one.

    casting: NumPy's words; MXNet has "unsafe" alone

    Raises ValueError for an order or `subok` that MXNet does not have, TypeError for what `casting`
    does not allow.
    """
    if order not in (None, "K", "C") or not subok:
        raise InvalidValue(
            f"astype: `order` must be 'K' or 'C', and `subok` True; got {order!r} and {subok}"
        )
    wanted = default_dtype() if dtype is None else dtype
    return _own_astype(self, wanted, copy=copy, casting=casting)


_OF_NP = (
    *("abs", "arccos", "arccosh", "arcsin", "arcsinh", "arctan", "arctanh", "broadcast_to"),
    *("cbrt", "ceil", "cos", "cosh", "degrees", "diag", "exp", "expand_dims", "expm1", "fix"),
    *("flip", "floor", "log", "log10", "log1p", "log2", "nanprod", "nansum", "ones_like"),
    *("radians", "reciprocal", "rint", "sign", "sin", "sinh", "sqrt", "square", "tan", "tanh"),
    *("tile", "trunc", "zeros_like"),
)
_OF_NPX = ("log_sigmoid", "mish", "relu", "rsqrt", "sigmoid", "depth_to_space", "space_to_depth")
_OF_TABLE = (
    *("broadcast_like", "log_softmax", "norm", "one_hot", "pad", "pick", "reshape_like"),
    *("shape_array", "slice", "slice_like", "softmax", "topk"),
)


def _methods() -> dict[str, Any]:
    def of(function: Any) -> Callable[..., Any]:
        return lambda self, *args, **kwargs: function(self, *args, **kwargs)

    found: dict[str, Any] = {name: of(getattr(np, name)) for name in _OF_NP}
    found |= {name: of(getattr(npx, name)) for name in _OF_NPX}
    found |= {name: of(_FUNCTIONS[name]) for name in _OF_TABLE}
    found |= {
        "as_in_context": _as_in_ctx,
        "as_in_ctx": _as_in_ctx,
        "as_nd_ndarray": _as_nd_ndarray,
        "as_np_ndarray": _as_np_ndarray,
        "asscalar": _asscalar,
        "context": property(lambda self: Device(self.device)),
        "copyto": _copyto,
        "ctx": property(lambda self: Device(self.device)),
        "_fresh_grad": property(_is_fresh, _set_fresh),
        "drop_grad": _drop_grad,
        "reshape_view": _reshape_view,
        "slice_assign": _slice_assign,
        "slice_assign_scalar": _slice_assign,
        "split": _split,
        "stype": property(lambda self: "default"),
        "to_dlpack_for_read": lambda self: self.__dlpack__(),
        "to_dlpack_for_write": lambda self: self.__dlpack__(),
        "tostype": _tostype,
        "writable": property(lambda self: True),
        "zero_grad": _zero_grad,
    }
    return found


# Methods that make no operator of the array, or need its memory.
_ARRAYS_ALONE = frozenset(
    {
        *("as_nd_ndarray", "asscalar", "drop_grad", "slice_assign", "slice_assign_scalar", "stype"),
        *("to_dlpack_for_read", "to_dlpack_for_write", "tostype", "writable", "zero_grad"),
    }
)


def give_symbols(kind: Any) -> None:
    """Gives a class of symbols the methods of arrays: `forward` of a block that is composed calls
    them. Its device is the current one."""
    here = property(lambda self: current_device())
    stays = lambda self, ctx: self  # noqa: E731 - a method
    own = {"context": here, "ctx": here, "as_in_ctx": stays, "as_in_context": stays}
    for name, method in (_methods() | own).items():
        if name not in _ARRAYS_ALONE and name not in dir(kind):
            setattr(kind, name, method)


def _device_words() -> None:
    """Weft's devices, which arrays name, answer to MXNet's words, too."""
    words = {
        "device_type": property(lambda self: Device(self).device_type),
        "device_id": property(lambda self: self.index),
        "device_typeid": property(lambda self: Device(self).device_typeid),
    }
    for name, word in words.items():
        setattr(_devices.Device, name, word)


def _install() -> None:
    known = set(dir(native.ndarray))
    added = {k: v for k, v in _methods().items() if k not in known}
    changed = {name: _reducing(name) for name in {*_WITH_DTYPE, *_WITH_AXIS}}
    native.add_array_attributes(added)
    native.add_array_attributes({**changed, "astype": _astype}, replace=True)
    native.set_float_indices(True)  # `np.array([0, 1])` of MXNet has floats
    native.set_integer_gradients(True)
    _device_words()


_install()

__all__ = ["give_symbols"]
