"""The graph of a .weft file as Python sees it: values with types, and nodes of primitive operators.

A file is the one form of a network that has everything that a run needs: types, names, constants,
dynamic dimensions, bodies of loops and branches, states. So it is what ONNX is written from. Arrays
are mapped from the file, not read.
"""

import json
import math
import struct
from dataclasses import dataclass, field
from os import PathLike, fsdecode
from typing import Any

import ml_dtypes
import numpy

from weft._base.errors import NotFound
from weft._core.dtypes import EXTRA

_DTYPES = {
    "C128": "complex128",
    "C64": "complex64",
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
    "F8_E4M3": "float8_e4m3fn",
    "F8_E5M2": "float8_e5m2",
    "F8_E4M3FNUZ": "float8_e4m3fnuz",
    "F8_E5M2FNUZ": "float8_e5m2fnuz",
    "I4": "int4",
    "U4": "uint4",
}
RANDOM_STATE = "weft.random"


def numpy_dtype(name: str) -> numpy.dtype[Any]:
    """The NumPy dtype of this name; those that NumPy lacks are ml_dtypes'."""
    return numpy.dtype(getattr(ml_dtypes, name) if name in EXTRA else name)


@dataclass(frozen=True)
class Scalar:
    """A weak scalar: it takes the dtype of the array beside it."""

    value: Any


@dataclass(frozen=True)
class Poly:
    """A whole number that follows from sizes: the sum of terms (factor, sizes whose product)."""

    terms: tuple[tuple[float, tuple[int, ...]], ...]

    def at(self, sizes: list[int]) -> int:
        """The number where the sizes are these."""
        total = 0.0
        for factor, used in self.terms:
            for size in used:
                factor *= sizes[size]
            total += factor
        return round(total)

    def scaled(self, factor: int) -> "Poly":
        """The number times a constant."""
        return Poly(tuple([(factor * f, sizes) for f, sizes in self.terms]))

    def plus(self, other: "int | Poly") -> "Poly":
        """The sum with another number."""
        more = other.terms if isinstance(other, Poly) else ((float(other), ()),)
        return Poly(self.terms + more)


Number = int | Poly
Type = tuple[str, tuple[int, ...]]  # dtype and shape, that of the example


@dataclass
class Size:
    """A number that only a run knows: a dimension of inputs, or a value that the graph computes.

    axes: of a dimension, (input, axis) pairs; bound: the largest it may be, from the sizes before
    """

    name: str | None
    value: int | None
    axes: list[tuple[int, int]]
    example: int
    bound: Poly
    least: int = 0


@dataclass
class Node:
    """An operator applied to operands: numbers of values, scalars, or None."""

    op: str
    operands: list[Any]
    attributes: dict[str, Any]
    outputs: list[int]
    loop: dict[str, Any] = field(default_factory=dict)
    bodies: list["Graph"] = field(default_factory=list)


@dataclass
class Graph:
    """Values are numbered: inputs, constants, then the results of the nodes.

    arrays: of captures and constants, by value; states: (input, output) pairs
    """

    inputs: list[int]
    types: list[Type]
    nodes: list[Node]
    outputs: list[int]
    states: list[tuple[int, int]] = field(default_factory=list)
    sizes: list[Size] = field(default_factory=list)
    arrays: dict[int, numpy.ndarray] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)  # of inputs, captures and constants
    input_names: list[str] = field(default_factory=list)
    output_names: list[str] = field(default_factory=list)

    def readers(self) -> dict[int, list[Node]]:
        """By value, the nodes that read it."""
        found: dict[int, list[Node]] = {}
        for node in self.nodes:
            for operand in node.operands:
                if isinstance(operand, int):
                    found.setdefault(operand, []).append(node)
        return found


def read(path: str | PathLike[str], entry: str | None = None) -> Graph:
    """The graph of an entry point, or of the first one.

    The file is one that Weft has just written, or has checked. Raises LookupError for an unknown
    entry point.
    """
    name = fsdecode(path)
    with open(name, "rb") as file:
        length = struct.unpack("<Q", file.read(8))[0]
        header = json.loads(file.read(length))
    entries = json.loads(header["__metadata__"]["weft"])["entries"]
    named = {known["name"]: known for known in entries}
    found = entries[0] if entry is None else named.get(entry)
    if found is None:
        raise NotFound(f"onnx.export: {name} has no entry `{entry}`; it has {', '.join(named)}")
    content = numpy.memmap(name, numpy.uint8, "r", 8 + length) if _has_data(header) else None
    return _entry(found, header, content)


