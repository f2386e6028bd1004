"""The frame of a page, and what pages have in common: numbers with units, tables."""

import math
from collections.abc import Iterable
from html import escape

_STYLE = """
body { font-family: Helvetica, Arial, sans-serif; margin: 1.5em; color: #222 }
h1 { font-size: 1.4em } h2 { font-size: 1.15em; margin: 1.6em 0 0.3em }
p { margin: 0.3em 0; max-width: 60em }
table { border-collapse: collapse; margin-top: 0.6em; font-size: 0.9em }
td, th { padding: 2px 10px; border-bottom: 1px solid #ddd; text-align: left; vertical-align: top }
td.number, th.number { text-align: right; white-space: nowrap }
.both { display: flex; gap: 2em; align-items: flex-start; flex-wrap: wrap }
.wide { overflow-x: auto }
.part:hover { stroke: #000; stroke-width: 2 }
.dim { color: #777 }
"""
_RIGHT = ' class="number"'


def page(title: str, body: str) -> str:
    """A whole page; `body` is HTML, `title` a text."""
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title>\n<style>{_STYLE}</style></head>\n"
        f"<body>\n<h1>{escape(title)}</h1>\n{body}\n</body></html>\n"
    )


def table(head: Iterable[str], rows: Iterable[Iterable[str]], numbers: Iterable[int] = ()) -> str:
    """A table; cells are HTML. Columns that `numbers` names are to the right.

    >>> table(["a", "b"], [["x", "1"]], [1]).splitlines()[-2]
    '<tr><td>x</td><td class="number">1</td></tr>'
    """
    right = set(numbers)

    def line(cells: Iterable[str], kind: str) -> str:
        made = (
            f"<{kind}{_RIGHT if place in right else ''}>{cell}</{kind}>"
            for place, cell in enumerate(cells)
        )
        return f"<tr>{''.join(made)}</tr>"

    lines = [line(head, "th"), *(line(row, "td") for row in rows)]
    return "<table>\n" + "\n".join(lines) + "\n</table>"


def size(count: float) -> str:
    """A number of bytes with the unit that suits it.

    >>> size(512), size(2048), size(3_500_000)
    ('512 B', '2 KiB', '3.338 MiB')
    """
    if count < 1024:
        return f"{count:.0f} B"
    units = ("KiB", "MiB", "GiB", "TiB")
    power = min(int(math.log(count, 1024)), len(units))
    return f"{count / 1024**power:.4g} {units[power - 1]}"


__all__ = ["page", "size", "table"]
__dir__ = __all__.copy
