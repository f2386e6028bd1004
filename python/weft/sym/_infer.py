"""Types of a graph's values: each operator is asked by the core's own rules, on placeholders.

Shapes of parameters that are not known follow from data where the operator tells
(`_parameters.py`); that is repeated until nothing new is found.
"""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from weft._base.errors import Error, InvalidState, InvalidValue, NotFound
from weft._core import native
from weft.sym._compose import dtype_name
from weft.sym._nodes import (
    ByMode,
    Call,
    Constant,
    Entry,
    Index,
    Node,
    Variable,
    in_order,
    plain_shape,
    replaced,
    variables_of,
)
from weft.sym._parameters import RULES

Shape = tuple[int, ...]


class Type(NamedTuple):
    """Shape and dtype of a value; of a variable's extents those that are unknown are -1."""

    shape: Shape | None
    dtype: str | None

    @property
    def is_known(self) -> bool:
        """Is the shape whole?"""
        return self.shape is not None and -1 not in self.shape


class Inference:
    """What is known of the values that some heads need.

    shapes, dtypes: of variables by name, beside what these say themselves
    """

    def __init__(
        self,
        heads: Sequence[Entry],
        shapes: Mapping[str, Any],
        dtypes: Mapping[str, Any],
        operation: str,
    ) -> None:
        self._start(heads, operation, variables_of(heads, operation), in_order(heads))
        for name in (*shapes, *dtypes):
            if name not in self.variables:
                known = ", ".join(f"`{known}`" for known in self.variables)
                raise NotFound(f"{operation}: there is no variable `{name}`; there are {known}")
        for name, variable in self.variables.items():
            given = plain_shape(operation, name, shapes.get(name))
            dtype = dtypes.get(name)
            self.types[Entry(variable, 0)] = Type(
                self._merged(variable, variable.shape, given),
                variable.dtype if dtype is None else dtype_name(dtype),
            )
        self._find_all()

    def _start(
        self,
        heads: Sequence[Entry],
        operation: str,
        variables: dict[str, Variable],
        order: list[Node],
    ) -> None:
        self.operation = operation
        self.variables = variables
        self.types: dict[Entry, Type] = {}
        self._order = order

    @classmethod
    def by_variables(cls, heads: Sequence[Entry], operation: str) -> "Inference":
        """What follows from the variables alone, which is remembered: asking for each layer's shape
        on the way costs each node once."""
        found = cls.__new__(cls)
        order = in_order(heads, is_end=lambda node: node.types is not None)
        variables = {node.name: node for node in order if isinstance(node, Variable)}
        found._start(heads, operation, variables, order)
        for node in order:
            if isinstance(node, Variable):
                found.types[Entry(node, 0)] = Type(node.shape, node.dtype)
            elif node.types is not None:
                found._note(node, node.types)
        found._find_all()
        for node in order:
            if not isinstance(node, Variable) and Entry(node, 0) in found.types:
                node.types = [found.types[Entry(node, n)] for n in range(node.outputs)]
        return found

    def _find_all(self) -> None:
        while self._pass():
            pass

    def entry(self, name: str) -> Entry:
        """The value of the variable of that name."""
        return Entry(self.variables[name], 0)

    def of(self, entry: Entry) -> Type:
        """The type of a value, as far as it is known; a variable's dtype is float32 by default."""
        found = self.types.get(entry, Type(None, None))
        is_default = found.dtype is None and isinstance(entry.node, Variable)
        return Type(found.shape, "float32") if is_default else found

    def require(self, entries: Sequence[Entry]) -> list[Type]:
        """The types of values; raises ValueError that names the variable where one is unknown."""
        found = [self.of(entry) for entry in entries]
        if all(type_.is_known for type_ in found):
            return found
        missing = [
            (name, shape)
            for name, variable in self.variables.items()
            if (shape := self.of(Entry(variable, 0)).shape) is None or -1 in shape
        ]
        if missing:
            listed = [f"`{n}`" + (f", now {shape}" if shape else "") for n, shape in missing[:5]]
            raise InvalidValue(
                f"{self.operation}: needs the shape of {' and '.join(listed)}; give it where the "
                f"variable is made, `sym.var({missing[0][0]!r}, shape=...)`, or here by name"
            )
        raise InvalidState(f"{self.operation}: shapes depend on values, which only a run has")

    def _pass(self) -> bool:
        """Finds types of nodes whose arguments are known; is there anything new?"""
        before = dict(self.types)
        for node in self._order:
            if isinstance(node, Variable) or Entry(node, 0) in self.types:
                continue
            if isinstance(node, Constant):
                self._note(node, [Type(node.array.shape, node.array.dtype.name)])
            elif isinstance(node, ByMode):
                known = [type_ for e in node.arguments if (type_ := self.of(e)).is_known]
                if known:
                    self.types[Entry(node, 0)] = known[0]
            else:
                if isinstance(node, Call):
                    self._deduce_parameters(node)
                if self._can_ask(node):
                    self._note(node, self._asked(node))
            self._deduce_states(node)
        return self.types != before

    def _can_ask(self, node: Node) -> bool:
        """Are the types of its arguments known, and do those of its results follow from them?"""
        known = [self.of(entry) for entry in node.sources()]
        is_mask = isinstance(node, Index) and any(type_.dtype == "bool" for type_ in known[1:])
        return not is_mask and all(type_.is_known for type_ in known)

    def _note(self, node: Node, types: list[Type]) -> None:
        self.types.update({Entry(node, number): found for number, found in enumerate(types)})

    def _asked(self, node: Node) -> list[Type]:
        """The types of what the node gives for placeholders."""
        places = {entry: number for number, entry in enumerate(dict.fromkeys(node.sources()))}
        types = [self.of(entry) for entry in places]
        composing = native.set_composing(False)
        try:
            arrays = native.trace_begin_rule([(type_.dtype, type_.shape) for type_ in types])
            try:
                found = node.results(replaced(node.arguments, lambda x: arrays[places[x]]))
                return [Type(tuple(array.shape), array.dtype.name) for array in found]
            finally:
                native.trace_abort()
        except Error as error:
            raise type(error)(f"{error} (in node `{node.name}`)") from None
        finally:
            native.set_composing(composing)

    def _deduce_parameters(self, node: Call) -> None:
        rule = RULES.get(node.operator)
        if rule is None:
            return
        data = node.arguments[0]
        if not isinstance(data, Entry) or not self.of(data).is_known:
            return
        names = [argument["name"] for argument in node.function.schema["arguments"]]
        given = dict(zip(names, node.arguments, strict=False))
        parameters = {
            name: entry
            for name, entry in given.items()
            if isinstance(entry, Entry) and isinstance(entry.node, Variable)
        }
        data_type = self.of(data)
        shapes = {
            name: self.of(entry).shape if isinstance(entry, Entry) else None
            for name, entry in given.items()
        }
        try:
            found = rule(data_type.shape or (), shapes, node.attributes)
        except IndexError:
            return  # data of a rank that the operator will refuse by name
        for name, shape in found.items():
            if name in parameters:
                self._fill(parameters[name], shape, data_type.dtype)

    def _fill(self, entry: Entry, shape: Shape, dtype: str | None) -> None:
        """Puts what was deduced in the place of what is unknown; the operator checks the rest."""
        old = self.types[entry]
        if old.shape is None:
            new = shape
        elif len(old.shape) == len(shape):
            new = tuple(b if a == -1 else a for a, b in zip(old.shape, shape, strict=True))
        else:
            new = old.shape
        is_float = dtype is not None and "float" in dtype
        self.types[entry] = Type(new, old.dtype or (dtype if is_float else None))

    def _deduce_states(self, node: Node) -> None:
        for number, variable in node.writes:
            found = self.types.get(Entry(node, number))
            if found is not None and found.shape is not None:
                self._fill(Entry(variable, 0), found.shape, found.dtype)

    def _merged(self, variable: Variable, own: Shape | None, given: Shape | None) -> Shape | None:
        if own is None or given is None:
            return own if given is None else given
        fits = len(own) == len(given) and all(
            -1 in (a, b) or a == b for a, b in zip(own, given, strict=True)
        )
        if not fits:
            raise InvalidValue(
                f"{self.operation}: `{variable.name}` has shape {own}; got {given}, which does not "
                "fit it"
            )
        return tuple(max(a, b) for a, b in zip(own, given, strict=True))
