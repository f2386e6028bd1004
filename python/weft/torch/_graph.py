"""Reads one graph, that of a module or a body of control flow: its nodes, arguments by name, and
writes in place as new values."""

import operator
from collections.abc import Iterator
from typing import Any

import numpy
import torch
from torch.fx import GraphModule
from torch.fx import Node as FxNode

from weft._base.errors import Unsupported
from weft._import.arguments import Slot
from weft._import.program import Node, Port, Program
from weft.torch._aliases import Aliases, ViewsWrittenError, whole_of
from weft.torch._rules import RULES
from weft.torch._storage import BY_STORAGE, by_places, stride_as_product
from weft.torch._structure import Leaf

# Arguments of operators that say nothing about values.
_IGNORED = {
    *("layout", "device", "pin_memory", "memory_format", "non_blocking", "generator", "copy"),
    *("implicit", "requires_grad"),
}
# Checks on shapes, which Weft's operators make themselves.
_CHECKS = ("_assert", "sym_constrain", "_check")
_BODIES = {
    "cond": ("pred", "true_fn", "false_fn", "operands"),
    "while_loop": ("cond_fn", "body_fn", "carried_inputs", "additional_inputs"),
    "scan": ("combine_fn", "init", "xs", "additional_inputs"),
    "wrap_with_set_grad_enabled": ("enable_grad", "wrapped_func", "*args"),
    "wrap_with_autocast": (
        *("device_type", "dtype", "enabled", "cache_enabled", "wrapped_func", "*args"),
    ),
}


def numpy_of(tensor: torch.Tensor) -> numpy.ndarray:
    """The elements of a tensor."""
    tensor = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous()
    if tensor.dtype == torch.bfloat16:
        import ml_dtypes

        return tensor.view(torch.int16).numpy().view(ml_dtypes.bfloat16)
    return tensor.numpy()


def dtype_name(dtype: torch.dtype) -> str:
    """What Weft calls a dtype."""
    return str(dtype).removeprefix("torch.")


def operator_of(target: Any) -> tuple[str, str, bool]:
    """Domain and name of an operator, and whether it writes to its first argument."""
    if isinstance(target, torch._ops.OpOverload):
        namespace, name = target._schema.name.split("::")
        is_written = target._schema.is_mutable and name.endswith("_") and not name.endswith("__")
        return namespace, name[:-1] if is_written else name, is_written
    if isinstance(target, torch._ops.HigherOrderOperator):
        return "higher_order", target.name(), False
    return "python", getattr(target, "__name__", str(target)), False


