"""Symbols and model files as blocks, without the classes that they were made from."""

from collections.abc import Mapping, Sequence
from os import PathLike, fsdecode
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue, NotFound, Unsupported
from weft._base.lapack import LIBRARY
from weft._core import native
from weft._core.typing import DeviceLike
from weft.device import Device, current
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter

if TYPE_CHECKING:
    from weft.sym import Symbol

_ENTRY = "forward"  # in the file of a copied function


class SymbolBlock(HybridBlock):
    """A symbol as a block: its variables are parameters, but for those that are inputs.

    outputs: a symbol, or several in a list; inputs: variables, a list of these, or their names
    params: first values by name, of a `ParameterDict` the parameters themselves

    Parameters have the shapes, initializers and factors that the variables say; unknown shapes
    follow from the first inputs. States, such as running statistics, have no gradient.

    >>> from weft import gluon, np, npx, sym
    >>> x, w = sym.var("x"), sym.var("w", shape=(3, -1))
    >>> block = gluon.SymbolBlock(npx.fully_connected(x, w), x)
    >>> block.initialize()
    >>> block(np.ones((2, 5))).shape, block.collect_params()
    ((2, 3), {'w': Parameter(w, shape=(3, 5), dtype=float32)})
    """

    _watched_elsewhere = HybridBlock._watched_elsewhere | {"_variables", "_input_names"}
    _symbol: "Symbol | None" = None  # of a block that was read from a .weft file

    def __init__(
        self,
        outputs: "Symbol | Sequence[Symbol]",
        inputs: "Symbol | str | Sequence[Symbol | str]",
        params: Mapping[str, Any] | None = None,
    ) -> None:
        from weft import sym

        super().__init__()
        symbol = outputs if isinstance(outputs, sym.Symbol) else sym.Group(outputs)
        variables = symbol._variables
        names = _input_names(inputs, variables)
        state = self.__dict__
        state["_symbol"] = symbol
        state["_variables"] = variables
        state["_input_names"] = names
        state["_is_one"] = len(symbol.heads) == 1
        states = symbol.list_auxiliary_states()
        for name, variable in variables.items():
            if name not in names:
                self._own_parameters[name] = _parameter_of(variable, is_state=name in states)
        self._take(params or {})

    def __getstate__(self) -> dict[str, Any]:
        state = super().__getstate__()
        state.pop("_variables", None)  # those of the symbol, which a copy has its own of
        return state

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        if "_symbol" in state:
            self.__dict__["_variables"] = self._symbol._variables

    def _take(self, params: Mapping[str, Any]) -> None:
        for name, value in params.items():
            if name not in self._own_parameters:
                raise NotFound(
                    f"SymbolBlock: `params` has `{name}`, which is no parameter of the symbol; "
                    f"parameters are {', '.join(self._own_parameters)}"
                )
            if isinstance(value, Parameter):
                self._own_parameters[name] = value
            else:
                self._own_parameters[name].set_data(value)

    @staticmethod
    def imports(
        path: str | PathLike[str], entry: str | None = None, *, device: DeviceLike = None
    ) -> "SymbolBlock":
        """The entry point `entry` of a .weft file, or its first, as a trainable block on a device
        or the current one.

        Its parameters have the names of the block that was exported. It takes inputs of the
        exported shapes. Raises OSError for a damaged file, LookupError for an unknown entry.
        """
        model = _model_of(path)
        entries = model.entries()
        if entry is None:
            entry = entries[0]
        if entry not in entries:
            raise NotFound(
                f"imports: {fsdecode(path)} has no entry `{entry}`; it has {', '.join(entries)}"
            )
        with current() if device is None else Device(device):
            function = model.function(entry)
        return _FileBlock(function, _captures(function))

    def infer_shape(self, *args: Any) -> None:
        shapes = {name: x.shape for name, x in zip(self._input_names, args, strict=False)}
        shapes |= {name: p.shape for name, p in self._own_parameters.items() if p.shape is not None}
        dtypes = {name: x.dtype for name, x in zip(self._input_names, args, strict=False)}
        found = self._symbol._inference("SymbolBlock", shapes, dtypes)
        for name, parameter in self._own_parameters.items():
            parameter.shape = found.require([found.entry(name)])[0].shape

    def forward(self, *args: Any) -> Any:
        from weft.sym._nodes import evaluate

        if len(args) != len(self._input_names):
            raise InvalidType(
                f"SymbolBlock: takes {len(self._input_names)} inputs, "
                f"{', '.join(self._input_names)}; got {len(args)}"
            )
        given = dict(zip(self._input_names, args, strict=True))
        given |= {name: parameter.data() for name, parameter in self._own_parameters.items()}
        arrays = {variable: given[name] for name, variable in self._variables.items()}
        is_training = autograd.is_training() and not self.is_frozen
        outputs = evaluate(self._symbol.heads, arrays, is_training)
        return outputs[0] if self._is_one else tuple(outputs)

    def describe(self) -> str:
        return f"{', '.join(self._input_names)} -> {', '.join(self._symbol.list_outputs())}"


