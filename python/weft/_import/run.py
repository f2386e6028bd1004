"""Runs a program: one rule after the other, over arrays or while a trace records them."""

from collections.abc import Mapping
from typing import Any

from weft._base.errors import Error, InvalidState, InvalidType, InvalidValue, OutOfMemory
from weft._import.program import Node, Program
from weft._import.rules import Call


class Scope:
    """The values of one run of a program by name, with those of the program around it."""

    def __init__(self, around: "Scope | None" = None) -> None:
        self.values: dict[str, Any] = {}
        self.around = around

    def __getitem__(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                return scope.values[name]
            scope = scope.around
        raise InvalidState(f"no value has the name `{name}`")

    def run(self, program: Program, inputs: list[Any]) -> list[Any]:
        """Runs a body with this scope around it."""
        return run(program, inputs, {}, self)


def run(
    program: Program, inputs: list[Any], values: Mapping[str, Any], around: Scope | None = None
) -> list[Any]:
    """The outputs of a program.

    inputs: by position; values: further values by name, such as parameters
    """
    scope = Scope(around)
    scope.values.update(program.constants)
    scope.values.update(values)
    scope.values.update(zip((port.name for port in program.inputs), inputs, strict=False))
    for node, unused in zip(program.nodes, program.last_uses(), strict=True):
        _run_node(node, scope)
        for name in unused:
            scope.values.pop(name, None)
    return [scope[name] for name in program.outputs]


def _run_node(node: Node, scope: Scope) -> None:
    assert node.rule is not None  # or the program was refused: missing.py
    inputs = [scope[name] if name else None for name in node.inputs]
    try:
        results = node.rule(Call(node, scope), inputs)
    except (Error, ArithmeticError, MemoryError, TypeError, ValueError, LookupError) as error:
        raise _placed(error, node) from error
    if not isinstance(results, tuple):
        results = (results,)
    scope.values.update((n, v) for n, v in zip(node.outputs, results, strict=False) if n)


# The classes of errors that keep their meaning when a node's name is put before them.
_KEPT = (ValueError, TypeError, NotImplementedError, LookupError, RuntimeError, MemoryError)


def _placed(error: Exception, node: Node) -> Exception:
    """The error with the node's name before its text."""
    text = str(error)
    if getattr(error, "_node", None) is not None:
        return error
    if isinstance(error, Error) and isinstance(error, _KEPT):
        placed: Exception = type(error)(f"{node.title}: {text}")
    elif isinstance(error, MemoryError):  # of NumPy, which computes shapes and texts
        placed = OutOfMemory(f"{node.title}: {text or 'there is no memory for a result'}")
    elif isinstance(error, TypeError):
        placed = InvalidType(f"{node.title}: {text}")
    else:
        placed = InvalidValue(f"{node.title}: {text or type(error).__name__}")
    placed._node = node  # type: ignore[attr-defined]
    return placed


__all__ = ["Scope", "run"]
