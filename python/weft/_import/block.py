"""An imported program as a block, which trains, hybridizes, quantizes and exports as any other."""

import inspect
import keyword
import re
from collections.abc import Callable, Mapping
from typing import Any

import numpy

from weft import autograd
from weft._base.errors import InvalidType, InvalidValue
from weft._core import native
from weft._core.dtypes import EXTRA, is_storage
from weft._import.mapped import copied, is_mapped
from weft._import.program import Port, Program, every_program, readers_of
from weft._import.run import run
from weft._import.values import EMPTY, array_of, has_dtype, is_host
from weft.gluon.hybrid_block import HybridBlock
from weft.gluon.parameter import Parameter
from weft.gluon.symbol_block import SymbolBlock

# Integers, and numbers of the graph, with more elements are arrays of the network: a table, not a
# shape.
_MAX_HOST = 64


class ImportedBlock(SymbolBlock):
    """A network that another framework wrote.

    Its parameters have the names that the file gives them; what a file does not train, such as
    running statistics and tables, has `grad_req` 'null'. The inputs have the names and
    the order of the file. A network with one output returns an array, else a tuple.
    """

    _watched_elsewhere = SymbolBlock._watched_elsewhere | {"_program", "_output_names", "_code"}

    def __init__(self, program: Program) -> None:
        """program: with a rule at each node"""
        HybridBlock.__init__(self)
        state = self.__dict__
        state["_program"] = program
        state["_input_names"] = [port.name for port in program.inputs]
        state["_output_names"] = list(program.outputs)
        self._take_parameters(program)

    def _take_parameters(self, program: Program) -> None:
        """Makes parameters of the constants that are arrays of the network."""
        states = _states(program)
        for name in _trainable(program, states | program.arrays):
            value = program.constants.pop(name)
            is_trained = name not in states and name not in program.fixed
            self._own_parameters[name] = parameter_of(name, value, is_trained)
        for part in every_program(program):  # the file may change from now on
            mapped = {n: value.copy() for n, value in part.constants.items() if is_mapped(value)}
            part.constants.update(mapped)

    @property
    def ports(self) -> list[Port]:
        """The inputs, with what the file says of their dtypes and shapes."""
        return list(self._program.inputs)

    @property
    def argument_names(self) -> list[str]:
        """The inputs' names as Python can spell them: those of an exported file."""
        return spelled(self._input_names)

    @property
    def input_names(self) -> list[str]:
        """The names of the inputs, in the order in which the block takes them."""
        return list(self._input_names)

    @property
    def output_names(self) -> list[str]:
        """The names of the outputs, in the order in which the block returns them."""
        return list(self._output_names)

    def infer_shape(self, *args: Any) -> None:
        """Parameters have their shapes from the file."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if kwargs or len(args) != len(self._input_names):
            args = self._arranged(args, kwargs)
        if any(map(_is_foreign, args)):
            # Texts and integers of 2 bits are no arrays, and a graph has no inputs for them.
            return self._placed(tuple(map(_as_value, args)), {})
        return super().__call__(*args)

    def _arranged(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> tuple[Any, ...]:
        """Inputs in their order, which may be given by name."""
        ports = self._program.inputs
        given = list(args)
        for port in ports[len(args) :]:
            if port.name not in kwargs:
                break
            given.append(kwargs[port.name])
        unknown = [name for name in kwargs if name not in self._input_names[len(args) :]]
        if unknown or len(given) != len(ports):
            wrong = f"{len(args)} and {', '.join(kwargs)}" if kwargs else str(len(args))
            raise InvalidType(
                f"{self._program.name}: takes {len(ports)} inputs, "
                f"{', '.join(self._input_names)}; got {wrong}"
            )
        return tuple(given)

    def forward(self, *args: Any) -> Any:
        for port, value in zip(self._program.inputs, args, strict=True):
            check_input(self._program.name, port, value)
        values = {name: parameter.data() for name, parameter in self._own_parameters.items()}
        inputs = [EMPTY if value is None else value for value in args]
        found = list(map(_returned, run(self._program, inputs, values)))
        return found[0] if len(found) == 1 else tuple(found)

    @property
    def _named_code(self) -> Callable[..., Any]:
        """A function whose parameters have the inputs' names, as far as Python can spell them."""

        def forward(*args: Any) -> Any:
            return self.forward(*args)

        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        forward.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in self.argument_names]
        )
        return forward

    @property
    def _named_outputs(self) -> list[str]:
        return spelled(self._output_names)

    def describe(self) -> str:
        return f"{', '.join(self._input_names)} -> {', '.join(self._output_names)}"


