"""Scopes: lists of ONNX nodes that are being written, one for the graph and one for each body.

Every tensor has one name in the whole model, so bodies read what is around them by its name.
"""

from typing import Any

import numpy
import onnx
from onnx import TensorProto, helper

from weft.onnx._export._graph import numpy_dtype

ELEMENTS = {
    "complex64": TensorProto.COMPLEX64,
    "complex128": TensorProto.COMPLEX128,
    "float64": TensorProto.DOUBLE,
    "float32": TensorProto.FLOAT,
    "float16": TensorProto.FLOAT16,
    "bfloat16": TensorProto.BFLOAT16,
    "int64": TensorProto.INT64,
    "int32": TensorProto.INT32,
    "int16": TensorProto.INT16,
    "int8": TensorProto.INT8,
    "uint64": TensorProto.UINT64,
    "uint32": TensorProto.UINT32,
    "uint16": TensorProto.UINT16,
    "uint8": TensorProto.UINT8,
    "bool": TensorProto.BOOL,
    "float8_e4m3fn": TensorProto.FLOAT8E4M3FN,
    "float8_e5m2": TensorProto.FLOAT8E5M2,
    "float8_e4m3fnuz": TensorProto.FLOAT8E4M3FNUZ,
    "float8_e5m2fnuz": TensorProto.FLOAT8E5M2FNUZ,
    "int4": TensorProto.INT4,
    "uint4": TensorProto.UINT4,
}


def tensor_of(name: str, array: numpy.ndarray) -> TensorProto:
    """An array as a message."""
    shape = array.shape  # that of a number is lost on the next line
    array = numpy.ascontiguousarray(array)
    found = TensorProto(name=name, data_type=ELEMENTS[array.dtype.name], dims=shape)
    found.raw_data = _packed(array) if array.dtype.name in ("int4", "uint4") else array.tobytes()
    return found


def _packed(array: numpy.ndarray) -> bytes:
    """Integers of 4 bits two to a byte, the first one in the lower half."""
    halves = array.view("uint8").reshape(-1) & 15
    if halves.size % 2:
        halves = numpy.append(halves, numpy.uint8(0))
    return (halves[::2] | halves[1::2] << 4).astype("uint8").tobytes()


Port = tuple[str, str, Any]  # name, dtype, shape; None of unknown rank


def info(name: str, dtype: str, shape: Any) -> onnx.ValueInfoProto:
    """What a graph says of an input or an output."""
    return helper.make_tensor_value_info(name, ELEMENTS[dtype], shape)


class Model:
    """What all scopes share: names, constants, the version of the operators, and whether int8
    layers are written with their exact arithmetic."""

    def __init__(self, opset: int, exact: bool = False) -> None:
        self.opset, self.exact = opset, exact
        self.constants: dict[str, numpy.ndarray] = {}
        self.missing: dict[str, str] = {}  # why something cannot be written, by the name it has
        self._known: dict[tuple[str, tuple[int, ...], bytes], str] = {}
        self._names: set[str] = set()
        self._counts: dict[str, int] = {}

    def name(self, hint: str) -> str:
        """A name that nothing has yet."""
        found = hint
        while found in self._names or not found:
            count = self._counts.get(hint, 0)
            self._counts[hint] = count + 1
            found = f"{hint}_{count}"
        self._names.add(found)
        return found

    def constant(self, array: Any, dtype: str | None = None) -> str:
        """The name of a constant; equal small ones are one."""
        made = numpy.asarray(array, None if dtype is None else numpy_dtype(dtype))
        key = (made.dtype.name, made.shape, made.tobytes() if made.size <= 64 else b"")
        if made.size <= 64 and key in self._known:
            return self._known[key]
        name = self.name("constant")
        self.constants[name] = made
        if made.size <= 64:
            self._known[key] = name
        return name


class Scope:
    """Nodes in order, and what has been computed already, so that it is written once."""

    def __init__(self, model: Model, around: "Scope | None" = None) -> None:
        self.model = model
        self.nodes: list[onnx.NodeProto] = []
        self._made: dict[tuple[Any, ...], str] = {} if around is None else dict(around._made)

    @property
    def opset(self) -> int:
        """The version of the operators."""
        return self.model.opset

    def emit(self, op: str, *inputs: str | None, outputs: int = 1, **attributes: Any) -> Any:
        """Adds a node; the names of its outputs, one name where it has one."""
        given = ["" if name is None else name for name in inputs]
        while given and not given[-1]:
            given.pop()
        hint = op.lower()
        names = [self.model.name(hint) for _ in range(outputs)]
        attributes = {key: value for key, value in attributes.items() if value is not None}
        self.nodes.append(helper.make_node(op, given, names, self.model.name(op), **attributes))
        return names[0] if outputs == 1 else tuple(names)

    def graph(self, hint: str, inputs: list[Port], outputs: list[Port]) -> onnx.GraphProto:
        """The nodes as the body of a loop or branch."""
        return helper.make_graph(
            self.nodes,
            self.model.name(hint),
            [info(*p) for p in inputs],
            [info(*p) for p in outputs],
        )

    def once(self, op: str, *inputs: str, **attributes: Any) -> str:
        """The same, but a node that is there already serves again."""
        key = (op, inputs, tuple(sorted((k, str(v)) for k, v in attributes.items())))
        if key not in self._made:
            self._made[key] = self.emit(op, *inputs, **attributes)
        return self._made[key]

    def constant(self, array: Any, dtype: str | None = None) -> str:
        """The name of a constant."""
        return self.model.constant(array, dtype)

    def ints(self, *numbers: int) -> str:
        """A constant list of int64."""
        return self.constant(list(numbers), "int64")

    def cast(self, name: str, before: str, after: str) -> str:
        """The tensor in another dtype."""
        return name if before == after else self.once("Cast", name, to=ELEMENTS[after])

    def reduced(self, op: str, x: str, axes: list[int], keepdims: bool = False) -> str:
        """A reduction; its axes were an attribute before version 18, of ReduceSum before 13."""
        keep = int(keepdims)
        if op == "ReduceSum" or self.opset >= 18:
            return self.emit(op, x, self.ints(*axes), keepdims=keep)
        return self.emit(op, x, axes=list(axes), keepdims=keep)
