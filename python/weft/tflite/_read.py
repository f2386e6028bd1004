"""TensorFlow Lite files as programs. The package `tflite` knows the schema; what a stranger wrote
is checked here: lengths before they are used, numbers of tensors, sizes of buffers."""

import math
import re
import struct
from dataclasses import dataclass, field
from typing import Any

import numpy
import tflite
from flatbuffers import flexbuffers

from weft._base.errors import FileFailure, InvalidValue, Unsupported
from weft._import.program import Node, Port, Program
from weft.tflite._bidirectional import split_directions
from weft.tflite._variables import name_variables

_DTYPES = {
    "FLOAT32": "float32",
    "FLOAT16": "float16",
    "FLOAT64": "float64",
    "INT8": "int8",
    "INT16": "int16",
    "INT32": "int32",
    "INT64": "int64",
    "UINT8": "uint8",
    "UINT16": "uint16",
    "UINT32": "uint32",
    "UINT64": "uint64",
    "BOOL": "bool",
    "RESOURCE": "resource",
    "INT4": "int4",
}


def _names(kind: type) -> dict[int, str]:
    return {value: name for name, value in vars(kind).items() if isinstance(value, int)}


# Where a word of a name begins: StrideW, DilationHFactor.
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_TYPES = _names(tflite.TensorType)
_OPERATORS = _names(tflite.BuiltinOperator)
_OPTIONS = _names(tflite.BuiltinOptions)

# Options that are numbers of graphs.
_BODIES = {
    "CALL_ONCE": ("init_subgraph_index",),
    "IF": ("then_subgraph_index", "else_subgraph_index"),
    "WHILE": ("cond_subgraph_index", "body_subgraph_index"),
}


@dataclass
class Tensor:
    """What a file says of a tensor.

    scale, zero_point: of integers, along `axis` where there are several; None: plain numbers
    is_state: it keeps its content from call to call
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    open_axes: tuple[int, ...] = ()
    scale: numpy.ndarray | None = None
    zero_point: numpy.ndarray | None = None
    axis: int = 0
    is_state: bool = False

    @property
    def step(self) -> float:
        """What a step of the integers stands for, in float32's digits."""
        if self.scale is None or self.scale.size != 1:
            raise InvalidValue(f"tensor `{self.name}` has no single scale")
        return float(self.scale[0])

    @property
    def zero(self) -> int:
        """The integer that stands for zero."""
        if self.zero_point is None or self.zero_point.size == 0:
            return 0
        return int(self.zero_point[0])

    @property
    def is_quantized(self) -> bool:
        """Are its integers steps of a scale?"""
        return self.scale is not None and self.dtype in ("int8", "uint8", "int16", "int32")


@dataclass
class Tensors:
    """The tensors of a node; None where an optional input is absent.

    between: those that have scales of numbers inside the operator
    rounds_twice: sums of dense layers are rounded as TensorFlow Lite Micro does, not as LiteRT
    """

    inputs: list[Tensor | None]
    outputs: list[Tensor]
    rounds_twice: bool = False
    between: list[Tensor | None] = field(default_factory=list)


def program_of(content: bytes, title: str, rounds_twice: bool = False) -> Program:
    """The program of a file's bytes. Raises OSError for damage, ValueError for contradictions."""
    if len(content) < 16 or content[4:8] != b"TFL3":
        raise FileFailure(f"{title}: is no TensorFlow Lite model")
    try:
        return _Reader(content, title, rounds_twice).program()
    except (struct.error, IndexError, TypeError, UnicodeDecodeError, OverflowError) as error:
        raise FileFailure(f"{title}: is damaged: {error}") from None
    except ValueError as error:
        if isinstance(error, InvalidValue):
            raise
        raise FileFailure(f"{title}: is damaged: {error}") from None


