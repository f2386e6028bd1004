"""Tries a rule before its node runs: what a rule refuses is missing, whether it says so in a check
or with an error.

A rule is called on placeholders of the types that the node's inputs have in the format's example,
so nothing is computed. What fails there may be a limit of traces, such as a shape that depends on
numbers; so a failure counts where the rule fails with arrays of zeros, too.
"""

from collections.abc import Callable
from typing import Any

from weft import autograd, np
from weft._base.errors import Error
from weft._import.program import Node, Program, bodies_of
from weft._import.rules import Call
from weft._trace.state import RunEagerly
from weft._trace.tracing import try_types

_FAILURES = (Error, ArithmeticError, TypeError, ValueError, LookupError)


class _Alone:
    """What is around a node that is tried by itself: nothing."""

    def run(self, program: Program, inputs: list[Any]) -> list[Any]:
        """Nodes with bodies are not tried."""
        raise AssertionError(program.name)


def failure(node: Node) -> str | None:
    """What a node's rule says against it; None: nothing, or the types are not known."""
    if node.types is None or any(bodies_of(node)):
        return None
    types = [kind for kind in node.types if isinstance(kind, tuple)]

    def run(arrays: list[Any]) -> None:
        rest = iter(arrays)
        inputs = [next(rest) if isinstance(kind, tuple) else kind for kind in node.types or ()]
        node.rule(Call(node, _Alone()), inputs)

    if _raised(lambda: try_types(run, types)) is None:
        return None
    return _raised(lambda: run([np.zeros(shape, dtype=dtype) for dtype, shape in types]))


def _raised(call: Callable[[], None]) -> str | None:
    """The text of the error that a call ends in."""
    try:
        with autograd.pause():
            call()
    except RunEagerly:
        return None
    except _FAILURES as error:
        return str(error) or type(error).__name__
    return None


__all__ = ["failure"]
