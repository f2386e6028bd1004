"""Symbol files (`-symbol.json`) of MXNet 0.8 to 2.0 as graphs, and graphs as symbol files.

What older versions wrote in another way is brought into today's form while a file is read: where
attributes are, how annotations are spelled, auxiliary states that were left out. Each number and
each name of a file is checked, because a stranger wrote it.
"""

import json
from collections.abc import Mapping
from os import PathLike, fspath
from typing import Any

from weft._base.errors import FileFailure
from weft._mxnet_files.content import read_bytes
from weft.mxnet._operators import input_names, outputs_of, state_places
from weft.mxnet._reading.graph import VARIABLE, Entry, Graph, GraphNode

# Annotations that were written without underscores: at any node, and at variables alone, because
# operators have attributes of these names.
_BARE = ("lr_mult", "wd_mult", "ctx_group", "force_mirroring", "mirror_stage")
_BARE_OF_VARIABLES = (*_BARE, "shape", "dtype", "init", "storage_type", "profiler_scope")
_MOST_RESULTS = 1 << 16
_BEFORE_AXES = 905  # before it, `axis` -1 of argmax and argmin stood for all axes


def read_graph(path: str | PathLike[str], caller: str) -> Graph:
    """The graph of a file. Raises OSError for a file that is missing, damaged or none of these."""
    return parse_graph(read_bytes(path, caller), caller, fspath(path))