class Graph:
    """The reader of one graph.

    values: the name of the value that each node has now; written: buffers by the module's names,
    and the values that they have at the end
    """

    def __init__(self, module: GraphModule, title: str) -> None:
        self.module = module
        self.program = Program(title, [], [], [])
        self.nodes = list(module.graph.nodes)
        self.placeholders = [node for node in self.nodes if node.op == "placeholder"]
        self.values: dict[FxNode, str] = {node: node.name for node in self.placeholders}
        self.results: list[Any] = []
        self.written: dict[str, str] = {}
        self._bodies: dict[FxNode, Program] = {}
        self._aliases = Aliases(self.nodes)

    def input(self, node: FxNode) -> Any:
        """The leaf of an input; what is no tensor is a literal of the program."""
        value = node.meta.get("val")
        if isinstance(value, torch.SymInt | torch.SymFloat | torch.SymBool):
            raise Unsupported(
                f"{self.program.name}: input `{node.name}` is a number that may change; "
                "only tensors may"
            )
        if not isinstance(value, torch.Tensor):
            return value
        shape = tuple(n if isinstance(n, int) else str(n) for n in value.shape)
        self.program.inputs.append(Port(node.name, dtype_name(value.dtype), shape))
        return Leaf(len(self.program.inputs) - 1)

    def read(self, buffers: dict[str, str]) -> None:
        """Reads the nodes. buffers: the module's names of the placeholders that may be written"""
        for node in self.nodes:
            if node.op == "get_attr":
                self._attribute(node)
            elif node.op == "call_function":
                self._call(node, buffers)
            elif node.op == "output":
                self.results = list(node.args[0])

    def body(self, name: str) -> Program:
        """Reads all of a body: its placeholders are its inputs."""
        self.program.inputs[:] = [Port(node.name) for node in self.placeholders]
        self.read({})
        for number, value in enumerate(self.results):
            if isinstance(value, FxNode):
                self.program.outputs.append(self.values[value])
                continue
            made = f"{name}.result{number}"
            literal = Node("literal", "python", 1, made, [], [made], {"a": value})
            self.program.nodes.append(literal)
            self.program.outputs.append(made)
        self.drop_unused()
        return self.program

    def drop_unused(self) -> None:
        """Leaves the nodes that outputs follow from."""
        needed, kept = set(self.program.outputs), []
        for node in reversed(self.program.nodes):
            if needed.intersection(node.outputs):
                needed.update(node.inputs)
                kept.append(node)
        self.program.nodes[:] = kept[::-1]
        constants = self.program.constants
        self.program.constants = {n: value for n, value in constants.items() if n in needed}
        self.program.changed()

    def _attribute(self, node: FxNode) -> None:
        found = self.module
        for part in node.target.split("."):
            found = getattr(found, part)
        if isinstance(found, GraphModule):
            self._bodies[node] = Graph(found, node.name).body(node.name)
            return
        self.program.constants[node.name] = numpy_of(found)
        self.values[node] = node.name

    def _call(self, node: FxNode, buffers: dict[str, str]) -> None:
        domain, name, is_written = operator_of(node.target)
        if name.startswith(_CHECKS):
            return
        read: list[FxNode] = []
        attributes = {
            key: self._template(value, read) for key, value in self._arguments(node, domain, name)
        }
        inputs = [self.values[value] for value in read]
        made = Node(name, domain, 1, node.name, inputs, [node.name], attributes)
        made.notes, made.types = _members(node), _types_of(read)
        self.program.nodes.append(made)
        self.values[node] = node.name
        if is_written:
            self._write(node, buffers)

    def _write(self, node: FxNode, buffers: dict[str, str]) -> None:
        """What reads the written array from here on reads the result."""
        target = node.args[0]
        self._aliases.check(node, target)
        whole = whole_of(target)
        for earlier in self._aliases.same_as(whole, node):
            self.values[earlier] = node.name
        root = self._aliases.placeholder(target)
        if root is not None and root.name in buffers:
            if root is not whole:
                raise ViewsWrittenError
            self.written[buffers[root.name]] = node.name

    def _arguments(self, node: FxNode, domain: str, name: str) -> Iterator[tuple[str, Any]]:
        """The arguments of a node by name, but for those that nothing depends on."""
        if domain == "python":
            yield from zip("abcdef", node.args, strict=False)
        elif domain == "higher_order":
            names = _BODIES.get(name, ())
            count = len(names) - 1 if names and names[-1].startswith("*") else len(names)
            yield from zip(names[:count], node.args, strict=False)
            if count < len(names):
                yield names[-1][1:], list(node.args[count:])
            yield from node.kwargs.items()
        elif name in BY_STORAGE:
            yield from self._by_storage(node)
        elif name == "sym_stride":
            yield from (("self", node.args[0]), ("dim", node.args[1]))
            yield "axes", stride_as_product(node.args[0].meta["val"], node.args[1])
        elif name == "sym_storage_offset":
            offset = node.args[0].meta["val"].storage_offset()
            yield from (("self", node.args[0]), ("offset", offset if type(offset) is int else None))
        else:
            yield from _by_schema(node, RULES.find(domain, name, 1))

    def _by_storage(self, node: FxNode) -> Iterator[tuple[str, Any]]:
        """The arguments of an `as_strided`, by places of a tensor instead of a storage."""
        source, known = by_places(node)
        if source is not node.args[0] and self._aliases.are_written(source):
            raise ViewsWrittenError  # the view may have been, and its source not yet
        yield "self", source
        if node.target._schema.name.endswith("scatter"):
            yield "src", node.args[1]
        yield from known.items()

    def _template(self, value: Any, read: list[FxNode]) -> Any:
        """An argument with slots for values, whose nodes are added to `read`."""
        if isinstance(value, FxNode):
            if value in self._bodies:
                return self._bodies[value]
            read.append(value)
            return Slot(len(read) - 1)
        if isinstance(value, list | tuple):
            return [self._template(item, read) for item in value]
        return dtype_name(value) if isinstance(value, torch.dtype) else value


def _by_schema(node: FxNode, rule: Any) -> Iterator[tuple[str, Any]]:
    schema = node.target._schema.arguments
    given = {argument.name: value for argument, value in zip(schema, node.args, strict=False)}
    given.update(node.kwargs)
    for argument in schema:
        key = argument.name
        if key not in given or key in _IGNORED:
            continue
        is_unknown = rule is not None and key not in rule.attributes
        if not (is_unknown and _is_default(argument, given[key])):
            yield key, given[key]


def _is_default(argument: Any, value: Any) -> bool:
    if value is None:
        return True
    is_plain = not isinstance(value, FxNode | list | tuple)
    return is_plain and argument.has_default_value() and argument.default_value == value


def _types_of(nodes: list[FxNode]) -> list[Any] | None:
    """Dtypes and shapes that nodes have in the example, and numbers; None where one is unknown."""
    found: list[Any] = []
    for node in nodes:
        value = node.meta.get("val")
        extents = value.shape if isinstance(value, torch.Tensor) else (value,)
        numbers = [_number_of(extent) for extent in extents]
        if None in numbers:
            return None
        is_tensor = isinstance(value, torch.Tensor)
        found.append((dtype_name(value.dtype), tuple(numbers)) if is_tensor else numbers[0])
    return found


def _number_of(extent: Any) -> int | None:
    """The number of an extent in the example."""
    if isinstance(extent, torch.SymInt):
        extent = extent.node.hint
    return extent if type(extent) is int else None


def _members(node: FxNode) -> set[int] | None:
    """Which members of a node's tuple are read; None: all that there are."""
    if not all(user.target is operator.getitem for user in node.users):
        return None
    return {user.args[1] for user in node.users if user.users}


__all__ = ["Graph", "dtype_name", "numpy_of", "operator_of"]