class _FileBlock(SymbolBlock):
    """One entry point of a .weft file."""

    def __init__(self, function: Any, parameters: dict[str, Any]) -> None:
        HybridBlock.__init__(self)
        self.__dict__["_function"] = function
        for name, array in parameters.items():
            self._own_parameters[name] = _adopted(name, array)

    def __getstate__(self) -> dict[str, Any]:
        """The function travels as a file, which has the values of its arrays, too."""
        return super().__getstate__() | {"_function": _file_of(self._function)}

    def __setstate__(self, state: dict[str, Any]) -> None:
        parameters = state["_own_parameters"]
        devices = {device for p in parameters.values() for device in p.list_device()}
        with devices.pop() if devices else current():
            state["_function"] = _function_of(state["_function"])
        super().__setstate__(state)
        for name, array in _captures(self._function).items():
            parameters[name]._adopt(array)

    def __copy__(self) -> "_FileBlock":
        block = type(self).__new__(type(self))
        HybridBlock.__setstate__(block, HybridBlock.__getstate__(self))
        return block

    def forward(self, *args: Any) -> Any:
        outputs = self._function(*args)
        return outputs[0] if len(outputs) == 1 else outputs

    def describe(self) -> str:
        return ""


def _captures(function: Any) -> dict[str, Any]:
    """The arrays that a function of a file reads, by name."""
    return dict(zip(function.capture_names(), function.captures(), strict=True))


def _file_of(function: Any) -> bytes:
    """The content of a .weft file with a function of such a file as its only entry point."""
    inputs = [f"input{number}" for number in range(function.inputs)]
    outputs = [f"output{number}" for number in range(function.outputs)]
    with TemporaryDirectory() as folder:
        path = Path(folder, "function.weft")
        entry = (_ENTRY, function, inputs, outputs, function.capture_names())
        native.save_model(fsdecode(path), [entry], [], True)
        return path.read_bytes()


def _model_of(path: str | PathLike[str]) -> native.Model:
    """A file; what it has of linear algebra gets its kernels first."""
    try:
        return native.Model(fsdecode(path))
    except Unsupported as error:
        if LIBRARY.name not in str(error):
            raise
    from weft.np.linalg import _factorizations

    _factorizations.provider()
    return native.Model(fsdecode(path))


def _function_of(content: bytes) -> Any:
    """The function in what `_file_of` gave, on the current device."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "function.weft")
        path.write_bytes(content)
        return _model_of(path).function(_ENTRY)


def _input_names(inputs: Any, variables: Mapping[str, Any]) -> list[str]:
    """The names of inputs; raises LookupError for one that the symbol lacks."""
    from weft.sym import Symbol

    listed = [inputs] if isinstance(inputs, str | Symbol) else list(inputs)
    names = [item if isinstance(item, str) else item.name for item in listed]
    for name in names:
        if name not in variables:
            raise NotFound(
                f"SymbolBlock: `inputs` has `{name}`, which is no variable of the symbol; these "
                f"are {', '.join(variables)}"
            )
    if len(set(names)) != len(names):
        raise InvalidValue(f"SymbolBlock: `inputs` must be different variables; got {names}")
    return names


def _parameter_of(variable: Any, *, is_state: bool) -> Parameter:
    """The parameter that a variable describes."""
    from weft.sym._variables import init_of

    attrs = variable.attrs
    own = attrs.get("__init__")
    return Parameter(
        variable.name,
        grad_req=attrs.get("__grad_req__", "write"),
        shape=variable.shape,
        dtype=variable.dtype or "float32",
        lr_mult=_factor(variable, "__lr_mult__"),
        wd_mult=_factor(variable, "__wd_mult__"),
        init=None if own is None else init_of(own),
        grad_stype=attrs.get("__grad_stype__", "default"),
        differentiable=not is_state,
    )


def _factor(variable: Any, key: str) -> float:
    text = variable.attrs.get(key, "1")
    try:
        return float(text)
    except ValueError:
        raise InvalidValue(
            f"SymbolBlock: attribute `{key}` of `{variable.name}` must be a number; got {text!r}"
        ) from None


def _adopted(name: str, array: Any) -> Parameter:
    """A parameter on the array that the function reads."""
    is_trained = array.dtype.kind == "f" and not name.startswith("constant")
    parameter = Parameter(
        name, grad_req="write" if is_trained else "null", shape=array.shape, dtype=array.dtype
    )
    with autograd.pause():
        parameter._adopt(array)
    return parameter


__all__ = ["SymbolBlock"]
__dir__ = __all__.copy
