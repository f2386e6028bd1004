"""Running a symbol as a planned graph on arrays that are bound to its variables."""

from collections.abc import Mapping, Sequence
from typing import Any

from weft import autograd
from weft._base.errors import InvalidState, InvalidType, InvalidValue, NotFound
from weft._core import native
from weft._core.typing import ArrayLike, DeviceLike, ndarray
from weft._trace.cache import TraceCache
from weft.device import Device, current
from weft.sym import _infer
from weft.sym._nodes import Entry, Variable, evaluate
from weft.sym._structure import Structure

_REQUESTS = ("write", "add", "null")


def arrays_for(
    variables: Mapping[str, Variable], arrays: Mapping[str, Any], operation: str
) -> dict[Variable, ndarray]:
    """The arrays of the variables; raises LookupError unless the names are the same."""
    missing = [f"`{name}`" for name in variables if name not in arrays]
    extra = [f"`{name}`" for name in arrays if name not in variables]
    if missing:
        raise NotFound(f"{operation}: arrays for {', '.join(missing)} are missing")
    if extra:
        known = ", ".join(variables) or "none"
        raise NotFound(
            f"{operation}: there is no variable {', '.join(extra)}; variables are {known}"
        )
    return {variable: _array(operation, n, arrays[n]) for n, variable in variables.items()}


def _array(operation: str, name: str, value: ArrayLike) -> ndarray:
    if isinstance(value, Structure):
        raise InvalidType(f"{operation}: `{name}` must be an array; got a symbol")
    return native.array(value, None, False)


