"""What `Block.summary` prints: the layers that a call runs, their results and their parameters; and
what notebooks show of a block."""

import math
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import escape
from typing import Any

from weft import autograd
from weft._core import native
from weft._pages.page import table
from weft._trace.state import without_effects
from weft.device import device_of

_HEAD = ("Layer (type)", "Output shape", "Param #")


def summary_of(block: Any, args: tuple[Any, ...]) -> str:
    """A table with a row for each block that a call with these arguments runs, in its order."""
    rows: list[tuple[str, str, str]] = []
    counted: set[int] = set()

    def note(path: str, ran: Any, out: Any) -> None:
        own = ran.params.values()
        fresh = [p for p in own if id(p) not in counted]
        counted.update(id(p) for p in own)
        count = f"{_elements(fresh):,}" if fresh or not own else "shared"
        rows.append((f"{path or 'self'} ({type(ran).__name__})", _shapes(out), count))

    with _watched(block, note), autograd.pause(), without_effects(), device_of(args):
        block(*args)
    every = list({id(p): p for p in block.collect_params().values()}.values())
    trained = [p for p in every if p.grad_req != "null"]
    totals = [
        f"Parameters: {_elements(every):,}, trained: {_elements(trained):,}",
        f"Bytes: {sum(p.list_data()[0].nbytes for p in every):,}",
    ]
    return "\n".join([*_table([_HEAD, *rows]), *totals])


def html_of(block: Any) -> str:
    """A table with a row for each block of the tree: its path, its kind, its parameters' shapes."""
    rows, counted = [], set()
    for path, part in _tree(block, ""):
        own = part.params
        fresh = [p for p in own.values() if id(p) not in counted]
        counted.update(id(p) for p in own.values())
        shapes = "<br>".join(f"{escape(name)} {_shape(p)}" for name, p in own.items())
        about = type(part).__name__ if part._children else repr(part)
        rows.append([escape(path or "self"), escape(about), shapes, _counted(fresh, own)])
    total = _counted(list({id(p): p for p in block.collect_params().values()}.values()), True)
    head = f"<b>{escape(type(block).__name__)}</b> {total} parameters"
    return f"<div>{head}{table(['path', 'layer', 'parameters', 'numbers'], rows, [3])}</div>"


def _shape(parameter: Any) -> str:
    """The shape; a question mark for an extent that the first call tells."""
    if parameter.shape is None:
        return "(?)"
    extents = ", ".join("?" if n <= 0 else str(n) for n in parameter.shape)
    return f"({extents}{',' if len(parameter.shape) == 1 else ''})"


def _counted(parameters: list[Any], own: Any) -> str:
    if not own:
        return ""
    if not parameters:
        return "shared" if own is not True else "0"
    known = all(p.shape is not None and all(n > 0 for n in p.shape) for p in parameters)
    return f"{_elements(parameters):,}" if known else "after the first call"


@contextmanager
def _watched(block: Any, note: Any) -> Iterator[None]:
    """Every block of the tree runs eagerly and tells `note` of its calls. Plans are kept."""
    with ExitStack() as observed:
        for path, watched in _tree(block, ""):
            hook = lambda ran, _, out, path=path: note(path, ran, out)  # noqa: E731
            observed.enter_context(watched._observed(hook))
        yield


def _tree(block: Any, path: str) -> Iterator[tuple[str, Any]]:
    """All blocks by path, each once."""
    seen: set[int] = set()

    def walk(block: Any, path: str) -> Iterator[tuple[str, Any]]:
        if id(block) in seen:
            return
        seen.add(id(block))
        yield path, block
        for name, child in block._children.items():
            yield from walk(child, f"{path}.{name}" if path else name)

    return walk(block, path)


def _elements(parameters: Any) -> int:
    return sum(math.prod(p.shape) for p in parameters)


def _shapes(out: Any) -> str:
    if isinstance(out, native.ndarray):
        return str(out.shape)
    if isinstance(out, list | tuple):
        return ", ".join(_shapes(part) for part in out)
    if isinstance(out, dict):
        return ", ".join(f"{key}: {_shapes(part)}" for key, part in out.items())
    return type(out).__name__


def _table(rows: list[tuple[str, str, str]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    lines = [f"{a:<{widths[0]}}  {b:<{widths[1]}}  {c:>{widths[2]}}" for a, b, c in rows]
    rule = "-" * len(lines[0])
    return [lines[0], rule, *lines[1:], rule]
