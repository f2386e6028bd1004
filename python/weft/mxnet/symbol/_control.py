"""Loops and branches of symbols: `mx.sym.contrib.foreach`, `while_loop`, `cond`.

What a program composes inside a body is a graph of its own, a node's `subgraphs`. What a body reads
from around it becomes an input of the node, and a variable of the same name inside.
"""

from collections.abc import Callable, Sequence
from typing import Any

from weft._base.errors import InvalidType, InvalidValue
from weft.mxnet import name as names
from weft.mxnet._reading.graph import VARIABLE, Entry, Graph, GraphNode, reachable
from weft.mxnet.attribute import AttrScope, current
from weft.mxnet.base import RefusedError
from weft.mxnet.symbol._symbol import Symbol, file_attributes

_SCOPE = "__subgraph_name__"  # the annotation of nodes that are made inside a body


class _Body:
    """A graph cut out of the graph around it.

    graph: with variables in the place of what it reads
    sources: by a variable's name, what it stands for outside; None for the body's own arguments
    """

    def __init__(self, heads: Sequence[Entry], scope: str, own: Sequence[str]) -> None:
        self.sources: dict[str, Entry | None] = {}
        self._scope, self._own = scope, set(own)
        self._made: dict[int, GraphNode] = {}
        self._inner: dict[tuple[int, int], GraphNode] = {}
        for node in reachable(node for node, _ in heads):
            if self._is_inside(node):
                copy = GraphNode(node.op, node.name, self._attrs(node), [], list(node.subgraphs))
                copy.inputs = [self._entry(entry) for entry in node.inputs]
                self._made[id(node)] = copy
        self.graph = Graph([self._entry(head) for head in heads], file_attributes())
        self.names = list(dict.fromkeys(node.name for node in self.graph.variables()))

    def _is_inside(self, node: GraphNode) -> bool:
        return not node.is_variable and node.attrs.get(_SCOPE) == self._scope

    def _attrs(self, node: GraphNode) -> dict[str, str]:
        return {key: text for key, text in node.attrs.items() if key != _SCOPE}

    def _entry(self, entry: Entry) -> Entry:
        node, number = entry
        if id(node) in self._made:
            return self._made[id(node)], number
        key = id(node), number
        if key not in self._inner:
            label = node.name if node.is_variable else f"{node.name}_output{number}"
            self._inner[key] = GraphNode(VARIABLE, label)
            self.sources[label] = None if label in self._own else entry
        return self._inner[key], 0

    def places(self, wanted: Sequence[str]) -> list[int]:
        """Where arguments are among the variables; -1 for one that the body does not read."""
        return [self.names.index(name) if name in self.names else -1 for name in wanted]


def _listed(value: Any, what: str) -> tuple[list[Symbol], bool]:
    """Symbols as a list; was it one alone?"""
    several = list(value) if isinstance(value, list | tuple) else [value]
    for one in several:
        if not isinstance(one, Symbol):
            raise InvalidType(f"{what} must be symbols; got {type(one).__name__}")
    alone = not isinstance(value, list | tuple)
    return [Symbol([head]) for one in several for head in one._heads], alone


def _variables(prefix: str, count: int) -> list[Symbol]:
    return [Symbol([(GraphNode(VARIABLE, f"{prefix}{i}"), 0)]) for i in range(count)]


def _given(values: list[Symbol], is_alone: bool) -> Any:
    return values[0] if is_alone and len(values) == 1 else values


def _node(op: str, name: str, inputs: list[Entry], bodies: list[_Body], **attrs: Any) -> GraphNode:
    texts = {key: str(value) for key, value in attrs.items()}
    texts["num_args"] = str(len(inputs) + len(bodies))
    # Inside of a body around it the node is a part of that body.
    around = current().get(None).get(_SCOPE)
    if around is not None:
        texts[_SCOPE] = around
    node = GraphNode(op, name, texts, inputs)
    node.subgraphs = [body.graph for body in bodies]
    return node


def foreach(
    body: Callable[[Any, Any], Any], data: Any, init_states: Any, name: str = "foreach"
) -> Any:
    """Runs `body` for each row of `data`, handing states from one to the next.

    body: gets a row and the states, returns outputs and the new states
    data, init_states: a symbol, or a list of symbols

    Returns the outputs, stacked along a new axis 0, and the last states.

    >>> from weft import mxnet as mx, np
    >>> def step(row, total):
    ...     return row * 2, row + total
    >>> out, last = mx.sym.contrib.foreach(step, mx.sym.var("x"), mx.sym.var("s"))
    >>> out.eval(x=np.array([[1.0], [2.0]]), s=np.zeros((1,)))[0].asnumpy()
    array([[2.],
           [4.]], dtype=float32)
    """
    own = names.current().get(None, name)
    rows, is_row = _listed(data, "foreach: `data`")
    states, is_state = _listed(init_states, "foreach: `init_states`")
    row_vars = _variables(f"{own}_data", len(rows))
    state_vars = _variables(f"{own}_state", len(states))
    with AttrScope(**{_SCOPE: own}):
        found = body(_given(row_vars, is_row), _given(state_vars, is_state))
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise InvalidType("foreach: `body` must return outputs and states")
    outputs, is_out = _listed(found[0], "foreach: outputs of `body`")
    new, _ = _listed(found[1], "foreach: states of `body`")
    if len(new) != len(states):
        raise InvalidValue(f"foreach: `body` must return {len(states)} states; got {len(new)}")
    inner = _Body(
        [s._heads[0] for s in (*outputs, *new)],
        own,
        [s.name or "" for s in (*row_vars, *state_vars)],
    )
    rest = {label: entry for label, entry in inner.sources.items() if entry is not None}
    row_places = inner.places([s.name or "" for s in row_vars])
    state_places = inner.places([s.name or "" for s in state_vars])
    used_rows = [(s, p) for s, p in zip(rows, row_places, strict=True) if p >= 0]
    used_states = [(s, p) for s, p in zip(states, state_places, strict=True)]
    if not used_rows or -1 in state_places:
        raise RefusedError("foreach: `body` must read its row and each of its states")
    inputs = [s._heads[0] for s, _ in (*used_rows, *used_states)] + list(rest.values())
    node = _node(
        "_foreach",
        own,
        inputs,
        [inner],
        num_outputs=len(outputs) + len(new),
        num_out_data=len(outputs),
        in_data_locs=tuple(p for _, p in used_rows),
        in_state_locs=tuple(p for _, p in used_states),
        remain_locs=tuple(inner.places(list(rest))),
    )
    whole = [Symbol([(node, n)]) for n in range(len(outputs) + len(new))]
    count = len(outputs)
    return _given(whole[:count], is_out), _given(whole[count:], is_state)


