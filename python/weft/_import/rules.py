"""Tables of rules: what a foreign operator is in Weft, one Python function an operator.

    RULES = rules = Rules("ONNX", __name__)

    @rules("Gemm", since=7)
    def _gemm(a: Array, b: Array, c: Array = None, *, alpha: float = 1.0, transA: int = 0): ...

A rule's signature is its contract. Positional parameters are the operator's inputs, converted as
their annotations say (values.py). Keyword-only parameters are its attributes, under their foreign
names; one without a default must be given. A parameter `_` that is keyword-only gets the `Call`.
So an attribute that a rule does not know is found before anything runs; a rule with `**options`
takes attributes of any name.
"""

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy

from weft._core.dimensions import Extent
from weft._import.program import Node, Program
from weft._import.values import CONVERSIONS, HOST_KINDS, KINDS, is_host

Function = Callable[..., Any]
_CALL = "_"


class Runner(Protocol):
    """What runs a body: the values around a node."""

    def run(self, program: Program, inputs: list[Any]) -> list[Any]:
        """The outputs of a body."""


@dataclass
class Call:
    """What a rule may know of its node beyond inputs and attributes.

    version: the version of the operator set; outputs: how many results are wanted, with `''` of
        the node where one is not
    """

    node: Node
    scope: "Runner"

    @property
    def version(self) -> int:
        return self.node.version

    @property
    def outputs(self) -> int:
        return len(self.node.outputs)

    def wants(self, number: int) -> bool:
        """Is the result of this number used?"""
        return number < len(self.node.outputs) and bool(self.node.outputs[number])

    def run(self, body: Program, inputs: list[Any]) -> list[Any]:
        """Runs the body of a control-flow operator, which sees the values around the node."""
        return self.scope.run(body, inputs)


class Rule:
    """One function of a table, with what its signature says.

    host: the same operator over NumPy arrays, for nodes whose inputs are all host values
    states: inputs that the operator may write, such as running statistics
    prepare: changes a node when its program is read: brings weights into Weft's order, adds
        constants that follow from what the file says. It gets the node and its program
    check: what else the rule does not support of a node, as sentences
    """

    def __init__(
        self,
        function: Function,
        host: Function | None = None,
        states: tuple[int, ...] = (),
        prepare: Function | None = None,
        check: Function | None = None,
    ) -> None:
        self.function, self.host, self.states = function, host, states
        self.prepare, self.check = prepare, check
        self.origin: tuple[Any, ...] = ()  # table, domain, operator, version
        self.kinds: list[str | None] = []
        self.required = 0
        self.rest: str | None = None  # the kind of further inputs; '' as they are
        self.takes_rest = False
        self.takes_options = False
        self.attributes: dict[str, Any] = {}
        self.takes_call = False
        for parameter in inspect.signature(function).parameters.values():
            self._take(parameter)

    def __reduce__(self) -> Any:
        """A rule is pickled by its place in its table, as functions are by their names."""
        return _found, self.origin

    def _take(self, parameter: inspect.Parameter) -> None:
        kind = KINDS.get(parameter.annotation)
        if parameter.kind is parameter.VAR_POSITIONAL:
            self.rest, self.takes_rest = kind, True
        elif parameter.kind is parameter.VAR_KEYWORD:
            self.takes_options = True
        elif parameter.kind is parameter.KEYWORD_ONLY:
            if parameter.name == _CALL:
                self.takes_call = True
            else:
                self.attributes[parameter.name] = parameter.default
        else:
            self.kinds.append(kind)
            if parameter.default is parameter.empty:
                self.required = len(self.kinds)

    def kind_of(self, place: int) -> str | None:
        """The kind of the input at a place."""
        return self.kinds[place] if place < len(self.kinds) else self.rest

    def takes_array(self, place: int) -> bool:
        """Is the input at this place an array of the network, whose elements may be unknown?"""
        return self.kind_of(place) == "array"

    def reads_on_host(self, place: int) -> bool:
        """Must the input at this place be known before the network runs?"""
        return self.kind_of(place) in HOST_KINDS

    def problems(self, node: Node) -> Iterator[str]:
        """What the rule does not support of a node, as sentences."""
        for name in node.attributes:
            if name not in self.attributes and not self.takes_options:
                yield f"attribute `{name}` is not supported"
        for name, default in self.attributes.items():
            if default is inspect.Parameter.empty and name not in node.attributes:
                yield f"attribute `{name}` is missing"
        present = [place for place, name in enumerate(node.inputs) if name]
        if not self.takes_rest and present and present[-1] >= len(self.kinds):
            yield f"takes {len(self.kinds)} inputs at most; got {present[-1] + 1}"
        for place in range(self.required):
            if place not in present:
                yield f"input {place} is missing"
        if self.check is not None:
            yield from self.check(node)

    def __call__(self, call: Call, inputs: list[Any]) -> Any:
        present = [value for value in inputs if value is not None]
        if self.host is not None and present and all(map(is_host, present)):
            return _host_results(self.host(*inputs, **self._attributes(call)))
        return self.on_arrays(call, inputs)

    def on_arrays(self, call: Call, inputs: list[Any]) -> Any:
        """The same on arrays, even where all inputs are host values."""
        taken = [
            value if value is None or kind is None else CONVERSIONS[kind](value)
            for value, kind in zip(inputs, map(self.kind_of, range(len(inputs))), strict=True)
        ]
        return self.function(*taken, **self._attributes(call))

    def _attributes(self, call: Call) -> dict[str, Any]:
        attributes = dict(call.node.attributes)
        if self.takes_call:
            attributes[_CALL] = call
        return attributes


