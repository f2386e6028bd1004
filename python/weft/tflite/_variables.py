"""Variables of streaming models: resources that nodes read and assign become states of the program.

In a file a node VAR_HANDLE names a variable, READ_VARIABLE and ASSIGN_VARIABLE use the handle, and
CALL_ONCE has a graph that assigns the first values.
"""

from typing import Any

import numpy

from weft._base.errors import InvalidValue, Unsupported
from weft._import.program import Node, Program, bodies_of, every_program

_USERS = ("READ_VARIABLE", "ASSIGN_VARIABLE")


def name_variables(program: Program) -> None:
    """Gives nodes that use variables the names of states, and the program the first values."""
    first = _first_values(program)
    handles = _taken_handles(program)
    for node in program.nodes:
        for body in bodies_of(node):
            _refuse_variables(body)
        if node.operator not in _USERS:
            continue
        if node.inputs[:1] == [] or node.inputs[0] not in handles:
            raise InvalidValue(f"{node.title}: has no variable")
        variable = handles[node.inputs[0]]
        node.inputs[0] = variable
        if variable not in program.constants:
            program.constants[variable] = _start(node, first.get(variable))


def _taken_handles(program: Program) -> dict[str, str]:
    """Removes the nodes that name variables; the name of the variable for each of their results."""
    handles: dict[str, str] = {}
    left: list[Node] = []
    for node in program.nodes:
        if node.operator == "VAR_HANDLE" and node.outputs:
            handles[node.outputs[0]] = _variable(node)
        else:
            left.append(node)
    program.nodes[:] = left
    program.changed()
    return handles


def _variable(node: Node) -> str:
    """The name of a variable's state, which is no tensor's."""
    parts = (node.attributes.get(key, "") for key in ("container", "shared_name"))
    return "variable " + "/".join(str(part) for part in parts if part)


def _first_values(program: Program) -> dict[str, Any]:
    """What the graphs of CALL_ONCE assign; removes these nodes."""
    values: dict[str, Any] = {}
    for node in [node for node in program.nodes if node.operator == "CALL_ONCE"]:
        program.nodes.remove(node)
        body = node.attributes["init_subgraph"]
        handles = _taken_handles(body)
        for inner in body.nodes:
            if inner.operator != "ASSIGN_VARIABLE" or len(inner.inputs) != 2:
                raise Unsupported(f"{program.name}: {inner.title} in CALL_ONCE is not supported")
            if inner.inputs[0] not in handles or inner.inputs[1] not in body.constants:
                raise Unsupported(
                    f"{program.name}: {inner.title}: must assign a constant to a variable"
                )
            values[handles[inner.inputs[0]]] = body.constants[inner.inputs[1]]
    program.changed()
    return values


def _start(node: Node, value: Any) -> numpy.ndarray:
    """A variable's first value; zeros where the file assigns none."""
    tensor = node.notes.outputs[0] if node.operator == "READ_VARIABLE" else node.notes.inputs[1]
    if value is None:
        if numpy.prod(tensor.shape, dtype="float64") > 1 << 28:
            raise InvalidValue(f"{node.title}: has shape {tensor.shape}")
        value = numpy.zeros(tensor.shape, tensor.dtype)
    if (value.shape, value.dtype.name) != (tuple(tensor.shape), tensor.dtype):
        raise Unsupported(
            f"{node.title}: must have shape {value.shape} and {value.dtype}, as its first value "
            f"has; got {tensor.shape} and {tensor.dtype}"
        )
    return value


def _refuse_variables(body: Program) -> None:
    for part in every_program(body):
        for node in part.nodes:
            if node.operator in (*_USERS, "VAR_HANDLE", "CALL_ONCE"):
                raise Unsupported(f"{node.title}: variables in a node's body are not supported")


__all__ = ["name_variables"]