def while_loop(
    cond: Callable[..., Symbol],
    func: Callable[..., Any],
    loop_vars: Any,
    max_iterations: int | None = None,
    name: str = "while_loop",
) -> Any:
    """Runs `func` while `cond` is true, at most `max_iterations` times.

    cond, func: get the loop variables; `func` returns outputs and the new variables

    Returns the outputs, stacked along a new axis 0 of `max_iterations` rows, and the last
    variables.
    """
    if max_iterations is None:
        raise InvalidValue("while_loop: `max_iterations` must be given")
    own = names.current().get(None, name)
    states, is_state = _listed(loop_vars, "while_loop: `loop_vars`")
    variables = _variables(f"{own}_var", len(states))
    labels = [s.name or "" for s in variables]
    with AttrScope(**{_SCOPE: f"{own}_cond"}):
        decided, _ = _listed(cond(*variables), "while_loop: what `cond` returns")
    with AttrScope(**{_SCOPE: f"{own}_func"}):
        found = func(*variables)
    if not isinstance(found, tuple | list) or len(found) != 2:
        raise InvalidType("while_loop: `func` must return outputs and the new variables")
    given = [] if found[0] is None else found[0]
    outputs, is_out = _listed(given, "while_loop: outputs of `func`")
    new, _ = _listed(found[1], "while_loop: variables of `func`")
    if len(new) != len(states):
        raise InvalidValue(
            f"while_loop: `func` must return {len(states)} variables; got {len(new)}"
        )
    asked = _Body([decided[0]._heads[0]], f"{own}_cond", labels)
    step = _Body([s._heads[0] for s in (*outputs, *new)], f"{own}_func", labels)
    # A variable that the body does not read becomes an output that nobody sees.
    unread = [s for s, place in zip(variables, step.places(labels), strict=True) if place < 0]
    if unread:
        heads = [s._heads[0] for s in (*outputs, *unread, *new)]
        step = _Body(heads, f"{own}_func", labels)
    seen, last = len(outputs), len(outputs) + len(unread)
    inputs, where = _joined([asked, step], dict(zip(labels, states, strict=True)))
    node = _node(
        "_while_loop",
        own,
        inputs,
        [asked, step],
        num_outputs=last + len(new),
        num_out_data=last,
        max_iterations=int(max_iterations),
        cond_input_locs=tuple(where[0]),
        func_input_locs=tuple(where[1]),
        func_var_locs=tuple(step.places(labels)),
    )
    whole = [Symbol([(node, n)]) for n in range(last + len(new))]
    return _given(whole[:seen], is_out), _given(whole[last:], is_state)


def cond(
    pred: Symbol, then_func: Callable[[], Any], else_func: Callable[[], Any], name: str = "cond"
) -> Any:
    """What one of two functions composes, by whether a symbol of one element is not 0."""
    own = names.current().get(None, name)
    (asked, *_), _ = _listed(pred, "cond: `pred`")
    bodies, counts, alone = [], [], True
    for word, function in (("then", then_func), ("else", else_func)):
        with AttrScope(**{_SCOPE: f"{own}_{word}"}):
            found, alone = _listed(function(), f"cond: what `{word}_func` returns")
        counts.append(len(found))
        bodies.append(_Body([s._heads[0] for s in found], f"{own}_{word}", []))
    if counts[0] != counts[1]:
        raise InvalidValue(
            f"cond: both functions must return as many symbols; got {counts[0]} and {counts[1]}"
        )
    decided = _Body([asked._heads[0]], f"{own}_pred", [])
    inputs, where = _joined([decided, *bodies], {})
    node = _node(
        "_cond",
        own,
        inputs,
        [decided, *bodies],
        num_outputs=counts[0],
        cond_input_locs=tuple(where[0]),
        then_input_locs=tuple(where[1]),
        else_input_locs=tuple(where[2]),
    )
    return _given([Symbol([(node, n)]) for n in range(counts[0])], alone)


def _joined(bodies: Sequence[_Body], own: dict[str, Symbol]) -> tuple[list[Entry], list[list[int]]]:
    """What several bodies read, each once, and for each body where its variables are in it."""
    inputs: list[Entry] = []
    where = []
    for body in bodies:
        places = []
        for label in body.names:
            entry = body.sources[label]
            if entry is None:
                entry = own[label]._heads[0]
            known = [n for n, other in enumerate(inputs) if other[0] is entry[0]]
            known = [n for n in known if inputs[n][1] == entry[1]]
            places.append(known[0] if known else len(inputs))
            if not known:
                inputs.append(entry)
        where.append(places)
    return inputs, where


__all__ = ["cond", "foreach", "while_loop"]
