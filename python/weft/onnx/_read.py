"""ONNX messages as programs: nodes, attributes and bodies, checked while they are read.

The graph of a file is what a stranger wrote, so each name is looked up and each number is compared
with what is there; nothing is assumed.
"""

import os
from mmap import ACCESS_READ, mmap
from typing import Any, BinaryIO

import numpy
import onnx
from google.protobuf.message import DecodeError
from onnx import AttributeProto

from weft._base.errors import FileFailure, InvalidValue, MissingFile
from weft._import.program import Node, Port, Program
from weft.onnx._expand import expanded, nodes_of
from weft.onnx._gradient import with_bodies
from weft.onnx._large import without_weights
from weft.onnx._tensors import Source, array_from, dense, dtype_name


def from_file(path: str) -> Program:
    """The program of a file; external data lies in the same folder."""
    try:
        with open(path, "rb") as file:
            content = _content(file)
    except FileNotFoundError:
        raise MissingFile(f"weft.onnx.load: there is no file {path}") from None
    except OSError as error:
        raise FileFailure(f"weft.onnx.load: {path}: {error.strerror}") from None
    return from_message(_parsed(content, path), path)


def _content(file: BinaryIO) -> bytes:
    """The bytes to parse: without weights, which stay in the file, where that can be had."""
    try:
        whole = mmap(file.fileno(), 0, access=ACCESS_READ)
    except (OSError, ValueError):  # empty, or a pipe
        return file.read()
    with whole:
        found = without_weights(whole)
        return whole[:] if found is None else found


def from_bytes(content: bytes) -> Program:
    """The program of a file's bytes."""
    return from_message(_parsed(content, "bytes"), None)


def from_message(model: onnx.ModelProto, path: str | None = None) -> Program:
    """The program of a message."""
    title = path or model.graph.name or "ONNX model"
    try:
        return _Reader(model, path).program(title)
    except FileFailure as error:
        raise FileFailure(f"{title}: {error}") from None
    except InvalidValue as error:
        raise InvalidValue(f"{title}: {error}") from None


def _parsed(content: bytes, title: str) -> onnx.ModelProto:
    model = onnx.ModelProto()
    try:
        model.ParseFromString(content)
    except (DecodeError, RuntimeError, ValueError) as error:
        raise FileFailure(f"{title}: is no ONNX model: {error}") from None
    if not model.HasField("graph") or not model.opset_import:
        raise FileFailure(f"{title}: is no ONNX model, or a damaged one: it has no graph")
    return model


def _require_texts(model: onnx.ModelProto) -> None:
    """Raises OSError where a name is no UTF-8: protobuf then gives bytes, or fails at the read."""
    for graph in (model.graph, *model.functions):
        for node in nodes_of(graph.node):
            try:
                names = (node.op_type, node.domain, node.name, *node.input, *node.output)
                is_text = all(isinstance(name, str) for name in names)
            except UnicodeDecodeError:
                is_text = False
            if not is_text:
                raise FileFailure("a node has a name that is no UTF-8, so the file is damaged")


def _domain(name: str) -> str:
    return "" if name == "ai.onnx" else name