class _Reader:
    """Reads one file."""

    def __init__(self, content: bytes, title: str, rounds_twice: bool) -> None:
        self.content, self.title, self.rounds_twice = content, title, rounds_twice
        self.model = tflite.Model.GetRootAs(content, 0)
        self.codes = [
            self._operator(self.model.OperatorCodes(number))
            for number in range(self._count(self.model.OperatorCodesLength()))
        ]
        self.open: list[int] = []  # graphs that are being read
        self.nodes = 0  # read so far

    def _count(self, count: int) -> int:
        """A length, which cannot be more than the file has room for."""
        if not 0 <= count <= len(self.content) // 4:
            raise FileFailure(f"{self.title}: is damaged: a list has {count} members")
        return count

    def _operator(self, code: Any) -> tuple[str, int]:
        number = max(code.BuiltinCode(), code.DeprecatedBuiltinCode())
        name = _OPERATORS.get(number, f"operator {number}")
        if name == "CUSTOM":
            name = (code.CustomCode() or b"").decode("utf-8", "replace")
            return f"CUSTOM {name}", code.Version()
        return name, code.Version()

    def program(self) -> Program:
        """The first graph, which the others are bodies of."""
        if self._count(self.model.SubgraphsLength()) == 0:
            raise FileFailure(f"{self.title}: is damaged: it has no graph")
        program = self.graph(0)
        program.name = self.title
        name_variables(program)
        split_directions(program, Tensors)
        return program

    def graph(self, number: int) -> Program:
        """One graph of the file, read anew for each node whose body it is."""
        if not 0 <= number < self.model.SubgraphsLength():
            raise InvalidValue(f"{self.title}: there is no graph {number}")
        if number in self.open:
            raise InvalidValue(f"{self.title}: graph {number} contains itself")
        self.open.append(number)
        try:
            return self._graph(self.model.Subgraphs(number), number)
        finally:
            self.open.pop()

    def _graph(self, graph: Any, number: int) -> Program:
        name = (graph.Name() or b"").decode("utf-8", "replace") or f"graph{number}"
        program = Program(name, [], [], [])
        tensors = self._tensors(graph)
        if len(self.open) > 1 and any(tensor.is_state for tensor in tensors):
            raise Unsupported(f"{self.title}: states in the body of a node are not supported")
        for place in range(self._count(graph.InputsLength())):
            tensor = self._at(tensors, graph.Inputs(place), "input")
            program.inputs.append(_port(tensor))
        given = {port.name for port in program.inputs}
        self._constants(graph, tensors, given, program)
        for place in range(self._count(graph.OperatorsLength())):
            program.nodes.append(self._node(graph.Operators(place), place, tensors))
        for place in range(self._count(graph.OutputsLength())):
            program.outputs.append(self._at(tensors, graph.Outputs(place), "output").name)
        _check_order(self.title, program)
        return program

    def _at(self, tensors: list[Tensor], number: int, what: str) -> Tensor:
        if not 0 <= number < len(tensors):
            raise InvalidValue(f"{self.title}: {what} {number} is none of {len(tensors)} tensors")
        return tensors[number]

    def _tensors(self, graph: Any) -> list[Tensor]:
        found: list[Tensor] = []
        used: set[str] = set()
        for number in range(self._count(graph.TensorsLength())):
            tensor = self._tensor(graph.Tensors(number))
            if not tensor.name or tensor.name in used:
                tensor.name = f"{tensor.name or 'tensor'}.{number}"
            used.add(tensor.name)
            found.append(tensor)
        return found

    def _tensor(self, tensor: Any) -> Tensor:
        name = (tensor.Name() or b"").decode("utf-8", "replace")
        kind = _TYPES.get(tensor.Type(), str(tensor.Type()))
        shape = self._ints(tensor.ShapeAsNumpy())
        if any(extent < 0 for extent in shape):
            raise InvalidValue(f"{self.title}: tensor `{name}` has shape {shape}")
        signature = self._ints(tensor.ShapeSignatureAsNumpy())
        is_open = len(signature) == len(shape)
        found = Tensor(
            name,
            _DTYPES.get(kind, kind.lower()),
            shape,
            tuple(a for a, n in enumerate(signature) if n < 0) if is_open else (),
            is_state=bool(tensor.IsVariable()),
        )
        quantization = tensor.Quantization()
        if quantization is not None and quantization.ScaleLength():
            found.scale = numpy.array(quantization.ScaleAsNumpy(), "float32")
            zeros = quantization.ZeroPointAsNumpy()
            if not isinstance(zeros, int):
                found.zero_point = numpy.array(zeros, "int64")
            found.axis = quantization.QuantizedDimension()
            if not (numpy.isfinite(found.scale) & (found.scale > 0)).all():
                raise InvalidValue(
                    f"{self.title}: tensor `{name}` has a scale that is not positive"
                )
        return found

    def _ints(self, values: Any) -> tuple[int, ...]:
        if isinstance(values, int):  # what the reader gives for a list that is not there
            return ()
        self._count(len(values))
        return tuple(int(value) for value in values)

    def _constants(
        self, graph: Any, tensors: list[Tensor], given: set[str], program: Program
    ) -> None:
        for number, tensor in enumerate(tensors):
            place = graph.Tensors(number).Buffer()
            if not 0 <= place < self._count(self.model.BuffersLength()):
                raise InvalidValue(f"{self.title}: tensor `{tensor.name}` has no buffer {place}")
            content = self._buffer(place)
            if tensor.name in given or (content.size == 0 and not tensor.is_state):
                continue
            program.constants[tensor.name] = self._values(tensor, content)

    def _buffer(self, place: int) -> numpy.ndarray:
        buffer = self.model.Buffers(place)
        offset, size = _place_behind(buffer)
        if offset > 1:  # large data lies behind the message
            if offset + size > len(self.content):
                raise FileFailure(f"{self.title}: is damaged: a buffer ends behind the file")
            return numpy.frombuffer(self.content, numpy.uint8, size, offset)
        data = buffer.DataAsNumpy()
        return numpy.zeros(0, "uint8") if isinstance(data, int) else data

    def _values(self, tensor: Tensor, content: numpy.ndarray) -> numpy.ndarray:
        if tensor.dtype == "int4":
            return _unpacked(tensor, content)
        if tensor.dtype not in _DTYPES.values() or tensor.dtype == "resource":
            raise Unsupported(
                f"{self.title}: tensor `{tensor.name}` of type {tensor.dtype} is not supported"
            )
        dtype = numpy.dtype(tensor.dtype)
        count = math.prod(tensor.shape)
        if tensor.is_state and content.size == 0:
            if count > 1 << 28:
                raise InvalidValue(f"{self.title}: tensor `{tensor.name}` has {count} elements")
            return numpy.full(tensor.shape, tensor.zero if tensor.is_quantized else 0, dtype)
        if content.size != count * dtype.itemsize:
            raise FileFailure(
                f"{self.title}: tensor `{tensor.name}` of shape {tensor.shape} and {dtype} needs "
                f"{count * dtype.itemsize} bytes; its buffer has {content.size}"
            )
        return content.view(dtype).reshape(tensor.shape)

    def _node(self, operator: Any, place: int, tensors: list[Tensor]) -> Node:
        if not 0 <= operator.OpcodeIndex() < len(self.codes):
            raise InvalidValue(f"{self.title}: node {place} has no operator")
        name, version = self.codes[operator.OpcodeIndex()]
        self.nodes += 1
        if self.nodes > len(self.content):  # each needs some bytes
            raise InvalidValue(f"{self.title}: graphs are bodies of too many nodes")

        def tensor(index: int, what: str) -> Tensor | None:
            return None if index == -1 else self._at(tensors, index, f"{what} of {name}")

        inputs = [
            tensor(operator.Inputs(number), "input")
            for number in range(self._count(operator.InputsLength()))
        ]
        between = [
            tensor(operator.Intermediates(number), "intermediate tensor")
            for number in range(self._count(operator.IntermediatesLength()))
        ]
        outputs = [
            self._at(tensors, operator.Outputs(number), f"output of {name}")
            for number in range(self._count(operator.OutputsLength()))
        ]
        return Node(
            name,
            "",
            version,
            outputs[0].name if outputs else str(place),
            ["" if tensor is None else tensor.name for tensor in inputs],
            [tensor.name for tensor in outputs],
            self._with_bodies(self._options(operator) | _custom_options(operator), name),
            notes=Tensors(inputs, outputs, self.rounds_twice, between),
        )

    def _with_bodies(self, options: dict[str, Any], operator: str) -> dict[str, Any]:
        """Options with graphs in place of their numbers."""
        for key in _BODIES.get(operator, ()):
            options[key.removesuffix("_index")] = self.graph(options.pop(key, 0))
        return options

    def _options(self, operator: Any) -> dict[str, Any]:
        """The options of an operator by the names of the schema, without those that are 0."""
        kind = _OPTIONS.get(operator.BuiltinOptionsType(), "NONE")
        table = operator.BuiltinOptions()
        if kind == "NONE" or table is None:
            return {}
        options = getattr(tflite, kind)()
        options.Init(table.Bytes, table.Pos)
        found: dict[str, Any] = {}
        for name in dir(options):
            if re.fullmatch(r"[A-Z]\w*", name) and not name.endswith(("Length", "IsNone")):
                value = self._option(options, name)
                if value is not None:
                    spelled = _CAPITAL.sub("_", name.removesuffix("AsNumpy"))
                    found[spelled.lower()] = value
        return {key: value for key, value in found.items() if not _is_zero(value)}

    def _option(self, options: Any, name: str) -> Any:
        if name == "Init" or name.startswith("GetRootAs") or "BufferHasIdentifier" in name:
            return None
        if name.endswith("AsNumpy"):
            return list(self._ints(getattr(options, name)()))
        if f"{name}Length" in dir(options):
            return None  # read as numbers
        value = getattr(options, name)()
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value


