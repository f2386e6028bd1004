"""Gives each Gradient node the part of its graph that it differentiates, as a body.

`Gradient` of `ai.onnx.preview.training` names values of the graph around it: it is the derivative
of `y` by `xs`, at the values that its inputs have, while `zs` stay what they are. So what makes `y`
of these becomes a program of its own, and the operator one with a body, such as If.
"""

from dataclasses import replace

from weft._base.errors import InvalidValue
from weft._import.program import Node, Port, Program, read_by

DOMAIN = "ai.onnx.preview.training"


def with_bodies(nodes: list[Node]) -> None:
    """Adds `body` to the attributes of all Gradient nodes among the nodes of a graph."""
    for number, node in enumerate(nodes):
        if node.domain == DOMAIN and node.operator == "Gradient":
            node.attributes["body"] = _body(node, nodes[:number])


def _body(node: Node, before: list[Node]) -> Program:
    named = [*_names(node, "xs"), *_names(node, "zs")]
    if len(named) != len(node.inputs) or len(set(named)) != len(named):
        raise InvalidValue(
            f"{node.title}: `xs` and `zs` must name each input once; got {named} for "
            f"{len(node.inputs)} inputs"
        )
    y = node.attributes.get("y")
    if not isinstance(y, str) or not y:
        raise InvalidValue(f"{node.title}: `y` must name a value; got {y!r}")
    if y not in named and not any(y in made.outputs for made in before):
        raise InvalidValue(f"{node.title}: `y`, {y}, is made by no node before it")
    ports = [Port(name) for name in named]
    return Program(f"{node.name}.body", ports, [y], _between(named, y, before))


def _names(node: Node, key: str) -> list[str]:
    found = node.attributes.get(key, [])
    if not isinstance(found, list) or not all(isinstance(name, str) for name in found):
        raise InvalidValue(f"{node.title}: `{key}` must be names of values; got {found!r}")
    return found


def _between(named: list[str], y: str, before: list[Node]) -> list[Node]:
    """The nodes on the ways from the named values to `y`. What does not follow from these is read
    from the graph around."""
    moved = set(named)
    following = []
    for node in before:
        if moved.intersection(read_by(node)):
            following.append(node)
            moved.update(name for name in node.outputs if name not in named)
    wanted, kept = {y}, []
    for node in reversed(following):
        made = [name for name in node.outputs if name in wanted and name not in named]
        if made:
            kept.append(replace(node, attributes=dict(node.attributes)))
            wanted.update(read_by(node))
    return kept[::-1]


__all__ = ["DOMAIN", "with_bodies"]
