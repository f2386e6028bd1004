"""What an importer lacks for a program, said at once: every operator, version, reason and count."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from weft._base.errors import Unsupported
from weft._import.program import Node, Program, every_program
from weft._import.rules import Rules
from weft._import.trial import failure


@dataclass
class Gap:
    """One thing that is missing.

    nodes: those that need it, by name
    """

    operator: str
    version: int
    reason: str
    nodes: list[str]

    def __str__(self) -> str:
        named = [f"`{name}`" for name in self.nodes if name]
        first = f", first in node {named[0]}" if named else ""
        times = f"{len(self.nodes)} node{'s' if len(self.nodes) > 1 else ''}"
        return f"{self.operator} (version {self.version}): {self.reason}; {times}{first}"


def resolve(program: Program, rules: Rules) -> list[Gap]:
    """Gives each node its rule; returns what is missing, in the order of the program."""
    gaps: dict[tuple[str, int, str], Gap] = {}
    for part in every_program(program):
        for node in part.nodes:
            node.rule = rules.find(node.domain, node.operator, node.version)
            operator = f"{node.domain}.{node.operator}" if node.domain else node.operator
            newest = rules.newest.get(node.domain)
            if newest is not None and node.version > newest:
                # Any operator may mean something else there: one reason for them all.
                operator = f"all operators of {node.domain or f'ai.{rules.format.lower()}'}"
                reasons = [f"the newest version that Weft knows is {newest}"]
            else:
                reasons = _reasons(node, rules)
            for reason in reasons:
                key = operator, node.version, reason
                gaps.setdefault(key, Gap(*key, [])).nodes.append(node.name)
    return list(gaps.values())


def _reasons(node: Node, rules: Rules) -> list[str]:
    if node.rule is not None:
        # What cannot be seen in the arguments is tried.
        return list(node.rule.problems(node)) or [text for text in (failure(node),) if text]
    known = rules.versions(node.domain, node.operator)
    if known:
        return [f"there is a rule from version {known[0]} on"]
    names = [name for domain, name in rules.names() if domain == node.domain]
    close = get_close_matches(node.operator, names, 1, 0.8)
    return [f"the operator is not known{f'; is it {close[0]}?' if close else ''}"]


def require_all(file: str, format: str, gaps: Sequence[Gap]) -> None:
    """Raises NotImplementedError with everything that is missing."""
    if gaps:
        lines = "".join(f"\n  {gap}" for gap in gaps)
        raise Unsupported(f"{file}: Weft cannot import all of this {format} model:{lines}")


__all__ = ["Gap", "require_all", "resolve"]