class _Reader:
    """Reads one model."""

    def __init__(self, model: onnx.ModelProto, path: str | None) -> None:
        self.source = None if path is None else Source(os.path.abspath(path))
        _require_texts(model)
        for imported in model.opset_import:
            if not 0 < imported.version < 1 << 31:
                raise InvalidValue(
                    f"imports version {imported.version} of the operators "
                    f"`{imported.domain or 'ai.onnx'}`; a version is a number from 1 on"
                )
        self.model = expanded(model)
        self.versions = {_domain(o.domain): o.version for o in self.model.opset_import}

    def program(self, title: str) -> Program:
        program = self._program(self.model.graph, set())
        program.name = title
        return program

    def _program(self, graph: onnx.GraphProto, around: set[str]) -> Program:
        constants = self._constants(graph)
        inputs = [_port(value) for value in graph.input if value.name not in constants]
        _require_different([port.name for port in inputs], "input")
        known = around | set(constants) | {port.name for port in inputs}
        nodes: list[Node] = []
        fixed: set[str] = set()
        for number, proto in enumerate(graph.node):
            if proto.op_type == "Constant" and _domain(proto.domain) == "":
                constants[proto.output[0]] = self._constant(proto)
                fixed.add(proto.output[0])
            else:
                nodes.append(self._node(proto, number, known))
            _define(proto, known)
        outputs = [value.name for value in graph.output]
        for name in outputs:
            if name not in known:
                raise InvalidValue(f"output `{name}` is made by no node")
        with_bodies(nodes)
        return Program(graph.name, inputs, outputs, nodes, constants, fixed)

    def _constants(self, graph: onnx.GraphProto) -> dict[str, numpy.ndarray]:
        found = {tensor.name: array_from(tensor, self.source) for tensor in graph.initializer}
        for sparse in graph.sparse_initializer:
            found[sparse.values.name] = dense(sparse, self.source)
        return found

    def _constant(self, proto: onnx.NodeProto) -> numpy.ndarray:
        """The value of a Constant node, which has one attribute of several kinds."""
        if len(proto.attribute) != 1 or len(proto.output) != 1:
            raise InvalidValue(f"Constant `{proto.name}` must have one attribute and one output")
        attribute = proto.attribute[0]
        value = self._attribute(attribute, set())
        kind = attribute.name
        if kind in ("value", "sparse_value") and isinstance(value, numpy.ndarray):
            return value
        if kind in ("value_float", "value_floats"):
            return numpy.array(value, "float32")
        if kind in ("value_int", "value_ints"):
            return numpy.array(value, "int64")
        if kind in ("value_string", "value_strings"):
            return numpy.array(value, object)
        raise InvalidValue(f"Constant `{proto.name}`: attribute `{kind}` is not known")

    def _node(self, proto: onnx.NodeProto, number: int, known: set[str]) -> Node:
        domain = _domain(proto.domain)
        title = f"{proto.op_type} `{proto.name or number}`"
        if domain not in self.versions:
            raise InvalidValue(f"{title}: the model imports no version of domain `{domain}`")
        for name in proto.input:
            if name and name not in known:
                raise InvalidValue(
                    f"{title}: input `{name}` is made by no node before it; the graph has a circle "
                    "or is damaged"
                )
        attributes: dict[str, Any] = {}
        for attribute in proto.attribute:
            if attribute.name in attributes:
                raise InvalidValue(f"{title}: attribute `{attribute.name}` stands twice")
            attributes[attribute.name] = self._attribute(attribute, known)
        return Node(
            proto.op_type,
            domain,
            self.versions[domain],
            proto.name or (proto.output[0] if proto.output else str(number)),
            list(proto.input),
            list(proto.output),
            attributes,
        )

    def _attribute(self, proto: AttributeProto, known: set[str]) -> Any:
        kind = proto.type
        if kind == AttributeProto.FLOAT:
            return proto.f
        if kind == AttributeProto.INT:
            return proto.i
        if kind == AttributeProto.STRING:
            return proto.s.decode("utf-8", "replace")
        if kind == AttributeProto.TENSOR:
            return array_from(proto.t, self.source)
        if kind == AttributeProto.SPARSE_TENSOR:
            return dense(proto.sparse_tensor, self.source)
        if kind == AttributeProto.GRAPH:
            return self._program(proto.g, known)
        if kind == AttributeProto.FLOATS:
            return list(proto.floats)
        if kind == AttributeProto.INTS:
            return list(proto.ints)
        if kind == AttributeProto.STRINGS:
            return [text.decode("utf-8", "replace") for text in proto.strings]
        if kind == AttributeProto.TENSORS:
            return [array_from(tensor, self.source) for tensor in proto.tensors]
        if kind == AttributeProto.GRAPHS:
            return [self._program(graph, known) for graph in proto.graphs]
        if kind == AttributeProto.TYPE_PROTO:
            return proto.tp
        raise InvalidValue(f"attribute `{proto.name}` has kind {kind}, which is not known")


def _define(proto: onnx.NodeProto, known: set[str]) -> None:
    for name in proto.output:
        if name and name in known:
            raise InvalidValue(f"{proto.op_type} `{proto.name}`: `{name}` has a value already")
        if name:
            known.add(name)


def _require_different(names: list[str], what: str) -> None:
    for name in names:
        if names.count(name) > 1:
            raise InvalidValue(f"{what} `{name}` stands twice")


def _port(value: onnx.ValueInfoProto) -> Port:
    """An input with what the model says of it."""
    if value.type.WhichOneof("value") != "tensor_type":
        return Port(value.name)
    tensor = value.type.tensor_type
    dtype = dtype_name(tensor.elem_type)
    if not tensor.HasField("shape"):
        return Port(value.name, dtype)
    shape: list[int | str | None] = []
    for dimension in tensor.shape.dim:
        kind = dimension.WhichOneof("value")
        if kind == "dim_value":  # some writers say -1 for an extent that is open
            shape.append(dimension.dim_value if dimension.dim_value >= 0 else None)
        else:  # "?" is no name: two axes of it may differ
            named = kind == "dim_param" and dimension.dim_param not in ("", "?", "-1")
            shape.append(dimension.dim_param if named else None)
    return Port(value.name, dtype, tuple(shape))


__all__ = ["from_bytes", "from_file", "from_message"]
