"""Pictures of a plan's arena: time to the right, offsets upwards, one rectangle for each buffer."""

import re
from os import PathLike, fsdecode
from typing import Any

from weft._base.errors import InvalidType, InvalidValue, NotFound
from weft._base.writing import replacing, write_text

_UNITS = {
    "": 1,
    "b": 1,
    **{f"{letter}b": 1000**k for k, letter in enumerate("kmgt", 1)},
    **{f"{letter}ib": 1024**k for k, letter in enumerate("kmgt", 1)},
}


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


def plans_of(figures: str) -> list[tuple[str, dict[str, Any]]]:
    """Names and plans of `weft_function_get_text(…, "arena")`, stage by stage."""
    import json

    stages = json.loads(figures)
    return [
        (name if len(stages) == 1 else f"stage {number}, {name}", plan)
        for number, stage in enumerate(stages)
        for name, plan in stage.items()
    ]


def plot_arenas(figures: str, path: str | PathLike[str], title: str) -> None:
    """Draws the arenas of `weft_function_get_text(…, "arena")` into a file."""
    from pathlib import Path

    from weft._pages.plans import color_of, page_of

    arenas = plans_of(figures)
    if Path(path).suffix.lower() in (".html", ".htm"):
        page = page_of([(name, plan, None) for name, plan in arenas], title)
        write_text(path, page, "plot_arena")
        return
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise NotFound(
            f"plan_plot: {fsdecode(path)!r} needs Matplotlib, which is not installed; a path that "
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
                color=color_of(number, buffer),
                edgecolor="white",
                linewidth=0.3,
            )
        axes.set_title(_heading(name, arena, title))
        axes.set_xlabel("step")
        axes.set_ylabel("MB")
    with replacing(path, "plot_arena") as inside:
        figure.savefig(inside)


def _heading(name: str, arena: dict[str, Any], title: str) -> str:
    return (
        f"{title}, {name}: arena {arena['arena'] / 1e6:.3f} MB, "
        f"lower bound {arena['lower_bound'] / 1e6:.3f} MB, {len(arena['steps'])} steps"
    )
