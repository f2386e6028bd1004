"""Which channels of a network belong together: those that must stay or go at once.

A group is what a convolution or a dense layer gives, and all that it is added to or passes through.
Channels that something reads of which is not known how it treats them are fixed.
"""

import math
from typing import Any, NamedTuple

from weft.compression._graph.layers import Graph
from weft.compression._graph.traced import Traced
from weft.sym._nodes import ByMode, Call, Constant, Entry, Node, Variable

# Operators that treat every channel by itself and alike.
UNARY = frozenset(
    [
        "relu",
        "relu6",
        "leaky_relu",
        "elu",
        "selu",
        "celu",
        "gelu",
        "silu",
        "mish",
        "sigmoid",
        "log_sigmoid",
        "hard_sigmoid",
        "hard_swish",
        "softplus",
        "softsign",
        "tanh",
        "clip",
        "dropout",
        "pooling",
        "abs",
        "negative",
        "square",
        "sqrt",
        "exp",
    ]
)
BINARY = frozenset(["add", "subtract", "multiply", "divide", "maximum", "minimum"])


class Group:
    """Channels, which other groups may join; sources: weights whose axis 0 makes them, each with
    the factor of the batch norm behind it."""

    def __init__(self, size: int) -> None:
        self.size, self.is_fixed = size, False
        self.sources: list[Variable] = []
        self.layers: list[str] = []
        self._joined: Group | None = None

    def root(self) -> "Group":
        """The group that it is part of."""
        found = self
        while found._joined is not None:
            found = found._joined
        return found

    def join(self, other: "Group") -> None:
        """Both become one."""
        a, b = self.root(), other.root()
        if a is b:
            return
        if a.size != b.size:
            a.is_fixed = b.is_fixed = True
            return
        b._joined = a
        a.is_fixed |= b.is_fixed
        a.sources += b.sources
        a.layers += b.layers


class Channels(NamedTuple):
    """Axis 1 of an array, or an axis of a parameter: each channel of a group `repeat` times in a
    row, as flattening leaves images."""

    group: Group
    repeat: int = 1


