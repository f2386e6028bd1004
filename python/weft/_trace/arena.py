"""Pictures of a plan's arena: time to the right, offsets upwards, one rectangle for each buffer."""

import re
from os import PathLike, fspath
from typing import Any

from weft._base.errors import InvalidType, InvalidValue, NotFound

_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**k for k, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**k for k, letter in enumerate("kmgt", 1)},
}
_COLORS = ("#4e79a7", "#59a14f", "#f28e2b", "#76b7b2", "#edc948", "#b07aa1", "#9c755f", "#ff9da7")
_SCRATCH = "#c0c0c0"
_WIDTH, _HEIGHT = 1200, 480


def bytes_of(where: str, argument: str, given: str | int) -> int:
    """A number of bytes from 200_000_000, "200MB" or "190.7 MiB"; units of 1000 and of 1024."""
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise InvalidType(
            f'{where}: `{argument}` must be bytes or a text such as "200MB"; got {given!r}'
        )
    if isinstance(given, int):
        count = given
    else:
        found = re.fullmatch(r"\s*(\d+(?:\.\d+)?)\s*([a-zA-Z]*)\s*", given)
        unit = _UNITS.get(found[2].lower()) if found else None
        if found is None or unit is None:
            raise InvalidValue(
                f"{where}: `{argument}` must be a number with B, kB, MB, GB, TB, KiB, MiB, GiB or "
                f"TiB; got {given!r}"
            )
        count = int(float(found[1]) * unit)
    if count <= 0:
        raise InvalidValue(f"{where}: `{argument}` must be more than 0 bytes; got {given!r}")
    return count


def plot_arenas(figures: str, path: str | PathLike[str], title: str) -> None:
    """Draws the arenas of `weft_function_get_text(…, "arena")` into a file."""
    import json
    from pathlib import Path

    arenas = [(name, arena) for stage in json.loads(figures) for name, arena in stage.items()]
    if Path(path).suffix.lower() in (".html", ".htm"):
        Path(path).write_text(_page(arenas, title), "utf-8")
        return
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NotFound(
            f"plan_plot: {fspath(path)!r} needs Matplotlib, which is not installed; a path that "
            "ends in .html needs nothing"
        ) from None
    figure = Figure(figsize=(12, 4 * len(arenas)), layout="constrained")
    for row, (name, arena) in enumerate(arenas):
        axes = figure.add_subplot(len(arenas), 1, row + 1)
        for number, buffer in enumerate(arena["buffers"]):
            begin, end = buffer["first"] - 0.5, buffer["last"] + 0.5
            axes.bar(
                begin,
                buffer["bytes"] / 1e6,
                end - begin,
                buffer["offset"] / 1e6,
                align="edge",
                color=_color(number, buffer),
                edgecolor="white",
                linewidth=0.3,
            )
        axes.set_title(_heading(name, arena, title))
        axes.set_xlabel("step")
        axes.set_ylabel("MB")
    figure.savefig(path)


def _color(number: int, buffer: dict[str, Any]) -> str:
    return _SCRATCH if buffer["scratch"] else _COLORS[number % len(_COLORS)]


def _heading(name: str, arena: dict[str, Any], title: str) -> str:
    return (
        f"{title}, {name}: arena {arena['arena'] / 1e6:.3f} MB, "
        f"lower bound {arena['lower_bound'] / 1e6:.3f} MB, {len(arena['steps'])} steps"
    )


def _page(arenas: list[tuple[str, dict[str, Any]]], title: str) -> str:
    from html import escape

    parts = [
        "<!doctype html>",
        f'<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>',
        "<style>body { font-family: sans-serif } rect { stroke: white; stroke-width: 0.5 }"
        " rect:hover { fill: black }</style></head><body>",
    ]
    for name, arena in arenas:
        parts.append(f"<h2>{escape(_heading(name, arena, title))}</h2>")
        parts.append(f'<svg width="{_WIDTH}" height="{_HEIGHT}" role="img">')
        parts += [_rectangle(number, b, arena) for number, b in enumerate(arena["buffers"])]
        parts.append("</svg>")
    return "\n".join([*parts, "</body></html>", ""])


def _rectangle(number: int, buffer: dict[str, Any], arena: dict[str, Any]) -> str:
    from html import escape

    across, up = _WIDTH / len(arena["steps"]), _HEIGHT / max(arena["arena"], 1)
    top = _HEIGHT - (buffer["offset"] + buffer["bytes"]) * up
    what = "scratch of " if buffer["scratch"] else ""
    label = (
        f"{what}{arena['steps'][buffer['first']]}: {buffer['bytes']} bytes at {buffer['offset']}, "
        f"steps {buffer['first']} to {buffer['last']}"
    )
    width = (buffer["last"] - buffer["first"] + 1) * across
    return (
        f'<rect x="{buffer["first"] * across:.2f}" y="{top:.2f}" width="{width:.2f}" '
        f'height="{buffer["bytes"] * up:.2f}" fill="{_color(number, buffer)}">'
        f"<title>{escape(label)}</title></rect>"
    )
