"""Parameters: arrays that are trained, some of whose extents may be unknown at first."""

from collections.abc import Iterator, Sequence
from typing import Any

from weft import autograd, init
from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue, MissingAttribute
from weft._base.options import require_finite
from weft._base.protocols import HasDtype
from weft._base.spelling import Worded, hint, knows_words, named_arguments
from weft._base.words import PARAMETER
from weft._core import composing, native
from weft._core.typing import ArrayLike, DeviceLike, DTypeLike, ndarray
from weft._export.names import NamedArrays
from weft._trace.state import outside_trace
from weft.device import Device, current
from weft.gluon._in_parts import InParts
from weft.gluon._parameter_operators import NotAnArray
from weft.gluon._sharing import Sharing

Initializable = init.Initializer | str | None
Devices = DeviceLike | Sequence[DeviceLike]  # one or several


_USUAL = init.VarianceScaling()


class DeferredInitializationError(Error, RuntimeError):
    """A parameter was used before its shape was known.

    >>> from weft import gluon
    >>> layer = gluon.nn.Dense(2)  # of how many inputs, its first call says
    >>> layer.initialize()
    >>> try:
    ...     layer.weight.data()
    ... except gluon.DeferredInitializationError:
    ...     print("call the layer once")
    call the layer once
    """

    __module__ = "weft.gluon"


def require_bias(layer: str, use_bias: bool, bias_initializer: Initializable) -> None:
    """Raises ValueError for an initializer of a bias that there is not.

    >>> from weft.gluon.parameter import require_bias
    >>> require_bias("Dense", use_bias=True, bias_initializer="ones")
    >>> try:
    ...     require_bias("Dense", use_bias=False, bias_initializer="ones")
    ... except ValueError as error:
    ...     print(error)
    Dense: `bias_initializer` has no effect without `use_bias`; got 'ones'
    """
    if not use_bias and bias_initializer not in (None, "zeros"):
        raise InvalidValue(
            f"{layer}: `bias_initializer` has no effect without `use_bias`; got "
            f"{bias_initializer!r}"
        )


def _check_name(kind: str, name: Any) -> None:
    """Raises TypeError for a name that is no text, such as the values, which others give first."""
    if isinstance(name, str):
        return
    if kind == "Constant":
        written = 'the values come first: `gluon.Constant([1.0, 2.0], name="scale")`'
    elif isinstance(name, HasDtype | list | float):
        shape = native.array(name).shape
        written = (
            f'write `gluon.Parameter("scale", shape={shape})`, whose values `init=` gives, or '
            "`gluon.Constant(values)` for values that are not trained"
        )
    else:
        shape = name if isinstance(name, tuple | int) else (3,)
        written = f'a shape is given by name: `gluon.Parameter("scale", shape={shape})`'
    raise InvalidType(f"{kind}: `name` must be a string; got {type(name).__name__}; {written}")


def _listed(devices: Devices) -> list[Device]:
    """The devices meant, each once; the current one where none is named."""
    if devices is None:
        return [current()]
    several = [devices] if isinstance(devices, str | Device) else list(devices)
    return list(dict.fromkeys(Device(device) for device in several))