class ChannelGroups:
    """The groups of a network; cuts: by parameter and axis whose channels lie along it."""

    def __init__(self, net: Traced, shapes: dict[Entry, tuple[int, ...]]) -> None:
        self.net, self.shapes = net, shapes
        self.cuts: dict[Variable, dict[int, Channels]] = {}
        self.norms: dict[Variable, Call] = {}  # behind a weight
        self.depthwise: dict[Node, Group] = {}
        self._whole: set[tuple[Node, int]] = set()  # axes of parameters that stay somewhere
        self._graph = Graph(net.heads, net.arrays)
        self._of: dict[Entry, Channels | None] = {}
        for entry in Traced.every(net.heads):
            if entry.index == 0:
                self._visit(entry.node)
        for entry in net.heads:
            self._fix(entry)

    def groups(self) -> list[Group]:
        """Those whose channels may go, in the network's order."""
        found = [channels.group.root() for cut in self.cuts.values() for channels in cut.values()]
        return [group for group in dict.fromkeys(found) if not group.is_fixed]

    def _visit(self, node: Node) -> None:
        for number in range(node.outputs):
            self._of[Entry(node, number)] = None
        if isinstance(node, Variable | Constant):
            return
        found = self._passed(node)
        if found is None:
            for entry in node.sources():
                self._fix(entry)
        self._of[Entry(node, 0)] = found

    def _fix(self, entry: Entry) -> None:
        known = self._of.get(entry)
        if known is not None:
            known.group.root().is_fixed = True
        if entry.node in self.net.parameters:
            for axis in range(len(self.shapes[entry])):
                self._keep_whole(entry.node, axis)

    def _keep_whole(self, node: Node, axis: int) -> None:
        self._whole.add((node, axis))
        known = self.cuts.get(node, {}).get(axis)
        if known is not None:
            known.group.root().is_fixed = True

    def _passed(self, node: Node) -> Channels | None:
        if isinstance(node, ByMode):
            return self._united(node.arguments)
        if not isinstance(node, Call):
            return None
        word = node.operator
        if word == "convolution":
            return self._convolution(node)
        if word == "fully_connected":
            return self._dense(node)
        if word == "batch_norm":
            return self._norm(node)
        entries = node.sources()
        if word in UNARY and len(entries) == 1:
            return self._of[entries[0]]
        if word in BINARY and len({self.shapes[entry] for entry in entries}) == 1:
            return self._united(entries)
        if word == "batch_flatten":
            return self._flat(entries[0])
        if word in ("mean", "max") and self._keeps_channels(node):
            return self._of[entries[0]]
        return None

    def _keeps_channels(self, node: Call) -> bool:
        axes, rank = node.attributes.get("axis"), len(self.shapes[node.sources()[0]])
        if axes is None:
            return False
        axes = (axes,) if isinstance(axes, int) else axes
        return all(axis % rank > 1 for axis in axes)

    def _united(self, entries: list[Entry]) -> Channels | None:
        known = [self._of[entry] for entry in entries]
        first = known[0]
        if any(channels is None or channels.repeat != first.repeat for channels in known):
            return None
        for channels in known[1:]:
            first.group.join(channels.group)
        return None if first is None else first

    def _flat(self, entry: Entry) -> Channels | None:
        known = self._of[entry]
        if known is None:
            return None
        return Channels(known.group, known.repeat * math.prod(self.shapes[entry][2:]))

    def _cut(self, argument: Any, axis: int, channels: Channels | None) -> None:
        """The parameter's axis has these channels, which stay where it cannot be cut."""
        if argument is None:
            return
        node = argument.node
        if channels is None:
            self._keep_whole(node, axis)
            return
        known = self.cuts.setdefault(node, {}).setdefault(axis, channels)
        known.group.join(channels.group)
        is_whole = node not in self.net.parameters or (node, axis) in self._whole
        if is_whole or known.repeat != channels.repeat:
            known.group.root().is_fixed = channels.group.root().is_fixed = True

    def _convolution(self, node: Call) -> Channels | None:
        data, weight, *rest = node.arguments
        bias, given = rest[0] if rest else None, self._of[data]
        shape, groups = self.shapes[weight], node.attributes.get("num_group", 1)
        if groups > 1:
            if given is None or groups != shape[0] or shape[1] != 1:
                return None
            self.depthwise[node] = given.group
            given.group.layers.append(node.name)
            for argument in (weight, bias):
                self._cut(argument, 0, given)
            return given
        return self._weighted(node, weight, bias, given)

    def _dense(self, node: Call) -> Channels | None:
        data, weight, *rest = node.arguments
        given = self._of[data]
        if len(self.shapes[data]) > 2:
            is_flat = node.attributes.get("flatten", True)
            if given is not None and not is_flat:
                given.group.root().is_fixed = True
            given = self._flat(data) if is_flat else None
            if not is_flat:
                return None
        return self._weighted(node, weight, rest[0] if rest else None, given)

    def _weighted(
        self, node: Call, weight: Any, bias: Any, given: Channels | None
    ) -> Channels | None:
        made = Channels(Group(self.shapes[weight][0]))
        made.group.sources.append(weight.node)
        made.group.layers.append(node.name)
        self._cut(weight, 1, given)
        self._cut(weight, 0, made)
        self._cut(bias, 0, made)
        return made

    def _norm(self, node: Call) -> Channels | None:
        data, *parts = node.arguments
        known = self._of[data]
        if known is None or node.attributes.get("axis", 1) != 1:
            return None
        for part in parts[:4]:
            self._cut(part, 0, known)
        source = self._graph.resolved(data).node
        if isinstance(source, Call) and source.operator in ("convolution", "fully_connected"):
            self.norms[source.arguments[1].node] = node
        return known