def _found(table: "Rules", domain: str, name: str, version: int) -> Rule | None:
    """A rule that was pickled."""
    return table.find(domain, name, version)


def _host_results(results: Any) -> Any:
    """NumPy gives a number where a result has no axes; a host value stays an array."""
    if isinstance(results, tuple):
        return tuple(map(_host_results, results))
    if results is None or isinstance(results, list | numpy.ndarray):
        return results
    if type(results) is not Extent:
        return numpy.asarray(results)
    found = numpy.empty((), object)
    found[()] = results
    return found


class Rules:
    """The operators of one format. The newest rule that is not newer than the node's version is
    taken.

    module: the name of the module that has the table as `RULES`
    check: of rules that have none of their own
    kind: how a function's signature is read: `Rule`, or `ArgumentRule` of arguments.py
    newest: the newest version of a domain that the rules were written for; others have no versions
    """

    def __init__(
        self,
        format: str,
        module: str,
        *,
        check: Function | None = None,
        kind: type[Rule] = Rule,
        newest: Mapping[str, int] | None = None,
    ) -> None:
        self.format, self._check, self.kind = format, check, kind
        self.newest = dict(newest or {})
        self.__module__ = module
        self._table: dict[tuple[str, str], list[tuple[int, Rule]]] = {}

    def __reduce__(self) -> str:
        """A table is pickled by its name: that of the global variable of its module."""
        return "RULES"

    def __call__(self, *names: str, **options: Any) -> Callable[[Function], Function]:
        """Registers a function for operators, with the options of `add`."""

        def register(function: Function) -> Function:
            for name in names:
                self.add(name, function, **options)
            return function

        return register

    def add(
        self,
        name: str,
        function: Function,
        *,
        since: int = 1,
        domain: str = "",
        host: Function | None = None,
        states: tuple[int, ...] = (),
        prepare: Function | None = None,
        check: Function | None = None,
    ) -> None:
        """Registers a function for one operator."""
        versions = self._table.setdefault((domain, name), [])
        checked = check or self._check
        rule = self.kind(function, host, states, prepare, checked)
        rule.origin = (self, domain, name, since)
        versions.append((since, rule))
        versions.sort(key=lambda version: version[0])

    def find(self, domain: str, name: str, version: int) -> Rule | None:
        """The rule for an operator of a version, or None."""
        found = [rule for since, rule in self._table.get((domain, name), []) if since <= version]
        return found[-1] if found else None

    def versions(self, domain: str, name: str) -> list[int]:
        """The versions from which on there are rules."""
        return [since for since, _ in self._table.get((domain, name), [])]

    def names(self) -> list[tuple[str, str]]:
        """All operators, as domain and name."""
        return sorted(self._table)


__all__ = ["Call", "Rule", "Rules"]