@knows_words(PARAMETER, often=True)
class Parameter(InParts, NotAnArray, NamedArrays, metaclass=Worded):
    """An array that is trained, on one device or as equal arrays on several.

    name: replaced by the path in the block that holds it, such as `features.0.weight`
    grad_req: 'write' (each backward replaces the gradient), 'add', or 'null' (no gradient)
    shape: unknown extents are -1; the first call of the block fills them in
    init: own initializer, which beats the one given to `initialize()`
    lr_mult, wd_mult: factors of the trainer's learning rate and weight decay
    grad_stype: 'default', or 'row_sparse' for a gradient of the rows that lookups with
        `sparse_grad=True` have read: see `weft.sparse`
    differentiable: False for what no training changes, such as running statistics, which `forward`
        may write: `grad_req` stays 'null' whatever it is set to

    >>> from weft import gluon
    >>> scale = gluon.Parameter("scale", shape=(2,), init="ones")
    >>> scale.initialize()
    >>> scale.data()
    array([1., 1.])
    """

    # What gives first values where neither the parameter nor its block is told; None: the usual.
    fallback_init: Initializable = None
    left_out = ""  # why its block's `initialize()` did not find it
    _thawed: str | None = None  # `grad_req` before `freeze`
    _differentiable = True  # of pickles of earlier versions
    changes = 0  # of what a trainer reads of all parameters beside their values

    @named_arguments
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
        grad_stype: str = "default",
        differentiable: bool = True,
    ) -> None:
        _check_name(type(self).__name__, name)
        self.name = name
        if grad_stype not in ("default", "row_sparse"):
            raise InvalidValue(
                f"Parameter: `grad_stype` of `{name}` must be 'default' or 'row_sparse'; "
                f"got {grad_stype!r}"
            )
        self._grad_stype = grad_stype
        self.dtype = dtype
        self.lr_mult = lr_mult
        self.wd_mult = wd_mult
        self.init = init
        self.allow_deferred_init = allow_deferred_init
        self._shape = (shape,) if isinstance(shape, int) else tuple(shape) if shape else ()
        self._has_shape = shape is not None
        self._variable: Any = None  # a weft.sym.Symbol once one is asked for
        self._copies: list[ndarray] = []  # one a device; the trainer keeps them equal
        self._devices: list[Device] = []
        self._attachments = 0  # of gradients
        self._deferred: Initializable = None  # set while initialisation waits for the shape
        self._mask: ndarray | None = None
        self._sharing: Sharing | None = None  # where it lies in parts on several processes
        self._differentiable = differentiable
        self.grad_req = grad_req

    def __repr__(self) -> str:
        return f"Parameter({self.name}, shape={self.shape}, dtype={self.dtype})"

    def __getstate__(self) -> dict[str, Any]:
        """What copies and pickles have. Gradients start again from 0, but for those that add up;
        the variable of symbols stays with the symbols."""
        state = vars(self) | {"_variable": None, "_copies": list(self._copies)}
        if self._grad_req == "add":
            state["_sums"] = [copy.grad for copy in self._copies]
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        sums = state.pop("_sums", None)
        self.__dict__.update(state)
        if self._copies and self._copies[0].grad_req == self._grad_req != "null":
            return  # a shallow copy: the same arrays
        with outside_trace(), autograd.pause():
            # A pickle has arrays on the CPU; where there are none yet, devices wait for them.
            pairs = zip(self._copies, self._devices, strict=False)
            self._copies = [copy.to_device(device) for copy, device in pairs]
            self._attach()
            if self._mask is not None:
                native.set_state(self._mask, True)
            for copy, total in zip(self._copies, sums or (), strict=False):
                _set_grad(copy, total)

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
                    f"Parameter: `{self.name}` must have a shape that fits {self._shape}; got {new}"
                )
        self._shape, self._has_shape = new, True

    @property
    def is_shape_known(self) -> bool:
        """Are all extents known?"""
        return self._has_shape and -1 not in self._shape

    @property
    def grad_stype(self) -> str:
        """'default' or 'row_sparse'."""
        return self._grad_stype

    @property
    def grad_req(self) -> str:
        """'write', 'add' or 'null'; where it is not `differentiable`, 'null' for ever."""
        return self._grad_req

    @grad_req.setter
    def grad_req(self, grad_req: str) -> None:
        if grad_req not in ("write", "add", "null"):
            raise InvalidValue(
                f"Parameter: `grad_req` of `{self.name}` must be 'write', 'add' or 'null'; "
                f"got {grad_req!r}"
            )
        self._grad_req = grad_req if self._differentiable else "null"
        self._thawed = None
        Parameter.changes += 1
        self._attach()

    def freeze(self) -> None:
        """Leaves it as it is: `grad_req` is 'null' until `unfreeze`."""
        if self._grad_req != "null":
            before = self._grad_req
            self.grad_req = "null"
            self._thawed = before

    def unfreeze(self) -> None:
        """Takes `freeze` back: `grad_req` is again what it was."""
        if self._thawed is not None:
            self.grad_req = self._thawed

    @property
    def differentiable(self) -> bool:
        """Can it be trained?"""
        return self._differentiable

    @property
    def lr_mult(self) -> float:
        """Factor of the trainer's learning rate."""
        return self._lr_mult

    @lr_mult.setter
    def lr_mult(self, factor: float) -> None:
        require_finite(f"Parameter `{self.name}`", lr_mult=factor)
        self._lr_mult = factor
        Parameter.changes += 1

    @property
    def wd_mult(self) -> float:
        """Factor of the trainer's weight decay."""
        return self._wd_mult

    @wd_mult.setter
    def wd_mult(self, factor: float) -> None:
        require_finite(f"Parameter `{self.name}`", wd_mult=factor)
        self._wd_mult = factor
        Parameter.changes += 1

    def _note_change(self) -> None:
        Parameter.changes += 1

    # ---- first values

    @property
    def is_initialized(self) -> bool:
        """Has it values?"""
        return bool(self._copies)

    @property
    def is_deferred(self) -> bool:
        """Does initialisation wait for the shape?"""
        return self._deferred is not None

    @named_arguments
    def initialize(
        self,
        init: Initializable = None,
        default_init: Initializable = None,
        *,
        device: Devices = None,
        force_reinit: bool = False,
    ) -> None:
        """Gives first values by `init`, else the parameter's own initializer, else `default_init`,
        else `weft.init.VarianceScaling`. Waits for the first call where the shape is unknown.

        device: where the values go; with several, each gets a copy

        Does nothing to an initialized parameter unless `force_reinit`. Raises ValueError for an
        unknown shape where deferring is not allowed.
        """
        if self._copies and not force_reinit:
            return
        self._devices = _listed(device)
        fallback = default_init or self.fallback_init or _USUAL
        chosen = _Own(init or self.init) if init or self.init else fallback
        if self.is_shape_known:
            self._create(chosen)
        elif self.allow_deferred_init:
            self._deferred = chosen
        else:
            raise InvalidValue(
                f"Parameter: `{self.name}` must have a known shape to be initialized; got "
                f"{self.shape}"
            )

    def finish_deferred_init(self) -> None:
        """Gives the first values that waited for the shape, which must be known now."""
        if self._deferred is None:
            return
        if not self.is_shape_known:
            raise DeferredInitializationError(self._unknown_shape())
        self._create(self._deferred)

    def waiting(self) -> tuple[Any, ...]:
        """What `wait_again` takes back, of a parameter that waits for its shape."""
        return self._shape, self._deferred

    def wait_again(self, before: tuple[Any, ...]) -> None:
        """Forgets the shape and values of a call that has failed: its data may have been wrong."""
        self._shape, self._deferred = before
        self._copies = []

    def _create(self, initializer: Any) -> None:
        with outside_trace(), autograd.pause():
            if self._sharing is not None:
                whole = native.empty(self._shape, self.dtype)
                init.create(initializer)(self.name, whole)
                self._copies[0][...] = self._sharing.own(whole)
                return
            self._allocate()
            with self._copies[0].device:
                init.create(initializer)(self.name, self._copies[0])
            for copy in self._copies[1:]:
                copy[...] = self._copies[0]
        self._deferred = None

    def _allocate(self) -> None:
        """Arrays on the devices that are asked for; those that are there stay."""
        self._devices = self._devices or [current()]
        present = {copy.device: copy for copy in self._copies}
        if list(present) == self._devices:
            return
        self._copies = []
        for device in self._devices:
            with device:
                self._copies.append(present.get(device) or native.empty(self._shape, self.dtype))
        self._attach()

    def _adopt(self, array: ndarray) -> None:
        """Makes an array that exists the parameter's own; gradients that add up stay."""
        self._require_whole("another array")
        totals = [copy.grad for copy in self._copies if self._grad_req == "add"]
        self._copies, self._devices = [array], [array.device]
        self._attach()
        for total in totals:
            _set_grad(array, total)

    def _attach(self) -> None:
        if self._copies and self._grad_stype == "row_sparse" and not self._shape:
            raise InvalidValue(
                f"Parameter: `{self.name}` has no axis, so no rows: `grad_stype` must be 'default'"
            )
        self._attachments += 1
        for copy in self._copies:
            copy.attach_grad(self._grad_req, self._grad_stype)
            native.set_state(copy, self._grad_req == "null")

    # ---- values

    def _unknown_shape(self) -> str:
        return (
            f"Parameter: `{self.name}` has no values yet, because its shape {self.shape} is not "
            "known: call the block once, or give the layer its input size (`in_units`, "
            "`in_channels`); where the block was called, its `forward` does not use the layer: "
            "leave it out"
        )

    def data(self, device: DeviceLike = None) -> ndarray:
        """The array; always the same one, so a write through it changes the parameter.

        device: which of several; by default the only one, or that on the current device

        Raises RuntimeError before `initialize()`, while the shape is unknown, and for a device on
        which the parameter has no array.
        """
        if composing.active and (composition := composing.current()) is not None:
            return composition.variable(self)
        copies = self._copies
        if self._sharing is not None:
            return self._sharing.read(copies[0], self.name)
        if len(copies) == 1 and device is None:
            return copies[0]
        wanted = current() if device is None else device
        for copy in self.list_data():
            if copy.device == wanted:
                return copy
        raise InvalidState(
            f"Parameter: `{self.name}` is on {', '.join(map(str, self._devices))}, not on "
            f"{wanted}: name all devices in `initialize(device=…)`, or move it with "
            "`reset_device`"
        )

    def var(self) -> Any:
        """The variable that stands for it in symbols: always the same one, until its name or type
        changes."""
        return self._native_var()

    def _native_var(self) -> Any:
        """The same, also of a parameter whose `var` gives a symbol of another kind."""
        from weft.sym._variables import var_of

        self._variable = var_of(self, self._variable)
        return self._variable

    def _arrays_named(self, name: str) -> Iterator[tuple[str, ndarray]]:
        if not self.is_deferred:
            yield from ((name, array) for array in self.list_data())
            if self.grad_req == "add":
                yield from ((f"{name}.grad", array) for array in self.list_grad())

    def list_data(self) -> list[ndarray]:
        """The arrays on all devices, in the order in which these were named."""
        if self._sharing is not None:
            return [self._sharing.whole(self._copies[0])]
        if self._copies:
            return list(self._copies)
        if self._deferred is not None:
            raise DeferredInitializationError(self._unknown_shape())
        if self.left_out:
            raise InvalidState(f"Parameter: {self.left_out}")
        raise InvalidState(
            f"Parameter: `{self.name}` is not initialized: call `initialize()` on its block"
        )

    def list_device(self) -> list[Device]:
        """The devices on which it is, or will be."""
        return list(self._devices)

    def reset_device(self, device: Devices) -> None:
        """Moves the values to other devices; gradients start again from 0."""
        if self._sharing is not None and _listed(device) != self._devices:
            self._require_whole("another device")
        self._devices = _listed(device)
        if not self._copies or [copy.device for copy in self._copies] == self._devices:
            return
        with autograd.pause():
            first = self._copies[0].detach()
            self._copies = [first.to_device(device) for device in self._devices]
            self._copies = [c.copy() if c is first else c for c in self._copies]
            self._attach()
            if self._mask is not None:
                self._mask = self._mask.to_device(self._devices[0])
                native.set_state(self._mask, True)

    def replace_array(self, array: ndarray) -> ndarray:
        """Makes another array the one that `data` gives, and gives the one before, which has to
        come back: what `functional_call` does. Not for users."""
        (before,) = self._copies
        self._copies = [array]
        return before

    def set_data(self, data: ArrayLike) -> None:
        """Writes new values, which also tell an unknown shape.

        Raises RuntimeError for values that are being recorded: the parameter would be a constant to
        the gradient. `gluon.functional_call` is a function of parameters.
        """
        value = data if isinstance(data, native.ndarray) else native.array(data)
        if native.is_recorded(value) and autograd.is_recording():
            raise InvalidState(
                f"Parameter: `set_data` of `{self.name}` must get values that are not recorded: "
                "no gradient goes through what is written into a parameter; use "
                "`gluon.functional_call(net, {name: values}, x)`, or `values.detach()` as a "
                "constant"
            )
        self.shape = value.shape
        with autograd.pause():
            if not self._copies:
                self._allocate()
                self._deferred = None
            for copy in self._copies:
                copy[...] = value if self._sharing is None else self._sharing.own(value)

    def grad(self, device: DeviceLike = None) -> Any:
        """The gradient array, always the same one, on a device as for `data`; with
        `grad_stype='row_sparse'` a `weft.sparse.RowSparseArray`, new after each backward.

        Raises RuntimeError if there is none.
        """
        if self._sharing is not None and self._copies[0].grad is not None:
            return self._sharing.whole(self._copies[0].grad)
        found = self.data(device).grad
        if found is None:
            raise InvalidState(f"Parameter: `{self.name}` has grad_req='null', so no gradient")
        return found

    def list_grad(self) -> list[Any]:
        """The gradients on all devices."""
        return [self.grad(copy.device) for copy in self.list_data()]

    @property
    def grad_version(self) -> tuple[int, int]:
        """Changes with each gradient: how often one was attached, and how often `backward` has
        written it since, on all devices."""
        return self._attachments, min(map(native.grad_version, self._copies or self.list_data()))

    def zero_grad(self) -> None:
        """Sets the gradient to 0, which `grad_req='add'` needs between steps."""
        if not self._copies or self._grad_req == "null":
            return
        for copy in self._copies:
            native.zero_grad(copy)

    @property
    def mask(self) -> ndarray | None:
        """Booleans of the parameter's shape: elements where it is False stay 0 whatever a trainer's
        updates make of them. None: no such elements. Setting it sets these to 0 at once.

        Raises ValueError for another shape, TypeError for another dtype.
        """
        return self._mask

    @mask.setter
    def mask(self, mask: ArrayLike | None) -> None:
        if mask is not None:
            self._require_whole("a mask")
        if mask is None:
            self._mask = None
            Parameter.changes += 1
            return
        first = self.list_data()[0]
        with first.device:
            value = native.array(mask)
        if value.shape != first.shape:
            raise InvalidValue(
                f"Parameter: `mask` of `{self.name}` must have its shape {first.shape}; got "
                f"{value.shape}"
            )
        if value.dtype.name != "bool":
            raise InvalidType(
                f"Parameter: `mask` of `{self.name}` must be of dtype bool; got {value.dtype.name}"
            )
        if self._mask is None:
            self._mask = value
            native.set_state(value, True)
            Parameter.changes += 1
        else:
            self._mask[...] = value  # the array that plans read
        with autograd.pause():
            self.keep_to_mask()
            for copy in self._copies[1:]:
                copy[...] = first

    def keep_to_mask(self) -> None:
        """Sets what the mask leaves out to 0, in the first of several copies."""
        if self._mask is not None:
            weight = self._copies[0]
            weight *= self._mask

    def cast(self, dtype: DTypeLike) -> None:
        """Converts the values to another dtype; the gradient starts again from 0."""
        self.dtype = dtype
        with autograd.pause():
            self._copies = [copy.detach().astype(dtype) for copy in self._copies]
            self._attach()


