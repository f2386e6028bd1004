"""Reads an exported program: nodes of its graph as nodes of a `Program`."""

from dataclasses import dataclass
from typing import Any

import numpy
import torch
from torch.export import ExportedProgram
from torch.export.graph_signature import InputKind, OutputKind
from torch.fx import Node as FxNode

from weft._base.errors import Unsupported
from weft._import.program import Program
from weft.torch._graph import Graph, numpy_of
from weft.torch._structure import Leaf, tree_of


@dataclass
class Held:
    """A tensor of the module.

    identity: the same for all names of one tensor
    """

    name: str
    value: numpy.ndarray
    is_trained: bool
    identity: int


@dataclass
class Read:
    """A program with what its module had around it.

    arguments: the trees of the arguments by name; results: the tree of the results, None for one
    held: parameters and buffers by the names of their values in the program
    updates: buffers that the last outputs are written to
    """

    program: Program
    arguments: dict[str, Any]
    results: Any
    held: dict[str, Held]
    updates: list[str]


def read_program(exported: ExportedProgram, title: str) -> Read:
    """The program of an exported one. Raises `ViewsWrittenError` where it has to be functional."""
    graph = Graph(exported.graph_module, title)
    held: dict[str, Held] = {}
    constants: dict[str, Any] = {}
    leaves: list[Any] = []
    specs = {spec.arg.name: spec for spec in exported.graph_signature.input_specs}
    for node in graph.placeholders:
        spec = specs[node.name]
        if spec.kind == InputKind.USER_INPUT:
            leaves.append(graph.input(node))
        elif spec.kind == InputKind.CONSTANT_TENSOR or spec.persistent is False:
            constants[node.name] = spec
        elif spec.kind in (InputKind.PARAMETER, InputKind.BUFFER):
            held[node.name] = _held(exported, spec)
        else:
            raise Unsupported(f"{title}: an input of kind {spec.kind.name} is not supported")
    names = {value: one.name for value, one in held.items()}
    graph.read(names | {value: spec.target for value, spec in constants.items()})
    updates, results = _outputs(exported, graph)
    for value, spec in constants.items():
        # Caches are often buffers that no file has. What is written is a state all the same.
        tensor = exported.constants[spec.target]
        if spec.target in updates:
            held[value] = _held_tensor(spec, tensor, is_trained=False)
        else:
            graph.program.constants[value] = numpy_of(tensor)
    graph.drop_unused()
    return Read(graph.program, _arguments(exported, leaves), results, held, updates)


def _held(exported: ExportedProgram, spec: Any) -> Held:
    tensor = exported.state_dict[spec.target]
    return _held_tensor(
        spec, tensor, is_trained=spec.kind == InputKind.PARAMETER and tensor.requires_grad
    )


def _held_tensor(spec: Any, tensor: torch.Tensor, *, is_trained: bool) -> Held:
    memory = tensor.data_ptr(), tuple(tensor.shape), tensor.stride()
    identity = hash(memory) if tensor.numel() else id(spec)
    return Held(spec.target, numpy_of(tensor), is_trained, identity)


def _arguments(exported: ExportedProgram, leaves: list[Any]) -> dict[str, Any]:
    """The trees of the module's arguments by name."""
    positional, named = tree_of(exported.call_spec.in_spec, iter(leaves))
    call = exported.module_call_graph[0].signature
    names = list(getattr(call, "forward_arg_names", None) or [])
    while len(names) < len(positional):
        names.append(f"argument{len(names)}")
    return {**dict(zip(names, positional, strict=False)), **named}


def _outputs(exported: ExportedProgram, graph: Graph) -> tuple[list[str], Any]:
    """The outputs of the program are the module's arrays, then what is written to buffers."""
    leaves: list[Any] = []
    names: list[str] = []
    updates = dict(graph.written)
    specs = exported.graph_signature.output_specs
    for spec, value in zip(specs, graph.results, strict=True):
        if spec.kind == OutputKind.BUFFER_MUTATION:
            updates[spec.target] = graph.values[value]
        elif spec.kind == OutputKind.USER_OUTPUT and isinstance(value, FxNode):
            leaves.append(Leaf(len(names)))
            names.append(graph.values[value])
        elif spec.kind == OutputKind.USER_OUTPUT:
            leaves.append(value)
        elif spec.kind != OutputKind.USER_INPUT_MUTATION:
            raise Unsupported(f"an output of kind {spec.kind.name} is not supported")
    graph.program.outputs[:] = [*names, *updates.values()]
    tree = tree_of(exported.call_spec.out_spec, iter(leaves))
    return list(updates), None if tree == Leaf(0) else tree


__all__ = ["Held", "Read", "read_program"]
