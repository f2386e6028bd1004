"""Parameters: arrays that are trained, some of whose extents may be unknown at first."""

from collections.abc import Sequence
from typing import Any

from weft import autograd, init
from weft._core import native
from weft._errors import Error, InvalidState, InvalidValue
from weft._typing import ArrayLike, DTypeLike, ndarray

Initializable = init.Initializer | str | None


class DeferredInitializationError(Error, RuntimeError):
    """A parameter was used before its shape was known."""

    __module__ = "weft.gluon"


class Parameter:
    """An array that is trained.

    name: replaced by the path in the block that holds it, such as `features.0.weight`
    grad_req: 'write' (each backward replaces the gradient), 'add', or 'null' (no gradient)
    shape: unknown extents are -1; the first call of the block fills them in
    init: own initializer, which beats the one given to `initialize()`
    lr_mult, wd_mult: factors of the trainer's learning rate and weight decay
    """

    def __init__(
        self,
        name: str = "weight",
        grad_req: str = "write",
        shape: int | Sequence[int] | None = None,
        dtype: DTypeLike = "float32",
        lr_mult: float = 1.0,
        wd_mult: float = 1.0,
        init: Initializable = None,
        *,
        allow_deferred_init: bool = True,
    ) -> None:
        self.name = name
        self.dtype = dtype
        self.lr_mult = lr_mult
        self.wd_mult = wd_mult
        self.init = init
        self.allow_deferred_init = allow_deferred_init
        self._shape = (shape,) if isinstance(shape, int) else tuple(shape) if shape else ()
        self._has_shape = shape is not None
        self._data: ndarray | None = None
        self._deferred: Initializable = None  # set while initialisation waits for the shape
        self.grad_req = grad_req

    def __repr__(self) -> str:
        return f"Parameter({self.name}, shape={self.shape}, dtype={self.dtype})"

    # ---- type

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Extents, -1 where unknown; None where even their number is."""
        return self._shape if self._has_shape else None

    @shape.setter
    def shape(self, shape: Sequence[int]) -> None:
        new = tuple(shape)
        if self._has_shape:
            fits = len(new) == len(self._shape) and all(
                old in (-1, extent) for old, extent in zip(self._shape, new, strict=True)
            )
            if not fits:
                raise InvalidValue(
                    f"Parameter: `{self.name}` has shape {self._shape}; got {new}, which does not "
                    "fit it"
                )
        self._shape, self._has_shape = new, True

    @property
    def is_shape_known(self) -> bool:
        """Are all extents known?"""
        return self._has_shape and -1 not in self._shape

    @property
    def grad_req(self) -> str:
        """'write', 'add' or 'null'."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, grad_req: str) -> None:
        if grad_req not in ("write", "add", "null"):
            raise InvalidValue(
                f"Parameter: `grad_req` of `{self.name}` must be 'write', 'add' or 'null'; "
                f"got {grad_req!r}"
            )
        self._grad_req = grad_req
        if self._data is not None:
            self._attach()

    # ---- first values

    @property
    def is_deferred(self) -> bool:
        """Does initialisation wait for the shape?"""
        return self._deferred is not None

    def initialize(
        self,
        init: Initializable = None,
        default_init: Initializable = None,
        *,
        force_reinit: bool = False,
    ) -> None:
        """Gives first values by `init`, else the parameter's own initializer, else `default_init`,
        else Uniform(0.07). Waits for the first call where the shape is unknown.

        Does nothing to an initialized parameter unless `force_reinit`. Raises ValueError for an
        unknown shape where deferring is not allowed.
        """
        if self._data is not None and not force_reinit:
            return
        chosen = _Own(init or self.init) if init or self.init else default_init or "uniform"
        if self.is_shape_known:
            self._create(chosen)
        elif self.allow_deferred_init:
            self._deferred = chosen
        else:
            raise InvalidValue(
                f"Parameter: `{self.name}` of shape {self.shape} must have all extents known to be "
                "initialized"
            )

    def finish_deferred_init(self) -> None:
        """Gives the first values that waited for the shape, which must be known now."""
        if self._deferred is None:
            return
        if not self.is_shape_known:
            raise DeferredInitializationError(self._unknown_shape())
        self._create(self._deferred)

    def _create(self, initializer: Any) -> None:
        with autograd.pause():
            if self._data is None:
                self._data = native.empty(self._shape, self.dtype)
            init.create(initializer)(self.name, self._data)
            self._attach()
        self._deferred = None

    def _attach(self) -> None:
        assert self._data is not None
        self._data.attach_grad(self._grad_req)
        native.set_state(self._data, self._grad_req == "null")

    # ---- values

    def _unknown_shape(self) -> str:
        return (
            f"Parameter: `{self.name}` has no values yet, because its shape {self.shape} is not "
            "known: call the block once, or give the layer its input size (`in_units`, "
            "`in_channels`)"
        )

    def data(self) -> ndarray:
        """The array; always the same one, so a write through it changes the parameter.

        Raises RuntimeError before `initialize()`, and while the shape is unknown.
        """
        if self._data is not None:
            return self._data
        if self._deferred is not None:
            raise DeferredInitializationError(self._unknown_shape())
        raise InvalidState(
            f"Parameter: `{self.name}` is not initialized: call `initialize()` on its block"
        )

    def set_data(self, data: ArrayLike) -> None:
        """Writes new values, which also tell an unknown shape."""
        value = data if isinstance(data, native.ndarray) else native.array(data)
        self.shape = value.shape
        with autograd.pause():
            if self._data is None:
                self._data = native.empty(self._shape, self.dtype)
                self._attach()
                self._deferred = None
            self._data[...] = value

    def grad(self) -> ndarray:
        """The gradient array, always the same one. Raises RuntimeError if there is none."""
        found = self.data().grad
        if found is None:
            raise InvalidState(f"Parameter: `{self.name}` has grad_req='null', so no gradient")
        return found

    def zero_grad(self) -> None:
        """Sets the gradient to 0, which `grad_req='add'` needs between steps."""
        if self._data is not None and self._grad_req != "null":
            self.grad()[...] = 0

    def cast(self, dtype: DTypeLike) -> None:
        """Converts the values to another dtype; the gradient starts again from 0."""
        self.dtype = dtype
        if self._data is not None:
            with autograd.pause():
                self._data = self._data.detach().astype(dtype)
                self._attach()


class Constant(Parameter):
    """A parameter that is not trained: `value` for ever."""

    def __init__(self, value: ArrayLike, name: str = "constant") -> None:
        array = native.array(value)
        super().__init__(name, grad_req="null", shape=array.shape, dtype=array.dtype)
        self.set_data(array)


class _Own(init.Initializer):
    """A parameter's own initializer: it sets the elements whatever the name is."""

    def __init__(self, initializer: Initializable) -> None:
        self.initializer = init.create(initializer)

    def __call__(self, name: str, array: ndarray) -> None:
        self.initializer.fill(name, array)


class ParameterDict(dict[str, Parameter]):
    """Parameters by their path in a block."""

    def initialize(self, init: Initializable = None, *, force_reinit: bool = False) -> None:
        """Initializes all of them; `init` is for those without an own initializer."""
        for parameter in self.values():
            parameter.initialize(default_init=init, force_reinit=force_reinit)

    def setattr(self, name: str, value: Any) -> None:
        """Sets an attribute of all of them, such as `grad_req` to 'null'."""
        for parameter in self.values():
            setattr(parameter, name, value)

    def zero_grad(self) -> None:
        """Sets all gradients to 0."""
        for parameter in self.values():
            parameter.zero_grad()