def _set_grad(array: ndarray, total: Any) -> None:
    """Makes `total` the gradient of an array, of the kind that the array has."""
    if isinstance(total, ndarray):
        array.grad[...] = total
    elif total is not None:
        native.set_grad_rows(array, total.indices, total.data)


class Constant(Parameter):
    """A parameter that is not trained: `value` for ever.

    >>> from weft import gluon
    >>> scale = gluon.Constant([1.0, 2.0])
    >>> scale.initialize()
    >>> scale.data()
    array([1., 2.])
    """

    def __init__(self, value: ArrayLike, name: str = "constant") -> None:
        _check_name("Constant", name)
        array = native.array(value)
        super().__init__(
            name, grad_req="null", shape=array.shape, dtype=array.dtype, differentiable=False
        )
        self.set_data(array)


class _Own(init.Initializer):
    """A parameter's own initializer: it sets the elements whatever the name is."""

    def __init__(self, initializer: Initializable) -> None:
        self.initializer = init.create(initializer)

    def __call__(self, name: str, array: ndarray) -> None:
        self.initializer.fill(name, array)


def _settable(parameter: Parameter) -> list[str]:
    """Names of what may be set of a parameter."""
    properties = [n for n, v in vars(Parameter).items() if isinstance(v, property) and v.fset]
    return sorted(properties + [n for n in vars(parameter) if not n.startswith("_")])