def parse_graph(content: str | bytes, caller: str, name: str = "the text") -> Graph:
    """The graph of a file's text."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise FileFailure(f"{caller}: {name} is no JSON: {error}") from None
    try:
        return _graph(found, None)
    except FileFailure as error:
        raise FileFailure(f"{caller}: {name} is no symbol file, or damaged: {error}") from None
    except RecursionError:
        raise FileFailure(f"{caller}: {name} has bodies in bodies without end") from None


def _require(is_right: bool, text: str) -> None:
    if not is_right:
        raise FileFailure(text)


def _graph(found: Any, around: Graph | None) -> Graph:
    """A graph of the file, or of a body in one, which has the versions of the graph around it."""
    _require(isinstance(found, dict) and "nodes" in found, "it has no list of nodes")
    nodes, heads, attrs = found["nodes"], found.get("heads"), found.get("attrs", {})
    _require(isinstance(nodes, list), "`nodes` must be a list")
    _require(isinstance(heads, list) and bool(heads), "`heads` must be a list of outputs")
    _require(isinstance(attrs, dict), "`attrs` of the graph must be a dict")
    graph = Graph([], attrs if around is None else {**around.attrs, **attrs})
    made: list[GraphNode] = []
    for number, node in enumerate(nodes):
        made.append(_node(node, number, made, graph))
    graph.heads = [_entry(head, made, "a head") for head in heads]
    return graph


def _entry(found: Any, made: list[GraphNode], what: str) -> Entry:
    is_list = isinstance(found, list) and 2 <= len(found) <= 3
    _require(is_list and all(type(n) is int for n in found), f"{what} must be numbers; got {found}")
    node, output = found[:2]
    _require(0 <= node < len(made), f"{what} is node {node}, which is none before it")
    _require(0 <= output < _MOST_RESULTS, f"{what} is result {output} of a node")
    is_right = output == 0 or not made[node].is_variable
    _require(is_right, f"{what} is result {output} of the variable `{made[node].name}`")
    return made[node], output


def _node(found: Any, number: int, made: list[GraphNode], graph: Graph) -> GraphNode:
    _require(isinstance(found, dict), f"node {number} must be a dict")
    op, name = found.get("op"), found.get("name")
    _require(isinstance(op, str) and bool(op), f"node {number} must have an operator")
    _require(isinstance(name, str), f"node {number} must have a name")
    inputs = found.get("inputs", [])
    _require(isinstance(inputs, list), f"`inputs` of `{name}` must be a list")
    _require(op != VARIABLE or not inputs, f"the variable `{name}` has inputs")
    node = GraphNode(op, name, _attributes(found, name))
    node.inputs = [_entry(entry, made, f"an input of `{name}`") for entry in inputs]
    bodies = found.get("subgraphs", [])
    _require(isinstance(bodies, list), f"`subgraphs` of `{name}` must be a list")
    node.subgraphs = [_graph(body, graph) for body in bodies]
    _upgrade(node, graph.version)
    _check_results(node)
    return node


def _check_results(node: GraphNode) -> None:
    """How many results there are may be an attribute, and so any text."""
    try:
        count = outputs_of(node.op, node.attributes) or 1
    except (LookupError, TypeError, ValueError):
        raise FileFailure(
            f"the attributes of `{node.name}` do not say how many results {node.op} has"
        ) from None
    _require(count < _MOST_RESULTS, f"`{node.name}` has {count} results")


def _attributes(found: Mapping[str, Any], name: str) -> dict[str, str]:
    """Attributes from all the places where versions had them."""
    attrs: dict[str, str] = {}
    for place in ("param", "attr", "attrs"):
        part = found.get(place) or {}
        _require(isinstance(part, dict), f"`{place}` of `{name}` must be a dict")
        for key, value in part.items():
            _require(isinstance(value, str), f"`{key}` of `{name}` must be a text; got {value!r}")
            attrs[key] = value
    return attrs


# ---- older versions ------------------------------------------------------------------------------


def _upgrade(node: GraphNode, version: int) -> None:
    for key in _BARE_OF_VARIABLES if node.is_variable else _BARE:
        if key in node.attrs:
            node.attrs.setdefault(f"__{key}__", node.attrs.pop(key))
    if node.is_variable:
        return
    _move_factors(node)
    _add_states(node)
    is_all_axes = node.op in ("argmax", "argmin") and node.attrs.get("axis") == "-1"
    if version < _BEFORE_AXES and is_all_axes:
        del node.attrs["axis"]


def _move_factors(node: GraphNode) -> None:
    """`weight_lr_mult` of an operator is a remark about the variable that is its weight."""
    places = {name: place for place, name in enumerate(input_names(node.op))}
    for key in list(node.attrs):
        name, _, factor = key.partition("_lr_mult" if key.endswith("_lr_mult") else "_wd_mult")
        if factor or name == key or name not in places:
            continue
        value = node.attrs.pop(key)
        if places[name] < len(node.inputs):
            variable = node.inputs[places[name]][0]
            if variable.is_variable:
                variable.attrs.setdefault(f"__{key[len(name) + 1 :]}__", value)


def _add_states(node: GraphNode) -> None:
    """Auxiliary states, which the oldest files do not name."""
    places = state_places(node.op, node.attributes)
    names = input_names(node.op)
    if places and names and len(node.inputs) == min(places):
        for place in sorted(places):
            node.inputs.append((GraphNode(VARIABLE, f"{node.name}_{names[place]}"), 0))


# ---- writing -------------------------------------------------------------------------------------


def to_json(graph: Graph) -> str:
    """The text of a symbol file with this graph."""
    return json.dumps(_plain(graph), indent=2, sort_keys=True)


def _plain(graph: Graph) -> dict[str, Any]:
    nodes = graph.nodes()
    numbers = {id(node): number for number, node in enumerate(nodes)}

    def entry(found: Entry, version: int = 0) -> list[int]:
        return [numbers[id(found[0])], found[1], version]

    listed, rows = [], [0]
    for node in nodes:
        states = state_places(node.op, node.attributes)
        plain: dict[str, Any] = {"op": node.op, "name": node.name}
        if node.attrs:
            plain["attrs"] = node.attrs
        plain["inputs"] = [entry(e, int(place in states)) for place, e in enumerate(node.inputs)]
        if node.subgraphs:
            plain["subgraphs"] = [_plain(body) for body in node.subgraphs]
        listed.append(plain)
        count = 1 if node.is_variable else outputs_of(node.op, node.attributes)
        rows.append(rows[-1] + (count or 1))
    return {
        "nodes": listed,
        "arg_nodes": [numbers[id(node)] for node in nodes if node.is_variable],
        "node_row_ptr": rows,
        "heads": [entry(head) for head in graph.heads],
        "attrs": graph.attrs,
    }


__all__ = ["parse_graph", "read_graph", "to_json"]