class Executor:
    """A symbol on arrays: `forward` runs it as one plan, `backward` gives gradients.

    arg_dict, aux_dict: the arrays of arguments and states by name; writes to them are seen
    grad_dict: the arrays of gradients by name, None where `grad_req` is 'null'
    outputs: what the last `forward` gave

    The arrays of arguments with a gradient become leaves, as by `attach_grad`.

    >>> import weft
    >>> from weft import np
    >>> y = weft.sym.var("x") * 2
    >>> run = y.bind(args={"x": np.array([1.0, 2.0])})
    >>> run.forward()
    [array([2., 4.])]
    """

    def __init__(
        self,
        symbol: Structure,
        arrays: dict[Variable, ndarray],
        grad_req: dict[str, str],
        grads: Mapping[str, ndarray],
    ) -> None:
        self._symbol = symbol
        self._arrays = arrays
        self._grad_req = grad_req
        self._given_grads = grads
        by_name = {variable.name: array for variable, array in arrays.items()}
        self.arg_dict = {name: by_name[name] for name in symbol.list_arguments()}
        self.aux_dict = {name: by_name[name] for name in symbol.list_auxiliary_states()}
        for name, array in self.arg_dict.items():
            if grad_req[name] != "null":
                array.attach_grad(grad_req[name])
        for array in self.aux_dict.values():
            native.set_state(array, True)
        self.outputs: list[ndarray] = []
        self._has_history = False
        self._run = TraceCache(self._evaluate, "Executor", reads=False)

    def __reduce__(self) -> Any:
        raise InvalidType(
            "Executor: is on arrays of the program, so it is not copied and not pickled; copy its "
            "symbol and its arrays, and bind these"
        )

    def _evaluate(self, training: bool, arrays: list[ndarray]) -> list[Any]:
        return evaluate(self._symbol.heads, dict(zip(self._arrays, arrays, strict=True)), training)

    @property
    def grad_dict(self) -> dict[str, ndarray | None]:
        """The gradients by argument."""
        return {
            name: None
            if self._grad_req[name] == "null"
            else self._given_grads.get(name, array.grad)
            for name, array in self.arg_dict.items()
        }

    @property
    def arg_arrays(self) -> list[ndarray]:
        """The arrays of `list_arguments()`."""
        return list(self.arg_dict.values())

    @property
    def grad_arrays(self) -> list[ndarray | None]:
        """The gradients of `list_arguments()`."""
        return list(self.grad_dict.values())

    @property
    def aux_arrays(self) -> list[ndarray]:
        """The arrays of `list_auxiliary_states()`."""
        return list(self.aux_dict.values())

    @property
    def output_dict(self) -> dict[str, ndarray]:
        """The outputs of the last `forward` by name."""
        return dict(zip(self._symbol.list_outputs(), self.outputs, strict=False))

    def forward(self, is_train: bool = False, **arrays: ArrayLike) -> list[ndarray]:
        """Runs the graph; in train mode keeps what `backward` needs and moves the states.

        arrays: new elements of arguments by name. Raises LookupError for an unknown name,
        ValueError for another shape.
        """
        for name, value in arrays.items():
            self._write("forward", self.arg_dict, name, value)
        self._has_history = is_train and any(req != "null" for req in self._grad_req.values())
        if self._has_history:
            mode = autograd.record()
        else:
            mode = autograd.pause(train_mode=is_train)
        with mode:
            self.outputs = self._run((is_train, self._inputs()), {})
        return self.outputs

    def _inputs(self) -> list[ndarray]:
        """The arrays; those without a gradient here keep one that they have elsewhere as it is."""
        return [
            array.detach() if self._grad_req.get(variable.name) == "null" else array
            for variable, array in self._arrays.items()
        ]

    def backward(self, out_grads: ArrayLike | Sequence[ArrayLike] | None = None) -> None:
        """Writes or adds the gradients of the outputs to those of the arguments.

        out_grads: one for each output, ones by default. Raises RuntimeError unless `forward` ran
        in train mode before.
        """
        if not self._has_history:
            raise InvalidState(
                "backward: there is nothing to differentiate; call `forward(is_train=True)` first, "
                "of an executor with a `grad_req` that is not 'null'"
            )
        autograd.backward(self.outputs, self._heads_of(out_grads))
        self._has_history = False
        for name, given in self._given_grads.items():
            found = self.arg_dict[name].grad
            if self._grad_req[name] == "null":
                continue
            if self._grad_req[name] == "add":
                given += found
                found[...] = 0
            else:
                given[...] = found

    def _heads_of(self, out_grads: Any) -> list[ndarray] | None:
        if out_grads is None:
            return None
        several = isinstance(out_grads, list | tuple)
        listed = list(out_grads) if several else [out_grads]
        if len(listed) != len(self.outputs):
            raise InvalidValue(
                f"backward: `out_grads` must have one array for each of the {len(self.outputs)} "
                f"outputs; got {len(listed)}"
            )
        return [_array("backward", "out_grads", grad) for grad in listed]

    def copy_params_from(
        self,
        arg_params: Mapping[str, ArrayLike],
        aux_params: Mapping[str, ArrayLike] | None = None,
        allow_extra_params: bool = False,
    ) -> None:
        """Writes arrays into those of arguments and states, by name.

        Raises LookupError for names that the symbol lacks, unless they are allowed.
        """
        with autograd.pause():
            for target, given in ((self.arg_dict, arg_params), (self.aux_dict, aux_params or {})):
                for name, value in given.items():
                    if name in target or not allow_extra_params:
                        self._write("copy_params_from", target, name, value)

    def _write(
        self, operation: str, target: dict[str, ndarray], name: str, value: ArrayLike
    ) -> None:
        if name not in target:
            raise NotFound(f"{operation}: there is no `{name}`; there are {', '.join(target)}")
        array = _array(operation, name, value)
        if array.shape != target[name].shape:
            raise InvalidValue(
                f"{operation}: `{name}` must have shape {target[name].shape}; got {array.shape}"
            )
        with autograd.pause():
            target[name][...] = array

    def reshape(self, **shapes: Any) -> "Executor":
        """An executor for new arrays of zeros of these shapes; the others are shared.

        Raises LookupError for an unknown name, ValueError where shapes do not fit.
        """
        present = {variable.name: array for variable, array in self._arrays.items()}
        whole = {name: array.shape for name, array in present.items()} | shapes
        dtypes = {name: array.dtype.name for name, array in present.items()}
        found = _known(self._symbol, whole, dtypes, "reshape")
        arrays = {
            variable: _zeros(found.of(Entry(variable, 0)), array.device)
            if variable.name in shapes
            else array
            for variable, array in self._arrays.items()
        }
        return Executor(self._symbol, arrays, self._grad_req, {})


