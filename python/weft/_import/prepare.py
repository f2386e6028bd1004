"""What happens to a program between reading and running: rules are found, weights are brought into
order, constants are computed."""

from weft._import.fold import fold
from weft._import.missing import require_all, resolve
from weft._import.program import Program, every_program
from weft._import.rules import Rules


def prepared(program: Program, rules: Rules) -> Program:
    """The program, ready to run. Raises NotImplementedError with everything that is missing."""
    require_all(program.name, rules.format, resolve(program, rules))
    for part in every_program(program):
        for node in part.nodes:
            if node.rule.prepare is not None:
                node.rule.prepare(node, part)
        part.changed()
        fold(part)
    return program


__all__ = ["prepared"]
