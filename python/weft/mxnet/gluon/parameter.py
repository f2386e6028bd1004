"""Parameters as MXNet has them: `ctx` and `device`, storage types, and the dicts of 1.x.

>>> from weft import mxnet as mx
>>> weight = mx.gluon.Parameter("weight", shape=(2, 3), init="ones")
>>> weight.initialize(ctx=mx.cpu())
>>> weight.data().shape, weight.list_ctx() == [mx.cpu()]
((2, 3), True)
"""

import warnings
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy

from weft import autograd, np, npx
from weft._base import spelling as _spelling
from weft._base.errors import InvalidState, InvalidType
from weft._core import native as _core
from weft._core.typing import ndarray
from weft.gluon.parameter import Constant as _NativeConstant
from weft.gluon.parameter import DeferredInitializationError
from weft.gluon.parameter import Parameter as _Native
from weft.mxnet._made import dtype_name as _dtype_name
from weft.mxnet._made import host
from weft.mxnet.base import RefusedError
from weft.mxnet.gluon import _devices
from weft.mxnet.ndarray._given import shown as _shown

tensor_types = (ndarray,)


class Parameter(_Native):
    """An array that is trained; `weft.gluon.Parameter` with MXNet's arguments and names.

    stype: 'default', or 'row_sparse' for a parameter that is read by rows: `row_sparse_data`
    differentiable: False for one that never has a gradient
    allow_deferred_init: may `initialize` wait for the shape? Extents that are not known are -1, or
        0 where this is true, as in 1.x

    Several CPU contexts are one device here: the gradients of what is computed on each add up in
    one array until the trainer's step.
    """

    def __init__(
        self,
        name: str = "weight",
        grad_req: str = "write",
        shape: int | Sequence[int] | None = None,
        dtype: Any = "float32",
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
        init: Any = None,
        allow_deferred_init: bool = False,
        differentiable: bool = True,
        stype: str = "default",
        grad_stype: str = "default",
    ) -> None:
        for word, value in (("stype", stype), ("grad_stype", grad_stype)):
            if value not in ("default", "row_sparse", "csr"):
                raise RefusedError(
                    f"Parameter: `{word}` of `{name}` must be 'default' or 'row_sparse'; "
                    f"got {value!r}"
                )
        if shape is not None:
            extents = (shape,) if isinstance(shape, int) else tuple(shape)
            shape = tuple(-1 if allow_deferred_init and n == 0 else int(n) for n in extents)
        _Native.__init__(
            self,
            name,
            grad_req,
            shape,
            dtype if dtype is not None else "float32",
            lr_mult,
            wd_mult,
            _initializer(init),
            allow_deferred_init=allow_deferred_init,
            grad_stype="row_sparse" if grad_stype == "row_sparse" else "default",
            differentiable=differentiable,
        )
        self._begin(stype, differentiable)

    def _begin(self, stype: str = "default", differentiable: bool = True) -> None:
        """Sets what Weft's own parameters lack."""
        state = self.__dict__
        state.setdefault("_stype", stype)
        state.setdefault("_differentiable", differentiable)
        state.setdefault("_contexts", [])
        state.setdefault("_owner", None)  # a weak reference to the trainer
        state.setdefault("_sums_up", False)  # do gradients of several contexts meet in one array?

    def __repr__(self) -> str:
        named = f" {self.name}" if "_" in self.name or "." in self.name else ""
        return f"Parameter{named} (shape={self.shape}, dtype={_dtype_name(self.dtype)})"

    @property
    def stype(self) -> str:
        """'default' or 'row_sparse'."""
        return self.__dict__.get("_stype", "default")

    # ---- first values

    def initialize(  # type: ignore[override]
        self,
        init: Any = None,
        device: Any = None,
        default_init: Any = None,
        force_reinit: bool = False,
        *,
        ctx: Any = None,
    ) -> None:
        """Gives first values by `init`, else the parameter's own initializer, else `default_init`,
        else Uniform(0.07), whatever the name is.

        Warns of a parameter that has values already, which stay unless `force_reinit`.
        """
        if self.is_initialized and not force_reinit:
            warnings.warn(
                f"Parameter `{self.name}` is already initialized, ignoring; use "
                "`force_reinit=True` to give it first values again",
                stacklevel=2,
            )
            return
        where = _devices.chosen(ctx, device, "initialize")
        from weft.mxnet.initializer import RNNFused

        if isinstance(self.init, RNNFused):  # some of its parts have an initializer of their own
            self.init.set_initializer(init or default_init or "uniform")
            init = self.init
        first = _initializer(init or self.init or default_init or "uniform")
        self._place(_devices.listed(where))
        super().initialize(first, device=self._natives() or None, force_reinit=force_reinit)

    def _place(self, contexts: Sequence[Any]) -> None:
        """Remembers contexts; where some of them are one device, their gradients add up."""
        self._contexts = list(dict.fromkeys(contexts))
        sums_up = len(self._contexts) > len(self._natives())
        if sums_up != self._sums_up:
            self._sums_up = sums_up
            self.grad_req = self.grad_req

    @property
    def grad_req(self) -> str:
        """'write', 'add' or 'null'."""
        return self.__dict__.get("_asked_req") or self.__dict__["_grad_req"]

    @grad_req.setter
    def grad_req(self, grad_req: str) -> None:
        if not self.__dict__.get("_differentiable", True):
            grad_req = "null"
        self.__dict__["_asked_req"] = None
        sums_up = self.__dict__.get("_sums_up", False)
        _Native.grad_req.fset(  # type: ignore[attr-defined]
            self, "add" if sums_up and grad_req == "write" else grad_req
        )
        self.__dict__["_asked_req"] = grad_req

    def _natives(self) -> list[Any]:
        return list(dict.fromkeys(_devices.native(context) for context in self._contexts))

    def _load_init(
        self, data: Any, ctx: Any = None, cast_dtype: bool = False, dtype_source: str = "current"
    ) -> None:
        """Takes the values of a file."""
        value = data if isinstance(data, ndarray) else np.array(data)
        if dtype_source not in ("current", "saved"):
            raise RefusedError(
                f"load: `dtype_source` must be 'current' or 'saved'; got {dtype_source!r}"
            )
        own = _dtype_name(self.dtype)
        if cast_dtype and dtype_source == "saved":
            self.cast(value.dtype)
        elif value.dtype.name != own and not cast_dtype:
            raise RefusedError(
                f"load: `{self.name}` must have dtype {own}; the file has {value.dtype.name}; "
                "use `cast_dtype=True` to convert"
            )
        if ctx is not None and not self.is_initialized:
            self._place(_devices.listed(ctx))
            self.__dict__["_devices"] = self._natives()
        self.set_data(value)

    # ---- values

    def _check_dense(self, caller: str) -> None:
        if self.stype == "row_sparse":
            raise InvalidState(
                f"{caller}: `{self.name}` is stored by rows; read it with `row_sparse_data(rows)`"
            )

    def data(self, ctx: Any = None, *, device: Any = None) -> Any:
        """The array on a context: an `mx.np.ndarray`, or after `mx.npx.reset_np()` an `NDArray`."""
        if self.__dict__.get("_stype") == "row_sparse":
            self._check_dense("data")
        if ctx is None and device is None:
            found = super().data()
        else:
            where = _devices.chosen(ctx, device, "data")
            self._require(where)
            found = super().data(_devices.native(where))
        return _shown(found)

    def _require(self, context: Any) -> None:
        if self._contexts and context not in self._contexts and self.is_initialized:
            raise InvalidState(
                f"Parameter: `{self.name}` is on {self._contexts}, not on {context}: name all "
                "contexts in `initialize(ctx=…)`, or move it with `reset_ctx`"
            )

    def list_data(self) -> list[Any]:
        """The arrays on all contexts; contexts that are one device give the same array."""
        self._check_dense("list_data")
        return [_shown(array) for array in self._arrays()]

    def _arrays(self) -> list[ndarray]:
        found = _Native.list_data(self)
        if len(self._contexts) <= len(found):
            return found
        by_device = {array.device: array for array in found}
        return [by_device[_devices.native(context)] for context in self._contexts]

    def grad(self, ctx: Any = None, *, device: Any = None) -> Any:
        """The gradient on a context.

        Raises RuntimeError where there is none.
        """
        where = _devices.chosen(ctx, device, "grad")
        found = _Native.data(self, None if where is None else _devices.native(where)).grad
        if found is None:
            raise InvalidState(f"Parameter: `{self.name}` has grad_req='null', so no gradient")
        return _shown(found)

    def list_grad(self) -> list[Any]:
        """The gradients on all contexts."""
        if self.grad_req == "null":
            raise InvalidState(f"Parameter: `{self.name}` has grad_req='null', so no gradients")
        return [_shown(array.grad) for array in self._arrays()]

    @property
    def grad_version(self) -> tuple[int, int]:
        """Changes with each gradient that `backward` writes."""
        return self._attachments, min(map(_core.grad_version, _Native.list_data(self)))

    @property
    def _data(self) -> list[Any] | None:
        return self._arrays() if self.is_initialized else None

    @property
    def _grad(self) -> list[Any] | None:
        has = self.is_initialized and self.grad_req != "null"
        return [array.grad for array in self._arrays()] if has else None

    def _reduce(self) -> ndarray:
        """The value to write to a file."""
        return _Native.list_data(self)[0]

    def list_ctx(self) -> list[Any]:
        """The contexts on which it is, or will be.

        Raises RuntimeError before `initialize`.
        """
        if not self.is_initialized and not self.is_deferred:
            raise InvalidState(f"Parameter: `{self.name}` is not initialized")
        if self._contexts:
            return list(self._contexts)
        return [_devices.as_context(device) for device in self._devices]

    list_device = list_ctx

    def reset_ctx(self, ctx: Any = None, *, device: Any = None) -> None:
        """Moves the values to other contexts; gradients start again from 0."""
        where = _devices.chosen(ctx, device, "reset_ctx")
        self._place(_devices.listed(where))
        super().reset_device(self._natives() or None)

    def reset_device(self, device: Any = None, *, ctx: Any = None) -> None:
        """The same as `reset_ctx`."""
        self.reset_ctx(ctx, device=device)

    def set_data(self, data: Any) -> None:
        """Writes new values, which also tell an unknown shape."""
        super().set_data(data)
        owner = self._trainer() if self._trainer else None
        if owner is not None:
            owner._reset_kvstore()

    def cast(self, dtype: Any) -> None:
        """Converts the values to another dtype; the gradient starts again from 0."""
        super().cast(dtype)

    # ---- rows

    def row_sparse_data(self, row_id: Any) -> Any:
        """The rows of a 'row_sparse' parameter that `row_id` names, the others being 0.

        Raises RuntimeError for one that is stored as a whole, or has no trainer yet.
        """
        return self.list_row_sparse_data(row_id)[0]

    def list_row_sparse_data(self, row_id: Any) -> list[Any]:
        """`row_sparse_data` on all contexts."""
        if self.stype != "row_sparse":
            raise InvalidState(
                f"row_sparse_data: `{self.name}` is stored as a whole; read it with `data()`"
            )
        if self._trainer is None:
            raise InvalidState(
                f"row_sparse_data: `{self.name}` needs a trainer: make `gluon.Trainer` first"
            )
        rows = np.array(numpy.unique(host(row_id).astype("int64")))
        contexts = self._contexts or [None]
        return [_rows_of(a, rows, c) for a, c in zip(self._arrays(), contexts, strict=False)]

    def var(self) -> Any:
        """The parameter as a variable of `mx.sym`, of its name."""
        return self._as_symbol(self.name)

    def _as_symbol(self, name: str) -> Any:
        """The parameter as a variable of a name: the same one each time, so that blocks which are
        called twice share it."""
        from weft.mxnet import symbol

        shape, init = self.shape, self.init
        known = None if shape is None else tuple(max(extent, 0) for extent in shape)
        text = init.dumps() if isinstance(init, _initializer_type()) else init
        text = text if isinstance(text, str) else None
        key = (name, known, self.lr_mult, self.wd_mult, text)
        if self.__dict__.get("_symbol", (None,))[0] != key:
            multipliers = {"lr_mult": self.lr_mult, "wd_mult": self.wd_mult}
            made = symbol.var(name, shape=known, init=text, **multipliers)
            self.__dict__["_symbol"] = (key, made)
        return self.__dict__["_symbol"][1]

    # ---- the trainer

    @property
    def _trainer(self) -> Callable[[], Any] | None:
        return self.__dict__.get("_owner")

    def _set_trainer(self, trainer: Any) -> None:
        import weakref

        now = self._trainer() if self._trainer else None
        if self.stype != "default" and now is not None and trainer not in (None, now):
            raise InvalidState(
                f"Trainer: `{self.name}` is stored by rows and has a trainer already; "
                "`_set_trainer(None)` takes it away"
            )
        self.__dict__["_owner"] = None if trainer is None else weakref.ref(trainer)

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__() | {"_owner": None}
        state.pop("_symbol", None)
        return state