def _known(
    symbol: Structure, shapes: Mapping[str, Any], dtypes: Mapping[str, Any], operation: str
) -> _infer.Inference:
    """The types of all variables, known or an error; those of outputs may follow from values."""
    found = _infer.Inference(symbol.heads, shapes, dtypes, operation)
    found.require([Entry(variable, 0) for variable in found.variables.values()])
    return found


def _zeros(type_: _infer.Type, device: Device) -> ndarray:
    with device:
        return native.empty(type_.shape or (), type_.dtype)


def _by_name(operation: str, argument: str, names: Sequence[str], given: Any) -> dict[str, Any]:
    """Arrays by name from a dict, or from a list in the order of the names."""
    if given is None:
        return {}
    if isinstance(given, Mapping):
        return dict(given)
    listed = list(given)
    if len(listed) != len(names):
        raise InvalidValue(
            f"{operation}: `{argument}` must have {len(names)} arrays, for {', '.join(names)}; got "
            f"{len(listed)}"
        )
    return {name: array for name, array in zip(names, listed, strict=True) if array is not None}


def _requests(operation: str, names: Sequence[str], grad_req: Any) -> dict[str, str]:
    """'write', 'add' or 'null' for each argument."""
    if isinstance(grad_req, str):
        found = dict.fromkeys(names, grad_req)
    else:
        found = dict.fromkeys(names, "null") | _by_name(operation, "grad_req", names, grad_req)
    for name, request in found.items():
        if name not in names:
            raise NotFound(
                f"{operation}: `grad_req` names `{name}`, which is no argument; arguments are "
                f"{', '.join(names)}"
            )
        if request not in _REQUESTS:
            raise InvalidValue(
                f"{operation}: `grad_req` of `{name}` must be 'write', 'add' or 'null'; got "
                f"{request!r}"
            )
    return found


def bind(symbol: Structure, args: Any, args_grad: Any, grad_req: Any, aux_states: Any) -> Executor:
    """An executor on arrays that exist."""
    names, states = symbol.list_arguments(), symbol.list_auxiliary_states()
    given = _by_name("bind", "args", names, args)
    given |= _by_name("bind", "aux_states", states, aux_states)
    arrays = arrays_for(symbol._variables, given, "bind")
    shapes = {variable.name: array.shape for variable, array in arrays.items()}
    dtypes = {variable.name: array.dtype.name for variable, array in arrays.items()}
    _known(symbol, shapes, dtypes, "bind")
    requests = _requests("bind", names, grad_req)
    grads = _by_name("bind", "args_grad", names, args_grad)
    for name, grad in grads.items():
        if name not in names:
            raise NotFound(f"bind: `args_grad` names `{name}`, which is no argument")
        if grad.shape != shapes[name]:
            raise InvalidValue(
                f"bind: `args_grad` of `{name}` must have shape {shapes[name]}; got {grad.shape}"
            )
    _without_gradients(arrays, requests, is_strict=not isinstance(grad_req, str))
    return Executor(symbol, arrays, requests, grads)


def simple_bind(
    symbol: Structure,
    grad_req: Any,
    dtypes: Mapping[str, Any],
    device: DeviceLike,
    shapes: Mapping[str, Any],
) -> Executor:
    """An executor on new arrays."""
    found = _known(symbol, shapes, dtypes, "simple_bind")
    where = current() if device is None else Device(device)
    arrays = {v: _zeros(found.of(Entry(v, 0)), where) for v in found.variables.values()}
    requests = _requests("simple_bind", symbol.list_arguments(), grad_req)
    _without_gradients(arrays, requests, is_strict=not isinstance(grad_req, str))
    return Executor(symbol, arrays, requests, {})


def _without_gradients(
    arrays: Mapping[Variable, ndarray], requests: dict[str, str], *, is_strict: bool
) -> None:
    """Integers have no gradient: one that was asked for by name is an error."""
    for variable, array in arrays.items():
        if "float" in array.dtype.name or requests.get(variable.name, "null") == "null":
            continue
        if is_strict:
            raise InvalidType(
                f"bind: `{variable.name}` is {array.dtype.name}, which has no gradient; its "
                "`grad_req` must be 'null'"
            )
        requests[variable.name] = "null"