def _has_data(header: dict[str, Any]) -> bool:
    kinds = [item for name, item in header.items() if name != "__metadata__"]
    return any(item["data_offsets"][1] for item in kinds)


def _array(item: dict[str, Any], content: Any) -> numpy.ndarray:
    dtype = numpy_dtype(_DTYPES[item["dtype"]])
    first, last = item["data_offsets"]
    if first == last:
        return numpy.zeros(item["shape"], dtype)
    stored = content[first:last]
    if item["dtype"] in _HALF_BYTES:
        return _halves(stored, item).astype(dtype).reshape(item["shape"])
    return stored.view(dtype).reshape(item["shape"])


_HALF_BYTES = ("I4", "U4")  # two numbers a byte, the first in its lower half


def _halves(stored: Any, item: dict[str, Any]) -> numpy.ndarray:
    """The numbers of 4 bits as bytes."""
    pairs = numpy.stack([stored & 15, stored >> 4], axis=-1).reshape(-1)
    numbers = pairs[: math.prod(item["shape"])].astype("int8")
    return (numbers ^ 8) - 8 if item["dtype"] == "I4" else numbers


def _entry(entry: dict[str, Any], header: dict[str, Any], content: Any) -> Graph:
    graph = entry["graph"]
    types = [_type(port["type"]) for port in entry["inputs"]]
    names = {i: port["name"] for i, port in enumerate(entry["inputs"])}
    inputs = list(range(len(types)))
    arrays = {}
    for place, name in enumerate([*entry["captures"], *entry["constants"]]):
        if place < len(entry["captures"]):
            inputs.append(len(types))
        arrays[len(types)] = _array(header[name], content)
        names[len(types)] = name
        types.append((_DTYPES[header[name]["dtype"]], tuple(header[name]["shape"])))
    made = _body(graph, types, inputs)
    made.arrays, made.names = arrays, names
    made.input_names = [port["name"] for port in entry["inputs"]]
    made.output_names = [port["name"] for port in entry["outputs"]]
    made.states = [(first, last) for first, last in graph["states"]]
    made.nodes = _live(made)
    return made


def _live(graph: Graph) -> list[Node]:
    """The nodes that outputs depend on. ONNX has no effects."""
    needed = {*graph.outputs, *[size.value for size in graph.sizes if size.value is not None]}
    kept = []
    for node in reversed(graph.nodes):
        if not needed.isdisjoint(node.outputs):
            kept.append(node)
            needed.update(operand for operand in node.operands if isinstance(operand, int))
    return kept[::-1]


def _body(graph: dict[str, Any], types: list[Type], inputs: list[int]) -> Graph:
    nodes = []
    for item in graph["nodes"]:
        first = len(types)
        types += [_type(out) for out in item["out"]]
        bodies = [_region_body(body) for body in item.get("bodies", [])]
        attributes = {key: _real(value) for key, value in item.get("attributes", {}).items()}
        nodes.append(
            Node(
                item["op"],
                [_operand(operand) for operand in item["in"]],
                attributes,
                list(range(first, len(types))),
                item.get("loop", {}),
                bodies,
            )
        )
    for sized in graph.get("sized", []):
        _set_sized(nodes[sized["node"]], sized)
    sizes = [
        Size(
            size.get("name"),
            size.get("value"),
            [(first, axis) for first, axis in size.get("axes", [])],
            size["example"],
            _poly(size["bound"]),
            size.get("least", 0),
        )
        for size in graph.get("sizes", [])
    ]
    return Graph(inputs, types, nodes, list(graph["outputs"]), sizes=sizes)


def _region_body(body: dict[str, Any]) -> Graph:
    types = [_type(item) for item in body["inputs"]]
    return _body(body, types, list(range(len(types))))


def _poly(terms: list[Any]) -> Poly:
    return Poly(tuple([(factor, tuple(sizes)) for factor, *sizes in terms]))


def _set_sized(node: Node, sized: dict[str, Any]) -> None:
    number = _poly(sized["number"])
    if "operand" in sized:
        node.operands[sized["operand"]] = Scalar(number)
        return
    names = list(node.attributes)
    name = names[sized["attribute"]]
    if "element" in sized:
        node.attributes[name][sized["element"]] = number
    else:
        node.attributes[name] = number


def _type(item: list[Any]) -> Type:
    return item[0], tuple(item[1:])


def _operand(operand: Any) -> Any:
    if isinstance(operand, dict):
        ((_, value),) = operand.items()
        return Scalar(_real(value))
    return operand


def _real(value: Any) -> Any:
    return float(value) if value in ("nan", "inf", "-inf") else value
