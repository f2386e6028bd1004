"""Copies of graphs in which some nodes are others."""

from collections.abc import Callable

from weft._base.errors import Unsupported
from weft.sym._nodes import Entry, Node, Variable, from_line, in_order, replaced


def rebuilt(
    heads: list[Entry], make: Callable[[Node, Callable[[Entry], Entry]], list[Entry] | None]
) -> list[Entry]:
    """The graph with other nodes in the place of some, for both modes. All nodes are new but for
    variables, so that they run in the same order.

    make: of a node, and of a function from old entries to new ones: what stands for its results,
        or None for the node as it is, on what it reads now
    """
    moved: dict[Entry, Entry] = {}

    def now(entry: Entry) -> Entry:
        return moved[entry]

    for node in in_order(heads):
        with from_line(node.line):
            found = make(node, now)
        if found is None:
            copy = _moved_node(node, moved)
            found = [Entry(copy, number) for number in range(node.outputs)]
        moved.update({Entry(node, number): entry for number, entry in enumerate(found)})
    return [moved[entry] for entry in heads]


def _moved_node(node: Node, moved: dict[Entry, Entry]) -> Node:
    if isinstance(node, Variable):
        return node
    written = [(number, moved[Entry(variable, 0)].node) for number, variable in node.writes]
    for (_, variable), (_, new) in zip(node.writes, written, strict=True):
        if not isinstance(new, Variable):
            raise Unsupported(f"`{variable.name}` is a state, which cannot be replaced")
    copy = node.copied(replaced(node.arguments, lambda entry: moved[entry]))
    copy.writes = written
    return copy
