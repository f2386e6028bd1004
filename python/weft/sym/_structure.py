"""What a symbol knows of its graph: names of variables, states and outputs, and attributes.

The symbol itself adds what composes, infers and runs. These in turn need to know of a symbol no
more than what is here.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Self

from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft.sym._nodes import Call, Entry, Node, Variable, in_order, variables_of
from weft.sym._parameters import STATES


class Structure:
    """One or several results of a graph, its heads."""

    def __init__(self, heads: list[Entry]) -> None:
        self.heads = heads

    def __repr__(self) -> str:
        return f"<Symbol {', '.join(self.list_outputs())}>"

    # ---- names

    @property
    def name(self) -> str | None:
        """The name of the node that gives it; None where there are several."""
        nodes = {entry.node for entry in self.heads}
        return next(iter(nodes)).name if len(nodes) == 1 else None

    @property
    def _variables(self) -> dict[str, Variable]:
        return variables_of(self.heads, "symbol")

    def _states(self) -> set[Variable]:
        """Variables that operators write, or take for states."""
        found: set[Variable] = set()
        for node in in_order(self.heads):
            found.update(variable for _, variable in node.writes)
            if isinstance(node, Call) and node.operator in STATES:
                names = [argument["name"] for argument in node.function.schema["arguments"]]
                for name, entry in zip(names, node.arguments, strict=False):
                    if name in STATES[node.operator] and isinstance(entry.node, Variable):
                        found.add(entry.node)
        return found

    def list_inputs(self) -> list[str]:
        """Names of all variables, in the order in which the graph meets them."""
        return list(self._variables)

    def list_arguments(self) -> list[str]:
        """Names of the variables that are no states."""
        states = self._states()
        return [name for name, variable in self._variables.items() if variable not in states]

    def list_auxiliary_states(self) -> list[str]:
        """Names of the variables that a run may write, such as running statistics."""
        states = self._states()
        return [name for name, variable in self._variables.items() if variable in states]

    def list_outputs(self) -> list[str]:
        """Names of the outputs: `tanh0_output`, and of a variable its own."""
        return [entry.node.output_names()[entry.index] for entry in self.heads]

    def get_internals(self) -> Self:
        """All results of all nodes as one symbol; pick one by its name."""
        nodes = in_order(self.heads)
        return type(self)([Entry(node, n) for node in nodes for n in range(node.outputs)])

    def get_children(self) -> Self | None:
        """What the nodes of this symbol read directly, as one symbol; None for variables."""
        nodes = dict.fromkeys(entry.node for entry in self.heads)
        entries = [entry for node in nodes for entry in node.sources()]
        return type(self)(entries) if entries else None

    # ---- attributes

    def _node(self, operation: str) -> Node:
        nodes = {entry.node for entry in self.heads}
        if len(nodes) != 1:
            raise InvalidValue(f"{operation}: the symbol must come from one node; got {len(nodes)}")
        return nodes.pop()

    def attr(self, key: str) -> str | None:
        """One attribute of the node, None if it has none of that name."""
        return self._node("attr").attrs.get(key)

    def list_attr(self) -> dict[str, str]:
        """The attributes of the node."""
        return dict(self._node("list_attr").attrs)

    def attr_dict(self) -> dict[str, dict[str, str]]:
        """The attributes of all nodes that have some, by the names of these."""
        return {node.name: dict(node.attrs) for node in in_order(self.heads) if node.attrs}

    def _output_named(self, name: str) -> Entry:
        found = {
            entry
            for entry, known in zip(self.heads, self.list_outputs(), strict=True)
            if name in (known, entry.node.name)
        }
        if len(found) != 1:
            what = "several outputs are" if found else "no output is"
            raise NotFound(
                f"getitem: {what} named {name!r}; outputs are {', '.join(self.list_outputs()[:9])}"
            )
        return found.pop()

    # ---- arguments by name

    def _by_name(
        self, operation: str, args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What is given for arguments, by position or by name, all by name."""
        names = self.list_arguments()
        if len(args) > len(names):
            raise InvalidType(f"{operation}: there are {len(names)} arguments; got {len(args)}")
        by = dict(zip(names, args, strict=False))
        if twice := by.keys() & kwargs.keys():
            raise InvalidType(f"{operation}: `{min(twice)}` is given twice")
        return {**by, **kwargs}