def spelled(names: list[str]) -> list[str]:
    """Names as Python can have them, each once."""
    found: list[str] = []
    for name in names:
        text = re.sub(r"\W", "_", name) or "_"
        text = f"_{text}" if text[0].isdigit() or keyword.iskeyword(text) else text
        while text in found:
            text += "_"
        found.append(text)
    return found


def _is_foreign(value: Any) -> bool:
    """Is it a NumPy array, or a sequence with one, whose dtype Weft lacks?"""
    if isinstance(value, list | tuple):
        return any(map(_is_foreign, value))
    return is_host(value) and not has_dtype(value)


def _as_value(value: Any) -> Any:
    """A NumPy array as an array of Weft where Weft has its dtype."""
    if isinstance(value, list | tuple):
        return list(map(_as_value, value))
    return array_of(value) if is_host(value) and has_dtype(value) else value


def _returned(value: Any) -> Any:
    """An output as the caller gets it: an array where Weft has the dtype; lists, maps, None."""
    if value is EMPTY:
        return None
    if isinstance(value, list):
        return list(map(_returned, value))
    return array_of(value) if is_host(value) and has_dtype(value) else value


def _states(program: Program) -> set[str]:
    """Constants that a rule may write."""
    return {
        node.inputs[place]
        for part in every_program(program)
        for node in part.nodes
        for place in (node.rule.states if node.rule else ())
        if place < len(node.inputs)
    }


def _trainable(program: Program, arrays: set[str]) -> list[str]:
    """Constants that are arrays of the network: weights, and tables of integers.

    arrays: those that are, whatever they look like
    """
    found = []
    for name, readers in readers_of(program).items():
        value = program.constants.get(name)
        if value is None or not has_dtype(value):
            continue
        if name in arrays:
            found.append(name)
            continue
        if value.ndim == 0:
            continue
        if value.size <= _MAX_HOST and (value.dtype.kind in "biu" or name in program.fixed):
            continue
        if any(node.rule and p >= 0 and node.rule.reads_on_host(p) for node, p in readers):
            continue
        found.append(name)
    return found


def parameter_of(name: str, value: numpy.ndarray, is_trained: bool) -> Parameter:
    """A parameter with a first value; one that is not trained has no gradient.

    The array is a copy: of memory that somebody else may write, a plan would pack the weights again
    at each call. The caller lets go of the value, so there are never two of all weights.
    """
    is_of_numpy = value.dtype.kind in "fiu" and value.dtype.name not in EXTRA
    array = copied(value) if is_of_numpy else None
    array = array_of(value) if array is None else array
    is_trained = is_trained and array.dtype.kind in "fc" and not is_storage(array.dtype)
    request = "write" if is_trained else "null"
    parameter = Parameter(name, request, shape=array.shape, dtype=array.dtype)
    with autograd.pause():
        parameter._adopt(array)
    return parameter


def check_input(block: str, port: Port, value: Any) -> None:
    """Raises where an array does not fit what the file says of an input."""
    if not isinstance(value, native.ndarray):
        return
    if port.dtype is not None and value.dtype.name != port.dtype:
        raise InvalidType(f"{block}: input `{port.name}` must be {port.dtype}; got {value.dtype}")
    if port.shape is None:
        return
    pairs = list(zip(port.shape, value.shape, strict=False))
    if len(port.shape) != value.ndim or any(
        isinstance(wanted, int) and wanted != given for wanted, given in pairs
    ):
        wanted = ", ".join("?" if extent is None else str(extent) for extent in port.shape)
        raise InvalidValue(
            f"{block}: input `{port.name}` must have shape ({wanted}); got {tuple(value.shape)}"
        )


__all__ = ["ImportedBlock", "check_input", "parameter_of", "spelled"]
