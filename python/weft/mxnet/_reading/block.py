"""A symbol file with its parameters as a block, which trains and exports as any other."""

import json
from collections.abc import Callable, Mapping, Sequence
from os import PathLike, fspath
from typing import Any

import numpy

from weft import autograd, init
from weft._base.errors import Error, InvalidType, InvalidValue, NotFound
from weft._core.typing import DeviceLike
from weft._import.block import ImportedBlock
from weft._import.missing import require_all, resolve
from weft._import.program import Node, Program
from weft._import.rules import Call
from weft._import.run import Scope
from weft._import.values import array_of
from weft._mxnet_files import content as files
from weft._mxnet_files.records import DTYPES, Record
from weft.device import Device, current
from weft.gluon.parameter import Parameter
from weft.mxnet._operators import RULES, parse, read_shape, weight_shapes
from weft.mxnet._reading.graph import Graph, GraphNode
from weft.mxnet._reading.program import fixed_variables, input_variables, program_of
from weft.mxnet._reading.symbol_files import read_graph

_CALLER = "SymbolBlock.imports"
# First values that MXNet gives by the end of a name.
_BY_NAME = {
    **dict.fromkeys(("bias", "beta", "moving_mean", "running_mean"), "zeros"),
    **dict.fromkeys(("gamma", "moving_var", "running_var"), "ones"),
}
Path = str | PathLike[str]


class SymbolBlock(ImportedBlock):
    """A network that MXNet wrote: made by `SymbolBlock.imports`.

    Its parameters have the names of the file. Auxiliary states, and factors of batch norms with
    `fix_gamma`, have `grad_req` 'null'. What a parameter file lacks gets values by `initialize`, of
    shapes that follow from the first call where the symbol does not say them.
    """

    _watched_elsewhere = ImportedBlock._watched_elsewhere | {"_graph"}
    _graph: Graph  # what it was made of, to compose it with other symbols

    def __init__(self, program: Program, unset: Sequence[Parameter] = ()) -> None:
        """program: with a rule at each node; unset: parameters without values"""
        super().__init__(program)
        for parameter in unset:
            self._own_parameters[parameter.name] = parameter

    @staticmethod
    def imports(
        symbol_file: Path,
        input_names: str | Sequence[str],
        param_file: Path | None = None,
        device: DeviceLike = None,
        allow_missing: bool = False,
        ignore_extra: bool = False,
        *,
        ctx: DeviceLike = None,
    ) -> "SymbolBlock":
        """The network of a symbol file as a block.

        symbol_file: a `-symbol.json` of MXNet 0.8 to 2.0
        input_names: the inputs in the order in which the block takes them. The label of an output
            layer, such as `softmax_label`, may be one; else the layer gives its prediction alone
        param_file: its parameters, with `arg:` and `aux:` before their names or without: a list
            file or a .npz. Without it `initialize` gives first values
        device, ctx: where parameters go; by default the current device
        allow_missing, ignore_extra: accept parameters that the file lacks, or has beyond the symbol

        Raises OSError for files that are missing or damaged, LookupError for inputs and parameters
        that do not fit, and NotImplementedError that lists every operator that Weft lacks.

        >>> from weft import mxnet as mx
        >>> net = mx.gluon.SymbolBlock.imports(
        ...     "model-symbol.json", ["data"], "model-0000.params")  # doctest: +SKIP
        """
        names = [input_names] if isinstance(input_names, str) else list(input_names)
        for name in names:
            if not isinstance(name, str):
                raise InvalidType(
                    f"{_CALLER}: `input_names` must be names; got {type(name).__name__}"
                )
        graph = read_graph(symbol_file, _CALLER)
        records = {} if param_file is None else read_parameters(param_file, _CALLER)
        accepts = param_file is None or allow_missing
        where = device if device is not None else ctx
        with current() if where is None else Device(where):
            return block_of(graph, fspath(symbol_file), names, records, accepts, ignore_extra)

    def infer_shape(self, *args: Any) -> None:
        """Sets the shapes of parameters without values from what the layers before them give."""
        unknown = {n: p for n, p in self._own_parameters.items() if not p.is_shape_known}
        values: dict[str, Any] = {}
        for name, parameter in self._own_parameters.items():
            if name not in unknown:
                is_set = parameter.is_initialized
                shape = parameter.shape
                values[name] = (
                    parameter.data() if is_set else array_of(numpy.zeros(shape, "float32"))
                )
        with autograd.pause():
            _walk(self._program, args, values, unknown)


