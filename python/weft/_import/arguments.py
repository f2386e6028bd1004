"""Rules for operators whose arguments have names and mix arrays, lists of arrays, numbers and None,
as those of PyTorch do.

A node keeps its arguments by name in `attributes`; where an argument, or a member of a list, is a
value of the program, a `Slot` stands for one of `inputs`. The rule's parameters are the operator's
arguments under their foreign names, with the foreign defaults:

    @rules("softmax")
    def _softmax(self: Array, dim: int, dtype: Any = None): ...

Arrays arrive as arrays of Weft, numbers as Python numbers, dynamic extents as `Extent`. A result is
one value, also where it is a tuple: the nodes behind it take members.
"""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from weft._import.program import Node
from weft._import.rules import Call, Rule
from weft._import.values import array_of, is_host


@dataclass(frozen=True)
class Slot:
    """Stands for the input of this number in a node's arguments."""

    number: int


class Number(int):
    """An integer that follows from extents. A trace with dynamic extents tries several, and must
    take the same way with each: what is computed with it is never a number of the graph."""


class ArgumentRule(Rule):
    """A rule whose parameters are arguments by name."""

    def _take(self, parameter: inspect.Parameter) -> None:
        if parameter.name == "_":
            self.takes_call = True
        else:
            self.attributes[parameter.name] = parameter.default

    def reads_on_host(self, place: int) -> bool:
        """Arguments that must be known are numbers of the node, never arrays."""
        return False

    def problems(self, node: Node) -> Iterator[str]:
        """What the rule does not support of a node, as sentences."""
        for name in node.attributes:
            if name not in self.attributes:
                yield f"argument `{name}` is not supported"
        for name, default in self.attributes.items():
            if default is inspect.Parameter.empty and name not in node.attributes:
                yield f"argument `{name}` is missing"

    def takes_array(self, place: int) -> bool:
        return True

    def on_arrays(self, call: Call, inputs: list[Any]) -> Any:
        values = [array_of(value) if is_host(value) else value for value in inputs]
        arguments = {n: _filled(value, values) for n, value in call.node.attributes.items()}
        if self.takes_call:
            arguments["_"] = call
        return (self.function(**arguments),)


def _filled(value: Any, inputs: list[Any]) -> Any:
    """An argument with the values that its slots stand for."""
    if isinstance(value, Slot):
        found = inputs[value.number]
        return Number(found) if type(found) is int else found
    if isinstance(value, list):
        return [_filled(item, inputs) for item in value]
    return value


__all__ = ["ArgumentRule", "Number", "Slot"]