class Constant(Parameter, _NativeConstant):
    """A parameter that is not trained: `Constant(value)`, or as in 1.x `Constant(name, value)`."""

    def __init__(self, *arguments: Any, name: str | None = None, value: Any = None) -> None:
        if len(arguments) == 2:
            name, value = arguments
        elif len(arguments) == 1:
            value = arguments[0]
        if value is None or len(arguments) > 2:
            raise InvalidType(
                "Constant: give `value`, or as in 1.x `name` and `value`; got "
                f"{len(arguments)} arguments"
            )
        array = value if isinstance(value, ndarray) else np.array(value, dtype="float32")
        Parameter.__init__(
            self, name or "const", "null", array.shape, array.dtype, differentiable=False
        )
        self.__dict__["value"] = array
        from weft.mxnet import initializer

        self.init = initializer.Constant(array)

    def __repr__(self) -> str:
        return f"Constant {self.name} (shape={self.shape}, dtype={_dtype_name(self.dtype)})"


def _rows_of(array: ndarray, rows: ndarray, context: Any) -> Any:
    """Some rows of a parameter's array as a sparse array, the others being 0. What is computed of
    it has a gradient with respect to these rows, as in MXNet, where they are the parameter."""
    from weft.mxnet.ndarray._array import NDArray
    from weft.mxnet.ndarray._recorded import remembered
    from weft.mxnet.ndarray._sparse_classes import RowSparseNDArray, named

    with autograd.record(autograd.is_training()):
        values = npx.embedding(rows, array, True)
        whole = npx.index_update(np.zeros(array.shape, array.dtype), rows.reshape((1, -1)), values)
    found = RowSparseNDArray(values.detach(), rows, array.shape)
    return remembered(named(found, context), NDArray(whole))


def _initializer_type() -> type:
    from weft.mxnet import initializer

    return initializer.Initializer


def _initializer(spec: Any) -> Any:
    from weft.mxnet import initializer

    return None if spec is None else initializer.create(spec)


def adopted(parameter: _Native) -> Parameter:
    """A parameter of Weft as one of MXNet: the same object."""
    if not isinstance(parameter, Parameter):
        constant = isinstance(parameter, _NativeConstant)
        parameter.__class__ = Constant if constant else Parameter
        parameter._begin()  # type: ignore[attr-defined]
    return parameter  # type: ignore[return-value]


if not TYPE_CHECKING:  # a type checker shall still see a misspelt name
    __getattr__ = _spelling.finder("weft.mxnet.gluon.parameter", {}, ("gluon",))

__all__ = ["Constant", "DeferredInitializationError", "Parameter", "tensor_types"]
__dir__ = __all__.copy
