"""Shapes and dtypes of a graph's values, from what is known of some of them.

Knowledge goes both ways: forward by the operators' own rules, which are asked on placeholders, and
backward by what `_shape_rules.py` knows. It is repeated until nothing new is found.
"""

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy

from weft._base.errors import Error, InvalidType, InvalidValue, NotFound
from weft._base.spelling import hint
from weft._mxnet_files.records import DTYPES
from weft.mxnet._modes import asks_for_numpy_shapes
from weft.mxnet._operators import parse, parsed, read_shape
from weft.mxnet._operators._attributes import ints
from weft.mxnet._reading.graph import Entry, GraphNode, reachable
from weft.mxnet.symbol._asking import asked
from weft.mxnet.symbol._inputs import visible_outputs
from weft.mxnet.symbol._modes import Known, inward, outward
from weft.mxnet.symbol._shape_rules import NEED_WHOLE, RULES, Place, merged
from weft.mxnet.symbol._type_rules import types_of

_MOST_PASSES = 50


def is_whole(shape: Known) -> bool:
    """Is every extent known?"""
    return shape is not None and -1 not in shape


class Inference:
    """What is known of the values of a graph.

    states: the variables, by their ids, that are auxiliary states
    shapes, dtypes: of variables by name; they overrule what the variables say themselves
    """

    def __init__(
        self,
        heads: Sequence[Entry],
        states: set[int],
        shapes: Mapping[str, Known],
        dtypes: Mapping[str, Any],
        caller: str,
    ) -> None:
        self.heads, self.caller = list(heads), caller
        self.nodes = list(reachable(node for node, _ in heads))
        variables = [node for node in self.nodes if node.is_variable]
        self.arguments = [node for node in variables if id(node) not in states]
        self.states = [node for node in variables if id(node) in states]
        self._shapes: dict[tuple[int, int], Known] = {}
        self._types: dict[tuple[int, int], str] = {}
        self._check(shapes, dtypes, variables)
        self._asked: dict[int, Any] = {}
        for node in variables:
            self._begin(node, shapes, dtypes)
        self._attributes = {id(node): parsed(node.op, node.attributes) for node in self.nodes}
        self._search(self._types, self._deduce_types)
        self._search(self._shapes, self._deduce_shapes)

    def _check(
        self, shapes: Mapping[str, Known], dtypes: Mapping[str, Any], variables: list[GraphNode]
    ) -> None:
        names = [node.name for node in variables]
        for name in (*shapes, *dtypes):
            if name not in names:
                raise NotFound(
                    f"{self.caller}: there is no argument `{name}`{hint(name, {}, names)}; there "
                    f"are {', '.join(names)}"
                )

    def _begin(
        self, node: GraphNode, shapes: Mapping[str, Known], dtypes: Mapping[str, Any]
    ) -> None:
        told = shapes.get(node.name)
        own = read_shape(node.attrs.get("__shape__"))
        self._shapes[id(node), 0] = inward(own) if told is None else told
        given = dtypes.get(node.name)
        code = parse(node.attrs.get("__dtype__", "None"))
        if given is not None:
            self._types[id(node), 0] = self._dtype(node.name, given)
        elif isinstance(code, int) and code in DTYPES:
            self._types[id(node), 0] = DTYPES[code]

    def _dtype(self, name: str, given: Any) -> str:
        if given == "bfloat16":
            return "bfloat16"
        try:
            return numpy.dtype(given).name
        except TypeError:
            raise InvalidType(
                f"{self.caller}: the type of `{name}` must be a dtype; got {given!r}"
            ) from None

    # ---- the search --------------------------------------------------------------------------

    def _search(self, known: dict[Any, Any], deduce: Callable[[GraphNode], None]) -> None:
        """Asks all nodes, forth and back, until nothing new is found."""
        for _ in range(_MOST_PASSES):
            before = dict(known)
            for node in (*self.nodes, *reversed(self.nodes)):
                if not node.is_variable:
                    self._ask(deduce, node)
            if before == known:
                return

    def _ask(self, deduce: Callable[[GraphNode], None], node: GraphNode) -> None:
        """Asks one node. Raises ValueError, with its name, where it cannot have what it has."""
        try:
            deduce(node)
        except (ArithmeticError, LookupError, TypeError, ValueError) as error:
            told = str(error)
            if not isinstance(error, Error):  # a rule met a missing input, or a text for a number
                told = f"its inputs or attributes {node.attributes} do not fit: {error!r}"
            raise InvalidValue(f"{self.caller}: {node.op} `{node.name}`: {told}") from None

    def _deduce_types(self, node: GraphNode) -> None:
        inputs = [self._types.get((id(child), n)) for child, n in node.inputs]
        count = visible_outputs(node.op, node.attributes)
        outputs = [self._types.get((id(node), n)) for n in range(count)]
        inputs, outputs = types_of(node.op, self._attributes[id(node)], inputs, outputs)
        for (child, n), found in zip(node.inputs, inputs, strict=True):
            if found is not None:
                self._types.setdefault((id(child), n), found)
        for n, found in enumerate(outputs):
            if found is not None:
                self._types.setdefault((id(node), n), found)

    def _deduce_shapes(self, node: GraphNode) -> None:
        inputs = [self._shapes.get((id(child), n)) for child, n in node.inputs]
        count = visible_outputs(node.op, node.attributes)
        outputs = [self._shapes.get((id(node), n)) for n in range(count)]
        state = (*inputs, None, *outputs)
        if self._asked.get(id(node)) == state:
            return
        place = Place(node.op, self._attributes[id(node)], inputs, outputs)
        rule = RULES.get(node.op)
        if rule is not None:
            rule(place)
        if node.op == "_foreach":
            self._deduce_loop(node, place)
        for (child, n), found in zip(node.inputs, place.inputs, strict=True):
            self._note(child, n, found)
        for n, found in enumerate(self._forward(node, place)):
            self._note(node, n, found)
        inputs = [self._shapes.get((id(child), n)) for child, n in node.inputs]
        outputs = [self._shapes.get((id(node), n)) for n in range(count)]
        self._asked[id(node)] = (*inputs, None, *outputs)

    def _forward(self, node: GraphNode, place: Place) -> list[Known]:
        """Shapes of results: by the rule for shapes, else by the operator itself."""
        inputs = [self._shapes.get((id(child), n)) for child, n in node.inputs]
        if not node.inputs and node.op in RULES:
            return place.outputs  # asked itself, it would take an unknown extent for an empty one
        if all(map(is_whole, place.outputs)) and not all(map(is_whole, inputs)):
            return place.outputs
        if node.op in NEED_WHOLE and not all(map(is_whole, inputs)):
            return place.outputs
        if any(shape is None for shape in inputs):
            return place.outputs
        types = [self._types.get((id(child), n), "float32") for child, n in node.inputs]
        found = asked(node, inputs, types)
        if found is None:
            return place.outputs
        return [merged(one, other) for one, other in zip(place.outputs, found, strict=False)]

    def _deduce_loop(self, node: GraphNode, place: Place) -> None:
        """Of a loop over rows: what its body says of what it reads and gives, row by row."""
        given, body = place.given, node.subgraphs[0]
        rows_at = ints(given["in_data_locs"], "in_data_locs")
        at = (*rows_at, *ints(given["in_state_locs"], "in_state_locs"))
        at = (*at, *ints(given.get("remain_locs", ()), "remain_locs"))
        names = list(dict.fromkeys(variable.name for variable in body.variables()))
        known, types = {}, {}
        for number, (where, shape) in enumerate(zip(at, place.inputs, strict=True)):
            child, result = node.inputs[number]
            types[names[where]] = self._types.get((id(child), result))
            is_row = number < len(rows_at)
            known[names[where]] = _row_of(shape) if is_row and shape is not None else shape
        inner = Inference(body.heads, set(), known, types, self.caller)
        by_name = {variable.name: inner.shape(variable) for variable in body.variables()}
        for number in range(len(rows_at), len(at)):
            place.set_input(number, by_name[names[at[number]]])
        first = place.inputs[0]
        for number, (head, result) in enumerate(body.heads[: len(place.outputs)]):
            shape = inner.shape(head, result)
            if number < int(given["num_out_data"]):
                if shape is None or first is None:
                    continue
                shape = (first[0], *shape)
            place.set_output(number, shape)

    def _note(self, node: GraphNode, number: int, shape: Known) -> None:
        if shape is None:
            return
        old = self._shapes.get((id(node), number))
        self._shapes[id(node), number] = merged(old, shape)

    # ---- answers -----------------------------------------------------------------------------

    def shape(self, node: GraphNode, number: int = 0) -> Known:
        """The shape of a value, as far as it is known."""
        return self._shapes.get((id(node), number))

    def dtype(self, node: GraphNode, number: int = 0) -> str | None:
        """The name of the dtype of a value."""
        return self._types.get((id(node), number))

    def shapes(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Of arguments, outputs and states, as programs have them."""
        return (
            [outward(self.shape(node)) for node in self.arguments],
            [outward(self.shape(node, n)) for node, n in self.heads],
            [outward(self.shape(node)) for node in self.states],
        )

    def unknown(self) -> list[GraphNode]:
        """Variables whose shape is not known."""
        return [n for n in (*self.arguments, *self.states) if not is_whole(self.shape(n))]

    def whole_shapes(self) -> tuple[Any, Any, Any]:
        """The same; Nones and a warning where something is not known."""
        missing = self.unknown()
        if not missing and all(is_whole(self.shape(node, n)) for node, n in self.heads):
            return self.shapes()
        listed = ", ".join(f"`{n.name}` {outward(self.shape(n))}" for n in missing[:10])
        warnings.warn(
            f"{self.caller}: cannot decide the shapes of {listed or 'the outputs'}; 0 is an "
            "unknown extent. Give them by name",
            stacklevel=4,
        )
        return None, None, None

    def types(self) -> tuple[list[Any], list[Any], list[Any]]:
        """Types of arguments, outputs and states."""
        return (
            [_numpy_type(self.dtype(node)) for node in self.arguments],
            [_numpy_type(self.dtype(node, n)) for node, n in self.heads],
            [_numpy_type(self.dtype(node)) for node in self.states],
        )

    def whole_types(self) -> tuple[Any, Any, Any]:
        """The same; Nones and a warning where something is not known."""
        missing = [n.name for n in (*self.arguments, *self.states) if self.dtype(n) is None]
        if not missing:
            return self.types()
        warnings.warn(
            f"{self.caller}: cannot decide the types of {', '.join(missing[:10])}; give them by "
            "name",
            stacklevel=4,
        )
        return None, None, None


def _row_of(shape: tuple[int, ...]) -> tuple[int, ...]:
    """The shape of a row; in 1.x that of an array of one axis has one, too."""
    return shape[1:] or (() if asks_for_numpy_shapes() else (1,))


def _numpy_type(name: str | None) -> Any:
    if name is None:
        return None
    return name if name == "bfloat16" else numpy.dtype(name).type


__all__ = ["Inference", "is_whole"]
