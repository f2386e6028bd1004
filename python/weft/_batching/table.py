"""The one table: what each primitive operator does to a batch. The families' modules fill it.

Values of a batch have the batch as their axis 0; a rule sees operands with and without it, and the
operator's attributes as they are for one example. A rule gives values with the batch axis. Where no
operand has the axis there is nothing to do, and no rule is asked. Composite operators have no rule:
a trace has the operators that they are made of.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from weft._base.errors import Unsupported
from weft._core import native
from weft._transforms.graph_text import Type
from weft._transforms.running import apply, operator_named


class Value(NamedTuple):
    """An array, and whether its axis 0 is the batch."""

    array: Any
    batched: bool


class Call:
    """A node that runs on a batch.

    operands: `Value`s, numbers, or None where absent; out: types of the results for one example
    """

    def __init__(
        self,
        op: str,
        operands: list[Any],
        attributes: dict[str, Any],
        out: list[Type],
        size: int,
        randomness: str,
    ) -> None:
        self.op, self.operands, self.attributes, self.out = op, operands, attributes, out
        self.size, self.randomness = size, randomness

    def __getitem__(self, name: str) -> Any:
        """An attribute."""
        return self.attributes[name]

    @property
    def count(self) -> int:
        """The number of operands."""
        return len(self.operands)

    def given(self, place: int) -> bool:
        """Is there such an operand?"""
        return place < self.count and self.operands[place] is not None

    def is_batched(self, place: int) -> bool:
        """Has it the batch axis?"""
        operand = self.operands[place] if place < self.count else None
        return isinstance(operand, Value) and operand.batched

    def any_batched(self, *places: int) -> bool:
        """Has one of these, or of all, the batch axis?"""
        return any(self.is_batched(place) for place in places or range(self.count))

    def shape(self, place: int) -> tuple[int, ...]:
        """The operand's shape in one example."""
        operand = self.operands[place]
        if not isinstance(operand, Value):
            return ()
        shape: tuple[int, ...] = operand.array.shape
        return shape[1:] if operand.batched else shape

    def rank(self, place: int) -> int:
        """The number of its axes in one example."""
        return len(self.shape(place))

    # ---- operands in other forms

    def plain(self, place: int) -> Any:
        """The operand as it is: an array with or without the batch, a number, or None."""
        operand = self.operands[place] if place < self.count else None
        return operand.array if isinstance(operand, Value) else operand

    def full(self, place: int) -> Any:
        """The operand with the batch axis; repeated along it where it has none. Numbers and absent
        ones stay as they are."""
        operand = self.operands[place] if place < self.count else None
        if not isinstance(operand, Value) or operand.batched:
            return self.plain(place)
        return broadcast(operand.array, (self.size, *operand.array.shape))

    def aligned(self, place: int, rank: int) -> Any:
        """The operand such that it broadcasts against values of `rank` axes behind the batch."""
        operand = self.operands[place]
        if not isinstance(operand, Value) or not operand.batched:
            return self.plain(place)
        shape = operand.array.shape
        missing = rank - (len(shape) - 1)
        return reshaped(operand.array, (self.size, *[1] * missing, *shape[1:]))

    def fulls(self) -> list[Any]:
        """All operands with the batch axis."""
        return [self.full(place) for place in range(self.count)]

    # ---- results

    def run(self, operands: Sequence[Any], **changes: Any) -> list[Any]:
        """The operator itself on these arrays, with some attributes changed."""
        return apply(self.op, operands, {**self.attributes, **changes})

    def results(self, arrays: Sequence[Any]) -> list[Value]:
        """Arrays with the batch axis as values, in the shapes that the results have."""
        return [
            Value(reshaped(array, (self.size, *type_.shape)), True)
            for array, type_ in zip(arrays, self.out, strict=True)
        ]


def op(name: str, *operands: Any, **attributes: Any) -> Any:
    """The one result of an operator."""
    return apply(name, operands, attributes)[0]


def reshaped(array: Any, shape: Sequence[int]) -> Any:
    """The array in this shape."""
    return array if array.shape == tuple(shape) else op("reshape", array, newshape=tuple(shape))


def broadcast(array: Any, shape: Sequence[int]) -> Any:
    """The array repeated to this shape."""
    return array if array.shape == tuple(shape) else op("broadcast_to", array, shape=tuple(shape))


def moved(array: Any, source: int, destination: int) -> Any:
    """The array with one axis at another place."""
    if source == destination:
        return array
    order = [axis for axis in range(array.ndim) if axis != source]
    order.insert(destination, source)
    return op("transpose", array, axes=tuple(order))


def positive(axis: int, rank: int) -> int:
    """An axis counted from the first."""
    return axis + rank if axis < 0 else axis


Rule = Callable[[Call], list[Value]]


class Table:
    """The rules by operator, and reasons for operators that cannot have one."""

    def __init__(self) -> None:
        self.rules: dict[str, Rule] = {}
        self.reasons: dict[str, str] = {}

    def __call__(self, *names: str) -> Callable[[Rule], Rule]:
        """Makes a function the rule of operators."""

        def add(rule: Rule) -> Rule:
            for name in names:
                self.rules[name] = rule
            return rule

        return add

    def refuse(self, reason: str, *names: str) -> None:
        """Says why operators have no rule."""
        for name in names:
            self.reasons[name] = reason

    def rule_of(self, name: str, line: str = "") -> Rule:
        """The operator's rule. Operators of libraries run example by example. Raises
        NotImplementedError for an operator that has none; `line` is for its text."""
        at = f" ({line})" if line else ""
        if name in self.reasons:
            raise Unsupported(f"vmap: `{name}`{at} cannot run on a batch: {self.reasons[name]}")
        schema = operator_named(name).schema
        found = self.rules.get(name)
        if found is None and schema["elementwise"]:
            found = self.rules["elementwise"]
        if found is None and schema["library"]:
            found = self.rules["one by one"]
        if found is None:
            raise Unsupported(f"vmap: `{name}`{at} has no rule for batches")
        return found


rules = Table()


def is_array(value: Any) -> bool:
    """Is it an array of Weft?"""
    return isinstance(value, native.ndarray)


__all__ = [
    "Call",
    "Rule",
    "Table",
    "Value",
    "broadcast",
    "is_array",
    "moved",
    "op",
    "positive",
    "reshaped",
    "rules",
]
