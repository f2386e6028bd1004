"""Counts the lines of examples/tasks: each task in Weft, Keras and PyTorch, as a table.

    python benchmarks/lines.py

A line counts if it has code: blank lines, comments and docstrings do not. All programs are in the
form of the same formatter, 100 columns wide, so no program is short by writing densely. The figure
is what the last line of all programs of a task asserts. `examples/README.md` has this table, and a
test compares.
"""

import ast
import io
import tokenize
from pathlib import Path
from typing import NamedTuple

TASKS = Path(__file__).resolve().parents[1] / "examples" / "tasks"
PEERS = ("keras", "pytorch")
_NO_CODE = frozenset(
    {
        tokenize.COMMENT,
        tokenize.NL,
        tokenize.NEWLINE,
        tokenize.INDENT,
        tokenize.DEDENT,
        tokenize.ENDMARKER,
    }
)


class Task(NamedTuple):
    """A task: lines of each program, None where there is none, and the figure that all reach."""

    name: str
    weft: int
    keras: int | None
    pytorch: int | None
    figure: str


def lines_of(text: str) -> int:
    """How many lines of a program have code.

    >>> lines_of('\\"\\"\\"About.\\"\\"\\"\\n\\n# why\\nx = [\\n    1,\\n]\\n')
    3
    """
    found: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in _NO_CODE:
            found.update(range(token.start[0], token.end[0] + 1))
    return len(found - _docstring_lines(ast.parse(text)))


def _docstring_lines(tree: ast.Module) -> set[int]:
    lines: set[int] = set()
    holders = ast.Module | ast.ClassDef | ast.FunctionDef
    for node in ast.walk(tree):
        if isinstance(node, holders) and ast.get_docstring(node) is not None:
            lines.update(range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1))
    return lines


def figure_of(text: str) -> str:
    """What the last assertion of a program says, such as "accuracy >= 0.9"."""
    found = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Assert)]
    return ast.unparse(found[-1].test)


def tasks() -> list[Task]:
    """All tasks, by name."""
    found = []
    for path in sorted(TASKS.glob("*.py")):
        if path.stem.rpartition("_")[2] in PEERS:
            continue
        text = path.read_text("utf-8")
        counts = []
        for peer in PEERS:
            other = path.with_name(f"{path.stem}_{peer}.py")
            counts.append(lines_of(other.read_text("utf-8")) if other.exists() else None)
        found.append(Task(path.stem, lines_of(text), *counts, figure_of(text)))
    return found


def table() -> list[str]:
    """The lines of the table."""
    rows = ["| task | figure | Weft | Keras | PyTorch |", "| --- | --- | --- | --- | --- |"]
    for task in tasks():
        counts = " | ".join(
            "—" if count is None else str(count) for count in (task.weft, task.keras, task.pytorch)
        )
        rows.append(f"| `{task.name}.py` | {task.figure} | {counts} |")
    return rows


if __name__ == "__main__":
    print("\n".join(table()))
