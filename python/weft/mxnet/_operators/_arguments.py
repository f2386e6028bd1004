"""How the arguments of a function become the inputs and attributes of its operator: for functions
of `mx.nd` and of `mx.npx`, which are made of the table; and arguments of distributions.
"""

import inspect
import warnings
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any

from weft._base.errors import Error, InvalidType
from weft._base.spelling import unknown_argument
from weft._core.typing import ndarray
from weft._import.program import Node
from weft._import.rules import Call, Rule
from weft._import.run import Scope
from weft.mxnet._operators._attributes import IGNORED, parse
from weft.mxnet._operators._call import named
from weft.mxnet._operators._table import Semantics


class Arguments:
    """The arguments of one function, and what each is to the operator.

    op, rule: the operator; name: the function, for errors; inputs, attributes: the operator's
    rest: whether any number of inputs may be given; names: the arguments in their order
    own: the operator's name of each; defaults: by the operator's name, where they are not its own
    takes_none: attributes of which None is a value; given for others it is as if left out
    """

    def __init__(self, op: str, rule: Rule, name: str) -> None:
        self.op, self.rule, self.name = op, rule, name
        parameters = inspect.signature(rule.function).parameters.values()
        self.inputs = [p.name for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD]
        self.rest = any(p.kind is p.VAR_POSITIONAL for p in parameters)
        self.attributes = list(rule.attributes)
        self.names = [*self.inputs, *self.attributes]
        self.own = {one: one for one in self.names}
        self.defaults: dict[str, Any] = {}
        self.takes_none: Container[str] = self.attributes
        self._known = frozenset(self.names)
        empty = inspect.Parameter.empty
        self._needed = tuple(key for key, value in rule.attributes.items() if value is empty)

    def call(self, is_np_shape: bool) -> Call:
        """What a rule that asks for its call is given."""
        node = Node(self.op, "", 1, "", [], [""], {}, self.rule)
        node.notes = Semantics(is_np_shape)
        return Call(node, Scope())

    def result(self, arrays: Iterable[Any], attributes: dict[str, Any]) -> Any:
        """What the operator gives; its errors about arguments name the function."""
        try:
            return self.rule.function(*arrays, **attributes)
        except Error as error:
            raise named(error, self.name) from None

    def bound(
        self, names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Inputs, None for those between others that are left out, and attributes by their names.

        names: what the arguments in `args` are called, in their order

        Raises TypeError for arguments that are missing, unknown, too many or given twice.
        """
        if self.rest:
            inputs, kwargs = _all_inputs(args, kwargs)
            return inputs, self._taken(kwargs.items())
        if len(args) > len(names):
            raise InvalidType(f"{self.name}: takes at most {len(names)} arguments; got {len(args)}")
        given = self._taken((*zip(names, args, strict=False), *kwargs.items()))
        inputs = [given.pop(key, None) for key in self.inputs]
        for place in range(self.rule.required):
            if inputs[place] is None:
                raise self._missing(self.inputs[place])
        while inputs and inputs[-1] is None:
            inputs.pop()
        return inputs, given

    def _taken(self, pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
        """Arguments by the operator's names. What says how MXNet computes means nothing."""
        given: dict[str, Any] = {}
        own, known = self.own, self._known
        for name, value in pairs:
            key = own.get(name)
            if key in known:
                if key in given:
                    raise InvalidType(f"{self.name}: `{name}` is given twice")
                if value is not None or key in self.takes_none:
                    given[key] = parse(value) if type(value) is str else value
            elif name not in IGNORED and (value is not None or name not in self.names):
                if self.attributes or self.rest or isinstance(value, ndarray):
                    raise unknown_argument(self.name, name, self.names)
                self._warn(name)
        for key in self._needed:
            if key not in given and key not in self.defaults:
                raise self._missing(key)
        return self.defaults | given if self.defaults else given

    def _warn(self, name: str) -> None:
        """MXNet passes over every option of an operator that has none."""
        warnings.warn(
            f"{self.name}: `{name}` means nothing; it has no options", UserWarning, stacklevel=6
        )

    def _missing(self, key: str) -> InvalidType:
        shown = next((name for name in self.names if self.own[name] == key), key)
        return InvalidType(f"{self.name}: `{shown}` is missing")


def _all_inputs(
    args: Sequence[Any], kwargs: Mapping[str, Any]
) -> tuple[list[Any], Mapping[str, Any]]:
    """Inputs of an operator that takes any number of them, and the other arguments: the inputs are
    several arrays, a list of them, or arrays under names of any kind."""
    inputs = list(args)
    if len(inputs) == 1 and isinstance(inputs[0], list | tuple):
        inputs = list(inputs[0])
    if inputs:
        return inputs, kwargs
    inputs = [value for value in kwargs.values() if isinstance(value, ndarray)]
    return inputs, {key: v for key, v in kwargs.items() if not isinstance(v, ndarray)}


def by_name(
    where: str, names: Sequence[str], args: Sequence[Any], kwargs: Mapping[str, Any]
) -> dict[str, Any]:
    """Arguments of a function by their names, of those that are given.

    Raises TypeError for arguments that are unknown, too many or given twice.
    """
    if len(args) > len(names):
        raise InvalidType(f"{where}: takes at most {len(names)} arguments; got {len(args)}")
    found = dict(zip(names, args, strict=False))
    for name, value in kwargs.items():
        if name not in names:
            raise unknown_argument(where, name, names)
        if name in found:
            raise InvalidType(f"{where}: `{name}` is given twice")
        found[name] = value
    return found


__all__ = ["Arguments", "by_name"]
