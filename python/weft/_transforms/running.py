"""Traces of functions, and their graphs run node by node: each node is a call of its operator.

Who runs a graph says what a step does: batches take another form of the operator, the search for
NaN looks at what came out. Inside another trace the steps become nodes of that one, and while the
thread records they are recorded.
"""

import functools
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from weft._base.errors import InvalidState, Unsupported
from weft._core import OPERATORS, native
from weft._core.modes import MIXED, mode_of, scope_of
from weft._trace.state import begun, is_tracing
from weft._transforms.graph_text import Graph, Node, Ref, read_graph
from weft._transforms.trees import arrays_of


class Program(NamedTuple):
    """A traced function: `captures` are the inputs of the graph behind the placeholders, `result`
    is what the function gave, with traced arrays as leaves."""

    graph: Graph
    captures: list[Any]
    placeholders: int
    result: Any


def traced(
    function: Callable[[list[Any]], Any], types: Sequence[tuple[Any, Any]], where: str
) -> Program:
    """Runs `function` once on placeholders of these types (dtype, shape). What it gives must be
    nested arrays; arrays that it meets on the way are captured, those of a trace around it, too."""
    begin = native.body_begin if is_tracing() else native.trace_begin
    with begun():
        placeholders = begin(list(types))
        try:
            result = function(placeholders)
            made = native.trace_end(arrays_of(result, where, "fun(...)"))
        except BaseException:
            native.trace_abort()
            raise
    graph = read_graph(made.text("graph"))
    if graph.has_sizes:
        line = graph.line_of(graph.sized[0]) if graph.sized else ""
        at = f" ({line})" if line else ""
        raise Unsupported(
            f"{where}: an extent follows from values{at} (a mask, nonzero, unique), so that "
            "another call or example would have another graph; use np.where"
        )
    return Program(graph, made.captures(), len(placeholders), result)


# ---- operators


class Operator(NamedTuple):
    """What a call needs to know of an operator."""

    function: Any
    inputs: int
    takes_list: bool  # is the last input a list of arrays?
    defaults: dict[str, Any]
    schema: dict[str, Any]


@functools.lru_cache(maxsize=4096)
def operator_named(name: str) -> Operator:
    """The operator of that name; those of libraries, too."""
    function = OPERATORS.get(name) or native.operator(name)
    if function is None:
        raise InvalidState(f"graph: there is no operator `{name}`")
    schema = function.schema
    inputs = schema["arguments"][: schema["inputs"]]
    return Operator(
        function,
        len(inputs),
        bool(inputs) and inputs[-1]["kind"] == "arrays",
        {argument["name"]: argument["default"] for argument in schema["arguments"]},
        schema,
    )


def apply(name: str, operands: Sequence[Any], attributes: dict[str, Any]) -> list[Any]:
    """The results of an operator; operands are arrays, numbers, or None where absent."""
    op = operator_named(name)
    given = list(operands)
    if op.takes_list:
        given = [*given[: op.inputs - 1], given[op.inputs - 1 :]]
    options = {
        key: value
        for key, value in attributes.items()
        if value is not None or op.defaults[key] is not None
    }
    found = op.function(*given, **options)
    if found is None:
        return []
    return list(found) if isinstance(found, list | tuple) else [found]


# ---- graphs

Step = Callable[[Graph, Node, list[Any]], list[Any]]


def run(graph: Graph, inputs: Sequence[Any], step: Step, constant: Callable[[Any], Any]) -> Any:
    """What the graph's outputs are for these inputs. `step` gets a node with the values of its
    operands and gives those of its results; `constant` makes a value of an array of the graph."""
    values = dict(zip(graph.inputs, inputs, strict=True))
    for number, content in graph.constants.items():
        dtype, shape = graph.types[number]
        values[number] = constant(native.tensor_from_bytes(dtype, shape, content))
    nodes = _live(graph)
    last = _last_uses(graph, nodes)
    around = native.set_origin(None)
    try:
        for place, node in enumerate(nodes):
            operands = [values[o.value] if isinstance(o, Ref) else o for o in node.operands]
            native.set_origin(node.line or around)
            for number, result in zip(node.outputs, step(graph, node, operands), strict=True):
                values[number] = result
            for number in last.get(place, ()):
                values.pop(number, None)
    finally:
        native.set_origin(around)
    return [values[number] for number in graph.outputs]


def _live(graph: Graph) -> list[Node]:
    """The nodes that outputs depend on, and those with effects."""
    needed = set(graph.outputs)
    kept = []
    for node in reversed(graph.nodes):
        has_effect = not node.bodies and operator_named(node.op).schema["effect"]
        if has_effect or not needed.isdisjoint(node.outputs):
            kept.append(node)
            needed.update(operand.value for operand in node.operands if isinstance(operand, Ref))
    return kept[::-1]


def _last_uses(graph: Graph, nodes: list[Node]) -> dict[int, list[int]]:
    """By node, the values that no later node and no output reads."""
    place_of: dict[int, int] = {}
    for place, node in enumerate(nodes):
        for number in [*node.outputs, *[o.value for o in node.operands if isinstance(o, Ref)]]:
            place_of[number] = place
    found: dict[int, list[int]] = {}
    for number, place in place_of.items():
        if number not in graph.outputs:
            found.setdefault(place, []).append(number)
    return found


def in_precision(node: Node, call: Callable[[], list[Any]]) -> list[Any]:
    """Runs `call` with the precision that the node asks for."""
    mode = mode_of("graph", "precision", node.precision or None)
    if native.modes() & MIXED == mode:
        return call()
    with scope_of(mode):
        return call()


__all__ = [
    "Operator",
    "Program",
    "Step",
    "apply",
    "in_precision",
    "operator_named",
    "run",
    "traced",
]
