"""Loops and branches as Scan, Loop and If; effects, which ONNX has not."""

from typing import Any

from weft._base.errors import Unsupported
from weft.onnx._export._call import Call, Frame
from weft.onnx._export._graph import Graph
from weft.onnx._export._nodes import write_nodes
from weft.onnx._export._scope import Port, Scope
from weft.onnx._export._table import rules
from weft.onnx._export.reduce import filled


@rules("check", "print")
def _effect(call: Call) -> Any:
    """Results do not depend on it."""
    return ()


class _Body:
    """A body that is written into a scope of its own. It reads what is around it by name."""

    def __init__(self, call: Call, graph: Graph) -> None:
        self.call, self.graph = call, graph
        self.scope = Scope(call.scope.model, call.scope)
        self.frame = Frame(graph, self.scope, call.frame.extents.within(graph), call.frame.sizes)

    def write(self, tensors: list[str]) -> None:
        """Writes the nodes for these tensors in the place of the inputs."""
        self.frame.tensors.update(zip(self.graph.inputs, tensors, strict=True))
        write_nodes(self.frame)

    def ports(self, values: list[int]) -> list[Port]:
        """Results as outputs. Each gets a name that only this body has."""
        return [
            (
                self.scope.emit("Identity", self.frame.tensors[value]),
                self.graph.types[value][0],
                None,
            )
            for value in values
        ]


@rules("control.cond")
def _cond(call: Call) -> Any:
    outputs = len(call.node.outputs)
    given = [call.input(place) for place in range(1, call.count)]
    branches = []
    for graph in call.node.bodies:
        body = _Body(call, graph)
        body.write(given)
        branches.append(body.scope.graph("branch", [], body.ports(graph.outputs)))
    predicate = call.input(0, "bool")
    found = call.emit(
        "If", predicate, outputs=outputs, then_branch=branches[0], else_branch=branches[1]
    )
    return found


@rules("control.loop")
def _loop(call: Call) -> Any:
    loop = call.node.loop
    is_open = loop.get("while") or loop.get("counted")
    return _while(call) if is_open or not loop["sliced"] else _scan(call)


def _parts(call: Call) -> tuple[int, list[str], list[str], list[str]]:
    """The first operand behind the count, then rows, carried values and what bodies read."""
    loop = call.node.loop
    first = 1 if loop.get("counted") else 0
    rest = [call.input(place) for place in range(first, call.count)]
    sliced, carried = loop["sliced"], loop["carried"]
    return first, rest[:sliced], rest[sliced : sliced + carried], rest[sliced + carried :]


def _inputs(call: Call, graph: Graph, first: int, last: int, hint: str) -> list[Port]:
    types = [graph.types[value] for value in graph.inputs[first:last]]
    return [(call.scope.model.name(hint), dtype, None) for dtype, _ in types]


def _scan(call: Call) -> Any:
    """Every row of some arrays, one after the other."""
    graph, loop = call.node.bodies[0], call.node.loop
    sliced, carried = loop["sliced"], loop["carried"]
    _, rows, states, around = _parts(call)
    row_ports = _inputs(call, graph, 0, sliced, "row")
    state_ports = _inputs(call, graph, sliced, sliced + carried, "state")
    body = _Body(call, graph)
    body.write([p[0] for p in row_ports] + [p[0] for p in state_ports] + around)
    outputs = body.ports(graph.outputs)
    way = int(bool(loop.get("backwards")))
    return call.emit(
        "Scan",
        *states,
        *rows,
        outputs=len(outputs),
        body=body.scope.graph("scan", state_ports + row_ports, outputs),
        num_scan_inputs=sliced,
        scan_input_directions=[way] * sliced,
        scan_output_directions=[way] * (len(outputs) - carried) or None,
    )


def _while(call: Call) -> Any:
    """While a carried value is true, or as often as an operand says, at most a number of times. The
    rows of iterations that do not run are zero."""
    graph, loop = call.node.bodies[0], call.node.loop
    sliced, carried, most = loop["sliced"], loop["carried"], loop["most"]
    first, rows, states, around = _parts(call)
    if sliced and call.extent(first, 0) is None:
        raise Unsupported("control.loop: a loop that may end early needs a fixed number of rows")
    limit = call.full(most, "int64")
    if first:
        count = call.scope.once("Squeeze", call.input(0, "int64"))
        limit = call.emit("Max", call.emit("Min", count, limit), call.full(0, "int64"))
    is_while, backwards = bool(loop.get("while")), bool(loop.get("backwards"))
    # The count of iterations is one more carried value.
    number, going = (call.scope.model.name(hint) for hint in ("iteration", "going"))
    trips = call.scope.model.name("trips")
    state_ports = _inputs(call, graph, sliced, sliced + carried, "state")
    body = _Body(call, graph)
    row = number
    if backwards:
        row = body.scope.emit("Sub", body.scope.constant(most - 1, "int64"), number)
    picked = [body.scope.emit("Gather", x, row, axis=0) for x in rows]
    body.write(picked + [p[0] for p in state_ports] + around)
    outputs = body.ports(graph.outputs)
    more = body.scope.emit("Add", trips, body.scope.constant(1, "int64"))
    go_on = body.scope.emit("Identity", outputs[0][0] if is_while else going)
    inputs = [(number, "int64", []), (going, "bool", []), *state_ports, (trips, "int64", [])]
    given = [(go_on, "bool", []), *outputs[:carried], (more, "int64", []), *outputs[carried:]]
    found = call.emit(
        "Loop",
        limit,
        states[0] if is_while else None,
        *states,
        call.full(0, "int64"),
        outputs=len(outputs) + 1,
        body=body.scope.graph("loop", inputs, given),
    )
    found = (found,) if isinstance(found, str) else found
    count = found[carried]
    place = len(call.node.outputs) - len(outputs[carried:])
    types = [call.frame.graph.types[value] for value in call.node.outputs[place:]]
    stacked = [
        _all_rows(call, x, dtype, len(shape), count, most, backwards)
        for x, (dtype, shape) in zip(found[carried + 1 :], types, strict=True)
    ]
    return (*found[:carried], *([count] if is_while else []), *stacked)


def _all_rows(
    call: Call, x: str, dtype: str, rank: int, count: str, most: int, backwards: bool
) -> str:
    """The rows that ran, and zeros for the others."""
    shape = call.scope.once(
        "Unsqueeze", call.emit("Sub", call.full(most, "int64"), count), call.scope.ints(0)
    )
    rest = call.emit("Shape", x, start=1) if rank > 1 else call.empty()
    zeros = filled(call, 0, dtype, call.emit("Concat", shape, rest, axis=0))
    whole = call.emit("Concat", x, zeros, axis=0)
    if not backwards:
        return whole
    ends = [call.scope.ints(n) for n in (-1, -(2**31), 0, -1)]
    return call.emit("Slice", whole, *ends)
