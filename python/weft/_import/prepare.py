"""What happens to a program between reading and running: rules are found, weights are brought into
order, constants are computed."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from weft._base.errors import Error, InvalidValue
from weft._import.fold import fold
from weft._import.missing import require_all, resolve
from weft._import.program import Node, Program, every_program
from weft._import.rules import Rules


def prepared(
    program: Program, rules: Rules, simplify: Callable[[Program], None] | None = None
) -> Program:
    """The program, ready to run. Raises NotImplementedError with everything that is missing.

    simplify: puts operators in the place of others, once constants are computed
    """
    require_all(program.name, rules.format, resolve(program, rules))
    for part in every_program(program):
        for node in part.nodes:
            if node.rule.prepare is not None:
                with naming(node, program.name):
                    node.rule.prepare(node, part)
        part.changed()
        fold(part)
    if simplify is not None:
        simplify(program)
        require_all(program.name, rules.format, resolve(program, rules))
    return program


# What Python raises where a file contradicts itself.
_RAISED = (Error, ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


@contextmanager
def naming(node: Node, file: str) -> Iterator[None]:
    """A `with` block whose errors name the file and the node."""
    try:
        yield
    except _RAISED as error:
        text = str(error)
        text = text if node.title in text else f"{node.title}: {text}"
        kind = type(error) if isinstance(error, Error) else InvalidValue
        raise kind(f"{file}: {text}") from error


__all__ = ["naming", "prepared"]