class ParameterDict(dict[str, Parameter]):
    """Parameters by their path in a block.

    >>> from weft.gluon import nn
    >>> net = nn.HybridSequential(nn.Dense(2, in_units=4), nn.Dense(1, in_units=2))
    >>> parameters = net.collect_params()
    >>> list(parameters)
    ['0.weight', '0.bias', '1.weight', '1.bias']
    >>> list(net.collect_params(".*weight"))
    ['0.weight', '1.weight']
    """

    @named_arguments
    def initialize(
        self, init: Initializable = None, *, device: Devices = None, force_reinit: bool = False
    ) -> None:
        """Initializes all of them; `init` is for those without an own initializer."""
        for parameter in self.values():
            parameter.initialize(default_init=init, device=device, force_reinit=force_reinit)

    @named_arguments
    def reset_device(self, device: Devices) -> None:
        """Moves all of them to other devices."""
        for parameter in self.values():
            parameter.reset_device(device)

    def setattr(self, name: str, value: Any) -> None:
        """Sets an attribute of all of them, such as `grad_req` to 'null'.

        Raises AttributeError for what parameters do not have, or do not let be set.
        """
        for parameter in self.values():
            known = _settable(parameter)
            if name not in known:
                meant = hint(name, PARAMETER, known)
                raise MissingAttribute(
                    f"setattr: `name` must be one of {', '.join(known)}; got {name!r}{meant}"
                )
            setattr(parameter, name, value)

    def zero_grad(self) -> None:
        """Sets all gradients to 0."""
        for parameter in self.values():
            parameter.zero_grad()


__all__ = ["Constant", "DeferredInitializationError", "Parameter", "ParameterDict", "require_bias"]
__dir__ = __all__.copy
