"""`Custom`: the operator that stands for all those that programs write, told apart by `op_type`.

What it reads, gives and keeps follows from the `CustomOpProp` that a program registered. Its
attributes are texts, which go to the class as they are.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from weft._base.errors import InvalidType
from weft._base.registry import Registry
from weft._import.values import Array
from weft.mxnet._operators._table import RULES as rules
from weft.mxnet._operators._table import counted, keeps

# Classes that describe operators of programs, by `op_type`; `mx.operator.register` adds them.
PROPS = Registry("operator")

# What runs such an operator; the module `mx.operator` fills it in.
RUN: list[Callable[..., Any]] = []

_NAMES = ("Custom", "_npi_Custom")
# What callers say of a node, and not of the operator.
_OF_NODE = ("name", "ctx", "num_args")


def prop_of(attributes: Mapping[str, Any]) -> Any:
    """The description of the operator that attributes name.

    Raises LookupError for an `op_type` that is not registered, TypeError without one.
    """
    options = {key: str(value) for key, value in attributes.items() if key not in _OF_NODE}
    title = options.pop("op_type", None)
    if title is None:
        raise InvalidType("Custom: `op_type` is missing")
    return PROPS.create(title, **options)


def inputs_of(attributes: Mapping[str, Any]) -> list[str]:
    """The names of its inputs, auxiliary states behind arguments."""
    prop = prop_of(attributes)
    return [*prop.list_arguments(), *prop.list_auxiliary_states()]


def outputs_of(attributes: Mapping[str, Any]) -> list[str]:
    """The names of its results."""
    return list(prop_of(attributes).list_outputs())


def _unknown(node: Any) -> Iterator[str]:
    """What keeps a file's node from running, as a sentence."""
    title = node.attributes.get("op_type")
    if title is not None and str(title).lower() not in PROPS:
        yield f"`op_type` {title!r} is not registered; `mx.operator.register` does it"


@rules(*_NAMES, check=_unknown)
def _custom(*data: Array, op_type: str, _: Any, **options: Any) -> Any:
    texts = {key: str(value) for key, value in options.items() if key not in _OF_NODE}
    prop = PROPS.create(op_type, **texts)
    return RUN[0](op_type, prop, texts, list(data), _.node.name)


def _is_known(attributes: Mapping[str, Any]) -> bool:
    """Is it registered? Of what is not, files are read none the less, to tell all that is unknown
    at once."""
    return str(attributes.get("op_type", "")).lower() in PROPS


def _states(attributes: Mapping[str, Any]) -> tuple[int, ...]:
    if not _is_known(attributes):
        return ()
    prop = prop_of(attributes)
    first = len(prop.list_arguments())
    return tuple(range(first, first + len(prop.list_auxiliary_states())))


def _count(attributes: Mapping[str, Any]) -> int:
    return len(outputs_of(attributes)) if _is_known(attributes) else 1


counted(_NAMES, _count)
keeps(_NAMES, _states)

__all__ = ["PROPS", "RUN", "inputs_of", "outputs_of", "prop_of"]