def _walk(
    program: Program, args: Sequence[Any], values: dict[str, Any], unknown: Mapping[str, Parameter]
) -> None:
    """Runs a program; a layer's weights of unknown shape get zeros before it runs."""
    scope = Scope()
    scope.values.update(values)
    scope.values.update(zip((port.name for port in program.inputs), args, strict=True))
    for node in program.nodes:
        _find_weights(node, scope, unknown)
        lacking = [name for name in node.inputs if name and name not in scope.values]
        if lacking:
            raise InvalidValue(
                f"{program.name}: the shape of `{lacking[0]}` does not follow from {node.title}; "
                "give a file with its values"
            )
        inputs = [scope[name] if name else None for name in node.inputs]
        results = node.rule(Call(node, scope), inputs)
        results = results if isinstance(results, tuple) else (results,)
        scope.values.update((n, v) for n, v in zip(node.outputs, results, strict=False) if n)


def _find_weights(node: Node, scope: Scope, unknown: Mapping[str, Parameter]) -> None:
    if not any(name in unknown and name not in scope.values for name in node.inputs):
        return
    data = scope.values.get(node.inputs[0])
    if data is None:
        return
    for place, shape in weight_shapes(node.operator, node.attributes, tuple(data.shape)).items():
        name = node.inputs[place] if place < len(node.inputs) else ""
        if name in unknown and name not in scope.values:
            unknown[name].shape = shape
            scope.values[name] = array_of(numpy.zeros(shape, "float32"))


# ---- making --------------------------------------------------------------------------------------


def read_parameters(path: Path, caller: str) -> dict[str, Record]:
    """The arrays of a file of parameters by name, without what says their role."""
    return files.parameters_of(files.read(path, caller), caller, fspath(path))


def block_of(
    graph: Graph,
    title: str,
    inputs: Sequence[str],
    records: Mapping[str, Record],
    allow_missing: bool,
    ignore_extra: bool,
    make: Callable[[Program, Sequence[Parameter]], SymbolBlock] = SymbolBlock,
) -> SymbolBlock:
    """The block of a graph and of the values of its parameters; `make` gives it its program."""
    variables = {node.name: node for node in graph.variables()}
    missing = input_variables(graph, {*records, *inputs})
    extra = [name for name in records if name not in variables]
    require_known(graph, title, inputs)
    if missing and not allow_missing:
        raise NotFound(
            f"{_CALLER}: there are no values for {_listed(missing)}; name them as inputs, or use "
            "`allow_missing=True` and `initialize`"
        )
    if extra and not ignore_extra:
        raise NotFound(
            f"{_CALLER}: the parameter file has {_listed(extra)}, which {title} lacks; use "
            "`ignore_extra=True` to leave them out"
        )
    wanted = {n: r for n, r in records.items() if n in variables and n not in inputs}
    constants = {name: record.host() for name, record in wanted.items()}
    program = program_of(graph, title, inputs, constants, _CALLER)
    resolve(program, RULES)
    fixed = fixed_variables(graph)
    unset = [_unset(variables[name], name in fixed) for name in missing]
    block = make(program, unset)
    block._graph = graph
    for name, parameter in block.collect_params().items():
        _take_factors(parameter, variables[name])
        if name in wanted and wanted[name].dtype == "bfloat16":
            parameter.cast("bfloat16")
    return block


def require_known(graph: Graph, title: str, inputs: Sequence[str]) -> None:
    """Raises NotImplementedError with every operator and attribute that has no rule."""
    program = program_of(graph, title, inputs, {}, _CALLER)
    require_all(title, RULES.format, resolve(program, RULES))


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _unset(variable: GraphNode, is_fixed: bool) -> Parameter:
    """A parameter without values, with what the symbol says of it."""
    shape = read_shape(variable.attrs.get("__shape__"))
    known = None if shape is None else tuple(extent if extent > 0 else -1 for extent in shape)
    code = parse(variable.attrs.get("__dtype__", "0"))
    dtype = DTYPES.get(code, "float32") if isinstance(code, int) else "float32"
    first = _initializer(variable)
    return Parameter(variable.name, "null" if is_fixed else "write", known, dtype, init=first)


def _initializer(variable: GraphNode) -> Any:
    """The initializer that an annotation names, else the one that the name asks for; None
    leaves it to `initialize`."""
    text = variable.attrs.get("__init__")
    if text is None:
        return next((word for end, word in _BY_NAME.items() if variable.name.endswith(end)), None)
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = text
    word, options = found if isinstance(found, list) and len(found) == 2 else (found, {})
    try:
        return init.create(word, **options)
    except (Error, TypeError) as error:
        raise InvalidValue(
            f"{_CALLER}: `{variable.name}` asks for the initializer {text}: {error}"
        ) from None


def _take_factors(parameter: Parameter, variable: GraphNode) -> None:
    for key in ("lr_mult", "wd_mult"):
        factor = parse(variable.attrs.get(f"__{key}__", "1.0"))
        if isinstance(factor, int | float) and not isinstance(factor, bool):
            setattr(parameter, key, float(factor))


__all__ = ["SymbolBlock", "block_of", "read_parameters"]