def _custom_options(operator: Any) -> dict[str, Any]:
    """The options of a custom operator: numbers and bools by name, where they are a map of
    FlexBuffers. Nothing else is read."""
    content = operator.CustomOptionsAsNumpy()
    if isinstance(content, int) or len(content) < 3:
        return {}
    found: dict[str, Any] = {}
    try:
        root = flexbuffers.GetRoot(bytes(content))
        if not root.IsMap or len(root.AsMap) > len(content):
            return {}
        for key, value in zip(root.AsMap.Keys, root.AsMap.Values, strict=True):
            if value.IsBool or value.IsInt or value.IsFloat:
                found[key.AsKey] = value.Value
    except (ValueError, LookupError, TypeError, struct.error, OverflowError):
        return {}  # the rule says which option is missing
    return found


def _is_zero(value: Any) -> bool:
    return isinstance(value, bool | int | float | list) and not value


def _place_behind(buffer: Any) -> tuple[int, int]:
    """Offset and size of data behind the message; 0 in older files and schemas."""
    offset, size = getattr(buffer, "Offset", None), getattr(buffer, "Size", None)
    return (offset(), size()) if offset is not None and size is not None else (0, 0)


def _unpacked(tensor: Tensor, content: numpy.ndarray) -> numpy.ndarray:
    """int4, two to a byte, as int8."""
    count = math.prod(tensor.shape)
    if content.size != -(-count // 2):
        raise FileFailure(f"tensor `{tensor.name}` needs {-(-count // 2)} bytes")
    pairs = content.view("int8")
    both = numpy.stack((numpy.left_shift(pairs, 4) >> 4, pairs >> 4), -1).reshape(-1)
    return both[:count].reshape(tensor.shape)


def _port(tensor: Tensor) -> Port:
    shape = tuple(
        f"{tensor.name}_{axis}" if axis in tensor.open_axes else extent
        for axis, extent in enumerate(tensor.shape)
    )
    dtype = tensor.dtype if tensor.dtype in _DTYPES.values() else None
    return Port(tensor.name, "int8" if dtype == "int4" else dtype, shape, tensor.shape)


def _check_order(title: str, program: Program) -> None:
    known = {port.name for port in program.inputs} | set(program.constants)
    for node in program.nodes:
        for name in node.inputs:
            if name and name not in known:
                raise InvalidValue(
                    f"{title}: {node.title}: input `{name}` is made by no node before it"
                )
        known.update(node.outputs)
    for name in program.outputs:
        if name not in known:
            raise InvalidValue(f"{title}: output `{name}` is made by no node")


__all__ = ["Tensor", "Tensors", "program_of"]
